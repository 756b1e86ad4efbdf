/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shell - a shell on one terminal, with job control, and who may have it.
 *
 * The shell is a child like any other: the loop goes on beside it. It gets a session of its own with the terminal as
 * its controlling terminal, the settings a person expects, and a small clean environment.
 */
#pragma once

#include "child.h"
#include "console.h"
#include "menu.h"

#define SHELL_PATH "/bin/sh" /* where the image's configuration names none */

/*
 * shell_lock - may a shell be had? Pure.
 * @hash: from the image, "" when it has none.   @has_shell: is the program there?
 * pintle.shell=open on the command line opens it, whatever the image says: who can write the command line can give
 * init=/bin/sh as well. Without that and without a hash it is refused: an image that nobody configured must not give
 * root to whoever pulls the disk's plug.
 */
enum menu_lock shell_lock(const struct cmdline *c, const char *hash, bool has_shell);

struct shell {
    const struct console *console; /* borrowed; the terminal that was sent away for it */
    const char *path;              /* borrowed; of the program */
    pid_t pid;                     /* 0: none runs */
    child_exit_fn ended;           /* called with @data */
    void *data;
};

/* shell_start - run a shell on a console that was sent away (console_leave). Return: 0; -errno. */
int shell_start(struct shell *sh, struct children *children);

/* shell_wipe_keys - forget what could open disks, before a person gets a shell: every keyring of ours is emptied. */
void shell_wipe_keys(void);

struct shell_check {
    char password[MENU_LINE_MAX];
    char hash[512];
    void (*checked)(void *data, int result); /* result as crypthash_check's; called once after a successful start */
    void *data;
    bool answered;
    pid_t pid; /* 0: none runs */
};

/*
 * shell_check_password - compare in a child, which may take as long as the hash was made to take
 * Return: 0; -errno: nothing will be called. The password is wiped in either case.
 */
int shell_check_password(struct shell_check *check, struct children *children);

/* shell_check_forget - nobody waits for the answer any more; fine when none is on its way. */
void shell_check_forget(struct shell_check *check, struct children *children);
