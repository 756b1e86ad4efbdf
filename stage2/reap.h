/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reap - the one place that waits for processes: services, helpers, and the orphans of everybody.
 */
#pragma once

#include "stage2.h"

/*
 * reap_child - reap the one that a signal named, and have reap_children called in the next round
 * The kernel finds it at once, while to look for any it goes through all children: a restart does not wait for that.
 */
void reap_child(struct stage2 *s, pid_t pid);

/*
 * reap_children - reap what has ended, up to a bound
 * What a process said before its end (notify, report pipe) is told to the engine before its end is.
 */
void reap_children(struct stage2 *s);
