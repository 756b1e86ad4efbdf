/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

#include "engine-impl.h"
#include "text.h"

static bool has_code(const struct udb_status_set *s, int status)
{
    return status >= 0 && status < 256 && (s->codes[status / 64] >> (status % 64) & 1) != 0;
}

static bool has_signal(const struct udb_status_set *s, int signal)
{
    return signal > 0 && signal < 64 && (s->signals >> signal & 1) != 0;
}

static bool matches(const struct udb_status_set *s, int code, int status)
{
    return code == CLD_EXITED ? has_code(s, status) : has_signal(s, status);
}

/* A stop that was asked for, and the process died of the very signal that it sends: that is no failure. */
static bool died_as_wished(const struct life *l, int signal)
{
    return unit_has(l->u, RUN_STOP_WISHED) && is_deactivating(l->u) &&
           (signal == l->svc->kill_signal ||
            (l->svc->restart_kill_signal != 0 && signal == l->svc->restart_kill_signal));
}

static bool is_clean_signal(const struct life *l, int signal)
{
    if (died_as_wished(l, signal))
        return true;
    return l->svc->type != UDB_ONESHOT &&
           (signal == SIGHUP || signal == SIGINT || signal == SIGTERM || signal == SIGPIPE);
}

enum run_result exit_result(const struct life *l, int code, int status)
{
    if (matches(&l->svc->success, code, status))
        return RUN_RESULT_SUCCESS;
    if (code == CLD_EXITED)
        return status == 0 ? RUN_RESULT_SUCCESS : RUN_RESULT_EXIT_CODE;
    if (code == CLD_KILLED && is_clean_signal(l, status))
        return RUN_RESULT_SUCCESS;
    return code == CLD_DUMPED ? RUN_RESULT_CORE_DUMP : RUN_RESULT_SIGNAL;
}

/* The table of systemd.service(5), "Restart=". What ended by a condition, a dependency or its start limit
 * does not come here or never restarts. */
static bool policy_restarts(enum udb_restart policy, enum run_result result)
{
    bool abort = result == RUN_RESULT_SIGNAL || result == RUN_RESULT_CORE_DUMP;

    switch (policy) {
    case UDB_RESTART_NO:
        return false;
    case UDB_RESTART_ON_SUCCESS:
        return result == RUN_RESULT_SUCCESS;
    case UDB_RESTART_ON_FAILURE:
        return result != RUN_RESULT_SUCCESS;
    case UDB_RESTART_ON_ABNORMAL:
        return result != RUN_RESULT_SUCCESS && result != RUN_RESULT_EXIT_CODE;
    case UDB_RESTART_ON_ABORT:
        return abort;
    case UDB_RESTART_ON_WATCHDOG:
        return result == RUN_RESULT_WATCHDOG;
    case UDB_RESTART_ALWAYS:
        return true;
    }
    return false;
}

bool exit_restarts(const struct life *l)
{
    const struct run_unit *u = l->u;
    enum run_result result = (enum run_result)u->result;

    if (unit_has(u, RUN_STOP_WISHED | RUN_CONDITION_FAILED) || going_down(l->e) ||
        result == RUN_RESULT_START_LIMIT || result == RUN_RESULT_CONDITION)
        return false;
    if (u->job == RUN_JOB_STOP || u->job == RUN_JOB_RESTART)
        return false;
    if (u->exit_code != 0 && matches(&l->svc->restart_prevent, u->exit_code, u->exit_status))
        return false;
    if (u->exit_code != 0 && matches(&l->svc->restart_force, u->exit_code, u->exit_status))
        return true;
    return policy_restarts((enum udb_restart)l->svc->restart, result);
}

const char *exit_signal_name(int signal)
{
    static const char *const names[] = {
        [SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",     [SIGQUIT] = "SIGQUIT", [SIGILL] = "SIGILL",
        [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",   [SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",
        [SIGKILL] = "SIGKILL", [SIGUSR1] = "SIGUSR1",   [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
        [SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM",   [SIGTERM] = "SIGTERM", [SIGCHLD] = "SIGCHLD",
        [SIGCONT] = "SIGCONT", [SIGSTOP] = "SIGSTOP",   [SIGTSTP] = "SIGTSTP", [SIGTTIN] = "SIGTTIN",
        [SIGTTOU] = "SIGTTOU", [SIGXCPU] = "SIGXCPU",   [SIGXFSZ] = "SIGXFSZ", [SIGVTALRM] = "SIGVTALRM",
        [SIGPROF] = "SIGPROF", [SIGWINCH] = "SIGWINCH", [SIGIO] = "SIGIO",     [SIGPWR] = "SIGPWR",
        [SIGSYS] = "SIGSYS",
    };

    return signal > 0 && (size_t)signal < ARRAY_SIZE(names) && names[signal] ? names[signal] : "a signal";
}

/* The line that a process runs. exec_kind is the control process's while there is one, and the main one's
 * otherwise. */
static const struct udb_command *line(const struct life *l, bool main, enum udb_exec *ret_kind)
{
    enum udb_exec kind = main ? UDB_EXEC_START : (enum udb_exec)l->u->exec_kind;
    const struct udb_list *lines = &l->svc->exec[kind];
    uint32_t index = l->u->exec_kind == kind ? l->u->exec_index : 0;

    *ret_kind = kind;
    return index < lines->count ? udb_command(l->e->db, lines->first + index) : NULL;
}

bool exit_ignored(const struct life *l, bool main)
{
    enum udb_exec kind;
    const struct udb_command *c = line(l, main, &kind);

    return c && (c->flags & UDB_CMD_IGNORE_FAILURE) != 0;
}

const char *exit_line(const struct life *l, bool main, char *buf, size_t size)
{
    enum udb_exec kind;
    const struct udb_command *c = line(l, main, &kind);

    if (!c || !unit_has(l->u, RUN_CONDITION_OK))
        snprintf(buf, size, "the check of its conditions");
    else
        snprintf(buf, size, "%s=%s", udb_exec_name(kind), udb_text(l->e->db, c->path));
    return buf;
}

void exit_explain(struct life *l, bool main, enum run_result result, int code, int status)
{
    char what[RUN_REASON_TEXT / 2];

    exit_line(l, main, what, sizeof(what));
    if (code == CLD_EXITED)
        unit_fail(l->e, l->id, result, "%s exited with status %d", what, status);
    else
        unit_fail(l->e, l->id, result, "%s was killed by %s%s", what, exit_signal_name(status),
                  code == CLD_DUMPED ? " (core dumped)" : "");
}

const char *exit_span(uint64_t usec, char *buf, size_t size)
{
    if (usec % USEC_PER_SEC == 0 && usec / USEC_PER_SEC <= 600)
        snprintf(buf, size, "%us", (unsigned)(usec / USEC_PER_SEC));
    else
        text_format_usec(usec, buf, size);
    return buf;
}
