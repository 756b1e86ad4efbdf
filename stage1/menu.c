/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "menu.h"

#include <stdarg.h>

#include "cmdline.h"
#include "rootspec.h"
#include "text.h"

#define CTRL(c) ((c) & 0x1f)
#define ESC     0x1b
#define DEL     0x7f

#define PROMPT "> "

void menu_init(struct menu *m, enum menu_lock lock, const char *prefill)
{
    *m = (struct menu){.mode = MENU_KEYS, .lock = lock, .prefill = prefill};
}

static void show(struct menu *m, const char *format, ...) _printf_(2, 3);
static void show(struct menu *m, const char *format, ...)
{
    size_t used = strlen(m->show);
    va_list ap;

    va_start(ap, format);
    vsnprintf(m->show + used, sizeof(m->show) - used, format, ap);
    va_end(ap);
}

static void wipe_line(struct menu *m)
{
    explicit_bzero(m->line, sizeof(m->line));
    m->length = m->cursor = 0;
}

/* --- editing ----------------------------------------------------------------- */

/* Back over @n columns: '\b' alone, which every terminal knows. */
static void show_back(struct menu *m, size_t n)
{
    while (n-- > 0)
        show(m, "\b");
}

static void show_from(struct menu *m, size_t at)
{
    if (m->mode == MENU_LINE)
        show(m, "%s", m->line + at);
}

static void insert(struct menu *m, char c)
{
    if (m->length + 1 >= sizeof(m->line)) {
        show(m, "\a");
        return;
    }
    memmove(m->line + m->cursor + 1, m->line + m->cursor, m->length - m->cursor + 1);
    m->line[m->cursor] = c;
    m->length++;
    show_from(m, m->cursor);
    m->cursor++;
    if (m->mode == MENU_LINE)
        show_back(m, m->length - m->cursor);
}

/* Take out @n characters before the cursor. */
static void erase(struct menu *m, size_t n)
{
    size_t tail = m->length - m->cursor;

    n = MIN(n, m->cursor);
    if (n == 0)
        return;
    memmove(m->line + m->cursor - n, m->line + m->cursor, tail + 1);
    m->cursor -= n;
    m->length -= n;
    explicit_bzero(m->line + m->length, sizeof(m->line) - m->length);
    if (m->mode != MENU_LINE)
        return;
    show_back(m, n);
    show_from(m, m->cursor);
    for (size_t i = 0; i < n; i++)
        show(m, " ");
    show_back(m, tail + n);
}

static size_t word_before_cursor(const struct menu *m)
{
    size_t at = m->cursor;

    while (at > 0 && m->line[at - 1] == ' ')
        at--;
    while (at > 0 && m->line[at - 1] != ' ')
        at--;
    return m->cursor - at;
}

static void move_cursor(struct menu *m, size_t to)
{
    if (m->mode != MENU_LINE)
        return;
    if (to < m->cursor)
        show_back(m, m->cursor - to);
    else
        show(m, "%.*s", (int)(to - m->cursor), m->line + m->cursor);
    m->cursor = to;
}

/* @return: false when it is no editing key. */
static bool edit(struct menu *m, unsigned char key)
{
    switch (key) {
    case '\b':
    case DEL:
        erase(m, 1);
        return true;
    case CTRL('U'):
        move_cursor(m, m->length);
        erase(m, m->cursor);
        return true;
    case CTRL('W'):
        erase(m, word_before_cursor(m));
        return true;
    case CTRL('A'):
        move_cursor(m, 0);
        return true;
    case CTRL('E'):
        move_cursor(m, m->length);
        return true;
    case CTRL('B'):
        move_cursor(m, m->cursor > 0 ? m->cursor - 1 : 0);
        return true;
    case CTRL('F'):
        move_cursor(m, MIN(m->cursor + 1, m->length));
        return true;
    case CTRL('L'):
    case CTRL('R'): /* a kernel message has torn the line apart */
        if (m->mode == MENU_LINE) {
            show(m, "\n" PROMPT "%s", m->line);
            show_back(m, m->length - m->cursor);
        }
        return true;
    default:
        if (key < ' ' || key >= DEL)
            return false;
        insert(m, (char)key);
        return true;
    }
}

