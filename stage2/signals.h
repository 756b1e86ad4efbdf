/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals - every signal is blocked for good and comes through one signalfd; what each asks for is in one table.
 *
 * As systemd's: SIGINT is ctrl-alt-del; SIGRTMIN+0 to +6 start targets, +13 to +16 go down at once; SIGTERM stops a
 * container. Faults of PID 1 itself (SIGSEGV...) cannot be blocked; their handler is installed by signals_init.
 */
#pragma once

#include "stage2.h"

/* signals_block - block all. Context: first thing in main. */
void signals_block(void);

/* signals_init - watch the signalfd, ignore SIGPIPE, catch ctrl-alt-del. Return: 0; -errno. */
int signals_init(struct stage2 *s);
