/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawnslot - where children live between clone and exec, while PID 1 goes on.
 *
 * Owns a fixed number of slots: a stack, and copies of path, argv and environment, so that a child reads nothing that PID 1
 * may change meanwhile (a reload unmaps the database). An exec can take for ever, from a dead network file system or in
 * a frozen cgroup: then the slot stays taken and nothing else happens.
 *
 * A slot is free again when its child has left PID 1's memory, by exec or by exit: the kernel clears a word then
 * (CLONE_CHILD_CLEARTID) and no event is needed. Where the exec failed its errno stays until the child is reaped.
 *
 * Where no slot is free, or the texts are too long for one, the child gets a copy of PID 1's memory, as by fork. That costs
 * more, but PID 1 does not wait there either. Such a child tells of a failed exec by the report pipe when it has one (a
 * unit's command), and by its exit status alone when not (a helper).
 */
#pragma once

#include <sys/types.h>

#include "childsetup.h"

#define SPAWNSLOT_COUNT 64

/* spawnslot_fits - whether a slot is free, and long enough for what @c points to. */
bool spawnslot_fits(const struct childsetup *c);

/*
 * spawnslot_start - clone a child that sets itself up as @c says and execs
 * @c: borrowed for the call.   @cgroup_fd, @pid_at: as spawn_process has them.
 * Context: main loop; allocates nothing, waits for nothing. Return: 0; -ENOBUFS when it does not fit; -errno of the clone.
 */
int spawnslot_start(const struct childsetup *c, int cgroup_fd, pid_t *pid_at);

/* spawnslot_start_copy - the same with a copy of the memory, whatever @c needs. Return: 0; -errno of the clone. */
int spawnslot_start_copy(const struct childsetup *c, int cgroup_fd, pid_t *pid_at);

/* spawnslot_in_flight - whether the process has not exec'd yet: it may not lead its own session or cgroup so far. */
bool spawnslot_in_flight(pid_t pid);

/* spawnslot_error - errno of the exec that failed, 0 for none. @ret_path: of its program, valid until spawnslot_reaped. */
int spawnslot_error(pid_t pid, const char **ret_path);

/* spawnslot_reaped - the process is gone, and with it what its slot knew. Every process that is reaped is told of. */
void spawnslot_reaped(pid_t pid);

/* spawnslot_trim - give back the memory of the slots that are free. */
void spawnslot_trim(void);
