/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udevd.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "clock.h"
#include "fd.h"
#include "log.h"
#include "stage1.h"

#define CONTROL_PATH  "/run/udev/control"
#define LISTEN_FIRST  3 /* sd_listen_fds(3) */
#define KERNEL_GROUP  1
#define QUEUE_BYTES   (16 * 1024 * 1024)
#define STOP_USEC     (3 * USEC_PER_SEC)

static int open_control(void)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = CONTROL_PATH};
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;

    if (fd < 0)
        return -errno;
    if (mkdir("/run/udev", 0755) < 0 && errno != EEXIST)
        return -errno;
    (void)unlink(CONTROL_PATH);
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
        bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) < 0 || chmod(CONTROL_PATH, 0600) < 0 || listen(fd, 16) < 0)
        return -errno;
    return TAKE_FD(fd);
}

static int open_events(void)
{
    struct sockaddr_nl sa = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
    _cleanup_close_ int fd =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
    int on = 1, bytes = QUEUE_BYTES;

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
        bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) < 0)
        return -errno;
    return TAKE_FD(fd);
}

static int run_daemon(void *data, int out_fd)
{
    struct stage1 *s = data;
    char pid[32];
    char *argv[] = {s->image.udevd, (char *)"--resolve-names=never", NULL};
    /* Above what dup2 will overwrite. */
    int control = fcntl(s->udevd_control, F_DUPFD_CLOEXEC, 16), events = fcntl(s->udevd_events, F_DUPFD_CLOEXEC, 16);

    if (dup2(control, LISTEN_FIRST) < 0 || dup2(events, LISTEN_FIRST + 1) < 0)
        return 126;
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    if (setenv("LISTEN_PID", pid, 1) < 0 || setenv("LISTEN_FDS", "2", 1) < 0)
        return 126;
    /* It warns of every rule that names a group, because the image has no /etc/group; that says nothing of the boot. */
    (void)setenv("SYSTEMD_LOG_TARGET", "kmsg", 0);
    (void)setenv("SYSTEMD_LOG_LEVEL", "err", 0);
    return child_exec(argv);
}

static void on_daemon_exit(void *data, int status)
{
    struct stage1 *s = data;

    s->udevd_pid = 0;
    if (!s->udevd_stopping)
        stage1_warn(s, 0, "udevd ended with status 0x%x, its device names and events will be missing", status);
}

int udevd_start(struct stage1 *s)
{
    _cleanup_close_ int control = open_control(), events = open_events();
    int r;

    if (control < 0 || events < 0)
        return control < 0 ? control : events;
    s->udevd_control = control; /* for the child, which has copies of its own after the fork */
    s->udevd_events = events;
    r = child_start(&s->children,
                    &(struct child_job){.what = "udev's daemon", .run = run_daemon, .exit = on_daemon_exit, .data = s},
                    &s->udevd_pid);
    if (r >= 0)
        child_set_service(&s->children, s->udevd_pid);
    return r;
}

int udevd_trigger(const char *syspath)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/uevent", syspath) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    return fd_write_file(AT_FDCWD, path, "add");
}

void udevd_stop(struct stage1 *s)
{
    uint64_t deadline = clock_now() + STOP_USEC;

    if (s->udevd_pid <= 0)
        return;
    s->udevd_stopping = true;
    kill(s->udevd_pid, SIGTERM);
    while (s->udevd_pid > 0 && clock_now() < deadline)
        if (loop_round(&s->loop, deadline) < 0)
            break;
    if (s->udevd_pid > 0) {
        stage1_warn(s, 0, "udevd does not end, killed");
        child_abandon(&s->children, s->udevd_pid);
        s->udevd_pid = 0;
    }
    (void)unlink(CONTROL_PATH);
}
