/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hang - a round of the loop that does not end is a crash.
 *
 * Owns one kernel timer, whose signal's handler looks whether the loop has come further since the last time. It is set
 * when the loop wakes up and runs out by itself: a PID 1 with nothing to do is not woken, a busy one pays one system call
 * every HANG_USEC. A round is over-long after one to two times HANG_USEC.
 */
#pragma once

#include <signal.h>

#include "util.h"

#define HANG_SIGNAL SIGALRM
#ifndef HANG_USEC
#define HANG_USEC (15 * USEC_PER_SEC)
#endif

/* hang_init - make the timer. Return: 0; -errno: PID 1 goes on unwatched. */
int hang_init(void);

/* hang_wake - the loop begins to work. hang_rest - it has nothing to do and is about to wait. */
void hang_wake(void);
void hang_rest(void);

/* hang_is_over - of HANG_SIGNAL's handler: whether this round is to be given up. Async-signal-safe. */
bool hang_is_over(const siginfo_t *info);
