/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cleanup - what is left of a service whose life is over: notify socket, report pipes, cgroup, and RuntimeDirectory=,
 * which a helper removes (pintle-exec --cleanup). The next life of the unit begins when that is done, not before.
 */
#pragma once

#include "helper.h"

/* cleanup_unit - perform ENGINE_ACT_CLEANUP. */
void cleanup_unit(struct stage2 *s, uint32_t unit);

/* cleanup_defers - Return: true when the action has to wait for the unit's helper; it is performed then. */
bool cleanup_defers(struct stage2 *s, const struct engine_action *a);

/* cleanup_done - a helper_fn. */
void cleanup_done(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/* cleanup_adopt - after an exec: a helper that a predecessor started cleans up that unit. */
void cleanup_adopt(struct stage2 *s, uint32_t unit);

/* cleanup_waits - whether the unit's helper has not been started yet: a successor would have to ask for it again. */
bool cleanup_waits(const struct stage2 *s, uint32_t unit);

/* cleanup_is_busy - whether any helper still cleans up. */
bool cleanup_is_busy(void);
