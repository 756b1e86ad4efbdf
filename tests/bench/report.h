/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * report - the page of memory through which the bench's services say that they run.
 *
 * One file, mapped by the driver (bench-init), by the floor and by every service. A service stores its pid and the
 * time, then counts itself; who waits sleeps on the count with a futex. Nothing else is exchanged.
 */
#pragma once

#include <stdint.h>

#define REPORT_PATH  "/run/bench-report"
#define REPORT_SLOTS 16384

struct report_slot {
    int32_t pid;     /* as the service itself sees it */
    uint32_t starts; /* how often this slot was started; futex of who waits for a restart */
    uint64_t nsec;   /* CLOCK_MONOTONIC of the last start */
};

struct report {
    uint32_t count; /* all starts; futex */
    uint32_t goal;  /* only the start that reaches it wakes anybody, so that waking is not what is measured */
    struct report_slot slots[REPORT_SLOTS];
};
