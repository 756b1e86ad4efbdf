/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "enginetest.h"

START_TEST(a_target_starts_its_services_in_order_and_stops_them_in_reverse)
{
    struct world w;

    world_new(&w);
    add_unit(&w, "goal.target");
    add_service(&w, "a.service", UDB_NOTIFY);
    add_service(&w, "b.service", UDB_SIMPLE);
    add_edge(&w, "goal.target", UDB_REQUIRES, "a.service");
    add_edge(&w, "goal.target", UDB_WANTS, "b.service");
    add_edge(&w, "goal.target", UDB_AFTER, "a.service");
    add_edge(&w, "goal.target", UDB_AFTER, "b.service");
    add_edge(&w, "b.service", UDB_AFTER, "a.service");
    add_edge(&w, "b.service", UDB_REQUIRES, "a.service");
    world_open(&w);
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, "goal.target"), 0);
    assert_state(&w, "a.service", "start");
    assert_state(&w, "b.service", "dead");
    notify(&w, "a.service", ENGINE_NOTIFY_READY);
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "running");
    assert_state(&w, "goal.target", "active");
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_STOP, "a.service"), 0);
    assert_state(&w, "goal.target", "dead");
    assert_state(&w, "b.service", "stop-sigterm");
    assert_state(&w, "a.service", "running");
    exit_main(&w, "b.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "b.service", "dead");
    assert_state(&w, "a.service", "stop-sigterm");
    exit_main(&w, "a.service", CLD_EXITED, 0);
    assert_state(&w, "a.service", "dead");
    assert_job(&w, "a.service", "success");
    world_free(&w);
}
END_TEST

/* n loaded simple services a0, a1... */
static void services(struct world *w, const char *const *names)
{
    world_new(w);
    for (; *names; names++)
        if (strstr(*names, ".target"))
            add_unit(w, *names);
        else
            add_service(w, *names, UDB_SIMPLE);
}
#define SERVICES(w, ...) services(w, (const char *const[]){__VA_ARGS__, NULL})

static struct udb_service *service_of(struct world *w, const char *name)
{
    return udbwrite_service_record(w->writer, udbwrite_unit(w->writer, name));
}

START_TEST(requires_alone_gives_no_order)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service");
    service_of(&w, "b.service")->type = UDB_NOTIFY;
    add_edge(&w, "a.service", UDB_REQUIRES, "b.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "start");
    world_free(&w);
}
END_TEST

START_TEST(a_failed_requirement_fails_the_waiting_start_and_names_itself)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "c.service", "w.service");
    service_of(&w, "c.service")->type = UDB_NOTIFY;
    add_edge(&w, "a.service", UDB_REQUIRES, "b.service");
    add_edge(&w, "a.service", UDB_AFTER, "b.service");
    add_edge(&w, "b.service", UDB_REQUIRES, "c.service");
    add_edge(&w, "b.service", UDB_AFTER, "c.service");
    add_edge(&w, "w.service", UDB_WANTS, "a.service");
    add_edge(&w, "w.service", UDB_AFTER, "a.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "w.service");
    exit_main(&w, "c.service", CLD_EXITED, 1);
    assert_job(&w, "b.service", "dependency");
    assert_reason(&w, "b.service", "dependency 'c.service' failed");
    assert_job(&w, "a.service", "dependency");
    assert_reason(&w, "a.service", "dependency 'b.service' failed");
    assert_state(&w, "w.service", "running"); /* only wanted it */
    world_free(&w);
}
END_TEST

START_TEST(a_missing_requirement_fails_the_start_and_a_missing_wish_does_not)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service");
    add_edge(&w, "a.service", UDB_REQUIRES, "gone.service");
    add_edge(&w, "b.service", UDB_WANTS, "gone.service");
    world_open(&w);
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, "a.service"), 0);
    assert_job(&w, "a.service", "dependency");
    assert_reason(&w, "a.service", "'gone.service' is not-found");
    assert_state(&w, "a.service", "dead");
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, "b.service"), 0);
    assert_state(&w, "b.service", "running");
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_START, "gone.service"), -ENOENT);
    assert_reason(&w, "gone.service", "not-found");
    world_free(&w);
}
END_TEST

