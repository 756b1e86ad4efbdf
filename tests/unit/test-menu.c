/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "menu.h"
#include "unittest.h"

/* What the terminal shows at last: '\b' moves back, the rest overwrites. The last line only. */
static const char *screen(const char *shown)
{
    static char line[4096];
    size_t at = 0, end = 0;

    for (; *shown; shown++) {
        if (*shown == '\b')
            at -= at > 0;
        else if (*shown == '\n')
            at = end = 0;
        else if (*shown != '\a') {
            line[at++] = *shown;
            end = at > end ? at : end;
        }
    }
    while (end > 0 && line[end - 1] == ' ')
        end--;
    line[end] = '\0';
    return line;
}

static char all_shown[65536];

/* Type a text; the last byte's action. What was shown is gathered in all_shown. */
static enum menu_action type(struct menu *m, const char *keys)
{
    enum menu_action action = MENU_DO_NOTHING;

    *all_shown = '\0';
    for (; *keys; keys++) {
        action = menu_key(m, (unsigned char)*keys);
        strcat(all_shown, m->show);
    }
    return action;
}

START_TEST(each_key_has_its_action)
{
    static const struct {
        const char *key;
        enum menu_action action;
    } cases[] = {
        {"w", MENU_DO_WAIT}, {"r", MENU_DO_RETRY},  {"b", MENU_DO_REBOOT}, {"d", MENU_DO_ALL},
        {"\r", MENU_DO_PAGE}, {"\n", MENU_DO_PAGE}, {"s", MENU_DO_SHELL},  {"W", MENU_DO_WAIT},
        {"x", MENU_DO_NOTHING}, {" ", MENU_DO_NOTHING}, {"\xff", MENU_DO_NOTHING}, {"\x01", MENU_DO_NOTHING},
    };
    struct menu m;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        menu_init(&m, MENU_SHELL_OPEN, "root=x");
        ck_assert_msg(type(&m, cases[i].key) == cases[i].action, "key '%s'", cases[i].key);
        ck_assert_int_eq(m.mode, MENU_KEYS);
    }
    ck_assert_ptr_nonnull(strstr((type(&m, "x"), all_shown), "x: the keys are"));
}
END_TEST

START_TEST(another_root_is_edited_and_checked_at_once)
{
    struct menu m;

    menu_init(&m, MENU_SHELL_OPEN, "root=UUID=12 ro");
    ck_assert_int_eq(type(&m, "o"), MENU_DO_NOTHING);
    ck_assert_str_eq(screen(all_shown), "> root=UUID=12 ro");
    ck_assert_int_eq(type(&m, "\x15" "root=LABL=x\r"), MENU_DO_NOTHING); /* ^U, and a form that is none */
    ck_assert_int_eq(m.mode, MENU_LINE);
    ck_assert_ptr_nonnull(strstr(all_shown, "'LABL=x' is invalid: expected UUID="));
    ck_assert_str_eq(screen(all_shown), "> root=LABL=x"); /* still there to be edited */
    ck_assert_int_eq(type(&m, "\x7f\x7f\x7f\x7f" "BEL=y rw\r"), MENU_DO_ROOT);
    ck_assert_str_eq(m.words, "root=LABEL=y rw");
    ck_assert_int_eq(m.mode, MENU_KEYS);
}
END_TEST

START_TEST(the_editor_shows_what_it_holds)
{
    static const struct {
        const char *keys, *line, *shown;
    } cases[] = {
        {"abc", "abc", "> abc"},
        {"abc\x7f\bd", "ad", "> ad"},
        {"ac\033[Db", "abc", "> abc"},               /* left, insert */
        {"bc\x01" "a", "abc", "> abc"},              /* ^A */
        {"ab\x01\x06" "x", "axb", "> axb"},          /* ^A ^F */
        {"ab\033[H\033[Cx\033[Fy", "axby", "> axby"}, /* home right x end y */
        {"a b  c\x17", "a b  ", "> a b"},            /* ^W */
        {"a b  \x17", "a ", "> a"},
        {"abc\x01\x7f", "abc", "> abc"},             /* nothing before the cursor */
        {"ab\033[D\x7f", "b", "> b"},
        {"abc\033[D\x15xy", "xy", "> xy"},           /* ^U from the middle clears all */
        {"ab\033[15~c", "abc", "> abc"},             /* F5 is swallowed */
        {"ab\033OHc", "cab", "> cab"},
        {"ab\x0c" "c", "abc", "> abc"},              /* ^L */
        {"a\tb\xc3\xa4", "ab", "> ab"},              /* no control, no eight-bit bytes */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct menu m;
        char before[64];

        menu_init(&m, MENU_SHELL_OPEN, "");
        type(&m, "o");
        snprintf(before, sizeof(before), "%s", "> ");
        type(&m, cases[i].keys);
        memmove(all_shown + 2, all_shown, strlen(all_shown) + 1);
        memcpy(all_shown, before, 2);
        ck_assert_msg(streq(m.line, cases[i].line), "case %zu: line '%s'", i, m.line);
        ck_assert_msg(streq(screen(all_shown), cases[i].shown), "case %zu: shown '%s'", i, screen(all_shown));
    }
}
END_TEST

