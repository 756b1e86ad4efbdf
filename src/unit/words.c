/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "words.h"

static const char white[] = " \t\n\r";

static int digits(const char *s, int n, unsigned base, uint32_t *ret_value)
{
    uint32_t value = 0;

    for (int i = 0; i < n; i++) {
        char c = s[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                            : 99;

        if (d >= base)
            return -EINVAL;
        value = value * base + d;
    }
    *ret_value = value;
    return 0;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

static const char simple_from[] = "abfnrtvs\\\"'";
static const char simple_to[] = "\a\b\f\n\r\t\v \\\"'";

/*
 * What stands behind a backslash. The result is never longer than the escape.
 * Return: how many bytes were taken; 0 for an unknown escape; -EINVAL for one that makes a NUL or no
 * character.
 */
static int unescape(const char *s, char **out)
{
    const char *simple = *s ? strchr(simple_from, *s) : NULL;
    int n = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0;
    uint32_t value;

    if (simple) {
        *(*out)++ = simple_to[simple - simple_from];
        return 1;
    }
    if (n > 0) {
        if (digits(s + 1, n, 16, &value) < 0)
            return 0;
        if (value == 0 || value > 0x10ffff || (n > 2 && value >= 0xd800 && value <= 0xdfff))
            return -EINVAL;
        if (n == 2)
            *(*out)++ = (char)value;
        else
            *out = put_utf8(*out, value);
        return n + 1;
    }
    if (digits(s, 3, 8, &value) < 0)
        return 0;
    if (value == 0 || value > 255)
        return -EINVAL;
    *(*out)++ = (char)value;
    return 3;
}

int words_next(const char **pos, unsigned flags, char **ret_word, bool *ret_odd)
{
    const char *s = *pos + strspn(*pos, white);
    char quote = '\0', *out;
    _cleanup_free_ char *word = NULL;

    if (!*s) {
        *pos = s;
        return 0;
    }
    out = word = malloc(strlen(s) + 1);
    if (!word)
        return -ENOMEM;
    for (; *s && (quote || !strchr(white, *s)); s++) {
        int n;

        if (quote && *s == quote) {
            quote = '\0';
        } else if (!quote && (flags & WORDS_UNQUOTE) && (*s == '"' || *s == '\'')) {
            quote = *s;
        } else if (*s == '\\' && (flags & WORDS_UNESCAPE)) {
            if (!s[1])
                return -EINVAL;
            n = unescape(s + 1, &out);
            if (n < 0)
                return n;
            if (n == 0) { /* as systemd: say it and keep both characters */
                *out++ = '\\';
                if (ret_odd)
                    *ret_odd = true;
            }
            s += n;
        } else {
            *out++ = *s;
        }
    }
    if (quote)
        return -EINVAL;
    *out = '\0';
    *pos = s + strspn(s, white);
    *ret_word = TAKE_PTR(word);
    return 1;
}
