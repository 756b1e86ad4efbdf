/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clock - the one place that reads a clock. Microseconds everywhere.
 *
 * CLOCK_MONOTONIC is what both stages, the kernel's log stamps (near enough) and the run table use, so a
 * timeline needs no conversion.
 */
#pragma once

#include <time.h>

#include "util.h"

/* clock_now - CLOCK_MONOTONIC in microseconds. Context: anywhere, async-signal-safe. */
static inline uint64_t clock_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail with a valid clock id and pointer */
    return (uint64_t)ts.tv_sec * USEC_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}

/* clock_realtime - CLOCK_REALTIME in microseconds. */
static inline uint64_t clock_realtime(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint64_t)ts.tv_sec * USEC_PER_SEC + (uint64_t)ts.tv_nsec / 1000;
}
