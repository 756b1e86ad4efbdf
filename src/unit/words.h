/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * words - splits a value into words, with the quotes and C escapes of systemd.syntax(7).
 *
 * "..." and '...' group, anywhere in a word; \a \b \f \n \r \t \v \\ \" \' \s \xHH \OOO \uHHHH \UHHHHHHHH
 * stand for bytes. There is no expansion of any kind here.
 */
#pragma once

#include "util.h"

enum words_flags {
    WORDS_UNQUOTE = 1 << 0, /* quotes group and go away */
    WORDS_UNESCAPE =
        1 << 1, /* escapes are resolved; without it they stay as they are (names of units: \x2d) */
};

/*
 * words_next - take the next word
 * @pos: advanced behind the word and the white space that follows.
 * @ret_word: allocated, the caller frees it.
 * @ret_odd: set to true when an escape was not known and stayed as it is; may be NULL.
 * Return: 1; 0 at the end; -EINVAL for an open quote, a backslash at the end, or an escape that makes a NUL;
 * -ENOMEM.
 */
int words_next(const char **pos, unsigned flags, char **ret_word, bool *ret_odd);
