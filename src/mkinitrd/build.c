/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build.h"

#include <stdarg.h>

#include "modules.h"

int build_init(struct build *b, const struct options *opt)
{
    *b = (struct build){.opt = opt};
    return elfdeps_paths_init(&b->host_libs, opt->sysroot);
}

void build_done(struct build *b)
{
    modules_free(b->modules);
    plan_done(&b->plan);
    elfdeps_paths_done(&b->host_libs);
    strv_clear(&b->missing_firmware);
    strv_clear(&b->notes);
    strv_clear(&b->fs_types);
}

int build_note(struct build *b, const char *format, ...)
{
    char *line;
    va_list args;
    int r;

    va_start(args, format);
    r = vasprintf(&line, format, args);
    va_end(args);
    return r < 0 ? -ENOMEM : strv_take(&b->notes, line);
}
