/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * down - the end: every process, every mount, the machine. Begun when all units are down, or at once by force.
 *
 * A row of phases, each with a deadline, each moved on by an event: SIGTERM to all that is left, SIGKILL, unmounting and
 * syncing in a child (pintle-mount), then reboot(2), or in a container the exit with a status.
 */
#pragma once

#include "helper.h"

/* down_begin - go. A second call while it is under way skips what is being waited for. */
void down_begin(struct stage2 *s, enum udb_final final);

/*
 * down_limit - when stopping the units in order has taken long enough: a unit's own TimeoutStopSec= may be infinite
 * Return: the time at which down_step begins to kill; USEC_INFINITY while nobody wishes to go down, and where the final
 * unit's JobTimeoutSec= says so.
 */
uint64_t down_limit(const struct stage2 *s);

/* down_step - look whether a phase is over. Called after each round of the loop. */
void down_step(struct stage2 *s);

/* down_carry_on - after an exec: go on where the predecessor was, without units. */
void down_carry_on(struct stage2 *s);

/* down_unmounted - a helper_fn. */
void down_unmounted(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/* down_is_under_way - whether spawning has no point any more. */
bool down_is_under_way(void);

/* down_set_status - what a container exits with (default 0). */
void down_set_status(int status);

/*
 * down_give_up - PID 1 could not even make its loop: a container ends with status 1, a machine is rebooted after a
 * minute in which the console can be read
 */
void down_give_up(struct stage2 *s);
