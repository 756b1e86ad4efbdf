/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* enable, disable, mask, unmask: links are made, then PID 1 is told, where one runs and no other root was meant. */
#include "ctl.h"
#include "log.h"
#include "unitfile.h"

static void say_link(void *arg, bool made, const char *link, const char *to)
{
    const struct ctl *ctl = arg;

    if (!ctl->opt.quiet && made)
        log_info("made the link %s -> %s", link, to);
    else if (!ctl->opt.quiet)
        log_info("removed the link %s", link);
}

static int change_links(struct ctl *ctl, const char *name)
{
    const char *root = ctl->opt.root;
    bool runtime = ctl->opt.runtime;

    if (streq(ctl->verb, "enable"))
        return unitfile_enable(root, name, runtime, say_link, ctl);
    if (streq(ctl->verb, "disable"))
        return unitfile_disable(root, name, runtime, say_link, ctl);
    if (streq(ctl->verb, "mask"))
        return unitfile_mask(root, name, runtime, say_link, ctl);
    return unitfile_unmask(root, name, runtime, say_link, ctl);
}

static int explain(const struct ctl *ctl, const char *name, int r)
{
    if (r == -ENOENT)
        log_error(0, "cannot %s '%s': there is no such unit file", ctl->verb, name);
    else if (r == -ERFKILL)
        log_error(0, "cannot %s '%s': it is masked", ctl->verb, name);
    else if (r == -EINVAL)
        log_error(0, "cannot %s '%s': its file has no [Install] section that would say where, or it is a template: "
                     "other units start it, or name an instance",
                  ctl->verb, name);
    else if (r == -EEXIST)
        log_error(0, "cannot %s '%s': a file of that name is in the way", ctl->verb, name);
    else
        log_error(r, "cannot %s '%s'", ctl->verb, name);
    return CTL_EXIT_FAILURE;
}

/* Whether a pintle runs that should know; its absence is no error here. */
static bool is_running(const struct ctl *ctl)
{
    char path[4096];

    snprintf(path, sizeof(path), "%s/control", ctl->dir);
    return !ctl->opt.root && access(path, F_OK) >= 0;
}

int enable_units(struct ctl *ctl, char *const *words)
{
    const char *verb = ctl->verb;
    int status = CTL_EXIT_OK;

    for (size_t i = 0; words[i]; i++) {
        char name[300];
        int r;

        snprintf(name, sizeof(name), "%s%s", words[i], strchr(words[i], '.') ? "" : ".service");
        r = change_links(ctl, name);
        if (r < 0) {
            /* A unit with nothing to enable is no failure of a package's installation: systemctl says so and goes on. */
            explain(ctl, name, r);
            status = r == -EINVAL && streq(verb, "enable") ? status : CTL_EXIT_FAILURE;
        }
    }
    if (!is_running(ctl))
        return status;
    if (change_reload_daemon(ctl, (char *const[]){NULL}) != CTL_EXIT_OK)
        return CTL_EXIT_FAILURE;
    if (ctl->opt.now && status == CTL_EXIT_OK && !streq(verb, "unmask")) {
        ctl->verb = streq(verb, "enable") ? "start" : "stop";
        return change_units(ctl, words);
    }
    return status;
}
