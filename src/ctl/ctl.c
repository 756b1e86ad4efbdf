/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl.h"

#include "clock.h"
#include "log.h"
#include "paths.h"

/* The first pid namespace has a number of its own (PROC_PID_INIT_INO, kernel ABI since 3.8). */
static bool in_container(void)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof(ns) - 1);

    if (n <= 0)
        return false;
    ns[n] = '\0';
    return !streq(ns, "pid:[4026531836]");
}

void ctl_init(struct ctl *ctl, FILE *out)
{
    const char *dir = getenv("PINTLE_RUNTIME_DIR");

    *ctl = (struct ctl){
        .opt = {.timeout_usec = USEC_INFINITY},
        .out = out,
        .dir = dir && dir[0] == '/' ? dir : PATH_RUNTIME_DIR,
        .program = "pintlectl",
        .verb = "",
        .now_usec = clock_now(),
        .realtime_usec = clock_realtime(),
    };
    ctl->container = in_container();
    term_init(&ctl->term, out);
}

void ctl_done(struct ctl *ctl)
{
    if (ctl->mapped)
        view_close(&ctl->view);
    ctl->mapped = false;
    strv_clear(&ctl->opt.types);
    strv_clear(&ctl->opt.states);
    strv_clear(&ctl->opt.properties);
}

int ctl_map(struct ctl *ctl)
{
    const char *why = NULL;
    int r;

    if (ctl->mapped)
        return 0;
    r = view_open(&ctl->view, ctl->dir, &why);
    if (r == -ENOENT)
        return log_error(0, "pintle is not running here (no %s%s)", ctl->dir, strrchr(PATH_RUN_TABLE, '/')), r;
    if (r < 0)
        return log_error(why ? 0 : r, "cannot read the state in %s%s%s", ctl->dir, why ? ": " : "", why ?: ""), r;
    ctl->mapped = true;
    return 0;
}

int ctl_remap(struct ctl *ctl)
{
    if (ctl->mapped)
        view_close(&ctl->view);
    ctl->mapped = false;
    return ctl_map(ctl);
}

int ctl_exit_status(int error)
{
    if (error >= 0)
        return CTL_EXIT_OK;
    if (error == -EACCES || error == -EPERM)
        return CTL_EXIT_NO_PERMISSION;
    if (error == -ENOENT)
        return CTL_EXIT_NOT_INSTALLED;
    if (error == -EOPNOTSUPP)
        return CTL_EXIT_NOT_IMPLEMENTED;
    return CTL_EXIT_FAILURE;
}