/* --- modes --------------------------------------------------------------------- */

static void enter_keys(struct menu *m)
{
    wipe_line(m);
    m->mode = MENU_KEYS;
    show(m, "\n" PROMPT);
}

static void enter_line(struct menu *m)
{
    m->mode = MENU_LINE;
    wipe_line(m);
    text_copy(m->line, sizeof(m->line), m->prefill ?: "root=");
    m->length = m->cursor = strlen(m->line);
    show(m, "o\nwords as on the kernel command line: root= ro rw rootfstype= rootflags= init=\n"
            "^U clears the line, Enter takes it, Esc goes back\n" PROMPT "%s",
         m->line);
}

static void enter_password(struct menu *m)
{
    m->mode = MENU_PASSWORD;
    wipe_line(m);
    show(m, "s\nroot's password (Esc goes back): ");
}

static enum menu_action ask_shell(struct menu *m)
{
    switch (m->lock) {
    case MENU_SHELL_OPEN:
        show(m, "s\n");
        return MENU_DO_SHELL;
    case MENU_SHELL_PASSWORD:
        enter_password(m);
        return MENU_DO_NOTHING;
    case MENU_SHELL_REFUSED:
        show(m, "s\nno shell: this image holds no password for it, so nobody can be asked for one.\n"
                "Open it with pintle.shell=open on the kernel command line, or put a password\n"
                "into the image (shell-hash= in its configuration).\n" PROMPT);
        return MENU_DO_NOTHING;
    case MENU_SHELL_MISSING:
        show(m, "s\nno shell: this image holds no /bin/sh\n" PROMPT);
        return MENU_DO_NOTHING;
    }
    return MENU_DO_NOTHING;
}

static enum menu_action keys_key(struct menu *m, unsigned char key)
{
    switch (key) {
    case 'w':
    case 'W':
        show(m, "w\n");
        return MENU_DO_WAIT;
    case 'r':
    case 'R':
        show(m, "r\n");
        return MENU_DO_RETRY;
    case 'o':
    case 'O':
        enter_line(m);
        return MENU_DO_NOTHING;
    case 's':
    case 'S':
        return ask_shell(m);
    case 'b':
    case 'B':
        show(m, "b\n");
        return MENU_DO_REBOOT;
    case 'd':
    case 'D':
        show(m, "d\n");
        return MENU_DO_ALL;
    case '\r':
    case '\n':
        show(m, "\n");
        return MENU_DO_PAGE;
    default:
        if (key > ' ' && key < DEL)
            show(m, "%c: the keys are w r o s d b, and Enter for the page\n" PROMPT, key);
        return MENU_DO_NOTHING;
    }
}

static bool is_cancel(unsigned char key)
{
    return key == CTRL('C') || key == CTRL('D') || key == ESC;
}

static enum menu_action line_key(struct menu *m, unsigned char key)
{
    char why[320];

    if (is_cancel(key)) {
        enter_keys(m);
        return MENU_DO_NOTHING;
    }
    if (key != '\r' && key != '\n') {
        edit(m, key);
        return MENU_DO_NOTHING;
    }
    if (m->length == 0) {
        enter_keys(m);
        return MENU_DO_NOTHING;
    }
    if (menu_check_words(m->line, m->words, sizeof(m->words), why, sizeof(why)) < 0) {
        m->cursor = m->length;
        show(m, "\n%s\n" PROMPT "%s", why, m->line);
        return MENU_DO_NOTHING;
    }
    show(m, "\n");
    wipe_line(m);
    m->mode = MENU_KEYS;
    return MENU_DO_ROOT;
}

static enum menu_action password_key(struct menu *m, unsigned char key)
{
    if (is_cancel(key)) {
        enter_keys(m);
        return MENU_DO_NOTHING;
    }
    if (key != '\r' && key != '\n') {
        edit(m, key);
        return MENU_DO_NOTHING;
    }
    show(m, "\n");
    m->mode = MENU_CHECKING;
    return MENU_DO_PASSWORD;
}

