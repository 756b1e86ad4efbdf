/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "execfail.h"

#include <stdarg.h>

#include "execproto.h"
#include "record.h"

static const char *step_name(enum exec_step step)
{
    switch (step) {
    case EXEC_STEP_CHDIR:
        return "CHDIR";
    case EXEC_STEP_NICE:
        return "NICE";
    case EXEC_STEP_EXEC:
        return "EXEC";
    case EXEC_STEP_MEMORY:
        return "MEMORY";
    case EXEC_STEP_LIMITS:
        return "LIMITS";
    case EXEC_STEP_OOM_ADJUST:
        return "OOM_ADJUST";
    case EXEC_STEP_STDIN:
        return "STDIN";
    case EXEC_STEP_STDOUT:
        return "STDOUT";
    case EXEC_STEP_GROUP:
        return "GROUP";
    case EXEC_STEP_USER:
        return "USER";
    case EXEC_STEP_STDERR:
        return "STDERR";
    case EXEC_STEP_NO_NEW_PRIVILEGES:
        return "NO_NEW_PRIVILEGES";
    case EXEC_STEP_RUNTIME_DIRECTORY:
        return "RUNTIME_DIRECTORY";
    case EXEC_STEP_STATE_DIRECTORY:
        return "STATE_DIRECTORY";
    case EXEC_STEP_CACHE_DIRECTORY:
        return "CACHE_DIRECTORY";
    case EXEC_STEP_LOGS_DIRECTORY:
        return "LOGS_DIRECTORY";
    case EXEC_STEP_CONFIGURATION_DIRECTORY:
        return "CONFIGURATION_DIRECTORY";
    }
    return "?";
}

void execfail(enum exec_step step, int error, const char *format, ...)
{
    uint64_t room[EXECPROTO_REPORT_MAX / 8];
    char text[400];
    struct record_writer w;
    va_list ap;
    size_t n;
    ssize_t size;

    va_start(ap, format);
    n = (size_t)vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    if (error < 0 && n < sizeof(text))
        snprintf(text + n, sizeof(text) - n, ": %s", strerrordesc_np(-error) ?: "unknown error");
    record_begin(&w, room, sizeof(room));
    record_put_u32(&w, EXECPROTO_ERRNO, (uint32_t)-error);
    record_put_text(&w, EXECPROTO_STEP, step_name(step));
    record_put_text(&w, EXECPROTO_TEXT, text);
    size = record_finish(&w);
    /* Nobody listens when a person runs it by hand: then they see it. */
    if (size < 0 || write(EXECPROTO_FD_REPORT, room, (size_t)size) != size)
        fprintf(stderr, "pintle-exec: %s\n", text);
    _exit((int)step);
}

void execfail_memory(void)
{
    execfail(EXEC_STEP_MEMORY, -ENOMEM, "cannot prepare the service");
}
