/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devwait.h"

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "clock.h"
#include "log.h"
#include "mnt.h"

/* Group 1: the kernel's own events; 2: udev's, which come when a device's links are there. Which of them is sent
 * depends on who runs; any of them is a reason to look again. */
static int open_events(void)
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

int devwait_resolve(const char *source, uint64_t timeout_usec, char **ret_device)
{
    _cleanup_close_ int fd = open_events(); /* before the first look: what comes in between is heard */
    uint64_t deadline = clock_now() + timeout_usec;
    char scratch[8192];

    for (bool said = false;; said = true) {
        uint64_t now = clock_now();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int r = mnt_resolve(source, ret_device);

        if (r != -ENODEV)
            return r;
        if (fd < 0)
            return fd;
        if (now >= deadline)
            return -ETIMEDOUT;
        if (!said)
            log_info("waiting for '%s', %u s at most", source, (unsigned)((deadline - now) / USEC_PER_SEC));
        if (poll(&p, 1, (int)((deadline - now) / USEC_PER_MSEC) + 1) < 0 && errno != EINTR)
            return -errno;
        while (recv(fd, scratch, sizeof(scratch), MSG_DONTWAIT) >= 0 || errno == ENOBUFS) {
        }
    }
}
