/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recovery.h"

#include <fcntl.h>
#include <sys/klog.h>

#include "clock.h"
#include "fd.h"
#include "image.h"
#include "log.h"
#include "recoverystate.h"

#define PAGE_WAIT_USEC     USEC_PER_SEC        /* for disks that are still being read */
#define ESCAPE_USEC        (200 * USEC_PER_MSEC) /* between the bytes of an arrow key, at 1200 baud and more */
#define KLOG_CONSOLE_LEVEL 8
#define QUIET_LEVEL        3 /* what is critical: errors too would tear the page apart, and they are in the log */

static void on_tick(void *data, int fd, uint32_t events);

static bool is_waiting(const struct stage1 *s)
{
    return s->state != BOOT_FAILED && s->state != BOOT_READY;
}

static bool is_about_time(const struct stage1 *s)
{
    return s->failed.kind == FAIL_TIMEOUT || s->failed.kind == FAIL_ASKED;
}

/* --- time ---------------------------------------------------------------------- */

void recovery_arm(struct recovery *r)
{
    uint64_t when = USEC_INFINITY;

    loop_remove(&r->s->loop, r->timer);
    r->timer = 0;
    if (r->rebooting || r->s->state == BOOT_READY)
        return;
    if (is_waiting(r->s))
        when = r->next_line;
    else if (!r->page_shown)
        when = r->page_by;
    else
        when = countdown_next(&r->countdown);
    if (when != USEC_INFINITY && loop_add_timer(&r->s->loop, when, LOOP_PRIO_TIMER, on_tick, r, &r->timer) < 0)
        log_error(-ENOSPC, "no timer for the recovery page");
}

/* Look again in the next round, not in the middle of whoever called. */
static void soon(struct recovery *r)
{
    loop_remove(&r->s->loop, r->timer);
    r->timer = 0;
    (void)loop_add_timer(&r->s->loop, 0, LOOP_PRIO_TIMER, on_tick, r, &r->timer);
}

void recovery_quiet_kernel(struct recovery *r, bool quiet)
{
    char line[64];

    if (quiet && r->loglevel < 0 && fd_read_line(AT_FDCWD, "/proc/sys/kernel/printk", line, sizeof(line)) > 0) {
        r->loglevel = atoi(line);
        if (r->loglevel > QUIET_LEVEL)
            (void)klogctl(KLOG_CONSOLE_LEVEL, NULL, QUIET_LEVEL);
    } else if (!quiet && r->loglevel >= 0) {
        (void)klogctl(KLOG_CONSOLE_LEVEL, NULL, r->loglevel);
        r->loglevel = -1;
    }
}

/* --- keys ---------------------------------------------------------------------- */

static void ask_for_page(struct recovery *r)
{
    struct stage1 *s = r->s;

    s->failed = (struct fail){.kind = FAIL_ASKED};
    fail_todo(&s->failed, "w goes on waiting");
    s->state = BOOT_FAILED;
    recovery_fail(s);
}

static void on_escape_over(void *data, int fd, uint32_t events)
{
    struct recovery *r = data;

    r->escape_timer = 0;
    for (size_t i = 0; i < r->consoles.n; i++) {
        if (r->s->state == BOOT_WAITING && r->menus[i].escape == 1) {
            r->menus[i].escape = 0;
            ask_for_page(r);
            return;
        }
        menu_escape_is_over(&r->menus[i]);
        console_write(&r->consoles.v[i], r->menus[i].show);
    }
}

static void watch_escape(struct recovery *r)
{
    if (!r->escape_timer)
        (void)loop_add_timer(&r->s->loop, clock_now() + ESCAPE_USEC, LOOP_PRIO_TIMER, on_escape_over, r,
                             &r->escape_timer);
}

static void stop_countdown(struct recovery *r)
{
    if (!countdown_is_on(&r->countdown) || r->rebooting)
        return;
    countdown_stop(&r->countdown);
    recoveryshow_say(r, "pintle: a key was pressed, the countdown is stopped");
    recovery_arm(r);
}

/*
 * Before the page: Enter shows it, while a device is waited for. A check or a mount that runs is not cut off by a key: what
 * the page offers would begin it once more, beside the first.
 */
