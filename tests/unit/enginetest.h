/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * enginetest - a world for tests of the engine: units by name, a clock of the test's own, processes that
 * start when asked and end when the test says so.
 *
 * Each spawn is answered at once (unless hold_spawns), a watched unit is reported empty as soon as its
 * processes are gone (unless it has leftovers), and engine_check must hold after every event.
 */
#pragma once

#include <signal.h>

#include "engine-impl.h"
#include "udbwrite.h"
#include "unittest.h"

#define WORLD_LOG 65536

struct world {
    struct udbwrite *writer;
    struct udb db;
    struct runtab table;
    struct engine e;
    uint64_t now;
    pid_t next_pid;
    bool hold_spawns; /* the test answers by itself */
    bool *watched;    /* a WATCH_EMPTY to be answered */
    bool *leftovers;  /* something of the unit outlives its main process */
    struct engine_action *log;
    uint32_t n_log;
};

static inline void world_new(struct world *w)
{
    *w = (struct world){.now = USEC_PER_SEC, .next_pid = 100};
    ck_assert_int_eq(udbwrite_new(&w->writer), 0);
}

static inline struct udb_unit *add_unit(struct world *w, const char *name)
{
    uint32_t id = udbwrite_unit(w->writer, name);
    struct udb_unit *u = udbwrite_unit_record(w->writer, id);

    u->load = UDB_LOADED;
    return u;
}

static inline void add_line(struct world *w, const char *name, enum udb_exec kind, const char *path,
                            uint32_t flags)
{
    const char *const argv[] = {path, NULL};

    udbwrite_command(w->writer, udbwrite_unit(w->writer, name), kind, path, flags, argv);
}

/* A loaded service with ExecStart=/bin/main unless it is a oneshot, whose lines the test adds. */
static inline struct udb_service *add_service(struct world *w, const char *name, enum udb_service_type type)
{
    struct udb_service *s;

    add_unit(w, name);
    s = udbwrite_service_record(w->writer, udbwrite_unit(w->writer, name));
    s->type = (uint8_t)type;
    s->limit_burst = 0;
    s->start_timeout_usec = 90 * USEC_PER_SEC;
    s->stop_timeout_usec = 90 * USEC_PER_SEC;
    if (type != UDB_ONESHOT)
        add_line(w, name, UDB_EXEC_START, "/bin/main", UDB_CMD_DIRECT);
    return udbwrite_service_record(w->writer, udbwrite_unit(w->writer, name));
}

static inline void add_edge(struct world *w, const char *from, enum udb_edge kind, const char *to)
{
    udbwrite_edge(w->writer, udbwrite_unit(w->writer, from), kind, udbwrite_unit(w->writer, to));
}

static inline void world_open(struct world *w)
{
    const char *why = "";
    uint32_t n;
    void *data;
    size_t size;

    ck_assert_int_eq(udbwrite_finish(w->writer, &data, &size), 0);
    ck_assert_msg(udb_open(data, size, &w->db, &why) == 0, "%s", why);
    n = udb_count(&w->db);
    runtab_format(calloc(1, runtab_size(n)), n, w->db.header->checksum, &w->table);
    w->watched = calloc(n, sizeof(bool));
    w->leftovers = calloc(n, sizeof(bool));
    w->log = calloc(WORLD_LOG, sizeof(*w->log));
    ck_assert_int_eq(engine_init(&w->e, &w->db, &w->table, calloc(ENGINE_STACK_ENTRIES(n), sizeof(uint32_t)),
                                 calloc(n, 1), calloc(64, sizeof(struct engine_action)), 64),
                     0);
}

static inline void world_free(struct world *w)
{
    free((void *)(uintptr_t)w->db.data);
    free(w->table.data);
    free(w->watched);
    free(w->leftovers);
    free(w->log);
    free(w->e.stack);
    free(w->e.marks);
    free(w->e.actions);
    udbwrite_free(w->writer);
}

static inline uint32_t id_of(const struct world *w, const char *name)
{
    uint32_t id = udb_find(&w->db, name);

    ck_assert_msg(id != UDB_NONE, "no unit %s", name);
    return id;
}

static inline struct run_unit *run_of(const struct world *w, const char *name)
{
    return runtab_unit(&w->table, id_of(w, name));
}

static inline const char *state_of(const struct world *w, const char *name)
{
    return run_state_name((enum run_state)run_of(w, name)->state);
}

static inline const char *result_of(const struct world *w, const char *name)
{
    return run_result_name((enum run_result)run_of(w, name)->result);
}

static inline const char *job_result_of(const struct world *w, const char *name)
{
    return run_result_name((enum run_result)run_of(w, name)->done_result);
}

static inline const char *reason_of(const struct world *w, const char *name)
{
    return runtab_text(&w->table, id_of(w, name))->reason;
}

static inline void world_check(struct world *w)
{
    const char *why = "";
    uint32_t unit = RUN_NONE;

    ck_assert_msg(engine_check(&w->e, &why, &unit), "%s: %s",
                  unit < udb_count(&w->db) ? udb_name(&w->db, unit) : "-", why);
    ck_assert_uint_eq(w->e.n_dropped, 0);
}

static inline int give(struct world *w, struct engine_event ev);

