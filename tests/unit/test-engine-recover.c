/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "enginetest.h"

#define A "a.service"
#define B "b.service"
#define T "t.target"

/* PID 1 dies: a successor has the table alone. Its actions are collected, not performed. */
static struct engine_recovery die(struct world *w)
{
    struct engine_recovery rec;
    struct engine old = w->e;

    ck_assert_int_eq(runtab_open(w->table.data, w->table.size, &w->table), 0);
    runundo_rollback(&w->table);
    ck_assert_int_eq(engine_init(&w->e, &w->db, &w->table, old.stack, old.marks, old.actions, old.room), 0);
    ck_assert_int_eq(engine_recover(&w->e, &rec), 0);
    return rec;
}

static uint32_t reissued(struct world *w, enum engine_action_type type)
{
    uint32_t n = 0;

    while (engine_reissue(&w->e, w->now))
        ;
    for (uint32_t i = 0; i < w->e.n_actions; i++)
        n += w->e.actions[i].type == type;
    return n;
}

/* As die, and all that is given again is performed. */
static void live_on(struct world *w)
{
    die(w);
    while (engine_reissue(&w->e, w->now) || w->e.n_actions > 0)
        settle(w);
    settle(w);
}

static void one_service(struct world *w, enum udb_service_type type)
{
    world_new(w);
    add_unit(w, T);
    add_service(w, A, type);
    add_edge(w, T, UDB_WANTS, A);
    add_edge(w, T, UDB_AFTER, A);
}

/* Start @name until its first process is asked for, which nobody makes. */
static void ask(struct world *w, const char *name)
{
    w->hold_spawns = true;
    wish_for(w, ENGINE_EV_START, name);
    w->hold_spawns = false;
    ck_assert(unit_has(run_of(w, name), RUN_SPAWNING));
}

START_TEST(a_spawn_that_was_not_made_is_asked_for_again)
{
    struct world w;

    one_service(&w, UDB_SIMPLE);
    world_open(&w);
    ask(&w, A);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_SPAWN), 1);
    settle(&w);
    assert_state(&w, A, "running");
    world_free(&w);
}
END_TEST

START_TEST(a_spawn_that_the_kernel_made_counts_as_answered)
{
    struct world w;

    one_service(&w, UDB_SIMPLE);
    world_open(&w);
    ask(&w, A);
    run_of(&w, A)->main_pid = 4711;
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_SPAWN), 0);
    settle(&w);
    assert_state(&w, A, "running");
    ck_assert_int_eq(run_of(&w, A)->main_pid, 4711);
    ck_assert_int_eq(run_of(&w, A)->main_group, 4711);
    exit_main(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(conditions_that_nobody_judged_are_judged_again)
{
    struct world w;

    one_service(&w, UDB_SIMPLE);
    udbwrite_unit_record(w.writer, udbwrite_unit(w.writer, A))->flags |= UDB_UNIT_CONDITIONS;
    world_open(&w);
    ask(&w, A);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_CONDITIONS), 1);
    settle(&w);
    exit_control(&w, A, CLD_EXITED, 0);
    assert_state(&w, A, "running");
    world_free(&w);
}
END_TEST

START_TEST(a_kill_is_given_again_only_while_nobody_says_that_it_was_done)
{
    struct world w;

    one_service(&w, UDB_SIMPLE);
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, A);
    engine_event(&w.e, &(struct engine_event){.type = ENGINE_EV_STOP, .unit = id_of(&w, A)}, w.now);
    engine_run(&w.e, w.now);
    assert_state(&w, A, "stop-sigterm");
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_KILL), 1);
    ck_assert_int_eq(w.e.actions[w.e.n_actions - 1].kill.signal, SIGTERM);
    settle(&w);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_KILL), 0);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_WATCH_EMPTY), 1); /* the watch is always the runtime's memory */
    settle(&w);
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    assert_state(&w, A, "dead");
    world_free(&w);
}
END_TEST

START_TEST(a_clean_up_that_was_not_done_is_given_again)
{
    struct world w;
    struct engine_event ev = {.type = ENGINE_EV_EXITED, .code = CLD_EXITED};

    one_service(&w, UDB_SIMPLE);
    udbwrite_service_record(w.writer, udbwrite_unit(w.writer, A))->kill_mode = UDB_KILL_PROCESS;
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, A);
    ev.unit = id_of(&w, A);
    ev.pid = run_of(&w, A)->main_pid;
    ck_assert_int_eq(engine_event(&w.e, &ev, w.now), 0);
    assert_state(&w, A, "dead");
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_CLEANUP), 1);
    settle(&w);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_CLEANUP), 0);
    ck_assert_int_eq(engine_event(&w.e, &ev, w.now), -EINVAL); /* the zombie is seen once more */
    world_free(&w);
}
END_TEST

