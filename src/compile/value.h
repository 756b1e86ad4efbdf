/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * value - values that stand for numbers: signals, exit statuses, names of modes.
 */
#pragma once

#include "directive.h"
#include "udb.h"

/* value_signal - "SIGTERM", "TERM", "15", "RTMIN+3". Return: 0; -EINVAL. */
int value_signal(const char *s, uint8_t *ret_signal);

/* value_status - add "3", "TEMPFAIL" or "SIGKILL" to a set. Return: 0; -EINVAL. */
int value_status(const char *s, struct udb_status_set *set);

/* value_index - the place of @s in a NULL-terminated list. Return: -EINVAL when it is not there. */
int value_index(const char *s, const char *const *names) _pure_;

/* value_is_false - "no", "0", "false", "off", "n", "f", or nothing at all. */
bool value_is_false(const char *s) _pure_;

/* value_is_mode - an octal file mode. */
bool value_is_mode(const char *s) _pure_;

/*
 * value_is_limit - "infinity", or one value of the kind, or two with ":" between (soft:hard)
 * Bytes may end in K M G T P E; a nice level is -20 to 19 with a sign, or the limit itself without one.
 */
bool value_is_limit(const char *s, enum directive_limit kind);

/* value_is_user - a decimal id, or a name that no tool could take for something else (no sign, digit or slash
 * first). */
bool value_is_user(const char *s) _pure_;

/* value_is_path - absolute and without "..". */
bool value_is_path(const char *s) _pure_;

/* value_is_below - relative and without "..": for RuntimeDirectory= and its like. */
bool value_is_below(const char *s) _pure_;
