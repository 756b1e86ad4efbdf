/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spawnenv - the argv and environment of a unit's command, in memory that is used again for every spawn.
 *
 * The strings are the database's own, but for the few that change: NOTIFY_SOCKET, MAINPID, INVOCATION_ID,
 * WATCHDOG_USEC, and for ExecStop and ExecStopPost how the service ended.
 */
#pragma once

#include "stage2.h"

/*
 * spawnenv_prepare - allocate room for the longest argv and environment of a database, and of those before it: a
 * reload that is refused later leaves the old one in use
 * Context: start-up and reload. Return: 0; -ENOMEM (the earlier room stays).
 */
int spawnenv_prepare(const struct udb *db);

/* spawnenv_of, spawnenv_argv - valid until the next call of the same. */
char *const *spawnenv_of(struct stage2 *s, uint32_t unit, enum udb_exec kind);
char *const *spawnenv_argv(struct stage2 *s, const struct udb_command *cmd);
