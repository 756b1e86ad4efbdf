/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "countdown.h"

#include "text.h"

int64_t countdown_seconds(const char *panic, bool has_console)
{
    uint32_t sec;

    if (panic && *panic == '-')
        return 0; /* the kernel reboots at once for any negative number */
    if (panic && text_parse_u32(panic, 10, &sec) == 0)
        return sec > 0 ? (int64_t)sec : -1;
    return has_console ? -1 : COUNTDOWN_LONELY_SEC;
}

void countdown_start(struct countdown *c, int64_t sec, uint64_t now)
{
    if (sec < 0) {
        countdown_stop(c);
        return;
    }
    *c = (struct countdown){.reboot_at = now + (uint64_t)sec * USEC_PER_SEC, .announced_sec = (uint64_t)sec};
}

void countdown_stop(struct countdown *c)
{
    c->reboot_at = USEC_INFINITY;
}

bool countdown_is_on(const struct countdown *c)
{
    return c->reboot_at != USEC_INFINITY;
}

int64_t countdown_left(const struct countdown *c, uint64_t now)
{
    if (!countdown_is_on(c))
        return -1;
    return c->reboot_at > now ? (int64_t)((c->reboot_at - now + USEC_PER_SEC - 1) / USEC_PER_SEC) : 0;
}

uint64_t countdown_next(const struct countdown *c)
{
    static const uint64_t steps[] = {60, 30, 10, 5};

    for (size_t i = 0; countdown_is_on(c) && i < ARRAY_SIZE(steps); i++)
        if (steps[i] < c->announced_sec)
            return c->reboot_at - steps[i] * USEC_PER_SEC;
    return c->reboot_at;
}

uint64_t countdown_say(struct countdown *c, uint64_t now)
{
    if (!countdown_is_on(c) || now < countdown_next(c))
        return 0;
    c->announced_sec = (uint64_t)countdown_left(c, now);
    return c->announced_sec;
}
