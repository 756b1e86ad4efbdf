/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"
#include "unittest.h"

START_TEST(numbers_are_whole_or_refused)
{
    uint64_t v;
    uint32_t u;

    ck_assert(text_parse_u64("18446744073709551615", 10, &v) == 0 && v == UINT64_MAX);
    ck_assert_int_eq(text_parse_u64("18446744073709551616", 10, &v), -ERANGE);
    ck_assert(text_parse_u64("fE00", 16, &v) == 0 && v == 0xfe00);
    ck_assert_int_eq(text_parse_u64("", 10, &v), -EINVAL);
    ck_assert_int_eq(text_parse_u64("-1", 10, &v), -EINVAL);
    ck_assert_int_eq(text_parse_u64(" 1", 10, &v), -EINVAL);
    ck_assert_int_eq(text_parse_u64("0x10", 16, &v), -EINVAL);
    ck_assert_int_eq(text_parse_u32("4294967296", 10, &u), -ERANGE);
}
END_TEST

START_TEST(time_spans_follow_systemd_time)
{
    static const struct {
        const char *text;
        uint64_t usec;
    } good[] = {
        {"5", 5000000},         {"5s", 5000000},           {"1min 20s", 80000000}, {"1min20s", 80000000},
        {"100ms", 100000},      {"1.5h", 5400000000},      {"2 weeks", 1209600000000},
        {"55s500ms", 55500000}, {"infinity", USEC_INFINITY}, {"0", 0},             {"0.5", 500000},
        {"300us", 300},         {"1m", 60000000},
    };
    static const char *const bad[] = {"", " ", "s", "5x", "5 5x", "-1", "1..5s", "inf", "99999999999999999y"};
    uint64_t v;

    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        ck_assert_msg(text_parse_usec(good[i].text, USEC_PER_SEC, &v) == 0, "'%s' refused", good[i].text);
        ck_assert_msg(v == good[i].usec, "'%s' is %llu", good[i].text, (unsigned long long)v);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(text_parse_usec(bad[i], USEC_PER_SEC, &v) < 0, "'%s' accepted", bad[i]);
}
END_TEST

START_TEST(a_terminal_sees_no_escape)
{
    char buf[32];

    ck_assert_str_eq(text_printable("a\033[2Jb\n", buf, sizeof(buf)), "a\\x1b[2Jb\\x0a");
    ck_assert_str_eq(text_printable("abc\001", buf, 5), "abc");
}
END_TEST

START_TEST(words_prefixes_and_vectors)
{
    const char *pos = "  a bc ";
    size_t n;
    struct strv l = {0};
    char buf[4];

    ck_assert(*text_next_word(&pos, " ", &n) == 'a' && n == 1);
    ck_assert(*text_next_word(&pos, " ", &n) == 'b' && n == 2);
    ck_assert_ptr_null(text_next_word(&pos, " ", &n));
    ck_assert_str_eq(text_after("root=x", "root="), "x");
    ck_assert_ptr_null(text_after("roo", "root="));
    ck_assert(text_has_suffix("a.service", ".service") && !text_has_suffix("ice", ".service"));
    ck_assert(strv_add(&l, "x") == 0 && strv_add(&l, "y") == 0 && l.n == 2 && !l.v[2]);
    ck_assert(strv_has(&l, "y") && !strv_has(&l, "z"));
    strv_clear(&l);
    ck_assert(!text_copy(buf, sizeof(buf), "abcd"));
    ck_assert_str_eq(buf, "abc");
}
END_TEST

START_TEST(sizes_and_spans_for_a_person)
{
    char b[32];

    ck_assert_str_eq(text_format_bytes(812, b, sizeof(b)), "812 B");
    ck_assert_str_eq(text_format_bytes(4404, b, sizeof(b)), "4.3 KiB");
    ck_assert_str_eq(text_format_bytes(UINT64_C(12) << 20, b, sizeof(b)), "12.0 MiB");
    ck_assert_str_eq(text_format_usec(1503000, b, sizeof(b)), "1.503s");
    ck_assert_str_eq(text_format_usec(4200, b, sizeof(b)), "4.2ms");
    ck_assert_str_eq(text_format_usec(123 * USEC_PER_SEC, b, sizeof(b)), "2min 3s");
}
END_TEST

UNITTEST_MAIN("text", numbers_are_whole_or_refused, time_spans_follow_systemd_time, a_terminal_sees_no_escape,
              words_prefixes_and_vectors, sizes_and_spans_for_a_person)
