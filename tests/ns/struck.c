/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * struck - linked with all of PID 1, compiled with -finstrument-functions, into a program of the tests: lets PID 1 fault, hang
 * or run out of stack inside of the n-th function that it enters from now on.
 *
 * n and what is to happen lie in a file named by PINTLE_STRUCK that the test maps too; the count goes on over an exec. Nothing
 * happens before the handlers are there.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HOOK __attribute__((no_instrument_function))

enum how { FAULT, HANG, OVERFLOW };

static volatile struct {
    uint32_t countdown; /* 0: not now */
    uint32_t hang; /* enum how */
    uint32_t struck; /* how often it came to that */
} *order;

void __cyg_profile_func_enter(void *function, void *from) HOOK;
void __cyg_profile_func_exit(void *function, void *from) HOOK;
static void find_order(void) HOOK __attribute__((constructor));
static uint8_t descend(const volatile uint8_t *above) HOOK __attribute__((noinline));

static void find_order(void)
{
    const char *path = getenv("PINTLE_STRUCK");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*order), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (fd >= 0)
        close(fd);
    if (at != MAP_FAILED)
        order = at;
}

/* Each frame is needed after the call, so that none is reused. */
static uint8_t descend(const volatile uint8_t *above)
{
    volatile uint8_t frame[512] = {above[0]};

    return order ? (uint8_t)(descend(frame) + frame[0]) : frame[1];
}

void __cyg_profile_func_enter(void *function, void *from)
{
    static const uint8_t top[1];
    stack_t ss;

    (void)function;
    (void)from;
    if (!order || order->countdown == 0 || --order->countdown != 0)
        return;
    if (syscall(SYS_getpid) != 1 || sigaltstack(NULL, &ss) < 0 || (ss.ss_flags & (SS_DISABLE | SS_ONSTACK))) {
        order->countdown = 1; /* too early, or a child of PID 1: the next one */
        return;
    }
    order->struck++;
    if (order->hang == OVERFLOW)
        (void)descend(top);
    while (order->hang == HANG) {
    }
    __builtin_trap();
}

void __cyg_profile_func_exit(void *function, void *from)
{
    (void)function;
    (void)from;
}
