/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdarg.h>

#include "sim.h"

void sim_fail(struct sim *s, uint32_t unit, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "sim: seed %" PRIu64 " at %" PRIu64 ".%06" PRIu64 "s, %s: ", s->seed,
            s->now / USEC_PER_SEC, s->now % USEC_PER_SEC,
            s->db.data && unit < udb_count(&s->db) ? udb_name(&s->db, unit) : "-");
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nsim: to see it again: tests/sim/sim --seed %" PRIu64 " --at %" PRIu64 " --verbose\n", s->seed,
            s->only_at);
    exit(1);
}

static const char *name_of(const struct sim *s, uint32_t unit)
{
    return unit < udb_count(&s->db) ? udb_name(&s->db, unit) : "-";
}

static bool is_failure(uint8_t result)
{
    return result != RUN_RESULT_SUCCESS && result != RUN_RESULT_SKIPPED && result != RUN_RESULT_CANCELED;
}

/* Nothing runs before what it is ordered after, when both are to start; a stop beside it goes first. */
static void check_start_order(struct sim *s, uint32_t id)
{
    const struct udb_unit *d = udb_unit(&s->db, id);
    const uint32_t *to = udb_refs(&s->db, &d->edges[UDB_AFTER]);

    for (uint32_t i = 0; i < d->edges[UDB_AFTER].count; i++)
        if (job_orders(unit_of(&s->e, to[i])->job))
            sim_fail(s, id, "starts while '%s', which it is ordered after, still has a job",
                     name_of(s, to[i]));
    to = udb_refs(&s->db, &d->edges[UDB_BEFORE]);
    for (uint32_t i = 0; i < d->edges[UDB_BEFORE].count; i++)
        if (job_stops(unit_of(&s->e, to[i])->job))
            sim_fail(s, id, "starts while '%s', which is ordered after it, is still to stop",
                     name_of(s, to[i]));
    to = udb_refs(&s->db, &d->edges[UDB_REQUIRES]);
    for (uint32_t i = 0; i < d->edges[UDB_REQUIRES].count; i++) {
        const struct sim_unit *v = &s->units[to[i]];

        if (udb_has_edge(&s->db, id, UDB_AFTER, to[i]) && v->start_failed_at != 0 &&
            v->start_failed_at > s->units[id].job_at && !is_active(unit_of(&s->e, to[i])))
            sim_fail(s, id, "starts though '%s', which it requires, failed before it", name_of(s, to[i]));
    }
}

/* Nothing stops before what depends on it: what is ordered after it and stops in the same wish. */
static void check_stop_order(struct sim *s, uint32_t id)
{
    const struct udb_unit *d = udb_unit(&s->db, id);
    const uint32_t *to = udb_refs(&s->db, &d->edges[UDB_BEFORE]);

    for (uint32_t i = 0; i < d->edges[UDB_BEFORE].count; i++)
        if (job_stops(unit_of(&s->e, to[i])->job))
            sim_fail(s, id, "stops before '%s', which is ordered after it", name_of(s, to[i]));
}

/* Start limits by a count of the checker's own. */
static void check_limit(struct sim *s, uint32_t id)
{
    const struct udb_service *v = udb_service(&s->db, id);
    struct sim_unit *m = &s->units[id];

    if (!v || v->limit_burst == 0)
        return;
    if (m->limit_count == 0 || s->now - m->limit_begin_usec >= v->limit_interval_usec) {
        m->limit_begin_usec = s->now;
        m->limit_count = 0;
    }
    if (++m->limit_count > v->limit_burst)
        sim_fail(s, id, "start %u within its limit's interval, %u are allowed", m->limit_count,
                 v->limit_burst);
}

static bool rests(uint8_t state)
{
    return state == RUN_DEAD || state == RUN_FAILED || state == RUN_AUTO_RESTART;
}

static bool goes_down(uint8_t state)
{
    return run_state_active((enum run_state)state) == RUN_ACTIVE_DEACTIVATING;
}

