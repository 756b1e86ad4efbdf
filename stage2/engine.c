/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

int engine_init(struct engine *e, const struct udb *db, struct runtab *table, uint32_t *stack, uint8_t *marks,
                struct engine_action *actions, uint32_t room)
{
    if (room < ENGINE_MIN_ROOM || table->header->count != udb_count(db) ||
        table->header->db_checksum != db->header->checksum)
        return -EINVAL;
    memset(marks, 0, udb_count(db));
    *e = (struct engine){
        .db = db, .table = table, .stack = stack, .marks = marks, .actions = actions, .room = room};
    return 0;
}

/* --- boot and going down --- */

static void act_boot_done(struct engine *e, uint32_t unit, enum run_result result)
{
    struct runtab_header *h = goal_of(e);

    h->boot_due = 1;
    h->boot_due_unit = unit;
    h->boot_due_result = (uint32_t)result;
    engine_act(e, (struct engine_action){
                      .type = ENGINE_ACT_BOOT_DONE, .unit = unit, .job = {.result = (uint8_t)result}});
}

/* The boot's unit was reached, or will not be: then the emergency unit is what a person can work in. */
static void boot_over(struct engine *e, enum run_result result, uint64_t now)
{
    struct runtab_header *h = goal_of(e);
    uint32_t emergency = e->db->header->emergency_unit;

    h->boot_done = result == RUN_RESULT_SUCCESS ? 1 : 2;
    h->t_boot_done = now;
    act_boot_done(e, h->boot_unit, result);
    /* Canceled: a person (or a shutdown) wished for something else meanwhile, and gets that. */
    if (result == RUN_RESULT_SUCCESS || result == RUN_RESULT_CANCELED || emergency == UDB_NONE ||
        going_down(e))
        return;
    if (wish_start(e, emergency, 0, now) < 0)
        act_boot_done(e, emergency, RUN_RESULT_NOT_LOADED);
}

static int boot(struct engine *e, uint32_t id, uint64_t now)
{
    struct runtab_header *h = goal_of(e);
    int r;

    h->boot_unit = id;
    h->boot_done = 0;
    r = id == RUN_NONE ? -ENOENT : wish_start(e, id, 0, now);
    if (r < 0)
        boot_over(e, RUN_RESULT_NOT_LOADED, now);
    else if (r == 0)
        boot_over(e, RUN_RESULT_SUCCESS, now);
    return r;
}

static void say_final(struct engine *e)
{
    struct runtab_header *h = e->table->header;

    if (h->final_said)
        return;
    goal_of(e)->final_said = 1;
    engine_act(e, (struct engine_action){
                      .type = ENGINE_ACT_FINAL, .unit = h->final_unit, .value = (int)h->final_kind});
}

/* Without a final unit everything was told to stop: down is when no job is left. */
static void check_final(struct engine *e)
{
    const struct runtab_header *h = e->table->header;

    if (going_down(e) && h->final_unit == RUN_NONE && h->n_jobs == 0)
        say_final(e);
}

static int final(struct engine *e, int kind, uint64_t now)
{
    struct runtab_header *h = e->table->header;
    uint32_t unit;
    int r = 0;

    if (kind <= UDB_FINAL_NONE || kind > UDB_FINAL_EXIT)
        return -EINVAL;
    if (going_down(e))
        return h->final_kind != (uint32_t)kind ? -EPERM
               : h->final_unit == RUN_NONE     ? 0
                                               : (int)unit_of(e, h->final_unit)->job_id;
    goal_of(e)->final_kind = (uint32_t)kind;
    unit = e->db->header->final_units[kind];
    if (unit != UDB_NONE)
        r = wish_start(e, unit, WISH_IRREVERSIBLE, now);
    if (r > 0 && unit_of(e, unit)->job != RUN_JOB_NONE) {
        h->final_unit = unit;
        wish_cancel_starts(e, now);
        return r;
    }
    /* No such unit, or it cannot be started: the machine goes down all the same. */
    wish_stop_all(e, now);
    check_final(e);
    return 0;
}

/* Tell that a job ended, and what that means for the boot and for the way down. */
static void report(struct engine *e, uint32_t id, uint64_t now)
{
    struct runtab_header *h = e->table->header;
    struct run_unit *u = unit_of(e, id);
    enum run_result result = (enum run_result)u->done_result;
    bool start = u->done_job == RUN_JOB_START || u->done_job == RUN_JOB_RESTART;

    unit_set_flags(e, id, 0, RUN_REPORT);
    engine_act(e, (struct engine_action){
                      .type = ENGINE_ACT_JOB_DONE,
                      .unit = id,
                      .job = {.job = u->done_job, .result = u->done_result, .id = u->done_job_id}});
    if (start && id == h->boot_unit && h->boot_done == 0)
        boot_over(e, result, now);
    else if (start && id == e->db->header->emergency_unit && h->boot_done == 2 &&
             result != RUN_RESULT_SUCCESS && result != RUN_RESULT_CANCELED)
        act_boot_done(e, id, result);
    /* Whatever kept it from being reached, there is no way back from going down. */
    if (id == h->final_unit && start && u->job == RUN_JOB_NONE)
        say_final(e);
    check_final(e);
}

