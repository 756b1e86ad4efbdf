/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

/* A call of its own: whatever it was, it is whole or it is lost. Who waits for a job of it is told that it ended. */
void unit_lose(struct engine *e, uint32_t id)
{
    struct run_unit *u = unit_begin(e, id);

    runtab_format_unit(u);
    u->flags = RUN_LOST;
    u->done_job_id = e->table->header->last_job_id;
    u->done_job = RUN_JOB_START;
    u->done_result = RUN_RESULT_CANCELED;
    unit_end(u);
    runundo_commit(e->table);
}

void engine_lose_all(struct engine *e)
{
    for (uint32_t id = 0; id < e->table->header->count; id++)
        unit_lose(e, id);
}

/* Of two processes, which is rather the main one: PID 1's own child, then the older. */
static bool is_rather_main(const struct engine_fact *f, const struct run_unit *u)
{
    bool has_child = u->main_pid != 0 && !unit_has(u, RUN_MAIN_FOREIGN);

    if (u->main_pid == 0 || f->child != has_child)
        return u->main_pid == 0 || f->child;
    return f->start_usec < u->main_start_usec;
}

static void take_fact(struct engine *e, const struct engine_fact *f)
{
    uint32_t owner = runtab_pid_find(e->table, f->pid);
    struct run_unit *u;

    if (owner != RUN_NONE && owner != f->unit)
        return; /* MAINPID= may name a process of another unit's cgroup */
    u = unit_begin(e, f->unit);

    if (f->in_cgroup)
        u->flags |= RUN_HAS_CGROUP;
    if (is_rather_main(f, u)) {
        u->main_pid = f->pid;
        u->main_group = f->child ? f->pid : 0;
        u->main_start_usec = f->start_usec;
        u->flags = f->child ? u->flags & ~(uint32_t)RUN_MAIN_FOREIGN : u->flags | RUN_MAIN_FOREIGN;
    }
    unit_end(u);
    runtab_pid_add(e->table, f->pid, f->unit);
}

/* Mark all that the boot's unit pulls in, directly or not. Return: how many; they stand in the scratch. */
static uint32_t mark_boot(struct engine *e)
{
    static const enum udb_edge pulls[] = {UDB_REQUIRES, UDB_WANTS};
    const struct runtab_header *h = e->table->header;
    uint32_t n = 0;

    if (h->boot_unit == RUN_NONE || h->boot_done == 0)
        return 0;
    e->stack[n++] = h->boot_unit;
    e->marks[h->boot_unit] = 1;
    for (uint32_t next = 0; next < n; next++)
        for (uint32_t k = 0; k < ARRAY_SIZE(pulls); k++) {
            const struct udb_list *l = &udb_unit(e->db, e->stack[next])->edges[pulls[k]];
            const uint32_t *to = udb_refs(e->db, l);

            for (uint32_t i = 0; i < l->count; i++)
                if (!e->marks[to[i]]) {
                    e->marks[to[i]] = 1;
                    e->stack[n++] = to[i];
                }
        }
    return n;
}

/* Up without a process: what only has to have happened. */
static enum run_state state_without_process(const struct engine *e, uint32_t id)
{
    const struct udb_service *svc = udb_service(e->db, id);

    if (!e->marks[id] || udb_unit(e->db, id)->load != UDB_LOADED)
        return RUN_DEAD;
    if (udb_unit(e->db, id)->type == UDB_TARGET)
        return RUN_REACHED;
    return svc && (svc->flags & UDB_SVC_REMAIN_AFTER_EXIT) ? RUN_EXITED : RUN_DEAD;
}

static void settle_lost(struct engine *e, uint32_t id, uint64_t now)
{
    const struct udb_service *svc = udb_service(e->db, id);
    struct run_unit *u = unit_begin(e, id);
    uint64_t timeout = USEC_INFINITY;

    u->flags &= ~(uint32_t)RUN_LOST;
    if (u->main_pid == 0)
        u->state = (uint8_t)state_without_process(e, id);
    else if (svc && svc->type == UDB_ONESHOT) {
        u->state = RUN_START;
        u->exec_kind = UDB_EXEC_START;
        timeout = svc->start_timeout_usec;
    } else {
        u->state = RUN_RUNNING;
        timeout = svc && svc->watchdog_usec != 0 ? svc->watchdog_usec : USEC_INFINITY;
    }
    if (u->state != RUN_DEAD) {
        u->flags |= RUN_CONDITION_OK | RUN_READY_SEEN;
        u->start_usec = u->main_pid != 0 ? u->main_start_usec : now;
        u->active_usec = u->state == RUN_START ? 0 : u->start_usec;
    }
    u->deadline_usec = usec_add(now, timeout);
    unit_end(u);
}

int engine_rebuild(struct engine *e, const struct engine_fact *facts, uint32_t n_facts, uint64_t now)
{
    uint32_t count = e->table->header->count, n = mark_boot(e);

    for (uint32_t i = 0; i < n_facts; i++)
        if (facts[i].unit < count && facts[i].pid > 1 && unit_has(unit_of(e, facts[i].unit), RUN_LOST))
            take_fact(e, &facts[i]);
    for (uint32_t id = 0; id < count; id++)
        if (unit_has(unit_of(e, id), RUN_LOST))
            settle_lost(e, id, now);
    for (uint32_t i = 0; i < n; i++)
        e->marks[e->stack[i]] = 0;
    runundo_commit(e->table);
    e->reissued = 0;
    return engine_adopt(e);
}
