/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "engine-impl.h"

typedef int (*life_fn)(struct life *l);

/* A target is a service without lines; all that it can have to run is the check of its conditions. */
static const struct udb_service target_service = {
    .kill_mode = UDB_KILL_PROCESS,
    .kill_signal = SIGKILL,
    .final_kill_signal = SIGKILL,
    .flags = UDB_SVC_SEND_SIGKILL,
    .start_timeout_usec = 90 * USEC_PER_SEC,
    .stop_timeout_usec = 10 * USEC_PER_SEC,
};

/* A service that runs while its file is gone (a reload): stopped as a service is by default. */
static const struct udb_service lost_service = {
    .kill_mode = UDB_KILL_CONTROL_GROUP,
    .kill_signal = SIGTERM,
    .final_kill_signal = SIGKILL,
    .flags = UDB_SVC_SEND_SIGKILL,
    .start_timeout_usec = 90 * USEC_PER_SEC,
    .stop_timeout_usec = 90 * USEC_PER_SEC,
};

static const struct udb_service *service_of(const struct engine *e, uint32_t id)
{
    const struct udb_service *svc = udb_service(e->db, id);

    if (svc)
        return svc;
    return udb_unit(e->db, id)->type == UDB_SERVICE ? &lost_service : &target_service;
}

/* Expected, and of no consequence here. */
static int on_ignore(struct life *l _unused_)
{
    return 0;
}

/* Cannot happen in this state: the runtime broke the contract, or the table is not to be trusted. */
static int on_refuse(struct life *l _unused_)
{
    return -EINVAL;
}

/* --- jobs --- */

static int on_start(struct life *l)
{
    life_begin_start(l);
    return 0;
}

static int on_stop_kill(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_STOP_WISHED, 0);
    life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    return 0;
}

static int on_stop_run(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_STOP_WISHED, 0);
    life_enter_stop(l);
    return 0;
}

static int on_stop_reached(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_STOP_WISHED, 0);
    life_enter_dead(l);
    return 0;
}

static int on_stop_under_way(struct life *l)
{
    unit_set_flags(l->e, l->id, RUN_STOP_WISHED, 0);
    return 0;
}

/* The life ended some time ago; only the wait for the next one is broken off. */
static int on_stop_waiting(struct life *l)
{
    life_enter_rest(l);
    return 0;
}

static int on_reload(struct life *l)
{
    life_enter_reload(l);
    return 0;
}

/* --- the answer to a spawn --- */

static void take_pid(struct life *l, bool main, uint64_t timeout_usec)
{
    unit_begin(l->e, l->id);
    if (main) {
        l->u->main_pid = l->ev->pid;
        l->u->main_start_usec = l->now;
    } else
        l->u->control_pid = l->ev->pid;
    l->u->flags &= ~(uint32_t)(RUN_SPAWNING | (main ? RUN_MAIN_EXEC_FAILED : RUN_CONTROL_EXEC_FAILED));
    unit_end(l->u);
    runtab_pid_add(l->e->table, l->ev->pid, l->id);
    timer_set(l->e, l->id, usec_add(l->now, timeout_usec));
}

static int on_spawned_start_line(struct life *l)
{
    take_pid(l, false, l->svc->start_timeout_usec);
    return 0;
}

static int on_spawned_stop_line(struct life *l)
{
    take_pid(l, false, l->svc->stop_timeout_usec);
    return 0;
}

static int on_spawned_main(struct life *l)
{
    take_pid(l, true, l->svc->start_timeout_usec);
    if (l->svc->type == UDB_SIMPLE || l->svc->type == UDB_IDLE)
        life_enter_start_post(l);
    return 0;
}

static void spawn_failed(struct life *l)
{
    char what[RUN_REASON_TEXT / 2];

    unit_set_flags(l->e, l->id, 0, RUN_SPAWNING);
    exit_line(l, l->u->exec_kind == UDB_EXEC_START, what, sizeof(what));
    unit_fail(l->e, l->id, RUN_RESULT_RESOURCES, "%s could not be run: %s", what,
              l->ev->text ? l->ev->text : "no process could be made");
}

static int on_spawn_failed(struct life *l)
{
    spawn_failed(l);
    life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    return 0;
}

static int on_spawn_failed_reload(struct life *l)
{
    unit_set_flags(l->e, l->id, 0, RUN_SPAWNING);
    unit_explain(l->e, l->id, "ExecReload= could not be run: %s",
                 l->ev->text ? l->ev->text : "no process could be made");
    if (l->u->job == RUN_JOB_RELOAD)
        job_end(l->e, l->id, RUN_RESULT_RESOURCES);
    life_enter_running(l);
    return 0;
}

