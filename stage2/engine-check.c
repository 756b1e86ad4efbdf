/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

static const char *check_queue(const struct engine *e, uint32_t *ret_unit)
{
    const struct runtab_header *h = e->table->header;
    uint32_t n = 0, flagged = 0, last = RUN_NONE;

    for (uint32_t id = h->ready_head; id != RUN_NONE; id = unit_of(e, id)->next_ready) {
        *ret_unit = id;
        if (++n > h->count)
            return "the ready queue is a ring";
        if (!unit_has(unit_of(e, id), RUN_QUEUED))
            return "a unit in the ready queue does not know it";
        last = id;
    }
    *ret_unit = last;
    if (h->ready_tail != last)
        return "the ready queue's tail is not its end";
    for (uint32_t id = 0; id < h->count; id++)
        flagged += unit_has(unit_of(e, id), RUN_QUEUED);
    return flagged == n ? NULL : "a unit believes itself to be in the ready queue";
}

static bool has_deadline(const struct run_unit *u)
{
    return u->deadline_usec != USEC_INFINITY;
}

static const char *check_heap(const struct engine *e, uint32_t *ret_unit)
{
    const struct runtab_header *h = e->table->header;
    const uint32_t *heap = runtab_heap(e->table);
    uint32_t set = 0;

    for (uint32_t i = 0; i < h->heap_count; i++) {
        const struct run_unit *u = unit_of(e, heap[i]);

        *ret_unit = heap[i];
        if (u->heap_pos != i)
            return "the timer heap and a unit disagree about its place";
        if (i > 0 && unit_of(e, heap[(i - 1) / 2])->deadline_usec > u->deadline_usec)
            return "the timer heap is out of order";
    }
    for (uint32_t id = 0; id < h->count; id++) {
        *ret_unit = id;
        set += unit_of(e, id)->heap_pos != RUN_NONE;
        if (has_deadline(unit_of(e, id)) != (unit_of(e, id)->heap_pos != RUN_NONE))
            return "a unit's deadline is not in the timer heap";
    }
    return set == h->heap_count ? NULL : "a unit believes itself to be in the timer heap";
}

static const char *check_pids(const struct engine *e, uint32_t *ret_unit)
{
    uint32_t n = 0;

    for (uint32_t id = 0; id < e->table->header->count; id++) {
        const struct run_unit *u = unit_of(e, id);

        *ret_unit = id;
        if (unit_has(u, RUN_SPAWNING))
            continue; /* the kernel may have written a pid that nobody was told of yet */
        if ((u->main_pid != 0 && runtab_pid_find(e->table, u->main_pid) != id) ||
            (u->control_pid != 0 && runtab_pid_find(e->table, u->control_pid) != id))
            return "a process is not in the pid index";
        n += (u->main_pid != 0) + (u->control_pid != 0);
    }
    for (uint32_t id = 0; id < e->table->header->count; id++) {
        const struct run_unit *u = unit_of(e, id);

        if (unit_has(u, RUN_SPAWNING))
            n += (u->main_pid != 0 && runtab_pid_find(e->table, u->main_pid) == id) +
                 (u->control_pid != 0 && runtab_pid_find(e->table, u->control_pid) == id);
    }
    *ret_unit = RUN_NONE;
    return n == runtab_pid_count(e->table) ? NULL : "the pid index has entries that belong to nobody";
}

/* Whether a job that waits for nothing is being carried out, so that an event will come that goes on with it.
 */
static bool job_under_way(const struct run_unit *u)
{
    switch ((enum run_job)u->job) {
    case RUN_JOB_START:
        return is_activating(u) || is_deactivating(u);
    case RUN_JOB_STOP:
    case RUN_JOB_RESTART:
        return is_deactivating(u);
    case RUN_JOB_RELOAD:
        return u->state == RUN_RELOAD;
    case RUN_JOB_NONE:
    case RUN_JOB_COUNT:
        break;
    }
    return true;
}

static const char *check_job(const struct engine *e, uint32_t id)
{
    const struct run_unit *u = unit_of(e, id);

    if (u->n_wait != job_count_waits(e, id, u->job))
        return "a unit miscounts what it waits for";
    if (unit_has(u, RUN_QUEUED))
        return NULL;
    if (unit_has(u, RUN_REPORT) || (unit_has(u, RUN_DEP_FAILED) && u->job == RUN_JOB_START))
        return "a unit with something to tell is not in the ready queue";
    if (u->n_wait == 0 && !unit_has(u, RUN_SPAWNING) && !job_under_way(u))
        return "a unit that is ready is not in the ready queue";
    return NULL;
}

