/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "describe.h"

#include <signal.h>
#include <time.h>

char *describe_exit(const struct run_unit *u, char *buf, size_t size)
{
    const char *signal_name = u->exit_status > 0 ? sigabbrev_np(u->exit_status) : NULL;

    if (u->exit_code == CLD_EXITED)
        snprintf(buf, size, "exited with status %d", u->exit_status);
    else if (u->exit_code == CLD_KILLED || u->exit_code == CLD_DUMPED)
        snprintf(buf, size, "killed by signal %d%s%s%s", u->exit_status, signal_name ? ", SIG" : "", signal_name ?: "",
                 u->exit_code == CLD_DUMPED ? ", core dumped" : "");
    else
        snprintf(buf, size, "%s", "");
    return buf;
}

char *describe_time(const struct ctl *ctl, uint64_t usec, char *buf, size_t size)
{
    uint64_t ago = ctl->now_usec > usec ? ctl->now_usec - usec : 0;
    time_t seconds = (time_t)((ctl->realtime_usec - MIN(ago, ctl->realtime_usec)) / USEC_PER_SEC);
    char date[64] = "?", span[32];
    struct tm tm;

    if (usec == 0) {
        snprintf(buf, size, "%s", "");
        return buf;
    }
    if (localtime_r(&seconds, &tm))
        strftime(date, sizeof(date), "%a %Y-%m-%d %H:%M:%S %Z", &tm);
    snprintf(buf, size, "%s; %s ago", date, term_span(ago, span, sizeof(span)));
    return buf;
}

uint64_t describe_since(const struct run_unit *u)
{
    switch (run_state_active(u->state)) {
    case RUN_ACTIVE_ACTIVE:
    case RUN_ACTIVE_RELOADING:
        return u->active_usec;
    case RUN_ACTIVE_ACTIVATING:
        /* Between two automatic starts: since the last life ended. */
        return u->state == RUN_AUTO_RESTART ? u->inactive_usec : u->start_usec;
    case RUN_ACTIVE_DEACTIVATING:
        return u->stop_usec;
    case RUN_ACTIVE_INACTIVE:
    case RUN_ACTIVE_FAILED:
        break;
    }
    return u->inactive_usec;
}

char *describe_failure(const struct run_unit *u, const struct run_text *text, char *buf, size_t size)
{
    char exit[96], reason[RUN_REASON_TEXT * 4];

    if (text->reason[0])
        snprintf(buf, size, "%s", text_printable(text->reason, reason, sizeof(reason)));
    else if (u->exit_code != 0 && (u->result == RUN_RESULT_EXIT_CODE || u->result == RUN_RESULT_SIGNAL ||
                                   u->result == RUN_RESULT_CORE_DUMP))
        snprintf(buf, size, "the main process %s", describe_exit(u, exit, sizeof(exit)));
    else
        snprintf(buf, size, "%s", run_result_name(u->result));
    return buf;
}

/* Name the units whose jobs @unit waits for, as many as there is room for. */
void describe_blockers(const struct view *v, uint32_t unit, char *buf, size_t size)
{
    uint32_t pos = 0, other, more = 0;
    size_t n = 0;

    buf[0] = '\0';
    while ((other = view_blocker(v, unit, &pos)) != UDB_NONE) {
        struct run_unit u;
        char name[128], piece[192];
        size_t length;

        view_unit(v, other, &u, NULL);
        length = (size_t)snprintf(piece, sizeof(piece), "%s%s (%s)", n > 0 ? ", " : "",
                                  text_printable(udb_name(&v->db, other), name, sizeof(name)), run_job_name(u.job));
        if (more > 0 || n + length + 24 > size)
            more++;
        else
            n += (size_t)snprintf(buf + n, size - n, "%s", piece);
    }
    if (more > 0 && n < size)
        snprintf(buf + n, size - n, " and %u more", more);
}

enum term_colour describe_colour(enum run_active active)
{
    switch (active) {
    case RUN_ACTIVE_ACTIVE:
        return TERM_GREEN;
    case RUN_ACTIVE_FAILED:
        return TERM_RED;
    case RUN_ACTIVE_ACTIVATING:
    case RUN_ACTIVE_DEACTIVATING:
    case RUN_ACTIVE_RELOADING:
        return TERM_YELLOW;
    case RUN_ACTIVE_INACTIVE:
        break;
    }
    return TERM_PLAIN;
}
