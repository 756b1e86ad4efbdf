/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup - which processes belong to a unit: placing, signalling, and knowing when none is left.
 *
 * With cgroup v2 at /sys/fs/cgroup each service has system.slice/NAME.service (an instance of a template
 * system.slice/system-TEMPLATE.slice/NAME.service), as systemd has it: needrestart, ps and podman read it.
 * Directories are made when first needed. Without (a plain container) a unit's processes are those of the
 * process groups of its last main and control process; what leaves these is reaped by PID 1 but not known to be its.
 */
#pragma once

#include "stage2.h"

/* cgroup_init - find the hierarchy, make system.slice, move PID 1 to init.scope. Context: start-up. */
void cgroup_init(struct stage2 *s);

/*
 * cgroup_open - the unit's directory, made if it is not there
 * Return: a descriptor, the caller closes it; -EOPNOTSUPP without cgroups; -errno.
 */
int cgroup_open(struct stage2 *s, uint32_t unit);

/* cgroup_remove - the unit's life is over: remove its directory, stop watching. */
void cgroup_remove(struct stage2 *s, uint32_t unit);

/* cgroup_kill - signal the main process, the control process or all; SIGCONT follows SIGTERM and SIGHUP. */
void cgroup_kill(struct stage2 *s, uint32_t unit, enum engine_whom whom, int signal);

/* cgroup_watch_empty - Return: true when no process is left; else ENGINE_EV_EMPTY will follow. */
bool cgroup_watch_empty(struct stage2 *s, uint32_t unit);

/* cgroup_recheck - look again at units that are watched without cgroups. Called by the reaper after a batch. */
void cgroup_recheck(struct stage2 *s);

/* cgroup_has - whether a process belongs to the unit, for MAINPID=. */
bool cgroup_has(struct stage2 *s, uint32_t unit, pid_t pid);

/*
 * A reload: the list of what is watched goes by unit numbers. cgroup_forget_list before, cgroup_move for each unit with
 * its new number, or cgroup_remember_list when nothing changed after all.
 */
void cgroup_forget_list(void);
void cgroup_move(struct stage2 *s, uint32_t unit, const struct unit_rt *old);
void cgroup_remember_list(struct stage2 *s);