START_TEST(a_stop_goes_first_whatever_the_arrow_says)
{
    for (int direction = 0; direction < 2; direction++) {
        struct world w;

        SERVICES(&w, "a.service", "b.service");
        add_edge(&w, "a.service", UDB_CONFLICTS, "b.service");
        add_edge(&w, "a.service", direction ? UDB_AFTER : UDB_BEFORE, "b.service");
        world_open(&w);
        wish_for(&w, ENGINE_EV_START, "b.service");
        wish_for(&w, ENGINE_EV_START, "a.service");
        assert_state(&w, "b.service", "stop-sigterm");
        assert_state(&w, "a.service", "dead");
        exit_main(&w, "b.service", CLD_KILLED, SIGTERM);
        assert_state(&w, "a.service", "running");
        world_free(&w);
    }
}
END_TEST

START_TEST(a_wish_that_contradicts_itself_is_refused)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "c.service");
    add_edge(&w, "a.service", UDB_REQUIRES, "b.service");
    add_edge(&w, "a.service", UDB_REQUIRES, "c.service");
    add_edge(&w, "b.service", UDB_CONFLICTS, "c.service");
    world_open(&w);
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_START, "a.service"), -EDEADLK);
    assert_reason(&w, "a.service", "conflicts with");
    assert_state(&w, "b.service", "dead");
    world_free(&w);
}
END_TEST

START_TEST(of_two_wanted_rivals_the_first_of_the_list_stays)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "c.service");
    add_edge(&w, "a.service", UDB_WANTS, "b.service");
    add_edge(&w, "a.service", UDB_WANTS, "c.service");
    add_edge(&w, "b.service", UDB_CONFLICTS, "c.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "running");
    assert_state(&w, "c.service", "dead");
    assert_job(&w, "c.service", "canceled");
    assert_reason(&w, "c.service", "conflicts with 'b.service'");
    world_free(&w);
}
END_TEST

START_TEST(restart_takes_what_requires_the_unit_with_it_in_order)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "idle.service");
    add_edge(&w, "b.service", UDB_REQUIRES, "a.service");
    add_edge(&w, "b.service", UDB_AFTER, "a.service");
    add_edge(&w, "idle.service", UDB_REQUIRES, "a.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "b.service");
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_RESTART, "a.service"), 0);
    assert_state(&w, "b.service", "stop-sigterm");
    assert_state(&w, "a.service", "running");
    exit_main(&w, "b.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "b.service", "dead");
    exit_main(&w, "a.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "running");
    assert_state(&w, "idle.service", "dead");
    world_free(&w);
}
END_TEST

START_TEST(a_service_that_dies_by_itself_takes_nobody_with_it)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service");
    add_edge(&w, "b.service", UDB_REQUIRES, "a.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "b.service");
    exit_main(&w, "a.service", CLD_EXITED, 1);
    assert_state(&w, "a.service", "failed");
    assert_state(&w, "b.service", "running");
    world_free(&w);
}
END_TEST

START_TEST(a_replaced_job_ends_so_that_nobody_waits_for_ever)
{
    struct world w;
    int first, second, third;

    SERVICES(&w, "a.service", "b.service");
    service_of(&w, "b.service")->type = UDB_NOTIFY;
    add_edge(&w, "a.service", UDB_AFTER, "b.service");
    add_edge(&w, "a.service", UDB_WANTS, "b.service");
    world_open(&w);
    first = wish_for(&w, ENGINE_EV_START, "a.service");
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_START, "a.service"), first);
    ck_assert(!run_job_ended(run_of(&w, "a.service"), (uint32_t)first));
    second = wish_for(&w, ENGINE_EV_STOP, "a.service");
    ck_assert_int_gt(second, first);
    ck_assert(run_job_ended(run_of(&w, "a.service"), (uint32_t)first));
    ck_assert(run_job_ended(run_of(&w, "a.service"), (uint32_t)second));
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_JOB_DONE, "a.service"), 2);
    third = wish_for(&w, ENGINE_EV_START, "a.service");
    ck_assert_int_gt(third, second);
    notify(&w, "b.service", ENGINE_NOTIFY_READY);
    ck_assert_uint_eq(run_of(&w, "a.service")->done_job_id, (uint32_t)third);
    world_free(&w);
}
END_TEST

START_TEST(job_ids_wrap_without_ever_being_zero)
{
    struct world w;
    int a, b;

    SERVICES(&w, "a.service");
    world_open(&w);
    w.table.header->last_job_id = RUN_JOB_ID_MAX - 1;
    a = wish_for(&w, ENGINE_EV_START, "a.service");
    b = wish_for(&w, ENGINE_EV_STOP, "a.service");
    ck_assert_int_eq(a, RUN_JOB_ID_MAX);
    ck_assert_int_eq(b, 1);
    ck_assert(run_job_ended(run_of(&w, "a.service"), (uint32_t)a));
    ck_assert(!run_job_ended(run_of(&w, "a.service"), (uint32_t)b));
    world_free(&w);
}
END_TEST

