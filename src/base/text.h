/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text - small text helpers without locale: prefixes, numbers, time spans, safe printing.
 *
 * Owns nothing; the functions that allocate say so. None of them is called in PID 1 of stage two
 * with text that came from a file: PID 1 never parses text.
 */
#pragma once

#include "util.h"

/*
 * text_after - the part of a string behind a prefix
 * Return: pointer into @s just behind @prefix; NULL when @s does not start with it.
 */
const char *text_after(const char *s, const char *prefix) _pure_;

bool text_has_suffix(const char *s, const char *suffix) _pure_;

/*
 * text_parse_u64 - the whole of @s as an unsigned number
 * @base: 10, 16 or 8; no sign, no white space, no 0x.
 * Return: 0; -EINVAL when any other character is there or @s is empty; -ERANGE.
 */
int text_parse_u64(const char *s, int base, uint64_t *ret_value);

/* text_parse_u32 - as text_parse_u64, limited to 32 bits. */
int text_parse_u32(const char *s, int base, uint32_t *ret_value);

/*
 * text_parse_bool - 1/yes/y/true/t/on, 0/no/n/false/f/off, in any case (systemd.syntax(7))
 * Return: 0; -EINVAL.
 */
int text_parse_bool(const char *s, bool *ret_value);

/*
 * text_parse_usec - a time span as in systemd.time(7): "5min 20s", "1.5h", "infinity"
 * @default_unit_usec: what a number without a unit counts (USEC_PER_SEC nearly everywhere).
 * Return: 0; -EINVAL; -ERANGE.
 */
int text_parse_usec(const char *s, uint64_t default_unit_usec, uint64_t *ret_usec);

/*
 * text_format_usec - a span for a person: "312us", "4.2ms", "1.503s", "2min 3s", "infinity"
 * Return: @buf.
 */
char *text_format_usec(uint64_t usec, char *buf, size_t size);

/* text_format_bytes - "812 B", "4.3 KiB", "12 MiB". Return: @buf. */
char *text_format_bytes(uint64_t bytes, char *buf, size_t size);

/*
 * text_next_word - split at a set of separators
 * @pos: where to go on; advanced past the word. Runs of separators count as one.
 * Return: the word's first character and its length in @ret_len; NULL at the end.
 */
const char *text_next_word(const char **pos, const char *separators, size_t *ret_len);

/*
 * text_printable - copy @s, every byte that a terminal could take for a command shown as \xNN
 * What devices, labels or services call themselves reaches a console only through this.
 * Return: @buf, always terminated; cut at @size.
 */
char *text_printable(const char *s, char *buf, size_t size);

/* text_copy - bounded copy, always terminated. Return: true when all of @s fitted. */
bool text_copy(char *buf, size_t size, const char *s);

/*
 * strv: a vector of strings, NULL at its end, grown one by one.
 */
struct strv {
    char **v; /* owned, NULL-terminated once n > 0; NULL when empty */
    size_t n;
};

/* strv_add - append a copy of @s. Return: 0; -ENOMEM. */
int strv_add(struct strv *l, const char *s);
/* strv_take - append @s itself, which the vector frees; @s is freed on failure too. Return: 0; -ENOMEM. */
int strv_take(struct strv *l, char *s);
bool strv_has(const struct strv *l, const char *s) _pure_;
void strv_clear(struct strv *l);
#define _cleanup_strv_ _cleanup_(strv_clear)
