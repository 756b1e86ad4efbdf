/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log.h"

#include <fcntl.h>
#include <stdarg.h>

static struct {
    const char *name;
    enum log_level max;
    int fd; /* /dev/kmsg, or -EBADF for stderr */
    log_hook_fn hook;
} state = {.name = "pintle", .max = LOG_LEVEL_INFO, .fd = -EBADF};

void log_open(const char *name, enum log_target target)
{
    state.name = name;
    if (target == LOG_TARGET_KMSG && state.fd < 0)
        state.fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    else if (target == LOG_TARGET_STDERR && state.fd >= 0) {
        close(state.fd);
        state.fd = -EBADF;
    }
}

void log_set_level(enum log_level level)
{
    state.max = level;
}

enum log_level log_get_level(void)
{
    return state.max;
}

void log_set_hook(log_hook_fn hook)
{
    state.hook = hook;
}

int log_line(enum log_level level, int error, const char *format, ...)
{
    char line[1000];
    size_t n = 0, body;
    int saved = errno;
    va_list ap;

    if (level > state.max)
        return error;
    if (state.fd >= 0)
        n = (size_t)snprintf(line, sizeof(line), "<%d>", (int)level);
    n += (size_t)snprintf(line + n, sizeof(line) - n, "%s: ", state.name);
    if (n > sizeof(line) / 2) /* an absurd program name must not push the message out */
        n = 0;
    body = n;
    va_start(ap, format);
    n += (size_t)vsnprintf(line + n, sizeof(line) - n, format, ap);
    va_end(ap);
    if (error < 0 && n < sizeof(line))
        n += (size_t)snprintf(line + n, sizeof(line) - n, ": %s", strerrordesc_np(-error) ?: "unknown error");
    if (n > sizeof(line) - 2)
        n = sizeof(line) - 2;
    if (state.hook) {
        line[n] = '\0';
        state.hook(level, line + body);
    } else {
        line[n++] = '\n';
        /* One write: lines of several processes do not mix. A lost line is all that can happen. */
        if (write(state.fd >= 0 ? state.fd : STDERR_FILENO, line, n) < 0) {
        }
    }
    errno = saved;
    return error;
}