/* --- wishes --- */

static int reload(struct engine *e, uint32_t id, uint64_t now)
{
    const struct udb_service *s = udb_service(e->db, id);
    const struct run_unit *u = unit_of(e, id);
    bool coming = u->job == RUN_JOB_START || u->job == RUN_JOB_RESTART;

    if (!s || s->exec[UDB_EXEC_RELOAD].count == 0)
        return -EOPNOTSUPP;
    if (u->job == RUN_JOB_STOP || (!coming && !is_active(u)))
        return -ESRCH;
    return (int)job_wish(e, id, RUN_JOB_RELOAD, 0, now);
}

static int reset_failed(struct engine *e, uint32_t id, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);

    unit_begin_text(e, id);
    u->limit_count = u->hook_count = 0;
    if (u->state != RUN_AUTO_RESTART)
        u->n_restarts = 0;
    if (is_inactive(u)) {
        u->result = RUN_RESULT_SUCCESS;
        runtab_text(e->table, id)->reason[0] = '\0';
    }
    unit_end(u);
    if (u->state == RUN_FAILED)
        unit_set_state(e, id, RUN_DEAD, now);
    return 0;
}

static int refuses(const struct engine *e, enum engine_event_type type, uint32_t id)
{
    uint32_t flags = udb_unit(e->db, id)->flags;
    bool starts = type != ENGINE_EV_STOP && type != ENGINE_EV_RESET_FAILED;

    if (starts && going_down(e))
        return -EPERM;
    if (type == ENGINE_EV_ISOLATE && !(flags & UDB_UNIT_ALLOW_ISOLATE))
        return -EPERM;
    if ((type == ENGINE_EV_START || type == ENGINE_EV_RESTART || type == ENGINE_EV_TRY_RESTART) &&
        (flags & UDB_UNIT_REFUSE_START))
        return -EPERM;
    if ((type == ENGINE_EV_STOP || type == ENGINE_EV_RESTART || type == ENGINE_EV_TRY_RESTART) &&
        (flags & UDB_UNIT_REFUSE_STOP))
        return -EPERM;
    return 0;
}

static int restart(struct engine *e, uint32_t id, bool only_if_up, uint64_t now)
{
    const struct run_unit *u = unit_of(e, id);
    bool up = is_active(u) || is_activating(u);

    if (!up && only_if_up)
        return 0;
    return wish_start(e, id, up ? WISH_RESTART : 0, now);
}

static int wish(struct engine *e, const struct engine_event *ev, uint64_t now)
{
    int r = refuses(e, ev->type, ev->unit);

    if (r < 0)
        return r;
    switch (ev->type) {
    case ENGINE_EV_START:
        return wish_start(e, ev->unit, 0, now);
    case ENGINE_EV_STOP:
        return wish_stop(e, ev->unit, now);
    case ENGINE_EV_RESTART:
        return restart(e, ev->unit, false, now);
    case ENGINE_EV_TRY_RESTART:
        return restart(e, ev->unit, true, now);
    case ENGINE_EV_RELOAD:
        return reload(e, ev->unit, now);
    case ENGINE_EV_ISOLATE:
        return wish_start(e, ev->unit, WISH_ISOLATE, now);
    case ENGINE_EV_RESET_FAILED:
        return reset_failed(e, ev->unit, now);
    case ENGINE_EV_BOOT:
    case ENGINE_EV_FINAL:
    case ENGINE_EV_SPAWNED:
    case ENGINE_EV_SPAWN_FAILED:
    case ENGINE_EV_EXEC_DONE:
    case ENGINE_EV_EXEC_FAILED:
    case ENGINE_EV_EXITED:
    case ENGINE_EV_EMPTY:
    case ENGINE_EV_NOTIFY:
    case ENGINE_EV_TYPE_COUNT:
        break;
    }
    return -EINVAL;
}

/* --- the life of processes --- */

/* Only remembered: the process ends now, and then it counts. */
static int exec_failed(struct engine *e, const struct engine_event *ev)
{
    struct run_unit *u = unit_of(e, ev->unit);
    bool control = u->control_pid != 0 && (ev->pid == u->control_pid || (ev->pid == 0 && u->main_pid == 0));

    if (!control && u->main_pid == 0)
        return -EINVAL;
    if (u->result == RUN_RESULT_SUCCESS)
        unit_explain(e, ev->unit, "%s", ev->text ? ev->text : "the program could not be executed");
    unit_set_flags(e, ev->unit, control ? RUN_CONTROL_EXEC_FAILED : RUN_MAIN_EXEC_FAILED, 0);
    return 0;
}

