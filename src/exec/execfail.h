/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execfail - the one way in which pintle-exec fails: a record to PID 1, and systemd's exit status for the step.
 */
#pragma once

#include "util.h"

/* systemd.exec(5), "Process Exit Codes". */
enum exec_step {
    EXEC_STEP_CHDIR = 200,
    EXEC_STEP_NICE = 201,
    EXEC_STEP_EXEC = 203,
    EXEC_STEP_MEMORY = 204,
    EXEC_STEP_LIMITS = 205,
    EXEC_STEP_OOM_ADJUST = 206,
    EXEC_STEP_STDIN = 208,
    EXEC_STEP_STDOUT = 209,
    EXEC_STEP_GROUP = 216,
    EXEC_STEP_USER = 217,
    EXEC_STEP_STDERR = 222,
    EXEC_STEP_NO_NEW_PRIVILEGES = 227,
    EXEC_STEP_RUNTIME_DIRECTORY = 233,
    EXEC_STEP_STATE_DIRECTORY = 238,
    EXEC_STEP_CACHE_DIRECTORY = 239,
    EXEC_STEP_LOGS_DIRECTORY = 240,
    EXEC_STEP_CONFIGURATION_DIRECTORY = 241,
};

/*
 * execfail - tell PID 1 why, and exit with @step
 * @error: negative errno, its text is appended; 0 for none.
 */
_noreturn_ void execfail(enum exec_step step, int error, const char *format, ...) _printf_(3, 4);

/* execfail_memory - out of memory. */
_noreturn_ void execfail_memory(void);
