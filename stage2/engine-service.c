/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "engine-impl.h"

static void ask_for_process(struct life *l)
{
    timer_clear(l->e, l->id); /* the time counts from the answer */
    unit_set_flags(l->e, l->id, RUN_SPAWNING, 0);
}

/* Run line @index of a kind; what it leads to comes as SPAWNED or SPAWN_FAILED. */
static void run_line(struct life *l, enum udb_exec kind, uint32_t index)
{
    unit_begin(l->e, l->id);
    l->u->exec_kind = (uint8_t)kind;
    l->u->exec_index = index;
    unit_end(l->u);
    ask_for_process(l);
    engine_act(l->e, (struct engine_action){.type = ENGINE_ACT_SPAWN,
                                            .unit = l->id,
                                            .spawn = {.exec_kind = (uint8_t)kind,
                                                      .exec_index = index,
                                                      .main = kind == UDB_EXEC_START}});
}

bool life_next_line(struct life *l)
{
    if (l->u->exec_index + 1 >= l->svc->exec[l->u->exec_kind].count)
        return false;
    run_line(l, (enum udb_exec)l->u->exec_kind, l->u->exec_index + 1);
    return true;
}

/* Enter the state of a kind of lines; false when the unit has none of that kind. */
static bool enter_lines(struct life *l, enum run_state state, enum udb_exec kind)
{
    if (l->svc->exec[kind].count == 0)
        return false;
    unit_set_state(l->e, l->id, state, l->now);
    run_line(l, kind, 0);
    return true;
}

/* Every attempt counts, whoever wished for it: a loop of manual starts is a loop too. */
static bool limit_hit(struct life *l)
{
    const struct udb_service *s = l->svc;
    struct run_unit *u = l->u;
    bool hit = false;

    if (s->limit_burst == 0 || s->limit_interval_usec == 0)
        return false;
    unit_begin(l->e, l->id);
    if (u->limit_count == 0 || l->now - u->limit_begin_usec >= s->limit_interval_usec) {
        u->limit_begin_usec = l->now;
        u->limit_count = 1;
    } else if (u->limit_count < s->limit_burst)
        u->limit_count++;
    else
        hit = true;
    unit_end(u);
    return hit;
}

/* Not even a zero is written into a page that was never used: those cost nothing. */
static void clear_text(struct life *l, char *text)
{
    if (text[0] == '\0')
        return;
    unit_begin_text(l->e, l->id);
    text[0] = '\0';
    unit_end(l->u);
}

static void begin_life(struct life *l)
{
    const uint32_t clear = RUN_READY_SEEN | RUN_STOPPING_SEEN | RUN_MAIN_FOREIGN | RUN_STOP_WISHED |
                           RUN_CONDITION_FAILED | RUN_CONDITION_OK | RUN_KILLED | RUN_WATCHED |
                           RUN_MAIN_EXEC_FAILED | RUN_CONTROL_EXEC_FAILED | RUN_AUTO_START;
    struct run_text *t = runtab_text(l->e->table, l->id);
    struct run_unit *u = l->u;

    timer_clear(l->e, l->id);
    /* After an automatic restart it is still of interest what the last failure was. */
    if (!unit_has(u, RUN_AUTO_START))
        clear_text(l, t->reason);
    clear_text(l, t->status);
    unit_begin(l->e, l->id);
    if (!unit_has(u, RUN_AUTO_START))
        u->n_restarts = 0;
    u->flags = (u->flags & ~clear) | RUN_JOB_BEGUN;
    u->result = RUN_RESULT_SUCCESS;
    u->exit_code = u->exit_status = 0;
    u->start_usec = l->now;
    unit_end(u);
}

