/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot - from "looking at the hardware" to "the root is mounted and holds an init", as one state machine.
 *
 * Owns: the state, its timers, and what is done when a device appears, a child ends or a person answers.
 * Every state but the last can end in fail_with(); from there boot_answer() starts it again.
 */
#pragma once

#include "util.h"

struct stage1;

enum boot_state {
    BOOT_COLDPLUG, /* looking at what is there */
    BOOT_WAITING,  /* for the root's device, or for rootdelay= to pass */
    BOOT_CHECKING, /* fsck runs */
    BOOT_MOUNTING, /* the mount runs */
    BOOT_INIT,     /* is there an init that can run? */
    BOOT_FAILED,   /* the page is shown; devices are still noticed */
    BOOT_READY,    /* nothing irreversible has been done; next is the pivot */
};

/* What a person can answer on the page; a shell and a reboot are the page's own business. */
enum boot_answer {
    BOOT_ANSWER_WAIT,  /* wait on for the same root, with no deadline */
    BOOT_ANSWER_RETRY, /* the same again, with a new deadline */
    BOOT_ANSWER_ROOT,  /* @text: words as on the kernel's command line, which win over it (cmdline_append) */
};

/*
 * boot_run - look, wait, mount
 * Return: 0 when the root is mounted on /sysroot with an init that can run; -errno when the loop broke.
 */
int boot_run(struct stage1 *s);

/*
 * boot_go_on - the same loop after fail_with(): until a person's answer has led to a mounted root again
 * Return: as boot_run.
 */
int boot_go_on(struct stage1 *s);

/*
 * boot_answer - go on after a failure
 * @text: for BOOT_ANSWER_ROOT, else NULL: "root=LABEL=x rw rootfstype=ext4 init=/bin/sh"; each call replaces
 * the words of an earlier one. The page has parsed root= with success already.
 * Return: 0; -EINVAL: that is no root=, the page stays; -EBUSY: the boot is not at a failure.
 */
int boot_answer(struct stage1 *s, enum boot_answer answer, const char *text);

/*
 * boot_deadline - until when the present wait lasts, for the waiting line
 * Return: CLOCK_MONOTONIC; USEC_INFINITY: for ever; 0: nothing is being waited for.
 */
uint64_t boot_deadline(const struct stage1 *s);
