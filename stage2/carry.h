/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * carry - the successor of a PID 1 that crashed, hung or was asked to exec itself: find everything again and go on.
 *
 * Nothing was saved for it: the unit database and the run table are files (keep.h says which), sockets and pipes are
 * descriptors that survived, processes are still PID 1's children. What is found is checked by what it is before it is
 * believed, and what nobody owns is closed. What was lost with the memory (an action of the engine that was not performed
 * yet, an event that was read and not told) is asked for again; doc/survival.md lists it all.
 */
#pragma once

#include "stage2.h"

/*
 * carry_on - everything between the handlers and the loop
 * Context: start-up, in place of the duties of a boot. Return: 0; -errno: not even the loop could be made.
 */
int carry_on(struct stage2 *s);
