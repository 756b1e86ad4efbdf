/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign - what one assignment does to a draft: the functions behind the table of directives.
 *
 * systemd's rule holds: a bad value is said and left out, the default stays, the unit loads. The exceptions
 * (unknown Type=, Restart=, KillMode=, a User= that is none, commands that cannot be run) refuse the unit.
 */
#pragma once

#include "draft.h"

/* assign_apply - apply one assignment, note what is wrong with it, keep it as a property. */
void assign_apply(struct draft *d, const struct assignment *a);
