/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "envfile.h"

enum state { PRE_KEY, KEY, PRE_VALUE, VALUE, VALUE_ESCAPE, SINGLE, DOUBLE, DOUBLE_ESCAPE, COMMENT, COMMENT_ESCAPE };

struct parser {
    enum state state;
    char *buf;      /* room for the whole text and the '=': "KEY=value" as it grows */
    size_t n;
    size_t key;     /* length of the key, white space behind it taken off */
    size_t keep;    /* up to here the buffer is not trimmed at the end */
    envfile_fn fn;
    void *data;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

bool envfile_is_name(const char *s, size_t n)
{
    if (n == 0 || (s[0] >= '0' && s[0] <= '9'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] >= 'A' && s[i] <= 'Z') && !(s[i] >= '0' && s[i] <= '9') &&
            s[i] != '_')
            return false;
    return true;
}

static void put(struct parser *p, char c)
{
    p->buf[p->n++] = c;
}

/* Quoted and escaped characters stay, even white space at the end. */
static void put_kept(struct parser *p, char c)
{
    put(p, c);
    p->keep = p->n;
}

static int end_value(struct parser *p)
{
    size_t n = p->n;
    int r = 0;

    while (n > p->keep && is_space(p->buf[n - 1]))
        n--;
    p->buf[n] = '\0';
    if (envfile_is_name(p->buf, p->key) && !memchr(p->buf, '\0', n))
        r = p->fn(p->buf, p->data);
    p->state = PRE_KEY;
    p->n = 0;
    return r;
}

static void end_key(struct parser *p)
{
    while (p->n > 0 && is_space(p->buf[p->n - 1]))
        p->n--;
    p->key = p->n;
    put_kept(p, '=');
    p->state = PRE_VALUE;
}

static void key_char(struct parser *p, char c)
{
    if (p->state == PRE_KEY && (c == '#' || c == ';'))
        p->state = COMMENT;
    else if (is_newline(c)) {
        p->state = PRE_KEY; /* a line without '=' */
        p->n = 0;
    } else if (c == '=' && p->state == KEY)
        end_key(p);
    else if (p->state == KEY || !is_space(c)) {
        p->state = KEY;
        put(p, c);
    }
}

static int value_char(struct parser *p, char c)
{
    if (is_newline(c))
        return end_value(p);
    if (p->state == PRE_VALUE && (c == '\'' || c == '"'))
        p->state = c == '"' ? DOUBLE : SINGLE;
    else if (c == '\\')
        p->state = VALUE_ESCAPE;
    else if (p->state == VALUE || !is_space(c)) {
        p->state = VALUE;
        put(p, c);
    }
    return 0;
}

static void quoted_char(struct parser *p, char c)
{
    if (c == (p->state == SINGLE ? '\'' : '"'))
        p->state = PRE_VALUE;
    else if (p->state == DOUBLE && c == '\\')
        p->state = DOUBLE_ESCAPE;
    else
        put_kept(p, c);
}

static void escaped_char(struct parser *p, char c)
{
    if (p->state == VALUE_ESCAPE) {
        p->state = VALUE;
        if (!is_newline(c))
            put_kept(p, c);
        return;
    }
    p->state = DOUBLE;
    if (c == '\n')
        return;
    if (!strchr("\"\\`$", c))
        put_kept(p, '\\');
    put_kept(p, c);
}

static int step(struct parser *p, char c)
{
    switch (p->state) {
    case PRE_KEY:
    case KEY:
        key_char(p, c);
        return 0;
    case PRE_VALUE:
    case VALUE:
        return value_char(p, c);
    case SINGLE:
    case DOUBLE:
        quoted_char(p, c);
        return 0;
    case VALUE_ESCAPE:
    case DOUBLE_ESCAPE:
        escaped_char(p, c);
        return 0;
    case COMMENT:
        p->state = c == '\\' ? COMMENT_ESCAPE : is_newline(c) ? PRE_KEY : COMMENT;
        return 0;
    case COMMENT_ESCAPE:
        p->state = COMMENT;
        return 0;
    }
    return 0;
}

int envfile_parse(const char *text, size_t size, envfile_fn fn, void *data)
{
    _cleanup_free_ char *buf = malloc(2 * size + 2); /* "\x" in double quotes gives two for two: never more than twice */
    struct parser p = {.buf = buf, .fn = fn, .data = data};
    int r = 0;

    if (!buf)
        return -ENOMEM;
    for (size_t i = 0; i < size && r == 0; i++)
        r = step(&p, text[i]);
    if (r == 0 && p.state >= PRE_VALUE && p.state <= DOUBLE_ESCAPE)
        r = end_value(&p);
    return r;
}
