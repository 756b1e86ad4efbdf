/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elfdeps - what a program asks its loader for, and where the loader would find it. Reads headers through
 * libelf and runs nothing.
 */
#pragma once

#include "text.h"
#include "util.h"

struct elfdeps_info {
    char *interp;       /* owned, all of them; NULL for a static program or a library */
    struct strv needed; /* DT_NEEDED, in order */
    char *runpath;      /* DT_RUNPATH, or NULL */
    char *rpath;        /* DT_RPATH, or NULL; without meaning where there is a runpath */
    int elf_class;      /* ELFCLASS32 or ELFCLASS64 */
    int machine;        /* EM_X86_64 and so on */
    bool dynamic;
};

/*
 * elfdeps_read - read a file's headers
 * Return: 0; -ENOEXEC when it is no ELF file; -EBADMSG when it is a damaged one; another -errno.
 */
int elfdeps_read(const char *file, struct elfdeps_info *ret);
void elfdeps_done(struct elfdeps_info *e);
#define _cleanup_elfdeps_ _cleanup_(elfdeps_done)

/* Where libraries are looked for, of one root. */
struct elfdeps_paths {
    const char *root;       /* borrowed */
    struct strv configured; /* from ld.so.conf and what it includes */
    struct strv builtin;    /* what the loader itself knows */
};

/* elfdeps_paths_init - read ld.so.conf below @root (none is fine). Return: 0; -ENOMEM. */
int elfdeps_paths_init(struct elfdeps_paths *p, const char *root);
void elfdeps_paths_done(struct elfdeps_paths *p);
#define _cleanup_elfdeps_paths_ _cleanup_(elfdeps_paths_done)

/*
 * elfdeps_find_library - find a library as ld.so(8) does, but for LD_LIBRARY_PATH and hardware variants
 * @object: its path as the root sees it, for $ORIGIN.   @info: what @object asks.
 * @inherited: DT_RPATH of what loaded @object, ':'-separated, or NULL.
 * @ret_path: allocated, as the root sees it.   @ret_host: allocated, the file on this machine.
 * @ret_known: the loader finds it there without ld.so.cache.
 * Return: 0; -ENOENT; another -errno.
 */
int elfdeps_find_library(const struct elfdeps_paths *p, const char *name, const char *object,
                         const struct elfdeps_info *info, const char *inherited, char **ret_path,
                         char **ret_host, bool *ret_known);
