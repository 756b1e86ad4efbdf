/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * grammar - the lines of a unit file (systemd.syntax(7)): sections, assignments, comments, continued lines.
 *
 * Works in the file's own buffer, which it changes: what it gives points into that buffer. It knows no
 * directive; what a value means is directive.h and the compiler's affair. A bad line is given as such and
 * skipped by the next call, so one bad line costs one line.
 */
#pragma once

#include "util.h"

#define GRAMMAR_LINE_MAX (1024 * 1024) /* bytes of a line, continued lines included; more is refused */

enum grammar_kind {
    GRAMMAR_END,
    GRAMMAR_SECTION,    /* key: the section's name */
    GRAMMAR_ASSIGNMENT, /* key, value: trimmed; value "" is an empty assignment */
    GRAMMAR_BAD,        /* value: what is wrong, static text */
    GRAMMAR_TOO_LONG,   /* the file is not to be read on */
};

struct grammar_item {
    enum grammar_kind kind;
    uint32_t line; /* its first line, from 1 */
    char *key;
    char *value;
};

struct grammar {
    char *pos;
    char *end;
    uint32_t line; /* lines taken so far */
};

/*
 * grammar_init - read @data from its beginning
 * @data: changed while reading; borrowed. One byte behind its @size must be writable (fd_read_all gives
 * that).
 */
void grammar_init(struct grammar *g, char *data, size_t size);

/* grammar_next - the next thing that is not empty and no comment. */
struct grammar_item grammar_next(struct grammar *g);

/* grammar_is_utf8 - is the whole text valid UTF-8? */
bool grammar_is_utf8(const char *s) _pure_;
