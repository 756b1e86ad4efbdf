/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop.h"

#include <fcntl.h>

#include "clock.h"
#include "unittest.h"

/* The callbacks only read their name. */
#define NAME(s) ((void *)(uintptr_t)(s))

static char order[64];
static struct loop loop;
static loop_id victim;

static void note(void *data, int fd, uint32_t events)
{
    char c;

    if (events & EPOLLIN)
        ck_assert_int_eq(read(fd, &c, 1), 1);
    strcat(order, data);
}

static void remove_victim(void *data, int fd, uint32_t events)
{
    note(data, fd, events);
    loop_remove(&loop, victim);
}

static void ready_pipe(int fds[2])
{
    ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
    ck_assert_int_eq(write(fds[1], "x", 1), 1);
}

START_TEST(a_batch_is_served_by_priority)
{
    int a[2], b[2], c[2];

    ck_assert_int_eq(loop_init(&loop, 8), 0);
    ready_pipe(a);
    ready_pipe(b);
    ready_pipe(c);
    ck_assert_int_eq(loop_add(&loop, a[0], EPOLLIN, LOOP_PRIO_CONTROL, note, NAME("control "), NULL), 0);
    ck_assert_int_eq(loop_add(&loop, b[0], EPOLLIN, LOOP_PRIO_CHILD, note, NAME("child "), NULL), 0);
    ck_assert_int_eq(loop_add(&loop, c[0], EPOLLIN, LOOP_PRIO_NOTIFY, note, NAME("notify "), NULL), 0);
    ck_assert_int_eq(loop_add_timer(&loop, 0, LOOP_PRIO_TIMER, note, NAME("timer "), NULL), 0);
    ck_assert_int_eq(loop_round(&loop, 0), 4);
    ck_assert_str_eq(order, "child notify timer control ");
    ck_assert_int_eq(loop_round(&loop, 0), 0); /* the timer fired once and is gone */
    loop_done(&loop);
}
END_TEST

START_TEST(a_source_removed_earlier_in_the_batch_is_skipped)
{
    int a[2], b[2];

    ck_assert_int_eq(loop_init(&loop, 8), 0);
    ready_pipe(a);
    ready_pipe(b);
    ck_assert_int_eq(loop_add(&loop, a[0], EPOLLIN, LOOP_PRIO_CHILD, remove_victim, NAME("first "), NULL), 0);
    ck_assert_int_eq(loop_add(&loop, b[0], EPOLLIN, LOOP_PRIO_CONTROL, note, NAME("victim "), &victim), 0);
    ck_assert_int_eq(loop_round(&loop, 0), 1);
    ck_assert_str_eq(order, "first ");
    ck_assert_int_eq(loop_set_events(&loop, victim, EPOLLIN), -ENOENT);
    loop_done(&loop);
}
END_TEST

START_TEST(a_full_table_is_an_error_and_places_are_reused)
{
    loop_id ids[3], again;

    ck_assert_int_eq(loop_init(&loop, 2), 0);
    ck_assert_int_eq(loop_add_timer(&loop, USEC_INFINITY, LOOP_PRIO_TIMER, note, NAME(""), &ids[0]), 0);
    ck_assert_int_eq(loop_add_timer(&loop, USEC_INFINITY, LOOP_PRIO_TIMER, note, NAME(""), &ids[1]), 0);
    ck_assert_int_eq(loop_add_timer(&loop, USEC_INFINITY, LOOP_PRIO_TIMER, note, NAME(""), &ids[2]), -ENOSPC);
    loop_remove(&loop, ids[0]);
    loop_remove(&loop, ids[0]); /* twice is harmless */
    ck_assert_int_eq(loop_add_timer(&loop, USEC_INFINITY, LOOP_PRIO_TIMER, note, NAME(""), &again), 0);
    ck_assert_uint_ne(again, ids[0]);
    ck_assert_int_eq(loop_set_timer(&loop, ids[0], 0), -ENOENT);
    loop_done(&loop);
}
END_TEST

START_TEST(waiting_ends_at_the_deadline)
{
    uint64_t before = clock_now();

    ck_assert_int_eq(loop_init(&loop, 2), 0);
    ck_assert_int_eq(loop_round(&loop, before + 20000), 0);
    ck_assert_uint_ge(clock_now(), before + 20000);
    loop_done(&loop);
}
END_TEST

START_TEST(more_ready_sources_than_a_batch_are_all_served)
{
    int fds[LOOP_BATCH * 2][2], served = 0;

    ck_assert_int_eq(loop_init(&loop, LOOP_BATCH * 2), 0);
    for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
        ready_pipe(fds[i]);
        ck_assert_int_eq(loop_add(&loop, fds[i][0], EPOLLIN, LOOP_PRIO_CHILD, note, NAME(""), NULL), 0);
    }
    ck_assert_int_eq(loop_round(&loop, 0), LOOP_BATCH);
    served = loop_round(&loop, 0);
    ck_assert_int_eq(served, LOOP_BATCH);
    ck_assert_int_eq(loop_round(&loop, 0), 0);
    loop_done(&loop);
}
END_TEST

UNITTEST_MAIN("loop", a_batch_is_served_by_priority, a_source_removed_earlier_in_the_batch_is_skipped,
              a_full_table_is_an_error_and_places_are_reused, waiting_ends_at_the_deadline,
              more_ready_sources_than_a_batch_are_all_served)
