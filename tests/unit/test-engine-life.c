/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "enginetest.h"

#define A   "a.service"
#define SEC USEC_PER_SEC

static void started(struct world *w)
{
    world_open(w);
    ck_assert_int_gt(wish_for(w, ENGINE_EV_START, A), 0);
}

START_TEST(every_cell_of_the_table_is_filled)
{
    for (int s = 0; s < RUN_STATE_COUNT; s++)
        for (int ev = 0; ev < LIFE_EVENT_COUNT; ev++)
            ck_assert_msg(life_cell_filled((enum run_state)s, (enum life_event)ev), "state %s, event %d",
                          run_state_name((enum run_state)s), ev);
}
END_TEST

START_TEST(simple_is_active_once_spawned)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    started(&w);
    assert_state(&w, A, "running");
    assert_job(&w, A, "success");
    world_free(&w);
}
END_TEST

START_TEST(exec_is_active_only_when_the_program_runs)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_EXEC);
    started(&w);
    assert_state(&w, A, "start");
    give(&w, (struct engine_event){.type = ENGINE_EV_EXEC_DONE, .unit = id_of(&w, A)});
    assert_state(&w, A, "running");
    world_free(&w);
}
END_TEST

START_TEST(exec_that_cannot_become_its_program_fails_with_pintle_execs_reason)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_EXEC);
    started(&w);
    give(&w, (struct engine_event){.type = ENGINE_EV_EXEC_FAILED,
                                   .unit = id_of(&w, A),
                                   .pid = run_of(&w, A)->main_pid,
                                   .text = "no user 'nobody2'"});
    exit_main(&w, A, CLD_EXITED, 217);
    assert_state(&w, A, "failed");
    assert_result(&w, A, "exec");
    assert_reason(&w, A, "no user 'nobody2'");
    world_free(&w);
}
END_TEST

START_TEST(oneshot_runs_its_lines_in_turn_and_stops_at_the_first_failure)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_ONESHOT);
    add_line(&w, A, UDB_EXEC_START, "/bin/one", UDB_CMD_IGNORE_FAILURE);
    add_line(&w, A, UDB_EXEC_START, "/bin/two", 0);
    add_line(&w, A, UDB_EXEC_START, "/bin/three", 0);
    started(&w);
    exit_main(&w, A, CLD_EXITED, 1); /* has "-" */
    assert_state(&w, A, "start");
    ck_assert_uint_eq(run_of(&w, A)->exec_index, 1);
    exit_main(&w, A, CLD_EXITED, 3);
    assert_state(&w, A, "failed");
    assert_reason(&w, A, "ExecStart=/bin/two exited with status 3");
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_SPAWN, A), 2);
    world_free(&w);
}
END_TEST

START_TEST(oneshot_is_dead_when_done_unless_it_remains)
{
    for (int remain = 0; remain < 2; remain++) {
        struct world w;

        world_new(&w);
        add_service(&w, A, UDB_ONESHOT)->flags |= remain ? UDB_SVC_REMAIN_AFTER_EXIT : 0;
        add_line(&w, A, UDB_EXEC_START, "/bin/one", 0);
        started(&w);
        exit_main(&w, A, CLD_EXITED, 0);
        assert_state(&w, A, remain ? "exited" : "dead");
        assert_job(&w, A, "success");
        world_free(&w);
    }
}
END_TEST

START_TEST(notify_that_ends_before_ready_broke_the_protocol)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_NOTIFY);
    started(&w);
    exit_main(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "failed");
    assert_result(&w, A, "protocol");
    assert_reason(&w, A, "ended before it said READY=1");
    world_free(&w);
}
END_TEST

START_TEST(notify_that_is_not_ready_in_time_is_terminated_then_killed)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_NOTIFY);
    started(&w);
    pass(&w, 90 * SEC);
    assert_state(&w, A, "stop-sigterm");
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGTERM), 1);
    pass(&w, 90 * SEC);
    assert_state(&w, A, "stop-sigkill");
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGKILL), 1);
    exit_main(&w, A, CLD_KILLED, SIGKILL);
    assert_state(&w, A, "failed");
    assert_result(&w, A, "timeout");
    assert_job(&w, A, "timeout");
    assert_reason(&w, A, "did not say READY=1 within 90s");
    world_free(&w);
}
END_TEST

