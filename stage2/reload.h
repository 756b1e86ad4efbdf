/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reload - daemon-reload: compile in a child, then between two rounds go over to the new database with everything that
 * runs. A service notices nothing: its pid, sockets, job and deadline are the same.
 */
#pragma once

#include "stage2.h"

/* @result: 0, or -errno: the units as they were stay in use. */
typedef void (*reload_fn)(struct stage2 *s, int result, void *data);

/* reload_begin - Return: 0 when it is under way and @done will be told; -EBUSY; -errno. */
int reload_begin(struct stage2 *s, reload_fn done, void *data);

/* reload_step - take what has been compiled, if the moment is right. Called between rounds. */
void reload_step(struct stage2 *s);
