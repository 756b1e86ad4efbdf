/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fail.h"

#include <stdarg.h>
#include <sys/reboot.h>

#include "countdown.h"
#include "log.h"
#include "recovery.h"
#include "stage1.h"

#define DEFINE_SETTER(field)                                                                                 \
    void fail_##field(struct fail *f, const char *format, ...)                                               \
    {                                                                                                        \
        va_list ap;                                                                                          \
                                                                                                             \
        va_start(ap, format);                                                                                \
        vsnprintf(f->field, sizeof(f->field), format, ap);                                                   \
        va_end(ap);                                                                                          \
    }

DEFINE_SETTER(wanted)
DEFINE_SETTER(found)
DEFINE_SETTER(todo)

int fail_with(struct stage1 *s, const struct fail *why)
{
    s->failed = *why;
    s->state = BOOT_FAILED;
    recovery_fail(s); /* first: it keeps the line below off the consoles that get the page */
    log_error(why->error, "wanted: %s; found: %s; to do: %s", why->wanted, why->found, why->todo);
    return why->error ?: -EPROTO;
}

static _noreturn_ void reboot_now(void)
{
    sync();
    reboot(RB_AUTOBOOT);
    for (;;)
        pause();
}

void fail_reboot(struct stage1 *s, const char *why)
{
    log_error(0, "%s; rebooting", why);
    reboot_now();
}

void fail_last(struct stage1 *s, int error, const char *what)
{
    int64_t sec = countdown_seconds(cmdline_get(&s->cmdline, "panic"), false);

    if (sec < 0) { /* panic=0 asks the kernel, too, to stay as it is */
        log_error(error, "%s; panic=0 was given: waiting for a reset", what);
        for (;;)
            pause();
    }
    log_error(error, "%s; rebooting in %lld seconds", what, (long long)sec);
    for (unsigned left = (unsigned)sec; left > 0;)
        left = sleep(left); /* nothing else is left to be done: no loop, no children, no page */
    reboot_now();
}
