/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

static uint32_t count_jobs(const struct engine *e, uint32_t id, enum udb_edge edge,
                           bool (*counts)(uint8_t job))
{
    const struct udb_list *l = &udb_unit(e->db, id)->edges[edge];
    const uint32_t *to = udb_refs(e->db, l);
    uint32_t n = 0;

    for (uint32_t i = 0; i < l->count; i++)
        n += counts(unit_of(e, to[i])->job);
    return n;
}

uint32_t job_count_waits(const struct engine *e, uint32_t id, uint8_t job)
{
    uint32_t n = 0;

    if (job_orders(job))
        n = count_jobs(e, id, UDB_BEFORE, job_stops);
    if (job == RUN_JOB_START)
        n += count_jobs(e, id, UDB_AFTER, job_orders);
    return n;
}

/* Add @delta to what the jobs at the other end of an edge wait for; who waits for nothing more is ready. */
static void spread_delta(struct engine *e, uint32_t id, enum udb_edge edge, bool (*waits)(uint8_t job),
                         int delta)
{
    const struct udb_list *l = &udb_unit(e->db, id)->edges[edge];
    const uint32_t *to = udb_refs(e->db, l);

    e->steps += l->count;
    for (uint32_t i = 0; i < l->count; i++) {
        struct run_unit *v = unit_of(e, to[i]);

        if (!waits(v->job))
            continue;
        v->n_wait += (uint32_t)delta;
        if (v->n_wait == 0)
            engine_enqueue(e, to[i]);
    }
}

static bool is_start(uint8_t job)
{
    return job == RUN_JOB_START;
}

/* The one function that changes a job, and so the one that keeps every n_wait. O(degree). */
static void job_change(struct engine *e, uint32_t id, enum run_job kind, uint32_t job_id)
{
    struct run_unit *u = unit_of(e, id);
    uint8_t old = u->job;
    int orders = job_orders((uint8_t)kind) - job_orders(old),
        stops = job_stops((uint8_t)kind) - job_stops(old);

    unit_begin(e, id);
    u->job = (uint8_t)kind;
    u->job_id = job_id;
    u->flags &= ~(uint32_t)(RUN_JOB_BEGUN | RUN_DEP_FAILED);
    unit_end(u);
    e->table->header->n_jobs += (kind != RUN_JOB_NONE) - (uint32_t)(old != RUN_JOB_NONE);
    if (orders != 0)
        spread_delta(e, id, UDB_BEFORE, is_start, orders);
    if (stops != 0)
        spread_delta(e, id, UDB_AFTER, job_orders, stops);
    u->n_wait = job_count_waits(e, id, (uint8_t)kind);
    e->steps += udb_unit(e->db, id)->edges[UDB_AFTER].count + udb_unit(e->db, id)->edges[UDB_BEFORE].count;
    if (kind != RUN_JOB_NONE && u->n_wait == 0)
        engine_enqueue(e, id);
}

static uint32_t next_job_id(struct engine *e)
{
    struct runtab_header *h = e->table->header;

    h->last_job_id = h->last_job_id >= RUN_JOB_ID_MAX ? 1 : h->last_job_id + 1;
    return h->last_job_id;
}

static void act_job_done(struct engine *e, uint32_t id, uint8_t job)
{
    struct run_unit *u = unit_of(e, id);

    engine_act(e,
               (struct engine_action){.type = ENGINE_ACT_JOB_DONE,
                                      .unit = id,
                                      .job = {.job = job, .result = u->done_result, .id = u->done_job_id}});
}

/*
 * Write down that a job ended. The action that tells of it comes from the ready queue: a wish may end any
 * number of older jobs at once. An end that is still untold by then is told now if there is room; the table
 * has it in any case.
 */
static void record_end(struct engine *e, uint32_t id, uint32_t job_id, uint8_t job, enum run_result result)
{
    struct run_unit *u = unit_of(e, id);

    if (unit_has(u, RUN_REPORT) && engine_has_room(e))
        act_job_done(e, id, u->done_job);
    unit_begin(e, id);
    u->done_job_id = job_id;
    u->done_job = job;
    u->done_result = (uint8_t)result;
    u->flags = (u->flags | RUN_REPORT) & ~(uint32_t)RUN_IRREVERSIBLE;
    unit_end(u);
    engine_enqueue(e, id);
}

