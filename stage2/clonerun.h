/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clonerun - the clone itself: clone3 where the kernel has it, clone before.
 *
 * A child shares PID 1's memory, on a stack of its own and without stopping PID 1; or it gets a copy of the memory, as by
 * fork. In both cases the kernel has stored its pid before it runs, it begins in its cgroup, and without PID 1's signal
 * handlers.
 */
#pragma once

#include <sys/types.h>

#include "childsetup.h"

struct clonerun {
    int (*fn)(void *arg); /* never returns */
    void *arg;
    struct childsetup *setup; /* what the kernel could not do itself is left to the child, and noted there */
    void *stack;              /* shared memory: the lowest byte of the stack */
    size_t stack_size;
    uint32_t *busy;           /* shared memory: the kernel clears it when the child has left it; NULL: a copy */
    int cgroup_fd;            /* the directory of a v2 cgroup to begin in; -EBADF: PID 1's own */
};

/*
 * clonerun_start - make the child
 * @pid_at: where the kernel stores the pid before the child runs.
 * Context: main loop; no allocation; not on behalf of a child. Return: the pid; -errno.
 */
pid_t clonerun_start(const struct clonerun *how, pid_t *pid_at);
