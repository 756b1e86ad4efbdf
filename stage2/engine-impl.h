/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * engine-impl - what the files of the engine share with each other, and with nobody else but their tests.
 *
 * Layers, each calls only those before it: queue (actions, ready queue), timer (heap of deadlines), job (one
 * wish of one unit, ordering counters), wish (one wish spread over units), service (the steps of a life),
 * table (which event does what in which state), engine (entries). No layer calls back: what a unit's change
 * means for another unit is left in that unit's flags, and the unit is put into the ready queue.
 */
#pragma once

#include "engine.h"
#include "runundo.h"

static inline struct run_unit *unit_of(const struct engine *e, uint32_t id)
{
    return runtab_unit(e->table, id);
}

/*
 * unit_begin, unit_end - around every change of what is not derived: saved first, then under the record's counter
 * unit_begin_text: the same when the unit's texts change too.
 */
static inline struct run_unit *unit_begin(const struct engine *e, uint32_t id)
{
    struct run_unit *u = unit_of(e, id);

    runundo_save_unit(e->table, id);
    runtab_begin(u);
    return u;
}

static inline struct run_unit *unit_begin_text(const struct engine *e, uint32_t id)
{
    runundo_save_text(e->table, id);
    return unit_begin(e, id);
}

static inline void unit_end(struct run_unit *u)
{
    runtab_end(u);
}

/* goal_of - the header for changes of the goal. */
static inline struct runtab_header *goal_of(const struct engine *e)
{
    runundo_save_goal(e->table);
    return e->table->header;
}

static inline bool unit_has(const struct run_unit *u, uint32_t flags)
{
    return (u->flags & flags) != 0;
}

static inline uint64_t usec_add(uint64_t a, uint64_t b)
{
    return a > USEC_INFINITY - b ? USEC_INFINITY : a + b;
}

static inline bool is_inactive(const struct run_unit *u)
{
    return u->state == RUN_DEAD || u->state == RUN_FAILED;
}

static inline bool is_active(const struct run_unit *u)
{
    enum run_active a = run_state_active((enum run_state)u->state);

    return a == RUN_ACTIVE_ACTIVE || a == RUN_ACTIVE_RELOADING;
}

/* Has begun to start and has processes of its own: not the pause before an automatic restart. */
static inline bool is_activating(const struct run_unit *u)
{
    return run_state_active((enum run_state)u->state) == RUN_ACTIVE_ACTIVATING &&
           u->state != RUN_AUTO_RESTART;
}

static inline bool is_deactivating(const struct run_unit *u)
{
    return run_state_active((enum run_state)u->state) == RUN_ACTIVE_DEACTIVATING;
}

/* Whether a job takes part in the ordering, and whether it does so as a stop. */
static inline bool job_orders(uint8_t job)
{
    return job == RUN_JOB_START || job == RUN_JOB_STOP || job == RUN_JOB_RESTART;
}

static inline bool job_stops(uint8_t job)
{
    return job == RUN_JOB_STOP || job == RUN_JOB_RESTART;
}

static inline bool going_down(const struct engine *e)
{
    return e->table->header->final_kind != UDB_FINAL_NONE;
}

/* --- engine-queue.c: what leaves the engine, and who is looked at next --- */

bool engine_has_room(const struct engine *e) _pure_; /* for one more event or ready unit */
void engine_act(struct engine *e, struct engine_action action);
void engine_act_kill(struct engine *e, uint32_t id, enum engine_whom whom, int signal);
void engine_enqueue(struct engine *e, uint32_t id); /* at the tail, once */
uint32_t engine_dequeue(struct engine *e);          /* RUN_NONE: empty */
void unit_set_flags(struct engine *e, uint32_t id, uint32_t set, uint32_t clear);
/* unit_set_state - the one place where a state changes; stamps it and says so. */
void unit_set_state(struct engine *e, uint32_t id, enum run_state state, uint64_t now);
/* unit_explain - the sentence for a person; unit_fail keeps the first result and reason of a life. */
void unit_explain(struct engine *e, uint32_t id, const char *format, ...) _printf_(3, 4);
void unit_fail(struct engine *e, uint32_t id, enum run_result result, const char *format, ...) _printf_(4, 5);

/* --- engine-timer.c: one deadline a unit --- */

void timer_set(struct engine *e, uint32_t id, uint64_t deadline_usec); /* USEC_INFINITY: none */
void timer_clear(struct engine *e, uint32_t id);
void timer_place(struct engine *e, uint32_t id); /* into the heap, by its deadline */
uint32_t timer_due(const struct engine *e,
                   uint64_t now) _pure_; /* the unit whose deadline passed; RUN_NONE */

/* --- engine-job.c: jobs and what they wait for --- */

/* How many jobs of other units are in the way of a job of this kind. O(degree). */
uint32_t job_count_waits(const struct engine *e, uint32_t id, uint8_t job) _pure_;
/*
 * job_wish - wish @kind of a unit: keep the job that does it, change it, or put a new one in its place
 * Return: the id of the job that will do it.
 */
uint32_t job_wish(struct engine *e, uint32_t id, enum run_job kind, uint32_t flags, uint64_t now);
/* job_refuse - a start that cannot even be tried: an id that has ended. @result: the reason is written
 * already. */
uint32_t job_refuse(struct engine *e, uint32_t id, enum run_result result);
void job_end(struct engine *e, uint32_t id, enum run_result result);
/* job_restart_continues - the stop half of a restart is done. */
void job_restart_continues(struct engine *e, uint32_t id);

