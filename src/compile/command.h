/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * command - the command lines of a service: prefixes, quotes, escapes, specifiers, ";".
 *
 * $VARIABLES stay as they are: pintle-exec expands them when the line is run.
 */
#pragma once

#include "draft.h"

/*
 * command_parse - add the commands of an Exec...= line to the draft
 * Return: true; false when the line was bad and has been noted (without "-" the unit is refused).
 */
bool command_parse(struct draft *d, const struct assignment *a, enum udb_exec kind);
