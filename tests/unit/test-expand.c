/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "expand.h"
#include "unittest.h"

static const char *get(const char *name, size_t length, void *data _unused_)
{
    static const char *const variables[][2] = {
        {"ONE", "1"}, {"LIST", "a 'b c'  d"}, {"EMPTY", ""}, {"OPEN", "x 'y z"}, {"DOLLAR", "$ONE"}};

    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        if (strlen(variables[i][0]) == length && memcmp(variables[i][0], name, length) == 0)
            return variables[i][1];
    return NULL;
}

/* @wanted: words, each ended by "|". */
static void check(const char *word, const char *wanted)
{
    _cleanup_strv_ struct strv found = {0};
    char joined[500] = "";

    ck_assert_int_eq(expand_word(word, get, NULL, &found), 0);
    for (size_t i = 0; i < found.n; i++) {
        strcat(joined, found.v[i]);
        strcat(joined, "|");
    }
    ck_assert_str_eq(joined, wanted);
}

START_TEST(test_a_word_of_its_own_splits)
{
    check("$ONE", "1|");
    check("$LIST", "a|b c|d|");
    check("$EMPTY", "");
    check("$UNSET", "");
    check("$OPEN", "x|'y z|");
}
END_TEST

START_TEST(test_braces_never_split)
{
    check("${LIST}", "a 'b c'  d|");
    check("x${ONE}y${UNSET}z", "x1yz|");
    check("${EMPTY}", "|");
    check("${DOLLAR}", "$ONE|"); /* what was put in is not looked at again */
}
END_TEST

START_TEST(test_everything_else_stays)
{
    check("plain", "plain|");
    check("", "|");
    check("echo $ONE", "echo $ONE|"); /* sh -c "echo $ONE": the shell's affair */
    check("$$", "$|");
    check("a$$ONE", "a$ONE|");
    check("$${ONE}", "${ONE}|");
    check("${ONE", "${ONE|");
    check("cost 5$", "cost 5$|");
}
END_TEST

UNITTEST_MAIN("expand", test_a_word_of_its_own_splits, test_braces_never_split, test_everything_else_stays)