static void check_state_action(struct sim *s, const struct engine_action *a)
{
    struct sim_unit *m = &s->units[a->unit];
    const struct run_unit *u = unit_of(&s->e, a->unit);
    uint8_t from = a->state.from, to = a->state.to;

    if (from != m->state)
        sim_fail(s, a->unit, "leaves the state %s but was %s", run_state_name((enum run_state)from),
                 run_state_name((enum run_state)m->state));
    m->state = to;
    /* With the least room each action is seen right after its step: the table is as it was decided on. */
    if (rests(from) && !rests(to)) {
        if (s->e.room == ENGINE_MIN_ROOM)
            check_start_order(s, a->unit);
        if (!goes_down(to)) /* a oneshot without lines passes through at once, and counts all the same */
            check_limit(s, a->unit);
        /* On the way down only what the final unit pulls in starts; its job may have ended in the same step.
         */
        if (going_down(&s->e) && s->going_down_since < s->now && s->e.room == ENGINE_MIN_ROOM &&
            !unit_has(u, RUN_IRREVERSIBLE | RUN_REPORT))
            sim_fail(s, a->unit, "is started while the machine goes down");
        m->lives++;
    }
    /* A service that ends by itself asks nobody; a stop that was wished for waits. */
    if (!goes_down(from) && !rests(from) && (goes_down(to) || rests(to)) && job_stops(u->job) &&
        unit_has(u, RUN_STOP_WISHED) && s->e.room == ENGINE_MIN_ROOM)
        check_stop_order(s, a->unit);
    if (to == RUN_AUTO_RESTART && going_down(&s->e) && s->going_down_since < s->now)
        sim_fail(s, a->unit, "is to restart while the machine goes down");
    if (to == RUN_FAILED && u->state == to && runtab_text(&s->table, a->unit)->reason[0] == '\0')
        sim_fail(s, a->unit, "failed without a reason");
}

/* A process may outlive its unit only where that is what was asked for, or where nothing can be done. */
static bool may_outlive(const struct sim *s, const struct sim_proc *p)
{
    const struct udb_service *v = udb_service(&s->db, p->unit);

    return p->undead || !v || v->kill_mode == UDB_KILL_NONE || !(v->flags & UDB_SVC_SEND_SIGKILL) ||
           (p->rest && v->kill_mode == UDB_KILL_PROCESS);
}

static void check_stopped(struct sim *s, uint32_t id)
{
    for (uint32_t i = 0; i < s->n_procs; i++)
        if (s->procs[i].unit == id && s->procs[i].exit_usec > s->now && !may_outlive(s, &s->procs[i]))
            sim_fail(s, id, "counts as stopped, but its process %d lives", s->procs[i].pid);
}

static void check_job_done(struct sim *s, const struct engine_action *a)
{
    const struct run_unit *u = unit_of(&s->e, a->unit);
    struct sim_unit *m = &s->units[a->unit];
    const struct udb_service *v = udb_service(&s->db, a->unit);
    bool may_be_over = v && (!(v->flags & UDB_SVC_REMAIN_AFTER_EXIT) || v->type != UDB_ONESHOT);

    if (m->done_id != 0 && (int32_t)(a->job.id - m->done_id) <= 0)
        sim_fail(s, a->unit, "job %u ends after job %u", a->job.id, m->done_id);
    m->done_id = a->job.id;
    if (is_failure(a->job.result) && rests(u->state) && runtab_text(&s->table, a->unit)->reason[0] == '\0')
        sim_fail(s, a->unit, "job %u ends with '%s' and no reason", a->job.id,
                 run_result_name((enum run_result)a->job.result));
    if (a->job.job == RUN_JOB_START) {
        m->start_failed_at = is_failure(a->job.result) ? s->n_actions : 0;
        if (a->job.result == RUN_RESULT_SUCCESS && u->job == RUN_JOB_NONE && !is_active(u) && !may_be_over &&
            u->done_job_id == a->job.id)
            sim_fail(s, a->unit, "its start counts as a success, but it is %s",
                     run_state_name((enum run_state)u->state));
    }
    if (a->job.job == RUN_JOB_STOP && a->job.result == RUN_RESULT_SUCCESS && u->job == RUN_JOB_NONE) {
        if (!is_inactive(u) && u->done_job_id == a->job.id)
            sim_fail(s, a->unit, "its stop counts as done, but it is %s",
                     run_state_name((enum run_state)u->state));
        check_stopped(s, a->unit);
    }
}

static void check_spawn(struct sim *s, const struct engine_action *a)
{
    if (a->spawn.main)
        for (uint32_t i = 0; i < s->n_procs; i++)
            if (s->procs[i].unit == a->unit && s->procs[i].main && !s->procs[i].rest &&
                s->procs[i].exit_usec > s->now && !may_outlive(s, &s->procs[i]))
                sim_fail(s, a->unit, "a second main process is made while %d lives", s->procs[i].pid);
}