/*
 * Arrow keys and their like come as ESC [ ... letter or ESC O letter. Left, right, home and end are taken, the rest is
 * swallowed. What follows an ESC decides which it was; when nothing does, menu_escape_is_over() says so.
 * Return: true when the byte was part of a sequence; @ret_key is then the editing key that it stands for, or 0.
 */
static bool escape_key(struct menu *m, unsigned char key, unsigned char *ret_key)
{
    *ret_key = 0;
    if (m->escape == 1 && (key == '[' || key == 'O')) {
        m->escape = 2;
        return true;
    }
    if (m->escape != 2)
        return false;
    if (key >= 0x20 && key < 0x40) /* parameters */
        return true;
    m->escape = 0;
    *ret_key = key == 'D'   ? CTRL('B')
               : key == 'C' ? CTRL('F')
               : key == 'H' ? CTRL('A')
               : key == 'F' ? CTRL('E')
                            : 0;
    return true;
}

static enum menu_action plain_key(struct menu *m, unsigned char key)
{
    switch (m->mode) {
    case MENU_KEYS:
        return keys_key(m, key);
    case MENU_LINE:
        return line_key(m, key);
    case MENU_PASSWORD:
        return password_key(m, key);
    case MENU_CHECKING:
    case MENU_AWAY:
        return MENU_DO_NOTHING;
    }
    return MENU_DO_NOTHING;
}

static void lone_escape(struct menu *m)
{
    m->escape = 0;
    if (m->mode == MENU_LINE || m->mode == MENU_PASSWORD)
        enter_keys(m);
}

enum menu_action menu_key(struct menu *m, unsigned char key)
{
    unsigned char meant;

    m->show[0] = '\0';
    if (escape_key(m, key, &meant)) {
        if (meant && m->mode == MENU_LINE)
            edit(m, meant);
        return MENU_DO_NOTHING;
    }
    if (m->escape == 1)
        lone_escape(m);
    if (key == ESC) {
        m->escape = 1;
        return MENU_DO_NOTHING;
    }
    return plain_key(m, key);
}

void menu_escape_is_over(struct menu *m)
{
    m->show[0] = '\0';
    if (m->escape == 1)
        lone_escape(m);
}

enum menu_action menu_password_checked(struct menu *m, int result)
{
    m->show[0] = '\0';
    wipe_line(m);
    if (m->mode != MENU_CHECKING)
        return MENU_DO_NOTHING;
    m->mode = MENU_KEYS;
    if (result > 0) {
        m->tries = 0;
        return MENU_DO_SHELL;
    }
    if (result < 0)
        show(m, "the password cannot be checked: %s\n" PROMPT,
             result == -ELIBACC ? "this image lacks libcrypt.so.1"
             : result == -EINVAL ? "the shell-hash= in this image is no password hash that is known here"
                                 : strerrordesc_np(-result) ?: "unknown error");
    else if (++m->tries < MENU_TRIES) {
        m->mode = MENU_PASSWORD;
        show(m, "wrong. root's password (Esc goes back): ");
    } else {
        m->tries = 0;
        show(m, "wrong.\n" PROMPT);
    }
    return MENU_DO_NOTHING;
}

void menu_away(struct menu *m)
{
    wipe_line(m);
    m->escape = 0;
    m->mode = MENU_AWAY;
    m->show[0] = '\0';
}

void menu_back(struct menu *m)
{
    m->mode = MENU_KEYS;
    m->show[0] = '\0';
}

bool menu_is_busy(const struct menu *m)
{
    return m->mode != MENU_KEYS;
}

