/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountfsck - run fsck(8) on one file system and say what came of it.
 */
#pragma once

#include "util.h"

/*
 * mountfsck_run - check and repair what can be repaired without asking
 * fsck.mode=skip and fsck.mode=force on the kernel's command line are honoured. Without a checker for the type it is not
 * checked, and that is said.
 * Return: fsck's exit status (a set of bits: 1 corrected, 2 reboot needed, 4 errors left, 8 could not check...); 0 when
 * there was nothing to run; -errno.
 */
int mountfsck_run(const char *device, const char *type);
