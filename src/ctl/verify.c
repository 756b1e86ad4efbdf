/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify: the compiler reads the files and says what is wrong with them; this only finds and starts it. */
#include "ctl.h"
#include "log.h"

#define COMPILER "pintle-compile"

int verify_units(struct ctl *ctl, char *const *words)
{
    _cleanup_free_ const char **argv = NULL;
    const char *dir = getenv("PINTLE_LIBEXEC") ?: PINTLE_LIBEXECDIR; /* a build that is not installed */
    char compiler[4096];
    size_t n = 0, k = 0;

    if ((size_t)snprintf(compiler, sizeof(compiler), "%s/" COMPILER, dir) >= sizeof(compiler))
        return log_error(-ENAMETOOLONG, "cannot find " COMPILER);
    while (words[n])
        n++;
    argv = calloc(n + 4, sizeof(*argv));
    if (!argv)
        return log_error(-ENOMEM, "cannot verify");
    argv[k++] = compiler;
    argv[k++] = "--verify";
    if (ctl->opt.json)
        argv[k++] = "--json";
    for (size_t i = 0; i < n; i++)
        argv[k++] = words[i];
    fflush(ctl->out);
    execv(compiler, (char **)argv);
    return log_error(-errno, "cannot run '%s'", compiler);
}
