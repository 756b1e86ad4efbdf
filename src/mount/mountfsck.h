/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountfsck - run fsck(8) on one file system and say what came of it.
 */
#pragma once

#include "util.h"

/*
 * mountfsck_check - check and repair what can be repaired without asking; log what came of it
 * fsck.mode=skip and fsck.mode=force on the kernel's command line are honoured. Without a checker for the type it is not
 * checked, and that is said.
 * Return: MOUNT_DONE: clean, repaired or not checked; MOUNT_REBOOT: before anything is written; MOUNT_FAILED.
 */
int mountfsck_check(const char *device, const char *type);
