/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-floor - the least that a supervisor can do: start N children with vfork and exec, start again what dies.
 * It reads nothing, writes nothing, knows no order: what any init adds to it is the price of its features.
 * Usage: bench-floor N SERVICE
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pids[65536];

static pid_t start(const char *service, int slot)
{
    char number[16];
    char *argv[] = {(char *)service, number, NULL};
    char *envp[] = {NULL};
    pid_t pid;

    snprintf(number, sizeof(number), "%d", slot);
    pid = vfork();
    if (pid == 0) {
        execve(service, argv, envp);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    int n = argc > 2 ? atoi(argv[1]) : 0;

    if (n <= 0 || n > 65536)
        return 2;
    for (int i = 0; i < n; i++)
        pids[i] = start(argv[2], i);
    for (;;) {
        pid_t pid = wait(NULL);

        for (int i = 0; pid > 0 && i < n; i++)
            if (pids[i] == pid) {
                pids[i] = start(argv[2], i);
                break;
            }
    }
}
