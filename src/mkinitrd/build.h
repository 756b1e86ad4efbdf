/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * build - one run of the builder: what was asked for, the plan as it grows, and what there is to report.
 *
 * Each part adds to the plan and logs what is wrong itself; a negative return ends the run.
 */
#pragma once

#include "elfdeps.h"
#include "options.h"
#include "plan.h"
#include "text.h"

struct modset;

struct build {
    const struct options *opt; /* borrowed */
    struct plan plan;
    struct elfdeps_paths host_libs; /* of programs that come from below the sysroot */
    struct modset *modules;         /* owned */
    struct strv missing_firmware;
    struct strv notes;    /* lines for the final table: what was left out, and why it may matter */
    struct strv fs_types; /* file systems that the root may have, for the checkers */
    const char *shell;    /* path in the image; NULL when there is none */
    const char *udevd;    /* the same of udev's daemon */
};

int build_init(struct build *b, const struct options *opt);
void build_done(struct build *b);
#define _cleanup_build_ _cleanup_(build_done)

/* build_note - a line for the final table. Return: 0; -ENOMEM. */
int build_note(struct build *b, const char *format, ...) _printf_(2, 3);

/* --- skeleton.c: directories, links, devices, /init, what stage one reads ------------------------------ */

/* skeleton_add - directories, links and devices; comes first. All that these three add is vital (plan.h). */
int skeleton_add(struct build *b);
/* skeleton_add_init - stage one as /init, with its libraries; comes second. */
int skeleton_add_init(struct build *b);
/* skeleton_add_conf - stage1.conf; comes last, because it counts the others. */
int skeleton_add_conf(struct build *b);

/* --- programs.c: programs, scripts and libraries ------------------------------------------------------- */

/*
 * programs_add - a program (or any file) of the sysroot, at the same place in the image, with what it needs
 * Return: 0; -ENOENT when there is no such file (not logged); another -errno (logged).
 */
int programs_add(struct build *b, const char *path);

/* programs_add_first - the first of these that is there, with @ret_path set to it. Return: as programs_add.
 */
int programs_add_first(struct build *b, const char *const *paths, size_t n, const char **ret_path);

/*
 * programs_add_library - a library that a program loads by name while it runs (dlopen), with what that needs
 * @file: the program, of this machine; its run path counts as for the libraries that it is linked with.
 * @dest: where the program is in the image.   Logs every failure.
 */
int programs_add_library(struct build *b, const char *name, const char *file, const char *dest);

/* programs_add_file - a file of this machine, at @dest, with what it needs. Logs every failure. */
int programs_add_file(struct build *b, const char *file, const char *dest);

/* --- tools.c: what a person needs in an emergency, checkers, --add, udev ------------------------------- */

int tools_add_shell(struct build *b);
int tools_add_checkers(struct build *b);
int tools_add_extra(struct build *b);
/* tools_add_modprobe - /sbin/modprobe, which the kernel runs (stage1/modprobe.h); after tools_add_extra. */
int tools_add_modprobe(struct build *b);
int tools_add_udevd(struct build *b);
