/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawn - make a process: clone3 straight into a cgroup, with the pid written by the kernel to where it is kept.
 *
 * Owns the way a process is made, and for a unit's command its argv, environment and report pipe. Knows nothing of
 * states. PID 1 does not wait for the exec, which may take for ever: until it is done or has failed the child lives in a
 * slot (spawnslot.h). An exec that failed is known when the child is reaped.
 */
#pragma once

#include <sys/types.h>

#include "childsetup.h"
#include "stage2.h"

/*
 * spawn_process - clone, set up, exec
 * @cgroup_fd: the directory of a v2 cgroup to begin in; -EBADF for PID 1's own.
 * @pid_at: where the kernel stores the pid before the child runs; set to 0 on failure.
 * Context: main loop; no allocation, no waiting. Return: 0; -errno of the clone.
 */
int spawn_process(struct stage2 *s, struct childsetup *c, int cgroup_fd, pid_t *pid_at);

/* spawn_command - perform ENGINE_ACT_SPAWN and answer it. spawn_conditions - the same of ENGINE_ACT_CONDITIONS. */
void spawn_command(struct stage2 *s, const struct engine_action *a);
void spawn_conditions(struct stage2 *s, const struct engine_action *a);

/*
 * spawn_read_report - take what a pintle-exec of the unit said, if anything is there
 * Called by the loop, and by the reaper before it tells of the exit: what was said comes before the end.
 */
void spawn_read_report(struct stage2 *s, uint32_t unit, bool main);

/* spawn_tell_error - tell the engine why the process could not execute its program, if so; before its end is told. */
void spawn_tell_error(struct stage2 *s, uint32_t unit, pid_t pid);

/* spawn_carry_on - after an exec: listen again to the reports of the record's processes. */
void spawn_carry_on(struct stage2 *s, uint32_t unit);

/* spawn_forget_reports - close what is left of both report pipes. */
void spawn_forget_reports(struct stage2 *s, uint32_t unit);

/* spawn_move_reports - the unit has another number after a reload. */
void spawn_move_reports(struct stage2 *s, uint32_t unit, const struct unit_rt *old);
