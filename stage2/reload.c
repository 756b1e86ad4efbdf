/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reload.h"

#include "cgroup.h"
#include "cleanup.h"
#include "keep.h"
#include "log.h"
#include "notify.h"
#include "spawn.h"
#include "state.h"

static struct {
    reload_fn done;
    void *data;
} job;

static void finish(struct stage2 *s, int result)
{
    reload_fn done = job.done;

    keep->reload = RELOAD_NONE;
    if (result >= 0)
        log_info("the unit files were loaded again: %u units", udb_count(&s->db));
    if (done)
        done(s, result, job.data);
}

void reload_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit _unused_)
{
    if (!helper_succeeded(info, timed_out)) {
        (void)log_error(0, "the unit files could not be compiled; those that were loaded stay in use");
        finish(s, timed_out ? -ETIMEDOUT : -EBADMSG);
        return;
    }
    keep->reload = RELOAD_COMPILED; /* waits for reload_step */
    s->work_left = true; /* reload_step is called after this round, not after the next event */
}

int reload_begin(struct stage2 *s, reload_fn done, void *data)
{
    int r;

    if (!s->has_units)
        return -ENODATA;
    job.done = done;
    job.data = data;
    if (keep->reload == RELOAD_COMPILES || keep->reload == RELOAD_COMPILED)
        return 0;
    r = state_compile_next(s);
    keep->reload = r >= 0 ? RELOAD_COMPILES : RELOAD_NONE;
    return r;
}

void reload_carry_on(struct stage2 *s, reload_fn done)
{
    int r;

    job.done = done;
    if (keep->reload != RELOAD_COMPILES || helper_runs(HELPER_COMPILE_NEXT))
        return;
    r = s->has_units ? state_compile_next(s) : -ENODATA;
    if (r < 0) {
        (void)log_error(r, "the reload that was under way is given up");
        keep->reload = RELOAD_NONE;
    }
}

/* Sources carry their unit's number: tell them the new one. */
static void move_unit(struct stage2 *s, uint32_t old_unit _unused_, uint32_t unit, const struct unit_rt *old)
{
    notify_move(s, unit, old);
    spawn_move_reports(s, unit, old);
    cgroup_move(s, unit, old);
}

void reload_step(struct stage2 *s)
{
    int r;

    /* Helpers that clean up carry numbers of units: a moment, and they are done. */
    if (keep->reload != RELOAD_COMPILED || cleanup_is_busy())
        return;
    if (!s->has_units) { /* on the way down meanwhile */
        finish(s, -ESHUTDOWN);
        return;
    }
    cgroup_forget_list();
    r = state_take_next(s, move_unit);
    if (r < 0)
        cgroup_remember_list(s);
    finish(s, r);
}
