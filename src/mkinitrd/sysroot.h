/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysroot - find files below a directory as a process that has it as its root would.
 *
 * Symbolic links are followed inside of the directory, absolute ones and ".." too, so that nothing of the
 * build machine slips into an image that is made for another root.
 */
#pragma once

#include <sys/stat.h>

#include "util.h"

/*
 * sysroot_find - where a path of that root lies on this machine
 * @root: without a slash at its end; "" is this machine.   @path: absolute, as seen from that root.
 * @ret_found: allocated; names no symbolic link.
 * Return: 0; -ENOENT; -ELOOP; another -errno.
 */
int sysroot_find(const char *root, const char *path, char **ret_found);

/* sysroot_find_file - as sysroot_find, for a regular file only; else -EISDIR or -EINVAL. @ret_st: may be
 * NULL. */
int sysroot_find_file(const char *root, const char *path, char **ret_found, struct stat *ret_st);
