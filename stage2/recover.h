/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recover - bring the engine and its table in order after an exec (the steps are engine.h's), from the kernel's view where
 * the table cannot be trusted.
 */
#pragma once

#include "stage2.h"

/* recover_units - a table of a predecessor was mapped. Return: 0; -errno: nothing in it can be trusted, recover_lost is next. */
int recover_units(struct stage2 *s);

/* recover_lost - an empty table was mapped for a machine that has been running. */
void recover_lost(struct stage2 *s);

/* recover_actions - ask again for what was lost with the memory. Context: everything else has been found again. */
void recover_actions(struct stage2 *s);
