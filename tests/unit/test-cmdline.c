/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdline.h"
#include "unittest.h"

static struct cmdline parsed(const char *text)
{
    struct cmdline c;

    ck_assert_int_eq(cmdline_parse(text, strlen(text), &c), 0);
    return c;
}

/* One line with every word as [key] or [key|value], those for init behind "--". */
static const char *shown(const struct cmdline *c)
{
    static char out[4096];
    bool for_init = false;
    size_t n = 0;

    *out = '\0';
    for (size_t i = 0; i < c->n; i++) {
        const struct cmdline_word *w = &c->words[i];

        if (w->for_init && !for_init)
            n += (size_t)snprintf(out + n, sizeof(out) - n, "--");
        for_init = w->for_init;
        n += (size_t)snprintf(out + n, sizeof(out) - n, w->value ? "[%s|%s]" : "[%s]", w->key, w->value);
    }
    return out;
}

START_TEST(words_are_cut_as_the_kernel_cuts_them)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"ro quiet root=/dev/vda1\n", "[ro][quiet][root|/dev/vda1]"},
        {"  a \t b\n\nc", "[a][b][c]"},
        {"a=b=c", "[a|b=c]"},
        {"a=", "[a|]"},
        {"=a b", "[=a][b]"}, /* an equals sign in the first place is none to the kernel */
        {"\"a=b c\" d", "[a|b c][d]"},
        {"a=\"b c\" d", "[a|b c][d]"},
        {"\"a b\"", "[a b]"},
        {"a=b\"c d\" e", "[a|b\"c d\"][e]"}, /* inside a value they stay */
        {"a=\"b", "[a|b]"},
        {"a=\"", "[a|]"},
        {"\"", "[]"},
        {"\"\"", "[]"},
        {"a=\"\" b", "[a|][b]"},
        {"a -- b c=d", "[a]--[b][c|d]"},
        {"a -- b -- c", "[a]--[b][--][c]"},
        {"a --b", "[a][--b]"},
        {"--", ""},
        {"", ""},
        {" \n", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cmdline c = parsed(cases[i].text);

        ck_assert_msg(streq(shown(&c), cases[i].words), "'%s' became %s", cases[i].text, shown(&c));
        cmdline_done(&c);
    }
}
END_TEST

START_TEST(the_last_value_wins_and_init_words_are_not_ours)
{
    struct cmdline c = parsed("root=a ro root=b rw ro rootwait pintle.shell=open x-y=1 -- root=c rw rootwait=3");

    ck_assert_str_eq(cmdline_get(&c, "root"), "b");
    ck_assert_ptr_null(cmdline_get(&c, "rootwait")); /* bare */
    ck_assert_ptr_null(cmdline_get(&c, "roo"));
    ck_assert_ptr_null(cmdline_get(&c, "ro"));
    ck_assert(cmdline_has(&c, "rootwait"));
    ck_assert(!cmdline_has(&c, "root"));
    ck_assert_int_eq(cmdline_last_of(&c, "ro", "rw"), 0);
    ck_assert_int_eq(cmdline_last_of(&c, "rw", "ro"), 1);
    ck_assert_int_eq(cmdline_last_of(&c, "x", "y"), -1);
    ck_assert_str_eq(cmdline_get(&c, "x_y"), "1"); /* '-' is '_' */
    cmdline_done(&c);
}
END_TEST

START_TEST(switches_take_every_spelling)
{
    static const struct {
        const char *text;
        bool fallback, value;
    } cases[] = {
        {"x", false, true},      {"x=1", false, true},   {"x=no", true, false}, {"x=maybe", true, true},
        {"x=maybe", false, false}, {"y", true, true},    {"x x=0", true, false}, {"x=0 x", false, true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct cmdline c = parsed(cases[i].text);

        ck_assert_msg(cmdline_bool(&c, "x", cases[i].fallback) == cases[i].value, "'%s'", cases[i].text);
        cmdline_done(&c);
    }
}
END_TEST

START_TEST(repeated_keys_come_in_order)
{
    struct cmdline c = parsed("console=tty0 console console=ttyS0 -- console=init");
    const struct cmdline_word *w = NULL;

    w = cmdline_next(&c, "console", w);
    ck_assert_str_eq(w->value, "tty0");
    w = cmdline_next(&c, "console", w);
    ck_assert_ptr_null(w->value);
    w = cmdline_next(&c, "console", w);
    ck_assert_str_eq(w->value, "ttyS0");
    ck_assert_ptr_null(cmdline_next(&c, "console", w));
    w = cmdline_next(&c, NULL, w); /* every word: init's too */
    ck_assert(w && w->for_init);
    cmdline_done(&c);
}
END_TEST

START_TEST(a_second_text_wins_and_stays_before_the_dashes)
{
    struct cmdline c = parsed("root=a ro -- x");

    ck_assert_int_eq(cmdline_append(&c, "root=b rw -- y", 14), 0);
    ck_assert_str_eq(shown(&c), "[root|a][ro][root|b][rw]--[x][y]");
    ck_assert_str_eq(cmdline_get(&c, "root"), "b");
    ck_assert_int_eq(cmdline_last_of(&c, "ro", "rw"), 1);
    ck_assert_int_eq(cmdline_append(&c, "", 0), 0);
    ck_assert_uint_eq(c.n, 6);
    cmdline_done(&c);
}
END_TEST

START_TEST(any_bytes_of_any_length)
{
    enum { SIZE = 20000 };
    char *text = malloc(SIZE);
    unsigned state = 1;
    struct cmdline c;

    for (unsigned round = 0; round < 400; round++) {
        static const char alphabet[] = "\" =-ab\n\t,\\\xff";
        size_t size = round * 37 % 300;

        for (size_t i = 0; i < size; i++) {
            state = state * 1103515245 + 12345;
            text[i] = round & 1 ? (char)(state >> 16) : alphabet[(state >> 16) % (sizeof(alphabet) - 1)];
        }
        ck_assert_int_eq(cmdline_parse(text, size, &c), 0);
        (void)cmdline_get(&c, "a");
        for (const struct cmdline_word *w = NULL; (w = cmdline_next(&c, NULL, w));)
            ck_assert_uint_le(strlen(w->key) + (w->value ? strlen(w->value) : 0), size);
        cmdline_done(&c);
    }
    memset(text, 'x', SIZE); /* 20,000 bytes, no newline, not terminated */
    memcpy(text + SIZE - 8, " root=/a", 8);
    ck_assert_int_eq(cmdline_parse(text, SIZE, &c), 0);
    ck_assert_str_eq(cmdline_get(&c, "root"), "/a");
    cmdline_done(&c);
    ck_assert_int_eq(cmdline_parse("a\0b", 3, &c), 0); /* the text ends at a NUL */
    ck_assert_uint_eq(c.n, 1);
    cmdline_done(&c);
    free(text);
    text = calloc(1, CMDLINE_MAX + 1);
    ck_assert_int_eq(cmdline_parse(text, CMDLINE_MAX + 1, &c), -E2BIG);
    ck_assert_ptr_null(cmdline_get(&c, "root"));
    free(text);
}
END_TEST

UNITTEST_MAIN("cmdline", words_are_cut_as_the_kernel_cuts_them, the_last_value_wins_and_init_words_are_not_ours,
              switches_take_every_spelling, repeated_keys_come_in_order,
              a_second_text_wins_and_stays_before_the_dashes, any_bytes_of_any_length)
