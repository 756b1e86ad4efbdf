/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * blkprobe - what is on a block device, through libblkid's low-level probing.
 *
 * Reads the device, which can hang for as long as the hardware likes: call it in a child. Keeps no cache.
 */
#pragma once

#include "blkinfo.h"

/*
 * blkprobe_read - fill in type, usage, uuid, label, partuuid, partlabel, pttype and probed
 * @node: the device's node or an image file.
 * Of @info nothing else is touched but @part and @partlabel, and these only when the partition table knows
 * better than nothing.
 * Context: child; blocks.
 * Return: 0, also when nothing is found; -EUCLEAN when several file systems claim the device; -errno of the
 * open or read. On failure @info says so too (BLKINFO_FAILED, error).
 */
int blkprobe_read(const char *node, struct blkinfo *info);

/*
 * blkprobe_sysfs - fill in disk, part, bytes and read_only from /sys/class/block/NAME; reads no device
 * @info: name is given.   @sysfs: "/sys/class/block" but in tests.
 * Return: 0; -ENOENT when there is no such device; -errno.
 */
int blkprobe_sysfs(const char *sysfs, struct blkinfo *info);
