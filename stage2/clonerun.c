/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clonerun.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

/*
 * The child returns from the system call on a stack of its own, where nothing of this frame is (or on a copy of this
 * one): it goes on in assembly until it has called @fn. PID 1's registers are its own, so only what the call itself
 * changes is clobbered.
 */
#if defined(__x86_64__)
static long clone3_run(struct clone_args *args, int (*fn)(void *), void *arg)
{
    register int (*f)(void *) __asm__("r12") = fn;
    register void *a __asm__("r13") = arg;
    long r;

    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xorl %%ebp, %%ebp\n\t"
                     "andq $-16, %%rsp\n\t"
                     "movq %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(r)
                     : "0"((long)SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(f), "r"(a)
                     : "rcx", "r11", "cc", "memory");
    return r;
}
#elif defined(__aarch64__)
static long clone3_run(struct clone_args *args, int (*fn)(void *), void *arg)
{
    register long x8 __asm__("x8") = SYS_clone3;
    register long x0 __asm__("x0") = (long)(uintptr_t)args;
    register long x1 __asm__("x1") = sizeof(*args);
    register int (*f)(void *) __asm__("x19") = fn;
    register void *a __asm__("x20") = arg;

    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x20\n\t"
                     "blr x19\n\t"
                     "brk #0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(f), "r"(a)
                     : "cc", "memory");
    return x0;
}
#else
static long clone3_run(struct clone_args *args _unused_, int (*fn)(void *) _unused_, void *arg _unused_)
{
    return -ENOSYS;
}
#endif

/*
 * Kernels before 5.5, and containers whose seccomp filter does not know clone3. The stack of a copy is a copy, so one
 * is enough.
 */
static pid_t clone_run(const struct clonerun *how, int flags, pid_t *pid_at)
{
    static uint8_t copied_stack[8192] __attribute__((aligned(64)));
    uint8_t *top = how->busy ? (uint8_t *)how->stack + how->stack_size : copied_stack + sizeof(copied_stack);
    pid_t pid;

    how->setup->join_fd = how->cgroup_fd;
    how->setup->resets_signals = true;
    if (how->cgroup_fd >= 0) { /* PID 1 closes it meanwhile: a table of the child's own */
        how->setup->shares_fds = false;
        flags &= ~CLONE_FILES;
    }
    pid = clone(how->fn, top, flags | SIGCHLD, how->arg, pid_at, NULL, how->busy);
    return pid < 0 ? -errno : pid;
}

static bool clone3_is_missing(long r)
{
    return r == -ENOSYS || r == -EPERM || r == -EINVAL;
}

pid_t clonerun_start(const struct clonerun *how, pid_t *pid_at)
{
    static bool use_clone; /* clone3 was refused once */
    int flags = CLONE_PARENT_SETTID | (how->busy ? CLONE_VM | CLONE_CHILD_CLEARTID : 0) |
                (how->setup->shares_fds ? CLONE_FILES : 0);
    struct clone_args args = {
        .flags = (uint64_t)flags | CLONE_CLEAR_SIGHAND | (how->cgroup_fd >= 0 ? CLONE_INTO_CGROUP : 0),
        .child_tid = (uintptr_t)how->busy,
        .parent_tid = (uintptr_t)pid_at,
        .exit_signal = SIGCHLD,
        .stack = how->busy ? (uintptr_t)how->stack : 0,
        .stack_size = how->busy ? how->stack_size : 0,
        .cgroup = how->cgroup_fd >= 0 ? (uint64_t)how->cgroup_fd : 0,
    };
    long r = -ENOSYS;

    how->setup->join_fd = -EBADF;
    how->setup->resets_signals = false;
    if (!use_clone)
        r = clone3_run(&args, how->fn, how->arg);
    if (use_clone || clone3_is_missing(r)) {
        r = clone_run(how, flags, pid_at);
        use_clone = use_clone || r >= 0;
    }
    return (pid_t)r;
}
