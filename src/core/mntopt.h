/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mntopt - mount options as a person writes them ("noatime,subvol=@,ro"), as mount(2) takes them.
 *
 * Owns nothing. The kernel passes rootflags= on whole as file system data, so a word such as noatime there fails
 * without an initramfs; here the words of the VFS become flags. Of words that contradict each other the last wins.
 * Words for mount(8) and fstab alone (auto, nofail, _netdev, x-...) are dropped. A comma inside double quotes does not
 * separate (context="a,b").
 */
#pragma once

#include "util.h"

#define MNTOPT_DATA_MAX 4096 /* with its NUL: the kernel takes one page */

struct mntopt {
    unsigned long set;   /* MS_* to add ... */
    unsigned long clear; /* ... and to take away from what was asked for before; never a bit of both */
    char data[MNTOPT_DATA_MAX];
};

/*
 * mntopt_add - add the words of @options to @m, which starts as {0}
 * @why: for a person on failure; may be NULL.
 * Return: 0; -EINVAL for what makes no sense for a root (remount, bind, move) or an unclosed quote;
 * -E2BIG when the data would not fit the kernel's page.
 */
int mntopt_add(struct mntopt *m, const char *options, char *why, size_t why_size);

/* mntopt_flags - @flags with the words' own applied. */
static inline unsigned long mntopt_flags(const struct mntopt *m, unsigned long flags)
{
    return (flags & ~m->clear) | m->set;
}
