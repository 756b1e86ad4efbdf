/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execlimits - the values of LimitNOFILE= and its like: "soft:hard", "infinity", sizes, times, nice levels.
 */
#pragma once

#include <sys/resource.h>

#include "util.h"

/* execlimits_find - number of a directive; SIZE_MAX for none. */
size_t execlimits_find(const char *key) _pure_;

/* execlimits_parse - Return: 0; -EINVAL; -ERANGE. */
int execlimits_parse(const char *value, size_t limit, struct rlimit *ret);
