/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options - the command line of pintle-mkinitrd.
 */
#pragma once

#include "compress.h"
#include "text.h"

enum options_mode {
    MODE_UNSET,
    MODE_HOST,    /* what this machine's root needs */
    MODE_GENERIC, /* every driver that can lead to a local root */
    MODE_LIST,    /* just what --modules names */
};

struct options {
    const char *kernel; /* borrowed from argv, all of them; NULL until options_settle_kernel */
    const char *output;
    const char *sysroot; /* where programs and libraries are; "" is this machine */
    const char *moddir;  /* where lib/modules, lib/firmware and boot are; the sysroot unless given */
    const char *stage1;
    const char *shell_hash;
    const char *list_file;
    struct strv modules; /* owned */
    struct strv add;     /* owned */
    enum options_mode mode;
    enum compress_method compress;
    bool list;
    bool root_password;
    bool udevd;
    bool no_shell;
    bool no_fsck;
    bool verbose;
    char *made_output; /* owned: what @output and @kernel point to when they were not given */
    char *made_kernel;
};

enum { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_USAGE };

/*
 * options_parse - read the command line; says itself what is wrong with it
 * Return: OPTIONS_RUN; OPTIONS_DONE after --help or --version; OPTIONS_USAGE (exit 2); -ENOMEM.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_done(struct options *o);
#define _cleanup_options_ _cleanup_(options_done)

/*
 * options_settle_kernel - decide on a version and on the output's name, where they were not given
 * The running kernel's; below another directory the only one there. Logs what is wrong.
 */
int options_settle_kernel(struct options *o);
