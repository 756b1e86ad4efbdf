/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash-floor - the least that a PID 1 can do when it crashes: its handler executes the same program again, which maps the
 * same files, sets its handler and counts, where PID 1's loop counts (runtab_header.events).
 * Usage: crash-floor DATABASE TABLE
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtab.h"

static char **words;
static uint8_t stack[64 * 1024];

static void on_fault(int signo)
{
    (void)signo;
    execve("/proc/self/exe", words, environ);
    _exit(1);
}

static void *map(const char *path, int open_flags, int protection)
{
    int fd = open(path, open_flags | O_CLOEXEC);
    struct stat st;
    void *at = MAP_FAILED;

    if (fd >= 0 && fstat(fd, &st) == 0)
        at = mmap(NULL, (size_t)st.st_size, protection, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        _exit(2);
    close(fd);
    return at;
}

int main(int argc, char *argv[])
{
    struct sigaction sa = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK | SA_NODEFER};
    stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct runtab_header *h;

    if (argc != 3)
        return 2;
    words = argv;
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    (void)map(argv[1], O_RDONLY, PROT_READ);
    h = map(argv[2], O_RDWR, PROT_READ | PROT_WRITE);
    __atomic_fetch_add(&h->events, 1, __ATOMIC_RELEASE);
    for (;;)
        pause();
}
