/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reap.h"

#include "cgroup.h"
#include "drive.h"
#include "helper.h"
#include "notify.h"
#include "safemode.h"
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

/*
 * Seen, told, and only then taken: a PID 1 that crashes in between finds the process once more. Return: whether one had
 * ended; @ret_error what waitid(2) said otherwise.
 */
static bool reap_one(struct stage2 *s, idtype_t type, pid_t pid, int *ret_error)
{
    siginfo_t info = {.si_pid = 0};
    uint32_t unit;
    int r = sys.waitid(type, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);

    if (r < 0 || info.si_pid == 0) {
        s->reap_left = s->reap_left || r == -EINTR;
        *ret_error = r;
        return false;
    }
    unit = s->has_units ? runtab_pid_find(&s->table, info.si_pid) : RUN_NONE;
    if (unit != RUN_NONE)
        tell_unit(s, unit, &info);
    else
        (void)helper_reaped(s, &info); /* or an orphan: nobody to tell */
    spawnslot_reaped(info.si_pid);
    (void)sys.waitid(P_PID, (id_t)info.si_pid, &info, WEXITED | WNOHANG);
    return true;
}

/* What is being told of an end may lead to here: that end is not taken yet. */
static bool under_way;

void reap_child(struct stage2 *s, pid_t pid)
{
    int error;

    s->reap_left = true;
    if (under_way || s->safe)
        return;
    under_way = true;
    if (reap_one(s, P_PID, pid, &error) && s->has_units)
        cgroup_recheck(s);
    under_way = false;
}

void reap_children(struct stage2 *s)
{
    int n = 0, error = 0;

    if (under_way) {
        s->reap_left = true;
        return;
    }
    if (s->safe) {
        safemode_reap(s);
        return;
    }
    under_way = true;
    while (n < REAP_MAX && reap_one(s, P_ALL, 0, &error))
        n++;
    under_way = false;
    if (n == REAP_MAX)
        s->reap_left = true; /* SIGCHLD does not queue: come back by ourselves */
    else
        s->childless = error == -ECHILD;
    if (n > 0 && s->has_units)
        cgroup_recheck(s);
}