void life_begin_start(struct life *l)
{
    char interval[32];

    begin_life(l);
    if (limit_hit(l)) {
        unit_fail(l->e, l->id, RUN_RESULT_START_LIMIT, "started %u times within %s: start limit hit",
                  l->svc->limit_burst, exit_span(l->svc->limit_interval_usec, interval, sizeof(interval)));
        life_enter_dead(l);
    } else if (udb_unit(l->e->db, l->id)->flags & UDB_UNIT_CONDITIONS) {
        unit_set_state(l->e, l->id, RUN_CONDITION, l->now);
        ask_for_process(l);
        engine_act(l->e, (struct engine_action){.type = ENGINE_ACT_CONDITIONS, .unit = l->id});
    } else
        life_conditions_met(l);
}

void life_conditions_met(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_CONDITION_OK, 0);
    if (udb_unit(l->e->db, l->id)->type == UDB_TARGET) {
        timer_clear(l->e, l->id);
        unit_set_state(l->e, l->id, RUN_REACHED, l->now);
    } else if (!enter_lines(l, RUN_CONDITION, UDB_EXEC_CONDITION))
        life_enter_start_pre(l);
}

void life_enter_start_pre(struct life *l)
{
    if (!enter_lines(l, RUN_START_PRE, UDB_EXEC_START_PRE))
        life_enter_start(l);
}

void life_enter_start(struct life *l)
{
    if (!enter_lines(l, RUN_START, UDB_EXEC_START))
        life_enter_start_post(l);
}

void life_enter_start_post(struct life *l)
{
    if (!enter_lines(l, RUN_START_POST, UDB_EXEC_START_POST))
        life_enter_running(l);
}

/* Into whatever state fits a service that is up: also after a reload, and when nothing of it runs any more.
 */
void life_enter_running(struct life *l)
{
    uint64_t watchdog = l->svc->watchdog_usec;

    if (l->u->result != RUN_RESULT_SUCCESS)
        life_enter_signal(l, RUN_STOP_SIGTERM, l->svc->kill_signal);
    else if (l->u->main_pid != 0) {
        unit_set_state(l->e, l->id, RUN_RUNNING, l->now);
        timer_set(l->e, l->id, watchdog != 0 ? usec_add(l->now, watchdog) : USEC_INFINITY);
    } else if (l->svc->flags & UDB_SVC_REMAIN_AFTER_EXIT) {
        timer_clear(l->e, l->id);
        unit_set_state(l->e, l->id, RUN_EXITED, l->now);
    } else
        life_enter_stop(l);
}

void life_enter_reload(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_JOB_BEGUN, RUN_CONTROL_EXEC_FAILED | RUN_KILLED);
    /* The wish was refused without lines; a reload of the unit files may have taken them away since. */
    if (!enter_lines(l, RUN_RELOAD, UDB_EXEC_RELOAD))
        job_end(l->e, l->id, RUN_RESULT_CANCELED);
}

void life_enter_stop(struct life *l)
{
    if (!enter_lines(l, RUN_STOP, UDB_EXEC_STOP))
        life_enter_signal(l, RUN_STOP_SIGTERM, 0);
}

static bool kills_group(const struct life *l)
{
    return l->svc->kill_mode == UDB_KILL_CONTROL_GROUP || l->svc->kill_mode == UDB_KILL_MIXED;
}

bool life_is_empty(const struct life *l)
{
    return l->svc->kill_mode == UDB_KILL_NONE ||
           (l->u->main_pid == 0 && l->u->control_pid == 0 && !unit_has(l->u, RUN_WATCHED));
}

static void kill_own(struct life *l, int signal)
{
    if (l->u->main_pid != 0)
        engine_act_kill(l->e, l->id, ENGINE_KILL_MAIN, signal);
    if (l->u->control_pid != 0)
        engine_act_kill(l->e, l->id, ENGINE_KILL_CONTROL, signal);
}

