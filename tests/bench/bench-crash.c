/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-crash - how long a PID 1 is away when it is struck with SIGSEGV
 *
 * Usage: bench-crash PID TABLE ROUNDS
 *
 * Strikes PID at rest, ROUNDS times, and spins until it has counted in TABLE (runtab_header.events: a round of the loop that
 * changed something). Prints one line of "name=value" pairs: p50_us, p99_us, unit_bytes, text_bytes. Exit 3 when it never counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "runtab.h"

#define ROUNDS_MAX 10000
#define PAUSE_NSEC 10000000 /* at rest again */
#define LOST_NSEC  5000000000u

static uint64_t samples[ROUNDS_MAX];

static uint64_t now_nsec(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static uint64_t strike(pid_t pid, const struct runtab_header *h)
{
    uint32_t seen = __atomic_load_n(&h->events, __ATOMIC_ACQUIRE);
    uint64_t begin = now_nsec(), now;

    if (kill(pid, SIGSEGV) < 0)
        return 0;
    do {
        now = now_nsec();
        if (now - begin > LOST_NSEC)
            return 0;
    } while (__atomic_load_n(&h->events, __ATOMIC_ACQUIRE) == seen);
    return now - begin;
}

int main(int argc, char *argv[])
{
    const struct runtab_header *h;
    pid_t pid;
    int rounds, fd;

    if (argc != 4) {
        fprintf(stderr, "usage: bench-crash PID TABLE ROUNDS\n");
        return 2;
    }
    pid = atoi(argv[1]);
    rounds = atoi(argv[3]);
    fd = open(argv[2], O_RDONLY | O_CLOEXEC);
    h = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*h), PROT_READ, MAP_SHARED, fd, 0);
    if (h == MAP_FAILED || pid <= 1 || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "bench-crash: cannot use pid %d, table '%s', %d rounds: %s\n", pid, argv[2], rounds, strerror(errno));
        return 2;
    }
    for (int i = 0; i < rounds; i++) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NSEC}, NULL);
        samples[i] = strike(pid, h);
        if (samples[i] == 0) {
            fprintf(stderr, "bench-crash: process %d did not come back from strike %d\n", pid, i + 1);
            return 3;
        }
    }
    qsort(samples, (size_t)rounds, sizeof(samples[0]), compare);
    printf("p50_us=%.0f p99_us=%.0f unit_bytes=%zu text_bytes=%zu\n", (double)samples[rounds / 2] / 1e3,
           (double)samples[rounds * 99 / 100] / 1e3, sizeof(struct run_unit), sizeof(struct run_text));
    return 0;
}
