/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small decisions behind the recovery page: who may have a shell, which terminals, which words. */
#include <fcntl.h>
#include <pty.h>

#include "clock.h"
#include "console.h"
#include "klog.h"
#include "shell.h"
#include "text.h"
#include "unittest.h"

static struct cmdline parsed(const char *text)
{
    struct cmdline c;

    ck_assert_int_eq(cmdline_parse(text, strlen(text), &c), 0);
    return c;
}

START_TEST(the_shell_is_locked_unless_somebody_opened_it)
{
    static const struct {
        const char *words, *hash;
        bool has_shell;
        enum menu_lock lock;
    } cases[] = {
        {"", "", true, MENU_SHELL_REFUSED},
        {"", "$6$x$y", true, MENU_SHELL_PASSWORD},
        {"", "!", true, MENU_SHELL_REFUSED},
        {"", "*", true, MENU_SHELL_REFUSED},
        {"pintle.shell=open", "", true, MENU_SHELL_OPEN},
        {"pintle.shell=open", "$6$x$y", true, MENU_SHELL_OPEN},
        {"pintle.shell=open pintle.shell=no", "$6$x$y", true, MENU_SHELL_PASSWORD},
        {"pintle.shell=opened", "", true, MENU_SHELL_REFUSED},
        {"pintle.shell", "", true, MENU_SHELL_REFUSED},
        {"-- pintle.shell=open", "", true, MENU_SHELL_REFUSED}, /* that is init's */
        {"pintle.shell=open", "", false, MENU_SHELL_MISSING},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cmdline c = parsed(cases[i].words);

        ck_assert_msg(shell_lock(&c, cases[i].hash, cases[i].has_shell) == cases[i].lock, "case %zu", i);
        cmdline_done(&c);
    }
}
END_TEST

START_TEST(every_terminal_once)
{
    static const struct {
        const char *active, *vt, *words, *names;
    } cases[] = {
        {"tty0 ttyS0\n", "tty1\n", "", "tty1 ttyS0 "},
        {"tty0 ttyS0", "", "", "tty0 ttyS0 "},
        {"ttyS0\n", "tty1", "console=ttyS1,115200n8 console=ttyS0", "ttyS0 ttyS1/115200 "},
        {"ttyS0", "", "console=tty0 console=ttyS0 console", "ttyS0 tty0 "},
        {"ttyS0", "tty2", "console=tty console=tty2", "ttyS0 tty2 "},
        {"", "", "console=null", ""},
        {"", "", "console=ttynull console=uart8250,io,0x3f8,115200 console=netcon0 console=", ""},
        {"", "", "console=hvc0 console=ttyAMA0,9600", "hvc0 ttyAMA0/9600 "},
        {"", "", "console=../etc/shadow console=a/b", ""},
        {"", "", "-- console=ttyS0", ""},
        {"a b c d e f g h i j", "", "", "a b c d e f g h "},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cmdline c = parsed(cases[i].words);
        struct console_name names[CONSOLES_MAX];
        char vt[16], text[400] = "";
        size_t n;

        snprintf(vt, sizeof(vt), "%.*s", (int)strcspn(cases[i].vt, "\n"), cases[i].vt);
        n = console_names(cases[i].active, vt, &c, names, CONSOLES_MAX);
        for (size_t k = 0; k < n; k++)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s ", names[k].name,
                     names[k].speed == B115200 ? "/115200" : names[k].speed == B9600 ? "/9600" : "");
        ck_assert_msg(streq(text, cases[i].names), "case %zu: %s", i, text);
        cmdline_done(&c);
    }
}
END_TEST

