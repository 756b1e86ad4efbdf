/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd.h"

#include <limits.h>
#include <sys/stat.h>

int fd_write_all(int fd, const void *data, size_t size)
{
    const char *p = data;

    while (size > 0) {
        ssize_t n = write(fd, p, size);

        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        p += n;
        size -= (size_t)n;
    }
    return 0;
}

int fd_read_all(int fd, size_t max, char **ret_data, size_t *ret_size)
{
    _cleanup_free_ char *data = NULL;
    size_t size = 0, room = 0;

    for (;;) {
        ssize_t n;

        if (room - size < 2) {
            size_t want = room ? room * 2 : 4096;
            char *p;

            if (size > max)
                return -EFBIG;
            p = realloc(data, want);
            if (!p)
                return -ENOMEM;
            data = p;
            room = want;
        }
        n = read(fd, data + size, room - size - 1);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        if (n == 0)
            break;
        size += (size_t)n;
    }
    if (size > max)
        return -EFBIG;
    data[size] = '\0';
    *ret_data = TAKE_PTR(data);
    if (ret_size)
        *ret_size = size;
    return 0;
}

int fd_read_file(int dirfd, const char *path, size_t max, char **ret_data, size_t *ret_size)
{
    _cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    return fd_read_all(fd, max, ret_data, ret_size);
}

ssize_t fd_read_line(int dirfd, const char *path, char *buf, size_t size)
{
    _cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n;

    if (size == 0)
        return -EINVAL;
    buf[0] = '\0';
    if (fd < 0)
        return -errno;
    n = read(fd, buf, size - 1);
    if (n < 0)
        return -errno;
    buf[n] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
    return (ssize_t)strlen(buf);
}

int fd_write_file(int dirfd, const char *path, const char *text)
{
    _cleanup_close_ int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    if (write(fd, text, strlen(text)) < 0)
        return -errno;
    return 0;
}

int fd_atomic_open(struct fd_atomic *a, const char *path, mode_t mode)
{
    *a = (struct fd_atomic){.fd = -EBADF};
    a->path = strdup(path);
    if (!a->path || asprintf(&a->temp, "%s.XXXXXX", path) < 0) {
        a->temp = NULL;
        fd_atomic_done(a);
        return -ENOMEM;
    }
    a->fd = mkostemp(a->temp, O_CLOEXEC);
    if (a->fd < 0) {
        int r = -errno;

        free(a->temp);
        a->temp = NULL;
        fd_atomic_done(a);
        return r;
    }
    if (fchmod(a->fd, mode) < 0) {
        int r = -errno;

        fd_atomic_done(a);
        return r;
    }
    return 0;
}

static int sync_parent(const char *path)
{
    _cleanup_free_ char *dir = strdup(path);
    _cleanup_close_ int fd = -EBADF;
    char *slash;

    if (!dir)
        return -ENOMEM;
    slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir ? 1 : 0] = '\0';
    fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* Some file systems (vfat, FUSE) cannot sync a directory; the rename has happened all the same. */
    if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
        return -errno;
    return 0;
}

int fd_atomic_commit(struct fd_atomic *a)
{
    if (a->fd < 0 || !a->temp)
        return -EBADF;
    if (fsync(a->fd) < 0 && errno != EINVAL)
        return -errno;
    if (rename(a->temp, a->path) < 0)
        return -errno;
    free(a->temp);
    a->temp = NULL;
    return sync_parent(a->path);
}

void fd_atomic_done(struct fd_atomic *a)
{
    if (a->temp)
        unlink(a->temp);
    if (a->fd >= 0)
        close(a->fd);
    free(a->temp);
    free(a->path);
    *a = (struct fd_atomic){.fd = -EBADF};
}

int fd_set_cloexec(int fd, bool on)
{
    return fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) < 0 ? -errno : 0;
}

int fd_set_nonblock(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0)
        return -errno;
    flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) < 0 ? -errno : 0;
}

int fd_mkdir_p(const char *path, mode_t mode)
{
    char part[PATH_MAX];
    size_t n = strlen(path);

    if (n == 0 || n >= sizeof(part))
        return n ? -ENAMETOOLONG : -ENOENT;
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        if (mkdir(part, mode) < 0 && errno != EEXIST)
            return -errno;
        part[i] = path[i];
    }
    return 0;
}
