/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reap.h"

#include "cgroup.h"
#include "drive.h"
#include "helper.h"
#include "notify.h"
#include "spawn.h"
#include "spawnslot.h"
#include "sys.h"

/* A round takes this many: 50,000 zombies are reaped, but not while everything else waits. */
#define REAP_MAX 256

static void tell_unit(struct stage2 *s, uint32_t unit, const siginfo_t *info)
{
    struct engine_event ev = {
        .type = ENGINE_EV_EXITED,
        .unit = unit,
        .pid = info->si_pid,
        .code = info->si_code,
        .value = info->si_status,
    };
    const struct run_unit *u = runtab_unit(&s->table, unit);

    if (u->notify_fd >= 0)
        notify_drain(s, unit);
    for (int main = 0; main < 2; main++)
        if (s->rt[unit].report[main].id != 0 && s->rt[unit].report[main].pid == info->si_pid)
            spawn_read_report(s, unit, main);
    spawn_tell_error(s, unit, info->si_pid);
    (void)drive_event(s, &ev);
}

void reap_children(struct stage2 *s)
{
    static bool under_way;
    int n = 0;

    if (under_way) { /* what is being told of an end leads here: that end is not taken yet */
        s->reap_left = true;
        return;
    }
    under_way = true;
    for (; n < REAP_MAX; n++) {
        siginfo_t info = {.si_pid = 0};
        uint32_t unit;

        /* Seen, told, and only then taken: a PID 1 that crashes in between finds the process once more. */
        int r = sys.waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT);

        if (r == -EINTR)
            continue;
        if (r < 0 || info.si_pid == 0) {
            s->childless = r == -ECHILD;
            break;
        }
        unit = s->has_units ? runtab_pid_find(&s->table, info.si_pid) : RUN_NONE;
        if (unit != RUN_NONE)
            tell_unit(s, unit, &info);
        else
            (void)helper_reaped(s, &info); /* or an orphan: nobody to tell */
        spawnslot_reaped(info.si_pid);
        (void)sys.waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG);
    }
    under_way = false;
    if (n == REAP_MAX)
        s->reap_left = true; /* SIGCHLD does not queue: come back by ourselves */
    if (n > 0 && s->has_units)
        cgroup_recheck(s);
}
