/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootwait - how long to wait for the root, and which candidate to take. Pure: the clock is given.
 *
 * rootdelay=N      nothing is mounted before N seconds have passed (as the kernel does; here a timer)
 * rootwait         wait for ever
 * rootwait=SEC     give up after SEC seconds; a value that is no number means for ever, as in the kernel
 * neither          give up after 30 seconds, as most initramfs do, and show the recovery page
 * The deadline counts from when the wait began, or from the end of rootdelay=.
 *
 * Of several candidates in root= the first is taken as soon as it is there. A later one is a fallback: it is taken
 * when no better one has come within three seconds after it appeared. Taking whatever comes first would make the
 * choice a race between disks (a mirror's second half, a rescue stick that is a few milliseconds faster); waiting
 * for the whole deadline would make a fallback cost half a minute. When the deadline passes within these three
 * seconds, the fallback is taken: a root that is there is better than a page.
 */
#pragma once

#include "cmdline.h"

#define ROOTWAIT_DEFAULT_SEC 30
#define ROOTWAIT_GRACE_USEC  (3 * USEC_PER_SEC)

struct rootwait {
    uint64_t not_before; /* CLOCK_MONOTONIC */
    uint64_t deadline;   /* USEC_INFINITY: none */
    size_t best;         /* the best fallback that is there ... */
    uint64_t best_since; /* ... and since when one is; 0: none is */
};

enum rootwait_verdict {
    ROOTWAIT_WAIT,    /* ask again when something changes, or at the time given */
    ROOTWAIT_TAKE,    /* mount it */
    ROOTWAIT_TIMEOUT, /* the time is up and there is nothing */
};

/* A word that the command line has wrong is taken as its default and told in @why (empty: all is well). */
void rootwait_init(struct rootwait *w, const struct cmdline *c, uint64_t now, char *why, size_t why_size);

/* rootwait_restart - a person said retry (@forever: wait on): a new deadline, no delay. */
void rootwait_restart(struct rootwait *w, const struct cmdline *c, uint64_t now, bool forever);

/*
 * rootwait_decide - take, wait or give up
 * @candidate: index of the best candidate that is there; -1: none is.
 * @ret_again: when to ask again though nothing changed; USEC_INFINITY: never.
 */
enum rootwait_verdict rootwait_decide(struct rootwait *w, int candidate, uint64_t now, uint64_t *ret_again);
