/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim.h"

static uint64_t msec(struct sim *s, uint32_t most)
{
    return sim_random(s, most + 1) * USEC_PER_MSEC;
}

/* Something goes wrong in @percent of the cases of a wild history, and ever more seldom in calmer ones. */
static bool mishap(struct sim *s, uint32_t percent)
{
    return sim_percent(s, percent >> s->calm);
}

struct sim_proc *simworld_proc(struct sim *s, pid_t pid)
{
    for (uint32_t i = 0; i < s->n_procs; i++)
        if (s->procs[i].pid == pid)
            return &s->procs[i];
    return NULL;
}

static struct sim_proc *new_proc(struct sim *s, uint32_t unit)
{
    struct sim_proc *p = &s->procs[s->n_procs];

    if (s->n_procs == SIM_MAX_PROCS)
        sim_fail(s, unit, "too many processes");
    s->n_procs++;
    *p = (struct sim_proc){.pid = s->next_pid++,
                           .unit = unit,
                           .exit_usec = USEC_INFINITY,
                           .ready_usec = USEC_INFINITY,
                           .exec_usec = USEC_INFINITY,
                           .code = CLD_EXITED};
    p->stubborn = mishap(s, 12);
    p->undead = mishap(s, 3);
    return p;
}

/* How a process ends when it is left alone. Even one that hangs ends at last: a history has to. */
static void draw_end(struct sim *s, struct sim_proc *p, uint64_t usec)
{
    p->exit_usec = mishap(s, 8) ? s->now + 300 * USEC_PER_SEC : s->now + usec;
    if (!mishap(s, 30))
        return;
    if (sim_percent(s, 60))
        p->status = 1 + (int)sim_random(s, sim_percent(s, 10) ? 255 : 4);
    else {
        static const int signals[] = {SIGSEGV, SIGABRT, SIGTERM, SIGHUP, SIGKILL, SIGPIPE};

        p->status = signals[sim_random(s, ARRAY_SIZE(signals))];
        p->code = p->status == SIGSEGV ? CLD_DUMPED : CLD_KILLED;
    }
}

static void draw_main(struct sim *s, struct sim_proc *p)
{
    const struct udb_service *v = udb_service(&s->db, p->unit);

    p->main = true;
    draw_end(s, p, v->type == UDB_ONESHOT ? msec(s, 3000) : msec(s, 60000));
    p->exec_usec = s->now + msec(s, 50);
    if (v->type == UDB_NOTIFY && !mishap(s, 15))
        p->ready_usec = s->now + msec(s, 4000);
    if (p->ready_usec != USEC_INFINITY && !mishap(s, 20))
        p->exit_usec = MAX(p->exit_usec, p->ready_usec + USEC_PER_SEC);
}

/* Where the kernel writes the pid of a new process. */
static pid_t *pid_at(struct sim *s, const struct engine_action *a)
{
    struct run_unit *u = unit_of(&s->e, a->unit);

    return a->type == ENGINE_ACT_SPAWN && a->spawn.main ? &u->main_pid : &u->control_pid;
}

/* No death is between the process and its pid in the table: the kernel does both. */
static void make_process(struct sim *s, const struct engine_action *a, pid_t pid)
{
    if (*pid_at(s, a) != 0)
        sim_fail(s, a->unit, "a process takes the place of %d", *pid_at(s, a));
    *pid_at(s, a) = pid;
    s->units[a->unit].dirty = true;
}

/* It is there, cannot execute its program, and ends; PID 1 hears of it before it could reap it. */
static void fail_to_execute(struct sim *s, const struct engine_action *a)
{
    struct sim_proc *p = new_proc(s, a->unit);

    p->exit_usec = s->now;
    p->status = 127;
    p->main = pid_at(s, a) == &unit_of(&s->e, a->unit)->main_pid;
    make_process(s, a, p->pid);
    simcrash_point(s);
    p->rest = true;
    *pid_at(s, a) = 0;
}

