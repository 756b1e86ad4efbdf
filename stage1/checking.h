/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checking - run fsck on the root before it is mounted: the child, and what its answer means for the boot.
 */
#pragma once

#include "util.h"

struct stage1;

/*
 * checking_begin - start the checker for the device that mounting.h has chosen
 * Sets the state to BOOT_CHECKING; when the checker is done, to BOOT_MOUNTING, or fail_with().
 * Return: 1 when it runs; 0 when there is nothing to check with or it is not wanted; -errno when it cannot be started
 * (the boot goes on: a root that is mounted unchecked is better than none, and a warning is kept).
 */
int checking_begin(struct stage1 *s);
