/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initcheck - is there an init on the new root that the kernel can run?
 *
 * Asked before anything irreversible, because after the pivot an exec that fails is a kernel panic. Looked at as
 * the kernel will: below the new root (absolute links are relative to it, nothing leads out), a regular file
 * with an executable bit, of this machine's kind, with an interpreter that is there too: the dynamic loader of an ELF
 * program, or what a "#!" line names. What cannot be seen from here (a missing library) stays init's own error.
 */
#pragma once

#include "util.h"

struct initcheck {
    char path[256];    /* as the new root names it */
    bool is_pintle;    /* it carries the note of initnote.h: it takes the handoff record */
    uint32_t handoff;  /* the note's number */
    char problem[512]; /* why not; each candidate that was looked at */
};

/*
 * initcheck_find - look for an init
 * @rootfd: the new root.   @init: init= of the command line; NULL: /sbin/init, /etc/init, /bin/init, /bin/sh.
 * A named init is the only one tried, as in the kernel.
 * @ret: path and is_pintle on success, problem on failure.
 * Context: reads the root, so it can block; a child.
 * Return: 0; -ENOENT when there is none that can run; -errno.
 */
int initcheck_find(int rootfd, const char *init, struct initcheck *ret);
