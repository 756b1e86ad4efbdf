/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console.h"

#include <ctype.h>
#include <fcntl.h>

#include "fd.h"
#include "text.h"

#define SYS_ACTIVE "/sys/class/tty/console/active"
#define SYS_VT     "/sys/class/tty/tty0/active"

/* --- which ------------------------------------------------------------------- */

static speed_t speed_of(unsigned long baud)
{
    static const struct {
        unsigned long baud;
        speed_t speed;
    } speeds[] = {
        {1200, B1200},     {2400, B2400},     {4800, B4800},     {9600, B9600},     {19200, B19200},   {38400, B38400},
        {57600, B57600},   {115200, B115200}, {230400, B230400}, {460800, B460800}, {921600, B921600}, {1500000, B1500000},
    };

    for (size_t i = 0; i < ARRAY_SIZE(speeds); i++)
        if (speeds[i].baud == baud)
            return speeds[i].speed;
    return B0;
}

static bool is_terminal_name(const char *name, size_t n)
{
    static const char *const none[] = {"null", "ttynull", "netcon", "uart", "uart8250", "pstore", "ramoops"};

    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    for (size_t i = 0; i < ARRAY_SIZE(none); i++)
        if (strlen(none[i]) <= n && strncmp(name, none[i], strlen(none[i])) == 0 && !isalpha((unsigned char)name[strlen(none[i])]))
            return false;
    return n > 0;
}

static size_t add_name(struct console_name *list, size_t n, size_t room, const char *name, size_t len, speed_t speed)
{
    if (len >= sizeof(list->name) || n == room || !is_terminal_name(name, len))
        return n;
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i].name) == len && strncmp(list[i].name, name, len) == 0)
            return n;
    snprintf(list[n].name, sizeof(list[n].name), "%.*s", (int)len, name);
    list[n].speed = speed;
    return n + 1;
}

/* "tty0" is whichever virtual terminal is in front; a shell needs one of its own as its controlling terminal. */
static size_t add_resolved(struct console_name *list, size_t n, size_t room, const char *vt, const char *name,
                           size_t len, speed_t speed)
{
    bool is_front = (len == 4 && strncmp(name, "tty0", 4) == 0) || (len == 3 && strncmp(name, "tty", 3) == 0);

    if (is_front && *vt)
        return add_name(list, n, room, vt, strlen(vt), B0);
    return add_name(list, n, room, name, len, speed);
}

size_t console_names(const char *active, const char *vt, const struct cmdline *cmdline, struct console_name *ret,
                     size_t room)
{
    const char *word;
    size_t n = 0, len;

    while ((word = text_next_word(&active, " \n", &len)))
        n = add_resolved(ret, n, room, vt, word, len, B0);
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(cmdline, "console", w));) {
        if (!w->value)
            continue;
        len = strcspn(w->value, ",");
        n = add_resolved(ret, n, room, vt, w->value, len,
                         w->value[len] ? speed_of(strtoul(w->value + len + 1, NULL, 10)) : B0);
    }
    return n;
}

/* --- terminals ------------------------------------------------------------------ */

static void make_raw(const struct console *c)
{
    struct termios t = c->saved;

    t.c_iflag = ICRNL | IGNPAR | IGNBRK | (t.c_iflag & (IXON | IXOFF));
    t.c_oflag |= OPOST | ONLCR;
    t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    t.c_cflag |= CREAD | CLOCAL; /* a serial line without a modem has no carrier to wait for */
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    if (c->speed != B0) {
        cfsetispeed(&t, c->speed);
        cfsetospeed(&t, c->speed);
    }
    (void)tcsetattr(c->fd, TCSANOW, &t);
}

static void shut(struct console *c)
{
    if (c->fd < 0)
        return;
    loop_remove(c->all->loop, c->source);
    c->source = 0;
    close(c->fd);
    c->fd = -EBADF;
    c->out_used = 0;
}

