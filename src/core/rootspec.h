/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootspec - what root= asks for, and whether a block device is that.
 *
 * Owns the parsed text. Pure: no device is opened here; what is known of each comes in as a struct blkinfo, filled
 * by whoever reads sysfs and superblocks (blkinfo.h). The forms of one candidate:
 *
 *   UUID=xxx LABEL=xxx             of the file system (needs its superblock read)
 *   PARTUUID=xxx[/PARTNROFF=%d]    of the partition, GPT or MBR (SSSSSSSS-PP); a prefix is enough, as in the kernel
 *   PARTLABEL=xxx                  of the partition, GPT
 *   /dev/NAME                      the kernel's name; /dev/mapper/NAME; any other link that udev made
 *   /dev/disk/by-{uuid,label,partuuid,partlabel,id,path}/xxx
 *   MAJ:MIN, or hex as the kernel prints it in its list of partitions (fe01)
 *   /dev/nfs /dev/cifs /dev/ram mtd* ubi*    known, not yet implemented: rootspec_supported() says so
 *
 * Several candidates are separated by commas: the first that is there wins, in the order of the text when more than
 * one is. A LABEL or PARTLABEL may hold commas itself: behind one, a comma ends it only if TAG=, /dev/ or MAJ:MIN
 * follows (or write \x2c). \xNN is one byte, as udev writes names below /dev/disk.
 *
 * UUIDs are compared without regard to case, labels and names with it.
 */
#pragma once

#include "blkinfo.h"
#include "util.h"

#define ROOTSPEC_CANDIDATES_MAX 16
#define ROOTSPEC_TEXT_MAX       4096

enum rootspec_kind {
    ROOTSPEC_UUID,
    ROOTSPEC_LABEL,
    ROOTSPEC_PARTUUID,
    ROOTSPEC_PARTLABEL,
    ROOTSPEC_NAME,  /* value: the path below /dev, "vda1", "mapper/x", "cciss/c0d0" */
    ROOTSPEC_ID,    /* by-id */
    ROOTSPEC_PATH,  /* by-path */
    ROOTSPEC_DEVNO, /* MAJ:MIN or hex */
    ROOTSPEC_NFS,
    ROOTSPEC_CIFS,
    ROOTSPEC_RAM,
    ROOTSPEC_MTD,
    ROOTSPEC_UBI,
};

struct rootspec_candidate {
    enum rootspec_kind kind;
    char *text;     /* owned: as it was written */
    char *value;    /* owned: without the tag, escapes undone */
    bool whole;     /* PARTUUID from by-partuuid: all of it, not a prefix */
    int partnroff;  /* PARTNROFF=, 0 when not given */
    uint32_t major; /* ROOTSPEC_DEVNO */
    uint32_t minor;
};

struct rootspec {
    char *text;                   /* owned: all of root= */
    struct rootspec_candidate *v; /* owned */
    size_t n;                     /* 1 or more after a successful parse */
};

/*
 * rootspec_parse - understand root=
 * @why: on -EINVAL what is wrong and what forms there are, for a person; terminated in every case.
 * Return: 0; -EINVAL; -ENOMEM. On failure @ret is empty.
 */
int rootspec_parse(const char *text, struct rootspec *ret, char *why, size_t why_size);
void rootspec_done(struct rootspec *s);
#define _cleanup_rootspec_ _cleanup_(rootspec_done)

/* rootspec_kind_name - "UUID", "/dev name", ... Static text. */
const char *rootspec_kind_name(enum rootspec_kind kind) _const_;

/*
 * rootspec_supported - can this version mount such a root?
 * Return: 0; -EOPNOTSUPP with the reason in @why.
 */
int rootspec_supported(const struct rootspec_candidate *c, char *why, size_t why_size);

enum rootspec_needs {
    ROOTSPEC_NEEDS_SUPERBLOCK = 1 << 0, /* TYPE, UUID, LABEL */
    ROOTSPEC_NEEDS_PARTITION = 1 << 1,  /* PARTUUID, PARTLABEL */
    ROOTSPEC_NEEDS_LINKS = 1 << 2,      /* links: by-id, by-path, names that udev makes */
};

/*
 * rootspec_needs - what must be known of a device before it can be compared: flags of enum rootspec_needs
 * 0 means name and numbers are enough: the superblock need not be read to find the root.
 */
unsigned rootspec_needs(const struct rootspec *s) _pure_;

/*
 * rootspec_match - is @dev what one candidate asks for?
 * @all, @n: every device known, for /PARTNROFF=; @dev is one of them (or equal to one).
 */
bool rootspec_match(const struct rootspec_candidate *c, const struct blkinfo *dev, const struct blkinfo *const *all,
                    size_t n) _pure_;

/*
 * rootspec_find - the best of all devices: the first candidate, in the order of the text, that any device matches
 * @ret_candidate: index into s->v; may be NULL.
 * Return: index into @all; -ENOENT.
 */
int rootspec_find(const struct rootspec *s, const struct blkinfo *const *all, size_t n, size_t *ret_candidate);

/*
 * rootspec_why_not - why this device is not it, in a few words: "UUID is 1234-ABCD", "no file system on it"
 * The device's own texts come out printable. With several candidates the reasons are joined by "; ".
 * Return: @buf; an empty text when the device does match.
 */
char *rootspec_why_not(const struct rootspec *s, const struct blkinfo *dev, const struct blkinfo *const *all, size_t n,
                       char *buf, size_t size);

/*
 * rootspec_why_short - the same for a table that shows name, type, UUID and label anyway: "other UUID", "no LABEL",
 * "PARTUUID is 1234-01"
 */
char *rootspec_why_short(const struct rootspec *s, const struct blkinfo *dev, const struct blkinfo *const *all, size_t n,
                         char *buf, size_t size);

/*
 * rootspec_nearest - the device that was probably meant, and what to write instead
 * A tag given under another tag's name, another case, one or two characters wrong, a disk of another driver's name.
 * @buf: "vda1 has it as its PARTUUID: did you mean root=PARTUUID=...?"; empty when nothing is near.
 * Return: index into @all; -ENOENT.
 */
int rootspec_nearest(const struct rootspec *s, const struct blkinfo *const *all, size_t n, char *buf, size_t size);
