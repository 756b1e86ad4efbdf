/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Standard input, output and error. What PID 1 gave (the log: /dev/kmsg, or its own standard error in a container
 * without one) stays where nothing else is asked for. The pipes of a log collector take that place when there is one.
 */
#include <fcntl.h>
#include <linux/vt.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "execunit.h"

#define CONSOLE "/dev/console"

static const char *tty_path(const struct execunit *x)
{
    return execunit_prop(x, "TTYPath") ?: CONSOLE;
}

/* Only the processes of a start talk to a person; the lines of a stop or reload have nobody to read from. */
static bool takes_input(const struct execunit *x)
{
    return x->kind <= UDB_EXEC_START_POST;
}

/* Sane line settings, whatever the last user left. */
static void reset_terminal(int fd)
{
    struct termios t;

    (void)ioctl(fd, TIOCNXCL);
    if (tcgetattr(fd, &t) < 0)
        return;
    t.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | ISTRIP | INLCR | IGNCR | IUCLC);
    t.c_iflag |= ICRNL | IMAXBEL | IUTF8;
    t.c_oflag |= ONLCR | OPOST;
    t.c_cflag |= CREAD;
    t.c_lflag = ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
    t.c_cc[VINTR] = 03;
    t.c_cc[VQUIT] = 034;
    t.c_cc[VERASE] = 0177;
    t.c_cc[VKILL] = 025;
    t.c_cc[VEOF] = 04;
    t.c_cc[VSTART] = 021;
    t.c_cc[VSTOP] = 023;
    t.c_cc[VSUSP] = 032;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    (void)tcsetattr(fd, TCSANOW, &t);
    (void)tcflush(fd, TCIOFLUSH);
}

static void disallocate_vt(const char *path)
{
    const char *number = text_after(path, "/dev/tty");
    _cleanup_close_ int fd = -EBADF;
    uint32_t vt;

    if (!number || text_parse_u32(number, 10, &vt) < 0 || vt == 0)
        return;
    fd = open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && ioctl(fd, VT_DISALLOCATE, (int)vt) == 0)
        return;
    if (fd >= 0)
        close(TAKE_FD(fd));
    fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK); /* in use: cleared, at least */
    if (fd >= 0 && write(fd, "\033[r\033[H\033[3J", 10) < 0) {
    }
}

static void clean_terminal(struct execunit *x)
{
    _cleanup_close_ int fd = -EBADF;

    if (!execunit_prop(x, "TTYPath") && !text_after(execunit_prop(x, "StandardInput") ?: "", "tty"))
        return;
    if (execunit_bool(x, "TTYVTDisallocate", false))
        disallocate_vt(tty_path(x));
    if (!execunit_bool(x, "TTYVHangup", false) && !execunit_bool(x, "TTYReset", false))
        return;
    fd = open(tty_path(x), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || !isatty(fd))
        return;
    if (execunit_bool(x, "TTYReset", false))
        reset_terminal(fd);
    if (execunit_bool(x, "TTYVHangup", false))
        (void)ioctl(fd, TIOCVHANGUP);
}

/* Wait until another session lets go of the terminal: it closes it then. */
static void wait_for_close(int inotify)
{
    char events[1024];

    (void)!read(inotify, events, sizeof(events));
}

/* The terminal as the controlling one of this session. */
static int acquire_tty(struct execunit *x, bool force, bool fail)
{
    const char *path = tty_path(x);
    _cleanup_close_ int inotify = -EBADF;

    if (!force && !fail) {
        inotify = inotify_init1(IN_CLOEXEC);
        if (inotify >= 0 && inotify_add_watch(inotify, path, IN_CLOSE) < 0)
            close(TAKE_FD(inotify));
    }
    for (;;) {
        int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC), r;

        if (fd < 0)
            return -errno;
        r = ioctl(fd, TIOCSCTTY, force ? 1 : 0) < 0 ? -errno : 0;
        if (r == 0 || (r == -EPERM && !fail && inotify < 0) || r == -ENOTTY)
            return fd;
        close(fd);
        if (r != -EPERM || fail)
            return r;
        wait_for_close(inotify);
    }
}

