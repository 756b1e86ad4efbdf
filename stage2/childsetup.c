/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BETWEEN FORK AND EXEC: async-signal-safe calls only, no allocation, no stdio, no locks, no return.
 *
 * The memory is PID 1's own. Signal handlers were reset by the clone (CLONE_CLEAR_SIGHAND) or do not exist;
 * SIGPIPE stays ignored, as systemd has it for services (IgnoreSIGPIPE=yes; pintle-exec undoes it).
 */
#include "childsetup.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "stage2.h"

#define EXIT_EXEC 203 /* systemd's EXIT_EXEC, seen only when PID 1 is gone before it can be told */

static void stdio_kmsg(void)
{
    /* Closed first, so that the open gives that very number. Where it fails, 2 is as good as what was inherited. */
    close(STDOUT_FILENO);
    if (open("/dev/kmsg", O_WRONLY | O_NOCTTY) == STDOUT_FILENO)
        dup2(STDOUT_FILENO, STDERR_FILENO);
    else
        dup2(STDERR_FILENO, STDOUT_FILENO);
}

static void stdio_console(void)
{
    int fd = open(STAGE2_CONSOLE, O_RDWR);

    if (fd < 0)
        return;
    (void)ioctl(fd, TIOCSCTTY, 1); /* steal it: whoever held it is no session of ours that still works */
    for (int i = 0; i < 3; i++)
        dup2(fd, i);
    if (fd > 2)
        close(fd);
}

static void join_cgroup(int dirfd)
{
    int fd = openat(dirfd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "0", 1) < 0) {
        /* The service is supervised without its cgroup, by its process group. */
    }
}

static void keep_low_fds(const struct childsetup *c)
{
    unsigned first = c->give_fds ? STAGE2_FD_FIRST : EXECPROTO_FD_DB;

    /* One call makes the table the child's own and leaves out all above: the cost is that of the low ones. */
    if (c->unshare_fds)
        syscall(SYS_close_range, first, UINT_MAX, CLOSE_RANGE_UNSHARE);
    if (c->give_fds) {
        fcntl(EXECPROTO_FD_DB, F_SETFD, 0);
        fcntl(EXECPROTO_FD_REPORT, F_SETFD, 0);
    }
}

void childsetup_run(void *arg)
{
    struct childsetup *c = arg;
    sigset_t none;

    if (c->join_fd >= 0)
        join_cgroup(c->join_fd);
    keep_low_fds(c);
    setsid();
    if (c->stdio == CHILD_STDIO_KMSG)
        stdio_kmsg();
    else if (c->stdio == CHILD_STDIO_CONSOLE)
        stdio_console();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(c->path, c->argv, c->envp);
    c->error = errno;
    _exit(EXIT_EXEC);
}
