/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reload.h"

#include "cgroup.h"
#include "cleanup.h"
#include "log.h"
#include "notify.h"
#include "spawn.h"
#include "state.h"

static struct {
    bool under_way;
    bool compiled; /* waits for reload_step */
    reload_fn done;
    void *data;
} job;

static void finish(struct stage2 *s, int result)
{
    reload_fn done = job.done;

    job.under_way = job.compiled = false;
    if (result >= 0)
        log_info("the unit files were loaded again: %u units", udb_count(&s->db));
    if (done)
        done(s, result, job.data);
}

static void on_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, void *data _unused_)
{
    if (timed_out || info->si_code != CLD_EXITED || info->si_status != 0) {
        (void)log_error(0, "the unit files could not be compiled; those that were loaded stay in use");
        finish(s, timed_out ? -ETIMEDOUT : -EBADMSG);
        return;
    }
    job.compiled = true;
    s->work_left = true; /* reload_step is called after this round, not after the next event */
}

int reload_begin(struct stage2 *s, reload_fn done, void *data)
{
    int r;

    if (job.under_way || !s->has_units)
        return job.under_way ? -EBUSY : -ENODATA;
    job.done = done;
    job.data = data;
    r = state_compile_next(s, on_compiled);
    job.under_way = r >= 0;
    return r;
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
    if (!job.compiled || cleanup_is_busy())
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
