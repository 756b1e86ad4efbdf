/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "envfile.h"
#include "unittest.h"

static int collect(const char *assignment, void *data)
{
    return strv_add(data, assignment);
}

/* @wanted: assignments, each ended by "|". */
static void check(const char *text, const char *wanted)
{
    _cleanup_strv_ struct strv found = {0};
    char joined[1000] = "";

    ck_assert_int_eq(envfile_parse(text, strlen(text), collect, &found), 0);
    for (size_t i = 0; i < found.n; i++) {
        strcat(joined, found.v[i]);
        strcat(joined, "|");
    }
    ck_assert_str_eq(joined, wanted);
}

START_TEST(test_takes_plain_assignments)
{
    check("A=1\nB=two words \n  C  =  3\n", "A=1|B=two words|C=3|");
    check("A=", "A=|");
    check("A=no newline", "A=no newline|");
    check("A=x\r\nB=y\r\n", "A=x|B=y|");
    check("A=a=b=c", "A=a=b=c|");
    check("", "");
}
END_TEST

START_TEST(test_leaves_out_comments_and_lines_that_are_none)
{
    check("# A=1\n; B=2\n\n   # C=3\nD=4\nno equals\n=x\n1A=x\nA-B=x\nE=# kept\n", "D=4|E=# kept|");
    check("# goes on \\\nstill a comment\nA=1", "A=1|");
}
END_TEST

START_TEST(test_quotes_as_systemd_does)
{
    check("A='single \\n $x'\n", "A=single \\n $x|");
    check("A=\"double \\\" \\$ \\` \\\\ \\n\"\n", "A=double \" $ ` \\ \\n|");
    check("A=\"one\"'two' \"three\"\n", "A=onetwothree|");
    check("A=\"two\nlines\"\nB=1", "A=two\nlines|B=1|");
    check("A=' spaces stay '  \n", "A= spaces stay |");
    check("A=a\"b\"c\n", "A=a\"b\"c|"); /* a quote inside of a word is a character */
}
END_TEST

START_TEST(test_escapes_outside_of_quotes)
{
    check("A=a\\ b\\\\c\n", "A=a b\\c|");
    check("A=one \\\ntwo\n", "A=one two|");
    check("A=end\\ \n", "A=end |");
    check("A=\"joined \\\nline\"\n", "A=joined line|");
}
END_TEST

START_TEST(test_never_expands)
{
    check("A=$HOME ${HOME} `id` $(id)\n", "A=$HOME ${HOME} `id` $(id)|");
}
END_TEST

START_TEST(test_survives_any_bytes)
{
    char data[120];
    unsigned seed = 7;

    for (int round = 0; round < 20000; round++) {
        _cleanup_strv_ struct strv found = {0};
        size_t n = (seed >> 8) % sizeof(data);

        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            data[i] = "AB='\"\\\n #$`\0"[(seed >> 16) % 13];
        }
        seed = seed * 1103515245 + 12345;
        ck_assert_int_eq(envfile_parse(data, n, collect, &found), 0);
        for (size_t i = 0; i < found.n; i++)
            ck_assert(envfile_is_name(found.v[i], strcspn(found.v[i], "=")));
    }
}
END_TEST

UNITTEST_MAIN("envfile", test_takes_plain_assignments, test_leaves_out_comments_and_lines_that_are_none,
              test_quotes_as_systemd_does, test_escapes_outside_of_quotes, test_never_expands, test_survives_any_bytes)
