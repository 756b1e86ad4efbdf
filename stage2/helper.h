/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helper - PID 1's own children: what it must not do itself because it can block, parse or crash.
 *
 * Owns a small fixed table of them, each with a name, a deadline and a function that is told the end. A
 * helper that is late is killed and reported like one that died. Not for services: those are spawn.h's.
 */
#pragma once

#include <signal.h>

#include "stage2.h"

#define HELPER_MAX 32

/* @info: how it ended, as waitid tells.  @timed_out: it was killed for being late. */
typedef void (*helper_fn)(struct stage2 *s, const siginfo_t *info, bool timed_out, void *data);

struct helper_spec {
    const char *name;        /* for messages, static */
    const char *program;     /* in the libexec directory; NULL: argv[0] is the path */
    const char *const *argv; /* NULL-terminated, borrowed for the call */
    void (*run)(void *data); /* instead of a program: run in a fork of PID 1, which then exits 0 */
    uint64_t timeout_usec;   /* USEC_INFINITY: none */
    bool give_db;            /* EXECPROTO_FD_DB stays open over the exec */
    bool console;            /* with the console as its terminal */
    helper_fn done;          /* may be NULL */
    void *data;
};

/* helper_start - Return: 0; -ENOSPC when too many run; -errno. @ret_pid may be NULL. */
int helper_start(struct stage2 *s, const struct helper_spec *spec, pid_t *ret_pid);

/* helper_reaped - Return: true when the process was a helper; its function has been called. */
bool helper_reaped(struct stage2 *s, const siginfo_t *info);

/* helper_is_running - whether any helper other than @except (0: none) still runs. */
bool helper_is_running(pid_t pid);