START_TEST(extend_timeout_moves_the_deadline_but_never_nearer)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_NOTIFY);
    started(&w);
    pass(&w, 80 * SEC);
    give(&w, (struct engine_event){.type = ENGINE_EV_NOTIFY,
                                   .unit = id_of(&w, A),
                                   .value = ENGINE_NOTIFY_EXTEND,
                                   .usec = 60 * SEC});
    give(&w, (struct engine_event){
                 .type = ENGINE_EV_NOTIFY, .unit = id_of(&w, A), .value = ENGINE_NOTIFY_EXTEND, .usec = SEC});
    pass(&w, 59 * SEC);
    assert_state(&w, A, "start");
    pass(&w, SEC);
    assert_state(&w, A, "stop-sigterm");
    world_free(&w);
}
END_TEST

START_TEST(a_process_that_survives_sigkill_is_given_up_and_said_so)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    started(&w);
    wish_for(&w, ENGINE_EV_STOP, A);
    pass(&w, 180 * SEC);
    assert_state(&w, A, "failed");
    assert_job(&w, A, "success");
    assert_reason(&w, A, "still there 90s after SIGKILL");
    ck_assert_uint_eq(runtab_pid_count(&w.table), 0);
    world_free(&w);
}
END_TEST

START_TEST(sendsigkill_no_leaves_the_process_and_says_so)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->flags &= ~(uint32_t)UDB_SVC_SEND_SIGKILL;
    started(&w);
    wish_for(&w, ENGINE_EV_STOP, A);
    pass(&w, 90 * SEC);
    assert_state(&w, A, "failed");
    assert_reason(&w, A, "SendSIGKILL=no");
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGKILL), 0);
    world_free(&w);
}
END_TEST

START_TEST(killmode_mixed_kills_what_the_main_process_left)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->kill_mode = UDB_KILL_MIXED;
    started(&w);
    w.leftovers[id_of(&w, A)] = true;
    wish_for(&w, ENGINE_EV_STOP, A);
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_MAIN, SIGTERM), 1);
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGTERM), 0);
    exit_main(&w, A, CLD_EXITED, 0);
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGKILL), 1);
    assert_state(&w, A, "stop-sigterm"); /* the rest is waited for */
    w.leftovers[id_of(&w, A)] = false;
    settle(&w);
    give(&w, (struct engine_event){.type = ENGINE_EV_EMPTY, .unit = id_of(&w, A)});
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(killmode_process_leaves_the_children_alone)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->kill_mode = UDB_KILL_PROCESS;
    started(&w);
    w.leftovers[id_of(&w, A)] = true;
    wish_for(&w, ENGINE_EV_STOP, A);
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_MAIN, SIGTERM), 1);
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    assert_state(&w, A, "dead");
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_KILL, A), 1);
    world_free(&w);
}
END_TEST

START_TEST(killmode_none_sends_nothing_and_waits_for_nothing)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->kill_mode = UDB_KILL_NONE;
    started(&w);
    wish_for(&w, ENGINE_EV_STOP, A);
    assert_state(&w, A, "dead");
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_KILL, A), 0);
    world_free(&w);
}
END_TEST

START_TEST(all_kinds_of_lines_run_in_the_order_of_a_life)
{
    static const enum udb_exec kinds[] = {UDB_EXEC_CONDITION,  UDB_EXEC_START_PRE, UDB_EXEC_START,
                                          UDB_EXEC_START_POST, UDB_EXEC_STOP,      UDB_EXEC_STOP_POST};
    struct world w;
    uint32_t at = 0;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (kinds[i] != UDB_EXEC_START)
            add_line(&w, A, kinds[i], "/bin/line", 0);
    started(&w);
    assert_state(&w, A, "condition");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "start-pre");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "start-post");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "running");
    wish_for(&w, ENGINE_EV_STOP, A);
    assert_state(&w, A, "stop");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "stop-sigterm");
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    assert_state(&w, A, "stop-post");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "dead");
    for (uint32_t i = 0; i < w.n_log; i++)
        if (w.log[i].type == ENGINE_ACT_SPAWN)
            ck_assert_int_eq(w.log[i].spawn.exec_kind, kinds[at++]);
    ck_assert_uint_eq(at, ARRAY_SIZE(kinds));
    world_free(&w);
}
END_TEST

START_TEST(execstop_is_left_out_when_the_start_failed_but_stop_post_is_not)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    add_line(&w, A, UDB_EXEC_START_PRE, "/bin/pre", 0);
    add_line(&w, A, UDB_EXEC_STOP, "/bin/stop", 0);
    add_line(&w, A, UDB_EXEC_STOP_POST, "/bin/post", 0);
    started(&w);
    exit_control(&w, A, CLD_EXITED, 1);
    assert_state(&w, A, "stop-post");
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_SPAWN, A), 2);
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "failed");
    assert_reason(&w, A, "ExecStartPre=/bin/pre exited with status 1");
    world_free(&w);
}
END_TEST