START_TEST(escape_goes_back_once_nothing_follows)
{
    struct menu m;

    menu_init(&m, MENU_SHELL_PASSWORD, "root=x");
    type(&m, "o\033");
    ck_assert_int_eq(m.mode, MENU_LINE);
    menu_escape_is_over(&m);
    ck_assert_int_eq(m.mode, MENU_KEYS);
    type(&m, "s\033r"); /* what follows is no sequence: back, and the key counts */
    ck_assert_int_eq(m.mode, MENU_KEYS);
    ck_assert_int_eq(type(&m, "s\033r"), MENU_DO_RETRY);
    ck_assert_int_eq(type(&m, "\033[A"), MENU_DO_NOTHING); /* an arrow is no key of the menu */
    ck_assert_int_eq(type(&m, "o\003w"), MENU_DO_WAIT);
    menu_escape_is_over(&m); /* without an ESC: nothing */
    ck_assert_int_eq(m.mode, MENU_KEYS);
}
END_TEST

START_TEST(a_password_is_asked_three_times_and_never_shown)
{
    struct menu m;

    menu_init(&m, MENU_SHELL_PASSWORD, "");
    ck_assert_int_eq(type(&m, "s"), MENU_DO_NOTHING);
    ck_assert_int_eq(m.mode, MENU_PASSWORD);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(type(&m, "sexret\x7f\x7f\x7f\x7f" "cret\r"), MENU_DO_PASSWORD);
        ck_assert_str_eq(m.line, "secret");
        ck_assert_str_eq(all_shown, "\n"); /* no echo */
        ck_assert_int_eq(m.mode, MENU_CHECKING);
        ck_assert_int_eq(type(&m, "w"), MENU_DO_NOTHING); /* keys wait */
        ck_assert_int_eq(menu_password_checked(&m, 0), MENU_DO_NOTHING);
        for (size_t at = 0; at < sizeof(m.line); at++)
            ck_assert_msg(m.line[at] == 0, "the password is still in memory");
        ck_assert_int_eq(m.mode, i < 2 ? MENU_PASSWORD : MENU_KEYS);
    }
    type(&m, "s");
    type(&m, "x\r");
    ck_assert_int_eq(menu_password_checked(&m, 1), MENU_DO_SHELL);
    ck_assert_int_eq(menu_password_checked(&m, 1), MENU_DO_NOTHING); /* an answer nobody waits for opens nothing */
    type(&m, "s");
    type(&m, "x\r");
    ck_assert_int_eq(menu_password_checked(&m, -ELIBACC), MENU_DO_NOTHING);
    ck_assert_ptr_nonnull(strstr(m.show, "lacks libcrypt"));
}
END_TEST

START_TEST(a_shell_that_may_not_be_had_says_how_to_get_it)
{
    struct menu m;

    menu_init(&m, MENU_SHELL_REFUSED, "");
    ck_assert_int_eq(type(&m, "s"), MENU_DO_NOTHING);
    ck_assert_ptr_nonnull(strstr(all_shown, "pintle.shell=open"));
    menu_init(&m, MENU_SHELL_MISSING, "");
    ck_assert_int_eq(type(&m, "s"), MENU_DO_NOTHING);
    ck_assert_ptr_nonnull(strstr(all_shown, "no /bin/sh"));
}
END_TEST

START_TEST(a_terminal_that_is_away_is_not_listened_to)
{
    struct menu m;

    menu_init(&m, MENU_SHELL_OPEN, "");
    menu_away(&m);
    ck_assert_int_eq(type(&m, "wrbsdo\r"), MENU_DO_NOTHING);
    ck_assert(menu_is_busy(&m));
    menu_back(&m);
    ck_assert(!menu_is_busy(&m));
    ck_assert_int_eq(type(&m, "w"), MENU_DO_WAIT);
}
END_TEST