START_TEST(the_end_of_the_boot_and_of_everything_is_told)
{
    struct world w;

    one_service(&w, UDB_SIMPLE);
    world_open(&w);
    ck_assert(die(&w).needs_boot);
    engine_event(&w.e, &(struct engine_event){.type = ENGINE_EV_BOOT, .unit = id_of(&w, T)}, w.now);
    ck_assert(!die(&w).needs_boot);
    settle(&w);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_BOOT_DONE, T), 1);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_BOOT_DONE), 0);
    w.table.header->boot_due = 1; /* as it is before the runtime has told */
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_BOOT_DONE), 1);
    w.e.n_actions = 0;
    give(&w, (struct engine_event){.type = ENGINE_EV_FINAL, .unit = RUN_NONE, .value = UDB_FINAL_REBOOT});
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_FINAL, NULL), 1);
    die(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_FINAL), 1); /* going down leaves nothing in the table: begun again */
    world_free(&w);
}
END_TEST

START_TEST(deadlines_pids_and_jobs_survive_whatever_the_derived_data_says)
{
    struct world w;
    uint64_t deadline;
    struct run_unit *u;

    one_service(&w, UDB_NOTIFY);
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, A);
    deadline = engine_next_deadline(&w.e);
    u = run_of(&w, A);
    memset(runtab_heap(&w.table), 0x5a, 8);
    memset(w.table.data + w.table.header->pids_offset, 0x5a, 64 * sizeof(struct run_pid));
    w.table.header->heap_count = 77777;
    w.table.header->ready_head = w.table.header->ready_tail = id_of(&w, A);
    u->next_ready = id_of(&w, A); /* a ring */
    u->heap_pos = 12345;
    u->n_wait = 9;
    u->flags |= RUN_QUEUED;
    w.table.header->n_jobs = w.table.header->n_failed = 99;
    live_on(&w);
    ck_assert_uint_eq(engine_next_deadline(&w.e), deadline);
    ck_assert_uint_eq(runtab_pid_find(&w.table, u->main_pid), id_of(&w, A));
    ck_assert_uint_eq(w.table.header->n_jobs, 1);
    notify(&w, A, ENGINE_NOTIFY_READY);
    assert_state(&w, A, "running");
    world_free(&w);
}
END_TEST

START_TEST(a_record_that_contradicts_itself_is_lost_alone_and_comes_from_the_kernel)
{
    struct world w;
    struct engine_recovery rec;
    uint32_t job, a;

    one_service(&w, UDB_NOTIFY);
    add_service(&w, B, UDB_SIMPLE);
    world_open(&w);
    a = id_of(&w, A);
    wish_for(&w, ENGINE_EV_START, B);
    wish_for(&w, ENGINE_EV_START, A);
    job = run_of(&w, A)->job_id;
    run_of(&w, A)->state = 200;
    rec = die(&w);
    ck_assert_uint_eq(rec.n_lost, 1);
    ck_assert_uint_eq(rec.lost_unit, a);
    ck_assert_ptr_nonnull(rec.why);
    rec = die(&w); /* again, before the runtime could ask the kernel */
    ck_assert_uint_eq(rec.n_lost, 1);
    ck_assert(run_job_ended(run_of(&w, A), job));
    ck_assert_int_eq(engine_rebuild(&w.e,
                                    (struct engine_fact[]){{.unit = a, .pid = 900, .start_usec = 5},
                                                           {.unit = a, .pid = 901, .child = true, .start_usec = 9},
                                                           {.unit = a, .pid = 902, .child = true, .start_usec = 7,
                                                            .in_cgroup = true},
                                                           {.unit = id_of(&w, B), .pid = 903, .child = true},
                                                           {.unit = 77777, .pid = 904}},
                                    5, w.now),
                     0);
    world_check(&w);
    ck_assert_int_eq(run_of(&w, A)->main_pid, 902);
    ck_assert(unit_has(run_of(&w, A), RUN_HAS_CGROUP));
    assert_state(&w, A, "running");
    assert_state(&w, B, "running");
    ck_assert_int_ne(run_of(&w, B)->main_pid, 903);
    ck_assert_uint_eq(die(&w).n_lost, 0);
    exit_main(&w, A, CLD_EXITED, 3);
    assert_state(&w, A, "failed");
    world_free(&w);
}
END_TEST

START_TEST(a_table_that_is_gone_is_made_from_the_database_and_the_kernel)
{
    struct world w;
    struct runtab_header *h;

    one_service(&w, UDB_SIMPLE);
    add_service(&w, "once.service", UDB_ONESHOT)->flags |= UDB_SVC_REMAIN_AFTER_EXIT;
    add_service(&w, "works.service", UDB_ONESHOT)->start_timeout_usec = 60 * USEC_PER_SEC;
    add_line(&w, "works.service", UDB_EXEC_START, "/bin/works", 0);
    add_service(&w, "never.service", UDB_ONESHOT)->flags |= UDB_SVC_REMAIN_AFTER_EXIT;
    add_service(&w, B, UDB_SIMPLE);
    add_edge(&w, A, UDB_REQUIRES, "once.service");
    world_open(&w);
    h = w.table.header;
    h->boot_unit = id_of(&w, T);
    h->boot_done = 1;
    engine_lose_all(&w.e);
    ck_assert_int_eq(
        engine_rebuild(&w.e,
                       (struct engine_fact[]){{.unit = id_of(&w, A), .pid = 900, .child = true},
                                              {.unit = id_of(&w, "works.service"), .pid = 901, .child = true}},
                       2, w.now),
        0);
    world_check(&w);
    ck_assert_uint_eq(reissued(&w, ENGINE_ACT_SPAWN), 0);
    settle(&w);
    assert_state(&w, T, "active");
    assert_state(&w, A, "running");
    assert_state(&w, "once.service", "exited");
    assert_state(&w, "works.service", "start");
    assert_state(&w, "never.service", "dead");
    assert_state(&w, B, "dead");
    exit_main(&w, "works.service", CLD_EXITED, 0);
    assert_state(&w, "works.service", "dead");
    give(&w, (struct engine_event){.type = ENGINE_EV_FINAL, .unit = RUN_NONE, .value = UDB_FINAL_REBOOT});
    exit_main(&w, A, CLD_KILLED, SIGTERM);
    ck_assert_uint_eq(count_actions(&w, ENGINE_ACT_FINAL, NULL), 1);
    world_free(&w);
}
END_TEST

