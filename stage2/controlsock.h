/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * controlsock - PID 1's end of the control socket (control.h): a bounded number of clients, none of which can
 * make it wait. Each is heard once, answered once, and closed.
 */
#pragma once

#include "stage2.h"

/* controlsock_init - listen at PATH_CONTROL, on a predecessor's socket if there is one. A failure is logged: PID 1 goes on without. */
void controlsock_init(struct stage2 *s);

/* controlsock_close - stop listening: the machine goes down. */
void controlsock_close(struct stage2 *s);