uint32_t job_refuse(struct engine *e, uint32_t id, enum run_result result)
{
    uint32_t job_id = next_job_id(e);

    record_end(e, id, job_id, RUN_JOB_START, result);
    return job_id;
}

/* What a wish comes down to in the state the unit is in. */
static enum run_job effective(const struct run_unit *u, enum run_job kind)
{
    bool idle = is_inactive(u) || u->state == RUN_AUTO_RESTART;

    if (kind == RUN_JOB_RESTART && idle)
        return RUN_JOB_START;
    if (kind == RUN_JOB_START && is_deactivating(u) &&
        !(u->job == RUN_JOB_START && unit_has(u, RUN_JOB_BEGUN)))
        return RUN_JOB_RESTART;
    return kind;
}

/* Whether the job under way does what is wished anyway. */
static bool covers(uint8_t job, enum run_job kind)
{
    return job == kind || (job == RUN_JOB_RESTART && kind == RUN_JOB_START) ||
           (kind == RUN_JOB_RELOAD && (job == RUN_JOB_START || job == RUN_JOB_RESTART));
}

uint32_t job_wish(struct engine *e, uint32_t id, enum run_job kind, uint32_t flags, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);
    uint32_t job_id = u->job_id;

    kind = effective(u, kind);
    if (u->job != RUN_JOB_NONE && covers(u->job, kind)) {
        /* Its dependency may have failed a moment ago: this wish tries again. */
        unit_set_flags(e, id, flags, RUN_DEP_FAILED);
        if (u->n_wait == 0)
            engine_enqueue(e, id);
        return job_id;
    }
    /* A start under way that becomes a restart serves those who wait for it just as well. */
    if (u->job == RUN_JOB_NONE || !(u->job == RUN_JOB_START && kind == RUN_JOB_RESTART)) {
        if (u->job != RUN_JOB_NONE)
            record_end(e, id, u->job_id, u->job, RUN_RESULT_CANCELED);
        job_id = next_job_id(e);
    }
    unit_begin(e, id);
    u->job_usec = now;
    unit_end(u);
    job_change(e, id, kind, job_id);
    if (kind == RUN_JOB_START && is_activating(u))
        flags |= RUN_JOB_BEGUN;
    unit_set_flags(e, id, flags, 0);
    if (kind == RUN_JOB_START && is_active(u))
        engine_enqueue(e,
                       id); /* it took the place of a stop that had not begun: there is nothing to wait for */
    return job_id;
}

/*
 * The waiting starts of what requires this unit fail too; each of them finds it out when its turn comes, a
 * restart when its stop is done.
 */
static void fail_dependents(struct engine *e, uint32_t id)
{
    const struct udb_list *l = &udb_unit(e->db, id)->edges[UDB_REQUIRED_BY];
    const uint32_t *to = udb_refs(e->db, l);

    e->steps += l->count;
    for (uint32_t i = 0; i < l->count; i++) {
        struct run_unit *v = unit_of(e, to[i]);

        if ((v->job != RUN_JOB_START && v->job != RUN_JOB_RESTART) ||
            unit_has(v, RUN_JOB_BEGUN | RUN_DEP_FAILED))
            continue;
        unit_explain(e, to[i], "dependency '%s' failed", udb_name(e->db, id));
        unit_set_flags(e, to[i], RUN_DEP_FAILED, 0);
        engine_enqueue(e, to[i]);
    }
}

void job_end(struct engine *e, uint32_t id, enum run_result result)
{
    struct run_unit *u = unit_of(e, id);
    uint8_t job = u->job;

    if (job == RUN_JOB_NONE)
        return;
    record_end(e, id, u->job_id, job, result);
    job_change(e, id, RUN_JOB_NONE, 0);
    if (job == RUN_JOB_START && result != RUN_RESULT_SUCCESS && result != RUN_RESULT_SKIPPED &&
        result != RUN_RESULT_CANCELED)
        fail_dependents(e, id);
}

void job_restart_continues(struct engine *e, uint32_t id)
{
    struct run_unit *u = unit_of(e, id);
    uint32_t failed = u->flags & RUN_DEP_FAILED;

    job_change(e, id, RUN_JOB_START, u->job_id);
    if (!failed)
        return;
    unit_set_flags(e, id, failed, 0);
    engine_enqueue(e, id);
}
