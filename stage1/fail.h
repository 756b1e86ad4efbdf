/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fail - the one place where every failure of stage one goes.
 *
 * Whoever fails says three things: what was wanted, what was found, what a person can do. Here that is logged
 * once and given to the recovery page; the main loop goes on (devices still appear, and are still listed),
 * and the person's answer comes back through boot_answer() (boot.h). After the old root has been left there is
 * no page any more: fail_last() says what happened and reboots.
 */
#pragma once

#include "util.h"

struct stage1;

enum fail_kind {
    FAIL_IMAGE,    /* the image itself is damaged: cut short, no configuration */
    FAIL_SPEC,     /* root= or another word cannot be right however long one waits */
    FAIL_TIMEOUT,  /* the root has not appeared in time */
    FAIL_ASKED,    /* nothing failed: a person pressed a key while it was waited for */
    FAIL_CHECK,    /* fsck found what it cannot repair */
    FAIL_MOUNT,    /* the root cannot be mounted */
    FAIL_INIT,     /* no init on the root that can run; the root is mounted on /sysroot */
    FAIL_PIVOT,    /* the root cannot be made "/" */
    FAIL_INTERNAL, /* no memory, no descriptors */
};

struct fail {
    enum fail_kind kind;
    int error;        /* -errno, or 0 */
    char wanted[256]; /* "a file system on the device with UUID=..." */
    char found[512];  /* "the kernel has no file system type 'xfs'; the device holds ext4" */
    char kernel[420]; /* what the kernel said meanwhile (klog.h); may be empty */
    char todo[256];   /* "boot with rootfstype=ext4, or add the module to the image" */
};

/*
 * fail_with - log it, stop what the boot is at, show the page
 * @why: borrowed for the call; texts from a disk have gone through text_printable() already.
 * Context: main loop. Return: why->error, or -EPROTO when that is 0.
 */
int fail_with(struct stage1 *s, const struct fail *why);

/* fail_set - fill one in; @ret_fail's other texts stay. Each is printf's. */
void fail_wanted(struct fail *f, const char *format, ...) _printf_(2, 3);
void fail_found(struct fail *f, const char *format, ...) _printf_(2, 3);
void fail_todo(struct fail *f, const char *format, ...) _printf_(2, 3);

/* fail_reboot - say why and restart the machine, now. */
_noreturn_ void fail_reboot(struct stage1 *s, const char *why);

/* fail_last - when nothing can be asked any more: say it on the console and reboot (panic=N, else 60 s). */
_noreturn_ void fail_last(struct stage1 *s, int error, const char *what);
