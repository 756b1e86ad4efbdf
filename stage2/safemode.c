/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "safemode.h"

#include <fcntl.h>

#include "console.h"
#include "crash.h"
#include "emergency.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "sys.h"

void safemode_begin(struct stage2 *s)
{
    s->has_units = false;
    s->safe = true;
    (void)log_error(0, "PID 1 crashed %u times within %u s: safe mode; services go on, nothing is started or supervised",
                    KEEP_CRASHES, (unsigned)(KEEP_CRASH_SPAN / USEC_PER_SEC));
    console_say(s, "PID 1 is in safe mode after %u crashes: nothing is started by itself; 'pintlectl daemon-reexec' (or leaving "
                   "this shell) tries again",
                keep->n_faults + keep->n_hangs);
    emergency_give_shell(s);
}

/* By the records alone: the index in the table is the engine's. */
static bool is_of_unit(const struct stage2 *s, pid_t pid)
{
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        const struct run_unit *u = runtab_unit(&s->table, i);

        if (u->main_pid == pid || u->control_pid == pid)
            return true;
    }
    return false;
}

static void reap_one(struct stage2 *s, pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    if (sys.waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid == 0 || is_of_unit(s, pid))
        return;
    (void)helper_reaped(s, &info);
    (void)sys.waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
}

void safemode_reap(struct stage2 *s)
{
    int fd = sys.open("/proc/1/task/1/children", O_RDONLY | O_CLOEXEC, 0);
    char buf[4096];
    pid_t pid = 0;
    ssize_t n;

    if (fd < 0)
        return; /* CONFIG_PROC_CHILDREN is off: zombies wait until safe mode is left */
    while ((n = sys.read(fd, buf, sizeof(buf))) > 0)
        for (ssize_t i = 0; i < n; i++) {
            if (buf[i] >= '0' && buf[i] <= '9') {
                pid = pid * 10 + (buf[i] - '0');
                continue;
            }
            if (pid > 0)
                reap_one(s, pid);
            pid = 0;
        }
    (void)sys.close(fd);
}

_noreturn_ void safemode_leave(struct stage2 *s _unused_)
{
    helper_forget(HELPER_SHELL); /* this is its end */
    log_info("leaving safe mode");
    crash_exec(KEEP_WHY_REEXEC, NULL);
}
