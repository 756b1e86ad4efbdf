/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recovery.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/utsname.h>

#include "clock.h"
#include "console.h"
#include "fd.h"
#include "hardware.h"
#include "image.h"
#include "log.h"
#include "menu.h"
#include "page.h"
#include "shell.h"
#include "stage1.h"

#define PAGE_WAIT_USEC     USEC_PER_SEC        /* for disks that are still being read */
#define ESCAPE_USEC        (200 * USEC_PER_MSEC) /* between the bytes of an arrow key, at 1200 baud and more */
#define WRONG_USEC         (2 * USEC_PER_SEC)  /* after a wrong password */
#define DRAIN_USEC         (3 * USEC_PER_SEC)  /* for the last words before a reboot */
#define KLOG_CONSOLE_LEVEL 8
#define QUIET_LEVEL        3 /* what is critical: errors too would tear the page apart, and they are in the log */

struct recovery {
    struct stage1 *s;
    struct consoles consoles;
    struct menu menus[CONSOLES_MAX]; /* of the console with the same index */
    bool opened;
    bool page_shown; /* for the present failure */
    bool had_shell;  /* a person has taken over: nothing goes on by itself */
    bool rebooting;
    int loglevel;           /* the kernel's own, to be put back; -1: it was not changed */
    uint64_t next_line;     /* of waiting */
    uint64_t page_by;       /* show it then, whatever is still being read */
    uint64_t reboot_at;     /* USEC_INFINITY: no countdown */
    uint64_t announced_sec; /* of the countdown, last said */
    loop_id timer, escape_timer, wrong_timer;
    struct shell shell;
    struct shell_check check;
    struct console *checking; /* whose password is being checked */
    struct image_conf conf;
    char prefill[MENU_LINE_MAX];
    char news[160];
};

static void on_tick(void *data, int fd, uint32_t events);
static void act(struct recovery *r, struct console *c, enum menu_action action);

static struct menu *menu_of(struct recovery *r, const struct console *c)
{
    return &r->menus[c - r->consoles.v];
}

static bool is_waiting(const struct stage1 *s)
{
    return s->state != BOOT_FAILED && s->state != BOOT_READY;
}

static bool is_about_time(const struct stage1 *s)
{
    return s->failed.kind == FAIL_TIMEOUT || s->failed.kind == FAIL_ASKED;
}

/* --- time ---------------------------------------------------------------------- */

int64_t recovery_countdown(const char *panic, bool has_console)
{
    uint32_t sec;

    if (panic && *panic == '-')
        return 0; /* the kernel reboots at once for any negative number */
    if (panic && text_parse_u32(panic, 10, &sec) == 0)
        return sec > 0 ? (int64_t)sec : -1;
    return has_console ? -1 : RECOVERY_REBOOT_SEC;
}

static uint64_t seconds_left(const struct recovery *r)
{
    uint64_t now = clock_now();

    return r->reboot_at > now ? (r->reboot_at - now + USEC_PER_SEC - 1) / USEC_PER_SEC : 0;
}

/* When the countdown is next said: at 60, 30, 10 and 5 seconds. */
static uint64_t next_announcement(const struct recovery *r)
{
    static const uint64_t steps[] = {60, 30, 10, 5};

    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        if (steps[i] < r->announced_sec)
            return r->reboot_at - steps[i] * USEC_PER_SEC;
    return r->reboot_at;
}

static void arm(struct recovery *r)
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
    else if (r->reboot_at != USEC_INFINITY)
        when = next_announcement(r);
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

/* --- words ---------------------------------------------------------------------- */

static void say(struct recovery *r, const char *format, ...) _printf_(2, 3);
static void say(struct recovery *r, const char *format, ...)
{
    char text[600], wrapped[800];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    page_wrap(text, 8, wrapped, sizeof(wrapped));
    consoles_write(&r->consoles, wrapped);
}

static void quiet_kernel(struct recovery *r, bool quiet)
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

