/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rehome.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "pivot.h"
#include "ramdisk.h"

#define HOME      "/.pintle-home"
#define DEPTH_MAX 64

/* Loaded by now, or never; together nine tenths of an image. */
static const char *const left_behind[] = {"lib/modules", "usr/lib/modules", "lib/firmware", "usr/lib/firmware"};

struct copy {
    dev_t dev;
    uint64_t bytes;
    char path[PATH_MAX]; /* of what is being copied, from the top */
};

static bool stays_behind(const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(left_behind); i++)
        if (streq(path, left_behind[i]))
            return true;
    return streq(path, &HOME[1]);
}

static int copy_dir(struct copy *c, int from, int to, int depth);

static int copy_file(struct copy *c, int from, int to, const char *name, const struct stat *st)
{
    _cleanup_close_ int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_close_ int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 07777);
    off_t left = st->st_size;

    if (in < 0 || out < 0)
        return -errno;
    while (left > 0) {
        ssize_t n = sendfile(out, in, NULL, (size_t)left);

        if (n < 0)
            return -errno;
        if (n == 0)
            return -EIO;
        left -= n;
    }
    c->bytes += (uint64_t)st->st_size;
    return 0;
}

static int copy_link(int from, int to, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(from, name, target, sizeof(target) - 1);

    if (n < 0)
        return -errno;
    target[n] = '\0';
    return symlinkat(target, to, name) < 0 ? -errno : 0;
}

static int copy_subdir(struct copy *c, int from, int to, const char *name, const struct stat *st, int depth)
{
    _cleanup_close_ int in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    _cleanup_close_ int out = -EBADF;

    if (in < 0)
        return -errno;
    if (mkdirat(to, name, st->st_mode & 07777) < 0 && errno != EEXIST)
        return -errno;
    out = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (out < 0)
        return -errno;
    return copy_dir(c, in, out, depth + 1);
}

static int copy_entry(struct copy *c, int from, int to, const char *name, int depth)
{
    struct stat st;

    if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0)
        return -errno;
    if (st.st_dev != c->dev) /* a mount point: the directory is needed, what is mounted there is moved */
        return mkdirat(to, name, 0755) < 0 ? -errno : 0;
    if (S_ISDIR(st.st_mode))
        return copy_subdir(c, from, to, name, &st, depth);
    if (S_ISREG(st.st_mode))
        return copy_file(c, from, to, name, &st);
    if (S_ISLNK(st.st_mode))
        return copy_link(from, to, name);
    return mknodat(to, name, st.st_mode, st.st_rdev) < 0 ? -errno : 0;
}

/* Path of @name below what is being copied now. Return: the length to cut it back to; -ENAMETOOLONG. */
static int enter(struct copy *c, const char *name)
{
    size_t was = strlen(c->path), n = strlen(name);

    if (was + n + 2 > sizeof(c->path))
        return -ENAMETOOLONG;
    if (was > 0)
        c->path[was] = '/';
    memcpy(c->path + was + (was > 0), name, n + 1);
    return (int)was;
}

static int copy_dir(struct copy *c, int from, int to, int depth)
{
    _cleanup_closedir_ DIR *dir = NULL;
    int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
    struct dirent *de;

    if (fd < 0)
        return -errno;
    dir = fdopendir(fd);
    if (!dir || depth > DEPTH_MAX) {
        if (!dir)
            close(fd);
        return dir ? -ELOOP : -ENOMEM;
    }
    while (r >= 0 && (de = readdir(dir))) {
        int was;

        if (streq(de->d_name, ".") || streq(de->d_name, ".."))
            continue;
        was = enter(c, de->d_name);
        if (was < 0)
            return was;
        if (!stays_behind(c->path))
            r = copy_entry(c, from, to, de->d_name, depth);
        c->path[was] = '\0';
    }
    return r;
}

int rehome_copy(int from, int to, uint64_t *ret_bytes)
{
    struct copy *c = calloc(1, sizeof(*c));
    struct stat st;
    int r;

    if (!c)
        return -ENOMEM;
    r = fstat(from, &st) < 0 ? -errno : 0;
    c->dev = st.st_dev;
    if (r >= 0)
        r = copy_dir(c, from, to, 0);
    *ret_bytes = c->bytes;
    free(c);
    return r;
}

static int undo(int error)
{
    umount2(HOME, MNT_DETACH);
    rmdir(HOME);
    return error;
}

int rehome_image(const char *newroot, struct rehome_result *ret)
{
    const char *const travellers[] = {newroot, "/run", "/dev", "/sys", "/proc"};
    _cleanup_close_ int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), home = -EBADF;
    struct ramdisk_freed freed;
    int r;

    *ret = (struct rehome_result){0};
    if (old < 0)
        return -errno;
    if (!ramdisk_is(old))
        return -EINVAL;
    if (mkdir(HOME, 0755) < 0 && errno != EEXIST)
        return -errno;
    if (mount("tmpfs", HOME, "tmpfs", 0, "mode=0755") < 0)
        return undo(-errno);
    home = open(HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r = home < 0 ? -errno : rehome_copy(old, home, &ret->copied);
    if (r < 0)
        return undo(r);
    r = pivot_make_private();
    if (r < 0)
        return undo(r);
    for (size_t i = 0; i < ARRAY_SIZE(travellers) && r >= 0; i++)
        r = pivot_move_mount(home, travellers[i]);
    if (r < 0 || fchdir(home) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
        return r < 0 ? r : -errno;
    (void)ramdisk_empty(old, &freed); /* a file that is left is memory that is not freed, no more */
    ret->freed = freed.bytes;
    return 0;
}