static int open_path(const char *path, int flags)
{
    int fd = open(path, flags | O_NOCTTY | O_CLOEXEC, 0644);

    return fd < 0 ? -errno : fd;
}

static void put_at(int fd, int at, enum exec_step step)
{
    if (fd != at && dup2(fd, at) < 0)
        execfail(step, -errno, "cannot set descriptor %d", at);
    if (fd > STDERR_FILENO)
        close(fd);
}

static void set_input(struct execunit *x, const char *how)
{
    const char *path;
    int fd;

    if (!how || streq(how, "null") || !takes_input(x))
        return; /* PID 1 gave /dev/null */
    if (streq(how, "tty") || streq(how, "tty-force") || streq(how, "tty-fail"))
        fd = acquire_tty(x, streq(how, "tty-force"), streq(how, "tty-fail"));
    else if ((path = text_after(how, "file:")))
        fd = open_path(path, O_RDWR);
    else
        execfail(EXEC_STEP_STDIN, 0, "StandardInput=%s is not done by this version", how);
    if (fd == -EACCES && text_after(how, "file:"))
        fd = open_path(text_after(how, "file:"), O_RDONLY);
    if (fd == -EROFS || fd == -EISDIR || fd < 0)
        execfail(EXEC_STEP_STDIN, fd, "cannot open StandardInput=%s (%s)", how, tty_path(x));
    put_at(fd, STDIN_FILENO, EXEC_STEP_STDIN);
}

/* Where output goes. Return: a new descriptor; -ENOTUNIQ: leave what is there; -errno. */
static int open_output(struct execunit *x, const char *how)
{
    const char *path;

    if (streq(how, "null"))
        return open_path("/dev/null", O_WRONLY);
    if (streq(how, "tty"))
        return open_path(tty_path(x), O_WRONLY);
    if (text_has_suffix(how, "+console"))
        return open_path(CONSOLE, O_WRONLY);
    if ((path = text_after(how, "file:")))
        return open_path(path, O_WRONLY | O_CREAT);
    if ((path = text_after(how, "append:")))
        return open_path(path, O_WRONLY | O_CREAT | O_APPEND);
    if ((path = text_after(how, "truncate:")))
        return open_path(path, O_WRONLY | O_CREAT | O_TRUNC);
    return -ENOTUNIQ; /* journal, syslog, kmsg */
}

static void set_output(struct execunit *x, int at, const char *how, enum exec_step step)
{
    int fd = open_output(x, how);

    if (fd == -ENOTUNIQ)
        return;
    if (fd < 0)
        execfail(step, fd, "cannot open Standard%s=%s", at == STDOUT_FILENO ? "Output" : "Error", how);
    put_at(fd, at, step);
}

void execstdio_set(struct execunit *x)
{
    const char *in = execunit_prop(x, "StandardInput"), *out = execunit_prop(x, "StandardOutput"),
               *err = execunit_prop(x, "StandardError");
    bool in_has_output = in && !streq(in, "null") && takes_input(x);

    clean_terminal(x);
    set_input(x, in);
    if (out && streq(out, "inherit")) {
        if (in_has_output)
            put_at(STDIN_FILENO, STDOUT_FILENO, EXEC_STEP_STDOUT);
        else
            set_output(x, STDOUT_FILENO, "null", EXEC_STEP_STDOUT);
    } else if (out)
        set_output(x, STDOUT_FILENO, out, EXEC_STEP_STDOUT);
    if (!err || streq(err, "inherit")) {
        if (out)
            put_at(STDOUT_FILENO, STDERR_FILENO, EXEC_STEP_STDERR);
    } else
        set_output(x, STDERR_FILENO, err, EXEC_STEP_STDERR);
}
