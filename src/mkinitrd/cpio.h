/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cpio - a plan becomes the bytes of a newc archive, through libarchive; an image's entries are read back.
 *
 * The writer keeps the rules of image.h: order, owners, inodes, times, the end marker. The reader walks an
 * image as the kernel does: archives one after the other, zeros between them, each compressed or not.
 */
#pragma once

#include "plan.h"

struct cpio_totals {
    size_t entries;           /* without the end marker */
    unsigned long long bytes; /* of all regular files */
};

/* Called before each entry; for a progress line. */
typedef void (*cpio_progress_fn)(void *data, size_t done, size_t total);

/*
 * cpio_totals_of - what the end marker will say; sizes are the plan's
 * cpio_unpacked - the memory that the files take, rounded up to pages
 */
struct cpio_totals cpio_totals_of(const struct plan *p);
unsigned long long cpio_unpacked(const struct plan *p);

/*
 * cpio_write - the whole archive, end marker last
 * @mtime: of every entry.   @ret_data: allocated.
 * Return: 0; -errno (logged: a file that cannot be read, or changed its size since it was planned).
 */
int cpio_write(const struct plan *p, int64_t mtime, cpio_progress_fn progress, void *progress_data,
               char **ret_data, size_t *ret_size);

struct cpio_entry {
    const char *name; /* as it stands in the archive; borrowed for the call */
    uint32_t mode;    /* type and permissions */
    uint32_t uid, gid;
    uint32_t mtime;
    uint32_t device_major, device_minor;
    const char *data; /* borrowed; of a link: where it leads, not terminated */
    size_t size;
    unsigned segment; /* which archive of the image, from 0 */
};

/* Return: 0 to go on; -errno to stop. */
typedef int (*cpio_entry_fn)(void *data, const struct cpio_entry *e);

/*
 * cpio_read - every entry of an image, archive after archive; trailers are not shown
 * @ret_where: on failure, how far it got, in bytes of the archive in which it failed (uncompressed).
 * Return: number of archives; -EBADMSG when it is damaged or cut short; -ENODATA when it holds no archive at
 * all; what @fn returned; another -errno.
 */
int cpio_read(const char *image, size_t size, cpio_entry_fn fn, void *data, size_t *ret_where);