START_TEST(a_stop_during_a_start_and_a_start_during_that_stop)
{
    struct world w;
    int stop, again;

    SERVICES(&w, "a.service");
    service_of(&w, "a.service")->type = UDB_NOTIFY;
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    stop = wish_for(&w, ENGINE_EV_STOP, "a.service");
    assert_state(&w, "a.service", "stop-sigterm");
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_STOP, "a.service"), stop); /* twice is once */
    again = wish_for(&w, ENGINE_EV_START, "a.service");
    ck_assert_int_gt(again, stop);
    exit_main(&w, "a.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "a.service", "start");
    notify(&w, "a.service", ENGINE_NOTIFY_READY);
    ck_assert_uint_eq(run_of(&w, "a.service")->done_job_id, (uint32_t)again);
    assert_job(&w, "a.service", "success");
    world_free(&w);
}
END_TEST

START_TEST(restart_during_the_pause_before_an_automatic_restart_starts_at_once)
{
    struct world w;

    SERVICES(&w, "a.service");
    service_of(&w, "a.service")->restart = UDB_RESTART_ALWAYS;
    service_of(&w, "a.service")->restart_usec = 60 * USEC_PER_SEC;
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    exit_main(&w, "a.service", CLD_EXITED, 1);
    wish_for(&w, ENGINE_EV_RESTART, "a.service");
    assert_state(&w, "a.service", "running");
    pass(&w, 100 * USEC_PER_SEC);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_SPAWN, "a.service"), 2);
    world_free(&w);
}
END_TEST

START_TEST(isolate_stops_all_that_is_not_pulled_in)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "ignored.service", "rescue.target");
    add_unit(&w, "rescue.target")->flags |= UDB_UNIT_ALLOW_ISOLATE;
    add_unit(&w, "ignored.service")->flags |= UDB_UNIT_IGNORE_ON_ISOLATE;
    add_edge(&w, "rescue.target", UDB_WANTS, "b.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    wish_for(&w, ENGINE_EV_START, "ignored.service");
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_ISOLATE, "a.service"), -EPERM);
    wish_for(&w, ENGINE_EV_ISOLATE, "rescue.target");
    exit_main(&w, "a.service", CLD_KILLED, SIGTERM);
    assert_state(&w, "a.service", "dead");
    assert_state(&w, "b.service", "running");
    assert_state(&w, "ignored.service", "running");
    assert_state(&w, "rescue.target", "active");
    world_free(&w);
}
END_TEST

START_TEST(refused_manual_starts_and_stops_are_refused)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service");
    add_unit(&w, "a.service")->flags |= UDB_UNIT_REFUSE_START | UDB_UNIT_REFUSE_STOP;
    add_edge(&w, "b.service", UDB_WANTS, "a.service");
    world_open(&w);
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_START, "a.service"), -EPERM);
    wish_for(&w, ENGINE_EV_START, "b.service");
    assert_state(&w, "a.service", "running"); /* pulled in, not by hand */
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_STOP, "a.service"), -EPERM);
    world_free(&w);
}
END_TEST

