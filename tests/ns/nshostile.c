/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nshostile - the bad neighbour of the namespace tests, and what measures how PID 1 bears it.
 *
 *   stamp FILE            a service: append its pid and the time of its start, then pause
 *   restarts FILE N       kill the service of FILE N times; print how many microseconds each took to be there again
 *   notify-flood [TEXT]   send TEXT (or junk) to NOTIFY_SOCKET, without it to every notify socket, for ever
 *   control N MODE        keep N connections to the control socket: "silent"; "byte" sends a byte now and then;
 *                         "junk" sends what is no request; "vanish" asks and leaves before the answer. Prints a line when
 *                         a thousand were made, and goes on for ever: what PID 1 closes is opened again
 *   waiters N             N threads that sleep on the run table's futex, as pintlectl wait does. Prints a line when they do
 *   stopped-reader        map the run table, begin to copy it and stop (SIGSTOP) in the middle
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "control.h"
#include "paths.h"
#include "runtab.h"

struct stamp {
    int64_t pid;
    uint64_t usec;
};

static uint64_t now_usec(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static _Noreturn void pause_for_ever(void)
{
    for (;;)
        pause();
}

static void say(const char *line)
{
    puts(line);
    fflush(stdout);
}

/* --- the time of a restart ------------------------------------------------------------------------------------ */

static _Noreturn void run_stamp(const char *path)
{
    struct stamp s = {.pid = getpid(), .usec = now_usec()};
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, &s, sizeof(s)) != sizeof(s))
        fail(path);
    pause_for_ever();
}

/* Wait for the stamp behind the @n-th. */
static struct stamp next_stamp(int fd, size_t n)
{
    uint64_t until = now_usec() + UINT64_C(30000000);
    struct stamp s;

    while (pread(fd, &s, sizeof(s), (off_t)(n * sizeof(s))) != sizeof(s)) {
        if (now_usec() > until) {
            say("never");
            exit(EXIT_FAILURE);
        }
        usleep(100);
    }
    return s;
}

static void measure_restarts(const char *path, int count)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t n;

    if (fd < 0 || fstat(fd, &st) < 0)
        fail(path);
    n = (size_t)st.st_size / sizeof(struct stamp);
    for (struct stamp s = next_stamp(fd, n - 1); count > 0; count--, n++) {
        uint64_t before = now_usec();

        if (kill((pid_t)s.pid, SIGKILL) < 0)
            fail("kill");
        s = next_stamp(fd, n);
        printf("%llu\n", (unsigned long long)(s.usec - before));
    }
    exit(EXIT_SUCCESS);
}

/* --- floods --------------------------------------------------------------------------------------------------- */

static int dgram_to(const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static _Noreturn void flood_notify(const char *text)
{
    const char *own = getenv("NOTIFY_SOCKET");
    int fds[64], n = 0;

    if (own) {
        fds[n++] = dgram_to(own);
    } else {
        DIR *dir = opendir(PATH_NOTIFY_DIR);
        const struct dirent *e;

        while (dir && (e = readdir(dir)) && n < 64) {
            char path[sizeof(PATH_NOTIFY_DIR) + 300];

            snprintf(path, sizeof(path), PATH_NOTIFY_DIR "/%s", e->d_name);
            if (e->d_name[0] != '.' && (fds[n] = dgram_to(path)) >= 0)
                n++;
        }
    }
    if (n == 0 || fds[0] < 0)
        fail("no notify socket");
    say("floods");
    for (unsigned long i = 0;; i++) {
        char line[600];
        int size = snprintf(line, sizeof(line), "%s %lu\n", text, i);

        (void)send(fds[i % (unsigned)n], line, (size_t)size, MSG_NOSIGNAL);
    }
}

enum mode { MODE_SILENT, MODE_BYTE, MODE_JUNK, MODE_VANISH };

static int connect_control(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = PATH_CONTROL};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0)
        fail("socket");
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        if (errno == EACCES) {
            say("refused");
            exit(EXIT_FAILURE);
        }
        close(fd);
        return -1;
    }
    return fd;
}

