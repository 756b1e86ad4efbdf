/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handler may run anywhere, on any stack, with any lock held: only async-signal-safe calls below on_fault().
 */
#include "crash.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#include "text.h"

#define ENV_ROOM 64

static const struct {
    int number;
    const char *name;
} faults[] = {
    {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"}, {SIGABRT, "SIGABRT"},
};

static struct {
    char **argv;
    char **envp;         /* main's, with one place more in front for the note */
    unsigned crashes;    /* before this life */
    unsigned wait_sec;
    char note[sizeof(CRASH_ENV) + ENV_ROOM];
    char stack[16384] __attribute__((aligned(16)));
} state = {.wait_sec = 60};

static char *put_text(char *at, const char *end, const char *s)
{
    while (*s && at + 1 < end)
        *at++ = *s++;
    *at = '\0';
    return at;
}

static char *put_number(char *at, const char *end, uintptr_t value, unsigned base)
{
    char digits[32];
    size_t n = sizeof(digits) - 1;

    digits[n] = '\0';
    do {
        digits[--n] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value > 0);
    return put_text(at, end, digits + n);
}

static void say(const char *text)
{
    static const char *const places[] = {"/dev/kmsg", "/dev/console"};

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        int fd = open(places[i], O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

        if (fd < 0)
            continue;
        if (write(fd, text, strlen(text)) < 0) {
            /* then there is nobody to tell */
        }
        close(fd);
    }
}

/* "PINTLE_STAGE1_CRASH=N SIGSEGV at 0x12" */
static void write_note(int sig, const void *address)
{
    const char *end = state.note + sizeof(state.note), *name = "a fault";
    char *at = put_text(state.note, end, CRASH_ENV "=");

    for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
        if (faults[i].number == sig)
            name = faults[i].name;
    at = put_number(at, end, state.crashes + 1, 10);
    at = put_text(at, end, " ");
    at = put_text(at, end, name);
    at = put_text(at, end, " at 0x");
    put_number(at, end, (uintptr_t)address, 16);
}

static _noreturn_ void give_up(const char *why)
{
    char line[256], *at = line;
    const char *end = line + sizeof(line);
    struct pollfd key = {.fd = 0, .events = POLLIN};

    at = put_text(at, end, "stage1: ");
    at = put_text(at, end, why);
    at = put_text(at, end, " (");
    at = put_text(at, end, state.note + sizeof(CRASH_ENV));
    at = put_text(at, end, "); rebooting in ");
    at = put_number(at, end, state.wait_sec, 10);
    put_text(at, end, " s, at once with Enter\n");
    say(line);
    (void)poll(&key, 1, (int)state.wait_sec * 1000);
    sync();
    reboot(RB_AUTOBOOT);
    for (;;)
        pause();
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
    sigset_t none;

    if (getpid() != 1) /* a child: it ends as any program does, and its parent says so */
        _exit(128 + sig);
    write_note(sig, info->si_addr);
    if (state.crashes + 1 >= CRASH_MAX)
        give_up("stage one crashed again and again");
    say("stage1: crashed, starting again\n");
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* an exec keeps the mask, and this signal is blocked in it */
    state.envp[0] = state.note;
    execve("/proc/self/exe", state.argv, state.envp);
    execve("/init", state.argv, state.envp);
    give_up("stage one crashed and cannot be started again");
}

/* Take CRASH_ENV out of the environment. Return: its value; NULL. */
static const char *take_note(char **envp)
{
    const char *value = NULL;
    char **to = envp;

    for (char **e = envp; *e; e++) {
        const char *v = text_after(*e, CRASH_ENV "=");

        if (v)
            value = v;
        else
            *to++ = *e;
    }
    *to = NULL;
    return value;
}

static int copy_environment(char **envp)
{
    size_t n = 0;

    while (envp[n])
        n++;
    state.envp = calloc(n + 2, sizeof(*state.envp));
    if (!state.envp)
        return -ENOMEM;
    memcpy(state.envp + 1, envp, n * sizeof(*envp));
    return 0;
}

/* An exec of another program puts them back to the default by itself. */
static int set_handlers(void)
{
    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESETHAND};

        if (sigaction(faults[i].number, &sa, NULL) < 0)
            return -errno;
    }
    return 0;
}

/*
 * What the earlier life had started is in the way: a shell would go on reading the console, and its end hangs up the
 * terminal for whoever has it open by then. So all of it goes now, and is reaped, as far as it lets itself be.
 */
static void end_earlier_children(void)
{
    const struct timespec second = {.tv_sec = 1};
    sigset_t mask, before;

    if (getpid() != 1)
        return;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, &before);
    kill(-1, SIGKILL);
    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        if (pid < 0 || (pid == 0 && sigtimedwait(&mask, NULL, &second) < 0))
            break; /* none is left, or one hangs in the kernel */
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int crash_init(char **argv, char **envp, const char **ret_earlier)
{
    stack_t stack = {.ss_sp = state.stack, .ss_size = sizeof(state.stack)};
    int r;

    *ret_earlier = take_note(envp);
    if (*ret_earlier) {
        state.crashes = (unsigned)strtoul(*ret_earlier, NULL, 10);
        end_earlier_children();
    }
    state.argv = argv;
    r = copy_environment(envp);
    if (r < 0)
        return r;
    if (sigaltstack(&stack, NULL) < 0) /* a stack that overflowed cannot run a handler */
        return -errno;
    return set_handlers();
}

void crash_set_wait(unsigned sec)
{
    state.wait_sec = MIN(sec, 86400U);
}
