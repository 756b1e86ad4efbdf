/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "expand.h"

#include "words.h"

static int split_value(const char *value, struct strv *ret)
{
    char *word;

    for (;;) {
        int r = words_next(&value, WORDS_UNQUOTE, &word, NULL);

        if (r == -EINVAL) /* an open quote: what is left is one word, as it stands */
            return *value ? strv_add(ret, value) : 0;
        if (r <= 0)
            return r;
        r = strv_take(ret, word);
        if (r < 0)
            return r;
    }
}

struct out {
    char *text;
    size_t n, room;
    bool failed;
};

static void put(struct out *o, const char *s, size_t n)
{
    if (o->n + n + 1 > o->room) {
        size_t room = (o->n + n + 1) * 2;
        char *grown = realloc(o->text, room);

        if (!grown) {
            o->failed = true;
            return;
        }
        o->text = grown;
        o->room = room;
    }
    memcpy(o->text + o->n, s, n);
    o->n += n;
    o->text[o->n] = '\0';
}

static char *substitute(const char *word, expand_get_fn get, void *data)
{
    struct out o = {.text = NULL};

    put(&o, "", 0);
    while (*word && !o.failed) {
        const char *dollar = strchr(word, '$'), *end;

        put(&o, word, dollar ? (size_t)(dollar - word) : strlen(word));
        if (!dollar)
            break;
        end = dollar[1] == '{' ? strchr(dollar, '}') : NULL;
        if (dollar[1] == '$') {
            put(&o, "$", 1);
            word = dollar + 2;
        } else if (end) {
            const char *value = get(dollar + 2, (size_t)(end - dollar - 2), data);

            if (value)
                put(&o, value, strlen(value));
            word = end + 1;
        } else {
            put(&o, "$", 1);
            word = dollar + 1;
        }
    }
    if (o.failed) {
        free(o.text);
        return NULL;
    }
    return o.text;
}

int expand_word(const char *word, expand_get_fn get, void *data, struct strv *ret)
{
    char *text;

    if (word[0] == '$' && word[1] != '{' && word[1] != '$') {
        const char *value = get(word + 1, strlen(word + 1), data);

        return value ? split_value(value, ret) : 0;
    }
    text = substitute(word, get, data);
    return text ? strv_take(ret, text) : -ENOMEM;
}
