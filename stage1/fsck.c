/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fsck.h"

#include <sys/wait.h>

#include "text.h"

enum fsck_mode fsck_mode(const struct cmdline *c)
{
    enum fsck_mode mode = FSCK_AUTO;

    for (const struct cmdline_word *w = NULL; (w = cmdline_next(c, NULL, w));) {
        if (w->for_init)
            continue;
        if (cmdline_key_eq(w->key, "fastboot") && !w->value)
            mode = FSCK_SKIP;
        else if (cmdline_key_eq(w->key, "forcefsck") && !w->value)
            mode = FSCK_FORCE;
        else if (cmdline_key_eq(w->key, "fsck.mode") && w->value)
            mode = streq(w->value, "skip") ? FSCK_SKIP : streq(w->value, "force") ? FSCK_FORCE : FSCK_AUTO;
    }
    return mode;
}

/* -a, -y, -n, -f are understood by every fsck.TYPE of Debian that can do such a thing at all. */
static const char *repair_option(const struct cmdline *c)
{
    const char *repair = cmdline_get(c, "fsck.repair");

    if (repair && streq(repair, "yes"))
        return "-y";
    if (repair && streq(repair, "no"))
        return "-n";
    return "-a";
}

int fsck_command(const struct cmdline *c, const char *dir, const char *type, const char *source,
                 struct fsck_command *ret)
{
    size_t n = 0;

    *ret = (struct fsck_command){0};
    /* The type comes from a disk or from the command line, and becomes part of a path. */
    if (!*type || type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
        return -EINVAL;
    if (snprintf(ret->program, sizeof(ret->program), "%s/fsck.%s", dir, type) >= (int)sizeof(ret->program))
        return -EINVAL;
    if (access(ret->program, X_OK) < 0)
        return -errno;
    text_copy(ret->source, sizeof(ret->source), source);
    ret->argv[n++] = ret->program;
    ret->argv[n++] = (char *)repair_option(c);
    if (fsck_mode(c) == FSCK_FORCE)
        ret->argv[n++] = (char *)"-f";
    ret->argv[n] = ret->source;
    return 0;
}

enum fsck_verdict fsck_verdict(int wait_status, int *ret_status)
{
    int status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);

    *ret_status = status;
    if (status <= 1)
        return FSCK_CLEAN;
    return status <= 3 ? FSCK_REBOOT : FSCK_BROKEN;
}

const char *fsck_explain(int status)
{
    if (status >= 128)
        return "the checker was killed or crashed";
    if (status & 4)
        return "errors are left that it does not repair by itself";
    if (status & 8)
        return "the checker could not do its work";
    if (status & 32)
        return "it was cancelled";
    if (status & (16 | 64 | 128))
        return "the checker could not be run";
    if (status & 2)
        return "it was repaired, and the machine has to be restarted";
    return status & 1 ? "errors were repaired" : "clean";
}