START_TEST(on_failure_starts_what_it_names_also_for_a_dependency)
{
    struct world w;

    SERVICES(&w, "a.service", "t.target", "hook.service", "hook2.service");
    service_of(&w, "a.service")->type = UDB_NOTIFY;
    add_edge(&w, "a.service", UDB_ON_FAILURE, "hook.service");
    add_edge(&w, "t.target", UDB_ON_FAILURE, "hook2.service");
    add_edge(&w, "t.target", UDB_REQUIRES, "a.service");
    add_edge(&w, "t.target", UDB_AFTER, "a.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "t.target");
    exit_main(&w, "a.service", CLD_EXITED, 1);
    assert_state(&w, "hook.service", "running");
    assert_state(&w, "hook2.service", "running");
    world_free(&w);
}
END_TEST

static enum run_result boot_result(const struct world *w)
{
    for (uint32_t i = 0; i < w->n_log; i++)
        if (w->log[i].type == ENGINE_ACT_BOOT_DONE)
            return (enum run_result)w->log[i].job.result;
    ck_abort_msg("no boot is done");
    return RUN_RESULT_COUNT;
}

START_TEST(a_boot_whose_goal_fails_ends_in_the_emergency_unit)
{
    struct world w;

    SERVICES(&w, "bad.service", "wanted.service", "emergency.target", "goal.target");
    service_of(&w, "bad.service")->type = UDB_NOTIFY;
    add_edge(&w, "goal.target", UDB_REQUIRES, "bad.service");
    add_edge(&w, "goal.target", UDB_AFTER, "bad.service");
    udbwrite_known(w.writer, UDBWRITE_EMERGENCY, udbwrite_unit(w.writer, "emergency.target"));
    world_open(&w);
    wish_for(&w, ENGINE_EV_BOOT, "goal.target");
    exit_main(&w, "bad.service", CLD_EXITED, 1);
    ck_assert_int_eq(boot_result(&w), RUN_RESULT_DEPENDENCY);
    assert_state(&w, "emergency.target", "active");
    ck_assert_uint_eq(w.table.header->boot_done, 2);
    world_free(&w);
}
END_TEST

START_TEST(a_wanted_unit_that_fails_does_not_fail_the_boot)
{
    struct world w;

    SERVICES(&w, "bad.service", "goal.target");
    service_of(&w, "bad.service")->type = UDB_NOTIFY;
    add_edge(&w, "goal.target", UDB_WANTS, "bad.service");
    add_edge(&w, "goal.target", UDB_AFTER, "bad.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_BOOT, "goal.target");
    exit_main(&w, "bad.service", CLD_EXITED, 1);
    ck_assert_int_eq(boot_result(&w), RUN_RESULT_SUCCESS);
    world_free(&w);
}
END_TEST

START_TEST(a_boot_without_a_goal_says_so)
{
    struct world w;

    SERVICES(&w, "a.service");
    world_open(&w);
    ck_assert_int_eq(give(&w, (struct engine_event){.type = ENGINE_EV_BOOT, .unit = RUN_NONE}), -ENOENT);
    ck_assert_int_eq(boot_result(&w), RUN_RESULT_NOT_LOADED);
    world_free(&w);
}
END_TEST

static int go_down(struct world *w)
{
    return give(
        w, (struct engine_event){.type = ENGINE_EV_FINAL, .unit = RUN_NONE, .value = UDB_FINAL_POWEROFF});
}

START_TEST(going_down_stops_in_reverse_refuses_starts_and_is_not_held_up)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service", "shutdown.target", "poweroff.target");
    service_of(&w, "a.service")->restart = UDB_RESTART_ALWAYS;
    add_edge(&w, "b.service", UDB_AFTER, "a.service");
    for (int i = 0; i < 2; i++) {
        add_edge(&w, i ? "a.service" : "b.service", UDB_CONFLICTS, "shutdown.target");
        add_edge(&w, i ? "a.service" : "b.service", UDB_BEFORE, "shutdown.target");
    }
    add_edge(&w, "poweroff.target", UDB_REQUIRES, "shutdown.target");
    add_edge(&w, "poweroff.target", UDB_AFTER, "shutdown.target");
    udbwrite_known(w.writer, (enum udbwrite_known)(UDBWRITE_FINAL + UDB_FINAL_POWEROFF),
                   udbwrite_unit(w.writer, "poweroff.target"));
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    wish_for(&w, ENGINE_EV_START, "b.service");
    ck_assert_int_gt(go_down(&w), 0);
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_START, "a.service"), -EPERM);
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_STOP, "poweroff.target"), -EPERM);
    ck_assert_int_eq(give(&w, (struct engine_event){.type = ENGINE_EV_FINAL, .value = UDB_FINAL_REBOOT}),
                     -EPERM);
    assert_state(&w, "a.service", "running");
    assert_state(&w, "b.service", "stop-sigterm");
    pass(&w, 180 * USEC_PER_SEC); /* b cannot even be killed */
    assert_state(&w, "b.service", "failed");
    assert_state(&w, "a.service", "stop-sigterm");
    exit_main(&w, "a.service", CLD_EXITED, 1);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_FINAL, NULL), 1);
    assert_state(&w, "a.service", "failed"); /* and not auto-restart */
    world_free(&w);
}
END_TEST

START_TEST(going_down_without_a_final_unit_stops_everything_in_reverse)
{
    struct world w;

    SERVICES(&w, "a.service", "b.service");
    add_edge(&w, "b.service", UDB_AFTER, "a.service");
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, "a.service");
    wish_for(&w, ENGINE_EV_START, "b.service");
    ck_assert_int_eq(go_down(&w), 0);
    assert_state(&w, "a.service", "running");
    exit_main(&w, "b.service", CLD_KILLED, SIGTERM);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_FINAL, NULL), 0);
    exit_main(&w, "a.service", CLD_KILLED, SIGTERM);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_FINAL, NULL), 1);
    world_free(&w);
}
END_TEST