static int on_spawn_failed_stop_post(struct life *l)
{
    spawn_failed(l);
    life_enter_signal(l, RUN_FINAL_SIGTERM, 0);
    return 0;
}

/* --- ends of processes --- */

static enum run_result take_exit(struct life *l, bool main)
{
    uint32_t exec_failed = main ? RUN_MAIN_EXEC_FAILED : RUN_CONTROL_EXEC_FAILED;
    enum run_result result = exit_result(l, l->ev->code, l->ev->value);

    if (result != RUN_RESULT_SUCCESS && unit_has(l->u, exec_failed))
        result = RUN_RESULT_EXEC;
    runtab_pid_remove(l->e->table, l->ev->pid);
    unit_begin(l->e, l->id);
    if (main) {
        l->u->main_pid = 0;
        l->u->exit_code = l->ev->code;
        l->u->exit_status = l->ev->value;
    } else
        l->u->control_pid = 0;
    l->u->flags &= ~exec_failed;
    unit_end(l->u);
    return exit_ignored(l, main) ? RUN_RESULT_SUCCESS : result;
}

/* The first failure of a life and its reason stay. pintle-exec knew better than the exit status why. */
static void fail_by_exit(struct life *l, bool main, enum run_result result)
{
    char reason[RUN_REASON_TEXT];

    if (result == RUN_RESULT_SUCCESS)
        return;
    memcpy(reason, runtab_text(l->e->table, l->id)->reason, sizeof(reason));
    if (result == RUN_RESULT_EXEC && reason[0] != '\0')
        unit_fail(l->e, l->id, result, "%s", reason);
    else
        exit_explain(l, main, result, l->ev->code, l->ev->value);
}

static int on_main_exit_start(struct life *l)
{
    enum run_result result = take_exit(l, true);
    char what[RUN_REASON_TEXT / 2];

    fail_by_exit(l, true, result);
    if (result == RUN_RESULT_SUCCESS && l->svc->type == UDB_NOTIFY)
        unit_fail(l->e, l->id, RUN_RESULT_PROTOCOL, "%s ended before it said READY=1",
                  exit_line(l, true, what, sizeof(what)));
    if (l->u->result != RUN_RESULT_SUCCESS)
        life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    else if (l->svc->type != UDB_ONESHOT || !life_next_line(l))
        life_enter_start_post(l);
    return 0;
}

/* While a control process runs (or is about to), its end decides how it goes on. */
static int on_main_exit_noted(struct life *l)
{
    fail_by_exit(l, true, take_exit(l, true));
    return 0;
}

static int on_main_exit_running(struct life *l)
{
    fail_by_exit(l, true, take_exit(l, true));
    if (l->u->control_pid == 0 && !unit_has(l->u, RUN_SPAWNING))
        life_enter_running(l);
    return 0;
}

static int on_main_exit_signal(struct life *l)
{
    fail_by_exit(l, true, take_exit(l, true));
    life_kill_rest(l);
    if (life_is_empty(l))
        life_signal_done(l);
    return 0;
}

/* Condition*= and Assert*= as pintle-exec judged them. */
static void conditions_judged(struct life *l)
{
    bool exited = l->ev->code == CLD_EXITED;

    if (exited && l->ev->value == 0) {
        life_conditions_met(l);
        return;
    }
    if (exited && l->ev->value == 1) {
        unit_set_flags(l->e, l->id, RUN_CONDITION_FAILED, 0);
        unit_explain(l->e, l->id, "skipped: a condition is not met");
    } else if (exited && l->ev->value == 2)
        unit_fail(l->e, l->id, RUN_RESULT_CONDITION, "an assertion is not met");
    else
        exit_explain(l, false, exited ? RUN_RESULT_EXIT_CODE : RUN_RESULT_SIGNAL, l->ev->code, l->ev->value);
    life_enter_dead(l);
}

static int on_control_exit_condition(struct life *l)
{
    enum run_result result = take_exit(l, false);

    if (!unit_has(l->u, RUN_CONDITION_OK)) {
        conditions_judged(l);
        return 0;
    }
    if (result == RUN_RESULT_EXIT_CODE && l->ev->value < 255) {
        unit_set_flags(l->e, l->id, RUN_CONDITION_FAILED, 0);
        exit_explain(l, false, RUN_RESULT_CONDITION, l->ev->code, l->ev->value);
    } else
        fail_by_exit(l, false, result);
    if (l->u->result != RUN_RESULT_SUCCESS)
        life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    else if (!life_next_line(l))
        life_enter_start_pre(l);
    return 0;
}

