/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * safemode - PID 1 crashed again and again, so what made it crash is left alone: the engine and everything that leads to it.
 *
 * The services go on, unsupervised. Orphans and helpers are reaped; a service's own process that ends stays a zombie, so
 * that its status is known when safe mode is left. Notify messages wait in their sockets. The control socket answers and
 * refuses; the console has a shell. `pintlectl daemon-reexec`, or leaving that shell, ends it.
 */
#pragma once

#include "stage2.h"

/* safemode_begin - Context: after an exec, the database and the table are mapped. */
void safemode_begin(struct stage2 *s);

/* safemode_reap - in place of reap_children. */
void safemode_reap(struct stage2 *s);

/* safemode_leave - try again with everything, by an exec of the same program. */
_noreturn_ void safemode_leave(struct stage2 *s);
