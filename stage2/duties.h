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
 * duties_fds - give 0 to 4 their meaning, close all above but @keep
 * @keep: moved out of the way if it lies low; -EBADF: none.   Return: where it is now; -EBADF.
 */
int duties_fds(struct stage2 *s, int keep);

/* duties_host - umask, environment, limits, host name, machine id, loopback. Context: the log is open. */
void duties_host(struct stage2 *s);
