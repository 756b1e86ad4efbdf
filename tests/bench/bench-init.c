/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-init - run a PID 1 in fresh namespaces and time what it does
 *
 * Usage: bench-init [--tmpfs DIR] [--bind SRC:DST] [--cgroup DIR] --goal N --restarts K -- INIT ARGS...
 *   --cgroup  DIR, of a cgroup v2, becomes the root of the hierarchy on /sys/fs/cgroup
 *
 * Makes pid, mount, net, ipc, uts and cgroup namespaces with a tmpfs on /run (where the report lies), stamps the
 * clock, execs INIT as PID 1, waits until N services have reported; then kills service 0 K times and waits for its
 * restart each time. Prints one line of "name=value" pairs: all_ms, restart_p10_us, restart_p50_us, restart_p90_us, cpu_ms
 * (PID 1),
 * children_cpu_ms (reaped ones), pss_kb (PID 1, at rest: after the restarts and two seconds). Exit 3 when the goal was not reached in 60 s.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

struct shared {
    uint64_t t0;           /* just before the exec of INIT */
    int ready;
    uint64_t samples[4096]; /* restarts, nanoseconds */
    int n_samples;
};

static struct shared *shared;
static pid_t main_pid;
static char report_file[] = "/dev/shm/pintle-bench.XXXXXX"; /* a memfd cannot be bound to a path */
static struct report *report;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench-init: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void forget_report(void)
{
    if (getpid() == main_pid)
        unlink(report_file);
}

static uint64_t now_nsec(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void wait_change(uint32_t *word, uint32_t seen, uint64_t until)
{
    uint64_t now = now_nsec(), left = until > now ? until - now : 0;
    struct timespec ts = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};

    syscall(SYS_futex, word, FUTEX_WAIT, seen, &ts, NULL, 0);
}

static bool wait_at_least(uint32_t *word, uint32_t wanted, uint64_t until)
{
    for (;;) {
        uint32_t seen = __atomic_load_n(word, __ATOMIC_SEQ_CST);

        if (seen >= wanted)
            return true;
        if (now_nsec() >= until)
            return false;
        wait_change(word, seen, until);
    }
}

static void bind_one(char *pair)
{
    char *colon = strchr(pair, ':');

    if (!colon)
        die("--bind wants SRC:DST");
    *colon = '\0';
    if (mount(pair, colon + 1, NULL, MS_BIND | MS_REC, NULL) < 0)
        die(colon + 1);
}

/* Inside the new namespaces: the world as INIT is to find it. */
static void run_init(char **options, char **command)
{
    int fd;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        die("private /");
    if (mount("tmpfs", "/run", "tmpfs", 0, "mode=0755") < 0)
        die("/run");
    fd = open(REPORT_PATH, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (fd < 0 || mount(report_file, REPORT_PATH, NULL, MS_BIND, NULL) < 0)
        die(REPORT_PATH);
    if (mount("proc", "/proc", "proc", 0, NULL) < 0)
        die("/proc");
    for (; *options && strcmp(*options, "--") != 0; options++) {
        if (strcmp(*options, "--bind") == 0)
            bind_one(*++options);
        else if (strcmp(*options, "--tmpfs") == 0) {
            if (mount("tmpfs", *++options, "tmpfs", 0, NULL) < 0)
                die(*options);
        } else if (strcmp(*options, "--cgroup") == 0) {
            options++;
            (void)umount2("/sys/fs/cgroup", MNT_DETACH);
            if (mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) < 0)
                die("/sys/fs/cgroup");
        }
    }
    setsid();
    dup2(STDERR_FILENO, STDOUT_FILENO); /* a file, which costs INIT no more than it must */
    close(fd);
    setenv("container", "bench", 1);
    shared->t0 = now_nsec();
    execv(command[0], command);
    die(command[0]);
}

