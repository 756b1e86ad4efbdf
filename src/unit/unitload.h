/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unitload - which files make up which unit: search path, aliases, masks, templates, drop-ins, .wants links.
 *
 * Looks at names and links only; it reads no unit file until asked to. The rules are systemd's
 * (systemd.unit(5)):
 *  - the directories have an order; of a name that is in several, the first counts;
 *  - a link to a file of another name is an alias; to /dev/null, or an empty file, a mask;
 *  - an instance "a@b.service" without a file of its own is made from "a@.service";
 *  - drop-ins of "foo-bar@x.service" stand in foo-bar@x.service.d, foo-bar@.service.d, foo-.service.d,
 * service.d, of each of its names; sorted by file name across all directories, of the same file name the one
 * in the earlier directory counts, /dev/null or an empty file takes it away.
 *
 * With a root other than "" every path, links included, is resolved inside it (openat2, RESOLVE_IN_ROOT).
 */
#pragma once

#include "text.h"
#include "unitname.h"

struct unitload;

enum unitload_kind {
    UNITLOAD_FILE,
    UNITLOAD_ALIAS, /* target: the name it stands for */
    UNITLOAD_MASK,
};

struct unitload_file {
    char *name;
    char *path; /* as seen inside the root: "/lib/systemd/system/ssh.service" */
    enum unitload_kind kind;
    char *target;
    uint32_t
        next_alias; /* of a file: the first of its aliases; of an alias: the next one; UINT32_MAX: none */
};

/* A link of a .wants, .requires or .upholds directory. */
struct unitload_link {
    char *name; /* the unit that is wanted */
    char *path; /* of the link */
    bool dangling;
};

/* The directories of unit files, the first counts most; NULL-terminated. */
extern const char *const unitload_standard_dirs[];

/* What a person should hear about the directories. @level: enum udb_note_level. */
typedef void (*unitload_report_fn)(void *arg, int level, const char *path, const char *text);

/*
 * unitload_new - scan the directories
 * @root: "" for the running system, else a directory.
 * @dirs: NULL-terminated, highest precedence first; NULL for the standard ones.
 * Return: 0; -ENOMEM; -errno when @root cannot be opened. Directories that are missing are none.
 */
int unitload_new(const char *root, const char *const *dirs, unitload_report_fn report, void *arg,
                 struct unitload **ret);
void unitload_free(struct unitload *l);

/* unitload_add_file - let a single file take precedence over all directories (verify FILE). Return: 0;
 * -errno. */
int unitload_add_file(struct unitload *l, const char *path);

size_t unitload_count(const struct unitload *l) _pure_;
const struct unitload_file *unitload_at(const struct unitload *l, size_t i) _pure_;

/*
 * unitload_resolve - follow aliases to the unit's own name
 * @buf: UNITNAME_MAX + 1 bytes.
 * Return: 0; -ELOOP when aliases lead back to themselves; -EINVAL when one leads to another type of unit.
 */
int unitload_resolve(const struct unitload *l, const char *name, char *buf);

/* unitload_find - the file, mask or template file for a resolved name. Return: NULL when there is none. */
const struct unitload_file *unitload_find(const struct unitload *l, const char *name);

/* unitload_drop_ins - the drop-ins of a unit, in the order of reading, the aliases' included. Return: 0;
 * -ENOMEM. */
int unitload_drop_ins(struct unitload *l, const char *name, struct strv *ret_paths);

/*
 * unitload_links - what stands in the unit's NAME@suffix directories, its aliases' and template's included
 * @suffix: ".wants", ".requires" or ".upholds".
 * @fn: called for each link, in the order of names.
 */
typedef int (*unitload_link_fn)(void *arg, const struct unitload_link *link);
int unitload_links(struct unitload *l, const char *name, const char *suffix, unitload_link_fn fn, void *arg);

/* unitload_open - open inside the root. Return: the descriptor; -errno. */
int unitload_open(const struct unitload *l, const char *path, int flags);

/* unitload_read - a file's bytes, at most @max. Return: 0; -errno (-EISDIR, -EACCES, -EFBIG...). */
int unitload_read(const struct unitload *l, const char *path, size_t max, char **ret_data, size_t *ret_size);