/* A time-out that is not infinite needs a deadline while it is being waited for. */
static bool lacks_deadline(const struct engine *e, uint32_t id)
{
    const struct run_unit *u = unit_of(e, id);
    const struct udb_service *s = udb_service(e->db, id);
    uint64_t timeout = 0;

    if (has_deadline(u) || unit_has(u, RUN_SPAWNING))
        return false;
    if (is_activating(u))
        timeout = s ? s->start_timeout_usec : 0;
    else if (is_deactivating(u))
        timeout = s ? s->stop_timeout_usec : 0;
    else
        return false;
    return timeout != USEC_INFINITY;
}

/* What lies outside of its range: nobody would know what to do. */
static const char *check_values(const struct run_unit *u)
{
    if (u->state >= RUN_STATE_COUNT || u->job >= RUN_JOB_COUNT || u->result >= RUN_RESULT_COUNT ||
        u->done_result >= RUN_RESULT_COUNT || u->done_job >= RUN_JOB_COUNT || u->exec_kind >= UDB_EXEC_COUNT ||
        u->stop_signal > 64)
        return "a value that nobody gave a meaning to";
    if (u->main_pid < 0 || u->main_pid == 1 || u->control_pid < 0 || u->control_pid == 1 ||
        (u->main_pid != 0 && u->main_pid == u->control_pid))
        return "a process that cannot be";
    if (u->job_id > RUN_JOB_ID_MAX || u->done_job_id > RUN_JOB_ID_MAX)
        return "the id of a job that cannot be";
    return NULL;
}

/* A state that is meant to pass needs something that will end it. */
static const char *check_state(const struct engine *e, uint32_t id)
{
    const struct run_unit *u = unit_of(e, id);
    bool runs = u->main_pid != 0 || u->control_pid != 0 || unit_has(u, RUN_SPAWNING);

    if (lacks_deadline(e, id))
        return "a unit is starting or stopping and no deadline bounds it";
    if (is_activating(u) && !runs)
        return "a unit is starting and has no process";
    if (is_deactivating(u) && !runs && !unit_has(u, RUN_WATCHED))
        return "a unit is stopping and has no process";
    if (u->state == RUN_AUTO_RESTART && !has_deadline(u) && u->job == RUN_JOB_NONE)
        return "a unit waits for a restart that no deadline brings";
    if ((is_inactive(u) || u->state == RUN_AUTO_RESTART) && runs)
        return "a unit is down and has a process";
    if (u->state == RUN_RUNNING && u->main_pid == 0)
        return "a unit runs without a process";
    if (is_inactive(u) && has_deadline(u))
        return "a unit is down and has a deadline";
    return NULL;
}

const char *unit_contradiction(const struct engine *e, uint32_t id)
{
    const struct run_unit *u = unit_of(e, id);
    const char *why = check_values(u);

    if (!why && (u->job == RUN_JOB_NONE) != (u->job_id == 0))
        why = "a job without an id, or an id without a job";
    if (!why && u->job_id != 0 && run_job_ended(u, u->job_id))
        why = "a job under way counts as ended";
    return why ?: check_state(e, id);
}

bool engine_check(const struct engine *e, const char **ret_why, uint32_t *ret_unit)
{
    const struct runtab_header *h = e->table->header;
    uint32_t jobs = 0, failed = 0, id = RUN_NONE;
    const char *why = check_queue(e, &id);

    if (!why)
        why = check_heap(e, &id);
    if (!why)
        why = check_pids(e, &id);
    for (uint32_t i = 0; i < h->count && !why; i++) {
        id = i;
        jobs += unit_of(e, i)->job != RUN_JOB_NONE;
        failed += unit_of(e, i)->state == RUN_FAILED;
        why = unit_of(e, i)->seq % 2 != 0 ? "a record was left half written" : unit_contradiction(e, i);
        if (!why)
            why = check_job(e, i);
    }
    if (!why && h->undo_used != 0)
        why = "a call of the engine did not end";
    if (!why && (jobs != h->n_jobs || failed != h->n_failed)) {
        id = RUN_NONE;
        why = "the table miscounts its jobs or failed units";
    }
    if (why) {
        *ret_why = why;
        *ret_unit = id;
    }
    return !why;
}
