/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jsonout - what --json prints: a tree of json-c, filled value after value and printed when its last level is closed.
 *
 * Bytes that are not UTF-8 become U+FFFD, which json-c leaves to its callers: the output is JSON whatever a service calls
 * itself. A @key of NULL is for the members of an array and for the whole.
 */
#pragma once

#include "util.h"

#define JSONOUT_DEPTH_MAX 8

struct json_object;

struct jsonout {
    FILE *out; /* borrowed */
    struct json_object *levels[JSONOUT_DEPTH_MAX]; /* those that are open; the first owns the others */
    unsigned depth;
    bool failed; /* no memory: nothing is printed but that */
};

void jsonout_object(struct jsonout *j, const char *key);
void jsonout_array(struct jsonout *j, const char *key);
/* jsonout_end - close what was opened last; with the whole, print it. */
void jsonout_end(struct jsonout *j);
void jsonout_text(struct jsonout *j, const char *key, const char *value); /* NULL: null */
void jsonout_u64(struct jsonout *j, const char *key, uint64_t value);
void jsonout_i64(struct jsonout *j, const char *key, int64_t value);
void jsonout_bool(struct jsonout *j, const char *key, bool value);
