/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devwait.h"

#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "clock.h"

/* Group 1: the kernel's own events; 2: udev's, which come when a device's links are there. Which of them is sent
 * depends on who runs; any of them is a reason to look again. */
int devwait_open(void)
{
    struct sockaddr_nl addr = {.nl_family = AF_NETLINK, .nl_groups = 1 | 2};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

    if (fd < 0)
        return -errno;
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        int r = -errno;

        close(fd);
        return r;
    }
    return fd;
}

static int milliseconds_until(uint64_t deadline)
{
    uint64_t now = clock_now(), left;

    if (deadline == USEC_INFINITY)
        return -1;
    if (now >= deadline)
        return 0;
    left = (deadline - now) / USEC_PER_MSEC + 1; /* not before it */
    return (int)MIN(left, (uint64_t)INT_MAX);
}

int devwait_wait(int fd, uint64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char scratch[8192];

    if (poll(&p, 1, milliseconds_until(deadline)) < 0 && errno != EINTR)
        return -errno;
    while (recv(fd, scratch, sizeof(scratch), MSG_DONTWAIT) >= 0 || errno == ENOBUFS) {
    }
    return 0;
}
