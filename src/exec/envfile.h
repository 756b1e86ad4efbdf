/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * envfile - the dialect of EnvironmentFile=: like a shell's assignments, but no shell.
 *
 * KEY=value lines; # and ; begin comments; '...' is literal, "..." knows backslash before " \ ` $ and newline;
 * outside of quotes a backslash takes the next character as it is and joins lines; quoted parts may follow each other
 * and span lines; white space around keys and values goes; nothing is expanded.
 */
#pragma once

#include "text.h"

/* @assignment: "KEY=value", borrowed.   Return: 0 to go on; anything else ends the parse and is returned. */
typedef int (*envfile_fn)(const char *assignment, void *data);

/*
 * envfile_parse - call @fn for each assignment, in order
 * A key that no variable can have is left out. Return: 0; @fn's; -ENOMEM.
 */
int envfile_parse(const char *text, size_t size, envfile_fn fn, void *data);

/* envfile_is_name - letters, digits and underscores, no digit first. */
bool envfile_is_name(const char *s, size_t n) _pure_;
