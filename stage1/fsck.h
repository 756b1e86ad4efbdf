/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsck - check the root before it is mounted, if the image carries a checker for its type.
 *
 * fsck.mode=auto|force|skip and fsck.repair=preen|yes|no are those of systemd-fsck@.service(8); fastboot and
 * forcefsck are the old words for skip and force. The checker is FSCK_DIR/fsck.TYPE, run on the console so that a
 * person sees how far it is. Its exit status is fsck(8)'s: 0 and 1 are fine, 2 and 3 ask for a reboot, 4 and more
 * mean that a person has to look.
 */
#pragma once

#include "cmdline.h"

#define FSCK_DIR "/sbin"

enum fsck_mode { FSCK_SKIP, FSCK_AUTO, FSCK_FORCE };

enum fsck_verdict {
    FSCK_CLEAN,  /* go on */
    FSCK_REBOOT, /* what was repaired is in use by the kernel */
    FSCK_BROKEN, /* not repaired, or it could not be checked */
};

/* fsck_mode - what the command line asks for; the last word counts. */
enum fsck_mode fsck_mode(const struct cmdline *c) _pure_;

struct fsck_command {
    char program[96];
    char *argv[6]; /* point into the struct and to static text: not to be copied */
    char source[160];
};

/*
 * fsck_command - how to call the checker
 * Return: 0; -ENOENT when the image has none for that type; -EINVAL for a type that is no name.
 */
int fsck_command(const struct cmdline *c, const char *dir, const char *type, const char *source,
                 struct fsck_command *ret);

/* fsck_verdict - what a status of waitpid(2) means. @ret_status: as fsck(8), or 128 + signal. */
enum fsck_verdict fsck_verdict(int wait_status, int *ret_status);

/* fsck_explain - the bits of the exit status in words. Return: static text. */
const char *fsck_explain(int status) _const_;
