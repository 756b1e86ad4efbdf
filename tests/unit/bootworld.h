/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bootworld - a machine for stage one made of directories: boot_run() on the test's own kernel, without a privilege.
 *
 * In user, mount and network namespaces of its own, below a tmpfs: /sys and /dev are folders that the test fills with disks
 * (files), /proc/cmdline says what the test says, the console is a pseudoterminal whose other end the test reads. A disk that
 * is plugged in sends the kernel's own event (root of a network namespace may). What no user may do is to mount a disk; an
 * overlay of a folder it may mount, so a root that can be mounted is `rootfstype=overlay rootflags=lowerdir=/lower:/empty`.
 *
 * The test is a list of steps: when the console says @expect, type @type and call @act. After the last step the boot must
 * have ended by itself; WORLD_STOP ends it at the page.
 */
#pragma once

#include <elf.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "clock.h"
#include "fd.h"
#include "stage1.h"
#include "unittest.h"

#define WORLD_OVERLAY "rootfstype=overlay rootflags=lowerdir=/lower:/empty"

struct world_step {
    const char *expect; /* on the console, behind what the last step saw */
    const char *type;   /* or NULL */
    void (*act)(void);  /* or NULL */
};

static struct {
    struct stage1 s;
    const struct world_step *steps;
    size_t n_steps, step;
    int master;
    char text[65536]; /* of the console, without what a terminal adds */
    size_t used, seen;
    uint64_t deadline;
} world;

int stage1_warn(struct stage1 *s, int error, const char *format, ...)
{
    char line[400];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    ck_assert_int_ge(strv_add(&s->warnings, line), 0);
    return error;
}

static void world_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

    ck_assert_msg(fd >= 0, "cannot write '%s'", path);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void world_dir(const char *path)
{
    ck_assert_msg(fd_mkdir_p(path, 0755) == 0, "cannot make '%s'", path);
}

/* A disk in sysfs and /dev, with as much of an ext4 as a probe wants to see. */
static void world_disk(const char *name, const char *label)
{
    unsigned char super[1024] = {[56] = 0x53, [57] = 0xef, [92] = 4, [96] = 0x40};
    char path[200], text[200];
    int fd;

    snprintf(path, sizeof(path), "/sys/devices/%s", name);
    world_dir(path);
    snprintf(path, sizeof(path), "/sys/devices/%s/uevent", name);
    snprintf(text, sizeof(text), "MAJOR=254\nMINOR=%d\nDEVNAME=%s\nDEVTYPE=disk\n", name[2] - 'a', name);
    world_file(path, text);
    snprintf(path, sizeof(path), "/sys/devices/%s/size", name);
    world_file(path, "2048\n");
    snprintf(path, sizeof(path), "/sys/devices/%s/subsystem", name);
    ck_assert_int_eq(symlink("/sys/class/block", path), 0);
    snprintf(text, sizeof(text), "/sys/devices/%s", name);
    snprintf(path, sizeof(path), "/sys/class/block/%s", name);
    ck_assert_int_eq(symlink(text, path), 0);
    memcpy(super + 120, label, strlen(label));
    snprintf(path, sizeof(path), "/dev/%s", name);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_eq(pwrite(fd, super, sizeof(super), 1024), sizeof(super));
    ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
    close(fd);
}

/* What the kernel sends when a disk comes ("add") or goes ("remove"). */
static void world_event(const char *action, const char *name)
{
    struct {
        struct nlmsghdr head;
        char text[512];
    } m = {.head = {.nlmsg_type = NLMSG_MIN_TYPE, .nlmsg_flags = NLM_F_REQUEST}};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT), n;

    n = snprintf(m.text, sizeof(m.text),
                 "%s@/devices/%s%cACTION=%s%cDEVPATH=/devices/%s%cSUBSYSTEM=block%cMAJOR=254%cMINOR=%d%cDEVNAME=%s%c"
                 "DEVTYPE=disk%c",
                 action, name, 0, action, 0, name, 0, 0, 0, name[2] - 'a', 0, name, 0, 0);
    m.head.nlmsg_len = NLMSG_LENGTH((unsigned)n);
    ck_assert_int_gt(sendto(fd, &m, m.head.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof(kernel)), 0);
    close(fd);
}

/* An init that could run: a static program as far as the kernel looks before it maps it. */
static void world_init(const char *path)
{
    Elf64_Ehdr self, eh = {.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_ehsize = sizeof(eh)};
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(read(fd, &self, sizeof(self)), sizeof(self));
    close(fd);
    memcpy(eh.e_ident, self.e_ident, sizeof(eh.e_ident));
    eh.e_machine = self.e_machine;
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, &eh, sizeof(eh)), 0);
    close(fd);
}

static void map_root_to(const char *file, unsigned id)
{
    char line[64];

    snprintf(line, sizeof(line), "0 %u 1", id);
    ck_assert_msg(fd_write_file(AT_FDCWD, file, line) == 0, "cannot write '%s'", file);
}