static int on_control_exit_start_pre(struct life *l)
{
    fail_by_exit(l, false, take_exit(l, false));
    if (l->u->result != RUN_RESULT_SUCCESS)
        life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    else if (!life_next_line(l))
        life_enter_start(l);
    return 0;
}

static int on_control_exit_start_post(struct life *l)
{
    fail_by_exit(l, false, take_exit(l, false));
    if (l->u->result != RUN_RESULT_SUCCESS || !life_next_line(l))
        life_enter_running(l);
    return 0;
}

static int on_control_exit_reload(struct life *l)
{
    enum run_result result = take_exit(l, false);
    char what[RUN_REASON_TEXT / 2];

    bool up = l->u->main_pid != 0 || (l->svc->flags & UDB_SVC_REMAIN_AFTER_EXIT);

    if (result == RUN_RESULT_SUCCESS && up && !unit_has(l->u, RUN_KILLED) && life_next_line(l))
        return 0;
    if (result != RUN_RESULT_SUCCESS && l->u->result == RUN_RESULT_SUCCESS && !unit_has(l->u, RUN_KILLED))
        unit_explain(l->e, l->id, "%s failed, the service goes on", exit_line(l, false, what, sizeof(what)));
    if (l->u->job == RUN_JOB_RELOAD && unit_has(l->u, RUN_JOB_BEGUN))
        job_end(l->e, l->id, result);
    life_enter_running(l);
    return 0;
}

static int on_control_exit_stop(struct life *l)
{
    enum run_result result = take_exit(l, false);

    fail_by_exit(l, false, result);
    if (result != RUN_RESULT_SUCCESS || !life_next_line(l))
        life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    return 0;
}

static int on_control_exit_signal(struct life *l)
{
    fail_by_exit(l, false, take_exit(l, false));
    life_kill_rest(l);
    if (life_is_empty(l))
        life_signal_done(l);
    return 0;
}

static int on_control_exit_stop_post(struct life *l)
{
    enum run_result result = take_exit(l, false);

    fail_by_exit(l, false, result);
    if (result != RUN_RESULT_SUCCESS || !life_next_line(l))
        life_enter_signal(l, RUN_FINAL_SIGTERM, 0);
    return 0;
}

static int on_empty_noted(struct life *l)
{
    unit_set_flags(l->e, l->id, 0, RUN_WATCHED);
    return 0;
}

static int on_empty_signal(struct life *l)
{
    unit_set_flags(l->e, l->id, 0, RUN_WATCHED);
    if (life_is_empty(l))
        life_signal_done(l);
    return 0;
}

/* --- the program itself --- */

static int on_exec_done_start(struct life *l)
{
    if (l->svc->type == UDB_EXEC && !unit_has(l->u, RUN_SPAWNING))
        life_enter_start_post(l);
    return 0;
}

static void take_main_pid(struct life *l, pid_t pid)
{
    struct run_unit *u = l->u;
    uint32_t owner = runtab_pid_find(l->e->table, pid);

    if (pid <= 1 || pid == u->main_pid || pid == u->control_pid || owner != RUN_NONE)
        return;
    runtab_pid_remove(l->e->table, u->main_pid);
    unit_begin(l->e, l->id);
    u->main_pid = pid;
    u->main_start_usec = l->now;
    u->flags |= RUN_MAIN_FOREIGN;
    unit_end(u);
    runtab_pid_add(l->e->table, pid, l->id);
}

static void take_notes(struct life *l)
{
    uint32_t what = (uint32_t)l->ev->value;
    struct run_text *t = runtab_text(l->e->table, l->id);

    if ((what & ENGINE_NOTIFY_STATUS) && l->ev->text) {
        size_t n = strnlen(l->ev->text, sizeof(t->status) - 1);

        unit_begin_text(l->e, l->id);
        memcpy(t->status, l->ev->text, n);
        t->status[n] = '\0';
        unit_end(l->u);
    }
    if ((what & ENGINE_NOTIFY_EXTEND) && l->u->heap_pos != RUN_NONE)
        timer_set(l->e, l->id, MAX(l->u->deadline_usec, usec_add(l->now, l->ev->usec)));
    unit_set_flags(l->e, l->id,
                   (what & ENGINE_NOTIFY_READY ? RUN_READY_SEEN : 0) |
                       (what & ENGINE_NOTIFY_STOPPING ? RUN_STOPPING_SEEN : 0),
                   0);
}

