/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console - what a person sees who watches a boot or a shutdown that takes long: what is waited for, and how much
 * longer. Nothing is shown while everything is quick, and there is no timer while nothing is under way.
 */
#pragma once

#include "stage2.h"

void console_init(struct stage2 *s);

/* console_tick - jobs are under way: make sure that somebody looks in three seconds. Called after each round. */
void console_tick(struct stage2 *s);

/* console_boot_done - say that the boot's target was reached, and when, or what kept it. */
void console_boot_done(struct stage2 *s, uint32_t unit, enum run_result result);

/* console_say - a line for who sits there, on the console of a machine, in a container in the log. */
void console_say(struct stage2 *s, const char *format, ...) _printf_(2, 3);
