/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fd - whole reads and writes, whole files, files replaced atomically.
 */
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include "util.h"

/* fd_write_all - write all of @size bytes, going on after short writes and EINTR. Return: 0; -errno. */
int fd_write_all(int fd, const void *data, size_t size);

/*
 * fd_read_all - read until the end of file
 * @max: more than this is -EFBIG.   @ret_data: allocated, one NUL behind the data; the caller frees it.
 * Return: 0; -errno.
 */
int fd_read_all(int fd, size_t max, char **ret_data, size_t *ret_size);

/* fd_read_file - open and fd_read_all; @dirfd as in openat(2). Return: 0; -errno. */
int fd_read_file(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size);

/*
 * fd_read_line - the first line of a small file (sysfs, proc), without the newline
 * Return: its length, 0 or more; -errno. @buf is always terminated.
 */
ssize_t fd_read_line(int dirfd, const char *path, char *buf, size_t size);

/* fd_write_file - open an existing file (sysfs, proc) and write @text in one write(2). Return: 0; -errno. */
int fd_write_file(int dirfd, const char *path, const char *text);

/*
 * A file that appears whole or not at all: written beside its place under a temporary name, synced, renamed.
 * fd_atomic_done without a commit removes the temporary file; call it in every case.
 */
struct fd_atomic {
    char *path; /* owned: where it will be */
    char *temp; /* owned: where it is now; NULL when committed */
    int fd;     /* owned, writable; -EBADF when not open */
};

/* fd_atomic_open - begin. Return: 0; -errno. */
int fd_atomic_open(struct fd_atomic *a, const char *path, mode_t mode);
/* fd_atomic_commit - fsync file and directory, rename into place. Return: 0; -errno (the old file stays). */
int fd_atomic_commit(struct fd_atomic *a);
void fd_atomic_done(struct fd_atomic *a);
#define _cleanup_fd_atomic_ _cleanup_(fd_atomic_done)

/* fd_set_cloexec, fd_set_nonblock - Return: 0; -errno. */
int fd_set_cloexec(int fd, bool on);
int fd_set_nonblock(int fd, bool on);

/* fd_mkdir_p - make @path and its missing parents. Return: 0 (also when it was there); -errno. */
int fd_mkdir_p(const char *path, mode_t mode);
