/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "logline.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "log.h"
#include "sys.h"

/*
 * The kernel lets an open /dev/kmsg write ten lines in five seconds (printk_devkmsg=ratelimit). The limit is per open
 * file, and meant for services, each of which has one of its own. PID 1 takes a fresh one before the ten are used up.
 */
#define KMSG_LINES 9

static struct {
    int fd;
    bool kmsg;
    bool ask; /* the descriptor blocks: ask before writing */
    unsigned lines;
    unsigned lost;
} out = {.fd = STDERR_FILENO, .ask = true};

static bool can_write(void)
{
    struct pollfd p = {.fd = out.fd, .events = POLLOUT};

    return !out.ask || (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT));
}

static void renew_kmsg(void)
{
    int fd = sys.open("/dev/kmsg", O_WRONLY | O_NOCTTY | O_CLOEXEC, 0);

    if (fd < 0)
        return;
    (void)sys.close(out.fd);
    out.fd = fd;
    out.lines = 0;
}

static bool write_line(enum log_level level, const char *line)
{
    char buf[1100];
    int n;

    if (out.kmsg) {
        if (++out.lines > KMSG_LINES)
            renew_kmsg();
        n = snprintf(buf, sizeof(buf), "<%d>pintle: %s\n", (int)level, line);
    } else
        n = snprintf(buf, sizeof(buf), "pintle: %s\n", line);
    if (n >= (int)sizeof(buf))
        n = sizeof(buf) - 1;
    return can_write() && sys.write(out.fd, buf, (size_t)n) == n;
}

static void on_line(enum log_level level, const char *line)
{
    char lost[64];

    if (out.lost > 0) {
        snprintf(lost, sizeof(lost), "%u lines before this one were lost", out.lost);
        if (write_line(LOG_LEVEL_WARNING, lost))
            out.lost = 0;
    }
    if (!write_line(level, line))
        out.lost++;
}

void logline_init(struct stage2 *s)
{
    int fd = s->container ? -ENODEV : sys.open("/dev/kmsg", O_WRONLY | O_NOCTTY | O_CLOEXEC, 0);

    log_open("pintle", LOG_TARGET_STDERR);
    s->kmsg = fd >= 0;
    out.kmsg = fd >= 0;
    if (fd < 0) /* a socket or a pipe to nowhere cannot be opened again: keep it, and ask */
        fd = sys.open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    if (fd >= 0) {
        out.fd = fd;
        out.ask = false;
    }
    log_set_hook(on_line);
}

/* States in which a unit can stay: entering one is news, the steps between are for who debugs. */
static enum log_level level_of(enum run_state from, enum run_state to)
{
    switch (to) {
    case RUN_FAILED:
        return LOG_LEVEL_ERROR;
    case RUN_AUTO_RESTART:
        return LOG_LEVEL_WARNING;
    case RUN_RUNNING:
    case RUN_EXITED:
    case RUN_REACHED:
    case RUN_DEAD:
        /* Of a skipped start the job's end tells. */
        return from == RUN_RELOAD || from == RUN_CONDITION ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
    case RUN_CONDITION:
    case RUN_START_PRE:
    case RUN_START:
    case RUN_START_POST:
    case RUN_RELOAD:
    case RUN_STOP:
    case RUN_STOP_SIGTERM:
    case RUN_STOP_SIGKILL:
    case RUN_STOP_POST:
    case RUN_FINAL_SIGTERM:
    case RUN_FINAL_SIGKILL:
    case RUN_STATE_COUNT:
        break;
    }
    return LOG_LEVEL_DEBUG;
}

static void exit_text(const struct run_unit *u, char *buf, size_t size)
{
    buf[0] = '\0';
    if (u->exit_code == CLD_EXITED && u->exit_status != 0)
        snprintf(buf, size, ", exit status %d", u->exit_status);
    else if (u->exit_code == CLD_KILLED || u->exit_code == CLD_DUMPED)
        snprintf(buf, size, ", SIG%s", sigabbrev_np(u->exit_status) ?: "?");
}

void logline_state(struct stage2 *s, const struct engine_action *a)
{
    enum run_state from = (enum run_state)a->state.from, to = (enum run_state)a->state.to;
    enum log_level level = level_of(from, to);
    const struct run_unit *u = runtab_unit(&s->table, a->unit);
    const char *name = udb_name(&s->db, a->unit), *reason;
    char ended[48];

    if (level > log_get_level())
        return;
    if (to != RUN_FAILED && to != RUN_AUTO_RESTART) {
        bool ready = to == RUN_RUNNING && (u->flags & RUN_READY_SEEN);

        (void)log_line(level, 0, "%s: %s -> %s%s", name, run_state_name(from), run_state_name(to),
                       ready ? " (ready)" : "");
        return;
    }
    reason = runtab_text(&s->table, a->unit)->reason;
    exit_text(u, ended, sizeof(ended));
    (void)log_line(level, 0, "%s: %s -> %s (%s%s)%s%.*s", name, run_state_name(from), run_state_name(to),
                   run_result_name((enum run_result)u->result), ended, *reason ? ": " : "", RUN_REASON_TEXT, reason);
}

void logline_job(struct stage2 *s, const struct engine_action *a)
{
    const char *name = udb_name(&s->db, a->unit), *reason = runtab_text(&s->table, a->unit)->reason;
    enum run_result result = (enum run_result)a->job.result;
    enum run_job job = (enum run_job)a->job.job;

    if (result == RUN_RESULT_SUCCESS || result == RUN_RESULT_CANCELED)
        log_debug("%s: %s is done: %s", name, run_job_name(job), run_result_name(result));
    else if (result == RUN_RESULT_SKIPPED)
        log_info("%s: start was skipped, a condition is not met", name);
    else if (result == RUN_RESULT_DEPENDENCY || result == RUN_RESULT_NOT_LOADED || job == RUN_JOB_STOP)
        (void)log_error(0, "%s: %s failed (%s)%s%.*s", name, run_job_name(job), run_result_name(result),
                        *reason ? ": " : "", RUN_REASON_TEXT, reason);
    else /* the state's own line has said it */
        log_debug("%s: %s failed (%s)", name, run_job_name(job), run_result_name(result));
}
