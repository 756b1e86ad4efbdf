/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reexec - become another binary because somebody asked: `pintlectl daemon-reexec`, after an upgrade or out of safe mode.
 *
 * The other binary is asked first, in a child with a deadline: `pintle --can-carry-on=FD` looks at the state of PID 1 through
 * /proc/1/fd and ends with 0 when it can read all of it. If it does not, nothing happens. Then the exec is the same as
 * after a crash.
 */
#pragma once

#include "helper.h"

/* @result: 0: the exec comes next; -errno: nothing happened. */
typedef void (*reexec_fn)(struct stage2 *s, int result);

/* reexec_begin - ask what lies at the path that PID 1 was started from. Return: 0: @done will be told; -errno. */
int reexec_begin(struct stage2 *s, reexec_fn done);

/* reexec_asked - a helper_fn. */
void reexec_asked(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/*
 * reexec_can - the child's part: whether this binary can carry on from the state whose keep is PID 1's descriptor @fd
 * Context: any process of root. Return: an exit status; what is in the way has been said on stderr.
 */
int reexec_can(const char *fd);
