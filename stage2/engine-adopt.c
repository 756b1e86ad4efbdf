/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

/* Everything about one record that points into the table it came from. */
static void take_out_of_table(struct run_unit *u)
{
    u->heap_pos = u->next_ready = RUN_NONE;
    u->flags &= ~(uint32_t)RUN_QUEUED;
    u->undo = 0;
}

static int index_pid(struct engine *e, pid_t pid, uint32_t id)
{
    if (pid <= 0)
        return 0;
    return runtab_pid_find(e->table, pid) != RUN_NONE ? -EEXIST : runtab_pid_add(e->table, pid, id);
}

int engine_adopt(struct engine *e)
{
    struct runtab_header *h = e->table->header;
    int r;

    h->ready_head = h->ready_tail = RUN_NONE;
    h->heap_count = h->n_jobs = h->n_failed = 0;
    for (uint32_t id = 0; id < h->count; id++)
        take_out_of_table(unit_of(e, id));
    runtab_pid_clear(e->table);
    for (uint32_t id = 0; id < h->count; id++) {
        const struct run_unit *u = unit_of(e, id);

        if (u->deadline_usec != USEC_INFINITY)
            timer_place(e, id);
        h->n_jobs += u->job != RUN_JOB_NONE;
        h->n_failed += u->state == RUN_FAILED;
        r = index_pid(e, u->main_pid, id);
        if (r >= 0)
            r = index_pid(e, u->control_pid, id);
        if (r < 0)
            return r;
    }
    /* The order may be another one now: count again what each job waits for, and look at each once. */
    for (uint32_t id = 0; id < h->count; id++) {
        struct run_unit *u = unit_of(e, id);

        u->n_wait = job_count_waits(e, id, u->job);
        if (u->job != RUN_JOB_NONE || unit_has(u, RUN_REPORT))
            engine_enqueue(e, id);
    }
    return 0;
}