START_TEST(the_menu_is_short_and_says_its_news)
{
    char buf[1024];
    struct menu m;

    menu_init(&m, MENU_SHELL_PASSWORD, "");
    menu_text(&m, "vda2 has appeared", 30, buf, sizeof(buf));
    ck_assert_str_eq(buf, "\n"
                          "vda2 has appeared\n"
                          "w  wait on, no time limit  r  retry             o  another root= or options\n"
                          "s  shell (password)        d  all the devices   b  reboot     Enter  this page\n"
                          "rebooting in 30 s unless a key is pressed\n"
                          "> ");
    menu_text(&m, NULL, -1, buf, sizeof(buf));
    ck_assert_ptr_null(strstr(buf, "rebooting"));
}
END_TEST

START_TEST(words_are_understood_or_named)
{
    static const struct {
        const char *line, *words; /* words NULL: refused, and why holds... */
        const char *why;
    } cases[] = {
        {"root=LABEL=x", "root=LABEL=x", NULL},
        {"  LABEL=x rw", "root=LABEL=x rw", NULL},
        {"vda2", "root=/dev/vda2", NULL},
        {"sda rw", "root=/dev/sda rw", NULL},
        {"/dev/vda2 rootfstype=ext4", "root=/dev/vda2 rootfstype=ext4", NULL},
        {"8:1", "root=8:1", NULL},
        {"rw", "rw", NULL},
        {"ro rootflags=noatime,subvol=@ init=/bin/sh rootwait=5", "ro rootflags=noatime,subvol=@ init=/bin/sh rootwait=5",
         NULL},
        {"pintle.shell=open", "pintle.shell=open", NULL},
        {"forcefsck fsck.repair=no", "forcefsck fsck.repair=no", NULL},
        {"root=\"LABEL=a b\"", "root=\"LABEL=a b\"", NULL},
        {"quiet", NULL, "'quiet' is no word for this line"},
        {"root=x=y", NULL, "expected UUID="},
        {"root=/dev/nfs", NULL, "not in this version"},
        {"root=LABEL=x -- single", NULL, "'single' is no word"},
        {"root=LABEL=x -- init=/x", NULL, "'init' is no word"}, /* that would be init's, not ours */
        {"root=LABEL=x bogus=1", NULL, "'bogus' is no word"},
        {"uuid=12", NULL, "'uuid' is no word"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char words[MENU_LINE_MAX], why[256] = "";
        int r = menu_check_words(cases[i].line, words, sizeof(words), why, sizeof(why));

        ck_assert_msg((r == 0) == (cases[i].words != NULL), "'%s': %d, %s", cases[i].line, r, why);
        if (cases[i].words)
            ck_assert_str_eq(words, cases[i].words);
        else
            ck_assert_msg(strstr(why, cases[i].why) != NULL, "'%s': %s", cases[i].line, why);
    }
}
END_TEST

START_TEST(any_bytes_leave_a_menu_that_works)
{
    struct menu m;
    unsigned state = 3;

    menu_init(&m, MENU_SHELL_PASSWORD, "root=LABEL=x");
    for (unsigned i = 0; i < 300000; i++) {
        enum menu_action action;

        state = state * 1103515245 + 12345;
        action = menu_key(&m, (unsigned char)(state >> 16));
        ck_assert_uint_lt(m.length, sizeof(m.line));
        ck_assert(m.cursor <= m.length && strlen(m.line) == m.length && strlen(m.show) < sizeof(m.show));
        for (const char *c = m.show; *c; c++)
            ck_assert((*c >= 0x20 && *c < 0x7f) || *c == '\n' || *c == '\b' || *c == '\a');
        if (action == MENU_DO_PASSWORD)
            menu_password_checked(&m, (state >> 8) % 5 ? 0 : 1);
    }
    for (unsigned i = 0; i < 2000; i++) /* longer than a line may be */
        menu_key(&m, i ? 'a' : 'o');
    ck_assert_uint_lt(m.length, sizeof(m.line));
}
END_TEST

UNITTEST_MAIN("menu", each_key_has_its_action, another_root_is_edited_and_checked_at_once,
              the_editor_shows_what_it_holds, escape_goes_back_once_nothing_follows,
              a_password_is_asked_three_times_and_never_shown, a_shell_that_may_not_be_had_says_how_to_get_it,
              a_terminal_that_is_away_is_not_listened_to, the_menu_is_short_and_says_its_news,
              words_are_understood_or_named, any_bytes_leave_a_menu_that_works)