static int exited(struct engine *e, const struct engine_event *ev, uint64_t now)
{
    const struct run_unit *u = unit_of(e, ev->unit);

    if (ev->pid <= 0)
        return -EINVAL;
    if (ev->pid == u->main_pid)
        return life_dispatch(e, ev->unit, LIFE_MAIN_EXITED, ev, now);
    if (ev->pid == u->control_pid)
        return life_dispatch(e, ev->unit, LIFE_CONTROL_EXITED, ev, now);
    return -EINVAL;
}

static int life(struct engine *e, const struct engine_event *ev, uint64_t now)
{
    switch (ev->type) {
    case ENGINE_EV_SPAWNED:
        return ev->pid > 0 ? life_dispatch(e, ev->unit, LIFE_SPAWNED, ev, now) : -EINVAL;
    case ENGINE_EV_SPAWN_FAILED:
        return life_dispatch(e, ev->unit, LIFE_SPAWN_FAILED, ev, now);
    case ENGINE_EV_EXEC_DONE:
        return life_dispatch(e, ev->unit, LIFE_EXEC_DONE, ev, now);
    case ENGINE_EV_EXEC_FAILED:
        return exec_failed(e, ev);
    case ENGINE_EV_EXITED:
        return exited(e, ev, now);
    case ENGINE_EV_EMPTY:
        return life_dispatch(e, ev->unit, LIFE_EMPTY, ev, now);
    case ENGINE_EV_NOTIFY:
        return life_dispatch(e, ev->unit, LIFE_NOTIFY, ev, now);
    case ENGINE_EV_BOOT:
    case ENGINE_EV_START:
    case ENGINE_EV_STOP:
    case ENGINE_EV_RESTART:
    case ENGINE_EV_TRY_RESTART:
    case ENGINE_EV_RELOAD:
    case ENGINE_EV_ISOLATE:
    case ENGINE_EV_RESET_FAILED:
    case ENGINE_EV_FINAL:
    case ENGINE_EV_TYPE_COUNT:
        break;
    }
    return -EINVAL;
}

static int take(struct engine *e, const struct engine_event *ev, uint64_t now)
{
    bool has_unit = ev->unit < udb_count(e->db);

    if (ev->type == ENGINE_EV_FINAL)
        return final(e, ev->value, now);
    if (ev->type == ENGINE_EV_BOOT && (has_unit || ev->unit == RUN_NONE))
        return going_down(e) ? -EPERM : boot(e, ev->unit, now);
    if (!has_unit)
        return -EINVAL;
    return ev->type <= ENGINE_EV_FINAL ? wish(e, ev, now) : life(e, ev, now);
}

int engine_event(struct engine *e, const struct engine_event *ev, uint64_t now)
{
    int r;

    if (!engine_has_room(e))
        return -EAGAIN;
    r = take(e, ev, now);
    runundo_commit(e->table);
    return r;
}

/* --- what is possible --- */

static void fail_by_dependency(struct engine *e, uint32_t id, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);

    job_end(e, id, RUN_RESULT_DEPENDENCY);
    if (u->state == RUN_AUTO_RESTART && u->heap_pos == RUN_NONE)
        unit_set_state(e, id, u->result == RUN_RESULT_SUCCESS ? RUN_DEAD : RUN_FAILED, now);
    wish_on_failure(e, id, now);
}

static void step(struct engine *e, uint32_t id, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);

    if (unit_has(u, RUN_REPORT))
        report(e, id, now);
    if (unit_has(u, RUN_DEP_FAILED) && u->job == RUN_JOB_START) {
        fail_by_dependency(e, id, now);
        return;
    }
    if (u->job == RUN_JOB_START && is_active(u))
        job_end(e, id, RUN_RESULT_SUCCESS);
    if (unit_has(u, RUN_SPAWNING) || u->n_wait != 0)
        return;
    switch ((enum run_job)u->job) {
    case RUN_JOB_START:
        life_dispatch(e, id, LIFE_START, NULL, now);
        break;
    case RUN_JOB_STOP:
    case RUN_JOB_RESTART:
        life_dispatch(e, id, LIFE_STOP, NULL, now);
        break;
    case RUN_JOB_RELOAD:
        life_dispatch(e, id, LIFE_RELOAD, NULL, now);
        break;
    case RUN_JOB_NONE:
    case RUN_JOB_COUNT:
        break;
    }
}

bool engine_run(struct engine *e, uint64_t now)
{
    while (engine_has_room(e)) {
        uint32_t id = engine_dequeue(e);

        if (id != RUN_NONE)
            step(e, id, now);
        else {
            id = timer_due(e, now);
            if (id == RUN_NONE)
                return false;
            timer_clear(e, id);
            life_dispatch(e, id, LIFE_DEADLINE, NULL, now);
        }
        runundo_commit(e->table);
    }
    return e->table->header->ready_head != RUN_NONE || timer_due(e, now) != RUN_NONE;
}
