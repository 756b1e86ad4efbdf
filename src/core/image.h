/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * image - the contract between the image builder and stage one: what every image holds, and where; and the
 * reader of the two small files by which stage one knows its image.
 *
 * An image is one newc cpio archive, compressed as a whole or not at all.
 *
 *  - First comes /init, then every directory, then what stage one cannot do without (its libraries, their
 *    loader, IMAGE_CONF), then all the rest but what a kernel that cannot run /init would run instead
 *    (/sbin/init, /etc/init, /bin/init, /bin/sh), then that, and last the end marker. Within each of these
 *    entries are sorted by path, byte by byte. So wherever an image is cut short, stage one runs and says so,
 *    or nothing runs, but never a shell that no password guards.
 *  - Owner and group are 0, every mtime is 0 (or SOURCE_DATE_EPOCH), inodes count up from 721, no entry is a
 *    hard link. The same input gives the same bytes.
 *  - Directories: /dev /etc/pintle /proc /root /run /sys /tmp /usr and the mount point of the real root,
 *    /sysroot. /bin, /sbin, /lib and /lib64 are links into /usr, whatever the build machine has.
 *  - /dev/console (5:1) and /dev/null (1:3), for what runs before devtmpfs is mounted.
 *  - /init is stage one.
 *  - IMAGE_CONF holds lines of KEY=VALUE; a reader skips keys that it does not know:
 *        version=     of pintle that built it
 *        kernel=      the kernel version whose modules it holds
 *        mode=        "host", "generic" or "list" (--modules)
 *        udev=        "lean" (the kernel's events are enough) or "udevd"
 *        udevd=       path of udev's daemon, with udev=udevd
 *        shell-hash=  crypt(3) hash that opens the recovery shell; no such line: nothing does, but for
 *                     what the kernel command line says
 *        shell=       path of the recovery shell's program (not /bin/sh, which comes late); absent when there
 *                     is none
 *        unpacked=    bytes that its files occupy once unpacked, each rounded up to a page
 *        entries=     number of entries before the end marker
 *  - /etc/pintle/modules.idx is the module index (modindex.h); modules lie uncompressed below
 *    /usr/lib/modules/VERSION, so that finit_module(2) takes them as they are.
 *  - IMAGE_END_MARKER is the very last entry: the kernel keeps what it unpacked before an error, so an
 *    image without it, or whose counts differ, is truncated and says so instead of failing anyhow later.
 *    Its text is one line: "pintle-image-end entries=N bytes=M", N as entries= above, M the sum of the
 *    sizes of all regular files before it.
 */
#pragma once

#include "util.h"

#define IMAGE_CONF        "/etc/pintle/stage1.conf"
#define IMAGE_END_MARKER  "/etc/pintle/image.end"
#define IMAGE_END_FORMAT  "pintle-image-end entries=%zu bytes=%llu\n"
#define IMAGE_SYSROOT     "/sysroot"
#define IMAGE_INIT        "/init"
#define IMAGE_FIRST_INODE 721

/* What IMAGE_CONF says; texts are empty and numbers 0 where it says nothing. */
struct image_conf {
    char version[64];
    char kernel[128];
    char mode[16];
    char udevd[256]; /* empty in a lean image */
    char shell[256];
    char shell_hash[512];
    uint64_t unpacked;
    uint64_t entries;
};

/*
 * image_read_conf - read IMAGE_CONF
 * @dirfd: the image's root; the path is taken below it.
 * Return: 0; -ENOENT when there is none: no image of pintle, or one that was cut short before it;
 * -EBADMSG for a line that is not KEY=VALUE or a value that does not fit; another -errno.
 */
int image_read_conf(int dirfd, struct image_conf *ret);

/*
 * image_check_end - is the image whole?
 * Return: 0; -ENODATA without an end marker: the image was cut short; -EBADMSG when its text is none or
 * does not belong to @conf; another -errno.
 */
int image_check_end(int dirfd, const struct image_conf *conf);
