/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runundo.h"

/*
 * Who reads the log is the same processor in a later life of the same process: the order of the stores is all that
 * counts, and only the compiler could change it.
 */
static inline void keep_order(void)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void save(struct runtab *t, enum run_undo_what what, uint32_t unit, const void *from, uint32_t size)
{
    struct runtab_header *h = t->header;
    struct run_undo *entry = (struct run_undo *)(t->data + h->undo_offset + h->undo_used);

    *entry = (struct run_undo){.what = (uint32_t)what, .unit = unit};
    memcpy(entry + 1, from, size);
    keep_order();
    h->undo_used += (uint32_t)sizeof(*entry) + size;
    keep_order();
}

/* run_unit.undo: twice the number of the call that saved the record, and one more when it saved its text too. */
void runundo_save_unit(struct runtab *t, uint32_t unit)
{
    struct run_unit *u = runtab_unit(t, unit);

    if (u->undo / 2 == t->header->undo_call)
        return;
    save(t, RUN_UNDO_UNIT, unit, u, sizeof(*u));
    u->undo = t->header->undo_call * 2;
}

void runundo_save_text(struct runtab *t, uint32_t unit)
{
    struct run_unit *u = runtab_unit(t, unit);

    runundo_save_unit(t, unit);
    if (u->undo % 2 != 0)
        return;
    save(t, RUN_UNDO_TEXT, unit, runtab_text(t, unit), sizeof(struct run_text));
    u->undo |= 1;
}

void runundo_save_goal(struct runtab *t)
{
    struct runtab_header *h = t->header;

    if (h->undo_goal == h->undo_call)
        return;
    save(t, RUN_UNDO_GOAL, 0, (const uint8_t *)h + RUN_GOAL_OFFSET, RUN_GOAL_SIZE);
    h->undo_goal = h->undo_call;
}

void runundo_commit(struct runtab *t)
{
    struct runtab_header *h = t->header;

    if (h->undo_used == 0)
        return;
    /* In this order: with the old number and an empty log, the next call would believe that things are saved. */
    h->undo_call++;
    keep_order();
    h->undo_used = 0;
    keep_order();
}

/* The counter must go on, never back: a reader may have seen it. */
static void restore_unit(struct run_unit *u, const void *before, uint32_t size)
{
    const size_t behind = sizeof(u->seq);

    __atomic_store_n(&u->seq, u->seq | 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy((uint8_t *)u + behind, (const uint8_t *)before + behind, size - behind);
}

static void restore(struct runtab *t, const struct run_undo *entry, uint32_t size)
{
    if (entry->what == RUN_UNDO_UNIT)
        restore_unit(runtab_unit(t, entry->unit), entry + 1, size);
    else if (entry->what == RUN_UNDO_TEXT)
        memcpy(runtab_text(t, entry->unit), entry + 1, size);
    else
        memcpy((uint8_t *)t->header + RUN_GOAL_OFFSET, entry + 1, size);
}

uint32_t runundo_rollback(struct runtab *t)
{
    struct runtab_header *h = t->header;
    uint32_t n = 0;

    for (uint32_t at = 0; at < h->undo_used;) {
        const struct run_undo *entry = (const struct run_undo *)(t->data + h->undo_offset + at);
        uint32_t size = runtab_undo_length(t, entry);

        if (size == 0)
            break; /* runtab_open would have refused it */
        restore(t, entry, size);
        at += (uint32_t)sizeof(*entry) + size;
        n++;
    }
    /* Texts are read under the counter of their record, so counters come last. */
    for (uint32_t i = 0; i < h->count; i++) {
        struct run_unit *u = runtab_unit(t, i);

        if (u->seq % 2 == 0)
            continue;
        n += h->undo_used == 0;
        runtab_end(u);
    }
    runundo_commit(t);
    return n;
}
