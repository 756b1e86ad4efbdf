/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state - the unit database and the run table: made, mapped, and changed for newer ones.
 *
 * Owns the mappings. The database is written by pintle-compile, a child with a deadline; PID 1 checks it once and maps
 * it read-only. The run table is preallocated, so a full /run cannot turn a write into SIGBUS; where there is no room
 * for it from the start it lies in a memfd, and only PID 1 can read it.
 */
#pragma once

#include "stage2.h"

/* state_boot - compile the unit files, map what comes of it, begin the boot. Whatever fails ends in emergency.h. */
void state_boot(struct stage2 *s);

/*
 * state_reload - compile again and carry the running state over into a new table, by unit name
 * @done: told 0 or -errno at the end; may be NULL.
 * Context: main loop. Allocates; whatever fails leaves the old database and table in place.
 * Return: 0 when it is under way; -EBUSY when one is already; -errno.
 */
typedef void (*state_reload_fn)(struct stage2 *s, int result, void *data);
int state_reload(struct stage2 *s, state_reload_fn done, void *data);
