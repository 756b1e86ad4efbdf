/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console - every terminal that a person could be sitting at, all at once.
 *
 * Owns their descriptors and terminal settings (raw and without echo while they are ours, as they were found afterwards).
 * Which: what the kernel writes to (/sys/class/tty/console/active) and each console= word; the second matters because the
 * kernel takes only one serial port of a kind. Nothing here blocks: what a slow line cannot take at once is kept and
 * written as it drains; a line that takes nothing loses what is beyond CONSOLE_ROOM and holds up nobody.
 */
#pragma once

#include <termios.h>

#include "cmdline.h"
#include "loop.h"
#include "util.h"

#define CONSOLES_MAX 8
#define CONSOLE_ROOM 131072

struct consoles;

struct console {
    char name[32]; /* "ttyS0", "tty1" */
    speed_t speed; /* from the console= word of a port that the kernel did not set up; B0: as it is */
    int fd;        /* owned; -EBADF: gone, or away */
    bool away;     /* another program has the terminal */
    bool has_saved;
    struct termios saved; /* as it was found */
    char *out;            /* owned: what is still to be written */
    size_t out_used;
    loop_id source;
    struct consoles *all;
};

/* console_input_fn - bytes that were typed; may close nothing but may send the console away. */
typedef void (*console_input_fn)(void *data, struct console *c, const char *bytes, size_t n);

struct consoles {
    struct console v[CONSOLES_MAX];
    size_t n;
    struct loop *loop; /* borrowed */
    console_input_fn input;
    void *data;
};

/* One terminal to be opened. */
struct console_name {
    char name[32];
    speed_t speed;
};

/*
 * console_names - which terminals there should be; pure
 * @active: text of /sys/class/tty/console/active, may be "".   @vt: what tty0 is now ("tty1"), "" when not known.
 * Return: how many, each once, at most @room.
 */
size_t console_names(const char *active, const char *vt, const struct cmdline *cmdline, struct console_name *ret,
                     size_t room);

/*
 * consoles_open - open them all; one that cannot be opened, or is no terminal, is left out
 * Return: how many; 0 when there is none.
 */
size_t consoles_open(struct consoles *all, struct loop *loop, const struct cmdline *cmdline, console_input_fn input,
                     void *data);

/* consoles_close - the settings are put back, what is still unwritten is dropped. */
void consoles_close(struct consoles *all);

/* console_write - '\n' becomes what the terminal needs. A console that is away or gone takes nothing. */
void console_write(struct console *c, const char *text);
void consoles_write(struct consoles *all, const char *text);

/* console_tell - one line for the terminal of a console that is away: its program is not asked. */
void console_tell(const struct console *c, const char *text);

/* consoles_alive - how many can be written to and read from, those that are away included. */
size_t consoles_alive(const struct consoles *all) _pure_;

/*
 * console_leave - close it, with the settings that a shell expects
 * console_return - open it again: when its session leader ended, the kernel hung up every descriptor on it.
 * Return: 0; -errno: it is gone.
 */
void console_leave(struct console *c);
int console_return(struct console *c);

/* console_drain - wait until all that was written has left the machine. Context: a child; may block for ever. */
void consoles_drain(const struct consoles *all);