static int on_notify_noted(struct life *l)
{
    take_notes(l);
    return 0;
}

static int on_notify_start(struct life *l)
{
    bool settled = l->u->main_pid != 0 && !unit_has(l->u, RUN_SPAWNING);

    take_notes(l);
    if ((l->ev->value & ENGINE_NOTIFY_MAINPID) && settled && l->svc->type != UDB_ONESHOT)
        take_main_pid(l, l->ev->pid);
    if ((l->ev->value & ENGINE_NOTIFY_READY) && settled && l->svc->type == UDB_NOTIFY)
        life_enter_start_post(l);
    return 0;
}

static int on_notify_start_post(struct life *l)
{
    take_notes(l);
    if ((l->ev->value & ENGINE_NOTIFY_MAINPID) && l->u->main_pid != 0)
        take_main_pid(l, l->ev->pid);
    return 0;
}

static int on_notify_running(struct life *l)
{
    int what = l->ev->value;

    on_notify_start_post(l);
    if ((what & ENGINE_NOTIFY_WATCHDOG) && l->svc->watchdog_usec != 0)
        timer_set(l->e, l->id, usec_add(l->now, l->svc->watchdog_usec));
    if (what & ENGINE_NOTIFY_STOPPING) {
        /* It ends by itself: nothing is sent, but it is waited for like any stop. */
        unit_set_state(l->e, l->id, RUN_STOP_SIGTERM, l->now);
        life_note_signal(l, 0);
        life_watch(l);
        timer_set(l->e, l->id, usec_add(l->now, l->svc->stop_timeout_usec));
    } else if ((what & ENGINE_NOTIFY_RELOADING) && !(what & ENGINE_NOTIFY_READY)) {
        unit_set_state(l->e, l->id, RUN_RELOAD, l->now);
        timer_set(l->e, l->id, usec_add(l->now, l->svc->start_timeout_usec));
    }
    return 0;
}

static int on_notify_reload(struct life *l)
{
    on_notify_start_post(l);
    if ((l->ev->value & ENGINE_NOTIFY_READY) && l->u->control_pid == 0 && !unit_has(l->u, RUN_SPAWNING))
        life_enter_running(l);
    return 0;
}

/*
 * Every state with what each event means in it. A cell that nobody filled is a failing test
 * (life_cell_filled). Columns as in enum life_event: jobs, spawn answers, ends, notify, deadline.
 */
#define JOBS(start, stop, reload) [LIFE_START] = start, [LIFE_STOP] = stop, [LIFE_RELOAD] = reload
#define SPAWN(spawned, failed)    [LIFE_SPAWNED] = spawned, [LIFE_SPAWN_FAILED] = failed
#define ENDS(main, control, empty)                                                                           \
    [LIFE_MAIN_EXITED] = main, [LIFE_CONTROL_EXITED] = control, [LIFE_EMPTY] = empty
#define TOLD(exec_done, notify) [LIFE_EXEC_DONE] = exec_done, [LIFE_NOTIFY] = notify
#define TIME(deadline)          [LIFE_DEADLINE] = deadline

/* Nothing of the unit runs; what still comes is an echo of a life that is over. */
#define AT_REST SPAWN(on_refuse, on_refuse), ENDS(on_refuse, on_refuse, on_ignore), TOLD(on_ignore, on_ignore)
#define SIGNALLED                                                                                            \
    JOBS(on_ignore, on_stop_under_way, on_ignore), SPAWN(on_refuse, on_refuse),                              \
        ENDS(on_main_exit_signal, on_control_exit_signal, on_empty_signal), TOLD(on_ignore, on_notify_noted)