void simcheck_action(struct sim *s, const struct engine_action *a)
{
    switch (a->type) {
    case ENGINE_ACT_STATE:
        check_state_action(s, a);
        break;
    case ENGINE_ACT_JOB_DONE:
        check_job_done(s, a);
        break;
    case ENGINE_ACT_SPAWN:
        check_spawn(s, a);
        break;
    case ENGINE_ACT_CLEANUP:
        s->units[a->unit].cleanups++;
        break;
    case ENGINE_ACT_FINAL:
        if (s->final_said)
            sim_fail(s, a->unit, "the way down ends twice");
        if ((uint32_t)a->value != s->table.header->final_kind)
            sim_fail(s, a->unit, "the way down ends as %d", a->value);
        break;
    case ENGINE_ACT_KILL:
        if (a->kill.signal < 1 || a->kill.signal > 64)
            sim_fail(s, a->unit, "is sent signal %d", a->kill.signal);
        break;
    case ENGINE_ACT_CONDITIONS:
    case ENGINE_ACT_WATCH_EMPTY:
    case ENGINE_ACT_BOOT_DONE:
    case ENGINE_ACT_TYPE_COUNT:
        break;
    }
}

/* A process that the engine should know and does not. */
static void check_lost_processes(struct sim *s)
{
    for (uint32_t i = 0; i < s->n_procs; i++) {
        const struct sim_proc *p = &s->procs[i];
        const struct run_unit *u = unit_of(&s->e, p->unit);

        if (!p->rest && p->exit_usec > s->now && p->pid != u->main_pid && p->pid != u->control_pid &&
            !may_outlive(s, p))
            sim_fail(s, p->unit, "its process %d was lost", p->pid);
    }
}

static void note_jobs(struct sim *s)
{
    for (uint32_t id = 0; id < udb_count(&s->db); id++) {
        const struct run_unit *u = unit_of(&s->e, id);

        if (u->job_id == s->units[id].job_id)
            continue;
        s->units[id].job_id = u->job_id;
        s->units[id].job_at = s->n_actions;
    }
}

void simcheck_wish(struct sim *s, const struct engine_event *ev, int r)
{
    note_jobs(s);
    if (ev->type == ENGINE_EV_RESET_FAILED)
        s->units[ev->unit].limit_count = 0;
    if (r > 0 && s->n_jobs < SIM_MAX_JOBS) {
        uint32_t unit = ev->type == ENGINE_EV_FINAL ? s->table.header->final_unit : ev->unit;

        s->jobs[s->n_jobs++] = (struct sim_job){unit, (uint32_t)r};
    }
    if ((r == -ENOENT || r == -EDEADLK) && ev->unit < udb_count(&s->db) &&
        runtab_text(&s->table, ev->unit)->reason[0] == '\0')
        sim_fail(s, ev->unit, "a wish was refused without a reason");
}

void simcheck_step(struct sim *s)
{
    const char *why = NULL;
    uint32_t unit = RUN_NONE;

    if (!engine_check(&s->e, &why, &unit))
        sim_fail(s, unit, "engine_check: %s", why);
    note_jobs(s);
    /* Who waits for a job never hangs: it is under way, or it has ended. */
    for (uint32_t i = 0; i < s->n_jobs; i++) {
        const struct run_unit *u = unit_of(&s->e, s->jobs[i].unit);

        if (u->job_id != s->jobs[i].id && !run_job_ended(u, s->jobs[i].id))
            sim_fail(s, s->jobs[i].unit, "job %u is neither under way nor ended", s->jobs[i].id);
    }
    if (s->e.n_dropped != 0)
        sim_fail(s, RUN_NONE, "an action found no room");
    for (uint32_t id = 0; id < udb_count(&s->db); id++)
        if (s->marks[id] != 0)
            sim_fail(s, id, "a mark outlived its wish");
    check_lost_processes(s);
}

/* Whether a process was sent what its unit's stop phase sends, so that it ends soon. */
static bool was_told(const struct sim *s, const struct sim_proc *p)
{
    const struct run_unit *u = unit_of(&s->e, p->unit);
    const struct udb_service *v = udb_service(&s->db, p->unit);
    bool last = u->state == RUN_STOP_SIGKILL || u->state == RUN_FINAL_SIGKILL;

    if (!is_deactivating(u) || u->state == RUN_STOP || u->state == RUN_STOP_POST || u->stop_signal == 0)
        return true;
    return !v || v->kill_mode != UDB_KILL_CONTROL_GROUP || p->undead || p->rest || (p->stubborn && !last) ||
           p->exit_usec <= s->now + USEC_PER_SEC;
}

