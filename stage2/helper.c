/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "cleanup.h"
#include "crash.h"
#include "down.h"
#include "emergency.h"
#include "keep.h"
#include "log.h"
#include "oldroot.h"
#include "reexec.h"
#include "reload.h"
#include "spawn.h"
#include "spawnslot.h"
#include "state.h"
#include "sys.h"
#include "text.h"

#define ENV_PATH (char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENV_HOME (char *)"HOME=/"
#define ENV_TERM (char *)"TERM=linux"

static const struct {
    const char *name;
    helper_fn done;
} kinds[HELPER_KIND_COUNT] = {
    [HELPER_NONE] = {"?", NULL},
    [HELPER_COMPILE_BOOT] = {"pintle-compile", state_boot_compiled},
    [HELPER_COMPILE_NEXT] = {"pintle-compile", reload_compiled},
    [HELPER_CLEANUP] = {"pintle-exec --cleanup", cleanup_done},
    [HELPER_RELEASE] = {"release old root", oldroot_released},
    [HELPER_UMOUNT] = {"pintle-mount umount-all", down_unmounted},
    [HELPER_SHELL] = {"emergency shell", emergency_shell_ended},
    [HELPER_ASK_SUCCESSOR] = {"pintle --can-carry-on", reexec_asked},
};

/* Of the entries in the keep. */
static loop_id timers[KEEP_HELPERS];

static void helper_late(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct keep_helper *h = data;

    timers[h - keep->helpers] = 0;
    h->timed_out = 1;
    (void)log_error(0, "'%s' (pid %d) is past its deadline and is killed", kinds[h->kind].name, (int)h->pid);
    (void)sys.kill(h->pid, SIGKILL);
    (void)sys.kill(-h->pid, SIGKILL); /* its session, if it came that far */
}

/* A fork whose pid the kernel writes down, like that of every process of PID 1. */
static int fork_run(const struct helper_spec *spec, pid_t *pid_at)
{
    long pid = syscall(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, pid_at, 0, 0);
    sigset_t none;

    if (pid != 0)
        return pid < 0 ? -errno : 0;
    crash_child();
    setsid();
    prctl(PR_SET_NAME, kinds[spec->kind].name);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    spec->run();
    _exit(EXIT_SUCCESS);
}

static int spawn_run(struct stage2 *s, const struct helper_spec *spec, pid_t *ret_pid)
{
    static char *const machine_env[] = {ENV_PATH, ENV_HOME, ENV_TERM, NULL};
    static char *const container_env[] = {ENV_PATH, ENV_HOME, ENV_TERM, (char *)"container=yes", NULL};
    char path[512];
    struct childsetup c = {
        .path = spec->argv[0],
        .argv = (char *const *)(uintptr_t)spec->argv,
        .envp = s->container ? container_env : machine_env,
        .give_fds = spec->give_db,
        .stdio = spec->console ? CHILD_STDIO_CONSOLE : s->kmsg ? CHILD_STDIO_KMSG : CHILD_STDIO_INHERIT,
    };

    if (spec->program) {
        if (snprintf(path, sizeof(path), "%s/%s", s->options.libexecdir, spec->program) >= (int)sizeof(path))
            return -ENAMETOOLONG;
        c.path = path;
    }
    return spawn_process(s, &c, -EBADF, ret_pid);
}

static void set_deadline(struct stage2 *s, struct keep_helper *h)
{
    loop_id *timer = &timers[h - keep->helpers];
    int r;

    *timer = 0;
    if (h->deadline_usec == USEC_INFINITY)
        return;
    r = loop_add_timer(&s->loop, h->deadline_usec, LOOP_PRIO_TIMER, helper_late, h, timer);
    if (r < 0)
        (void)log_warning(r, "no deadline for '%s'", kinds[h->kind].name);
}

int helper_start(struct stage2 *s, const struct helper_spec *spec)
{
    struct keep_helper *h = NULL;
    int r;

    for (size_t i = 0; i < KEEP_HELPERS && !h; i++)
        if (keep->helpers[i].pid == 0)
            h = &keep->helpers[i];
    if (!h)
        return -ENOSPC;
    h->kind = spec->kind;
    h->unit = spec->unit;
    h->timed_out = 0;
    h->deadline_usec = spec->timeout_usec == USEC_INFINITY ? USEC_INFINITY : sys.now() + spec->timeout_usec;
    r = spec->run ? fork_run(spec, &h->pid) : spawn_run(s, spec, &h->pid);
    if (r < 0)
        return r;
    set_deadline(s, h);
    return 0;
}

/* The entry is free when its function has returned: a successor tells it once more otherwise. */
static void tell_end(struct stage2 *s, struct keep_helper *h, const siginfo_t *info)
{
    struct keep_helper was = *h;
    siginfo_t end = info ? *info : (siginfo_t){.si_pid = 0};
    const char *path;

    end.si_errno = spawnslot_error(was.pid, &path);
    if (end.si_errno > 0)
        (void)log_error(-end.si_errno, "cannot execute '%s'", path);
    loop_remove(&s->loop, timers[h - keep->helpers]);
    timers[h - keep->helpers] = 0;
    if (kinds[was.kind].done)
        kinds[was.kind].done(s, info ? &end : NULL, was.timed_out != 0, was.unit);
    h->pid = 0;
}

bool helper_reaped(struct stage2 *s, const siginfo_t *info)
{
    for (size_t i = 0; i < KEEP_HELPERS; i++)
        if (keep->helpers[i].pid != 0 && keep->helpers[i].pid == info->si_pid) {
            tell_end(s, &keep->helpers[i], info);
            return true;
        }
    return false;
}

static bool is_child(pid_t pid)
{
    siginfo_t info = {.si_pid = 0};

    return sys.waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) >= 0;
}

void helper_adopt(struct stage2 *s)
{
    for (size_t i = 0; i < KEEP_HELPERS; i++) {
        struct keep_helper *h = &keep->helpers[i];

        if (h->pid == 0)
            continue;
        if (h->pid < 0 || h->kind == HELPER_NONE || h->kind >= HELPER_KIND_COUNT) {
            h->pid = 0;
            continue;
        }
        if (h->kind == HELPER_CLEANUP)
            cleanup_adopt(s, h->unit);
        if (is_child(h->pid))
            set_deadline(s, h);
        else
            tell_end(s, h, NULL);
    }
}

void helper_forget(enum helper_kind kind)
{
    for (size_t i = 0; i < KEEP_HELPERS; i++)
        if (keep->helpers[i].pid != 0 && keep->helpers[i].kind == kind)
            keep->helpers[i].pid = 0;
}

bool helper_runs(enum helper_kind kind)
{
    for (size_t i = 0; i < KEEP_HELPERS; i++)
        if (keep->helpers[i].pid != 0 && keep->helpers[i].kind == kind)
            return true;
    return false;
}
