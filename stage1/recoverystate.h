/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recoverystate - what the three parts of recovery.h share, and nobody else sees.
 *
 *   recovery.c      when: the clock, the keys, what happens while a page is there
 *   recoveryshow.c  what is shown: the waiting line, the page, the menu, from the boot's state
 *   recoveryact.c   what an answer does: to the boot, a shell, a password, a reboot
 */
#pragma once

#include "console.h"
#include "countdown.h"
#include "menu.h"
#include "shell.h"
#include "stage1.h"

struct recovery {
    struct stage1 *s;
    struct consoles consoles;
    struct menu menus[CONSOLES_MAX]; /* of the console with the same index */
    bool opened;
    bool page_shown; /* for the present failure */
    bool had_shell;  /* a person has taken over: nothing goes on by itself */
    bool rebooting;
    int loglevel;       /* the kernel's own, to be put back; -1: it was not changed */
    uint64_t next_line; /* of waiting */
    uint64_t page_by;   /* show it then, whatever is still being read */
    struct countdown countdown;
    loop_id timer, escape_timer, wrong_timer;
    struct shell shell;
    struct shell_check check;
    struct console *checking; /* whose password is being checked */
    struct image_conf conf;
    char prefill[MENU_LINE_MAX];
    char news[160];
};

static inline struct menu *recovery_menu(struct recovery *r, const struct console *c)
{
    return &r->menus[c - r->consoles.v];
}

/* recovery_arm - set the timer for what comes next: a line, the page, a step of the countdown. */
void recovery_arm(struct recovery *r);

/* recovery_quiet_kernel - keep the kernel's messages off the consoles, or let them back on. */
void recovery_quiet_kernel(struct recovery *r, bool quiet);

/* recoveryshow_say - one sentence on every console. */
void recoveryshow_say(struct recovery *r, const char *format, ...) _printf_(2, 3);

/* recoveryshow_waiting - the waiting line on every console. */
void recoveryshow_waiting(struct recovery *r);

/* recoveryshow_page, recoveryshow_menu - on one console. */
void recoveryshow_page(struct recovery *r, struct console *c, bool everything);
void recoveryshow_menu(struct recovery *r, struct console *c);

/* recoveryshow_prefill - write r->prefill: the words of the present root, to be edited. */
void recoveryshow_prefill(struct recovery *r);

/* recoveryact_do - what a key on @c asked for. */
void recoveryact_do(struct recovery *r, struct console *c, enum menu_action action);

/* recoveryact_go_on - the boot has taken an answer: the page is over, unless the boot has failed again already. */
void recoveryact_go_on(struct recovery *r);

/* recoveryact_reboot - say why and reboot, once the last words are out or DRAIN_USEC has passed. */
void recoveryact_reboot(struct recovery *r, const char *why);
