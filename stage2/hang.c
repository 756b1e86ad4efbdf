/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hang.h"

#include <time.h>

/* Shared with the handler, which runs between any two instructions. */
static volatile struct {
    uint32_t round, seen;
    bool resting, set;
} watch = {.resting = true};

static timer_t timer;
static bool have_timer;

static void set_timer(void)
{
    const struct itimerspec once = {.it_value = {.tv_sec = HANG_USEC / USEC_PER_SEC,
                                                 .tv_nsec = HANG_USEC % USEC_PER_SEC * 1000}};

    watch.seen = watch.round;
    watch.set = timer_settime(timer, 0, &once, NULL) == 0;
}

int hang_init(void)
{
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = HANG_SIGNAL};

    if (timer_create(CLOCK_MONOTONIC, &ev, &timer) < 0)
        return -errno;
    have_timer = true;
    return 0;
}

void hang_wake(void)
{
    watch.round++; /* before it counts as working: the handler in between must not see an old round at work */
    watch.resting = false;
    if (have_timer && !watch.set)
        set_timer();
}

void hang_rest(void)
{
    watch.resting = true;
}

bool hang_is_over(const siginfo_t *info)
{
    if (info->si_code != SI_TIMER) /* somebody sent it */
        return false;
    if (watch.resting) {
        watch.set = false; /* set again by hang_wake */
        return false;
    }
    if (watch.round == watch.seen)
        return true;
    set_timer();
    return false;
}
