/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helper - PID 1's own children: what it must not do itself because it can block, parse or crash.
 *
 * Owns a small fixed table of them, each with a kind, a deadline and a function that is told the end. A
 * helper that is late is killed and reported like one that died. Not for services: those are spawn.h's.
 * The table is in the keep: helpers go on while PID 1 execs itself, and their end is taken by the successor.
 */
#pragma once

#include <signal.h>

#include "stage2.h"

/*
 * What a helper is for. PID 1 may be another process image when it ends, so what is done then is known by this and not by
 * a function's address: kinds[] in helper.c. Numbers are kept over an upgrade: new ones go to the end.
 */
enum helper_kind {
    HELPER_NONE,
    HELPER_COMPILE_BOOT,
    HELPER_COMPILE_NEXT,
    HELPER_CLEANUP,
    HELPER_RELEASE,
    HELPER_UMOUNT,
    HELPER_SHELL,
    HELPER_ASK_SUCCESSOR,
    HELPER_KIND_COUNT
};

/*
 * @info: how it ended, as waitid tells; in si_errno why its program could not be executed (logged), 0 when it could; NULL
 * when it ended while PID 1 could not see it.  @timed_out: it was killed for being late.  @unit: of the spec. May be called
 * twice for one helper, when PID 1 crashes in it.
 */
typedef void (*helper_fn)(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);

/* helper_succeeded - whether it ended by itself, with status 0. */
static inline bool helper_succeeded(const siginfo_t *info, bool timed_out)
{
    return info && !timed_out && info->si_code == CLD_EXITED && info->si_status == 0;
}

struct helper_spec {
    enum helper_kind kind;
    uint32_t unit;           /* handed to the kind's function */
    const char *program;     /* in the libexec directory; NULL: argv[0] is the path */
    const char *const *argv; /* NULL-terminated, borrowed for the call */
    void (*run)(void);       /* instead of a program: run in a fork of PID 1, which then exits 0 */
    uint64_t timeout_usec;   /* USEC_INFINITY: none */
    bool give_db;            /* EXECPROTO_FD_DB stays open over the exec */
    bool console;            /* with the console as its terminal */
};

/* helper_start - Return: 0; -ENOSPC when too many run; -errno. */
int helper_start(struct stage2 *s, const struct helper_spec *spec);

/*
 * helper_adopt - after an exec: set the deadlines of helpers that a predecessor started, drop entries that make no sense
 * Whose process is gone without a word is told so. Context: the loop, the units and what each kind works on are there.
 */
void helper_adopt(struct stage2 *s);

/* helper_forget - nobody is to be told the end of helpers of that kind. */
void helper_forget(enum helper_kind kind);

/* helper_runs - whether a helper of that kind is under way. */
bool helper_runs(enum helper_kind kind);

/* helper_reaped - Return: true when the process was a helper; its function has been called. */
bool helper_reaped(struct stage2 *s, const siginfo_t *info);

