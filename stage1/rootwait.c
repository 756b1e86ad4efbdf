/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rootwait.h"

#include "text.h"

/* The kernel parses both with kstrtouint(..., 0, ...); nobody writes them in hex. */
static bool seconds(const char *value, uint64_t *ret_usec)
{
    uint32_t sec;

    if (!value || text_parse_u32(value, 10, &sec) < 0)
        return false;
    *ret_usec = sec * USEC_PER_SEC;
    return true;
}

static uint64_t limit(const struct cmdline *c, char *why, size_t why_size)
{
    uint64_t usec = ROOTWAIT_DEFAULT_SEC * USEC_PER_SEC;

    /* rootwait and rootwait=SEC are one word to the kernel: the last one counts. */
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, "rootwait", w));) {
        if (w->for_init)
            continue;
        if (seconds(w->value, &usec))
            continue;
        usec = USEC_INFINITY;
        if (w->value)
            snprintf(why, why_size, "rootwait=%s is no number of seconds: waiting for ever", w->value);
    }
    return usec;
}

static uint64_t after(uint64_t from, uint64_t usec)
{
    return usec == USEC_INFINITY ? USEC_INFINITY : from + usec;
}

void rootwait_init(struct rootwait *w, const struct cmdline *c, uint64_t now, char *why, size_t why_size)
{
    const char *value = cmdline_get(c, "rootdelay");
    uint64_t delay = 0;

    why[0] = '\0';
    *w = (struct rootwait){0};
    if (value && !seconds(value, &delay))
        snprintf(why, why_size, "rootdelay=%s is no number of seconds: no delay", value);
    w->not_before = now + delay;
    w->deadline = after(w->not_before, limit(c, why, why_size));
}

void rootwait_restart(struct rootwait *w, const struct cmdline *c, uint64_t now, bool forever)
{
    char why[128];

    *w = (struct rootwait){.not_before = now};
    w->deadline = forever ? USEC_INFINITY : after(now, limit(c, why, sizeof(why)));
}

enum rootwait_verdict rootwait_decide(struct rootwait *w, int candidate, uint64_t now, uint64_t *ret_again)
{
    *ret_again = USEC_INFINITY;
    if (candidate < 0)
        w->best_since = 0;
    else if (w->best_since == 0)
        w->best_since = now ? now : 1;
    if (now < w->not_before) {
        *ret_again = w->not_before;
        return ROOTWAIT_WAIT;
    }
    if (candidate >= 0) {
        uint64_t until = MIN(w->best_since + ROOTWAIT_GRACE_USEC, w->deadline);

        w->best = (size_t)candidate;
        if (candidate == 0 || now >= until)
            return ROOTWAIT_TAKE;
        *ret_again = until;
        return ROOTWAIT_WAIT;
    }
    if (now >= w->deadline)
        return ROOTWAIT_TIMEOUT;
    *ret_again = w->deadline;
    return ROOTWAIT_WAIT;
}