START_TEST(stop_post_that_hangs_is_ended_too)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    add_line(&w, A, UDB_EXEC_STOP_POST, "/bin/post", 0);
    started(&w);
    exit_main(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "stop-post");
    pass(&w, 90 * SEC);
    assert_state(&w, A, "final-sigterm");
    pass(&w, 90 * SEC);
    assert_state(&w, A, "final-sigkill");
    exit_control(&w, A, CLD_KILLED, SIGKILL);
    assert_state(&w, A, "failed");
    assert_result(&w, A, "timeout");
    world_free(&w);
}
END_TEST

START_TEST(exec_condition_below_255_skips_and_255_fails)
{
    for (int status = 254; status <= 255; status++) {
        struct world w;

        world_new(&w);
        add_service(&w, A, UDB_SIMPLE);
        add_line(&w, A, UDB_EXEC_CONDITION, "/bin/test", 0);
        started(&w);
        exit_control(&w, A, CLD_EXITED, status);
        assert_state(&w, A, status == 254 ? "dead" : "failed");
        assert_job(&w, A, status == 254 ? "skipped" : "exit-code");
        world_free(&w);
    }
}
END_TEST

START_TEST(conditions_are_judged_for_services_and_targets)
{
    static const char *const states[] = {NULL, "dead", "dead", "failed"};
    static const char *const jobs[] = {"success", "skipped", "exec-condition", "exit-code"};

    for (int target = 0; target < 2; target++)
        for (int status = 0; status < 4; status++) {
            const char *name = target ? "t.target" : A;
            struct world w;

            world_new(&w);
            if (!target)
                add_service(&w, A, UDB_SIMPLE);
            add_unit(&w, name)->flags |= UDB_UNIT_CONDITIONS;
            world_open(&w);
            ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, name), 0);
            assert_state(&w, name, "condition");
            exit_control(&w, name, CLD_EXITED, status);
            assert_state(&w, name, status == 0 ? (target ? "active" : "running") : states[status]);
            assert_job(&w, name, jobs[status]);
            world_free(&w);
        }
}
END_TEST

/* One row of systemd.service(5)'s table of Restart=. */
static void restarts(enum udb_restart policy, const char *expected)
{
    static const struct {
        int code, status;
    } ends[] = {{CLD_EXITED, 0},
                {CLD_KILLED, SIGTERM},
                {CLD_EXITED, 1},
                {CLD_KILLED, SIGKILL},
                {CLD_DUMPED, SIGSEGV}};

    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct world w;

        world_new(&w);
        add_service(&w, A, UDB_SIMPLE)->restart = (uint8_t)policy;
        started(&w);
        exit_main(&w, A, ends[i].code, ends[i].status);
        ck_assert_msg(streq(state_of(&w, A), "auto-restart") == (expected[i] == 'y'), "policy %d end %zu: %s",
                      policy, i, state_of(&w, A));
        world_free(&w);
    }
}

START_TEST(restart_follows_the_table)
{
    /* exit 0, SIGTERM, exit 1, SIGKILL, core dump */
    restarts(UDB_RESTART_NO, "nnnnn");
    restarts(UDB_RESTART_ALWAYS, "yyyyy");
    restarts(UDB_RESTART_ON_SUCCESS, "yynnn");
    restarts(UDB_RESTART_ON_FAILURE, "nnyyy");
    restarts(UDB_RESTART_ON_ABNORMAL, "nnnyy");
    restarts(UDB_RESTART_ON_ABORT, "nnnyy");
    restarts(UDB_RESTART_ON_WATCHDOG, "nnnnn");
}
END_TEST

