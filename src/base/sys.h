/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sys - the seam: the system calls of PID 1 that tests replace.
 *
 * Stage two calls these through `sys`, so that a whole life of services runs in a unit test without a fork,
 * on a clock of the test's own, and so that each call can be made to fail in each place. Every entry has the
 * kernel's meaning and returns what the kernel does, with failure as -errno instead of -1 and errno.
 */
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "util.h"

struct epoll_event;
struct msghdr;
struct sockaddr;

struct sys_ops {
    int (*open)(const char *path, int flags, mode_t mode);
    int (*openat)(int dirfd, const char *path, int flags, mode_t mode);
    int (*close)(int fd);
    ssize_t (*read)(int fd, void *buf, size_t size);
    ssize_t (*write)(int fd, const void *buf, size_t size);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*rmdir)(const char *path);
    int (*rename)(const char *from, const char *to);
    int (*ftruncate)(int fd, off_t size);
    int (*fallocate)(int fd, off_t size);
    void *(*mmap)(size_t size, int prot, int flags, int fd); /* MAP_FAILED with errno, as mmap(2) */
    int (*munmap)(void *at, size_t size);
    int (*socket)(int domain, int type, int protocol);
    int (*bind)(int fd, const struct sockaddr *addr, unsigned size);
    int (*listen)(int fd, int backlog);
    int (*accept4)(int fd, int flags);
    ssize_t (*recvmsg)(int fd, struct msghdr *msg, int flags);
    ssize_t (*send)(int fd, const void *buf, size_t size, int flags);
    int (*pipe2)(int fds[2], int flags);
    int (*kill)(pid_t pid, int sig);
    int (*waitid)(idtype_t type, id_t id, siginfo_t *info, int options);
    int (*mount)(const char *source, const char *target, const char *type, unsigned long flags,
                 const char *data);
    int (*umount2)(const char *target, int flags);
    int (*reboot)(int command);
    int (*ioctl)(int fd, unsigned long request, void *argument);
    int (*futex_wake)(uint32_t *word, int max); /* how many were woken; INT_MAX: all */
    uint64_t (*now)(void); /* CLOCK_MONOTONIC, microseconds */
};

extern struct sys_ops sys;

/* sys_reset - put the real calls back after a test. */
void sys_reset(void);
