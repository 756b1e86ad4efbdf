/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rehome - move the image from the rootfs onto a tmpfs, so that pivot_root(2) works on every kernel.
 *
 * Before Linux 7.0 the initramfs is the rootfs itself: it cannot be pivoted, only hidden, and its files removed one
 * by one. After re-homing the current root is a true mount, and what was kept of the image (all but modules and
 * firmware) stays together under /run/initramfs for the way down. Asked for with the word pintle.rehome.
 */
#pragma once

#include "util.h"

struct rehome_result {
    uint64_t copied; /* bytes kept, now on the tmpfs */
    uint64_t freed;  /* bytes of files removed from the rootfs */
};

/*
 * rehome_image - copy, move, empty the old place
 * @newroot: a mount that goes along (STAGE1_NEWROOT), beside /dev, /proc, /sys and /run.
 * Context: PID 1, when all modules are loaded and before the pivot.
 * Return: 0; -errno: then the root is what it was, and nothing is lost.
 */
int rehome_image(const char *newroot, struct rehome_result *ret);

/*
 * rehome_copy - copy a tree, not crossing onto other file systems, without modules and firmware
 * @from, @to: directory descriptors, borrowed.   @ret_bytes: of regular files.
 * Return: 0; the first -errno.
 */
int rehome_copy(int from, int to, uint64_t *ret_bytes);
