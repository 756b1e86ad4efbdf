/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * recovery - what a person sees and can do while the root is not there: the waiting line, the page, the menu.
 *
 * Owns the consoles (console.h) from the first waiting line on, the page's text (page.h), one menu a console (menu.h),
 * the shell and the password prompt (shell.h), the countdown to a reboot (countdown.h). How the code is
 * divided says recoverystate.h. Nothing is opened and nothing is shown on a boot that finds its root within
 * RECOVERY_FIRST_LINE_USEC.
 *
 * It looks at the boot's state by itself; the boot tells it of what it cannot see:
 *
 *   recovery_init      once, when the loop is there
 *   recovery_fail      from fail_with(), with s->failed filled in and s->state BOOT_FAILED
 *   recovery_changed   from wherever a device appeared, was probed or went, or a module was loaded
 *   recovery_done      before the pivot: consoles are put back as they were found and closed
 *
 * and is answered through boot_answer(). The first answer wins, on whichever console it is given. When the page is there
 * because of time (FAIL_TIMEOUT, FAIL_ASKED) and the root appears after all, the boot goes on by itself, unless somebody
 * is typing or has had a shell: then the menu tells, and r goes on.
 */
#pragma once

#include "util.h"

struct stage1;

#define RECOVERY_FIRST_LINE_USEC  (2 * USEC_PER_SEC)
#define RECOVERY_SECOND_LINE_USEC (5 * USEC_PER_SEC)
#define RECOVERY_LINE_EVERY_USEC  (10 * USEC_PER_SEC)

/* recovery_init - start the clock of the waiting line. Return: 0; -ENOMEM; -ENOSPC. */
int recovery_init(struct stage1 *s);

/* recovery_fail - show the page on every console, as soon as the devices that are being read have been (or a second). */
void recovery_fail(struct stage1 *s);

/* recovery_changed - cheap: while nothing has failed it does nothing. */
void recovery_changed(struct stage1 *s);

/* recovery_done - let go of everything; may be called twice, and without recovery_init. */
void recovery_done(struct stage1 *s);
