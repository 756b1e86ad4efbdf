/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

/* A binary heap of unit indices in the run table, the earliest deadline first; equal ones by index, so that a
 * history is the same whenever it is played again. */
static bool earlier(const struct engine *e, uint32_t a, uint32_t b)
{
    uint64_t da = unit_of(e, a)->deadline_usec, db = unit_of(e, b)->deadline_usec;

    return da != db ? da < db : a < b;
}

static void place(struct engine *e, uint32_t pos, uint32_t id)
{
    runtab_heap(e->table)[pos] = id;
    unit_of(e, id)->heap_pos = pos;
    e->steps++;
}

static void sift_up(struct engine *e, uint32_t pos, uint32_t id)
{
    const uint32_t *heap = runtab_heap(e->table);

    while (pos > 0 && earlier(e, id, heap[(pos - 1) / 2])) {
        place(e, pos, heap[(pos - 1) / 2]);
        pos = (pos - 1) / 2;
    }
    place(e, pos, id);
}

static void sift_down(struct engine *e, uint32_t pos, uint32_t id)
{
    const uint32_t *heap = runtab_heap(e->table);
    uint32_t n = e->table->header->heap_count;

    for (;;) {
        uint64_t child = (uint64_t)pos * 2 + 1;

        if (child >= n)
            break;
        if (child + 1 < n && earlier(e, heap[child + 1], heap[child]))
            child++;
        if (!earlier(e, heap[child], id))
            break;
        place(e, pos, heap[child]);
        pos = (uint32_t)child;
    }
    place(e, pos, id);
}

static void fix(struct engine *e, uint32_t pos, uint32_t id)
{
    if (pos > 0 && earlier(e, id, runtab_heap(e->table)[(pos - 1) / 2]))
        sift_up(e, pos, id);
    else
        sift_down(e, pos, id);
}

void timer_clear(struct engine *e, uint32_t id)
{
    struct run_unit *u = unit_of(e, id);
    uint32_t pos = u->heap_pos, last;

    if (pos == RUN_NONE)
        return;
    unit_begin(e, id);
    u->deadline_usec = USEC_INFINITY;
    unit_end(u);
    last = runtab_heap(e->table)[--e->table->header->heap_count];
    u->heap_pos = RUN_NONE;
    if (last != id)
        fix(e, pos, last);
}

void timer_set(struct engine *e, uint32_t id, uint64_t deadline_usec)
{
    struct run_unit *u = unit_of(e, id);

    if (deadline_usec == USEC_INFINITY) {
        timer_clear(e, id);
        return;
    }
    unit_begin(e, id);
    u->deadline_usec = deadline_usec;
    unit_end(u);
    timer_place(e, id);
}

void timer_place(struct engine *e, uint32_t id)
{
    uint32_t pos = unit_of(e, id)->heap_pos;

    if (pos == RUN_NONE)
        sift_up(e, e->table->header->heap_count++, id);
    else
        fix(e, pos, id);
}

uint32_t timer_due(const struct engine *e, uint64_t now)
{
    uint32_t top;

    if (e->table->header->heap_count == 0)
        return RUN_NONE;
    top = runtab_heap(e->table)[0];
    return unit_of(e, top)->deadline_usec <= now ? top : RUN_NONE;
}

uint64_t engine_next_deadline(const struct engine *e)
{
    return e->table->header->heap_count == 0 ? USEC_INFINITY
                                             : unit_of(e, runtab_heap(e->table)[0])->deadline_usec;
}
