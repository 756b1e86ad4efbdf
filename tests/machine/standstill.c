/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * standstill - PID 1 stands still from now on, as if its loop had stopped: no signal can do that to it, a tracer can.
 * Holds it until it is itself ended, which only a reset does.
 */
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "util.h"

int main(void)
{
    int status;

    if (ptrace(PTRACE_SEIZE, 1, NULL, NULL) < 0 || ptrace(PTRACE_INTERRUPT, 1, NULL, NULL) < 0 ||
        waitpid(1, &status, 0) != 1) {
        perror("standstill");
        return EXIT_FAILURE;
    }
    puts("PID 1 stands still");
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}