static void take_waiting_key(struct recovery *r, struct menu *m, unsigned char key)
{
    if (r->s->state != BOOT_WAITING) {
        if (key == '\r' || key == '\n')
            recoveryshow_waiting(r);
    } else if (key == '\r' || key == '\n')
        ask_for_page(r);
    else if (key == 0x1b) {
        m->escape = 1;
        watch_escape(r);
    } else
        m->escape = 0; /* an arrow key, or noise on the line */
}

static void on_input(void *data, struct console *c, const char *bytes, size_t n)
{
    struct recovery *r = data;
    struct menu *m = recovery_menu(r, c);

    for (size_t i = 0; i < n && !r->rebooting && c->fd >= 0; i++) {
        enum menu_action action;

        if (r->s->state == BOOT_READY)
            return;
        if (is_waiting(r->s)) {
            take_waiting_key(r, m, (unsigned char)bytes[i]);
            continue;
        }
        if (!r->page_shown) /* it comes within a second */
            continue;
        stop_countdown(r);
        action = menu_key(m, (unsigned char)bytes[i]);
        console_write(c, m->show);
        if (m->escape)
            watch_escape(r);
        recoveryact_do(r, c, action);
    }
}

static void read_conf(struct recovery *r)
{
    _cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = image_read_conf(root, &r->conf);

    if (error < 0)
        log_warning(error, "cannot read '%s'", IMAGE_CONF);
    if (!r->conf.shell[0])
        text_copy(r->conf.shell, sizeof(r->conf.shell), SHELL_PATH);
}

static void open_consoles(struct recovery *r)
{
    enum menu_lock lock;

    if (r->opened)
        return;
    r->opened = true;
    read_conf(r);
    lock = shell_lock(&r->s->cmdline, r->conf.shell_hash, access(r->conf.shell, X_OK) == 0);
    (void)consoles_open(&r->consoles, &r->s->loop, &r->s->cmdline, on_input, r);
    for (size_t i = 0; i < CONSOLES_MAX; i++)
        menu_init(&r->menus[i], lock, r->prefill);
}

/* --- waiting ---------------------------------------------------------------------- */

static void tick_waiting(struct recovery *r)
{
    uint64_t now = clock_now(), since_start = now - r->s->times.start;

    if (now < r->next_line)
        return;
    if (boot_deadline(r->s) == 0 || boot_deadline(r->s) >= now + USEC_PER_SEC) { /* else the page comes at once */
        open_consoles(r);
        recoveryshow_waiting(r);
    }
    if (since_start < RECOVERY_SECOND_LINE_USEC)
        r->next_line = r->s->times.start + RECOVERY_SECOND_LINE_USEC;
    else
        r->next_line = now + RECOVERY_LINE_EVERY_USEC;
}

/* --- the page ---------------------------------------------------------------------- */

static bool is_reading(const struct stage1 *s)
{
    for (size_t i = 0; i < s->devices.n; i++)
        if (!s->devices.v[i]->gone && (s->devices.v[i]->wanted || s->devices.v[i]->info.probed == BLKINFO_PROBING))
            return true;
    return false;
}

static void show_page(struct recovery *r)
{
    bool has_console = consoles_alive(&r->consoles) > 0;
    int64_t sec = -1;

    recoveryshow_prefill(r);
    r->page_shown = true;
    if (r->s->failed.kind != FAIL_ASKED)
        sec = countdown_seconds(cmdline_get(&r->s->cmdline, "panic"), has_console);
    countdown_start(&r->countdown, sec, clock_now());
    if (sec >= 0)
        log_info("rebooting in %lld s%s", (long long)sec,
                 has_console ? " unless a key is pressed" : ": there is no console to ask on");
    for (size_t i = 0; i < r->consoles.n; i++)
        if (!menu_is_busy(&r->menus[i])) {
            recoveryshow_page(r, &r->consoles.v[i], false);
            recoveryshow_menu(r, &r->consoles.v[i]);
        }
}

/* --- what happens while the page is there --------------------------------------------- */

