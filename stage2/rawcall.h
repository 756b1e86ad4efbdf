/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rawcall - system calls without libc: no errno, no thread pointer, no cancellation.
 *
 * For the child of a clone that shares PID 1's memory while PID 1 runs on: errno is PID 1's own there. The result is the
 * kernel's: -errno in place of -1 and errno. RAWCALL_IS_RAW is 0 where that is not written yet for the machine; calls
 * go through libc then, and no child may share PID 1's memory.
 */
#pragma once

#include <sys/syscall.h>

#include "util.h"

#if defined(__x86_64__)
#define RAWCALL_IS_RAW 1
static inline long rawcall(long n, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long r;

    __asm__ volatile("syscall" : "=a"(r) : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "cc", "memory");
    return r;
}
#elif defined(__aarch64__)
#define RAWCALL_IS_RAW 1
static inline long rawcall(long n, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "cc", "memory");
    return x0;
}
#else
#define RAWCALL_IS_RAW 0
static inline long rawcall(long n, long a, long b, long c, long d)
{
    long r = syscall(n, a, b, c, d);

    return r < 0 ? -errno : r;
}
#endif
