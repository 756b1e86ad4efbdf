/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fstabplan - which lines of fstab one walk deals with, and which of them has to wait for which.
 *
 * A line lies below another when its directory does, or when what it mounts (a bound directory, an image, a swap file,
 * a layer of an overlay) does. It is dealt with after that one, wherever the two stand in the file; otherwise the
 * file's order holds. Pure: nothing is mounted or looked at here.
 */
#pragma once

#include "mnt.h"
#include "text.h"

/* One walk. What is marked noauto, and the root, belong to none. */
enum fstab_walk {
    FSTAB_LOCAL,  /* file systems of this machine, and swap files, which lie on them */
    FSTAB_SWAP,   /* swap areas that are devices */
    FSTAB_LATE,   /* what is marked nofail and was not there in time: of both */
    FSTAB_REMOTE, /* network file systems and _netdev */
};

enum fstab_state {
    FSTAB_WAITING,
    FSTAB_DONE,
    FSTAB_FAILED,
};

struct fstab_line {
    char *source, *target, *type, *options; /* owned */
    int passno;
    bool is_swap;
    bool nofail;
    bool needs_device; /* the source is a block device, which may have to appear first */
    bool holds_up;     /* the walk does not end before it: it is not nofail, or one that is not lies below it */
    bool said;         /* that it is waited for */
    enum fstab_state state;
    uint64_t timeout_usec; /* for its device */
};

struct fstab_plan {
    struct fstab_line *lines; /* owned */
    size_t n;
};

/*
 * fstabplan_add - take a line, if it is one of @walk's
 * The directory is taken without slashes at its end. Lines of other walks that lines of this one may lie below are taken
 * too when @walk is FSTAB_LATE.
 * Return: 0; -EINVAL: the directory is none ('none', or no absolute path); -EEXIST: its directory has a line already;
 * -ENOMEM.
 */
int fstabplan_add(struct fstab_plan *p, enum fstab_walk walk, const struct mnt_entry *e);

/* fstabplan_close - all lines are there: find out what holds up the walk. */
void fstabplan_close(struct fstab_plan *p);

/*
 * fstabplan_above - a line that @line lies below and that is not done
 * Return: one that failed, if there is one; else one that is waiting; NULL: nothing is in the way.
 */
const struct fstab_line *fstabplan_above(const struct fstab_plan *p, const struct fstab_line *line) _pure_;

void fstabplan_clear(struct fstab_plan *p);
#define _cleanup_fstabplan_ _cleanup_(fstabplan_clear)