/* Has the root appeared after all? Return: its name; NULL. */
static const char *find_root(const struct stage1 *s)
{
    _cleanup_free_ const struct blkinfo **all = NULL;
    size_t n;
    int i;

    if (s->spec.n == 0)
        return NULL;
    all = devices_list(&s->devices, false, &n);
    i = all ? rootspec_find(&s->spec, all, n, NULL) : -ENOMEM;
    return i < 0 ? NULL : all[i]->name;
}

static bool is_anybody_busy(const struct recovery *r)
{
    for (size_t i = 0; i < r->consoles.n; i++)
        if (menu_is_busy(&r->menus[i]))
            return true;
    return r->had_shell;
}

static void take_news(struct recovery *r)
{
    const char *name = is_about_time(r->s) ? find_root(r->s) : NULL;
    char news[sizeof(r->news)], text[sizeof(news) + 48], shown[80];

    if (!name)
        return;
    text_printable(name, shown, sizeof(shown));
    if (!is_anybody_busy(r)) {
        recoveryshow_say(r, "pintle: the root has appeared: %s; going on", shown);
        if (boot_answer(r->s, BOOT_ANSWER_RETRY, NULL) == 0)
            recoveryact_go_on(r);
        return;
    }
    snprintf(news, sizeof(news), "the root has appeared: %s -- r goes on with it", shown);
    if (streq(news, r->news))
        return;
    text_copy(r->news, sizeof(r->news), news);
    recoveryshow_say(r, "pintle: %s", news);
    snprintf(text, sizeof(text), "\npintle: %s, once this shell is left\n", news);
    if (r->shell.pid != 0)
        console_tell(r->shell.console, text);
}

static void tick_failed(struct recovery *r)
{
    uint64_t now = clock_now(), left;

    if (!r->page_shown) {
        if (now < r->page_by && is_reading(r->s))
            return;
        show_page(r);
    }
    take_news(r);
    if (r->s->state != BOOT_FAILED)
        return;
    left = countdown_say(&r->countdown, now);
    if (left > 0)
        recoveryshow_say(r, "pintle: rebooting in %llu s unless a key is pressed", (unsigned long long)left);
    else if (countdown_left(&r->countdown, now) == 0)
        recoveryact_reboot(r, "nobody answered");
}

static void on_tick(void *data, int fd, uint32_t events)
{
    struct recovery *r = data;

    r->timer = 0;
    if (r->rebooting)
        return;
    if (r->s->state == BOOT_FAILED)
        tick_failed(r);
    else if (is_waiting(r->s))
        tick_waiting(r);
    recovery_arm(r);
}

/* --- the boot's side -------------------------------------------------------------------- */

int recovery_init(struct stage1 *s)
{
    struct recovery *r = calloc(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    *r = (struct recovery){.s = s, .loglevel = -1, .countdown = {.reboot_at = USEC_INFINITY},
                           .next_line = s->times.start + RECOVERY_FIRST_LINE_USEC};
    s->recovery = r;
    recovery_arm(r);
    return r->timer ? 0 : -ENOSPC;
}

void recovery_fail(struct stage1 *s)
{
    struct recovery *r = s->recovery;

    if (!r)
        return;
    r->page_shown = false;
    r->page_by = clock_now() + PAGE_WAIT_USEC;
    countdown_stop(&r->countdown);
    open_consoles(r);
    if (consoles_alive(&r->consoles) > 0) /* else the kernel's log is all that anybody may get to see */
        recovery_quiet_kernel(r, true);
    devices_probe_all(&s->devices);
    soon(r);
}

void recovery_changed(struct stage1 *s)
{
    if (s->recovery && s->state == BOOT_FAILED && !s->recovery->rebooting)
        soon(s->recovery);
}

void recovery_done(struct stage1 *s)
{
    struct recovery *r = s->recovery;

    if (!r)
        return;
    s->recovery = NULL;
    recovery_quiet_kernel(r, false);
    shell_check_forget(&r->check, &s->children);
    if (r->shell.pid != 0)
        child_abandon(&s->children, r->shell.pid);
    loop_remove(&s->loop, r->timer);
    loop_remove(&s->loop, r->escape_timer);
    loop_remove(&s->loop, r->wrong_timer);
    consoles_close(&r->consoles);
    explicit_bzero(r, sizeof(*r));
    free(r);
}
