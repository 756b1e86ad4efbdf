/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * logline - where PID 1's lines go, without ever waiting for whoever reads them.
 *
 * On a machine to /dev/kmsg; in a container without it to standard error, made non-blocking by opening it again, or
 * asked before each line. A line that cannot be written is counted, and the count is told with the next that can.
 */
#pragma once

#include "stage2.h"

/* logline_init - choose and open. Context: start-up, after /dev and /proc are there. */
void logline_init(struct stage2 *s);

/* logline_state, logline_job - one line for ENGINE_ACT_STATE and ENGINE_ACT_JOB_DONE. */
void logline_state(struct stage2 *s, const struct engine_action *a);
void logline_job(struct stage2 *s, const struct engine_action *a);