START_TEST(sets_of_statuses_prevent_and_force_restarts_and_make_successes)
{
    struct world w;
    struct udb_service *s;

    world_new(&w);
    s = add_service(&w, A, UDB_SIMPLE);
    s->restart = UDB_RESTART_ON_FAILURE;
    s->restart_prevent.codes[0] = 1 << 5 | 1 << 6;
    s->restart_force.codes[0] = 1 << 6 | 1 << 7;
    s->success.codes[0] = 1 << 7 | 1 << 8;
    started(&w);
    exit_main(&w, A, CLD_EXITED, 5);
    assert_state(&w, A, "failed");
    wish_for(&w, ENGINE_EV_START, A);
    exit_main(&w, A, CLD_EXITED, 6); /* prevent beats force */
    assert_state(&w, A, "failed");
    wish_for(&w, ENGINE_EV_START, A);
    exit_main(&w, A, CLD_EXITED, 7); /* a success, but forced */
    assert_state(&w, A, "auto-restart");
    wish_for(&w, ENGINE_EV_START, A);
    exit_main(&w, A, CLD_EXITED, 8);
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(a_crash_loop_ends_at_the_start_limit)
{
    struct world w;
    struct udb_service *s;

    world_new(&w);
    s = add_service(&w, A, UDB_SIMPLE);
    s->restart = UDB_RESTART_ALWAYS;
    s->restart_usec = 100 * USEC_PER_MSEC;
    s->limit_burst = 5;
    s->limit_interval_usec = 10 * SEC;
    started(&w);
    for (int i = 0; i < 5; i++) {
        assert_state(&w, A, "running");
        ck_assert_uint_eq(run_of(&w, A)->n_restarts, (uint32_t)i);
        exit_main(&w, A, CLD_EXITED, 1);
        assert_state(&w, A, "auto-restart");
        pass(&w, 100 * USEC_PER_MSEC);
    }
    assert_state(&w, A, "failed");
    assert_result(&w, A, "start-limit-hit");
    assert_reason(&w, A, "started 5 times within 10s: start limit hit");
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_START, A), 0); /* any cause counts */
    assert_state(&w, A, "failed");
    wish_for(&w, ENGINE_EV_RESET_FAILED, A);
    assert_state(&w, A, "dead");
    wish_for(&w, ENGINE_EV_START, A);
    assert_state(&w, A, "running");
    ck_assert_uint_eq(run_of(&w, A)->n_restarts, 0);
    world_free(&w);
}
END_TEST

START_TEST(what_a_person_stops_does_not_restart)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->restart = UDB_RESTART_ALWAYS;
    started(&w);
    wish_for(&w, ENGINE_EV_STOP, A);
    exit_main(&w, A, CLD_EXITED, 1);
    assert_state(&w, A, "failed");
    wish_for(&w, ENGINE_EV_START, A);
    exit_main(&w, A, CLD_EXITED, 1);
    assert_state(&w, A, "auto-restart");
    wish_for(&w, ENGINE_EV_STOP, A);
    assert_state(&w, A, "failed");
    pass(&w, 1000 * SEC);
    assert_state(&w, A, "failed");
    world_free(&w);
}
END_TEST

START_TEST(reload_runs_its_line_and_a_failure_of_it_is_harmless)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    add_line(&w, A, UDB_EXEC_RELOAD, "/bin/reload", 0);
    started(&w);
    ck_assert_int_gt(wish_for(&w, ENGINE_EV_RELOAD, A), 0);
    assert_state(&w, A, "reload");
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "running");
    assert_job(&w, A, "success");
    wish_for(&w, ENGINE_EV_RELOAD, A);
    exit_control(&w, A, CLD_EXITED, 9);
    assert_state(&w, A, "running");
    assert_job(&w, A, "exit-code");
    wish_for(&w, ENGINE_EV_RELOAD, A);
    pass(&w, 90 * SEC);
    assert_job(&w, A, "timeout");
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_CONTROL, SIGKILL), 1);
    exit_control(&w, A, CLD_KILLED, SIGKILL);
    assert_state(&w, A, "running");
    wish_for(&w, ENGINE_EV_STOP, A);
    exit_main(&w, A, CLD_EXITED, 0);
    ck_assert_int_eq(wish_for(&w, ENGINE_EV_RELOAD, A), -ESRCH);
    world_free(&w);
}
END_TEST

START_TEST(watchdog_that_is_not_fed_aborts_the_service)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE)->watchdog_usec = 10 * SEC;
    started(&w);
    pass(&w, 9 * SEC);
    notify(&w, A, ENGINE_NOTIFY_WATCHDOG);
    pass(&w, 9 * SEC);
    assert_state(&w, A, "running");
    pass(&w, SEC);
    assert_state(&w, A, "stop-sigterm");
    ck_assert_uint_eq(count_kills(&w, A, ENGINE_KILL_ALL, SIGABRT), 1);
    exit_main(&w, A, CLD_DUMPED, SIGABRT);
    assert_result(&w, A, "watchdog");
    world_free(&w);
}
END_TEST

