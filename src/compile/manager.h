/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manager - what systemd-system.conf(5) calls the manager's settings, as far as pintle knows them: the hardware watchdog.
 *
 * PID 1 parses no text, so they go into the unit database like everything else. Read are the first system.conf of
 * /etc, /run, /usr/local/lib and /usr/lib (each with /systemd behind it), then the *.conf of their system.conf.d by name,
 * where a name in an earlier directory hides the same one in a later; and at last the kernel's command line.
 */
#pragma once

#include "bootenv.h"

/*
 * manager_read - take them into the database that is made
 * @env: whose command line counts too (pintle.watchdog=, systemd.watchdog_sec=, systemd.watchdog_device=); NULL: none does.
 * Bad lines are notes. Lack of memory is the compiler's, as everywhere.
 */
void manager_read(struct compiler *c, const struct bootenv *env);
