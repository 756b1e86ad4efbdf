/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pivot - make the new root "/", and say what became of the old one.
 *
 * pivot_root(2) is tried first and no kernel version is asked: it works where the current root is a true mount
 * (classic initrd, kernels from 7.0, containers, an image that re-homed itself). The old root then goes under
 * the tmpfs on /run, so nothing is written to the real root. On EINVAL (rootfs before 7.0) the new root is moved over "/"
 * and the old one stays reachable through a descriptor alone.
 */
#pragma once

#include <sys/types.h>

#include "handoff.h"

#define PIVOT_OLD_DIR  "initramfs" /* below /run */
#define PIVOT_OLD_PATH "/run/" PIVOT_OLD_DIR

struct pivot_result {
    enum handoff_old kind;
    int old_fd;        /* owned, close-on-exec: the old root's directory; -EBADF when nothing is left of it */
    uint64_t old_dev;
    const char *how;   /* "pivot_root" or "move" */
    bool run_moved;    /* /run went along */
};

/*
 * pivot_to - move /dev, /proc, /sys and /run over, then pivot; afterwards "/" and the working directory are the new root
 * @newroot: a mount point on the current root, absolute.
 * A target that is missing on the new root is left out (that file system is detached). /run may be a link: what it
 * leads to within the new root is used. Without /run the old root is detached at once.
 * Context: PID 1, nothing else running that matters; all mounts become private.
 * Return: 0; -errno: then everything is where it was, but for what was detached.
 */
int pivot_to(const char *newroot, struct pivot_result *ret);
/*
 * pivot_make_private - all mounts from "/" down: the kernel moves and pivots nothing below a shared one, and some
 * tool may have made them so. Return: 0; -errno.
 */
int pivot_make_private(void);

/*
 * pivot_move_mount - move one mount to the same place below another root
 * @newroot: its directory.   @path: absolute; a link below the new root is followed within it.
 * What cannot be moved is detached. Return: 0, also when nothing is mounted there; -errno.
 */
int pivot_move_mount(int newroot, const char *path);

void pivot_done(struct pivot_result *p);

/*
 * pivot_let_go - drop the old root at once, for an init that knows nothing of it
 * @ret_bytes: what came back.
 * Return: 0; -errno of the first thing that could not be removed.
 */
int pivot_let_go(struct pivot_result *p, uint64_t *ret_bytes);
