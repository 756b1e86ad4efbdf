/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host - what this machine's root and keyboards hang on, read from /sys and /proc/self/mountinfo. Decides
 * nothing: it collects modaliases and driver modules, from the root's block device up to the top of the tree,
 * through everything that is stacked in between.
 */
#pragma once

#include "text.h"
#include "util.h"

struct host_paths {
    const char *sys;       /* "/sys" */
    const char *mountinfo; /* "/proc/self/mountinfo" */
};

struct host_facts {
    struct strv modaliases;
    struct strv modules; /* of bound drivers */
    struct strv stacked; /* "dm", "md", "loop": what stage one must put together */
    char *fs_type;       /* owned */
    char *source;        /* owned: the root's device as mountinfo names it */
};

/*
 * host_read - look at this machine
 * @problem: what was found instead, for a person, when it fails.
 * Return: 0; -ENODEV when the root is on no block device that /sys knows; another -errno.
 */
int host_read(const struct host_paths *paths, struct host_facts *ret, char *problem, size_t problem_size);
void host_done(struct host_facts *f);
#define _cleanup_host_ _cleanup_(host_done)
