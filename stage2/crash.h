/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash - a fault in PID 1 ends in an exec of PID 1 itself, which carries on (carry.h).
 *
 * Owns the handlers of the signals that mean a broken program, on a stack of their own (an overflow of the stack is one of
 * those faults), and what the exec needs, copied at start into memory that is then read-only. The handler does nothing
 * but note why (keep.h) and exec: the very program that runs, by a descriptor, because the file may have been replaced by
 * one that does not know this run table; only if that fails, what lies at its path.
 *
 * A child that shares PID 1's memory until its exec has no handlers (childsetup.h), and one that was forked is not PID 1:
 * for both the signal means what it means to any process.
 */
#pragma once

#include <signal.h>

#include "keep.h"

/* crash_signals - the faults: never blocked, never taken by the signalfd. Adds them to an emptied @set. */
void crash_signals(sigset_t *set);

/*
 * crash_init - from here on a fault is survived
 * @argv: of main; the successor gets the same with --carry-on=@keep_fd.  @keep_fd: -errno: there is none, and the successor
 * begins anew.
 * Context: the first thing in main after the keep.
 */
void crash_init(int argc, char *argv[], int keep_fd);

/* crash_find_program - /proc is there: hold the running program itself. */
void crash_find_program(void);

/* crash_program - where the program was found at start, for a re-exec into what lies there now. */
const char *crash_program(void) _pure_;

/* crash_exec - become the successor. @path: another program to try first; NULL: none. Context: anywhere, a handler too. */
_noreturn_ void crash_exec(enum keep_why why, const char *path);

/* crash_child - in a forked child: the faults are its own. */
void crash_child(void);