static void append(char *buf, size_t size, const char *format, ...) _printf_(3, 4);
static void append(char *buf, size_t size, const char *format, ...)
{
    size_t used = strlen(buf);
    va_list ap;

    va_start(ap, format);
    vsnprintf(buf + used, size - used, format, ap);
    va_end(ap);
}

/* The words of the present root, to be edited. */
static void write_prefill(struct recovery *r)
{
    static const char *const keys[] = {"rootfstype", "rootflags", "init"};
    const struct cmdline *c = &r->s->cmdline;
    const char *root = cmdline_get(c, "root");
    int last = cmdline_last_of(c, "ro", "rw");

    r->prefill[0] = '\0';
    append(r->prefill, sizeof(r->prefill), root && strpbrk(root, " \t") ? "\"root=%s\"" : "root=%s", root ?: "");
    if (last >= 0)
        append(r->prefill, sizeof(r->prefill), " %s", last == 0 ? "ro" : "rw");
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (cmdline_get(c, keys[i]))
            append(r->prefill, sizeof(r->prefill), " %s=%s", keys[i], cmdline_get(c, keys[i]));
    for (char *p = r->prefill; *p; p++) /* it is shown as it is edited */
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
            *p = '?';
}

/* --- consoles -------------------------------------------------------------------- */

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
        if (is_waiting(r->s) && r->menus[i].escape == 1) {
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
    if (r->reboot_at == USEC_INFINITY || r->rebooting)
        return;
    r->reboot_at = USEC_INFINITY;
    say(r, "pintle: a key was pressed, the countdown is stopped");
    arm(r);
}

