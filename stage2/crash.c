/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crash.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/reboot.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "clock.h"
#include "hang.h"
#include "text.h"

#define STACK_SIZE (64 * 1024) /* the kernel's frame alone is 11 KiB where there is AMX */
#define TRIES      60          /* a second apart */

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP, HANG_SIGNAL};

static uint8_t stack[STACK_SIZE] __attribute__((aligned(64)));

/* Lies in a mapping of its own that is read-only once it is filled: a wild write must not reach it. */
struct plan {
    char path[PATH_MAX];
    int program_fd;
    bool container;
    char **argv, **envp;
    size_t size;
    char *words[]; /* argv, envp, then their bytes */
};

static struct plan *plan;
static volatile sig_atomic_t dying;

void crash_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        sigaddset(set, faults[i]);
}

void crash_child(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        signal(faults[i], SIG_DFL);
}

/* Nothing was found to exec: memory may be short for a moment, a file system not there. Then the machine begins again. */
static _noreturn_ void give_up(void)
{
    static const char said[] = "pintle: PID 1 has crashed and cannot exec itself; rebooting\n";

    if (write(STDERR_FILENO, said, sizeof(said) - 1) < 0) {
        /* Nobody can be told. */
    }
    if (plan && plan->container)
        _exit(133);
    sync();
    (void)reboot((int)LINUX_REBOOT_CMD_RESTART);
    for (;;)
        (void)poll(NULL, 0, -1);
}

_noreturn_ void crash_exec(enum keep_why why, const char *path)
{
    keep->exec_usec = clock_now();
    keep->why = why;
    for (int i = 0; plan && i < TRIES; i++) {
        if (path)
            (void)syscall(SYS_execve, path, plan->argv, plan->envp);
        if (plan->program_fd >= 0)
            (void)syscall(SYS_execveat, plan->program_fd, "", plan->argv, plan->envp, AT_EMPTY_PATH);
        (void)syscall(SYS_execve, plan->path, plan->argv, plan->envp);
        (void)syscall(SYS_execve, "/proc/self/exe", plan->argv, plan->envp);
        (void)poll(NULL, 0, 1000);
    }
    give_up();
}

static uint64_t instruction(const void *context)
{
    const ucontext_t *uc = context;

#if defined(__x86_64__)
    return (uint64_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return uc->uc_mcontext.pc;
#else
    (void)uc;
    return 0;
#endif
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    if (syscall(SYS_getpid) != 1) { /* a forked child: when this returns it faults again, and ends */
        crash_child();
        if (info->si_code <= 0)
            (void)raise(signo);
        return;
    }
    if (signo == HANG_SIGNAL && !hang_is_over(info))
        return;
    if (!dying) { /* else noting it is what faulted */
        dying = 1;
        keep->fault_signal = signo;
        keep->fault_code = info->si_code;
        keep->fault_address = (uint64_t)(uintptr_t)info->si_addr;
        keep->fault_ip = instruction(context);
    }
    crash_exec(signo == HANG_SIGNAL ? KEEP_WHY_HANG : KEEP_WHY_FAULT, NULL);
}

static size_t words_size(char *const *words, size_t n)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++)
        size += strlen(words[i]) + 1;
    return size;
}

static char *copy_words(char **to, char *const *from, size_t n, char *at)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = at;
        at = stpcpy(at, from[i]) + 1;
    }
    to[n] = NULL;
    return at;
}

static struct plan *make_plan(char *const *argv, size_t argc, char *const *envp, size_t envc)
{
    size_t size = sizeof(struct plan) + (argc + envc + 2) * sizeof(char *) + words_size(argv, argc) +
                  words_size(envp, envc);
    struct plan *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *at;

    if (p == MAP_FAILED)
        return NULL;
    p->size = size;
    p->program_fd = -EBADF;
    p->argv = p->words;
    p->envp = p->words + argc + 1;
    at = copy_words(p->argv, argv, argc, (char *)(p->envp + envc + 1));
    copy_words(p->envp, envp, envc, at);
    text_copy(p->path, sizeof(p->path), argc > 0 && argv[0][0] == '/' ? argv[0] : "/sbin/init");
    return p;
}

static void catch_faults(void)
{
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};

    sigfillset(&sa.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        sigdelset(&sa.sa_mask, faults[i]); /* one in the handler has to be survived too */
    (void)sigaltstack(&ss, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        (void)sigaction(faults[i], &sa, NULL);
}

void crash_init(int argc, char *argv[], int keep_fd)
{
    char carry_on[32];
    char *words[64];
    size_t n = 0, envc = 0;

    for (int i = 0; i < argc && n + 2 < ARRAY_SIZE(words); i++)
        if (i == 0 || !text_after(argv[i], "--carry-on="))
            words[n++] = argv[i];
    if (keep_fd >= 0) {
        snprintf(carry_on, sizeof(carry_on), "--carry-on=%d", keep_fd);
        words[n++] = carry_on;
    }
    while (environ[envc])
        envc++;
    plan = make_plan(words, n, environ, envc);
    catch_faults();
}

void crash_find_program(void)
{
    static const char deleted[] = " (deleted)";
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    size_t end = sizeof(deleted) - 1;

    if (!plan)
        return;
    plan->program_fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    plan->container = getenv("container") != NULL;
    if (n > 0) {
        path[n] = '\0';
        if ((size_t)n > end && streq(path + n - end, deleted))
            path[(size_t)n - end] = '\0';
        text_copy(plan->path, sizeof(plan->path), path);
    }
    (void)mprotect(plan, plan->size, PROT_READ);
}

const char *crash_program(void)
{
    return plan ? plan->path : "/sbin/init";
}