size_t menu_text(const struct menu *m, const char *note, int64_t reboot_sec, char *buf, size_t size)
{
    static const char *const shells[] = {
        [MENU_SHELL_OPEN] = "shell",
        [MENU_SHELL_PASSWORD] = "shell (password)",
        [MENU_SHELL_REFUSED] = "shell (locked)",
        [MENU_SHELL_MISSING] = "(no shell here)",
    };
    size_t n = 0;

    buf[0] = '\0';
    n += (size_t)snprintf(buf, size, "\n");
    if (note && *note && n < size)
        n += (size_t)snprintf(buf + n, size - n, "%s\n", note);
    if (n < size)
        n += (size_t)snprintf(buf + n, size - n,
                              "w  wait on, no time limit  r  retry             o  another root= or options\n"
                              "s  %-24sd  all the devices   b  reboot     Enter  this page\n",
                              shells[m->lock]);
    if (reboot_sec >= 0 && n < size)
        n += (size_t)snprintf(buf + n, size - n, "rebooting in %lld s unless a key is pressed\n",
                              (long long)reboot_sec);
    if (n < size)
        n += (size_t)snprintf(buf + n, size - n, PROMPT);
    return MIN(n, size - 1);
}

/* --- the words of another root --------------------------------------------------- */

static int refuse(char *why, size_t size, const char *format, ...) _printf_(3, 4);
static int refuse(char *why, size_t size, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(why, size, format, ap);
    va_end(ap);
    return -EINVAL;
}

static bool is_known_word(const struct cmdline_word *w)
{
    static const char *const bare[] = {"ro", "rw", "rootwait", "forcefsck", "fastboot"};
    static const char *const valued[] = {"root",      "rootfstype", "rootflags", "rootwait",
                                         "rootdelay", "init",       "fsck.mode", "fsck.repair"};

    if (text_after(w->key, "pintle."))
        return true;
    for (size_t i = 0; !w->value && i < ARRAY_SIZE(bare); i++)
        if (streq(w->key, bare[i]))
            return true;
    for (size_t i = 0; w->value && i < ARRAY_SIZE(valued); i++)
        if (cmdline_key_eq(w->key, valued[i]))
            return true;
    return false;
}

/* "sda", "vda2", "nvme0n1p1", but not "quiet". */
static bool looks_like_device(const char *s)
{
    return !strpbrk(s, "=/") && (strpbrk(s, "0123456789") || text_after(s, "sd") || text_after(s, "vd") ||
                                 text_after(s, "hd") || text_after(s, "xvd"));
}

/* "LABEL=x rw", "/dev/vda2", "vda2", "254:2": a value of root= without the word. */
static const char *root_prefix(const char *line)
{
    char first[MENU_LINE_MAX], with_dev[MENU_LINE_MAX + 8], why[8];
    struct rootspec spec;
    size_t n = strcspn(line, " ");

    snprintf(first, sizeof(first), "%.*s", (int)n, line);
    if (rootspec_parse(first, &spec, why, sizeof(why)) == 0) {
        rootspec_done(&spec);
        return "root=";
    }
    snprintf(with_dev, sizeof(with_dev), "/dev/%s", first);
    if (!looks_like_device(first) || rootspec_parse(with_dev, &spec, why, sizeof(why)) < 0)
        return "";
    rootspec_done(&spec);
    return "root=/dev/";
}

int menu_check_words(const char *line, char *ret_words, size_t words_size, char *why, size_t why_size)
{
    _cleanup_cmdline_ struct cmdline c = {0};
    struct rootspec spec;
    const char *root;
    char text[MENU_LINE_MAX + 16], shown[80];
    int n;

    line += strspn(line, " ");
    n = snprintf(text, sizeof(text), "%s%s", root_prefix(line), line);
    if (n < 0 || (size_t)n >= sizeof(text) || (size_t)n >= words_size)
        return refuse(why, why_size, "the line is too long");
    if (cmdline_parse(text, (size_t)n, &c) < 0)
        return refuse(why, why_size, "not enough memory");
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(&c, NULL, w));)
        if (w->for_init || !is_known_word(w))
            return refuse(why, why_size, "'%s' is no word for this line", text_printable(w->key, shown, sizeof(shown)));
    root = cmdline_get(&c, "root");
    if (root) {
        if (rootspec_parse(root, &spec, why, why_size) < 0)
            return -EINVAL;
        for (size_t i = 0; i < spec.n; i++)
            if (rootspec_supported(&spec.v[i], why, why_size) < 0) {
                rootspec_done(&spec);
                return -EINVAL;
            }
        rootspec_done(&spec);
    }
    text_copy(ret_words, words_size, text);
    return 0;
}