static void flush(struct console *c)
{
    while (c->fd >= 0 && c->out_used > 0) {
        ssize_t n = write(c->fd, c->out, c->out_used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            shut(c);
            return;
        }
        if (n <= 0)
            break;
        c->out_used -= (size_t)n;
        memmove(c->out, c->out + n, c->out_used);
    }
    if (c->fd >= 0)
        (void)loop_set_events(c->all->loop, c->source, c->out_used > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void on_ready(void *data, int fd, uint32_t events)
{
    struct console *c = data;
    char bytes[256];
    ssize_t n;

    if (events & EPOLLOUT)
        flush(c);
    if (c->fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
        return;
    n = read(fd, bytes, sizeof(bytes));
    if (n > 0)
        c->all->input(c->all->data, c, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        shut(c); /* hung up, or unplugged */
}

static int open_one(struct console *c)
{
    char path[sizeof(c->name) + 8];
    int fd, r;

    snprintf(path, sizeof(path), "/dev/%s", c->name);
    fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (!c->has_saved && tcgetattr(fd, &c->saved) < 0) { /* no terminal; EIO: a port without hardware behind it */
        r = -errno;
        close(fd);
        return r;
    }
    c->has_saved = true;
    c->fd = fd;
    make_raw(c);
    r = loop_add(c->all->loop, fd, EPOLLIN, LOOP_PRIO_CONTROL, on_ready, c, &c->source);
    if (r < 0) {
        close(fd);
        c->fd = -EBADF;
    }
    return r;
}

size_t consoles_open(struct consoles *all, struct loop *loop, const struct cmdline *cmdline, console_input_fn input,
                     void *data)
{
    struct console_name names[CONSOLES_MAX];
    char active[256] = "", vt[32] = "";
    size_t n;

    *all = (struct consoles){.loop = loop, .input = input, .data = data};
    (void)fd_read_line(AT_FDCWD, SYS_ACTIVE, active, sizeof(active));
    (void)fd_read_line(AT_FDCWD, SYS_VT, vt, sizeof(vt));
    n = console_names(active, vt, cmdline, names, CONSOLES_MAX);
    if (n == 0 && cmdline_get(cmdline, "console") == NULL) /* no /sys, or a container: what the kernel calls its console */
        n = add_name(names, n, CONSOLES_MAX, "console", strlen("console"), B0);
    for (size_t i = 0; i < n; i++) {
        struct console *c = &all->v[all->n];

        *c = (struct console){.fd = -EBADF, .all = all, .speed = names[i].speed, .out = malloc(CONSOLE_ROOM)};
        text_copy(c->name, sizeof(c->name), names[i].name);
        if (c->out && open_one(c) >= 0)
            all->n++;
        else
            free(c->out);
    }
    return all->n;
}

void consoles_close(struct consoles *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct console *c = &all->v[i];

        flush(c);
        if (c->fd >= 0)
            (void)tcsetattr(c->fd, TCSANOW, &c->saved);
        shut(c);
        free(c->out);
        c->out = NULL;
    }
    all->n = 0;
}

void console_write(struct console *c, const char *text)
{
    size_t n = strlen(text);

    if (c->fd < 0)
        return;
    if (n > CONSOLE_ROOM - c->out_used)
        n = CONSOLE_ROOM - c->out_used;
    memcpy(c->out + c->out_used, text, n);
    c->out_used += n;
    flush(c);
}

void consoles_write(struct consoles *all, const char *text)
{
    for (size_t i = 0; i < all->n; i++)
        console_write(&all->v[i], text);
}

void console_tell(const struct console *c, const char *text)
{
    char path[sizeof(c->name) + 8];
    int fd;

    snprintf(path, sizeof(path), "/dev/%s", c->name);
    fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!write(fd, text, strlen(text)); /* a terminal that is stopped misses a line of news */
    close(fd);
}

size_t consoles_alive(const struct consoles *all)
{
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += all->v[i].fd >= 0 || all->v[i].away;
    return n;
}

void console_leave(struct console *c)
{
    flush(c);
    if (c->fd >= 0)
        (void)tcsetattr(c->fd, TCSANOW, &c->saved);
    shut(c);
    c->away = true;
}

int console_return(struct console *c)
{
    c->away = false;
    return open_one(c);
}

void consoles_drain(const struct consoles *all)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].fd >= 0)
            (void)tcdrain(all->v[i].fd);
}