static void answer(struct sim *s, const struct engine_action *a)
{
    struct engine_event ev = {.unit = a->unit};
    struct sim_proc *p;

    simcrash_point(s);
    if (mishap(s, 6)) {
        if (sim_percent(s, 50))
            fail_to_execute(s, a);
        simcrash_point(s);
        ev.type = ENGINE_EV_SPAWN_FAILED;
        ev.value = 11;
        ev.text = "Resource temporarily unavailable";
        simworld_event(s, &ev);
        return;
    }
    p = new_proc(s, a->unit);
    if (a->type == ENGINE_ACT_CONDITIONS) {
        p->exit_usec = mishap(s, 4) ? s->now + 300 * USEC_PER_SEC : s->now + msec(s, 20);
        p->status = sim_percent(s, 75) ? 0 : 1 + (int)sim_random(s, 3);
    } else if (a->spawn.main)
        draw_main(s, p);
    else
        draw_end(s, p, msec(s, 2000));
    make_process(s, a, p->pid);
    simcrash_point(s);
    ev.type = ENGINE_EV_SPAWNED;
    ev.pid = p->pid;
    if (simworld_event(s, &ev) != 0)
        sim_fail(s, a->unit, "an answer to a spawn was refused");
}

static void answer_later(struct sim *s, const struct engine_action *a)
{
    s->owed_acts[s->n_owed++] = *a;
}

void simworld_answer_owed(struct sim *s)
{
    struct engine_action acts[SIM_MAX_UNITS];
    uint32_t n = s->n_owed;

    memcpy(acts, s->owed_acts, n * sizeof(*acts));
    s->n_owed = 0;
    for (uint32_t i = 0; i < n; i++)
        answer(s, &acts[i]);
}

static void hit(struct sim *s, struct sim_proc *p, int signal)
{
    uint64_t when = s->now + (signal == SIGKILL ? 0 : msec(s, 500));

    if ((signal != SIGKILL && p->stubborn) || p->undead || p->exit_usec <= when)
        return;
    p->exit_usec = when;
    if (signal == SIGKILL || sim_percent(s, 50)) {
        p->code = CLD_KILLED;
        p->status = signal;
    }
}

static void kill_unit(struct sim *s, const struct engine_action *a)
{
    const struct run_unit *u = unit_of(&s->e, a->unit);

    for (uint32_t i = 0; i < s->n_procs; i++) {
        struct sim_proc *p = &s->procs[i];

        if (p->unit != a->unit)
            continue;
        if (a->kill.whom == ENGINE_KILL_ALL || (a->kill.whom == ENGINE_KILL_MAIN && p->pid == u->main_pid) ||
            (a->kill.whom == ENGINE_KILL_CONTROL && p->pid == u->control_pid))
            hit(s, p, a->kill.signal);
    }
}

void simworld_perform(struct sim *s, const struct engine_action *a)
{
    s->n_actions++;
    if (s->verbose)
        sim_trace_action(s, a);
    simcheck_action(s, a);
    simcrash_point(s);
    switch (a->type) {
    case ENGINE_ACT_SPAWN:
    case ENGINE_ACT_CONDITIONS:
        if (s->late_answers)
            answer_later(s, a);
        else
            answer(s, a);
        break;
    case ENGINE_ACT_KILL:
        kill_unit(s, a);
        break;
    case ENGINE_ACT_WATCH_EMPTY:
        s->watched[a->unit] = true;
        break;
    case ENGINE_ACT_CLEANUP:
        s->watched[a->unit] = s->units[a->unit].dirty = false;
        break;
    case ENGINE_ACT_FINAL:
        s->final_said = true;
        break;
    case ENGINE_ACT_BOOT_DONE:
        s->boot_said = true;
        break;
    case ENGINE_ACT_STATE:
    case ENGINE_ACT_JOB_DONE:
    case ENGINE_ACT_TYPE_COUNT:
        break;
    }
    simcrash_point(s);
    engine_performed(&s->e, a);
}

static bool has_process(const struct sim *s, uint32_t unit)
{
    for (uint32_t i = 0; i < s->n_procs; i++)
        if (s->procs[i].unit == unit)
            return true;
    return false;
}

static uint64_t next_of(const struct sim_proc *p)
{
    return MIN(p->exit_usec, MIN(p->ready_usec, p->exec_usec));
}

uint64_t simworld_next(const struct sim *s)
{
    uint64_t next = USEC_INFINITY;

    for (uint32_t i = 0; i < s->n_procs; i++)
        next = MIN(next, next_of(&s->procs[i]));
    for (uint32_t id = 0; id < udb_count(&s->db); id++)
        if (s->watched[id] && !has_process(s, id))
            next = MIN(next, s->now);
    return MAX(next, s->now);
}

