/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * menu - what each key does on one recovery console, as a state machine without a system call.
 *
 * Owns the typed line and the mode of one console. Bytes go in; an action and what the terminal shall show come out.
 * Acting is recoveryact.c's affair. Nothing but printable ASCII, '\b', '\a' and '\n' is ever shown, so it works on anything
 * that calls itself a terminal.
 *
 *   mode       key                  goes to     action
 *   KEYS       w r b d Enter        KEYS        WAIT RETRY REBOOT ALL PAGE
 *   KEYS       o                    LINE
 *   KEYS       s                    KEYS        SHELL when it is open; says why not when it is refused
 *                                   PASSWORD    when there is a password
 *   LINE       text, editing keys   LINE
 *   LINE       Enter                KEYS        ROOT, with the words, when they are right; else LINE, and what is wrong
 *   LINE       Esc, ^C, ^D          KEYS
 *   PASSWORD   Enter                CHECKING    PASSWORD, with the line
 *   PASSWORD   Esc, ^C, ^D          KEYS
 *   CHECKING   any                  CHECKING    (until menu_password_checked)
 *   AWAY       any                  AWAY        (the shell has the terminal, until menu_back)
 */
#pragma once

#include "util.h"

#define MENU_LINE_MAX 1024
#define MENU_SHOW_MAX (3 * MENU_LINE_MAX)
#define MENU_TRIES    3

enum menu_mode { MENU_KEYS, MENU_LINE, MENU_PASSWORD, MENU_CHECKING, MENU_AWAY };

enum menu_action {
    MENU_DO_NOTHING,
    MENU_DO_WAIT,
    MENU_DO_RETRY,
    MENU_DO_ROOT,     /* m->words: as for boot_answer */
    MENU_DO_SHELL,
    MENU_DO_PASSWORD, /* check m->line, then wipe it with menu_password_checked */
    MENU_DO_REBOOT,
    MENU_DO_PAGE,     /* show page and menu again */
    MENU_DO_ALL,      /* show everything, then the menu */
};

/* May a shell be had? */
enum menu_lock {
    MENU_SHELL_OPEN,
    MENU_SHELL_PASSWORD, /* for root's password */
    MENU_SHELL_REFUSED,  /* no password is in the image and nothing opened it */
    MENU_SHELL_MISSING,  /* the image holds no shell */
};

struct menu {
    enum menu_mode mode;
    enum menu_lock lock;
    unsigned tries;             /* wrong passwords in a row */
    unsigned escape;            /* inside a terminal's escape sequence: how far */
    const char *prefill;        /* borrowed: what `o` offers to edit */
    char line[MENU_LINE_MAX];   /* what is being typed, terminated */
    size_t length, cursor;
    char words[MENU_LINE_MAX];  /* of MENU_DO_ROOT */
    char show[MENU_SHOW_MAX];   /* for the terminal, after each call; may be empty */
};

void menu_init(struct menu *m, enum menu_lock lock, const char *prefill);

/* menu_key - take in one byte. m->show is written. Return: what to do. */
enum menu_action menu_key(struct menu *m, unsigned char key);

/* menu_escape_is_over - nothing followed an ESC for a while: it was the key, and no arrow's beginning. */
void menu_escape_is_over(struct menu *m);

/*
 * menu_password_checked - the answer to MENU_DO_PASSWORD
 * @result: as crypthash_check: 1, 0, -errno. The typed password is wiped.
 * Return: MENU_DO_SHELL; or MENU_DO_NOTHING, with the mode back at PASSWORD or, after MENU_TRIES, at KEYS.
 */
enum menu_action menu_password_checked(struct menu *m, int result);

/* menu_away, menu_back - the shell takes the terminal; it has given it back. */
void menu_away(struct menu *m);
void menu_back(struct menu *m);

/* menu_is_busy - is a person in the middle of something that must not be cut off? */
bool menu_is_busy(const struct menu *m) _pure_;

/*
 * menu_text - the menu below the page
 * @note: a line of news above the keys; NULL.   @reboot_sec: the countdown; negative: there is none.
 */
size_t menu_text(const struct menu *m, const char *note, int64_t reboot_sec, char *buf, size_t size);

/*
 * menu_check_words - is this line one that the boot can take?
 * The words are the kernel command line's: root= ro rw rootfstype= rootflags= rootwait[=] rootdelay= init= fsck.*= and
 * what begins with "pintle."; a line that begins with a value of root= ("LABEL=x", "/dev/vda2", "vda2") means root=.
 * @ret_words: the line as the boot takes it.   @why: for a person when it is refused.
 * Return: 0; -EINVAL.
 */
int menu_check_words(const char *line, char *ret_words, size_t words_size, char *why, size_t why_size);
