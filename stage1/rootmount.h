/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootmount - which file systems to try on the root, and how.
 *
 * The rules are the kernel's own (init/do_mounts.c), with the differences that a person wants: words of the VFS in
 * rootflags= become flags, a type that the kernel lacks is named together with what the disk holds, and a device
 * that can only be read is mounted read-only instead of not at all.
 *
 * - rootfstype=a,b,c is tried in that order; without it the type that the probe found; without that, every type
 *   of /proc/filesystems that needs a device.
 * - read-only unless the last of ro and rw is rw.
 * - EACCES and EINVAL (this is not the type): the next type. Any other errno ends the list.
 * - A whole list that failed so is tried again read-only, and so is a device that answers EROFS or EACCES.
 */
#pragma once

#include "mntopt.h"
#include "text.h"

/* One packet of the child that mounts. */
struct rootmount_result {
    int32_t error;       /* 0 or -errno */
    bool read_only;
    bool any_missing;    /* a type of the list is not known to the kernel */
    char type[32];       /* mounted, or the one that gave the errno */
    char kernel[420];    /* what the kernel said meanwhile (klog.h) */
    char tried[512];     /* "ext4: Invalid argument, xfs: unknown to the kernel" */
};

struct rootmount_plan {
    const char *source;   /* borrowed, all of them */
    const char *target;
    const struct strv *types;
    const struct strv *known; /* from /proc/filesystems */
    unsigned long flags;  /* MS_*, MS_RDONLY included */
    const char *data;
};

/* mount(2), or a test's own. Return: 0; -errno. */
typedef int (*rootmount_fn)(const char *source, const char *target, const char *type, unsigned long flags,
                            const char *data);

/* rootmount_system - the real mount(2). */
int rootmount_system(const char *source, const char *target, const char *type, unsigned long flags, const char *data);

/*
 * rootmount_known - the types of /proc/filesystems
 * @text: the file's text.   @devices_only: leave out those marked "nodev".
 * Return: 0; -ENOMEM.
 */
int rootmount_known(const char *text, bool devices_only, struct strv *ret);

/*
 * rootmount_types - the list to try
 * @rootfstype: as given, or NULL.   @probed: what the probe found, or "".   @on_devices: all types that need a device.
 * Return: 0; -ENOMEM.
 */
int rootmount_types(const char *rootfstype, const char *probed, const struct strv *on_devices, struct strv *ret);

/*
 * rootmount_try - go through the list
 * Context: child; blocks.
 * Return: 0; -errno, also in @ret.
 */
int rootmount_try(const struct rootmount_plan *p, rootmount_fn mount_fn, struct rootmount_result *ret);

/*
 * rootmount_explain - what an errno of a mount means for a person
 * Return: static text: "the superblock is damaged (bad checksum or contents)".
 */
const char *rootmount_explain(int error) _const_;
