/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udevmon.h"

#include <libudev.h>
#include <sys/sysmacros.h>

#include "text.h"

/* A machine with a thousand disks sends some megabytes at once; the kernel only charges what is queued. */
#define RECEIVE_BUFFER (16 * 1024 * 1024)

int udevmon_open(struct udevmon *m, const char *source)
{
    int r;

    *m = (struct udevmon){0};
    m->udev = udev_new();
    if (!m->udev)
        return -errno;
    m->monitor = udev_monitor_new_from_netlink(m->udev, source);
    if (!m->monitor) {
        r = -errno;
        udevmon_close(m);
        return r;
    }
    /* Needs CAP_NET_ADMIN; without it the default size has to do. */
    (void)udev_monitor_set_receive_buffer_size(m->monitor, RECEIVE_BUFFER);
    r = udev_monitor_enable_receiving(m->monitor);
    if (r < 0)
        udevmon_close(m);
    return r;
}

void udevmon_close(struct udevmon *m)
{
    if (m->monitor)
        udev_monitor_unref(m->monitor);
    if (m->udev)
        udev_unref(m->udev);
    *m = (struct udevmon){0};
}

int udevmon_fd(const struct udevmon *m)
{
    return udev_monitor_get_fd(m->monitor);
}

static enum udevmon_action parse_action(const char *action)
{
    if (!action || streq(action, "add"))
        return UDEVMON_ADD;
    return streq(action, "remove") ? UDEVMON_REMOVE : UDEVMON_CHANGE;
}

static void give(struct udev_device *dev, udevmon_fn fn, void *data)
{
    dev_t devnum = udev_device_get_devnum(dev);
    struct udevmon_event ev = {
        .action = parse_action(udev_device_get_action(dev)),
        .subsystem = udev_device_get_subsystem(dev),
        .devtype = udev_device_get_devtype(dev),
        .syspath = udev_device_get_syspath(dev),
        .sysname = udev_device_get_sysname(dev),
        .modalias = udev_device_get_property_value(dev, "MODALIAS"),
        .driver = udev_device_get_property_value(dev, "DRIVER"),
        .partn = udev_device_get_property_value(dev, "PARTN"),
        .partname = udev_device_get_property_value(dev, "PARTNAME"),
        .links = udev_device_get_property_value(dev, "DEVLINKS"),
        .major = major(devnum),
        .minor = minor(devnum),
    };

    fn(data, &ev);
}

int udevmon_receive(struct udevmon *m, unsigned max, udevmon_fn fn, void *data)
{
    unsigned n = 0;

    while (n < max) {
        struct udev_device *dev;

        errno = 0;
        dev = udev_monitor_receive_device(m->monitor);
        if (!dev) {
            /* No device and no error: a message that is not for us (a wrong sender, a filter). */
            if (errno == EAGAIN || errno == EINTR || errno == 0)
                break;
            return -errno;
        }
        give(dev, fn, data);
        udev_device_unref(dev);
        n++;
    }
    return (int)n;
}

/* @subsystems: NULL: all devices that have a modalias. */
static int enumerate(struct udevmon *m, const char *const *subsystems, udevmon_fn fn, void *data)
{
    struct udev_enumerate *en = udev_enumerate_new(m->udev);
    struct udev_list_entry *entry;
    int n = 0, r = 0;

    if (!en)
        return -ENOMEM;
    if (!subsystems)
        r = udev_enumerate_add_match_property(en, "MODALIAS", "*");
    for (; subsystems && *subsystems && r >= 0; subsystems++)
        r = udev_enumerate_add_match_subsystem(en, *subsystems);
    if (r >= 0)
        r = udev_enumerate_scan_devices(en);
    if (r < 0) {
        udev_enumerate_unref(en);
        return r;
    }
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(en)) {
        struct udev_device *dev = udev_device_new_from_syspath(m->udev, udev_list_entry_get_name(entry));

        if (!dev)
            continue; /* gone since */
        give(dev, fn, data);
        udev_device_unref(dev);
        n++;
    }
    udev_enumerate_unref(en);
    return n;
}

int udevmon_enumerate(struct udevmon *m, const char *const *buses, udevmon_fn fn, void *data)
{
    static const char *const block[] = {"block", NULL};
    int devices = 0, blocks;

    /* An empty list would match everything. */
    if (!buses || *buses)
        devices = enumerate(m, buses, fn, data);
    if (devices < 0)
        return devices;
    blocks = enumerate(m, block, fn, data);
    return blocks < 0 ? blocks : devices + blocks;
}