/* Before the namespace is made: what it is in is the namespace's root. */
static void join_cgroup(const char *dir)
{
    char path[4096];
    int fd;

    snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        die(path);
    close(fd);
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* In the pid namespace of INIT, where the slots' pids mean something. */
static void kill_and_wait(int rounds)
{
    for (int i = 0; i < rounds && i < 4096; i++) {
        struct report_slot *s = &report->slots[0];
        uint32_t starts = __atomic_load_n(&s->starts, __ATOMIC_SEQ_CST);
        uint64_t begin;

        /* A service that lived: one that dies at once is another thing, which an init may well slow down. */
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        begin = now_nsec();

        kill(s->pid, SIGKILL);
        if (!wait_at_least(&s->starts, starts + 1, begin + 5000000000u))
            break;
        shared->samples[shared->n_samples++] = s->nsec - begin;
    }
}

static double cpu_ms(pid_t pid, double *ret_children)
{
    char path[64], line[1024];
    unsigned long u = 0, s = 0;
    long cu = 0, cs = 0;
    FILE *f;
    char *p;

    snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
    f = fopen(path, "re");
    if (f && fscanf(f, "%lu", &u) == 1)
        u /= 1000;
    if (f)
        fclose(f);
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "re");
    if (f && fgets(line, sizeof(line), f) && (p = strrchr(line, ')')))
        sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %lu %ld %ld", &s, &cu, &cs);
    if (f)
        fclose(f);
    *ret_children = (double)(cu + cs) * 1000.0 / (double)sysconf(_SC_CLK_TCK);
    return (double)u / 1000.0;
}

static long pss_kb(pid_t pid)
{
    char path[64], line[256];
    long kb = -1;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "Pss: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

static void enter_pid_namespace(pid_t init)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/ns/pid", init);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWPID) < 0)
        die("setns");
}

static void measure(pid_t init, uint32_t goal, int restarts)
{
    uint64_t last = 0;
    double cpu, children;
    long pss;
    pid_t killer;

    if (!wait_at_least(&report->count, goal, now_nsec() + 60000000000u)) {
        fprintf(stderr, "bench-init: %u of %u services reported\n", report->count, goal);
        kill(init, SIGKILL);
        exit(3);
    }
    for (uint32_t i = 0; i < REPORT_SLOTS; i++)
        if (report->slots[i].nsec > last)
            last = report->slots[i].nsec;
    cpu = cpu_ms(init, &children);
    enter_pid_namespace(init);
    killer = fork();
    if (killer == 0) {
        kill_and_wait(restarts);
        _exit(0);
    }
    waitpid(killer, NULL, 0);
    nanosleep(&(struct timespec){.tv_sec = 2}, NULL);
    pss = pss_kb(init);
    qsort(shared->samples, (size_t)shared->n_samples, sizeof(uint64_t), compare);
    printf("all_ms=%.3f cpu_ms=%.3f children_cpu_ms=%.0f pss_kb=%ld", (double)(last - shared->t0) / 1e6, cpu,
           children, pss);
    if (shared->n_samples > 0)
        printf(" restart_p10_us=%.1f restart_p50_us=%.1f restart_p90_us=%.1f restarts=%d",
               (double)shared->samples[shared->n_samples / 10] / 1e3,
               (double)shared->samples[shared->n_samples / 2] / 1e3,
               (double)shared->samples[shared->n_samples * 9 / 10] / 1e3, shared->n_samples);
    printf("\n");
}

int main(int argc, char **argv)
{
    uint32_t goal = 0;
    int restarts = 0;
    char **command = NULL;
    int report_fd;
    pid_t init;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--goal") == 0 && i + 1 < argc)
            goal = (uint32_t)atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--restarts") == 0 && i + 1 < argc)
            restarts = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--cgroup") == 0 && i + 1 < argc)
            join_cgroup(argv[i + 1]);
        else if (strcmp(argv[i], "--") == 0) {
            command = argv + i + 1;
            break;
        }
    }
    if (goal == 0 || goal > REPORT_SLOTS || !command || !*command) {
        fprintf(stderr, "usage: bench-init [--tmpfs DIR] [--bind SRC:DST] [--cgroup DIR] --goal N [--restarts K] -- INIT ARGS...\n");
        return 2;
    }
    report_fd = mkostemp(report_file, O_CLOEXEC);
    if (report_fd < 0 || ftruncate(report_fd, sizeof(*report)) < 0)
        die(report_file);
    main_pid = getpid();
    atexit(forget_report);
    report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, report_fd, 0);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED || shared == MAP_FAILED)
        die("mmap");
    report->goal = goal;
    init = (pid_t)syscall(SYS_clone,
                          CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
                              SIGCHLD,
                          0, NULL, NULL, 0);
    if (init < 0)
        die("clone");
    if (init == 0)
        run_init(argv + 1, command);
    measure(init, goal, restarts);
    kill(init, SIGKILL);
    waitpid(init, NULL, 0);
    return 0;
}
