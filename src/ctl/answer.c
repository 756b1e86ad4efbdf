/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that answer with their exit status. */
#include "client.h"
#include "ctl.h"
#include "log.h"
#include "unitfile.h"

/*
 * Print the state of each unit. Return: 0 when one of them is in @wanted, else @otherwise; CTL_EXIT_UNKNOWN when none of
 * them exists. Without a running pintle everything is inactive, as systemctl says offline.
 */
static int check(struct ctl *ctl, char *const *words, bool (*is_wanted)(enum run_active), int otherwise)
{
    _cleanup_targets_ struct targets targets = {0};
    bool found = false, exists = false;

    if (ctl_map(ctl) < 0) {
        for (; *words && !ctl->opt.quiet; words++)
            fputs("inactive\n", ctl->out);
        return otherwise;
    }
    if (targets_find(ctl, words, false, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    for (size_t i = 0; i < targets.n; i++) {
        enum run_active active = RUN_ACTIVE_INACTIVE;
        uint32_t unit = targets.v[i].unit;
        struct run_unit u;

        if (unit != UDB_NONE) {
            view_unit(&ctl->view, unit, &u, NULL);
            active = run_state_active(u.state);
            exists = exists || udb_unit(&ctl->view.db, unit)->load != UDB_NOT_FOUND || active != RUN_ACTIVE_INACTIVE;
        }
        found = found || is_wanted(active);
        if (!ctl->opt.quiet)
            fprintf(ctl->out, "%s\n", run_active_name(active));
    }
    return found ? CTL_EXIT_OK : exists ? otherwise : CTL_EXIT_UNKNOWN;
}

static bool is_active(enum run_active active)
{
    return active == RUN_ACTIVE_ACTIVE || active == RUN_ACTIVE_RELOADING;
}

static bool is_failed(enum run_active active)
{
    return active == RUN_ACTIVE_FAILED;
}

int answer_is_active(struct ctl *ctl, char *const *words)
{
    return check(ctl, words, is_active, CTL_EXIT_NOT_RUNNING);
}

int answer_is_failed(struct ctl *ctl, char *const *words)
{
    return check(ctl, words, is_failed, CTL_EXIT_FAILURE);
}

int answer_is_enabled(struct ctl *ctl, char *const *words)
{
    bool ok = false, exists = false;

    for (; *words; words++) {
        _cleanup_free_ char *name = NULL;
        enum unitfile_state state;

        if (asprintf(&name, "%s%s", *words, strchr(*words, '.') ? "" : ".service") < 0) {
            name = NULL;
            return log_error(-ENOMEM, "cannot look up '%s'", *words);
        }
        state = unitfile_state(ctl->opt.root, name);
        ok = ok || unitfile_state_ok(state);
        exists = exists || state != UNITFILE_NOT_FOUND;
        if (!ctl->opt.quiet)
            fprintf(ctl->out, "%s\n", unitfile_state_name(state));
    }
    return ok ? CTL_EXIT_OK : exists ? CTL_EXIT_FAILURE : CTL_EXIT_UNKNOWN;
}

static int boot_is_over(struct ctl *ctl, void *arg)
{
    return view_system_state(&ctl->view) != VIEW_STARTING;
}

int answer_is_system_running(struct ctl *ctl, char *const *words)
{
    enum view_state state = VIEW_OFFLINE;
    int r;

    r = ctl_map(ctl);
    if (r >= 0 && ctl->opt.wait)
        r = client_wait_until(ctl, boot_is_over, NULL, NULL);
    if (r >= 0 || r == -ETIMEDOUT)
        state = view_system_state(&ctl->view);
    if (!ctl->opt.quiet)
        fprintf(ctl->out, "%s\n", view_state_name(state));
    return state == VIEW_RUNNING ? CTL_EXIT_OK : CTL_EXIT_FAILURE;
}
