/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ramdisk - let go of the old root: empty a rootfs through a descriptor, count what came back.
 *
 * Used by stage one (another init follows) and by stage two (its own child, off the critical path).
 */
#pragma once

#include <sys/types.h>

#include "util.h"

struct ramdisk_freed {
    uint64_t bytes;  /* allocated bytes of the files removed (whose last link went) */
    uint64_t files;
    uint64_t failed; /* entries that could not be removed */
    int error;       /* the first reason */
};

/*
 * ramdisk_is - is @fd on a ramfs or tmpfs? Nothing else is ever emptied.
 * Return: true; false also when it cannot be asked.
 */
bool ramdisk_is(int fd);

/*
 * ramdisk_empty - remove everything below a directory, never crossing onto another file system
 * @fd: borrowed, the directory of a ramfs or tmpfs; it stays, empty.
 * @ret: what was removed, filled in on failure too.
 * Context: a child, or stage one just before its exec: a tree of 50 MB takes some ms.
 * Return: 0; -EINVAL when @fd is not on a ramfs or tmpfs; the first -errno when something is left.
 */
int ramdisk_empty(int fd, struct ramdisk_freed *ret);
