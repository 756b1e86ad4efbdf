/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * running - at a reload: units that PID 1 has running stay units, even when their files are gone.
 */
#pragma once

#include "compile.h"

/*
 * running_add - add to the work each unit of the database in use that is not dead
 * Reads PATH_UNIT_DB and PATH_RUN_TABLE while PID 1 writes the latter; a unit that starts meanwhile may be missed, then
 * PID 1 refuses the reload and says so. Without a running PID 1 there is nothing to keep.
 */
void running_add(struct compiler *c);
