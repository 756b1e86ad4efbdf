/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log - one line to stderr or to the kernel's log, never allocating.
 *
 * base and core return errors and do not log them; the program that decides logs once, with what was being
 * done: `return log_error(r, "cannot mount '%s' on '%s'", what, where)` logs and returns r.
 * A message is lower case, without a full stop, what failed first, names in quotes; the reason is appended
 * from @error (a negative errno, or 0 for none).
 */
#pragma once

#include "util.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

enum log_target {
    LOG_TARGET_STDERR, /* "program: message" */
    LOG_TARGET_KMSG,   /* "<level>program: message" to /dev/kmsg; stderr when that cannot be opened */
};

/*
 * log_open - name the program and choose where lines go
 * @name: borrowed for the life of the program, shown before each line.
 * Context: start of main. May be called again (the descriptor of /dev/kmsg is kept, close-on-exec).
 */
void log_open(const char *name, enum log_target target);

/* log_set_level - lines above @level are dropped (default: info). */
void log_set_level(enum log_level level);
enum log_level log_get_level(void) _pure_;

/* log_set_hook - tests see each line instead of the target; NULL restores it. */
typedef void (*log_hook_fn)(enum log_level level, const char *line);
void log_set_hook(log_hook_fn hook);

/*
 * log_line - write one line; long ones are cut at 1,000 bytes
 * Return: @error, so that a failing function ends in one statement.
 */
int log_line(enum log_level level, int error, const char *format, ...) _printf_(3, 4);

#define log_error(error, ...)   log_line(LOG_LEVEL_ERROR, (error), __VA_ARGS__)
#define log_warning(error, ...) log_line(LOG_LEVEL_WARNING, (error), __VA_ARGS__)
#define log_info(...)           ((void)log_line(LOG_LEVEL_INFO, 0, __VA_ARGS__))
#define log_debug(...)          ((void)log_line(LOG_LEVEL_DEBUG, 0, __VA_ARGS__))
