/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * choose - the decisions of a run: which modules, which compression.
 */
#pragma once

#include "build.h"

/* choose_modules - add what --host, --generic and --modules ask for, and learn the root's file systems. */
int choose_modules(struct build *b);

/*
 * choose_compression - the method to use; checked against the kernel's configuration where that is known
 * Left to us, it is one for a large image; choose_for_size turns it into none for a small one.
 * Return: 0; -EOPNOTSUPP when this kernel could not unpack what was asked for (logged, with what would work).
 */
int choose_compression(const struct options *o, enum compress_method *ret);
enum compress_method choose_for_size(const struct options *o, enum compress_method m, size_t size);
