/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reload - daemon-reload: compile in a child, then between two rounds go over to the new database with everything that
 * runs. A service notices nothing: its pid, sockets, job and deadline are the same.
 */
#pragma once

#include "helper.h"

/* @result: 0, or -errno: the units as they were stay in use. */
typedef void (*reload_fn)(struct stage2 *s, int result, void *data);

/* Where one is, in keep.reload. */
enum reload_phase { RELOAD_NONE, RELOAD_COMPILES, RELOAD_COMPILED };

/* reload_begin - Return: 0 when it is under way, perhaps for somebody else, and @done will be told; -errno. */
int reload_begin(struct stage2 *s, reload_fn done, void *data);

/* reload_compiled - a helper_fn. */
void reload_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/*
 * reload_carry_on - after an exec: go on with one that was under way, or begin it again
 * Who asked for it has lost the connection and asks again (reload_begin joins it).
 */
void reload_carry_on(struct stage2 *s, reload_fn done);

/* reload_step - take what has been compiled, if the moment is right. Called between rounds. */
void reload_step(struct stage2 *s);