START_TEST(only_the_kernels_own_warnings_are_quoted)
{
    static const struct {
        const char *record, *text;
    } cases[] = {
        {"3,100,5000,-;EXT4-fs (vda1): bad block\n SUBSYSTEM=block\n", "EXT4-fs (vda1): bad block"},
        {"4,100,5000,-;a warning\n", "a warning"},
        {"5,100,5000,-;a notice\n", NULL},
        {"11,100,5000,-;stage1: an error of ours\n", NULL}, /* facility 1 */
        {"3,100,5000,-;\n", NULL},
        {"", NULL},
        {"no record", NULL},
        {"x;y", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char record[200];
        const char *text;

        snprintf(record, sizeof(record), "%s", cases[i].record);
        text = klog_pick(record);
        ck_assert_msg(cases[i].text ? text && streq(text, cases[i].text) : !text, "case %zu: %s", i, text ?: "nothing");
    }
}
END_TEST

/* --- a terminal of our own ------------------------------------------------------------------------------ */

static char typed[100];

static void on_typed(void *data, struct console *c, const char *bytes, size_t n)
{
    snprintf(typed, sizeof(typed), "%.*s", (int)n, bytes);
}

static size_t read_master(int master, char *buf, size_t size)
{
    size_t n = 0;
    ssize_t got;

    while (n + 1 < size && (got = read(master, buf + n, size - 1 - n)) > 0)
        n += (size_t)got;
    buf[n] = '\0';
    return n;
}

/* A pseudoterminal as the only console, put in by hand: the terminals of the machine that tests are not ours. */
static int open_pty(struct consoles *all, struct loop *loop, struct termios *ret_before)
{
    int master, slave;
    char name[64];

    ck_assert_int_eq(openpty(&master, &slave, name, NULL, NULL), 0);
    ck_assert_int_eq(tcgetattr(slave, ret_before), 0);
    ck_assert_int_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
    *all = (struct consoles){.loop = loop, .input = on_typed, .n = 1};
    all->v[0] = (struct console){.fd = -EBADF, .all = all, .out = malloc(CONSOLE_ROOM)};
    ck_assert(text_copy(all->v[0].name, sizeof(all->v[0].name), name + strlen("/dev/")));
    ck_assert_int_eq(console_return(&all->v[0]), 0);
    close(slave);
    return master;
}

START_TEST(a_slow_terminal_gets_all_and_holds_up_nobody)
{
    struct loop loop;
    struct consoles all;
    struct termios before, now;
    char *big = malloc(60001), *got = malloc(80000);
    size_t n = 0;
    int master;

    ck_assert_int_eq(loop_init(&loop, 16), 0);
    master = open_pty(&all, &loop, &before);
    for (unsigned i = 0; i < 60000; i++)
        big[i] = (char)('a' + i % 23);
    big[60000] = '\0';
    console_write(&all.v[0], big); /* more than any terminal takes at once; nobody reads yet */
    ck_assert_uint_gt(all.v[0].out_used, 0);
    for (unsigned i = 0; i < 1000 && n < 60000; i++) {
        n += read_master(master, got + n, 80000 - n);
        ck_assert_int_ge(loop_round(&loop, clock_now() + USEC_PER_SEC), 0);
    }
    ck_assert_str_eq(got, big);
    ck_assert_uint_eq(all.v[0].out_used, 0);
    console_write(&all.v[0], "a\nb");
    read_master(master, got, 80000);
    ck_assert_str_eq(got, "a\r\nb");
    ck_assert_int_eq((int)write(master, "w\r", 2), 2); /* raw: at once, without Enter, without echo; Enter is '\n' */
    ck_assert_int_ge(loop_round(&loop, clock_now() + 5 * USEC_PER_SEC), 1);
    ck_assert_str_eq(typed, "w\n");
    ck_assert_uint_eq(read_master(master, got, 80000), 0);
    consoles_close(&all);
    ck_assert_int_eq(tcgetattr(master, &now), 0);
    ck_assert(now.c_lflag == before.c_lflag && now.c_iflag == before.c_iflag); /* as it was found */
    close(master);
    loop_done(&loop);
    free(big);
    free(got);
}
END_TEST

START_TEST(a_terminal_that_goes_is_dropped)
{
    struct loop loop;
    struct consoles all;
    struct termios before;
    int master;

    ck_assert_int_eq(loop_init(&loop, 16), 0);
    master = open_pty(&all, &loop, &before);
    ck_assert_uint_eq(consoles_alive(&all), 1);
    close(master);
    ck_assert_int_ge(loop_round(&loop, clock_now() + 5 * USEC_PER_SEC), 1);
    ck_assert_uint_eq(consoles_alive(&all), 0);
    consoles_write(&all, "nobody hears this\n");
    consoles_close(&all);
    loop_done(&loop);
}
END_TEST

START_TEST(a_terminal_sent_away_comes_back)
{
    struct loop loop;
    struct consoles all;
    struct termios before;
    char got[100];
    int master, keep;

    ck_assert_int_eq(loop_init(&loop, 16), 0);
    master = open_pty(&all, &loop, &before);
    keep = open(ptsname(master), O_RDWR | O_NOCTTY); /* what the shell would hold */
    console_leave(&all.v[0]);
    ck_assert_uint_eq(consoles_alive(&all), 1);
    console_write(&all.v[0], "not now\n");
    ck_assert_uint_eq(read_master(master, got, sizeof(got)), 0);
    console_tell(&all.v[0], "news\n");
    read_master(master, got, sizeof(got));
    ck_assert_str_eq(got, "news\r\n");
    ck_assert_int_eq(console_return(&all.v[0]), 0);
    console_write(&all.v[0], "back\n");
    read_master(master, got, sizeof(got));
    ck_assert_str_eq(got, "back\r\n");
    consoles_close(&all);
    close(keep);
    close(master);
    loop_done(&loop);
}
END_TEST

/* --- passwords ------------------------------------------------------------------------------------------ */

static int result_ = 99;

static void on_result(void *data, int result)
{
    result_ = result;
}

START_TEST(a_password_is_checked_in_a_child)
{
    /* openssl passwd -1 -salt pin 'let me in' */
    static const char hash[] = "$1$pin$XWBMIf2afk7fm6GUHHXRI/";
    static const struct {
        const char *password, *hash;
        int result;
    } cases[] = {{"let me in", hash, 1}, {"let me out", hash, 0}, {"", "!", -EINVAL}, {"x", "$99$what", -EINVAL}};
    struct shell_check check = {.checked = on_result};
    struct children children;
    struct loop loop;

    ck_assert_int_eq(loop_init(&loop, 16), 0);
    ck_assert_int_eq(children_init(&children, &loop), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        result_ = 99;
        snprintf(check.password, sizeof(check.password), "%s", cases[i].password);
        snprintf(check.hash, sizeof(check.hash), "%s", cases[i].hash);
        ck_assert_int_eq(shell_check_password(&check, &children), 0);
        ck_assert_str_eq(check.password, ""); /* ours is wiped as soon as the child has it */
        while (result_ == 99)
            ck_assert_int_ge(loop_round(&loop, clock_now() + 20 * USEC_PER_SEC), 1);
        ck_assert_int_eq(result_, cases[i].result);
        while (children.n > 0)
            ck_assert_int_ge(loop_round(&loop, clock_now() + 20 * USEC_PER_SEC), 1);
    }
    children_done(&children);
    loop_done(&loop);
}
END_TEST

UNITTEST_MAIN("recovery", the_shell_is_locked_unless_somebody_opened_it, every_terminal_once, only_the_kernels_own_warnings_are_quoted,
              a_slow_terminal_gets_all_and_holds_up_nobody, a_terminal_that_goes_is_dropped,
              a_terminal_sent_away_comes_back, a_password_is_checked_in_a_child)
