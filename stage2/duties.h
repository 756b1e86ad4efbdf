/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * duties - what a PID 1 has to set up before it looks at units: each step is skipped where it is done already,
 * and in a container where it is not allowed.
 */
#pragma once

#include "stage2.h"

/* duties_mounts - /proc /sys /dev /dev/pts /dev/shm /run /sys/fs/cgroup where missing; PATH_RUNTIME_DIR.
 * Finds out whether this is a container: the variable "container", or a pid namespace that is not the first. */
void duties_mounts(struct stage2 *s);

/*
 * duties_fds - give 0 to 4 their meaning, close all above but two
 * @keep_fd: of the keep, which lies above KEEP_FD_FIRST; negative: none.
 * @old_fd: moved there too; -EBADF: none.   Return: where it is now; -EBADF.
 */
int duties_fds(struct stage2 *s, int keep_fd, int old_fd);

/* duties_low_fds - after an exec: 3 and 4 are taken by /dev/null before anything else gets these numbers. */
void duties_low_fds(void);

/* duties_can_share_fds - whether a child may share the descriptor table until it takes a copy of the low ones. */
bool duties_can_share_fds(void);

/* duties_is_container - the variable "container", or a pid namespace that is not the first. */
bool duties_is_container(void);

/* duties_host - umask, environment, limits, host name, machine id, loopback. Context: the log is open. */
void duties_host(struct stage2 *s);
