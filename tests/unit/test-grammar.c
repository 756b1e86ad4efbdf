/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grammar.h"
#include "unittest.h"
#include "words.h"

/* The file in one line: "[S]", "key=value", "!" for a bad line, each with its line number. */
static char *digest_of(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1), *out = NULL;
    struct grammar_item item;
    struct grammar g;
    size_t n;
    FILE *f = open_memstream(&out, &n);

    memcpy(copy, bytes, size);
    grammar_init(&g, copy, size);
    while ((item = grammar_next(&g)).kind != GRAMMAR_END && item.kind != GRAMMAR_TOO_LONG) {
        if (item.kind == GRAMMAR_SECTION)
            fprintf(f, "%u:[%s] ", item.line, item.key);
        else if (item.kind == GRAMMAR_ASSIGNMENT)
            fprintf(f, "%u:%s=%s; ", item.line, item.key, item.value);
        else
            fprintf(f, "%u:! ", item.line);
    }
    if (item.kind == GRAMMAR_TOO_LONG)
        fputs("long", f);
    fclose(f);
    free(copy);
    return out;
}

static void expect(const char *text, const char *wanted)
{
    _cleanup_free_ char *out = digest_of(text, strlen(text));

    ck_assert_str_eq(out, wanted);
}

START_TEST(sections_assignments_and_comments_are_told_apart)
{
    expect("[Unit]\n# c\n ; c\n\nDescription = a b \n[Service]\nExecStart=/bin/x # no comment\n",
           "1:[Unit] 5:Description=a b; 6:[Service] 7:ExecStart=/bin/x # no comment; ");
    expect("A=\nB==x=y\n  C  =  \n", "1:A=; 2:B==x=y; 3:C=; ");
    expect("A=1", "1:A=1; ");
    expect("", "");
    expect("\n\n\n", "");
}
END_TEST

START_TEST(a_backslash_joins_lines_over_comments)
{
    expect("A=a\\\nb\nB=c\n", "1:A=a b; 3:B=c; ");
    expect("A=a \\\n# comment\n; another\n  b \\\n c\nB=d\n", "1:A=a    b   c; 6:B=d; ");
    expect("A=a\\\\\nB=b\n", "1:A=a\\\\; 2:B=b; "); /* an escaped backslash joins nothing */
    expect("A=a\\\\\\\nb\n", "1:A=a\\\\ b; ");
    expect("A=a\\\n\nB=b\n", "1:A=a; 3:B=b; "); /* an empty line ends it */
    expect("A=a\\", "1:A=a; ");
    expect("A=a\\\n", "1:A=a; ");
    expect("# c \\\nA=a\n", "2:A=a; "); /* comments do not go on */
}
END_TEST

START_TEST(windows_line_ends_and_byte_order_marks_are_taken)
{
    expect("\xef\xbb\xbf[Unit]\r\nA=a\\\r\nb\r\n", "1:[Unit] 2:A=a b; ");
}
END_TEST

START_TEST(one_bad_line_costs_one_line)
{
    expect("[Unit]\nnonsense\nA=a\n", "1:[Unit] 2:! 3:A=a; ");
    expect("[Unit\nA=a\n[]\n=x\nB=b\n", "1:! 2:A=a; 3:! 4:! 5:B=b; ");
    expect("A=\xff\nB=\xc3\xa4\nC=\xed\xa0\x80\nD=\xc0\x80\n", "1:! 2:B=\xc3\xa4; 3:! 4:! ");
}
END_TEST

START_TEST(a_nul_byte_is_a_bad_line)
{
    _cleanup_free_ char *out = digest_of("A=a\0b\nB=b\n\0", 11);

    ck_assert_str_eq(out, "1:! 2:B=b; 3:! ");
}
END_TEST

START_TEST(a_line_over_one_mebibyte_is_refused_also_when_joined)
{
    size_t size = 3 * 1024 * 1024;
    _cleanup_free_ char *text = malloc(size), *out = NULL, *joined = NULL, *fits = NULL;

    memset(text, 'x', size);
    memcpy(text, "A=", 2);
    text[size - 1] = '\n';
    out = digest_of(text, size);
    ck_assert_str_eq(out, "long");
    for (size_t i = 100; i < size; i += 100)
        memcpy(text + i, "\\\n", 2);
    joined = digest_of(text, size);
    ck_assert_str_eq(joined, "long");
    memset(text, 'x', size);
    memcpy(text, "A=", 2);
    text[1024 * 1024] = '\n';
    fits = digest_of(text, 1024 * 1024 + 1);
    ck_assert_uint_eq(strlen(fits), 2 + 1024 * 1024 + 2);
}
END_TEST

START_TEST(junk_of_any_kind_is_survived)
{
    uint32_t random = 88172645;
    char text[512];

    for (int round = 0; round < 20000; round++) {
        static const char alphabet[] = "[]=\\\n\r #;ab\"'\0\xff\xc3";
        size_t n = random % sizeof(text);

        for (size_t i = 0; i < n; i++) {
            random ^= random << 13, random ^= random >> 17, random ^= random << 5;
            text[i] = alphabet[random % (sizeof(alphabet) - 1)];
        }
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        free(digest_of(text, n));
    }
}
END_TEST

/* The words in brackets; the error behind them. */
static void expect_words(const char *text, unsigned flags, const char *wanted)
{
    char out[512] = "";
    const char *pos = text;
    char *word;
    int r;

    while ((r = words_next(&pos, flags, &word, NULL)) > 0) {
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "[%s]", word);
        free(word);
    }
    if (r < 0)
        strcat(out, "!");
    ck_assert_str_eq(out, wanted);
}

START_TEST(words_are_split_with_quotes_and_escapes)
{
    const unsigned both = WORDS_UNQUOTE | WORDS_UNESCAPE;

    expect_words("  a  b\tc ", both, "[a][b][c]");
    expect_words("\"a b\" 'c \"d\"' e\"f g\"h", both, "[a b][c \"d\"][ef gh]");
    expect_words("'' \"\"", both, "[][]");
    expect_words("a\\tb \\x41\\101\\u00e4\\s\\\\ \\\"", both, "[a\tb][AA\xc3\xa4 \\][\"]");
    expect_words("-o '-p -- \\\\u'", both, "[-o][-p -- \\u]");
    expect_words("sh -c 'echo \"$X\" `id`; echo \\$'", both, "[sh][-c][echo \"$X\" `id`; echo \\$]");
    expect_words("\\q \\x4", both, "[\\q][\\x4]"); /* unknown: kept, and said */
    expect_words("\"open", both, "!");
    expect_words("end\\", both, "!");
    expect_words("\\x00", both, "!");
    expect_words("\\000", both, "!");
    expect_words("\\777", both, "!");
    expect_words("\\ud800", both, "!");
    expect_words("a\\x2db.service 'c'", WORDS_UNQUOTE, "[a\\x2db.service][c]");
    expect_words("it's", 0, "[it's]");
    expect_words("", both, "");
}
END_TEST

UNITTEST_MAIN("grammar", sections_assignments_and_comments_are_told_apart,
              a_backslash_joins_lines_over_comments, windows_line_ends_and_byte_order_marks_are_taken,
              one_bad_line_costs_one_line, a_nul_byte_is_a_bad_line,
              a_line_over_one_mebibyte_is_refused_also_when_joined, junk_of_any_kind_is_survived,
              words_are_split_with_quotes_and_escapes)
