/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * publish - the names under which readers, helpers and a successor find the unit database and the run table.
 *
 * Owns: those names, and the tries that are left when one could not be given (a full or read-only /run). PID 1 works with
 * its mappings meanwhile; when there is room again, what has no name is written anew from them.
 *
 * Invariant: a file that may be mapped is never cut or written over: a new one is made, and renamed.
 */
#pragma once

#include "stage2.h"

/*
 * publish_new_table - a file for a run table with all its pages, under no reader's name yet; in memory where /run has no room
 * Return: its descriptor; -errno.
 */
int publish_new_table(size_t size);

/* publish_forget_table - the file of publish_new_table is not needed. */
void publish_forget_table(void);

/*
 * publish_files - name the database and the table that PID 1 runs on, and keep both over an exec
 * What has its name already is left alone, so a successor calls this again. What fails is tried again every second.
 */
void publish_files(struct stage2 *s, int db_fd, int table_fd);