START_TEST(two_records_with_one_process_cannot_be_trusted)
{
    struct engine_recovery rec;
    struct world w;

    one_service(&w, UDB_SIMPLE);
    add_service(&w, B, UDB_SIMPLE);
    world_open(&w);
    wish_for(&w, ENGINE_EV_START, A);
    wish_for(&w, ENGINE_EV_START, B);
    run_of(&w, B)->main_pid = run_of(&w, A)->main_pid;
    ck_assert_int_eq(engine_recover(&w.e, &rec), -EEXIST);
    world_free(&w);
}
END_TEST

/* Everything behind what never changes: mostly junk, now and then only a byte of it. */
static void spoil(struct world *w, unsigned *seed)
{
    size_t from = offsetof(struct runtab_header, events);
    unsigned n = rand_r(seed) % 2 ? 1 + (unsigned)rand_r(seed) % 4 : (unsigned)rand_r(seed) % 4096;

    for (unsigned i = 0; i < n; i++) {
        size_t at = from + (size_t)rand_r(seed) % (w->table.size - from);

        if (rand_r(seed) % 2)
            at = w->table.header->units_offset + (size_t)rand_r(seed) % (udb_count(&w->db) * sizeof(struct run_unit));
        w->table.data[at] = (uint8_t)(rand_r(seed) % 3 ? rand_r(seed) : 0xff);
    }
}

static void take_over_junk(struct world *w)
{
    struct engine_recovery rec;
    int r = runtab_open(w->table.data, w->table.size, &w->table);

    if (r == 0) {
        runundo_rollback(&w->table);
        r = engine_recover(&w->e, &rec);
    } else {
        memset(w->table.data, 0, w->table.size); /* a fresh file */
        runtab_format(w->table.data, udb_count(&w->db), w->db.header->checksum, &w->table);
    }
    if (r < 0) {
        w->table.header->final_kind = UDB_FINAL_NONE;
        w->table.header->boot_unit = w->table.header->final_unit = RUN_NONE;
        w->table.header->boot_done = w->table.header->final_said = w->table.header->boot_due = 0;
        w->table.header->last_job_id = 0;
        engine_lose_all(&w->e);
    }
    ck_assert_int_eq(engine_rebuild(&w->e, &(struct engine_fact){.unit = id_of(w, A), .pid = 900000, .child = true}, 1,
                                    w->now),
                     0);
    world_check(w);
}

START_TEST(whatever_stands_in_the_records_the_engine_goes_on)
{
    for (unsigned seed = 1; seed <= 1500; seed++) {
        unsigned s = seed;
        struct world w;

        one_service(&w, UDB_NOTIFY);
        add_service(&w, B, UDB_SIMPLE);
        world_open(&w);
        wish_for(&w, ENGINE_EV_START, B);
        wish_for(&w, ENGINE_EV_START, T);
        spoil(&w, &s);
        take_over_junk(&w);
        for (uint32_t i = 0; i < udb_count(&w.db); i++)
            w.watched[i] = unit_has(runtab_unit(&w.table, i), RUN_WATCHED);
        w.now = 2 * USEC_PER_SEC;
        while (engine_reissue(&w.e, w.now))
            w.e.n_actions = 0;
        w.e.n_actions = 0;
        engine_run(&w.e, w.now);
        world_check(&w);
        world_free(&w);
    }
}
END_TEST

UNITTEST_MAIN("engine-recover", a_spawn_that_was_not_made_is_asked_for_again,
              a_spawn_that_the_kernel_made_counts_as_answered, conditions_that_nobody_judged_are_judged_again,
              a_kill_is_given_again_only_while_nobody_says_that_it_was_done,
              a_clean_up_that_was_not_done_is_given_again, the_end_of_the_boot_and_of_everything_is_told,
              deadlines_pids_and_jobs_survive_whatever_the_derived_data_says,
              a_record_that_contradicts_itself_is_lost_alone_and_comes_from_the_kernel,
              a_table_that_is_gone_is_made_from_the_database_and_the_kernel,
              two_records_with_one_process_cannot_be_trusted, whatever_stands_in_the_records_the_engine_goes_on)
