/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "recover.h"

#include "drive.h"
#include "kernelview.h"
#include "log.h"
#include "notify.h"
#include "sys.h"

static bool needs_boot;

static void rebuild(struct stage2 *s)
{
    _cleanup_free_ struct engine_fact *facts = NULL;
    int n = kernelview_read(s, &facts), r;

    if (n < 0)
        (void)log_error(n, "cannot look at the processes there are");
    r = engine_rebuild(&s->engine, facts, n < 0 ? 0 : (uint32_t)n, sys.now());
    notify_find(s);
    if (r < 0)
        (void)log_error(r, "the units could not be rebuilt from their processes");
    else
        log_info("rebuilt from %d processes of services", MAX(n, 0));
}

int recover_units(struct stage2 *s)
{
    struct engine_recovery found;
    int r = engine_recover(&s->engine, &found);

    if (r < 0)
        return log_error(r, "the run table makes no sense");
    needs_boot = found.needs_boot;
    if (found.n_lost > 0) {
        (void)log_error(0, "%u units' records make no sense (the first: '%s', %s): they are rebuilt from the kernel's view",
                        found.n_lost, udb_name(&s->db, found.lost_unit), found.why);
        rebuild(s);
    }
    return 0;
}

void recover_lost(struct stage2 *s)
{
    struct runtab_header *h = s->table.header;

    (void)log_error(0, "the run table is lost: the units' states are rebuilt from the kernel's view; their counters, results and "
                       "jobs are forgotten");
    h->boot_unit = s->db.header->default_unit == UDB_NONE ? RUN_NONE : s->db.header->default_unit;
    h->boot_done = 1;
    engine_lose_all(&s->engine);
    rebuild(s);
}

void recover_actions(struct stage2 *s)
{
    drive_reissue(s);
    if (needs_boot && s->has_units)
        drive_boot(s);
}
