/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonout.h"

#include <json-c/json.h>

#include "log.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

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

static json_object *text_of(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    _cleanup_free_ char *clean = malloc(strlen(text) * strlen(REPLACEMENT) + 1);
    size_t n = 0;

    if (!clean)
        return NULL;
    while (*s) {
        size_t length = utf8_length(s);

        memcpy(clean + n, length > 0 ? (const char *)s : REPLACEMENT, length > 0 ? length : strlen(REPLACEMENT));
        n += length > 0 ? length : strlen(REPLACEMENT);
        s += length > 0 ? length : 1;
    }
    return json_object_new_string_len(clean, (int)n);
}

/* json-c's null is NULL, as is what it returns without memory: @is_null tells them apart. */
static void add(struct jsonout *j, const char *key, json_object *value, bool is_null)
{
    json_object *parent = j->depth > 0 ? j->levels[j->depth - 1] : NULL;

    if (!value && !is_null)
        j->failed = true;
    if (!parent)
        return;
    if ((key ? json_object_object_add(parent, key, value) : json_object_array_add(parent, value)) < 0) {
        json_object_put(value);
        j->failed = true;
    }
}

static void open_level(struct jsonout *j, const char *key, json_object *value)
{
    if (j->failed || j->depth >= JSONOUT_DEPTH_MAX) {
        json_object_put(value);
        value = NULL;
    }
    add(j, key, value, false);
    if (j->depth < JSONOUT_DEPTH_MAX)
        j->levels[j->depth] = j->failed ? NULL : value;
    j->depth++;
}

void jsonout_object(struct jsonout *j, const char *key)
{
    open_level(j, key, json_object_new_object());
}

void jsonout_array(struct jsonout *j, const char *key)
{
    open_level(j, key, json_object_new_array());
}

void jsonout_end(struct jsonout *j)
{
    const char *text = NULL;

    if (--j->depth > 0)
        return;
    if (!j->failed)
        text = json_object_to_json_string_ext(j->levels[0], JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                                JSON_C_TO_STRING_NOSLASHESCAPE);
    if (text)
        fprintf(j->out, "%s\n", text);
    else
        (void)log_error(-ENOMEM, "cannot print JSON");
    json_object_put(j->levels[0]);
    j->levels[0] = NULL;
}

void jsonout_text(struct jsonout *j, const char *key, const char *value)
{
    add(j, key, value ? text_of(value) : NULL, !value);
}

void jsonout_u64(struct jsonout *j, const char *key, uint64_t value)
{
    add(j, key, json_object_new_uint64(value), false);
}

void jsonout_i64(struct jsonout *j, const char *key, int64_t value)
{
    add(j, key, json_object_new_int64(value), false);
}

void jsonout_bool(struct jsonout *j, const char *key, bool value)
{
    add(j, key, json_object_new_boolean(value), false);
}
