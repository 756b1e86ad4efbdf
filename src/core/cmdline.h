/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmdline - the kernel's command line, split as the kernel itself splits it (lib/cmdline.c, next_arg).
 *
 * Owns the split words. What they mean is the callers' affair. The rules, all of them the kernel's:
 *
 * - words are separated by white space; a double quote switches that off and on: `a="b c"`, `"a=b c"`. The quotes
 *   go away around a whole word and around a value; inside a value (`a=b"c d"`) they stay;
 * - a word is `key=value`, cut at its first `=`, or a bare key;
 * - `-` and `_` are the same character in a key;
 * - of a repeated `key=` the last wins; words such as ro and rw cancel each other in their order;
 * - a word `--` ends what is for the kernel (and for us): what follows is for init alone and is found by no
 *   look-up, only by iteration.
 *
 * Any bytes are taken: the text ends at its size, at a NUL or at a newline at its very end.
 */
#pragma once

#include "util.h"

#define CMDLINE_MAX 65536 /* bytes; the kernel's own limits are 2 to 16 KiB */

struct cmdline_word {
    const char *key;
    const char *value; /* NULL for a bare word; "" for `key=` */
    bool for_init;     /* behind `--` */
};

struct cmdline {
    struct cmdline_word *words; /* owned, in the order of the text; words behind `--` last */
    size_t n;
    char **texts; /* owned: what the words point into, one a call of cmdline_append */
    size_t n_texts;
};

/*
 * cmdline_parse - split a text
 * @ret: overwritten, not freed before; the caller ends its life with cmdline_done.
 * Return: 0; -ENOMEM; -E2BIG for more than CMDLINE_MAX bytes. On failure @ret is empty and may be used.
 */
int cmdline_parse(const char *text, size_t size, struct cmdline *ret);

/*
 * cmdline_append - words of a second text, behind the first's and before any `--`: so they win
 * A person's new root= line on the recovery console, or words built into an image (those first, then the kernel's).
 * Return: 0; -ENOMEM; -E2BIG. On failure nothing changed.
 */
int cmdline_append(struct cmdline *c, const char *text, size_t size);

/* cmdline_read - /proc/cmdline (@path NULL) or another file, split. Return: 0; -errno. */
int cmdline_read(const char *path, struct cmdline *ret);

void cmdline_done(struct cmdline *c);
#define _cleanup_cmdline_ _cleanup_(cmdline_done)

/* cmdline_get - the value of the last `key=` before `--`; NULL when there is none. Borrowed from @c. */
const char *cmdline_get(const struct cmdline *c, const char *key) _pure_;

/* cmdline_has - is the bare word there, before `--`? (`rootwait`; not `rootwait=5`) */
bool cmdline_has(const struct cmdline *c, const char *key) _pure_;

/*
 * cmdline_last_of - which of several bare words stands last: `cmdline_last_of(c, "ro", "rw")`
 * Return: 0 for @a, 1 for @b, -1 when neither is there. An index, not an errno.
 */
int cmdline_last_of(const struct cmdline *c, const char *a, const char *b) _pure_;

/*
 * cmdline_bool - a switch in any spelling: bare, `=1`, `=yes`, `=off`; the last counts
 * @fallback: when the word is not there or its value is none that text_parse_bool knows.
 */
bool cmdline_bool(const struct cmdline *c, const char *key, bool fallback) _pure_;

/*
 * cmdline_next - every word of one key, bare or with a value, in order: for (w = NULL; (w = cmdline_next(c, "x", w));)
 * @key: NULL for every word, those for init too.
 */
const struct cmdline_word *cmdline_next(const struct cmdline *c, const char *key,
                                        const struct cmdline_word *after) _pure_;

/* cmdline_key_eq - are two keys the same to the kernel (`-` is `_`)? */
bool cmdline_key_eq(const char *a, const char *b) _pure_;
