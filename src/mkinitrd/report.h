/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * report - what a person sees: a progress line while it runs, a table at the end, the list of an image.
 */
#pragma once

#include "build.h"

/* report_step - one line that is overwritten by the next, on a terminal alone. NULL clears it. */
void report_step(const char *what, size_t done, size_t total);

/* report_table - the final table, on standard output. */
void report_table(const struct build *b, enum compress_method method, size_t unpacked, size_t packed);

/*
 * report_list - show what is in an image, and whether it is whole
 * Return: 0; -errno (logged).
 */
int report_list(const char *file);
