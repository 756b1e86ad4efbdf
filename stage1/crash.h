/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash - a fault of stage one itself must not panic the kernel.
 *
 * PID 1 that dies takes the kernel with it. Here a SIGSEGV, SIGBUS, SIGILL, SIGFPE or SIGABRT runs /init again, with a note
 * of what happened in its environment: the new one finds everything mounted, shows the page with that note, and a
 * person can retry. When it crashes again within the same boot (CRASH_MAX times), it says so on the console and
 * reboots after panic=N seconds (60 without it).
 */
#pragma once

#include "util.h"

#define CRASH_ENV "PINTLE_STAGE1_CRASH"
#define CRASH_MAX 3

/*
 * crash_init - catch faults from here on
 * @argv, @envp: main's, borrowed for ever; CRASH_ENV is taken out of @envp, so that init does not see it.
 * @ret_earlier: "2 SIGSEGV at 0x12": what the environment told of an earlier life; NULL: this is the first.
 * After an earlier life: as PID 1 it first kills and reaps all that is left of it.
 * Return: 0; -errno.
 */
int crash_init(char **argv, char **envp, const char **ret_earlier);

/* crash_set_wait - how long before the last reboot, from panic=. */
void crash_set_wait(unsigned sec);
