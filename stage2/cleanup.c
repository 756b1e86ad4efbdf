/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cleanup.h"

#include "cgroup.h"
#include "drive.h"
#include "helper.h"
#include "log.h"
#include "notify.h"
#include "spawn.h"

#define TIMEOUT (30 * USEC_PER_SEC)

/* Units whose helper found no room in the table of helpers: a list through unit_rt.cleanup_next. */
static uint32_t waiting = RUN_NONE;

static unsigned n_busy;

static int start_helper(struct stage2 *s, uint32_t unit);

static void start_waiting(struct stage2 *s)
{
    while (waiting != RUN_NONE) {
        uint32_t unit = waiting;

        if (start_helper(s, unit) == -ENOSPC)
            return;
        waiting = s->rt[unit].cleanup_next;
        engine_performed(&s->engine, &(struct engine_action){.type = ENGINE_ACT_CLEANUP, .unit = unit});
    }
}

void cleanup_done(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit)
{
    struct unit_rt *rt;

    n_busy -= n_busy > 0;
    if (!s->has_units || unit >= udb_count(&s->db))
        return;
    rt = &s->rt[unit];
    if (!helper_succeeded(info, timed_out))
        (void)log_warning(0, "the runtime directory of '%s' could not be removed", udb_name(&s->db, unit));
    rt->cleaning = false;
    start_waiting(s);
    if (rt->has_deferred) {
        rt->has_deferred = false;
        drive_perform(s, &rt->deferred);
    }
}

static int start_helper(struct stage2 *s, uint32_t unit)
{
    char number[16];
    struct helper_spec spec = {
        .kind = HELPER_CLEANUP,
        .unit = unit,
        .program = "pintle-exec",
        .argv = (const char *const[]){"pintle-exec", "--cleanup", number, udb_name(&s->db, unit), NULL},
        .timeout_usec = TIMEOUT,
        .give_db = true,
    };
    int r;

    snprintf(number, sizeof(number), "%u", unit);
    r = helper_start(s, &spec);
    n_busy += r >= 0;
    s->rt[unit].cleaning = r >= 0 || r == -ENOSPC;
    if (r < 0 && r != -ENOSPC)
        (void)log_warning(r, "the runtime directory of '%s' is not removed", udb_name(&s->db, unit));
    return r;
}

void cleanup_unit(struct stage2 *s, uint32_t unit)
{
    const struct udb_service *svc = udb_service(&s->db, unit);

    notify_close(s, unit);
    spawn_forget_reports(s, unit);
    cgroup_remove(s, unit);
    if (!svc || !(svc->flags & UDB_SVC_RUNTIME_DIR) || s->rt[unit].cleaning)
        return;
    if (start_helper(s, unit) == -ENOSPC) {
        s->rt[unit].cleanup_next = waiting;
        waiting = unit;
    }
}

bool cleanup_defers(struct stage2 *s, const struct engine_action *a)
{
    struct unit_rt *rt = &s->rt[a->unit];

    if (!rt->cleaning)
        return false;
    rt->deferred = *a;
    rt->has_deferred = true;
    return true;
}

void cleanup_adopt(struct stage2 *s, uint32_t unit)
{
    n_busy++;
    if (s->has_units && unit < udb_count(&s->db))
        s->rt[unit].cleaning = true;
}

bool cleanup_waits(const struct stage2 *s, uint32_t unit)
{
    for (uint32_t i = waiting; i != RUN_NONE; i = s->rt[i].cleanup_next)
        if (i == unit)
            return true;
    return false;
}

bool cleanup_is_busy(void)
{
    return n_busy > 0 || waiting != RUN_NONE;
}
