/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "countdown.h"
#include "unittest.h"

#define SEC USEC_PER_SEC

START_TEST(the_countdown_follows_panic_and_the_consoles)
{
    ck_assert_int_eq(countdown_seconds(NULL, true), -1);
    ck_assert_int_eq(countdown_seconds(NULL, false), COUNTDOWN_LONELY_SEC);
    ck_assert_int_eq(countdown_seconds("5", true), 5);
    ck_assert_int_eq(countdown_seconds("5", false), 5);
    ck_assert_int_eq(countdown_seconds("0", true), -1);
    ck_assert_int_eq(countdown_seconds("0", false), -1);
    ck_assert_int_eq(countdown_seconds("-1", true), 0);
    ck_assert_int_eq(countdown_seconds("soon", true), -1);
    ck_assert_int_eq(countdown_seconds("", false), COUNTDOWN_LONELY_SEC);
}
END_TEST

/* Let time pass from what is said to what is said next. */
static void check_said(int64_t sec, const uint64_t *want, size_t n)
{
    struct countdown c;
    uint64_t start = 1000 * SEC, now;

    countdown_start(&c, sec, start);
    for (size_t i = 0; i < n; i++) {
        now = countdown_next(&c);
        ck_assert_uint_eq(countdown_say(&c, now - 1), 0); /* not a moment before */
        ck_assert_uint_eq(countdown_say(&c, now), want[i]);
        ck_assert_uint_eq(countdown_say(&c, now), 0); /* and once */
    }
    ck_assert_uint_eq(countdown_next(&c), start + (uint64_t)sec * SEC);
    ck_assert_uint_eq(countdown_say(&c, countdown_next(&c)), 0); /* then it is over, not said */
    ck_assert_int_eq(countdown_left(&c, countdown_next(&c)), 0);
}

START_TEST(what_is_left_is_said_at_fixed_steps)
{
    check_said(100, (const uint64_t[]){60, 30, 10, 5}, 4);
    check_said(60, (const uint64_t[]){30, 10, 5}, 3); /* 60 was said with the page */
    check_said(7, (const uint64_t[]){5}, 1);
    check_said(5, NULL, 0);
    check_said(0, NULL, 0);
}
END_TEST

START_TEST(a_late_look_says_what_is_really_left)
{
    struct countdown c;

    countdown_start(&c, 60, 0);
    ck_assert_uint_eq(countdown_say(&c, 41 * SEC + 1), 19); /* 30 was missed: a busy machine */
    ck_assert_uint_eq(countdown_next(&c), 50 * SEC);
    ck_assert_int_eq(countdown_left(&c, 59 * SEC + 1), 1);
}
END_TEST

START_TEST(a_stopped_one_never_comes)
{
    struct countdown c;

    countdown_start(&c, -1, 0);
    ck_assert(!countdown_is_on(&c));
    countdown_start(&c, 60, 0);
    ck_assert(countdown_is_on(&c));
    countdown_stop(&c);
    ck_assert(!countdown_is_on(&c));
    ck_assert_uint_eq(countdown_next(&c), USEC_INFINITY);
    ck_assert_uint_eq(countdown_say(&c, 100 * SEC), 0);
    ck_assert_int_eq(countdown_left(&c, 100 * SEC), -1);
}
END_TEST

UNITTEST_MAIN("countdown", the_countdown_follows_panic_and_the_consoles, what_is_left_is_said_at_fixed_steps,
              a_late_look_says_what_is_really_left, a_stopped_one_never_comes)
