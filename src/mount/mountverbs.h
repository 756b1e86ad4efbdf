/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountverbs - what pintle-mount can do, one function a verb.
 *
 * Each logs what it did and what failed. Return: an exit status: 0 done, 1 something failed, 2 (fsck-root) the machine
 * has to be rebooted before anything is written; that has been asked of PID 1 already.
 */
#pragma once

enum { MOUNT_DONE = 0, MOUNT_FAILED = 1, MOUNT_REBOOT = 2 };

int mountverbs_fsck_root(void);
int mountverbs_remount_root(void);
int mountverbs_mount_all(void);     /* local lines of fstab, checked before by their passno; swap files */
int mountverbs_mount_late(void);    /* those marked nofail, as their devices come */
int mountverbs_mount_remote(void);  /* network file systems and _netdev */
int mountverbs_umount_remote(void); /* the same, while there is a network */
int mountverbs_swap_on(void);       /* swap areas that are devices */
int mountverbs_swap_off(void);
int mountverbs_umount_all(void);    /* the end: all but the API file systems; the root read-only; synced */
