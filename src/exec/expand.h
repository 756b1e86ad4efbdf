/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expand - variables in a command line, as systemd.service(5) has them; no shell.
 *
 * $NAME as a word of its own becomes the value's words (none when it is not set), quotes in it grouping. ${NAME} becomes
 * the value anywhere in a word, or nothing. $$ is a dollar sign. Everything else stays, so "sh -c 'echo $HOME'" reaches
 * the shell as it was written.
 */
#pragma once

#include "text.h"

/* @name is not terminated. Return: the value; NULL when it is not set. */
typedef const char *(*expand_get_fn)(const char *name, size_t length, void *data);

/* expand_word - append what one word becomes. Return: 0; -ENOMEM. */
int expand_word(const char *word, expand_get_fn get, void *data, struct strv *ret);
