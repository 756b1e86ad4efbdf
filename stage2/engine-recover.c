/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>

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

/* Whatever stands in a text, it ends. */
static void end_texts(struct engine *e, uint32_t id)
{
    struct run_text *t = runtab_text(e->table, id);

    if (t->status[sizeof(t->status) - 1] != '\0')
        t->status[sizeof(t->status) - 1] = '\0';
    if (t->reason[sizeof(t->reason) - 1] != '\0')
        t->reason[sizeof(t->reason) - 1] = '\0';
}

static void look_at(struct engine *e, uint32_t id, struct engine_recovery *rec)
{
    const char *why =
        unit_has(unit_of(e, id), RUN_LOST) ? "it was lost before" : unit_contradiction(e, id);

    end_texts(e, id);
    if (!why)
        return;
    unit_lose(e, id); /* also what was lost before: that flag, too, may be junk */
    if (rec->n_lost++ == 0) {
        rec->lost_unit = id;
        rec->why = why;
    }
}

int engine_recover(struct engine *e, struct engine_recovery *ret)
{
    const struct runtab_header *h = e->table->header;

    *ret = (struct engine_recovery){.lost_unit = RUN_NONE};
    if (!runtab_goal_is_sound(e->table))
        return -EBADMSG;
    for (uint32_t id = 0; id < h->count; id++)
        look_at(e, id, ret);
    ret->needs_boot = h->boot_unit == RUN_NONE && h->boot_done == 0 && !going_down(e);
    e->reissued = 0;
    return engine_adopt(e);
}

/* --- what was decided and perhaps not done --- */

/* The kernel made the process, and PID 1 died before it could say so. Its group is its own: it began with setsid. */
static void take_in_process(struct engine *e, uint32_t id, bool main, pid_t pid, uint64_t now)
{
    struct run_unit *u = unit_begin(e, id);

    if (main)
        u->main_group = pid;
    else
        u->control_group = pid;
    unit_end(u);
    life_dispatch(e, id, LIFE_SPAWNED,
                  &(struct engine_event){.type = ENGINE_EV_SPAWNED, .unit = id, .pid = pid}, now);
}

static void reissue_spawn(struct engine *e, uint32_t id, uint64_t now)
{
    const struct run_unit *u = unit_of(e, id);
    bool main = u->state == RUN_START;
    pid_t pid = main ? u->main_pid : u->control_pid;

    if (pid > 0)
        take_in_process(e, id, main, pid, now);
    else if (u->state == RUN_CONDITION && !unit_has(u, RUN_CONDITION_OK))
        engine_act(e, (struct engine_action){.type = ENGINE_ACT_CONDITIONS, .unit = id});
    else
        engine_act(e, (struct engine_action){.type = ENGINE_ACT_SPAWN,
                                             .unit = id,
                                             .spawn = {.exec_kind = u->exec_kind,
                                                       .exec_index = u->exec_index,
                                                       .main = main}});
}

/* In the order in which they were given: the clean-up of one life comes before anything of the next. */
static void reissue_unit(struct engine *e, uint32_t id, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);
    struct life l = life_make(e, id, NULL, now);

    if (unit_has(u, RUN_CLEANUP_DUE))
        engine_act(e, (struct engine_action){.type = ENGINE_ACT_CLEANUP, .unit = id});
    if (unit_has(u, RUN_WATCHED))
        engine_act(e, (struct engine_action){.type = ENGINE_ACT_WATCH_EMPTY, .unit = id});
    if (u->kills_due != 0)
        life_resend(&l);
    if (unit_has(u, RUN_SPAWNING))
        reissue_spawn(e, id, now);
}

static void reissue_goal(struct engine *e)
{
    const struct runtab_header *h = e->table->header;

    if (h->boot_due)
        engine_act(e, (struct engine_action){.type = ENGINE_ACT_BOOT_DONE,
                                             .unit = h->boot_due_unit,
                                             .job = {.result = (uint8_t)h->boot_due_result}});
    /* The way down itself leaves nothing in the table: it is begun again. */
    if (h->final_said)
        engine_act(e, (struct engine_action){
                          .type = ENGINE_ACT_FINAL, .unit = h->final_unit, .value = (int)h->final_kind});
}

bool engine_reissue(struct engine *e, uint64_t now)
{
    uint32_t count = e->table->header->count;

    for (; e->reissued <= count && engine_has_room(e); e->reissued++) {
        if (e->reissued < count)
            reissue_unit(e, e->reissued, now);
        else
            reissue_goal(e);
        runundo_commit(e->table);
    }
    return e->reissued <= count;
}