static void send(struct life *l, bool last, int signal)
{
    bool own = l->u->main_pid != 0 || l->u->control_pid != 0;

    switch ((enum udb_kill_mode)l->svc->kill_mode) {
    case UDB_KILL_CONTROL_GROUP:
        engine_act_kill(l->e, l->id, ENGINE_KILL_ALL, signal);
        break;
    case UDB_KILL_MIXED:
        /* The main process is asked; what is left behind it is killed without being asked. */
        if (own && !last)
            kill_own(l, signal);
        else {
            unit_set_flags(l->e, l->id, RUN_KILLED, 0);
            engine_act_kill(l->e, l->id, ENGINE_KILL_ALL, l->svc->final_kill_signal);
        }
        break;
    case UDB_KILL_PROCESS:
        kill_own(l, signal);
        break;
    case UDB_KILL_NONE:
        break;
    }
}

static int signal_of(const struct life *l, bool last)
{
    if (last)
        return l->svc->final_kill_signal;
    if (l->u->job == RUN_JOB_RESTART && l->svc->restart_kill_signal != 0)
        return l->svc->restart_kill_signal;
    return l->svc->kill_signal;
}

void life_watch(struct life *l)
{
    if (!kills_group(l) || unit_has(l->u, RUN_WATCHED))
        return;
    unit_set_flags(l->e, l->id, RUN_WATCHED, 0);
    engine_act(l->e, (struct engine_action){.type = ENGINE_ACT_WATCH_EMPTY, .unit = l->id});
}

void life_note_signal(struct life *l, int signal)
{
    unit_begin(l->e, l->id);
    l->u->stop_signal = (uint8_t)signal;
    unit_end(l->u);
}

static bool is_last(uint8_t state)
{
    return state == RUN_STOP_SIGKILL || state == RUN_FINAL_SIGKILL;
}

static void send_all(struct life *l)
{
    bool last = is_last(l->u->state);

    send(l, last, l->u->stop_signal);
    if (!last && (l->svc->flags & UDB_SVC_SEND_SIGHUP))
        send(l, last, SIGHUP);
}

void life_resend(struct life *l)
{
    bool signalled = is_last(l->u->state) || l->u->state == RUN_STOP_SIGTERM || l->u->state == RUN_FINAL_SIGTERM;

    unit_begin(l->e, l->id);
    l->u->kills_due = 0;
    unit_end(l->u);
    if (signalled && l->u->stop_signal != 0)
        send_all(l);
    else if (signalled)
        life_kill_rest(l);
    else if (l->u->state == RUN_RELOAD && l->u->control_pid != 0)
        engine_act_kill(l->e, l->id, ENGINE_KILL_CONTROL, SIGKILL);
}

/* @signal: 0 for the one that the service's settings name. */
void life_enter_signal(struct life *l, enum run_state state, int signal)
{
    bool last = is_last((uint8_t)state);

    unit_set_state(l->e, l->id, state, l->now);
    unit_set_flags(l->e, l->id, last ? RUN_KILLED : 0, last ? 0 : RUN_KILLED);
    life_watch(l);
    life_note_signal(l, signal != 0 ? signal : signal_of(l, last));
    send_all(l);
    timer_set(l->e, l->id, usec_add(l->now, l->svc->stop_timeout_usec));
    if (life_is_empty(l))
        life_signal_done(l);
}

void life_kill_rest(struct life *l)
{
    if (l->svc->kill_mode == UDB_KILL_MIXED && l->u->main_pid == 0 && l->u->control_pid == 0 &&
        !unit_has(l->u, RUN_KILLED))
        send(l, true, l->svc->final_kill_signal);
}

/* Nothing is left that has to be waited for, or it was given up. */
void life_signal_done(struct life *l)
{
    if (l->u->state == RUN_STOP_SIGTERM || l->u->state == RUN_STOP_SIGKILL)
        life_enter_stop_post(l);
    else
        life_enter_dead(l);
}

static void forget_pid(struct life *l, pid_t *pid)
{
    if (*pid == 0)
        return;
    runtab_pid_remove(l->e->table, *pid);
    unit_begin(l->e, l->id);
    *pid = 0;
    unit_end(l->u);
}

void life_forget_control(struct life *l)
{
    forget_pid(l, &l->u->control_pid);
}