START_TEST(mainpid_and_status_are_taken_from_notify)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_NOTIFY);
    started(&w);
    give(&w,
         (struct engine_event){.type = ENGINE_EV_NOTIFY,
                               .unit = id_of(&w, A),
                               .value = ENGINE_NOTIFY_MAINPID | ENGINE_NOTIFY_STATUS | ENGINE_NOTIFY_READY,
                               .pid = 4711,
                               .text = "ready to serve"});
    assert_state(&w, A, "running");
    ck_assert_int_eq(run_of(&w, A)->main_pid, 4711);
    ck_assert_uint_eq(runtab_pid_find(&w.table, 4711), id_of(&w, A));
    ck_assert_str_eq(runtab_text(&w.table, id_of(&w, A))->status, "ready to serve");
    give(&w, (struct engine_event){
                 .type = ENGINE_EV_NOTIFY, .unit = id_of(&w, A), .value = ENGINE_NOTIFY_MAINPID, .pid = 1});
    ck_assert_int_eq(run_of(&w, A)->main_pid, 4711);
    exit_main(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(a_spawn_that_fails_is_a_failure_with_its_reason)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    w.hold_spawns = true;
    started(&w);
    give(&w, (struct engine_event){.type = ENGINE_EV_SPAWN_FAILED,
                                   .unit = id_of(&w, A),
                                   .value = EAGAIN,
                                   .text = "too many processes"});
    assert_state(&w, A, "failed");
    assert_result(&w, A, "resources");
    assert_reason(&w, A, "too many processes");
    world_free(&w);
}
END_TEST

START_TEST(a_stop_waits_for_the_answer_to_a_spawn)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    w.hold_spawns = true;
    started(&w);
    wish_for(&w, ENGINE_EV_STOP, A);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_KILL, A), 0);
    give(&w, (struct engine_event){.type = ENGINE_EV_SPAWNED, .unit = id_of(&w, A), .pid = 9});
    assert_state(&w, A, "stop-sigterm");
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(what_cannot_happen_is_refused)
{
    struct world w;

    world_new(&w);
    add_service(&w, A, UDB_SIMPLE);
    started(&w);
    ck_assert_int_eq(
        give(&w, (struct engine_event){.type = ENGINE_EV_SPAWNED, .unit = id_of(&w, A), .pid = 5}), -EINVAL);
    ck_assert_int_eq(
        give(&w, (struct engine_event){.type = ENGINE_EV_EXITED, .unit = id_of(&w, A), .pid = 5}), -EINVAL);
    ck_assert_int_eq(give(&w, (struct engine_event){.type = ENGINE_EV_START, .unit = 99}), -EINVAL);
    assert_state(&w, A, "running");
    world_free(&w);
}
END_TEST

UNITTEST_MAIN("engine-life", every_cell_of_the_table_is_filled, simple_is_active_once_spawned,
              exec_is_active_only_when_the_program_runs,
              exec_that_cannot_become_its_program_fails_with_pintle_execs_reason,
              oneshot_runs_its_lines_in_turn_and_stops_at_the_first_failure,
              oneshot_is_dead_when_done_unless_it_remains, notify_that_ends_before_ready_broke_the_protocol,
              notify_that_is_not_ready_in_time_is_terminated_then_killed,
              extend_timeout_moves_the_deadline_but_never_nearer,
              a_process_that_survives_sigkill_is_given_up_and_said_so,
              sendsigkill_no_leaves_the_process_and_says_so, killmode_mixed_kills_what_the_main_process_left,
              killmode_process_leaves_the_children_alone, killmode_none_sends_nothing_and_waits_for_nothing,
              all_kinds_of_lines_run_in_the_order_of_a_life,
              execstop_is_left_out_when_the_start_failed_but_stop_post_is_not,
              stop_post_that_hangs_is_ended_too, exec_condition_below_255_skips_and_255_fails,
              conditions_are_judged_for_services_and_targets, restart_follows_the_table,
              sets_of_statuses_prevent_and_force_restarts_and_make_successes,
              a_crash_loop_ends_at_the_start_limit, what_a_person_stops_does_not_restart,
              reload_runs_its_line_and_a_failure_of_it_is_harmless,
              watchdog_that_is_not_fed_aborts_the_service, mainpid_and_status_are_taken_from_notify,
              a_spawn_that_fails_is_a_failure_with_its_reason, a_stop_waits_for_the_answer_to_a_spawn,
              what_cannot_happen_is_refused)
