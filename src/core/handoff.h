/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handoff - what stage one tells stage two, as a record (base/record.h) in a memfd.
 *
 * Stage one makes a memfd named "pintle-handoff", writes one record, seals it, and leaves the descriptor open
 * over the exec. Its number is in the environment: PINTLE_HANDOFF=FD. Stage two takes the variable out of
 * the environment (no service sees it), reads the record, closes the descriptor. Another init than pintle is
 * given neither the variable nor the descriptor: for it stage one lets go of the old root itself.
 *
 * Rules: a tag never changes its meaning; a reader skips what it does not know; numbers may grow wider,
 * records may grow at the end. New tags get new numbers, here and nowhere else.
 *
 * Times are CLOCK_MONOTONIC microseconds, which start with the kernel, so that all stages share one axis.
 */
#pragma once

#include "record.h"

#define HANDOFF_ENV        "PINTLE_HANDOFF"
#define HANDOFF_MEMFD_NAME "pintle-handoff"
#define HANDOFF_MAX        65536 /* bytes; a larger record is no handoff */

enum handoff_tag {
    /* u64 each: when a phase of stage one was reached. A repeated tag is a second try; the last counts. */
    HANDOFF_T_START = 1,      /* first instruction of stage one's main */
    HANDOFF_T_EARLY = 2,      /* API file systems are mounted, the command line is read */
    HANDOFF_T_COLDPLUG = 3,   /* everything that was there has been looked at */
    HANDOFF_T_ROOT_FOUND = 4, /* the root's device appeared and matched */
    HANDOFF_T_MOUNTED = 5,    /* the root is mounted (fsck included) */
    HANDOFF_T_PIVOT = 6,      /* it is "/" */
    HANDOFF_T_EXEC = 7,       /* the last stamp, before execve */

    /* What the root is. */
    HANDOFF_ROOT_SPEC = 20,    /* text: root= as given */
    HANDOFF_ROOT_SOURCE = 21,  /* text: the device or other source that was mounted: "/dev/vda1" */
    HANDOFF_ROOT_TYPE = 22,    /* text: file system type: "ext4" */
    HANDOFF_ROOT_OPTIONS = 23, /* text: mount options as asked for, without ro/rw */
    HANDOFF_ROOT_RO = 24,      /* u32: 1 when mounted read-only */
    HANDOFF_ROOT_DEV = 25,     /* u64: st_dev of the new root */
    HANDOFF_ROOT_CHECKED = 26, /* u32: fsck's exit status; the tag is absent when no fsck was run */

    /* What became of the old root. */
    HANDOFF_OLD_KIND = 40,  /* u32: enum handoff_old */
    HANDOFF_OLD_FD = 41,    /* u32: descriptor on the old root's directory, open over the exec */
    HANDOFF_OLD_PATH = 42,  /* text: where it is mounted now (HANDOFF_OLD_MOUNT) */
    HANDOFF_OLD_DEV = 43,   /* u64: its st_dev: what empties it never crosses onto another */
    HANDOFF_IMAGE_BYTES = 44, /* u64: what the unpacked image holds, from its end marker */
    HANDOFF_FREED_BYTES = 45, /* u64: already given back by stage one (after re-homing) */
    HANDOFF_PIVOT_HOW = 46,   /* text: "pivot_root" or "move" */

    /* What a person should know later. */
    HANDOFF_WARNING = 60, /* text, repeated: one line each */
    HANDOFF_MODULE = 61,  /* text, repeated: "NAME USEC ERRNO", a module loaded, how long, result */
    HANDOFF_DEVICE = 62,  /* text, repeated: "NAME TYPE": block devices that were looked at */
    HANDOFF_IMAGE_VERSION = 63, /* text: version= of the image's stage1.conf */
};

enum handoff_old {
    HANDOFF_OLD_NONE = 0,   /* nothing is left of it */
    HANDOFF_OLD_MOUNT = 1,  /* a mount at HANDOFF_OLD_PATH: unmount it (a tmpfs or classic initrd) */
    HANDOFF_OLD_ROOTFS = 2, /* below "/", reachable by HANDOFF_OLD_FD alone: empty it through that */
};