void life_give_up(struct life *l)
{
    forget_pid(l, &l->u->main_pid);
    forget_pid(l, &l->u->control_pid);
    unit_set_flags(l->e, l->id, 0, RUN_WATCHED);
}

void life_enter_stop_post(struct life *l)
{
    life_give_up(l);
    /* Without met conditions nothing of the service ever ran: then there is nothing to clean up behind it. */
    if (!unit_has(l->u, RUN_CONDITION_OK) || !enter_lines(l, RUN_STOP_POST, UDB_EXEC_STOP_POST))
        life_enter_dead(l);
}

static bool is_good_end(uint8_t result)
{
    return result == RUN_RESULT_SUCCESS || result == RUN_RESULT_CONDITION;
}

/*
 * With RestartSec=0, no limit and nothing to run a unit would spin within one engine_run: a life shorter than this is
 * followed by a pause as long. Who lived longer is started again at once.
 */
#define SHORT_LIFE_USEC USEC_PER_MSEC

static uint64_t restart_pause(const struct life *l)
{
    bool is_short = l->now - l->u->start_usec < SHORT_LIFE_USEC;

    return is_short ? MAX(l->svc->restart_usec, SHORT_LIFE_USEC) : l->svc->restart_usec;
}

void life_enter_dead(struct life *l)
{
    bool good = is_good_end(l->u->result), again = exit_restarts(l);

    life_give_up(l);
    timer_clear(l->e, l->id);
    if (udb_unit(l->e->db, l->id)->type == UDB_SERVICE) {
        unit_set_flags(l->e, l->id, RUN_CLEANUP_DUE, 0);
        engine_act(l->e, (struct engine_action){.type = ENGINE_ACT_CLEANUP, .unit = l->id});
    }
    unit_set_state(l->e, l->id, again ? RUN_AUTO_RESTART : good ? RUN_DEAD : RUN_FAILED, l->now);
    if (again)
        timer_set(l->e, l->id, usec_add(l->now, restart_pause(l)));
    else if (!good && l->u->job != RUN_JOB_RESTART)
        wish_on_failure(l->e, l->id, l->now);
}

void life_enter_rest(struct life *l)
{
    timer_clear(l->e, l->id);
    unit_set_state(l->e, l->id, is_good_end(l->u->result) ? RUN_DEAD : RUN_FAILED, l->now);
}

static enum run_result start_result(const struct run_unit *u)
{
    return unit_has(u, RUN_CONDITION_FAILED) ? RUN_RESULT_SKIPPED : (enum run_result)u->result;
}

static void settle_start(struct life *l)
{
    bool over = is_inactive(l->u) || l->u->state == RUN_AUTO_RESTART;

    if (is_active(l->u))
        job_end(l->e, l->id, RUN_RESULT_SUCCESS);
    else if (over && unit_has(l->u, RUN_JOB_BEGUN))
        job_end(l->e, l->id, start_result(l->u));
    else if (over)
        engine_enqueue(l->e, l->id);
}

void life_settle(struct life *l)
{
    if (unit_has(l->u, RUN_SPAWNING))
        return;
    switch ((enum run_job)l->u->job) {
    case RUN_JOB_START:
        settle_start(l);
        break;
    case RUN_JOB_STOP:
    case RUN_JOB_RESTART:
        if (!is_inactive(l->u)) {
            if (!is_deactivating(l->u))
                engine_enqueue(l->e, l->id);
        } else if (l->u->job == RUN_JOB_STOP)
            job_end(l->e, l->id, RUN_RESULT_SUCCESS);
        else
            job_restart_continues(l->e, l->id);
        break;
    case RUN_JOB_RELOAD:
        if (!is_active(l->u))
            job_end(l->e, l->id, RUN_RESULT_CANCELED);
        else if (l->u->state != RUN_RELOAD)
            engine_enqueue(l->e, l->id);
        break;
    case RUN_JOB_NONE:
    case RUN_JOB_COUNT:
        break;
    }
}