/* A main process leaves a child behind that nobody knows by its pid. */
static void leave_rest(struct sim *s, uint32_t unit)
{
    struct sim_proc *p = new_proc(s, unit);

    p->rest = true;
    p->exit_usec = s->now + msec(s, 20000);
}

static void end_of(struct sim *s, struct sim_proc *p)
{
    const struct run_unit *u = unit_of(&s->e, p->unit);
    bool known = p->pid == u->main_pid || p->pid == u->control_pid;
    struct engine_event ev = {
        .type = ENGINE_EV_EXITED, .unit = p->unit, .pid = p->pid, .code = p->code, .value = p->status};
    uint32_t unit = p->unit;
    bool first = !p->left;
    /* Who was sent SIGKILL makes no children any more, nor does the judge of conditions. */
    bool childless = p->undead || !unit_has(u, RUN_CONDITION_OK);

    simcheck_end_of(s, p, known);
    if (!known) {
        *p = s->procs[--s->n_procs];
        return; /* a leftover, a process that was given up, or one whose end PID 1 took and died: reaped, of no unit */
    }
    /* A zombie until the engine has taken it: its end is told again when PID 1 dies over it. */
    p->left = true;
    s->taking = ev.pid;
    if (first && ev.code == CLD_EXITED && ev.value != 0 && sim_percent(s, 5))
        simworld_event(
            s, &(struct engine_event){.type = ENGINE_EV_EXEC_FAILED,
                                      .unit = unit,
                                      .pid = ev.pid,
                                      .value = 2,
                                      .text = "cannot execute '/bin/line': No such file or directory"});
    if (first && !childless && !(ev.code == CLD_KILLED && ev.value == SIGKILL) && mishap(s, 15))
        leave_rest(s, unit);
    if (simworld_event(s, &ev) != 0)
        sim_fail(s, unit, "the end of its process %d was refused", ev.pid);
    simcrash_point(s);
    s->taking = 0;
    p = simworld_proc(s, ev.pid);
    *p = s->procs[--s->n_procs];
}

bool simworld_step(struct sim *s)
{
    for (uint32_t i = 0; i < s->n_procs; i++) {
        struct sim_proc *p = &s->procs[i];
        struct engine_event ev = {.unit = p->unit, .pid = p->pid};

        if (next_of(p) > s->now)
            continue;
        if (p->exec_usec <= s->now)
            ev.type = ENGINE_EV_EXEC_DONE;
        else if (p->ready_usec <= s->now) {
            ev.type = ENGINE_EV_NOTIFY;
            ev.value = ENGINE_NOTIFY_READY;
        } else {
            end_of(s, p);
            return true;
        }
        if (ev.pid == unit_of(&s->e, ev.unit)->main_pid)
            simworld_event(s, &ev);
        simcrash_point(s);
        /* The message is taken off its socket only now. */
        *(ev.type == ENGINE_EV_NOTIFY ? &p->ready_usec : &p->exec_usec) = USEC_INFINITY;
        return true;
    }
    for (uint32_t id = 0; id < udb_count(&s->db); id++)
        if (s->watched[id] && !has_process(s, id)) {
            s->watched[id] = false;
            simworld_event(s, &(struct engine_event){.type = ENGINE_EV_EMPTY, .unit = id});
            simcrash_point(s);
            return true;
        }
    return false;
}

pid_t simworld_new_main(struct sim *s, uint32_t unit)
{
    struct sim_proc *p = new_proc(s, unit);

    p->rest = true;
    draw_end(s, p, msec(s, 30000));
    return p->pid;
}

void simworld_new_main_taken(struct sim *s, uint32_t unit)
{
    struct sim_proc *p = simworld_proc(s, unit_of(&s->e, unit)->main_pid);

    if (!p || p->main || p == simworld_proc(s, unit_of(&s->e, unit)->control_pid))
        return;
    for (uint32_t i = 0; i < s->n_procs; i++)
        if (s->procs[i].unit == unit && s->procs[i].main) {
            s->procs[i].main = false;
            s->procs[i].rest = true;
            s->procs[i].exit_usec = MIN(s->procs[i].exit_usec, s->now + USEC_PER_SEC);
        }
    p->rest = false;
    p->main = true;
}
