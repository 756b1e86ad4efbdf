/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crypthash.h"
#include "unittest.h"

/* Hashes made with another program: openssl passwd -6 and -1, password "let me in". */
#define SHA512                                                                                                        \
    "$6$pintle$9qOmezdmvgjp35mtpCbw6aUkkDLmAWIqB9lm8zSCunU.SmsxH4wJwuSb1DqZbGMfiX/xqxpw92lcpELjLjlWR0"
#define MD5 "$1$pin$XWBMIf2afk7fm6GUHHXRI/"

START_TEST(only_the_password_fits)
{
    ck_assert_int_eq(crypthash_check("let me in", SHA512), 1);
    ck_assert_int_eq(crypthash_check("let me in", MD5), 1);
    ck_assert_int_eq(crypthash_check("let me in ", SHA512), 0);
    ck_assert_int_eq(crypthash_check("", SHA512), 0);
    ck_assert_int_eq(crypthash_check(SHA512, SHA512), 0);
}
END_TEST

START_TEST(a_locked_or_unknown_hash_opens_to_nothing)
{
    static const char *const bad[] = {"", "*", "!", "!!", "!$6$pintle$x", "*0", "$99$x$y", "$6$", "x"};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        ck_assert_msg(crypthash_check("", bad[i]) != 1, "'%s' opened", bad[i]);
        ck_assert_msg(crypthash_check(bad[i], bad[i]) != 1, "'%s' opened itself", bad[i]);
    }
    ck_assert(crypthash_is_locked("!x") && crypthash_is_locked("") && !crypthash_is_locked(SHA512));
    ck_assert_int_eq(crypthash_check("x", "!"), -EINVAL);
}
END_TEST

UNITTEST_MAIN("crypthash", only_the_password_fits, a_locked_or_unknown_hash_opens_to_nothing)
