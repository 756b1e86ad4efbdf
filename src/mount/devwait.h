/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devwait - wait until a device is there: on the kernel's own events, not by looking again and again.
 */
#pragma once

#include "util.h"

/*
 * devwait_resolve - the device of a source of fstab, waiting until it appears
 * @ret_device: the caller frees.   Return: 0; -ETIMEDOUT; -errno.
 */
int devwait_resolve(const char *source, uint64_t timeout_usec, char **ret_device);
