/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * udevmon - devices as they appear, through libudev.
 *
 * Owns: a libudev context and a monitor. The monitor is bound by udevmon_open, so whoever enumerates
 * afterwards misses nothing: a device that appears in between comes twice, never not at all.
 * The source is "kernel" (the kernel's own events, in an image without udevd) or "udev" (after udevd has
 * worked through its rules).
 */
#pragma once

#include "util.h"

struct udev;
struct udev_monitor;

enum udevmon_action {
    UDEVMON_ADD,    /* also what enumerating yields */
    UDEVMON_CHANGE, /* change, bind, online, move: it is there and something about it is new */
    UDEVMON_REMOVE,
};

/* One device. Texts are borrowed for the callback; NULL where it has none. */
struct udevmon_event {
    enum udevmon_action action;
    const char *subsystem; /* "block", "pci", ... */
    const char *devtype;   /* "disk", "partition" */
    const char *syspath;   /* "/sys/devices/..." */
    const char *sysname;   /* "vda1", '!' replaced by '/' as libudev does */
    const char *modalias;
    const char *driver;
    const char *partn;
    const char *partname;
    const char *links;     /* udev's DEVLINKS; NULL in an image without udevd */
    uint32_t major, minor; /* 0:0 when it has no node */
};

typedef void (*udevmon_fn)(void *data, const struct udevmon_event *ev);

struct udevmon {
    struct udev *udev;            /* owned */
    struct udev_monitor *monitor; /* owned */
};

/*
 * udevmon_open - subscribe
 * @source: "kernel" or "udev".
 * Return: 0; -errno.
 */
int udevmon_open(struct udevmon *m, const char *source);
void udevmon_close(struct udevmon *m);

/* udevmon_fd - what to watch for EPOLLIN. */
int udevmon_fd(const struct udevmon *m);

/*
 * udevmon_receive - call @fn for the events that wait, at most @max of them
 * Return: the number taken; -ENOBUFS when the kernel had to drop some: enumerate again; -errno.
 */
int udevmon_receive(struct udevmon *m, unsigned max, udevmon_fn fn, void *data);

/*
 * udevmon_enumerate - call @fn (UDEVMON_ADD) for what is there: buses first, block devices last
 * @buses: subsystems whose devices are looked at, NULL at the end; NULL: every device that has a modalias (slow:
 * each device of /sys is opened). Those that this kernel does not have are skipped.
 * Return: the number of devices; -errno.
 */
int udevmon_enumerate(struct udevmon *m, const char *const *buses, udevmon_fn fn, void *data);
