/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan - what goes into an image: one entry a path.
 *
 * The kernel's unpacker resolves clashes silently and mostly wrongly (a file over a full directory is lost, a
 * directory over a link breaks a merged /usr), so a plan accepts none: one path has one type and one content,
 * every parent is a directory of the plan (missing ones are added), and names that cpio gives a meaning are
 * refused. Paths are brought into one form first: /bin, /sbin and /lib* are below /usr.
 *
 * An image may be cut short, and the kernel keeps what came before the cut: so a plan has an order
 * (plan_order) in which what stage one cannot run without comes before all that could be run in its place.
 *
 * A file's content is either borrowed from the build machine (a path, read when the image is written) or
 * kept here. What is wrong with an entry is logged here, because only the plan knows both sides.
 */
#pragma once

#include <sys/types.h>

#include "util.h"

enum plan_type { PLAN_DIR, PLAN_FILE, PLAN_LINK, PLAN_CHAR };

struct plan_entry {
    char *path; /* owned, all of them; absolute, in its one form */
    enum plan_type type;
    mode_t mode;  /* permission bits */
    char *target; /* of a link */
    char *source; /* file to read on this machine, or NULL: */
    char *data;   /* the content itself */
    size_t size;  /* of the content */
    unsigned device_major, device_minor;
    bool vital; /* stage one does not run, or not as it was told to, without it */
};

struct plan {
    struct plan_entry **v; /* owned, sorted by path */
    size_t n, room;
    bool vital; /* what is added from now on is; also when it was there before */
};

void plan_done(struct plan *p);
#define _cleanup_plan_ _cleanup_(plan_done)

/*
 * plan_dir, plan_link, plan_char - add an entry, and the directories above it
 * Return: 1 when it is new; 0 when just that was there; -EEXIST, -ENOTDIR, -EINVAL (logged); -ENOMEM.
 */
int plan_dir(struct plan *p, const char *path, mode_t mode);
int plan_link(struct plan *p, const char *path, const char *target);
int plan_char(struct plan *p, const char *path, mode_t mode, unsigned device_major, unsigned device_minor);

/*
 * plan_file - add a file of this machine
 * @mode: taken as 0755 when anybody may execute it, else 0644, so that no local habit gets into an image.
 * @ret_entry: may be NULL; the entry, new or there before.
 * Return: as plan_dir; a second source for a path is fine when the contents are the same.
 */
int plan_file(struct plan *p, const char *path, const char *source, mode_t mode, size_t size,
              struct plan_entry **ret_entry);

/* plan_data - add a file with this content, copied. */
int plan_data(struct plan *p, const char *path, const void *data, size_t size, mode_t mode);

/* plan_text - plan_data of a string, mode 0644. */
int plan_text(struct plan *p, const char *path, const char *text);

/* plan_take - as plan_data, but @data is taken over, also on failure. */
int plan_take(struct plan *p, const char *path, char *data, size_t size, mode_t mode);

/*
 * plan_order - all entries in the order in which they go into an image
 *   1. /init: what an image without even that does is the kernel's own affair;
 *   2. directories;
 *   3. what is vital;
 *   4. everything else;
 *   5. what the kernel runs as process 1, for anybody, where it cannot run /init: /sbin/init, /etc/init,
 *      /bin/init, /bin/sh (init/main.c, kernel_init).
 * Within each by path, byte by byte. So wherever it is cut, either stage one runs, or nothing does.
 * @ret: allocated, p->n entries, which stay the plan's.   Return: 0; -ENOMEM.
 */
int plan_order(const struct plan *p, struct plan_entry ***ret);

/* plan_find - the entry of a path, or NULL. */
struct plan_entry *plan_find(const struct plan *p, const char *path);

/*
 * plan_path - the one form of a path: no "." or "//", /usr merged
 * Return: 0; -EINVAL for "..", an empty path, one that is not absolute, or cpio's own end mark;
 * -ENAMETOOLONG.
 */
int plan_path(const char *path, char *buf, size_t size);