START_TEST(a_full_room_refuses_the_event_instead_of_losing_actions)
{
    struct world w;

    SERVICES(&w, "a.service");
    world_open(&w);
    w.e.n_actions = w.e.room - ENGINE_MIN_ROOM + 1;
    ck_assert_int_eq(engine_event(&w.e, &(struct engine_event){.type = ENGINE_EV_START}, w.now), -EAGAIN);
    w.e.n_actions = 0;
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, "a.service"), 0);
    world_free(&w);
}
END_TEST

/* Elementary steps to start n services wanted by one target and to stop them again. */
static uint64_t steps_of(uint32_t n)
{
    struct world w;
    uint64_t steps;

    world_new(&w);
    add_unit(&w, "goal.target");
    add_service(&w, "base.service", UDB_SIMPLE);
    for (uint32_t i = 0; i < n; i++) {
        char name[32];

        snprintf(name, sizeof(name), "s%05u.service", i);
        add_service(&w, name, UDB_ONESHOT)->flags |= UDB_SVC_REMAIN_AFTER_EXIT;
        service_of(&w, name)->kill_mode = UDB_KILL_NONE;
        add_edge(&w, "goal.target", UDB_REQUIRES, name);
        add_edge(&w, "goal.target", UDB_AFTER, name);
        add_edge(&w, name, UDB_REQUIRES, "base.service");
        add_edge(&w, name, UDB_AFTER, "base.service");
    }
    world_open(&w);
    for (int stop = 0; stop < 2; stop++) {
        bool more = true;

        ck_assert_int_gt(
            engine_event(&w.e,
                         &(struct engine_event){.type = stop ? ENGINE_EV_STOP : ENGINE_EV_START,
                                                .unit = id_of(&w, stop ? "base.service" : "goal.target")},
                         w.now),
            0);
        while (more) {
            for (uint32_t i = 0; i < w.e.n_actions; i++)
                if (w.e.actions[i].type == ENGINE_ACT_SPAWN) { /* only base has a process */
                    w.e.n_actions = 0;
                    engine_event(&w.e,
                                 &(struct engine_event){
                                     .type = ENGINE_EV_SPAWNED, .unit = id_of(&w, "base.service"), .pid = 7},
                                 w.now);
                }
            w.e.n_actions = 0;
            more = engine_run(&w.e, w.now) || w.e.n_actions != 0;
        }
        assert_state(&w, "goal.target", stop ? "dead" : "active");
    }
    world_check(&w);
    steps = w.e.steps;
    world_free(&w);
    return steps;
}

START_TEST(ten_thousand_units_after_one_target_cost_ten_times_a_thousand)
{
    uint64_t small = steps_of(1000), large = steps_of(10000);

    ck_assert_uint_lt(large, small * 11);
    ck_assert_uint_lt(large, 10000 * 100);
}
END_TEST

UNITTEST_MAIN("engine-jobs", a_target_starts_its_services_in_order_and_stops_them_in_reverse,
              requires_alone_gives_no_order, a_failed_requirement_fails_the_waiting_start_and_names_itself,
              a_missing_requirement_fails_the_start_and_a_missing_wish_does_not,
              a_stop_goes_first_whatever_the_arrow_says, a_wish_that_contradicts_itself_is_refused,
              of_two_wanted_rivals_the_first_of_the_list_stays,
              restart_takes_what_requires_the_unit_with_it_in_order,
              a_service_that_dies_by_itself_takes_nobody_with_it,
              a_replaced_job_ends_so_that_nobody_waits_for_ever, job_ids_wrap_without_ever_being_zero,
              a_stop_during_a_start_and_a_start_during_that_stop,
              restart_during_the_pause_before_an_automatic_restart_starts_at_once,
              isolate_stops_all_that_is_not_pulled_in, refused_manual_starts_and_stops_are_refused,
              on_failure_starts_what_it_names_also_for_a_dependency,
              a_boot_whose_goal_fails_ends_in_the_emergency_unit,
              a_wanted_unit_that_fails_does_not_fail_the_boot, a_boot_without_a_goal_says_so,
              going_down_stops_in_reverse_refuses_starts_and_is_not_held_up,
              going_down_without_a_final_unit_stops_everything_in_reverse,
              a_full_room_refuses_the_event_instead_of_losing_actions,
              ten_thousand_units_after_one_target_cost_ten_times_a_thousand)
