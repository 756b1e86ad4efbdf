/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-root-init - /sbin/init of the bench's root: stamps its first instruction in the kernel's log, then
 * reads that log and prints "bench: run_init=USEC sbin_init=USEC" and powers off.
 *
 * Both stamps are the kernel's own, taken when the line was logged, so neither goes through the slow console.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifdef AS_PINTLE
#include "handoff.h"
#include "initnote.h"
#include "sys/mman.h"

/* With the note stage one takes this for stage two and hands it the record: where the time went. */
INITNOTE_DEFINE;

static void print_phases(FILE *out)
{
    static const char *const names[] = {[HANDOFF_T_START] = "start",         [HANDOFF_T_EARLY] = "early",
                                        [HANDOFF_T_COLDPLUG] = "coldplug",   [HANDOFF_T_ROOT_FOUND] = "root_found",
                                        [HANDOFF_T_MOUNTED] = "mounted",     [HANDOFF_T_PIVOT] = "pivot",
                                        [HANDOFF_T_EXEC] = "exec"};
    const char *number = getenv(HANDOFF_ENV);
    void *data = number ? mmap(NULL, HANDOFF_MAX, PROT_READ, MAP_SHARED, atoi(number), 0) : MAP_FAILED;
    struct stat st;
    struct record_reader rd;
    struct record_entry e;
    char text[256];

    if (data == MAP_FAILED || fstat(atoi(number), &st) < 0 || record_open(&rd, data, (size_t)st.st_size) < 0)
        return;
    fprintf(out, "bench-phases:");
    while (record_next(&rd, &e)) {
        if (e.tag < ARRAY_SIZE(names) && names[e.tag])
            fprintf(out, " %s=%llu", names[e.tag], (unsigned long long)record_u64(&e));
        if (e.tag == HANDOFF_MODULE)
            fprintf(out, " module:%s", strtok(record_text(&e, text, sizeof(text)), " "));
        if (e.tag == HANDOFF_MODULE)
            fprintf(out, "=%s", strtok(NULL, " "));
    }
    fprintf(out, "\n");
}
#endif

static int open_kmsg(int flags)
{
    int fd = open("/dev/kmsg", flags);

    if (fd < 0) { /* this initramfs did not hand over a /dev */
        mount("dev", "/dev", "devtmpfs", 0, NULL);
        fd = open("/dev/kmsg", flags);
    }
    return fd;
}

static unsigned long long stamp_of(const char *record)
{
    unsigned long long usec = 0;

    sscanf(record, "%*u,%*u,%llu,", &usec);
    return usec;
}

int main(void)
{
    int fd = open_kmsg(O_WRONLY | O_CLOEXEC);
    unsigned long long run = 0, mine = 0;
    char record[8192];
    struct sysinfo info;
    FILE *console;
    ssize_t n;

    if (write(fd, "bench-sbin-init\n", 16) < 0)
        perror("/dev/kmsg");
    sysinfo(&info);
    close(fd);
    fd = open_kmsg(O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
        if (n < 0)
            continue; /* records were overwritten; the next read goes on behind them */
        record[n] = '\0';
        if (strstr(record, ";Run ") && strstr(record, " as init process"))
            run = stamp_of(record);
        if (strstr(record, ";bench-sbin-init"))
            mine = stamp_of(record);
    }
    if (!mine)
        perror("bench: read /dev/kmsg");
    console = fopen("/dev/console", "we");
    if (console) {
        /* procs counts tasks now alive; the pid of a fork tells how many were made since boot */
        pid_t pid = fork();

        if (pid == 0)
            _exit(0);
        fprintf(console, "\nbench: run_init=%llu sbin_init=%llu tasks=%d free_kb=%llu\n", run, mine, (int)pid,
                (unsigned long long)info.freeram * info.mem_unit / 1024);
#ifdef AS_PINTLE
        print_phases(console);
#endif
        fclose(console);
    }
    reboot(RB_POWER_OFF);
    return 0;
}
