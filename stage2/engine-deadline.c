/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "engine-impl.h"

static void fail_by_timeout(struct life *l, const char *what, uint64_t timeout_usec)
{
    char buf[32];

    unit_fail(l->e, l->id, RUN_RESULT_TIMEOUT, "%s within %s", what,
              exit_span(timeout_usec, buf, sizeof(buf)));
}

int deadline_start_line(struct life *l)
{
    char what[RUN_REASON_TEXT / 2], text[RUN_REASON_TEXT];

    exit_line(l, false, what, sizeof(what));
    snprintf(text, sizeof(text), "%s did not end", what);
    fail_by_timeout(l, text, l->svc->start_timeout_usec);
    life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    return 0;
}

int deadline_start(struct life *l)
{
    char what[RUN_REASON_TEXT / 2], text[RUN_REASON_TEXT];

    exit_line(l, true, what, sizeof(what));
    snprintf(text, sizeof(text),
             l->svc->type == UDB_NOTIFY ? "%s did not say READY=1"
             : l->svc->type == UDB_EXEC ? "%s was not executed"
                                        : "%s did not end",
             what);
    fail_by_timeout(l, text, l->svc->start_timeout_usec);
    life_enter_signal(l, RUN_STOP_SIGTERM, 0);
    return 0;
}

int deadline_running(struct life *l)
{
    char buf[32];

    unit_fail(l->e, l->id, RUN_RESULT_WATCHDOG, "no WATCHDOG=1 came within %s",
              exit_span(l->svc->watchdog_usec, buf, sizeof(buf)));
    life_enter_signal(l, RUN_STOP_SIGTERM, SIGABRT);
    return 0;
}

/* The service goes on; only the line that hangs is killed, and left alone when even that does not end it. */
int deadline_reload(struct life *l)
{
    if (l->u->result == RUN_RESULT_SUCCESS)
        unit_explain(l->e, l->id, "the reload did not end in time, the service goes on");
    if (l->u->job == RUN_JOB_RELOAD)
        job_end(l->e, l->id, RUN_RESULT_TIMEOUT);
    if (l->u->control_pid != 0 && !unit_has(l->u, RUN_KILLED)) {
        unit_set_flags(l->e, l->id, RUN_KILLED, 0);
        engine_act_kill(l->e, l->id, ENGINE_KILL_CONTROL, SIGKILL);
        timer_set(l->e, l->id, usec_add(l->now, l->svc->stop_timeout_usec));
        return 0;
    }
    life_forget_control(l);
    life_enter_running(l);
    return 0;
}

/* A line of the stop did not end: on to the signals of @next. */
static int end_stop_line(struct life *l, enum run_state next)
{
    char what[RUN_REASON_TEXT / 2], text[RUN_REASON_TEXT];

    exit_line(l, false, what, sizeof(what));
    snprintf(text, sizeof(text), "%s did not end", what);
    fail_by_timeout(l, text, l->svc->stop_timeout_usec);
    life_enter_signal(l, next, 0);
    return 0;
}

int deadline_stop(struct life *l)
{
    return end_stop_line(l, RUN_STOP_SIGTERM);
}

/* What was asked to end did not: kill it, or leave it where that is forbidden. */
int deadline_sigterm(struct life *l)
{
    bool final = l->u->state == RUN_FINAL_SIGTERM;
    char buf[32];

    exit_span(l->svc->stop_timeout_usec, buf, sizeof(buf));
    if (l->svc->flags & UDB_SVC_SEND_SIGKILL) {
        unit_fail(l->e, l->id, RUN_RESULT_TIMEOUT, "did not stop within %s and was killed", buf);
        life_enter_signal(l, final ? RUN_FINAL_SIGKILL : RUN_STOP_SIGKILL, 0);
    } else {
        unit_fail(l->e, l->id, RUN_RESULT_TIMEOUT,
                  "did not stop within %s; SendSIGKILL=no leaves its processes running", buf);
        life_give_up(l);
        life_signal_done(l);
    }
    return 0;
}

/* Not even SIGKILL ended it (a process that waits for a dead disk): nothing more can be done, and it is said.
 */
int deadline_sigkill(struct life *l)
{
    char buf[32];

    unit_explain(l->e, l->id, "processes are still there %s after SIGKILL: given up",
                 exit_span(l->svc->stop_timeout_usec, buf, sizeof(buf)));
    life_give_up(l);
    life_signal_done(l);
    return 0;
}

int deadline_stop_post(struct life *l)
{
    return end_stop_line(l, RUN_FINAL_SIGTERM);
}

int deadline_auto_restart(struct life *l)
{
    if (l->u->job != RUN_JOB_NONE)
        return 0; /* somebody was quicker */
    if (!going_down(l->e)) {
        unit_begin(l->e, l->id);
        l->u->n_restarts++;
        l->u->flags |= RUN_AUTO_START;
        unit_end(l->u);
        wish_start(l->e, l->id, WISH_SHALLOW, l->now);
    }
    if (l->u->job == RUN_JOB_NONE) {
        unit_set_flags(l->e, l->id, 0, RUN_AUTO_START);
        life_enter_rest(l);
    }
    return 0;
}
