/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ramdisk.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* Deeper than any image: the walk recurses, and a stack in PID 1 is no place for surprises. */
#define DEPTH_MAX 64

bool ramdisk_is(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && (fs.f_type == RAMFS_MAGIC || fs.f_type == TMPFS_MAGIC);
}

static void note_failure(struct ramdisk_freed *ret, int error)
{
    ret->failed++;
    if (!ret->error)
        ret->error = error;
}

static void remove_file(int dirfd, const char *name, const struct stat *st, struct ramdisk_freed *ret)
{
    if (unlinkat(dirfd, name, 0) < 0) {
        note_failure(ret, -errno);
        return;
    }
    ret->files++;
    if (S_ISREG(st->st_mode) && st->st_nlink == 1)
        ret->bytes += (uint64_t)st->st_blocks * 512;
}

static void empty(int fd, dev_t dev, int depth, struct ramdisk_freed *ret);

static void remove_entry(int dirfd, const char *name, dev_t dev, int depth, struct ramdisk_freed *ret)
{
    struct stat st;
    int fd;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0) {
        note_failure(ret, -errno);
        return;
    }
    if (st.st_dev != dev) {
        note_failure(ret, -EXDEV); /* something is mounted here: it is not ours to empty */
        return;
    }
    if (!S_ISDIR(st.st_mode)) {
        remove_file(dirfd, name, &st, ret);
        return;
    }
    fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        note_failure(ret, -errno);
        return;
    }
    empty(fd, dev, depth + 1, ret);
    if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
        note_failure(ret, -errno);
}

/* Takes @fd. */
static void empty(int fd, dev_t dev, int depth, struct ramdisk_freed *ret)
{
    _cleanup_closedir_ DIR *dir = fdopendir(fd);
    struct dirent *de;

    if (!dir || depth > DEPTH_MAX) {
        note_failure(ret, dir ? -ELOOP : -errno);
        if (!dir)
            close(fd);
        return;
    }
    /* On ramfs and tmpfs (libfs) removing an entry while reading does not make readdir skip others. */
    while ((de = readdir(dir)))
        if (!streq(de->d_name, ".") && !streq(de->d_name, ".."))
            remove_entry(dirfd(dir), de->d_name, dev, depth, ret);
}

int ramdisk_empty(int fd, struct ramdisk_freed *ret)
{
    struct stat st;
    int own;

    *ret = (struct ramdisk_freed){0};
    if (!ramdisk_is(fd))
        return -EINVAL;
    if (fstat(fd, &st) < 0)
        return -errno;
    /* A descriptor of our own: the walk moves its offset, and @fd may be O_PATH. */
    own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (own < 0)
        return -errno;
    empty(own, st.st_dev, 0, ret);
    return ret->error;
}
