/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the unit database and the run table: made, mapped, and changed for newer ones.
 *
 * Owns the mappings. The database is written by pintle-compile, a child with a deadline; PID 1 checks it once and maps
 * it read-only. It comes as PATH_UNIT_DB_NEXT and takes the place of PATH_UNIT_DB when nothing can refuse it any more: what
 * PID 1 does not take, no reader ever sees. The run table is preallocated, so a full /run cannot turn a write into SIGBUS; where
 * there is no room for it from the start it lies in a memfd until there is (publish.h).
 */
#pragma once

#include "helper.h"

/* state_boot - compile the unit files, map what comes of it, begin the boot. Whatever fails ends in emergency.h. */
void state_boot(struct stage2 *s);

/*
 * state_compile_next - compile into PATH_UNIT_DB_NEXT
 * Return: 0 when it is under way; -errno.
 */
int state_compile_next(struct stage2 *s);

/* state_boot_compiled - a helper_fn. */
void state_boot_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/*
 * state_carry_on - map the database and the table that a predecessor named in the keep
 * Return: 0: recover_units is next, then state_publish; -ENODATA when there were none; -errno when they cannot be trusted.
 */
int state_carry_on(struct stage2 *s);

/* state_carry_database - the same with an empty table, for recover_lost. Return: 0; -errno. */
int state_carry_database(struct stage2 *s);

/* state_publish - what is mapped is what a successor and readers find. What an interrupted reload left is put in order. */
void state_publish(struct stage2 *s);

/*
 * state_take_next - map what state_compile_next made, carry the state over by unit name, and go on with that
 * @move: told of each unit that is in both: its old and its new number, and the old runtime's part; before the old one is
 * let go. Called between rounds: no action and no answer is under way. On failure everything stays as it was.
 * Return: 0; -errno, logged.
 */
typedef void (*state_move_fn)(struct stage2 *s, uint32_t old_unit, uint32_t new_unit, const struct unit_rt *old_rt);
int state_take_next(struct stage2 *s, state_move_fn move);

/* state_replace_table - go on in another mapping of the same bytes; the one before is let go. @fd: given away. */
void state_replace_table(struct stage2 *s, const struct runtab *fresh, int fd);