/* Before the page: Enter shows it. */
static void take_waiting_key(struct recovery *r, struct menu *m, unsigned char key)
{
    if (key == '\r' || key == '\n')
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
    struct menu *m = menu_of(r, c);

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
        act(r, c, action);
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

/* The child that is at one thing for the longest time, our own helpers left out. */
static const struct child *eldest(const struct recovery *r)
{
    const struct child *found = NULL;

    for (const struct child *c = r->s->children.first; c; c = c->next)
        if (!c->abandoned && c->pid != r->shell.pid && c->data != &r->check && (!found || c->since < found->since))
            found = c;
    return found;
}

static void say_waiting(struct recovery *r)
{
    struct stage1 *s = r->s;
    uint64_t now = clock_now(), deadline = boot_deadline(s);
    struct page_wait w = {.root = s->spec.text, .left_usec = USEC_INFINITY, .hint = true};
    const struct child *child = eldest(r);
    char text[1024], instead[256];

    if (s->state != BOOT_WAITING) {
        snprintf(instead, sizeof(instead), s->state == BOOT_COLDPLUG ? "the look at the hardware" : "'%s' to be mounted",
                 s->root.source);
        w.instead = instead;
    } else if (deadline != USEC_INFINITY)
        w.left_usec = deadline > now ? deadline - now : 0;
    for (size_t i = 0; i < s->devices.n; i++)
        if (!s->devices.v[i]->gone && s->devices.v[i]->info.bytes > 0) {
            w.n_devices++;
            w.n_unread += s->devices.v[i]->info.probed == BLKINFO_PROBING;
        }
    if (child && now - child->since >= USEC_PER_SEC) {
        w.busy = child->what;
        w.busy_usec = now - child->since;
    }
    page_waiting(&w, text, sizeof(text));
    consoles_write(&r->consoles, text);
}

static void tick_waiting(struct recovery *r)
{
    uint64_t now = clock_now(), since_start = now - r->s->times.start;

    if (now < r->next_line)
        return;
    if (boot_deadline(r->s) == 0 || boot_deadline(r->s) >= now + USEC_PER_SEC) { /* else the page comes at once */
        open_consoles(r);
        say_waiting(r);
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

/* Every device that is there (or went), as the page and the root spec take them. Return: allocated; NULL. */
static const struct blkinfo **list_devices(const struct stage1 *s, bool gone, size_t *ret_n)
{
    const struct blkinfo **list = calloc(s->devices.n + 1, sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; list && i < s->devices.n; i++)
        if (s->devices.v[i]->gone == gone)
            list[n++] = &s->devices.v[i]->info;
    *ret_n = n;
    return list;
}

static void write_page(struct recovery *r, struct console *c, bool everything)
{
    struct stage1 *s = r->s;
    struct utsname un = {0};
    _cleanup_free_ const struct blkinfo **devices = NULL, **gone = NULL;
    _cleanup_free_ struct page_hardware *hardware = NULL;
    _cleanup_free_ char *text = malloc(PAGE_MAX);
    struct page_input in = {.fail = &s->failed, .root = cmdline_get(&s->cmdline, "root"),
                            .spec = s->spec.n > 0 ? &s->spec : NULL};
    char about[200];

    devices = list_devices(s, false, &in.n_devices);
    gone = list_devices(s, true, &in.n_gone);
    hardware = hardware_list(s, everything, &in.n_hardware);
    if (!text || !devices || !gone) {
        console_write(c, "*** pintle: not enough memory for the page\n");
        return;
    }
    (void)uname(&un);
    snprintf(about, sizeof(about), "pintle " PACKAGE_VERSION ", Linux %.65s, an image for Linux %.65s", un.release,
             r->conf.kernel[0] ? r->conf.kernel : "(unknown)");
    in.devices = devices;
    in.gone = gone;
    in.hardware = hardware;
    in.about = about;
    page_write(&in, everything, text, PAGE_MAX);
    console_write(c, "\n");
    console_write(c, text);
}

static void write_menu(struct recovery *r, struct console *c)
{
    char text[1024];

    menu_text(menu_of(r, c), r->news, r->reboot_at == USEC_INFINITY ? -1 : (int64_t)seconds_left(r), text, sizeof(text));
    console_write(c, text);
}

static void show_page(struct recovery *r)
{
    int64_t sec;

    write_prefill(r);
    r->page_shown = true;
    r->announced_sec = UINT64_MAX;
    sec = r->s->failed.kind == FAIL_ASKED ? -1
                                          : recovery_countdown(cmdline_get(&r->s->cmdline, "panic"),
                                                               consoles_alive(&r->consoles) > 0);
    r->reboot_at = sec < 0 ? USEC_INFINITY : clock_now() + (uint64_t)sec * USEC_PER_SEC;
    if (sec >= 0) {
        r->announced_sec = (uint64_t)sec;
        log_info("rebooting in %lld s%s", (long long)sec,
                 consoles_alive(&r->consoles) > 0 ? " unless a key is pressed" : ": there is no console to ask on");
    }
    for (size_t i = 0; i < r->consoles.n; i++)
        if (!menu_is_busy(&r->menus[i])) {
            write_page(r, &r->consoles.v[i], false);
            write_menu(r, &r->consoles.v[i]);
        }
}

/* --- answers ------------------------------------------------------------------------ */

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

/* The last words get out of the machine first, if the lines take them. */
static void do_reboot(struct recovery *r, const char *why)
{
    struct child_job job = {.what = "rebooting", .run = run_drain, .exit = on_drained, .data = r};

    if (r->rebooting)
        return;
    r->rebooting = true;
    say(r, "pintle: %s, rebooting", why);
    log_info("%s, rebooting", why);
    (void)loop_add_timer(&r->s->loop, clock_now() + DRAIN_USEC, LOOP_PRIO_TIMER, on_drain_timeout, r, NULL);
    if (child_start(&r->s->children, &job, NULL) < 0)
        on_drain_timeout(r, -1, 0);
    arm(r);
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

/* The boot has taken an answer; or it has failed again at once, and a new page is due already. */
static void go_on(struct recovery *r)
{
    r->news[0] = '\0';
    r->had_shell = false;
    if (r->s->state == BOOT_FAILED)
        return;
    forget_typing(r);
    r->page_shown = false;
    r->reboot_at = USEC_INFINITY;
    r->next_line = clock_now() + RECOVERY_SECOND_LINE_USEC;
    quiet_kernel(r, false);
    arm(r);
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
    say(r, "pintle: %s (answered on %s); root=%s", texts[what], c->name, root);
    go_on(r);
}

static void on_shell_end(void *data, int status)
{
    struct recovery *r = data;
    struct console *c = &r->consoles.v[r->shell.console - r->consoles.v];
    struct menu *m = menu_of(r, c);

    menu_back(m);
    if (console_return(c) < 0) {
        log_warning(0, "the console '%s' has gone with its shell", c->name);
        return;
    }
    console_write(c, status == 0 ? "\nthe shell has ended\n" : "\nthe shell has ended with an error\n");
    if (r->s->state != BOOT_FAILED)
        return;
    write_page(r, c, false);
    write_menu(r, c);
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
    menu_away(menu_of(r, c));
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
    action = menu_password_checked(menu_of(r, c), result);
    console_write(c, menu_of(r, c)->show);
    if (result <= 0)
        log_warning(result, "a wrong password for the shell on '%s'", c->name);
    act(r, c, action);
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
    struct menu *m = menu_of(r, c);
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

static void act(struct recovery *r, struct console *c, enum menu_action action)
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
        answer(r, c, BOOT_ANSWER_ROOT, menu_of(r, c)->words);
        break;
    case MENU_DO_SHELL:
        open_shell(r, c);
        break;
    case MENU_DO_PASSWORD:
        check_password(r, c);
        break;
    case MENU_DO_REBOOT:
        do_reboot(r, "a reboot was asked for");
        break;
    case MENU_DO_PAGE:
    case MENU_DO_ALL:
        write_page(r, c, action == MENU_DO_ALL);
        write_menu(r, c);
        break;
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
    all = list_devices(s, false, &n);
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
        say(r, "pintle: the root has appeared: %s; going on", shown);
        if (boot_answer(r->s, BOOT_ANSWER_RETRY, NULL) == 0)
            go_on(r);
        return;
    }
    snprintf(news, sizeof(news), "the root has appeared: %s -- r goes on with it", shown);
    if (streq(news, r->news))
        return;
    text_copy(r->news, sizeof(r->news), news);
    say(r, "pintle: %s", news);
    snprintf(text, sizeof(text), "\npintle: %s, once this shell is left\n", news);
    if (r->shell.pid != 0)
        console_tell(r->shell.console, text);
}

static void tick_failed(struct recovery *r)
{
    uint64_t now = clock_now();

    if (!r->page_shown) {
        if (now < r->page_by && is_reading(r->s))
            return;
        show_page(r);
    }
    take_news(r);
    if (r->s->state != BOOT_FAILED || r->reboot_at == USEC_INFINITY)
        return;
    if (now >= r->reboot_at)
        do_reboot(r, "nobody answered");
    else if (now >= next_announcement(r)) {
        r->announced_sec = seconds_left(r);
        say(r, "pintle: rebooting in %llu s unless a key is pressed", (unsigned long long)r->announced_sec);
    }
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
    arm(r);
}

/* --- the boot's side -------------------------------------------------------------------- */

int recovery_init(struct stage1 *s)
{
    struct recovery *r = calloc(1, sizeof(*r));

    if (!r)
        return -ENOMEM;
    *r = (struct recovery){.s = s, .loglevel = -1, .reboot_at = USEC_INFINITY,
                           .next_line = s->times.start + RECOVERY_FIRST_LINE_USEC};
    s->recovery = r;
    arm(r);
    return r->timer ? 0 : -ENOSPC;
}

void recovery_fail(struct stage1 *s)
{
    struct recovery *r = s->recovery;

    if (!r)
        return;
    r->page_shown = false;
    r->page_by = clock_now() + PAGE_WAIT_USEC;
    r->reboot_at = USEC_INFINITY;
    open_consoles(r);
    if (consoles_alive(&r->consoles) > 0) /* else the kernel's log is all that anybody may get to see */
        quiet_kernel(r, true);
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
    quiet_kernel(r, false);
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
