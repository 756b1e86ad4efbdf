/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * udevd - udev's daemon as a child, in images that carry it (LVM, multipath, names that udev alone can make).
 *
 * Its two sockets are made here and handed to it as systemd's socket activation does: events of the kernel queue up from
 * then on, so nothing has to wait for the daemon to be ready, and nothing is lost before it is. It is stopped
 * before the pivot; what it found stays in /run/udev for the root's own udev.
 */
#pragma once

#include <sys/types.h>

struct stage1;

/*
 * udevd_start - start s->image.udevd
 * Context: after /run is mounted; before anything is enumerated.
 * Return: 0; -errno: the boot goes on with the kernel's own events.
 */
int udevd_start(struct stage1 *s);

/* udevd_trigger - let it work through a device that was there before: "add" into its uevent file. Return: 0; -errno. */
int udevd_trigger(const char *syspath);

/* udevd_stop - SIGTERM, and SIGKILL when it does not end within three seconds. Context: the loop still works. */
void udevd_stop(struct stage1 *s);
