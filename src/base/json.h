/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json - writes JSON to a stream, value after value, without building a tree.
 *
 * For --json. Bytes that are not UTF-8 become U+FFFD, so that the output is JSON whatever a service calls itself. An
 * @key of NULL is for the members of an array and for the whole.
 */
#pragma once

#include "util.h"

struct json {
    FILE *out; /* borrowed */
    unsigned depth;
    bool behind; /* a value stands before the next one on this level */
};

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
/* json_end_object, json_end_array - close what was opened last; a newline after the whole. */
void json_end_object(struct json *j);
void json_end_array(struct json *j);
void json_text(struct json *j, const char *key, const char *value); /* NULL: null */
void json_u64(struct json *j, const char *key, uint64_t value);
void json_i64(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