void simcheck_settled(struct sim *s)
{
    const struct runtab_header *h = s->table.header;

    for (uint32_t id = 0; id < udb_count(&s->db); id++) {
        const struct run_unit *u = unit_of(&s->e, id);

        if (unit_has(u, RUN_WATCHED) && !s->watched[id])
            sim_fail(s, id, "waits for its processes to end, and nobody watches them");
        if (rests(u->state) && s->units[id].dirty && udb_unit(&s->db, id)->type == UDB_SERVICE)
            sim_fail(s, id, "rests and was not cleaned up");
        if (unit_has(u, RUN_CLEANUP_DUE) || u->kills_due != 0)
            sim_fail(s, id, "something stays due that was done");
    }
    for (uint32_t i = 0; i < s->n_procs; i++)
        if (!was_told(s, &s->procs[i]))
            sim_fail(s, s->procs[i].unit, "is being stopped, but nobody told its process %d", s->procs[i].pid);
    if (h->boot_done != 0 && !s->boot_said)
        sim_fail(s, h->boot_unit, "the boot is over and nobody was told");
    if (h->final_said && !s->final_said)
        sim_fail(s, h->final_unit, "everything is down and nobody was told");
}

/* Only what was given up, or taken by a PID 1 that died before it could reap, ends without the engine's knowledge. */
void simcheck_end_of(struct sim *s, const struct sim_proc *p, bool known)
{
    if (!known && !p->rest && !p->left && !may_outlive(s, p) && s->units[p->unit].dirty)
        sim_fail(s, p->unit, "the end of its process %d was lost", p->pid);
}

/* PID 1 died over the end of a process: the engine knows the process still, or how it ended. */
static void check_taking(struct sim *s)
{
    const struct sim_proc *p = simworld_proc(s, s->taking);
    const struct run_unit *u = p ? unit_of(&s->e, p->unit) : NULL;

    s->taking = 0;
    if (!p || !p->main || p->pid == u->main_pid || u->state == RUN_CONDITION)
        return;
    if (u->exit_code != p->code || u->exit_status != p->status)
        sim_fail(s, p->unit, "the end of its process %d was lost when PID 1 died", p->pid);
}

/* A text is the one from before or the new one: what a death leaves in the middle of one (simcrash.c) is gone. */
static void check_texts(struct sim *s, uint32_t id)
{
    const struct run_text *t = runtab_text(&s->table, id);

    if (strchr(t->status, SIM_TORN) || strchr(t->reason, SIM_TORN))
        sim_fail(s, id, "half a text was left behind");
}

/* Lines for the log may be lost with PID 1: what was seen in them starts anew from the table. */
void simcheck_successor(struct sim *s)
{
    check_taking(s);
    for (uint32_t id = 0; id < udb_count(&s->db); id++) {
        s->units[id].state = unit_of(&s->e, id)->state;
        s->units[id].start_failed_at = 0;
        s->units[id].limit_begin_usec = unit_of(&s->e, id)->limit_begin_usec;
        s->units[id].limit_count = unit_of(&s->e, id)->limit_count;
        simworld_new_main_taken(s, id);
        check_texts(s, id);
    }
    s->final_said = false;
    simcheck_step(s);
}

/* Units that exclude each other are not both up once nobody has anything to do. */
static void check_conflicts(struct sim *s, uint32_t id)
{
    const struct udb_list *l = &udb_unit(&s->db, id)->edges[UDB_CONFLICTS];
    const uint32_t *to = udb_refs(&s->db, l);

    for (uint32_t i = 0; i < l->count && is_active(unit_of(&s->e, id)); i++)
        if (is_active(unit_of(&s->e, to[i])))
            sim_fail(s, id, "is active together with '%s', which it conflicts with", name_of(s, to[i]));
}

/* The world is quiet and no deadline is pending: everything is where it was to be, or said why not. */
void simcheck_quiet(struct sim *s)
{
    for (uint32_t id = 0; id < udb_count(&s->db); id++) {
        const struct run_unit *u = unit_of(&s->e, id);
        enum run_active a = run_state_active((enum run_state)u->state);

        if (u->job != RUN_JOB_NONE)
            sim_fail(s, id, "nothing happens any more and its %s job waits for %u others",
                     run_job_name((enum run_job)u->job), u->n_wait);
        if (a == RUN_ACTIVE_ACTIVATING || a == RUN_ACTIVE_DEACTIVATING)
            sim_fail(s, id, "nothing happens any more and it hangs in the state %s",
                     run_state_name((enum run_state)u->state));
        check_conflicts(s, id);
    }
}

