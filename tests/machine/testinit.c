/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * testinit - the real root's /sbin/init in a machine test: reports what it was handed, then ends the machine.
 *
 * Links libc statically and nothing of pintle, so what it sees is what any init would see. The report is JSON, one
 * object on one line, written to the second serial port, where no kernel message can cut into it:
 *
 *   {"uptime": "4.71", "argv": [..], "environ": [..], "cmdline": "..", "mounts": "..mountinfo..",
 *    "fds": ["0 /dev/console", ..], "cwd": "/", "root": "8:1", "which": "..", "meminfo": "..", "modules": "..",
 *    "kmsg": "..the kernel's log..", "pid": 1}
 *
 * "which" is the root's own /etc/testinit: a test that offers several roots sees which one was taken.
 *
 * The word testinit.do= of the kernel's command line (dotted, so that the kernel hands it to no init) says what comes
 * then: poweroff (without it), reboot, or serve: read lines from the second port, each a command of which the answer
 * is one JSON line: "report", "read PATH", "poweroff", "reboot".
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define REPORT_PORT            "/dev/ttyS1"
#define SYSLOG_ACTION_READ_ALL 3 /* syslog(2); glibc has no name for it */

static FILE *report;
static FILE *orders;

static void put_string(const char *text)
{
    fputc('"', report);
    for (const unsigned char *at = (const unsigned char *) text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            fprintf(report, "\\%c", *at);
        else if (*at < 0x20 || *at >= 0x7f)
            fprintf(report, "\\u%04x", *at);
        else
            fputc(*at, report);
    }
    fputc('"', report);
}

static void put_list(const char *key, char *const *list)
{
    fprintf(report, ", \"%s\": [", key);
    for (char *const *at = list; *at != NULL; at++) {
        if (at != list)
            fputs(", ", report);
        put_string(*at);
    }
    fputc(']', report);
}

/* A file of /proc has no size: read until its end. */
static void put_file(const char *path)
{
    static char text[131072];
    size_t len = 0;
    FILE *file = fopen(path, "re");

    if (file != NULL) {
        len = fread(text, 1, sizeof(text) - 1, file);
        fclose(file);
    } else {
        len = (size_t) snprintf(text, sizeof(text), "error: %s", strerror(errno));
    }
    text[len] = '\0';
    put_string(text);
}

static void put_key_file(const char *key, const char *path)
{
    fprintf(report, ", \"%s\": ", key);
    put_file(path);
}

/* What is open besides what this program opened itself: its own descriptors are marked close-on-exec. */
static void put_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    const struct dirent *entry;
    bool first = true;

    fputs(", \"fds\": [", report);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char target[512], line[600];
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] == '.' || (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0)
            continue;
        ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

        target[len < 0 ? 0 : len] = '\0';
        snprintf(line, sizeof(line), "%d %s", fd, target);
        fputs(first ? "" : ", ", report);
        put_string(line);
        first = false;
    }
    fputc(']', report);
    if (dir != NULL)
        closedir(dir);
}

static void put_kernel_log(void)
{
    static char text[1 << 18];
    int len = klogctl(SYSLOG_ACTION_READ_ALL, text, sizeof(text) - 1);

    text[len < 0 ? 0 : len] = '\0';
    fputs(", \"kmsg\": ", report);
    put_string(text);
}

static void put_report(char *const *argv, char *const *env)
{
    struct stat st = { 0 };
    char cwd[512] = "";

    if (getcwd(cwd, sizeof(cwd)) == NULL)
        snprintf(cwd, sizeof(cwd), "error: %s", strerror(errno));
    fprintf(report, "{\"pid\": %d", (int) getpid());
    if (stat("/", &st) == 0)
        fprintf(report, ", \"root\": \"%u:%u\"", major(st.st_dev), minor(st.st_dev));
    fputs(", \"cwd\": ", report);
    put_string(cwd);
    put_list("argv", argv);
    put_list("environ", env);
    put_fds();
    put_key_file("which", "/etc/testinit");
    put_key_file("uptime", "/proc/uptime");
    put_key_file("cmdline", "/proc/cmdline");
    put_key_file("mounts", "/proc/self/mountinfo");
    put_key_file("meminfo", "/proc/meminfo");
    put_key_file("modules", "/proc/modules");
    put_kernel_log();
    fputs("}\n", report);
    fflush(report);
}

static void end(int how)
{
    sync();
    /* The report has left the port before the machine stops. */
    tcdrain(fileno(report));
    reboot(how);
}

static void serve(char *const *argv, char *const *env)
{
    char line[512];

    while (fgets(line, sizeof(line), orders) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (strcmp(line, "report") == 0) {
            put_report(argv, env);
        } else if (strncmp(line, "read ", 5) == 0) {
            put_file(line + 5);
            fputc('\n', report);
            fflush(report);
        } else if (strcmp(line, "reboot") == 0) {
            end(RB_AUTOBOOT);
        } else {
            end(RB_POWER_OFF);
        }
    }
}

static bool open_port(void)
{
    struct termios raw;
    int fd = open(REPORT_PORT, O_RDWR | O_NOCTTY | O_CLOEXEC);

    if (fd < 0) {
        /* Only a machine without the port, or a root without /dev, comes here; the console tells which. */
        fprintf(stderr, "testinit: cannot open '%s': %s\n", REPORT_PORT, strerror(errno));
        return false;
    }
    if (tcgetattr(fd, &raw) == 0) {
        cfmakeraw(&raw);
        tcsetattr(fd, TCSANOW, &raw);
    }
    report = fdopen(fd, "w");
    orders = fopen(REPORT_PORT, "re");
    return report != NULL && orders != NULL;
}

int main(int argc, char **argv, char **env)
{
    char cmdline[4096] = "";
    FILE *file;

    (void) argc;
    /* The first thing on the console: the handover took place, whatever is missing below. */
    puts("testinit: started");
    fflush(stdout);
    if (access("/proc/self", F_OK) < 0 && mount("proc", "/proc", "proc", 0, NULL) == 0)
        puts("testinit: no /proc was handed over");
    if (access("/dev/console", F_OK) < 0 && mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) == 0)
        puts("testinit: no /dev was handed over");
    if (!open_port()) {
        sync();
        reboot(RB_POWER_OFF);
        return 1;
    }
    put_report(argv, env);
    file = fopen("/proc/cmdline", "re");
    if (file != NULL && fgets(cmdline, sizeof(cmdline), file) == NULL)
        cmdline[0] = '\0';
    if (strstr(cmdline, "testinit.do=serve") != NULL)
        serve(argv, env);
    end(strstr(cmdline, "testinit.do=reboot") != NULL ? RB_AUTOBOOT : RB_POWER_OFF);
    return 1;
}
