/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sys.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "clock.h"

/* Failure as a negative errno; the statement expression keeps the call's own type. */
#define NEG(call)                                                                                            \
    ({                                                                                                       \
        __typeof__(call) r_ = (call);                                                                        \
        r_ < 0 ? (__typeof__(call))(-errno) : r_;                                                            \
    })

static int real_open(const char *path, int flags, mode_t mode)
{
    return NEG(open(path, flags, mode));
}

static int real_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    return NEG(openat(dirfd, path, flags, mode));
}

static int real_close(int fd)
{
    return NEG(close(fd));
}

static ssize_t real_read(int fd, void *buf, size_t size)
{
    return NEG(read(fd, buf, size));
}

static ssize_t real_write(int fd, const void *buf, size_t size)
{
    return NEG(write(fd, buf, size));
}

static int real_unlink(const char *path)
{
    return NEG(unlink(path));
}

static int real_mkdir(const char *path, mode_t mode)
{
    return NEG(mkdir(path, mode));
}

static int real_rmdir(const char *path)
{
    return NEG(rmdir(path));
}

static int real_rename(const char *from, const char *to)
{
    return NEG(rename(from, to));
}

static int real_ftruncate(int fd, off_t size)
{
    return NEG(ftruncate(fd, size));
}

static int real_fallocate(int fd, off_t size)
{
    return NEG(fallocate(fd, 0, 0, size));
}

static void *real_mmap(size_t size, int prot, int flags, int fd)
{
    return mmap(NULL, size, prot, flags, fd, 0);
}

static int real_munmap(void *at, size_t size)
{
    return NEG(munmap(at, size));
}

static int real_socket(int domain, int type, int protocol)
{
    return NEG(socket(domain, type, protocol));
}

static int real_bind(int fd, const struct sockaddr *addr, unsigned size)
{
    return NEG(bind(fd, addr, size));
}

static int real_listen(int fd, int backlog)
{
    return NEG(listen(fd, backlog));
}

static int real_accept4(int fd, int flags)
{
    return NEG(accept4(fd, NULL, NULL, flags));
}

static ssize_t real_recvmsg(int fd, struct msghdr *msg, int flags)
{
    return NEG(recvmsg(fd, msg, flags));
}

static ssize_t real_send(int fd, const void *buf, size_t size, int flags)
{
    return NEG(send(fd, buf, size, flags));
}

static int real_pipe2(int fds[2], int flags)
{
    return NEG(pipe2(fds, flags));
}

static int real_kill(pid_t pid, int sig)
{
    return NEG(kill(pid, sig));
}

static int real_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    return NEG(waitid(type, id, info, options));
}

static int real_mount(const char *source, const char *target, const char *type, unsigned long flags,
                      const char *data)
{
    return NEG(mount(source, target, type, flags, data));
}

static int real_umount2(const char *target, int flags)
{
    return NEG(umount2(target, flags));
}

static int real_reboot(int command)
{
    return NEG(reboot(command));
}

static int real_ioctl(int fd, unsigned long request, void *argument)
{
    return NEG(ioctl(fd, request, argument));
}

static int real_futex_wake(uint32_t *word, int max)
{
    return (int)NEG(syscall(SYS_futex, word, FUTEX_WAKE, max, NULL, NULL, 0));
}

#define REAL_OPS                                                                                             \
    {                                                                                                        \
        .open = real_open,                                                                                   \
        .openat = real_openat,                                                                               \
        .close = real_close,                                                                                 \
        .read = real_read,                                                                                   \
        .write = real_write,                                                                                 \
        .unlink = real_unlink,                                                                               \
        .mkdir = real_mkdir,                                                                                 \
        .rmdir = real_rmdir,                                                                                 \
        .rename = real_rename,                                                                               \
        .ftruncate = real_ftruncate,                                                                         \
        .fallocate = real_fallocate,                                                                         \
        .mmap = real_mmap,                                                                                   \
        .munmap = real_munmap,                                                                               \
        .socket = real_socket,                                                                               \
        .bind = real_bind,                                                                                   \
        .listen = real_listen,                                                                               \
        .accept4 = real_accept4,                                                                             \
        .recvmsg = real_recvmsg,                                                                             \
        .send = real_send,                                                                                   \
        .pipe2 = real_pipe2,                                                                                 \
        .kill = real_kill,                                                                                   \
        .waitid = real_waitid,                                                                               \
        .mount = real_mount,                                                                                 \
        .umount2 = real_umount2,                                                                             \
        .reboot = real_reboot,                                                                               \
        .ioctl = real_ioctl,                                                                                 \
        .futex_wake = real_futex_wake,                                                                       \
        .now = clock_now,                                                                                    \
    }

static const struct sys_ops real = REAL_OPS;
struct sys_ops sys = REAL_OPS;

void sys_reset(void)
{
    sys = real;
}
