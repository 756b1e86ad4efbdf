/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unitfile - unit files as they lie in their directories, and the links that enable them.
 *
 * Works without a running pintle, and below another root: what packages' scripts ask and change offline.
 */
#pragma once

#include "text.h"

/* As systemctl prints them; scripts compare the words and the statuses. */
enum unitfile_state {
    UNITFILE_ENABLED,
    UNITFILE_ENABLED_RUNTIME,
    UNITFILE_ALIAS,
    UNITFILE_MASKED,
    UNITFILE_MASKED_RUNTIME,
    UNITFILE_STATIC,
    UNITFILE_DISABLED,
    UNITFILE_INDIRECT,
    UNITFILE_BAD,
    UNITFILE_NOT_FOUND,
};

const char *unitfile_state_name(enum unitfile_state s) _const_;

/* unitfile_state_ok - whether is-enabled ends with status 0 for it. */
bool unitfile_state_ok(enum unitfile_state s) _const_;

/* unitfile_state - look at the directories below @root (NULL: "/"). */
enum unitfile_state unitfile_state(const char *root, const char *name);

/*
 * unitfile_find - the file of a unit; for an instance without one of its own, its template's
 * @ret_path: as seen below @root; allocated.
 * Return: 0; -ENOENT; -ERFKILL when it is masked; another -errno.
 */
int unitfile_find(const char *root, const char *name, char **ret_path);

/* What [Install] says. */
struct unitfile_install {
    struct strv wanted_by, required_by, alias, also;
    char *default_instance; /* owned */
};
void unitfile_install_clear(struct unitfile_install *i);
#define _cleanup_install_ _cleanup_(unitfile_install_clear)

/* unitfile_read_install - Return: 0; -errno. @path is below @root already. */
int unitfile_read_install(const char *path, struct unitfile_install *ret_install);

/*
 * unitfile_enable, unitfile_disable - make or remove the links
 * @runtime: in /run and not in /etc.   @changed: called for each link; may be NULL.
 * Return: how many links were changed; -ENOENT; -ERFKILL (masked); -EINVAL when the unit cannot be enabled (no [Install],
 * or a template without an instance); another -errno.
 */
typedef void (*unitfile_changed_fn)(void *arg, bool made, const char *link, const char *to);
int unitfile_enable(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg);
int unitfile_disable(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg);

/* unitfile_mask, unitfile_unmask - Return: 1; 0 when it was so already; -EEXIST when a file is in the way; -errno. */
int unitfile_mask(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg);
int unitfile_unmask(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg);
