/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emergency - when there is nothing to boot into: say why, give a person a shell, try again when that ends.
 * PID 1 itself goes on: it reaps, and hears signals and the control socket.
 */
#pragma once

#include "helper.h"

/* emergency_no_units - there is no database or no unit to reach. @why: static text. */
void emergency_no_units(struct stage2 *s, const char *why);

/* emergency_boot_failed - the boot's target failed; a shell of ours unless the emergency unit comes up. */
void emergency_boot_failed(struct stage2 *s, uint32_t unit);

/* emergency_give_shell - a shell on the console of a machine, beside what runs. */
void emergency_give_shell(struct stage2 *s);

/* emergency_carry_on - after an exec: start the shell again that a person is to have, unless it runs. */
void emergency_carry_on(struct stage2 *s);

/* emergency_shell_ended - a helper_fn. */
void emergency_shell_ended(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);
