/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "helper.h"

#include <sys/prctl.h>

#include "log.h"
#include "spawn.h"
#include "sys.h"
#include "text.h"

#define ENV_PATH (char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENV_HOME (char *)"HOME=/"
#define ENV_TERM (char *)"TERM=linux"

static struct helper {
    pid_t pid; /* 0: free */
    const char *name;
    helper_fn done;
    void *data;
    loop_id timer;
    bool timed_out;
} helpers[HELPER_MAX];

static void helper_late(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct helper *h = data;

    h->timer = 0;
    h->timed_out = true;
    (void)log_error(0, "'%s' (pid %d) is past its deadline and is killed", h->name, (int)h->pid);
    (void)sys.kill(h->pid, SIGKILL);
    (void)sys.kill(-h->pid, SIGKILL); /* its session, if it came that far */
}

static pid_t fork_run(const struct helper_spec *spec)
{
    pid_t pid = fork();
    sigset_t none;

    if (pid != 0)
        return pid < 0 ? -errno : pid;
    setsid();
    prctl(PR_SET_NAME, spec->name);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    spec->run(spec->data);
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

int helper_start(struct stage2 *s, const struct helper_spec *spec, pid_t *ret_pid)
{
    struct helper *h = NULL;
    pid_t pid = 0;
    int r;

    for (size_t i = 0; i < HELPER_MAX && !h; i++)
        if (helpers[i].pid == 0)
            h = &helpers[i];
    if (!h)
        return -ENOSPC;
    if (spec->run) {
        pid = fork_run(spec);
        r = pid < 0 ? pid : 0;
    } else
        r = spawn_run(s, spec, &pid);
    if (r < 0)
        return r;
    *h = (struct helper){.pid = pid, .name = spec->name, .done = spec->done, .data = spec->data};
    if (spec->timeout_usec != USEC_INFINITY) {
        r = loop_add_timer(&s->loop, sys.now() + spec->timeout_usec, LOOP_PRIO_TIMER, helper_late, h, &h->timer);
        if (r < 0)
            (void)log_warning(r, "no deadline for '%s'", spec->name);
    }
    if (ret_pid)
        *ret_pid = pid;
    return 0;
}

bool helper_reaped(struct stage2 *s, const siginfo_t *info)
{
    for (size_t i = 0; i < HELPER_MAX; i++) {
        struct helper h = helpers[i];

        if (h.pid == 0 || h.pid != info->si_pid)
            continue;
        loop_remove(&s->loop, h.timer);
        helpers[i].pid = 0; /* before its function, which may start the next one */
        if (h.done)
            h.done(s, info, h.timed_out, h.data);
        return true;
    }
    return false;
}

bool helper_is_running(pid_t pid)
{
    for (size_t i = 0; i < HELPER_MAX; i++)
        if (pid > 0 && helpers[i].pid == pid)
            return true;
    return false;
}