static void ping(int fd)
{
    uint64_t room[CONTROL_MAX / 8];
    struct record_writer w;
    ssize_t n;

    record_begin(&w, room, sizeof(room));
    record_put_u32(&w, CONTROL_OP, CONTROL_OP_PING);
    n = record_finish(&w);
    if (n > 0)
        (void)send(fd, room, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool is_closed(int fd)
{
    char buf[64];

    return fd < 0 || recv(fd, buf, sizeof(buf), MSG_DONTWAIT) == 0;
}

static void speak(int fd, enum mode mode)
{
    static const char junk[300] = "\xff\xff\xff\xff GET / HTTP/1.1";

    if (mode == MODE_JUNK)
        (void)send(fd, junk, sizeof(junk), MSG_NOSIGNAL | MSG_DONTWAIT);
    else if (mode == MODE_BYTE)
        (void)send(fd, junk, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    else if (mode == MODE_VANISH)
        ping(fd);
}

static _Noreturn void flood_control(int count, enum mode mode)
{
    struct rlimit l = {.rlim_cur = (rlim_t)count + 100, .rlim_max = (rlim_t)count + 100};
    int *fds = malloc((size_t)count * sizeof(*fds));

    if (!fds || setrlimit(RLIMIT_NOFILE, &l) < 0)
        fail("limit of open files");
    for (int i = 0; i < count; i++)
        fds[i] = -1;
    for (unsigned long turn = 0;; turn++) {
        for (int i = 0; i < count; i++) {
            if (fds[i] >= 0 && (mode == MODE_VANISH || is_closed(fds[i]))) {
                close(fds[i]);
                fds[i] = -1;
            }
            if (fds[i] < 0)
                fds[i] = connect_control();
            if (fds[i] >= 0)
                speak(fds[i], mode);
            if (turn == 0 && i == (count < 1000 ? count : 1000) - 1)
                say("floods");
        }
    }
}

/* --- readers -------------------------------------------------------------------------------------------------- */

static const struct runtab_header *map_table(size_t *ret_size)
{
    int fd = open(PATH_RUN_TABLE, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at;

    if (fd < 0 || fstat(fd, &st) < 0)
        fail(PATH_RUN_TABLE);
    at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        fail("mmap");
    *ret_size = (size_t)st.st_size;
    return at;
}

static void *wait_thread(void *arg)
{
    const struct runtab_header *h = arg;

    for (;;) {
        uint32_t seen = __atomic_load_n(&h->events, __ATOMIC_ACQUIRE);

        syscall(SYS_futex, &h->events, FUTEX_WAIT, seen, NULL, NULL, 0);
    }
    return NULL;
}

static _Noreturn void run_waiters(int count)
{
    size_t size;
    const struct runtab_header *h = map_table(&size);
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 16384);
    for (int i = 0; i < count; i++) {
        pthread_t t;
        int e = pthread_create(&t, &attr, wait_thread, (void *)(uintptr_t)h);

        if (e != 0) {
            errno = e;
            fail("pthread_create");
        }
    }
    say("waits");
    pause_for_ever();
}

static void run_stopped_reader(void)
{
    size_t size;
    const uint8_t *at = (const uint8_t *)map_table(&size);
    uint8_t *copy = malloc(size);

    if (!copy)
        fail("malloc");
    memcpy(copy, at, size / 2 + 7);
    say("stops");
    raise(SIGSTOP);
    memcpy(copy, at, size);
    exit(EXIT_SUCCESS);
}

static enum mode mode_of(const char *word)
{
    static const char *const words[] = {"silent", "byte", "junk", "vanish"};

    for (size_t i = 0; i < 4; i++)
        if (strcmp(words[i], word) == 0)
            return (enum mode)i;
    errno = EINVAL;
    fail(word);
}

int main(int argc, char *argv[])
{
    const char *verb = argc > 1 ? argv[1] : "";

    if (strcmp(verb, "stamp") == 0 && argc == 3)
        run_stamp(argv[2]);
    if (strcmp(verb, "restarts") == 0 && argc == 4)
        measure_restarts(argv[2], atoi(argv[3]));
    /* nsenter is between the test and this: the flood ends with it. A service's parent is PID 1. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (strcmp(verb, "notify-flood") == 0 && argc <= 3)
        flood_notify(argc == 3 ? argv[2] : "\x01junk");
    if (strcmp(verb, "control") == 0 && argc == 4)
        flood_control(atoi(argv[2]), mode_of(argv[3]));
    if (strcmp(verb, "waiters") == 0 && argc == 3)
        run_waiters(atoi(argv[2]));
    if (strcmp(verb, "stopped-reader") == 0 && argc == 2)
        run_stopped_reader();
    fprintf(stderr, "nshostile: see the head of nshostile.c\n");
    return EXIT_FAILURE;
}
