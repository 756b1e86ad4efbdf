/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountexplain - what a person needs to know when a line of fstab cannot be done: what is there instead.
 */
#pragma once

#include "util.h"

/* mountexplain_devices - "/dev/vda1 (ext4, LABEL=root, UUID=...), ..." of all block devices. Return: @buf. */
char *mountexplain_devices(char *buf, size_t size);

/*
 * mountexplain_type - whether the device holds something else than fstab says
 * @wanted: fstab's type, or "swap".   @buf: one clause for the message, "" when nothing is known to be wrong.   Return: @buf.
 */
char *mountexplain_type(const char *device, const char *wanted, char *buf, size_t size);
