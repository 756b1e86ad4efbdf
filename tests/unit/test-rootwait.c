/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rootwait.h"
#include "unittest.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

static struct rootwait begin(const char *words, char *why, size_t why_size)
{
    _cleanup_cmdline_ struct cmdline c;
    struct rootwait w;

    ck_assert_int_eq(cmdline_parse(words, strlen(words), &c), 0);
    rootwait_init(&w, &c, T0, why, why_size);
    return w;
}

static enum rootwait_verdict ask(struct rootwait *w, int candidate, uint64_t now, uint64_t *again)
{
    return rootwait_decide(w, candidate, T0 + now, again);
}

START_TEST(without_a_word_it_gives_up_after_thirty_seconds)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("root=/dev/vda", why, sizeof(why));

    ck_assert_str_eq(why, "");
    ck_assert_int_eq(ask(&w, -1, 0, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, T0 + 30 * SEC);
    ck_assert_int_eq(ask(&w, -1, 30 * SEC - 1, &again), ROOTWAIT_WAIT);
    ck_assert_int_eq(ask(&w, -1, 30 * SEC, &again), ROOTWAIT_TIMEOUT);
}
END_TEST

START_TEST(rootwait_alone_waits_for_ever_and_with_a_number_so_long)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("rootwait", why, sizeof(why));

    ck_assert_int_eq(ask(&w, -1, 100000 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, USEC_INFINITY);
    w = begin("rootwait rootwait=5", why, sizeof(why));
    ck_assert_int_eq(ask(&w, -1, 5 * SEC, &again), ROOTWAIT_TIMEOUT);
    w = begin("rootwait=5 rootwait", why, sizeof(why));
    ck_assert_uint_eq(w.deadline, USEC_INFINITY);
    w = begin("-- rootwait", why, sizeof(why));
    ck_assert_uint_eq(w.deadline, T0 + 30 * SEC);
}
END_TEST

START_TEST(a_rootwait_that_is_no_number_waits_for_ever_and_says_so)
{
    char why[128];
    struct rootwait w = begin("rootwait=soon", why, sizeof(why));

    ck_assert_uint_eq(w.deadline, USEC_INFINITY);
    ck_assert_ptr_nonnull(strstr(why, "rootwait=soon"));
}
END_TEST

START_TEST(rootdelay_holds_the_mount_back_and_moves_the_deadline)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("rootdelay=40", why, sizeof(why));

    ck_assert_int_eq(ask(&w, 0, 1 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, T0 + 40 * SEC);
    ck_assert_int_eq(ask(&w, -1, 40 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_int_eq(ask(&w, 0, 40 * SEC, &again), ROOTWAIT_TAKE);
    ck_assert_int_eq(ask(&w, -1, 70 * SEC, &again), ROOTWAIT_TIMEOUT);
}
END_TEST

START_TEST(the_first_candidate_is_taken_at_once)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("", why, sizeof(why));

    ck_assert_int_eq(ask(&w, 0, 1, &again), ROOTWAIT_TAKE);
}
END_TEST

START_TEST(a_fallback_gives_a_better_one_three_seconds)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("", why, sizeof(why));

    ck_assert_int_eq(ask(&w, 2, 10 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, T0 + 13 * SEC);
    ck_assert_int_eq(ask(&w, 1, 12 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_int_eq(ask(&w, 0, 12 * SEC, &again), ROOTWAIT_TAKE);
    /* the other way: nothing better comes, and the clock began with the first fallback */
    w = begin("", why, sizeof(why));
    (void)ask(&w, 2, 10 * SEC, &again);
    (void)ask(&w, 1, 12 * SEC, &again);
    ck_assert_int_eq(ask(&w, 1, 13 * SEC, &again), ROOTWAIT_TAKE);
    /* unplugged in between: it begins anew */
    w = begin("", why, sizeof(why));
    (void)ask(&w, 1, 10 * SEC, &again);
    (void)ask(&w, -1, 11 * SEC, &again);
    ck_assert_int_eq(ask(&w, 1, 14 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, T0 + 17 * SEC);
}
END_TEST

START_TEST(a_fallback_is_taken_at_the_deadline)
{
    char why[128];
    uint64_t again;
    struct rootwait w = begin("rootwait=10", why, sizeof(why));

    ck_assert_int_eq(ask(&w, 1, 9 * SEC, &again), ROOTWAIT_WAIT);
    ck_assert_uint_eq(again, T0 + 10 * SEC);
    ck_assert_int_eq(ask(&w, 1, 10 * SEC, &again), ROOTWAIT_TAKE);
}
END_TEST

START_TEST(a_retry_has_a_new_deadline_and_no_delay)
{
    _cleanup_cmdline_ struct cmdline c;
    struct rootwait w;
    uint64_t again;

    ck_assert_int_eq(cmdline_parse("rootdelay=60 rootwait=7", 23, &c), 0);
    rootwait_restart(&w, &c, T0, false);
    ck_assert_int_eq(ask(&w, 0, 0, &again), ROOTWAIT_TAKE);
    ck_assert_int_eq(ask(&w, -1, 7 * SEC, &again), ROOTWAIT_TIMEOUT);
    rootwait_restart(&w, &c, T0, true);
    ck_assert_int_eq(ask(&w, -1, 70000 * SEC, &again), ROOTWAIT_WAIT);
}
END_TEST

UNITTEST_MAIN("rootwait", without_a_word_it_gives_up_after_thirty_seconds,
              rootwait_alone_waits_for_ever_and_with_a_number_so_long,
              a_rootwait_that_is_no_number_waits_for_ever_and_says_so,
              rootdelay_holds_the_mount_back_and_moves_the_deadline, the_first_candidate_is_taken_at_once,
              a_fallback_gives_a_better_one_three_seconds, a_fallback_is_taken_at_the_deadline,
              a_retry_has_a_new_deadline_and_no_delay)
