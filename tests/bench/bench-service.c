/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-service - the smallest service: reports through shared memory, then pauses.
 * Without a libc where that is possible, so that what is measured is the init and not the service's own start.
 * Where NOTIFY_SOCKET is in its environment it says READY=1 there first.
 * Usage: bench-service SLOT
 */
#include <fcntl.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
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

/* The value of NOTIFY_SOCKET; no libc, so no getenv. */
static const char *notify_socket(const char *const *envp)
{
    static const char name[] = "NOTIFY_SOCKET=";

    for (; envp && *envp; envp++) {
        size_t i = 0;

        while (name[i] && (*envp)[i] == name[i])
            i++;
        if (!name[i])
            return *envp + i;
    }
    return NULL;
}

static void say_ready(const char *path)
{
    static const char ready[] = "READY=1";
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    size_t n = 0;
    long fd;

    for (; path[n] && n < sizeof(addr.sun_path) - 1; n++)
        addr.sun_path[n] = path[n];
    if (addr.sun_path[0] == '@')
        addr.sun_path[0] = '\0';
    fd = call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, 0, 0, 0);
    call(SYS_sendto, fd, (long)ready, sizeof(ready) - 1, 0, (long)&addr,
         (long)(offsetof(struct sockaddr_un, sun_path) + n));
    call(SYS_close, fd, 0, 0, 0, 0, 0);
}

static int serve(const char *slot_text, const char *const *envp)
{
    struct timespec ts;
    struct report *r;
    uint32_t slot = 0;
    long fd = call(SYS_openat, AT_FDCWD, (long)REPORT_PATH, O_RDWR | O_CLOEXEC, 0, 0, 0);

    if (fd < 0)
        return 2;
    if (notify_socket(envp))
        say_ready(notify_socket(envp));
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

    call(SYS_exit_group, stack[0] > 1 ? serve(argv[1], argv + stack[0] + 1) : 2, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}
#else
int main(int argc, char **argv, char **envp)
{
    return argc > 1 ? serve(argv[1], (const char *const *)envp) : 2;
}
#endif