/* --- engine-wish.c: a wish and all that follows from it --- */

enum wish_flags {
    WISH_SHALLOW = 1 << 0,      /* leave alone what an active unit wants: automatic restarts */
    WISH_IRREVERSIBLE = 1 << 1, /* jobs that nothing from outside replaces */
    WISH_ISOLATE = 1 << 2,      /* stop everything else */
    WISH_RESTART = 1 << 3,      /* restart the unit and what requires it */
};

int wish_start(struct engine *e, uint32_t id, uint32_t flags, uint64_t now);
int wish_stop(struct engine *e, uint32_t id, uint64_t now);
/* wish_stop_all - going down without a final unit. */
void wish_stop_all(struct engine *e, uint64_t now);
/* wish_cancel_starts - what has not begun to start does not begin any more, but for what the way down needs.
 */
void wish_cancel_starts(struct engine *e, uint64_t now);
/* wish_on_failure - start what the unit's OnFailure= names. */
void wish_on_failure(struct engine *e, uint32_t id, uint64_t now);

/* --- engine-service.c: the steps of a life --- */

struct life {
    struct engine *e;
    uint32_t id;
    struct run_unit *u;
    const struct udb_service *svc; /* a target has one without lines */
    const struct engine_event *ev; /* NULL for jobs and deadlines */
    uint64_t now;
};

void life_begin_start(struct life *l);
void life_conditions_met(struct life *l);
void life_enter_start_pre(struct life *l);
void life_enter_start(struct life *l);
void life_enter_start_post(struct life *l);
void life_enter_running(struct life *l);
void life_enter_reload(struct life *l);
void life_enter_stop(struct life *l);
void life_enter_signal(struct life *l, enum run_state state, int signal);
void life_note_signal(struct life *l, int signal); /* what the stop phase sends; 0: nothing */
void life_resend(struct life *l); /* the signals of the phase under way once more */
void life_watch(struct life *l); /* for the emptiness of its cgroup, where KillMode= cares */
void life_signal_done(struct life *l);
void life_kill_rest(struct life *l); /* the main process ended: what KillMode=mixed does then */
void life_enter_stop_post(struct life *l);
void life_enter_dead(struct life *l);
void life_enter_rest(struct life *l); /* break off the wait for an automatic restart */
void life_forget_control(struct life *l);
void life_give_up(struct life *l); /* forget processes that do not end */
/* life_next_line - run the line behind the one that ended. Return: false when that was the last. */
bool life_next_line(struct life *l);
bool life_is_empty(const struct life *l); /* no process is left that has to be waited for */
/* life_settle - end or go on with the job now that a handler is done. */
void life_settle(struct life *l);

/* --- engine-exit.c: what an end means --- */

enum run_result exit_result(const struct life *l, int code, int status);
bool exit_restarts(const struct life *l);
const char *exit_signal_name(int signal) _const_;
/* @main: of the main process, else of the control process. */
/* exit_explain - "ExecStart=/usr/bin/foo exited with status 1". */
void exit_explain(struct life *l, bool main, enum run_result result, int code, int status);
bool exit_ignored(const struct life *l, bool main); /* the line has "-" */
/* exit_line - "ExecStartPre=/bin/x" for reasons. Return: @buf. */
const char *exit_line(const struct life *l, bool main, char *buf, size_t size);

/* exit_span - a time-out as unit files give it: "90s". Return: @buf. */
const char *exit_span(uint64_t usec, char *buf, size_t size);

/* --- engine-deadline.c: what it means that time is up, by state --- */

int deadline_start_line(struct life *l);
int deadline_start(struct life *l);
int deadline_running(struct life *l);
int deadline_reload(struct life *l);
int deadline_stop(struct life *l);
int deadline_sigterm(struct life *l);
int deadline_sigkill(struct life *l);
int deadline_stop_post(struct life *l);
int deadline_auto_restart(struct life *l);

/* --- engine-check.c --- */

/* unit_contradiction - why a record, without what is derived, cannot be as it is. Return: static text; NULL. */
const char *unit_contradiction(const struct engine *e, uint32_t id);

/* --- engine-rebuild.c --- */

void unit_lose(struct engine *e, uint32_t id); /* its record cannot be trusted; a whole call */

/* --- engine-table.c: [state][event] --- */

enum life_event {
    LIFE_START, /* a start may begin */
    LIFE_STOP,  /* a stop or restart may begin */
    LIFE_RELOAD,
    LIFE_SPAWNED,
    LIFE_SPAWN_FAILED,
    LIFE_EXEC_DONE,
    LIFE_MAIN_EXITED,
    LIFE_CONTROL_EXITED,
    LIFE_EMPTY,
    LIFE_NOTIFY,
    LIFE_DEADLINE,
    LIFE_EVENT_COUNT
};

/* life_dispatch - Return: 0; -EINVAL when this cannot happen in this state. */
int life_dispatch(struct engine *e, uint32_t id, enum life_event event, const struct engine_event *ev,
                  uint64_t now);
/* life_make - what every step of a unit's life is given. */
struct life life_make(struct engine *e, uint32_t id, const struct engine_event *ev, uint64_t now);
/* life_cell_filled - whether somebody thought about it: for the test. */
bool life_cell_filled(enum run_state state, enum life_event event) _const_;
