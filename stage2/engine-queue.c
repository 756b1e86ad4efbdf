/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>

#include "engine-impl.h"

bool engine_has_room(const struct engine *e)
{
    return e->room - e->n_actions >= ENGINE_MIN_ROOM;
}

void engine_act(struct engine *e, struct engine_action action)
{
    if (e->n_actions < e->room)
        e->actions[e->n_actions++] = action;
    else
        e->n_dropped++;
}

void engine_act_kill(struct engine *e, uint32_t id, enum engine_whom whom, int signal)
{
    struct run_unit *u = unit_begin(e, id);

    u->kills_due += u->kills_due < UINT8_MAX;
    unit_end(u);
    engine_act(e, (struct engine_action){.type = ENGINE_ACT_KILL,
                                         .unit = id,
                                         .kill = {.whom = (uint8_t)whom, .signal = signal}});
}

void engine_enqueue(struct engine *e, uint32_t id)
{
    struct runtab_header *h = e->table->header;
    struct run_unit *u = unit_of(e, id);

    if (unit_has(u, RUN_QUEUED))
        return;
    u->next_ready = RUN_NONE;
    u->flags |= RUN_QUEUED;
    if (h->ready_tail == RUN_NONE)
        h->ready_head = id;
    else
        unit_of(e, h->ready_tail)->next_ready = id;
    h->ready_tail = id;
}

uint32_t engine_dequeue(struct engine *e)
{
    struct runtab_header *h = e->table->header;
    uint32_t id = h->ready_head;
    struct run_unit *u;

    if (id == RUN_NONE)
        return RUN_NONE;
    u = unit_of(e, id);
    h->ready_head = u->next_ready;
    if (h->ready_head == RUN_NONE)
        h->ready_tail = RUN_NONE;
    u->next_ready = RUN_NONE;
    u->flags &= ~(uint32_t)RUN_QUEUED;
    e->steps++;
    return id;
}

void unit_set_flags(struct engine *e, uint32_t id, uint32_t set, uint32_t clear)
{
    struct run_unit *u = unit_of(e, id);
    uint32_t flags = (u->flags & ~clear) | set;

    if (flags == u->flags)
        return;
    unit_begin(e, id);
    u->flags = flags;
    unit_end(u);
}

static void stamp(struct run_unit *u, enum run_active from, enum run_active to, uint64_t now)
{
    bool was_active = from == RUN_ACTIVE_ACTIVE || from == RUN_ACTIVE_RELOADING;

    if (to == RUN_ACTIVE_ACTIVE && !was_active)
        u->active_usec = now;
    else if (to == RUN_ACTIVE_DEACTIVATING && from != RUN_ACTIVE_DEACTIVATING)
        u->stop_usec = now;
    else if (to == RUN_ACTIVE_INACTIVE || to == RUN_ACTIVE_FAILED)
        u->inactive_usec = now;
}

void unit_set_state(struct engine *e, uint32_t id, enum run_state state, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);
    enum run_state from = (enum run_state)u->state;

    if (from == state)
        return;
    unit_begin(e, id);
    u->state = (uint8_t)state;
    stamp(u, run_state_active(from), run_state_active(state), now);
    unit_end(u);
    e->table->header->n_failed += (state == RUN_FAILED) - (uint32_t)(from == RUN_FAILED);
    engine_act(e, (struct engine_action){.type = ENGINE_ACT_STATE,
                                         .unit = id,
                                         .state = {.from = (uint8_t)from, .to = (uint8_t)state}});
}

/* Readers must never wait for a formatting: the text is made first and copied under the counter. */
_printf_(4, 0) static void explain(struct engine *e, uint32_t id, int result, const char *format,
                                   va_list args)
{
    struct run_unit *u = unit_of(e, id);
    struct run_text *t = runtab_text(e->table, id);
    char text[RUN_REASON_TEXT];

    vsnprintf(text, sizeof(text), format, args);
    unit_begin_text(e, id);
    if (result >= 0)
        u->result = (uint8_t)result;
    memcpy(t->reason, text, strlen(text) + 1);
    unit_end(u);
}

void unit_explain(struct engine *e, uint32_t id, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    explain(e, id, -1, format, args);
    va_end(args);
}

void unit_fail(struct engine *e, uint32_t id, enum run_result result, const char *format, ...)
{
    va_list args;

    if (unit_of(e, id)->result != RUN_RESULT_SUCCESS)
        return;
    va_start(args, format);
    explain(e, id, (int)result, format, args);
    va_end(args);
}
