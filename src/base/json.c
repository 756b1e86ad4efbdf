/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include <inttypes.h>

/* Length of the UTF-8 sequence at @s: 0 when there is none (overlong and surrogates included). */
static size_t utf8_length(const unsigned char *s)
{
    uint32_t code;
    size_t n;

    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] < 0xe0)
        n = 2;
    else if ((s[0] & 0xf0) == 0xe0)
        n = 3;
    else if (s[0] >= 0xf0 && s[0] < 0xf5)
        n = 4;
    else
        return 0;
    code = s[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3fu);
    }
    if ((n == 3 && code < 0x800) || (n == 4 && (code < 0x10000 || code > 0x10ffff)) ||
        (code >= 0xd800 && code < 0xe000))
        return 0;
    return n;
}

static void put_text(struct json *j, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    fputc('"', j->out);
    while (*s) {
        size_t n = utf8_length(s);

        if (n == 0) {
            fputs("\\ufffd", j->out);
            n = 1;
        } else if (*s == '"' || *s == '\\')
            fprintf(j->out, "\\%c", *s);
        else if (*s < 0x20 || *s == 0x7f)
            fprintf(j->out, "\\u%04x", *s);
        else
            fwrite(s, 1, n, j->out);
        s += n;
    }
    fputc('"', j->out);
}

static void begin_value(struct json *j, const char *key)
{
    if (j->behind)
        fputc(',', j->out);
    if (j->depth > 0)
        fprintf(j->out, "\n%*s", (int)j->depth * 2, "");
    j->behind = true;
    if (key) {
        put_text(j, key);
        fputs(": ", j->out);
    }
}

static void open_level(struct json *j, const char *key, char c)
{
    begin_value(j, key);
    fputc(c, j->out);
    j->depth++;
    j->behind = false;
}

static void close_level(struct json *j, char c)
{
    j->depth--;
    if (j->behind)
        fprintf(j->out, "\n%*s", (int)j->depth * 2, "");
    fputc(c, j->out);
    j->behind = true;
    if (j->depth == 0)
        fputc('\n', j->out);
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, '{');
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, '[');
}

void json_end_object(struct json *j)
{
    close_level(j, '}');
}

void json_end_array(struct json *j)
{
    close_level(j, ']');
}

void json_text(struct json *j, const char *key, const char *value)
{
    begin_value(j, key);
    if (value)
        put_text(j, value);
    else
        fputs("null", j->out);
}

void json_u64(struct json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    fprintf(j->out, "%" PRIu64, value);
}

void json_i64(struct json *j, const char *key, int64_t value)
{
    begin_value(j, key);
    fprintf(j->out, "%" PRId64, value);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin_value(j, key);
    fputs(value ? "true" : "false", j->out);
}
