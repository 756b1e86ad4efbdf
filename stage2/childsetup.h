/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * childsetup - what a child of PID 1 does between clone and exec.
 *
 * The child runs in PID 1's memory (CLONE_VM) while PID 1 is stopped (CLONE_VFORK), so whatever it writes
 * PID 1 sees. It calls async-signal-safe functions alone, allocates nothing, and leaves by exec or _exit.
 */
#pragma once

#include "util.h"

enum child_stdio {
    CHILD_STDIO_INHERIT, /* 0 is /dev/null, 1 and 2 are PID 1's own */
    CHILD_STDIO_KMSG,    /* 1 and 2 are /dev/kmsg, opened afresh: the kernel limits the rate per open file */
    CHILD_STDIO_CONSOLE, /* 0, 1 and 2 are the console, which becomes the controlling terminal */
};

struct childsetup {
    const char *path; /* borrowed, like all here: the child execs before PID 1 goes on */
    char *const *argv;
    char *const *envp;
    enum child_stdio stdio;
    bool unshare_fds; /* the descriptor table is PID 1's: take a copy of the low ones */
    bool give_fds;    /* EXECPROTO_FD_DB and EXECPROTO_FD_REPORT stay open over the exec */
    int join_fd;      /* a cgroup's directory to join, where clone3 could not begin in it; -EBADF: none */
    int error;        /* out: errno of what failed, 0 when the exec worked */
};

/* childsetup_run - the child's whole life before the exec. @arg: a struct childsetup. */
_noreturn_ void childsetup_run(void *arg);