static void bind_to(const char *what, const char *dir, const char *where, unsigned long flags)
{
    char path[200];

    snprintf(path, sizeof(path), "%s%s", dir, where);
    if (!(flags & MS_REC))
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    ck_assert_msg(mount(what, path, NULL, MS_BIND | flags, NULL) == 0, "cannot bind '%s'", what);
}

/* Namespaces, a root of our own, the console. */
static void world_begin(const char *cmdline)
{
    static const char *const dirs[] = {"/proc", "/sys/class/block", "/sys/class/tty/console", "/sys/bus", "/dev", "/lower/sbin",
                                       "/empty", "/etc/pintle", "/run"};
    char dir[] = "/tmp/pintle-world-XXXXXX", path[200], tty[64];
    unsigned uid = getuid(), gid = getgid();
    int slave;

    memset(&world, 0, sizeof(world));
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(openpty(&world.master, &slave, tty, NULL, NULL), 0);
    ck_assert_int_eq(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET), 0);
    ck_assert_int_eq(fd_write_file(AT_FDCWD, "/proc/self/setgroups", "deny"), 0);
    map_root_to("/proc/self/uid_map", uid);
    map_root_to("/proc/self/gid_map", gid);
    ck_assert_int_eq(mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL), 0);
    ck_assert_int_eq(mount("world", dir, "tmpfs", 0, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        snprintf(path, sizeof(path), "%s%s", dir, dirs[i]);
        world_dir(path);
    }
    bind_to("/proc", dir, "/proc", MS_REC);
    bind_to("/dev/null", dir, "/dev/null", 0);
    bind_to(tty, dir, "/dev/con", 0);
    ck_assert_int_eq(chroot(dir), 0);
    ck_assert_int_eq(chdir("/"), 0);
    world_file("/cmdline", cmdline);
    bind_to("/cmdline", "", "/proc/cmdline", 0);
    world_file("/sys/class/tty/console/active", "con\n");
    ck_assert_int_eq(setenv("SYSTEMD_DEVICE_VERIFY_SYSFS", "0", 1), 0); /* libudev: /sys is no sysfs here */
    ck_assert_int_eq(fcntl(world.master, F_SETFL, O_NONBLOCK), 0);
}

static void world_advance(void)
{
    while (world.step < world.n_steps) {
        const struct world_step *step = &world.steps[world.step];
        char *at = strstr(world.text + world.seen, step->expect);

        if (!at)
            return;
        world.seen = (size_t)(at - world.text) + strlen(step->expect);
        world.step++;
        if (step->act)
            step->act();
        if (step->type)
            ck_assert_int_eq(fd_write_all(world.master, step->type, strlen(step->type)), 0);
    }
}

static void world_read(void *data, int fd, uint32_t events)
{
    char c;

    while (world.used + 1 < sizeof(world.text) && read(world.master, &c, 1) == 1)
        if (c != '\r')
            world.text[world.used++] = c;
    world_advance();
}

static void world_late(void *data, int fd, uint32_t events)
{
    ck_abort_msg("step %zu ('%s') did not come; the console said:\n%s", world.step,
                 world.step < world.n_steps ? world.steps[world.step].expect : "the end", world.text);
}

/* Ends the boot where it is: for a page that is the end of the test. */
static void world_stop(void)
{
    world.s.state = BOOT_READY;
}
#define WORLD_STOP {.expect = "> ", .act = world_stop}

static void world_run(const struct world_step *steps, size_t n)
{
    struct stage1 *s = &world.s;

    world.steps = steps;
    world.n_steps = n;
    s->times.start = clock_now();
    s->root.fsck_status = -1;
    ck_assert_int_eq(cmdline_read(NULL, &s->cmdline), 0);
    ck_assert_int_eq(loop_init(&s->loop, 128), 0);
    ck_assert_int_eq(children_init(&s->children, &s->loop), 0);
    ck_assert_int_eq(loop_add(&s->loop, world.master, EPOLLIN, LOOP_PRIO_NOTIFY, world_read, NULL, NULL), 0);
    ck_assert_int_eq(loop_add_timer(&s->loop, s->times.start + 40 * USEC_PER_SEC, LOOP_PRIO_TIMER, world_late, NULL, NULL),
                     0);
    ck_assert_int_eq(boot_run(s), 0);
    world_read(NULL, -1, 0);
    ck_assert_msg(world.step == n, "it ended before '%s'; the console said:\n%s", steps[world.step].expect, world.text);
}
#define WORLD_RUN(...)                                                                                       \
    do {                                                                                                     \
        const struct world_step steps_[] = {__VA_ARGS__};                                                    \
        world_run(steps_, ARRAY_SIZE(steps_));                                                               \
    } while (0)

static void world_says(const char *text)
{
    char plain[65536];
    size_t n = 0;

    /* A sentence may be wrapped anywhere. */
    for (const char *p = world.text; *p; p++)
        if (!(*p == ' ' || *p == '\n') || (n > 0 && plain[n - 1] != ' '))
            plain[n++] = *p == '\n' ? ' ' : *p;
    plain[n] = '\0';
    ck_assert_msg(strstr(plain, text) != NULL, "no '%s' in:\n%s", text, world.text);
}
