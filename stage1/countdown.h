/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * countdown - the seconds until the recovery page reboots the machine, and when they are said. Pure: the clock is given.
 *
 * With panic=N the machine reboots N seconds after the page (panic=0: never, panic=-1: at once) unless a key is pressed.
 * Without panic= it waits for ever for somebody to come, but where there is no console at all nobody can: then it reboots
 * after COUNTDOWN_LONELY_SEC. What is left is said at the beginning and at 60, 30, 10 and 5 seconds.
 */
#pragma once

#include "util.h"

#define COUNTDOWN_LONELY_SEC 60

struct countdown {
    uint64_t reboot_at;     /* USEC_INFINITY: there is none */
    uint64_t announced_sec; /* last said */
};

/*
 * countdown_seconds - what panic= and the consoles ask for
 * @panic: the word's value; NULL: there is none.
 * Return: seconds until the reboot; -1: none.
 */
int64_t countdown_seconds(const char *panic, bool has_console) _pure_;

/* countdown_start - @sec from now, which the caller says; negative: none. */
void countdown_start(struct countdown *c, int64_t sec, uint64_t now);
void countdown_stop(struct countdown *c);
bool countdown_is_on(const struct countdown *c) _pure_;

/* countdown_left - Return: seconds, rounded up; 0 once it is over; -1: there is none. */
int64_t countdown_left(const struct countdown *c, uint64_t now) _pure_;

/* countdown_next - when it is said again, or over. Return: USEC_INFINITY: never. */
uint64_t countdown_next(const struct countdown *c) _pure_;

/* countdown_say - is it time to say it? What is left counts as said then. Return: the seconds to be said; 0: not now. */
uint64_t countdown_say(struct countdown *c, uint64_t now);
