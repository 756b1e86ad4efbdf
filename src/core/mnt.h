/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mnt - libmount, as far as a boot and a shutdown need it: what is mounted, what fstab wants, attach, remount.
 *
 * Context: short-lived programs. Allocates, blocks, runs mount helpers (mount.nfs...). Never PID 1.
 */
#pragma once

#include "util.h"

/* One line of fstab or of mountinfo. Texts are borrowed for the call. */
struct mnt_entry {
    const char *source; /* as written: "UUID=..."; "" when none */
    const char *target;
    const char *type;    /* "auto" when not given */
    const char *options; /* comma-separated; "" when none */
    int passno;          /* fstab's sixth field */
    bool is_swap;
    bool is_pseudo; /* proc, tmpfs, cgroup2...: nothing lies on a disk */
    bool is_net;    /* a network file system, or marked _netdev */
};

/* Return: 0 to go on; anything else ends the walk and is returned by it. */
typedef int (*mnt_entry_fn)(const struct mnt_entry *e, void *data);

/* A line that is no entry: @number counts from 1. */
typedef void (*mnt_badline_fn)(const char *path, int number, void *data);

/*
 * mnt_each_fstab - in the file's order; a file that does not exist has no lines
 * @bad: for each line that makes no sense, before the others, which go on without it; may be NULL.
 * Return: 0; @fn's; -errno.
 */
int mnt_each_fstab(mnt_entry_fn fn, mnt_badline_fn bad, void *data);

/* mnt_each_mounted - the kernel's list, the last mounted first. Return: 0; @fn's; -errno. */
int mnt_each_mounted(mnt_entry_fn fn, void *data);

/* mnt_is_mounted - whether anything is mounted at @target. */
bool mnt_is_mounted(const char *target);

/* mnt_has_option - whether a comma-separated list holds the word @name, with or without a value. */
bool mnt_has_option(const char *options, const char *name) _pure_;

/* mnt_option_value - copy the value of @name. Return: true when it is there and fits. */
bool mnt_option_value(const char *options, const char *name, char *buf, size_t size);

/*
 * mnt_attach - mount one line of fstab, making its directory, and the one that is to be bound there, where missing
 * @ret_why: libmount's own words on failure.   Return: 0; -ENODEV when the source is not there (yet); -errno.
 */
int mnt_attach(const struct mnt_entry *e, char *ret_why, size_t size);

/* mnt_remount - change the options of what is mounted. @options: "ro", or fstab's. Return: 0; -errno. */
int mnt_remount(const char *target, const char *options, char *ret_why, size_t size);

/* mnt_resolve - "UUID=..." to "/dev/vda2"; a path stays. The caller frees. Return: 0; -ENODEV; -ENOMEM. */
int mnt_resolve(const char *source, char **ret_device);
