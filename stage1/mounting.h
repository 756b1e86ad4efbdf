/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounting - from "this device is the root" to "it is mounted and holds an init": modules, the mount, the check.
 *
 * The list of types is made first; a type that the kernel does not know yet is asked for as "fs-TYPE" and waited for, as
 * long as the root's device would have been (but MOUNTING_MODULES_USEC at least): then the types that are there have to do,
 * and where that fails the page says what became of the module.
 * Then one child mounts the root on STAGE1_NEWROOT and looks for an init on it: the mount appears here too, and
 * a disk that hangs takes only the child with it.
 */
#pragma once

#include <sys/types.h>

#include "mntopt.h"
#include "text.h"

struct stage1;
struct device;

#define MOUNTING_MODULES_USEC (10 * USEC_PER_SEC)

struct mounting {
    struct mntopt options; /* rootflags=, split */
    unsigned long flags;   /* MS_* */
    struct strv types;     /* what will be tried */
    struct strv known;     /* what the kernel has */
    struct device *device; /* borrowed */
    uint64_t modules_by;   /* CLOCK_MONOTONIC: no module is waited for any longer; USEC_INFINITY: no limit */
    pid_t pid;             /* the child; 0: not started */
};

/*
 * mounting_prepare - read rootflags=, ro and rw
 * Return: 0; -EINVAL with the reason in @why; -errno.
 */
int mounting_prepare(struct stage1 *s, char *why, size_t why_size);

/* mounting_preload - ask for the modules of rootfstype= early, while the disks are still being found. */
void mounting_preload(struct stage1 *s);

/* mounting_begin - this is the device; sets the state. Return: 0; -errno after fail_with(). */
int mounting_begin(struct stage1 *s, struct device *dev);

/*
 * mounting_step - start the child as soon as the modules are in. Call after each batch in BOOT_MOUNTING.
 * Return: when to be called again though nothing happens.
 */
uint64_t mounting_step(struct stage1 *s);

/* mounting_undo - take the root off again, before another try. */
void mounting_undo(struct stage1 *s);
