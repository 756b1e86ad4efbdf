/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * order - finds ordering cycles and breaks them, always in the same way.
 *
 * Where systemd leaves out one of the units, pintle leaves out one "after": every unit still starts. Of a
 * cycle the weakest edge goes: first one that no file asked for (DefaultDependencies=), then one between
 * units that have no other tie, then between units of which one wants the other, last of all where one
 * requires the other. A note at the unit names the whole cycle and the edge.
 */
#pragma once

#include "compile.h"

/* order_break_cycles - mark dependencies as dropped until no cycle is left. Return: 0; -ENOMEM. */
int order_break_cycles(struct compiler *c);
