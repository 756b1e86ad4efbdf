/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

void engine_performed(struct engine *e, const struct engine_action *a)
{
    struct runtab_header *h = e->table->header;

    /* Single words, outside of any call: there is nothing to take back. */
    if (a->type == ENGINE_ACT_KILL)
        unit_of(e, a->unit)->kills_due -= unit_of(e, a->unit)->kills_due != 0;
    else if (a->type == ENGINE_ACT_CLEANUP)
        unit_of(e, a->unit)->flags &= ~(uint32_t)RUN_CLEANUP_DUE;
    else if (a->type == ENGINE_ACT_BOOT_DONE && a->unit == h->boot_due_unit)
        h->boot_due = 0;
}
