/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recoverystate.h"

#include <sys/reboot.h>

#include "clock.h"
#include "log.h"
#include "recovery.h"

#define WRONG_USEC (2 * USEC_PER_SEC) /* after a wrong password */
#define DRAIN_USEC (3 * USEC_PER_SEC) /* for the last words before a reboot */

static void on_drain_timeout(void *data, int fd, uint32_t events)
{
    sync();
    reboot(RB_AUTOBOOT);
}

static int run_drain(void *data, int out_fd)
{
    struct recovery *r = data;

    consoles_drain(&r->consoles);
    return 0;
}

static void on_drained(void *data, int status)
{
    on_drain_timeout(data, -1, 0);
}

void recoveryact_reboot(struct recovery *r, const char *why)
{
    struct child_job job = {.what = "rebooting", .run = run_drain, .exit = on_drained, .data = r};

    if (r->rebooting)
        return;
    r->rebooting = true;
    recoveryshow_say(r, "pintle: %s, rebooting", why);
    log_info("%s, rebooting", why);
    (void)loop_add_timer(&r->s->loop, clock_now() + DRAIN_USEC, LOOP_PRIO_TIMER, on_drain_timeout, r, NULL);
    if (child_start(&r->s->children, &job, NULL) < 0)
        on_drain_timeout(r, -1, 0);
    recovery_arm(r);
}

/* Another console was faster: what was being typed is gone, and nobody waits for a password's answer. */
static void forget_typing(struct recovery *r)
{
    shell_check_forget(&r->check, &r->s->children);
    loop_remove(&r->s->loop, r->wrong_timer);
    r->wrong_timer = 0;
    r->checking = NULL;
    for (size_t i = 0; i < CONSOLES_MAX; i++)
        menu_init(&r->menus[i], r->menus[i].lock, r->prefill);
}

void recoveryact_go_on(struct recovery *r)
{
    r->news[0] = '\0';
    r->had_shell = false;
    if (r->s->state == BOOT_FAILED)
        return;
    forget_typing(r);
    r->page_shown = false;
    countdown_stop(&r->countdown);
    r->next_line = clock_now() + RECOVERY_SECOND_LINE_USEC;
    recovery_quiet_kernel(r, false);
    recovery_arm(r);
}

static bool refuse_because_of_shell(struct recovery *r, struct console *c)
{
    char text[160];

    if (r->shell.pid == 0)
        return false;
    snprintf(text, sizeof(text), "a shell is open on %s: it must be left first (exit)\n> ", r->shell.console->name);
    console_write(c, text);
    return true;
}

static void answer(struct recovery *r, struct console *c, enum boot_answer what, const char *words)
{
    static const char *const texts[] = {
        [BOOT_ANSWER_WAIT] = "wait on",
        [BOOT_ANSWER_RETRY] = "retry",
        [BOOT_ANSWER_ROOT] = "another root",
    };
    char root[300];
    int error;

    if (refuse_because_of_shell(r, c))
        return;
    error = boot_answer(r->s, what, words);
    if (error < 0) {
        console_write(c, "that was not taken\n> ");
        return;
    }
    text_printable(cmdline_get(&r->s->cmdline, "root") ?: "", root, sizeof(root));
    recoveryshow_say(r, "pintle: %s (answered on %s); root=%s", texts[what], c->name, root);
    recoveryact_go_on(r);
}

static void on_shell_end(void *data, int status)
{
    struct recovery *r = data;
    struct console *c = &r->consoles.v[r->shell.console - r->consoles.v];
    struct menu *m = recovery_menu(r, c);

    menu_back(m);
    if (console_return(c) < 0) {
        log_warning(0, "the console '%s' has gone with its shell", c->name);
        return;
    }
    console_write(c, status == 0 ? "\nthe shell has ended\n" : "\nthe shell has ended with an error\n");
    if (r->s->state != BOOT_FAILED)
        return;
    recoveryshow_page(r, c, false);
    recoveryshow_menu(r, c);
}

static void open_shell(struct recovery *r, struct console *c)
{
    int error;

    if (refuse_because_of_shell(r, c))
        return;
    for (size_t i = 0; i < r->consoles.n; i++)
        if (&r->consoles.v[i] != c && !menu_is_busy(&r->menus[i])) {
            console_write(&r->consoles.v[i], "\npintle: a shell was opened on ");
            console_write(&r->consoles.v[i], c->name);
            console_write(&r->consoles.v[i], "\n> ");
        }
    log_info("a shell was opened on '%s'", c->name);
    shell_wipe_keys();
    r->had_shell = true;
    menu_away(recovery_menu(r, c));
    console_leave(c);
    r->shell = (struct shell){.console = c, .path = r->conf.shell, .ended = on_shell_end, .data = r};
    error = shell_start(&r->shell, &r->s->children);
    if (error < 0) {
        log_error(error, "cannot start a shell on '%s'", c->name);
        on_shell_end(r, 1);
    }
}

static void tell_password(struct recovery *r, int result)
{
    struct console *c = r->checking;
    enum menu_action action;

    if (!c)
        return;
    r->checking = NULL;
    action = menu_password_checked(recovery_menu(r, c), result);
    console_write(c, recovery_menu(r, c)->show);
    if (result <= 0)
        log_warning(result, "a wrong password for the shell on '%s'", c->name);
    recoveryact_do(r, c, action);
}

static void on_wrong_over(void *data, int fd, uint32_t events)
{
    struct recovery *r = data;

    r->wrong_timer = 0;
    tell_password(r, 0);
}

static void on_checked(void *data, int result)
{
    struct recovery *r = data;

    if (result != 0 || loop_add_timer(&r->s->loop, clock_now() + WRONG_USEC, LOOP_PRIO_TIMER, on_wrong_over, r,
                                      &r->wrong_timer) < 0)
        tell_password(r, result);
}

static void check_password(struct recovery *r, struct console *c)
{
    struct menu *m = recovery_menu(r, c);
    int error;

    if (r->checking) {
        menu_password_checked(m, -EBUSY);
        console_write(c, m->show);
        return;
    }
    r->checking = c;
    r->check.checked = on_checked;
    r->check.data = r;
    text_copy(r->check.password, sizeof(r->check.password), m->line);
    text_copy(r->check.hash, sizeof(r->check.hash), r->conf.shell_hash);
    error = shell_check_password(&r->check, &r->s->children);
    if (error < 0)
        tell_password(r, error);
}

void recoveryact_do(struct recovery *r, struct console *c, enum menu_action action)
{
    switch (action) {
    case MENU_DO_NOTHING:
        break;
    case MENU_DO_WAIT:
        answer(r, c, BOOT_ANSWER_WAIT, NULL);
        break;
    case MENU_DO_RETRY:
        answer(r, c, BOOT_ANSWER_RETRY, NULL);
        break;
    case MENU_DO_ROOT:
        answer(r, c, BOOT_ANSWER_ROOT, recovery_menu(r, c)->words);
        break;
    case MENU_DO_SHELL:
        open_shell(r, c);
        break;
    case MENU_DO_PASSWORD:
        check_password(r, c);
        break;
    case MENU_DO_REBOOT:
        recoveryact_reboot(r, "a reboot was asked for");
        break;
    case MENU_DO_PAGE:
    case MENU_DO_ALL:
        recoveryshow_page(r, c, action == MENU_DO_ALL);
        recoveryshow_menu(r, c);
        break;
    }
}
