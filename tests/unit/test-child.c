/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/wait.h>

#include "child.h"
#include "clock.h"
#include "unittest.h"

static struct loop loop;
static struct children all;
static int packets, exits, last_status;
static size_t last_size;

static void begin(void)
{
    packets = exits = 0;
    ck_assert_int_eq(loop_init(&loop, 64), 0);
    ck_assert_int_eq(children_init(&all, &loop), 0);
}

static void run_until_exits(int n)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    while (exits < n && clock_now() < deadline)
        ck_assert_int_ge(loop_round(&loop, deadline), 0);
    ck_assert_int_eq(exits, n);
}

static void on_packet(void *data, const void *packet, size_t size)
{
    packets++;
    last_size = size;
    ck_assert_int_eq(*(const int *)packet, packets);
    ck_assert_int_eq(exits, 0);
}

static void on_exit_(void *data, int status)
{
    exits++;
    last_status = status;
}

static int send_three(void *data, int out_fd)
{
    int packet[100] = {0};

    for (packet[0] = 1; packet[0] <= 3; packet[0]++)
        if (write(out_fd, packet, sizeof(packet)) < 0)
            return 1;
    return 7;
}

static int hang(void *data, int out_fd)
{
    while (pause() < 0) {
    }
    return 0;
}

static int crash(void *data, int out_fd)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 0;
}

static pid_t start(child_fn run, const char *what)
{
    struct child_job job = {.what = what, .run = run, .packet = on_packet, .exit = on_exit_};
    pid_t pid;

    ck_assert_int_eq(child_start(&all, &job, &pid), 0);
    return pid;
}

START_TEST(packets_come_whole_in_order_and_before_the_exit)
{
    begin();
    start(send_three, "sending");
    run_until_exits(1);
    ck_assert_int_eq(packets, 3);
    ck_assert_uint_eq(last_size, 100 * sizeof(int));
    ck_assert_int_eq(WEXITSTATUS(last_status), 7);
    ck_assert_uint_eq(all.n, 0);
}
END_TEST

START_TEST(a_child_that_hangs_holds_up_nobody_and_is_named)
{
    begin();
    start(hang, "loading module 'bad'");
    start(send_three, "sending");
    run_until_exits(1);
    ck_assert_int_eq(packets, 3);
    ck_assert_str_eq(child_eldest(&all)->what, "loading module 'bad'");
}
END_TEST

START_TEST(what_runs_for_as_long_as_it_is_wanted_is_not_waited_for)
{
    pid_t daemon;

    begin();
    daemon = start(hang, "udev's daemon");
    child_set_service(&all, daemon);
    ck_assert_ptr_null(child_eldest(&all));
    start(hang, "reading disk 'sda'");
    ck_assert_str_eq(child_eldest(&all)->what, "reading disk 'sda'");
}
END_TEST

START_TEST(an_abandoned_child_calls_back_no_more)
{
    pid_t pid;

    begin();
    pid = start(hang, "hanging");
    child_abandon(&all, pid);
    ck_assert_ptr_null(child_eldest(&all));
    start(crash, "crashing");
    run_until_exits(1);
    ck_assert(WIFSIGNALED(last_status));
    ck_assert_int_eq(WTERMSIG(last_status), SIGSEGV);
}
END_TEST

START_TEST(what_it_is_at_can_change_and_its_clock_with_it)
{
    pid_t first, second;

    begin();
    first = start(hang, "a");
    second = start(hang, "b");
    ck_assert_str_eq(child_eldest(&all)->what, "a");
    while (clock_now() <= all.first->since) {
    }
    child_set_what(&all, first, "c");
    ck_assert_str_eq(child_eldest(&all)->what, "b");
    kill(first, SIGKILL);
    kill(second, SIGKILL);
    run_until_exits(2);
}
END_TEST

START_TEST(orphans_are_reaped_and_no_signal_is_lost)
{
    begin();
    for (int i = 0; i < 50; i++)
        if (fork() == 0)
            _exit(0);
    for (int i = 0; i < 20; i++)
        start(crash, "x");
    run_until_exits(20);
    /* all that ran before is gone: nothing is left to wait for */
    for (uint64_t deadline = clock_now() + 10 * USEC_PER_SEC;
         waitpid(-1, NULL, WNOHANG | __WALL) >= 0 && clock_now() < deadline;)
        loop_round(&loop, clock_now() + 1000);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

UNITTEST_MAIN("child", packets_come_whole_in_order_and_before_the_exit,
              a_child_that_hangs_holds_up_nobody_and_is_named, what_runs_for_as_long_as_it_is_wanted_is_not_waited_for,
              an_abandoned_child_calls_back_no_more,
              what_it_is_at_can_change_and_its_clock_with_it, orphans_are_reaped_and_no_signal_is_lost)
