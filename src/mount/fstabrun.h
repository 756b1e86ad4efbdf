/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fstabrun - do the lines of fstab: wait for all devices at once, check, mount, use as swap; say what fails and why.
 *
 * A line is done as soon as its device is there and what it lies on is done, so that a disk that is late holds up only
 * what lies on it. Lines marked nofail hold up nothing: the walk FSTAB_LATE does them beside the rest of the boot.
 */
#pragma once

#include "fstabplan.h"

/* fstabrun_walk - one walk over fstab. Return: MOUNT_DONE; MOUNT_FAILED: a line that is not nofail failed (in FSTAB_LATE:
 * any line; swap files fail nothing but themselves). */
int fstabrun_walk(enum fstab_walk walk);
