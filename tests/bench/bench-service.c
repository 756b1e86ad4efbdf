/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-service - the smallest service: reports through shared memory, then pauses.
 * Without a libc where that is possible, so that what is measured is the init and not the service's own start.
 * Usage: bench-service SLOT
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "report.h"

#ifdef __x86_64__
static long call(long n, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long r;

    __asm__ volatile("syscall"
                     : "=a"(r)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return r;
}
#else
#include <unistd.h>
#define call(n, a, b, c, d, e, f) syscall(n, a, b, c, d, e, f)
#endif

static int serve(const char *slot_text)
{
    struct timespec ts;
    struct report *r;
    uint32_t slot = 0;
    long fd = call(SYS_openat, AT_FDCWD, (long)REPORT_PATH, O_RDWR | O_CLOEXEC, 0, 0, 0);

    if (fd < 0)
        return 2;
    r = (struct report *)call(SYS_mmap, 0, sizeof(*r), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (; *slot_text >= '0' && *slot_text <= '9'; slot_text++)
        slot = slot * 10 + (uint32_t)(*slot_text - '0');
    slot %= REPORT_SLOTS;
    call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&ts, 0, 0, 0, 0);
    r->slots[slot].nsec = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
    r->slots[slot].pid = (int32_t)call(SYS_getpid, 0, 0, 0, 0, 0, 0);
    __atomic_add_fetch(&r->slots[slot].starts, 1, __ATOMIC_SEQ_CST);
    if (__atomic_add_fetch(&r->count, 1, __ATOMIC_SEQ_CST) >= r->goal) {
        call(SYS_futex, (long)&r->count, FUTEX_WAKE, 1 << 30, 0, 0, 0);
        call(SYS_futex, (long)&r->slots[slot].starts, FUTEX_WAKE, 1 << 30, 0, 0, 0);
    }
    for (;;)
        call(SYS_pause, 0, 0, 0, 0, 0, 0);
}

#ifdef __x86_64__
void _start(void);
__attribute__((naked)) void _start(void)
{
    __asm__("xor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall bench_main\n\thlt");
}

void bench_main(const long *stack);
void bench_main(const long *stack)
{
    const char *const *argv = (const char *const *)(stack + 1);

    call(SYS_exit_group, stack[0] > 1 ? serve(argv[1]) : 2, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
#else
int main(int argc, char **argv)
{
    return argc > 1 ? serve(argv[1]) : 2;
}
#endif
