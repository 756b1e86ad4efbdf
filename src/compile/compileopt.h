/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compileopt - the command line of pintle-compile.
 */
#pragma once

#include "bootenv.h"

struct compileopt {
    const char *root;   /* "" for the running system */
    const char *output; /* NULL: none; "-": standard output */
    bool keep; /* --keep */
    bool boot, verify, dump, quiet, directives, json;
    char **names; /* verify: units and files */
    size_t n_names;
    const char *const *dirs; /* NULL: the standard ones */
    struct bootenv env;
};

/* compileopt_parse - Return: 0 to go on; 1 when all is done (--help); -EINVAL, said already. */
int compileopt_parse(int argc, char **argv, struct compileopt *ret);
