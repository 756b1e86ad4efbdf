/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * blkinfo - what is known of one block device, as plain data.
 *
 * Filled from three sources, in this order: the kernel's event (name, numbers, partition number and label),
 * sysfs (parent disk, size, removable, serial), and the probe (blkprobe.h: file system, UUIDs, labels).
 * Everything that compares a device with root= (rootspec.h) or shows it to a person reads this and nothing
 * else, so that a test makes devices by filling in a struct.
 *
 * Texts are as found on the disk: they reach a console only through text_printable(). An empty text means
 * "has none" or "not known yet"; @probed tells which.
 */
#pragma once

#include "util.h"

enum blkinfo_probed {
    BLKINFO_UNPROBED, /* no probe yet: type, uuid, label, partuuid, pttype are not known */
    BLKINFO_PROBING,  /* a child is reading; a hung disk stays here */
    BLKINFO_PROBED,   /* what the probe found is filled in; an empty type: nothing known is on it */
    BLKINFO_FAILED,   /* the probe failed with @error */
};

struct blkinfo {
    char name[64];      /* the kernel's: "vda1", "cciss!c0d0p1" as in sysfs; the node has '/' for '!' */
    char disk[64];      /* of a partition: the name of the whole disk; else empty */
    uint32_t major;
    uint32_t minor;
    uint32_t part;      /* partition number; 0 for a whole disk */
    uint64_t bytes;     /* size; 0 for an empty drive */
    bool read_only;     /* the kernel says so (write protected) */
    enum blkinfo_probed probed;
    int error;          /* -errno of a failed probe */

    char type[32];      /* file system or what else blkid calls TYPE: "ext4", "crypto_LUKS", "swap" */
    char usage[16];     /* blkid's USAGE: "filesystem", "crypto", "raid", "other" */
    char uuid[64];
    char label[256];
    char partuuid[64];  /* of the partition entry: GPT's UUID, or "SSSSSSSS-PP" for MBR, in lower case */
    char partlabel[256];
    char pttype[16];    /* on a whole disk: the partition table found on it: "gpt", "dos" */
    char links[1024];   /* further names below /dev, each followed by a space: "disk/by-id/virtio-root " */
};
