/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "early.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const struct api_mount {
    const char *type, *target, *data;
    unsigned long flags;
} api_mounts[] = {
    {"devtmpfs", "/dev", "mode=0755", MS_NOSUID},
    {"proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {"tmpfs", "/run", "mode=0755", MS_NOSUID | MS_NODEV},
};

static int mount_one(const struct api_mount *m)
{
    if (mkdir(m->target, 0755) < 0 && errno != EEXIST)
        return -errno;
    /* devtmpfs, proc and sysfs refuse a second mount in the same place with EBUSY: it is there, fine. */
    if (mount(m->type, m->target, m->type, m->flags, m->data) < 0 && errno != EBUSY)
        return -errno;
    return 0;
}

int early_mount(void)
{
    int first = 0;

    umask(0); /* modes below are what they say; also what the kernel starts every init with */
    for (size_t i = 0; i < ARRAY_SIZE(api_mounts); i++) {
        int r = mount_one(&api_mounts[i]);

        if (r < 0 && first == 0)
            first = r;
    }
    return first;
}

int early_console(void)
{
    int fd = open("/dev/console", O_RDWR | O_NOCTTY);

    if (fd < 0) /* ENODEV: "console=" names nothing that exists */
        fd = open("/dev/null", O_RDWR);
    if (fd < 0)
        return -errno;
    for (int i = 0; i <= 2; i++)
        if (fd != i && dup2(fd, i) < 0)
            return -errno;
    if (fd > 2)
        close(fd);
    return 0;
}