static inline void perform(struct world *w, const struct engine_action *a)
{
    ck_assert_uint_lt(w->n_log, WORLD_LOG);
    w->log[w->n_log++] = *a;
    if (a->type == ENGINE_ACT_WATCH_EMPTY)
        w->watched[a->unit] = true;
    else if (a->type == ENGINE_ACT_CLEANUP)
        w->watched[a->unit] = false;
    else if ((a->type == ENGINE_ACT_SPAWN || a->type == ENGINE_ACT_CONDITIONS) && !w->hold_spawns)
        ck_assert_int_eq(engine_event(&w->e,
                                      &(struct engine_event){
                                          .type = ENGINE_EV_SPAWNED, .unit = a->unit, .pid = w->next_pid++},
                                      w->now),
                         0);
    engine_performed(&w->e, a);
}

/* Performs and runs until nothing is left to do at this time. */
static inline void settle(struct world *w)
{
    bool more = true;

    while (more) {
        struct engine_action actions[64];
        uint32_t n = w->e.n_actions;

        memcpy(actions, w->e.actions, n * sizeof(*actions));
        w->e.n_actions = 0;
        for (uint32_t i = 0; i < n; i++)
            perform(w, &actions[i]);
        for (uint32_t id = 0; id < udb_count(&w->db); id++) {
            const struct run_unit *u = runtab_unit(&w->table, id);

            if (!w->watched[id] || w->leftovers[id] || u->main_pid != 0 || u->control_pid != 0 ||
                w->e.n_actions + ENGINE_MIN_ROOM > w->e.room)
                continue;
            w->watched[id] = false;
            engine_event(&w->e, &(struct engine_event){.type = ENGINE_EV_EMPTY, .unit = id}, w->now);
        }
        more = engine_run(&w->e, w->now) || w->e.n_actions != 0;
        world_check(w);
    }
}

static inline int give(struct world *w, struct engine_event ev)
{
    int r = engine_event(&w->e, &ev, w->now);

    world_check(w);
    settle(w);
    return r;
}

static inline int wish_for(struct world *w, enum engine_event_type type, const char *name)
{
    return give(w, (struct engine_event){.type = type, .unit = id_of(w, name)});
}

static inline void exit_main(struct world *w, const char *name, int code, int status)
{
    ck_assert_int_gt(run_of(w, name)->main_pid, 0);
    ck_assert_int_eq(give(w, (struct engine_event){.type = ENGINE_EV_EXITED,
                                                   .unit = id_of(w, name),
                                                   .pid = run_of(w, name)->main_pid,
                                                   .code = code,
                                                   .value = status}),
                     0);
}

static inline void exit_control(struct world *w, const char *name, int code, int status)
{
    ck_assert_int_gt(run_of(w, name)->control_pid, 0);
    ck_assert_int_eq(give(w, (struct engine_event){.type = ENGINE_EV_EXITED,
                                                   .unit = id_of(w, name),
                                                   .pid = run_of(w, name)->control_pid,
                                                   .code = code,
                                                   .value = status}),
                     0);
}

static inline int notify(struct world *w, const char *name, int what)
{
    return give(w, (struct engine_event){.type = ENGINE_EV_NOTIFY, .unit = id_of(w, name), .value = what});
}

/* Let time pass; deadlines on the way are met when they are due. */
static inline void pass(struct world *w, uint64_t usec)
{
    uint64_t end = w->now + usec;

    while (engine_next_deadline(&w->e) <= end) {
        w->now = MAX(w->now, engine_next_deadline(&w->e));
        settle(w);
    }
    w->now = end;
    settle(w);
}

/* How often an action was given for a unit since the log was cleared. */
static inline uint32_t count_actions(const struct world *w, enum engine_action_type type, const char *name)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < w->n_log; i++)
        n += w->log[i].type == type && w->log[i].unit == (name ? id_of(w, name) : w->log[i].unit);
    return n;
}

static inline uint32_t count_kills(const struct world *w, const char *name, enum engine_whom whom, int signal)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < w->n_log; i++)
        n += w->log[i].type == ENGINE_ACT_KILL && w->log[i].unit == id_of(w, name) &&
             w->log[i].kill.whom == whom && w->log[i].kill.signal == signal;
    return n;
}

/* The place in the log where a unit entered a state; asserts that it did. */
static inline uint32_t when_entered(const struct world *w, const char *name, enum run_state state)
{
    for (uint32_t i = 0; i < w->n_log; i++)
        if (w->log[i].type == ENGINE_ACT_STATE && w->log[i].unit == id_of(w, name) &&
            w->log[i].state.to == state)
            return i;
    ck_abort_msg("%s never was %s", name, run_state_name(state));
    return RUN_NONE;
}

#define assert_state(w, name, state)   ck_assert_str_eq(state_of(w, name), state)
#define assert_result(w, name, result) ck_assert_str_eq(result_of(w, name), result)
#define assert_job(w, name, result)    ck_assert_str_eq(job_result_of(w, name), result)
#define assert_reason(w, name, part)                                                                         \
    ck_assert_msg(strstr(reason_of(w, name), part) != NULL, "reason of %s is '%s'", name, reason_of(w, name))