static const life_fn table[RUN_STATE_COUNT][LIFE_EVENT_COUNT] = {
    [RUN_DEAD] = {JOBS(on_start, on_ignore, on_ignore), AT_REST, TIME(on_refuse)},
    [RUN_FAILED] = {JOBS(on_start, on_ignore, on_ignore), AT_REST, TIME(on_refuse)},
    [RUN_AUTO_RESTART] = {JOBS(on_start, on_stop_waiting, on_ignore), AT_REST, TIME(deadline_auto_restart)},
    [RUN_REACHED] = {JOBS(on_ignore, on_stop_reached, on_ignore), AT_REST, TIME(on_refuse)},
    [RUN_CONDITION] = {JOBS(on_ignore, on_stop_kill, on_ignore),
                       SPAWN(on_spawned_start_line, on_spawn_failed),
                       ENDS(on_refuse, on_control_exit_condition, on_empty_noted),
                       TOLD(on_ignore, on_notify_noted), TIME(deadline_start_line)},
    [RUN_START_PRE] = {JOBS(on_ignore, on_stop_kill, on_ignore),
                       SPAWN(on_spawned_start_line, on_spawn_failed),
                       ENDS(on_refuse, on_control_exit_start_pre, on_empty_noted),
                       TOLD(on_ignore, on_notify_noted), TIME(deadline_start_line)},
    [RUN_START] = {JOBS(on_ignore, on_stop_kill, on_ignore), SPAWN(on_spawned_main, on_spawn_failed),
                   ENDS(on_main_exit_start, on_refuse, on_empty_noted),
                   TOLD(on_exec_done_start, on_notify_start), TIME(deadline_start)},
    [RUN_START_POST] = {JOBS(on_ignore, on_stop_kill, on_ignore),
                        SPAWN(on_spawned_start_line, on_spawn_failed),
                        ENDS(on_main_exit_noted, on_control_exit_start_post, on_empty_noted),
                        TOLD(on_ignore, on_notify_start_post), TIME(deadline_start_line)},
    [RUN_RUNNING] = {JOBS(on_ignore, on_stop_run, on_reload), SPAWN(on_refuse, on_refuse),
                     ENDS(on_main_exit_running, on_refuse, on_empty_noted),
                     TOLD(on_ignore, on_notify_running), TIME(deadline_running)},
    [RUN_EXITED] = {JOBS(on_ignore, on_stop_run, on_reload), SPAWN(on_refuse, on_refuse),
                    ENDS(on_refuse, on_refuse, on_empty_noted), TOLD(on_ignore, on_notify_noted),
                    TIME(on_refuse)},
    [RUN_RELOAD] = {JOBS(on_ignore, on_stop_kill, on_ignore),
                    SPAWN(on_spawned_start_line, on_spawn_failed_reload),
                    ENDS(on_main_exit_running, on_control_exit_reload, on_empty_noted),
                    TOLD(on_ignore, on_notify_reload), TIME(deadline_reload)},
    [RUN_STOP] = {JOBS(on_ignore, on_stop_under_way, on_ignore), SPAWN(on_spawned_stop_line, on_spawn_failed),
                  ENDS(on_main_exit_noted, on_control_exit_stop, on_empty_noted),
                  TOLD(on_ignore, on_notify_noted), TIME(deadline_stop)},
    [RUN_STOP_SIGTERM] = {SIGNALLED, TIME(deadline_sigterm)},
    [RUN_STOP_SIGKILL] = {SIGNALLED, TIME(deadline_sigkill)},
    [RUN_STOP_POST] = {JOBS(on_ignore, on_stop_under_way, on_ignore),
                       SPAWN(on_spawned_stop_line, on_spawn_failed_stop_post),
                       ENDS(on_refuse, on_control_exit_stop_post, on_empty_noted),
                       TOLD(on_ignore, on_notify_noted), TIME(deadline_stop_post)},
    [RUN_FINAL_SIGTERM] = {SIGNALLED, TIME(deadline_sigterm)},
    [RUN_FINAL_SIGKILL] = {SIGNALLED, TIME(deadline_sigkill)},
};

bool life_cell_filled(enum run_state state, enum life_event event)
{
    return table[state][event] != NULL;
}

struct life life_make(struct engine *e, uint32_t id, const struct engine_event *ev, uint64_t now)
{
    return (struct life){.e = e, .id = id, .u = unit_of(e, id), .svc = service_of(e, id), .ev = ev, .now = now};
}

int life_dispatch(struct engine *e, uint32_t id, enum life_event event, const struct engine_event *ev,
                  uint64_t now)
{
    struct life l = life_make(e, id, ev, now);
    life_fn handler = table[l.u->state][event];
    bool answer = event == LIFE_SPAWNED || event == LIFE_SPAWN_FAILED;
    int r;

    if (!handler || (answer && !unit_has(l.u, RUN_SPAWNING)))
        return -EINVAL;
    r = handler(&l);
    if (r == 0)
        life_settle(&l);
    return r;
}
