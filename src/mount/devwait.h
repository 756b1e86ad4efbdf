/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devwait - wait until block devices may have come: on the kernel's own events, not by looking again and again.
 */
#pragma once

#include "util.h"

/* devwait_open - listen. Open it before the first look, so that what comes in between is heard. Return: fd; -errno. */
int devwait_open(void);

/*
 * devwait_wait - until something about a device has happened, or the deadline
 * @deadline: CLOCK_MONOTONIC in microseconds, USEC_INFINITY: none.   Return: 0: look again; -errno.
 */
int devwait_wait(int fd, uint64_t deadline);
