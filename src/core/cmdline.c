/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdline.h"

#include "fd.h"
#include "text.h"

/* The kernel's isspace: ASCII white space and, in its Latin-1 table, the no-break space, which nobody means. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * One word, as next_arg() of the kernel's lib/cmdline.c cuts it, in place.
 * Return: where to go on.
 */
static char *next_word(char *s, struct cmdline_word *ret)
{
    bool in_quote = false, quoted = false;
    size_t i, equals = 0;
    char *value = NULL;

    if (*s == '"') {
        s++;
        in_quote = quoted = true;
    }
    for (i = 0; s[i]; i++) {
        if (is_space(s[i]) && !in_quote)
            break;
        if (equals == 0 && s[i] == '=')
            equals = i;
        if (s[i] == '"')
            in_quote = !in_quote;
    }
    if (equals > 0) {
        s[equals] = '\0';
        value = s + equals + 1;
        if (*value == '"') {
            value++;
            if (i > 0 && s[i - 1] == '"' && s + i - 1 >= value) /* the kernel trusts `a="` here; we do not */
                s[i - 1] = '\0';
        }
    }
    if (quoted && i > 0 && s[i - 1] == '"')
        s[i - 1] = '\0';
    *ret = (struct cmdline_word){.key = s, .value = value};
    if (!s[i])
        return s + i;
    s[i] = '\0';
    return s + i + 1;
}

static size_t split(char *s, struct cmdline_word *words, size_t room)
{
    bool for_init = false;
    size_t n = 0;

    for (;;) {
        while (is_space(*s))
            s++;
        if (!*s || n == room)
            return n;
        s = next_word(s, &words[n]);
        if (!for_init && !words[n].value && streq(words[n].key, "--")) {
            for_init = true;
            continue; /* `--` itself is no word; a second one is init's */
        }
        words[n++].for_init = for_init;
    }
}

static size_t first_for_init(const struct cmdline *c)
{
    size_t i = 0;

    while (i < c->n && !c->words[i].for_init)
        i++;
    return i;
}

/* The words of the second text go in where the first's `--` was; those behind its own `--` go last. */
static void merge(struct cmdline_word *to, const struct cmdline *c, const struct cmdline_word *add, size_t n_add)
{
    size_t at = first_for_init(c), n = 0, own = 0;

    while (own < n_add && !add[own].for_init)
        own++;
    for (size_t i = 0; i < at; i++)
        to[n++] = c->words[i];
    for (size_t i = 0; i < own; i++)
        to[n++] = add[i];
    for (size_t i = at; i < c->n; i++)
        to[n++] = c->words[i];
    for (size_t i = own; i < n_add; i++)
        to[n++] = add[i];
}

int cmdline_append(struct cmdline *c, const char *text, size_t size)
{
    _cleanup_free_ struct cmdline_word *words = NULL, *merged = NULL;
    _cleanup_free_ char *copy = NULL;
    size_t n, room = size / 2 + 1; /* a word takes a character and a separator */
    char **texts;

    if (size > CMDLINE_MAX)
        return -E2BIG;
    copy = strndup(text, size); /* ends at a NUL, as it does for the kernel */
    words = calloc(room, sizeof(*words));
    if (!copy || !words)
        return -ENOMEM;
    n = split(copy, words, room);
    merged = calloc(c->n + n + 1, sizeof(*merged));
    texts = reallocarray(c->texts, c->n_texts + 1, sizeof(*texts));
    if (texts)
        c->texts = texts;
    if (!texts || !merged)
        return -ENOMEM;
    merge(merged, c, words, n);
    c->texts[c->n_texts++] = TAKE_PTR(copy);
    free(c->words);
    c->words = TAKE_PTR(merged);
    c->n += n;
    return 0;
}

int cmdline_parse(const char *text, size_t size, struct cmdline *ret)
{
    int r;

    *ret = (struct cmdline){0};
    r = cmdline_append(ret, text, size);
    if (r < 0)
        cmdline_done(ret);
    return r;
}

int cmdline_read(const char *path, struct cmdline *ret)
{
    _cleanup_free_ char *data = NULL;
    size_t size;
    int r;

    *ret = (struct cmdline){0};
    r = fd_read_file(AT_FDCWD, path ?: "/proc/cmdline", CMDLINE_MAX, &data, &size);
    if (r < 0)
        return r;
    return cmdline_parse(data, size, ret);
}

void cmdline_done(struct cmdline *c)
{
    for (size_t i = 0; i < c->n_texts; i++)
        free(c->texts[i]);
    free(c->texts);
    free(c->words);
    *c = (struct cmdline){0};
}

bool cmdline_key_eq(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char x = *a == '-' ? '_' : *a, y = *b == '-' ? '_' : *b;

        if (x != y)
            return false;
    }
    return *a == *b;
}

const char *cmdline_get(const struct cmdline *c, const char *key)
{
    const char *value = NULL;

    for (size_t i = 0; i < c->n && !c->words[i].for_init; i++)
        if (c->words[i].value && cmdline_key_eq(c->words[i].key, key))
            value = c->words[i].value;
    return value;
}

bool cmdline_has(const struct cmdline *c, const char *key)
{
    for (size_t i = 0; i < c->n && !c->words[i].for_init; i++)
        if (!c->words[i].value && cmdline_key_eq(c->words[i].key, key))
            return true;
    return false;
}

int cmdline_last_of(const struct cmdline *c, const char *a, const char *b)
{
    int last = -1;

    for (size_t i = 0; i < c->n && !c->words[i].for_init; i++) {
        if (c->words[i].value)
            continue;
        if (cmdline_key_eq(c->words[i].key, a))
            last = 0;
        else if (cmdline_key_eq(c->words[i].key, b))
            last = 1;
    }
    return last;
}

bool cmdline_bool(const struct cmdline *c, const char *key, bool fallback)
{
    bool value = fallback;

    for (size_t i = 0; i < c->n && !c->words[i].for_init; i++) {
        if (!cmdline_key_eq(c->words[i].key, key))
            continue;
        if (!c->words[i].value)
            value = true;
        else if (text_parse_bool(c->words[i].value, &value) < 0)
            value = fallback;
    }
    return value;
}

const struct cmdline_word *cmdline_next(const struct cmdline *c, const char *key, const struct cmdline_word *after)
{
    for (size_t i = after ? (size_t)(after - c->words) + 1 : 0; i < c->n; i++) {
        if (!key)
            return &c->words[i];
        if (c->words[i].for_init)
            return NULL;
        if (cmdline_key_eq(c->words[i].key, key))
            return &c->words[i];
    }
    return NULL;
}
