/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * BETWEEN CLONE AND EXEC, IN PID 1'S MEMORY WHILE PID 1 RUNS: raw system calls only. No libc function, no errno, no
 * static variable, no allocation, no lock. All signals but faults are blocked until the last call before the exec.
 */
#include "childsetup.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/ioctl.h>

#include "rawcall.h"
#include "stage2.h"

#define SIGSET_SIZE 8 /* the kernel's, not libc's */

static long at(const void *p)
{
    return (long)(uintptr_t)p;
}

static long open_path(const char *path, int flags)
{
    return rawcall(SYS_openat, AT_FDCWD, at(path), flags, 0);
}

static void copy_fd(int from, int to)
{
    if (from != to)
        (void)rawcall(SYS_dup3, from, to, 0, 0);
}

static void stdio_kmsg(void)
{
    /* Closed first, so that the open gives that very number. Where it fails, 2 is as good as what was inherited. */
    (void)rawcall(SYS_close, STDOUT_FILENO, 0, 0, 0);
    if (open_path("/dev/kmsg", O_WRONLY | O_NOCTTY) == STDOUT_FILENO)
        copy_fd(STDOUT_FILENO, STDERR_FILENO);
    else
        copy_fd(STDERR_FILENO, STDOUT_FILENO);
}

static void stdio_console(void)
{
    long fd = open_path(STAGE2_CONSOLE, O_RDWR);

    if (fd < 0)
        return;
    (void)rawcall(SYS_ioctl, fd, TIOCSCTTY, 1, 0); /* steal it: whoever held it is no session of ours that still works */
    for (int i = 0; i < 3; i++)
        copy_fd((int)fd, i);
    if (fd > 2)
        (void)rawcall(SYS_close, fd, 0, 0, 0);
}

/* Where it fails the service is supervised without its cgroup, by its process group. */
static void join_cgroup(int dirfd)
{
    long fd = rawcall(SYS_openat, dirfd, at("cgroup.procs"), O_WRONLY | O_CLOEXEC, 0);

    if (fd >= 0)
        (void)rawcall(SYS_write, fd, at("0"), 1, 0);
}

/*
 * PID 1's descriptors are close-on-exec; they are closed before it because the exec itself may take its time. Return: 0;
 * -errno when the table is still PID 1's: then nothing may be done to a descriptor.
 */
static long keep_low_fds(const struct childsetup *c)
{
    unsigned first = c->give_fds || c->report ? STAGE2_FD_FIRST : EXECPROTO_FD_DB;
    /* Of a shared table one call makes a copy that leaves out all above: the cost is that of the low ones. */
    long r = rawcall(SYS_close_range, first, UINT_MAX, c->shares_fds ? CLOSE_RANGE_UNSHARE : 0, 0);

    if (r < 0 && c->shares_fds)
        return r;
    if (c->give_fds) {
        (void)rawcall(SYS_fcntl, EXECPROTO_FD_DB, F_SETFD, 0, 0);
        (void)rawcall(SYS_fcntl, EXECPROTO_FD_REPORT, F_SETFD, 0, 0);
    }
    return 0;
}

/* Handlers go back to the default, what is ignored stays so. The kernel's struct sigaction begins with the handler. */
static void reset_signals(void)
{
    const unsigned long none[8] = {0};
    unsigned long old[8];

    for (int signo = 1; signo < 32; signo++)
        if (rawcall(SYS_rt_sigaction, signo, 0, at(old), SIGSET_SIZE) == 0 && old[0] > 1)
            (void)rawcall(SYS_rt_sigaction, signo, at(none), 0, SIGSET_SIZE);
}

int childsetup_exec(const struct childsetup *c)
{
    const uint64_t none = 0;
    long r;

    if (c->resets_signals)
        reset_signals();
    if (c->join_fd >= 0)
        join_cgroup(c->join_fd);
    r = keep_low_fds(c);
    if (r < 0)
        return (int)-r;
    (void)rawcall(SYS_setsid, 0, 0, 0, 0);
    if (c->stdio == CHILD_STDIO_KMSG)
        stdio_kmsg();
    else if (c->stdio == CHILD_STDIO_CONSOLE)
        stdio_console();
    (void)rawcall(SYS_rt_sigprocmask, SIG_SETMASK, at(&none), 0, SIGSET_SIZE);
    return (int)-rawcall(SYS_execve, at(c->path), at(c->argv), at(c->envp), 0);
}
