/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * describe - words for what the run table says: how a process ended, when, and what a job waits for.
 */
#pragma once

#include "ctl.h"

/* describe_exit - "exited with status 3", "killed by SIGSEGV, core dumped", "" before the first end. Return: @buf. */
char *describe_exit(const struct run_unit *u, char *buf, size_t size);

/* describe_time - a CLOCK_MONOTONIC stamp as "Sun 2026-11-22 03:09:20 UTC; 2min 3s ago"; "" for 0. Return: @buf. */
char *describe_time(const struct ctl *ctl, uint64_t usec, char *buf, size_t size);

/* describe_since - the stamp of when a unit came into the state it is in. */
uint64_t describe_since(const struct run_unit *u) _pure_;

/* describe_failure - why a unit failed, in one line: the reason that PID 1 left, or the result and the exit. Return: @buf. */
char *describe_failure(const struct run_unit *u, const struct run_text *text, char *buf, size_t size);

/* describe_blockers - "a.service (start), b.service (stop) and 3 more"; "" for none. */
void describe_blockers(const struct view *v, uint32_t unit, char *buf, size_t size);

enum term_colour describe_colour(enum run_active active) _const_;
