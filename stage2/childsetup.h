/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * childsetup - what a child of PID 1 does between clone and exec.
 *
 * The child may run in PID 1's memory (CLONE_VM) while PID 1 goes on: thread pointer and errno are PID 1's too. So it makes
 * raw system calls alone (rawcall.h), writes nothing but its stack and its slot, and leaves by exec or exit. All that it
 * reads is in the slot (spawnslot.h): nothing that PID 1 may unmap or write to meanwhile.
 */
#pragma once

#include "util.h"

#define CHILD_EXIT_EXEC 203 /* systemd's EXIT_EXEC: the program could not be executed */

enum child_stdio {
    CHILD_STDIO_INHERIT, /* 0 is /dev/null, 1 and 2 are PID 1's own */
    CHILD_STDIO_KMSG,    /* 1 and 2 are /dev/kmsg, opened afresh: the kernel limits the rate per open file */
    CHILD_STDIO_CONSOLE, /* 0, 1 and 2 are the console, which becomes the controlling terminal */
};

struct childsetup {
    const char *path; /* borrowed: PID 1 gives the child a copy */
    char *const *argv;
    char *const *envp;
    enum child_stdio stdio;
    bool report;         /* EXECPROTO_FD_REPORT is a pipe of the child's own, which the exec closes */
    bool give_fds;       /* EXECPROTO_FD_DB and EXECPROTO_FD_REPORT stay open over the exec */
    bool shares_fds;     /* the descriptor table is PID 1's: take a copy of the low ones */
    bool resets_signals; /* the clone could not do it (CLONE_CLEAR_SIGHAND, from 5.5) */
    int join_fd;         /* a cgroup's directory to join, where clone3 could not begin in it; -EBADF: none */
};

/*
 * childsetup_exec - the child's whole life before the exec
 * SIGPIPE stays ignored, as systemd has it for services (IgnoreSIGPIPE=yes; pintle-exec undoes it).
 * Context: between clone and exec. Return: only when the exec failed: its errno, positive.
 */
int childsetup_exec(const struct childsetup *c);