void simcheck_end(struct sim *s)
{
    for (uint32_t i = 0; i < s->n_jobs; i++)
        if (!run_job_ended(unit_of(&s->e, s->jobs[i].unit), s->jobs[i].id))
            sim_fail(s, s->jobs[i].unit, "job %u never ended", s->jobs[i].id);
    if (going_down(&s->e) && !s->final_said)
        sim_fail(s, s->table.header->final_unit, "the machine never goes down");
    for (uint32_t id = 0; id < udb_count(&s->db) && going_down(&s->e); id++)
        if (s->table.header->final_unit == RUN_NONE && !is_inactive(unit_of(&s->e, id)))
            sim_fail(s, id, "is still up when the machine went down");
    for (uint32_t id = 0; id < udb_count(&s->db); id++)
        if (!is_failure(unit_of(&s->e, id)->done_result) == false &&
            runtab_text(&s->table, id)->reason[0] == '\0' && unit_of(&s->e, id)->state == RUN_FAILED)
            sim_fail(s, id, "failed, and nobody knows why");
}

static const char *const event_names[] = {
    [ENGINE_EV_BOOT] = "boot",
    [ENGINE_EV_START] = "start",
    [ENGINE_EV_STOP] = "stop",
    [ENGINE_EV_RESTART] = "restart",
    [ENGINE_EV_TRY_RESTART] = "try-restart",
    [ENGINE_EV_RELOAD] = "reload",
    [ENGINE_EV_ISOLATE] = "isolate",
    [ENGINE_EV_RESET_FAILED] = "reset-failed",
    [ENGINE_EV_FINAL] = "final",
    [ENGINE_EV_SPAWNED] = "spawned",
    [ENGINE_EV_SPAWN_FAILED] = "spawn-failed",
    [ENGINE_EV_EXEC_DONE] = "exec-done",
    [ENGINE_EV_EXEC_FAILED] = "exec-failed",
    [ENGINE_EV_EXITED] = "exited",
    [ENGINE_EV_EMPTY] = "empty",
    [ENGINE_EV_NOTIFY] = "notify",
};

void sim_trace_event(const struct sim *s, const struct engine_event *ev, int r)
{
    printf("%10.6f > %-12s %-16s pid %d code %d value %d = %d\n", (double)s->now / 1e6, event_names[ev->type],
           name_of(s, ev->unit), ev->pid, ev->code, ev->value, r);
}

void sim_trace_action(const struct sim *s, const struct engine_action *a)
{
    printf("%10.6f   ", (double)s->now / 1e6);
    switch (a->type) {
    case ENGINE_ACT_SPAWN:
        printf("spawn %s %s[%u]\n", name_of(s, a->unit), udb_exec_name((enum udb_exec)a->spawn.exec_kind),
               a->spawn.exec_index);
        break;
    case ENGINE_ACT_CONDITIONS:
        printf("conditions %s\n", name_of(s, a->unit));
        break;
    case ENGINE_ACT_KILL:
        printf("kill %s whom %u signal %d\n", name_of(s, a->unit), a->kill.whom, a->kill.signal);
        break;
    case ENGINE_ACT_WATCH_EMPTY:
        printf("watch %s\n", name_of(s, a->unit));
        break;
    case ENGINE_ACT_CLEANUP:
        printf("cleanup %s\n", name_of(s, a->unit));
        break;
    case ENGINE_ACT_STATE:
        printf("%s: %s -> %s (%s)\n", name_of(s, a->unit), run_state_name((enum run_state)a->state.from),
               run_state_name((enum run_state)a->state.to), runtab_text(&s->table, a->unit)->reason);
        break;
    case ENGINE_ACT_JOB_DONE:
        printf("job %u of %s: %s %s\n", a->job.id, name_of(s, a->unit),
               run_job_name((enum run_job)a->job.job), run_result_name((enum run_result)a->job.result));
        break;
    case ENGINE_ACT_BOOT_DONE:
        printf("boot done %s %s\n", name_of(s, a->unit), run_result_name((enum run_result)a->job.result));
        break;
    case ENGINE_ACT_FINAL:
        printf("final %d\n", a->value);
        break;
    case ENGINE_ACT_TYPE_COUNT:
        break;
    }
}
