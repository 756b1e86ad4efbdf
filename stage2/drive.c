/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drive.h"

#include "cgroup.h"
#include "cleanup.h"
#include "console.h"
#include "down.h"
#include "emergency.h"
#include "log.h"
#include "logline.h"
#include "spawn.h"
#include "sys.h"
#include "trim.h"

/* Rounds of the engine in one round of the loop. Each gives up to the engine's room of actions. */
#define PUMP_MAX 16

#define WAKE_MAX   64 /* readers woken at a time */
#define WAKE_PAUSE (20 * USEC_PER_MSEC)
#define WAKE_PARTS 200 /* after an event: one that sleeps again at once is woken again, but not for ever */

static loop_id wake_id;
static unsigned wakes_left;

struct stage2 stage2;

/*
 * Actions that wait to be performed. The engine runs only when there are none, and gives 64 then; each leads to
 * one answer at most, which leads to ENGINE_MIN_ROOM at most.
 */
#define QUEUE_MAX 4096

static struct {
    struct engine_action actions[QUEUE_MAX];
    uint32_t head, tail;
    bool performing;
} queue;

static void answer_empty(struct stage2 *s, uint32_t unit)
{
    (void)drive_event(s, &(struct engine_event){.type = ENGINE_EV_EMPTY, .unit = unit});
}

static void boot_done(struct stage2 *s, const struct engine_action *a)
{
    console_boot_done(s, a->unit, (enum run_result)a->job.result);
    trim_later(s);
    /* Canceled: somebody wished for something else, the way down for one. */
    if (a->job.result != RUN_RESULT_SUCCESS && a->job.result != RUN_RESULT_CANCELED)
        emergency_boot_failed(s, a->unit);
}

static void perform(struct stage2 *s, const struct engine_action *a)
{
    switch (a->type) {
    case ENGINE_ACT_SPAWN:
        if (!cleanup_defers(s, a))
            spawn_command(s, a);
        break;
    case ENGINE_ACT_CONDITIONS:
        if (!cleanup_defers(s, a))
            spawn_conditions(s, a);
        break;
    case ENGINE_ACT_KILL:
        cgroup_kill(s, a->unit, (enum engine_whom)a->kill.whom, a->kill.signal);
        break;
    case ENGINE_ACT_WATCH_EMPTY:
        if (cgroup_watch_empty(s, a->unit))
            answer_empty(s, a->unit);
        break;
    case ENGINE_ACT_CLEANUP:
        cleanup_unit(s, a->unit);
        break;
    case ENGINE_ACT_STATE:
        logline_state(s, a);
        break;
    case ENGINE_ACT_JOB_DONE:
        logline_job(s, a);
        break;
    case ENGINE_ACT_BOOT_DONE:
        boot_done(s, a);
        break;
    case ENGINE_ACT_FINAL:
        down_begin(s, (enum udb_final)a->value);
        break;
    case ENGINE_ACT_TYPE_COUNT:
        break;
    }
    /* The last one may have been to go down. */
    if (s->has_units && !(a->type == ENGINE_ACT_CLEANUP && cleanup_waits(s, a->unit)))
        engine_performed(&s->engine, a);
}

/* The engine's list is taken over after each call, so that it always has all of its room. */
static void collect(struct stage2 *s)
{
    uint32_t n = MIN(s->engine.n_actions, QUEUE_MAX - queue.tail);

    if (n < s->engine.n_actions)
        (void)log_error(0, "%s:%d: %u actions of the engine are lost", __FILE__, __LINE__, s->engine.n_actions - n);
    memcpy(queue.actions + queue.tail, s->engine.actions, n * sizeof(queue.actions[0]));
    queue.tail += n;
    s->engine.n_actions = 0;
}

/* Answers to actions are events, which add to the queue while it is walked; they do not come back in here. */
static void perform_all(struct stage2 *s)
{
    if (queue.performing)
        return;
    queue.performing = true;
    while (queue.head < queue.tail) {
        struct engine_action a = queue.actions[queue.head++];

        perform(s, &a);
        s->changed = true;
    }
    queue.head = queue.tail = 0;
    queue.performing = false;
}

void drive_perform(struct stage2 *s, const struct engine_action *a)
{
    perform(s, a);
    perform_all(s);
}

int drive_event(struct stage2 *s, const struct engine_event *ev)
{
    int r;

    if (!s->has_units)
        return -ENOENT;
    r = engine_event(&s->engine, ev, sys.now());
    s->changed = true;
    collect(s);
    perform_all(s);
    return r;
}

static void on_wake_more(void *data, int fd, uint32_t events);

static void wake_some(struct stage2 *s)
{
    if (sys.futex_wake(&s->table.header->events, WAKE_MAX) < WAKE_MAX || wake_id != 0 || wakes_left == 0)
        return;
    wakes_left--;
    (void)loop_add_timer(&s->loop, sys.now() + WAKE_PAUSE, LOOP_PRIO_IDLE, on_wake_more, s, &wake_id);
}

static void on_wake_more(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;

    wake_id = 0;
    if (s->table.header)
        wake_some(s);
}

/* Anybody may sleep on the table: a herd of them is woken in parts, in the order in which they came. */
static void wake_readers(struct stage2 *s)
{
    s->changed = false;
    __atomic_fetch_add(&s->table.header->events, 1, __ATOMIC_RELEASE);
    wakes_left = WAKE_PARTS;
    if (wake_id == 0)
        wake_some(s);
}

void drive_pump(struct stage2 *s)
{
    bool more = s->has_units;

    for (int i = 0; more && i < PUMP_MAX; i++) {
        more = engine_run(&s->engine, sys.now());
        collect(s);
        more = more || queue.tail > 0; /* the answers to these make more units ready */
        perform_all(s);
        more = more && s->has_units; /* the last action may have been to go down */
    }
    s->work_left = more;
    if (s->changed && s->table.header) {
        wake_readers(s);
        console_tick(s);
    }
}

void drive_reissue(struct stage2 *s)
{
    bool more = true;

    while (more) {
        more = engine_reissue(&s->engine, sys.now());
        collect(s);
        more = more || queue.tail > 0;
        perform_all(s);
        more = more && s->has_units;
    }
    s->changed = s->work_left = true;
}

uint64_t drive_deadline(const struct stage2 *s)
{
    if (s->work_left)
        return 0;
    return s->has_units ? MIN(engine_next_deadline(&s->engine), down_limit(s)) : USEC_INFINITY;
}

void drive_boot(struct stage2 *s)
{
    uint32_t unit = s->db.header->default_unit;
    int r;

    if (s->options.target) {
        unit = udb_find(&s->db, s->options.target);
        if (unit == UDB_NONE)
            (void)log_error(0, "there is no unit '%s', which this boot was told to reach", s->options.target);
    }
    if (unit == UDB_NONE) {
        emergency_no_units(s, "no unit to boot into: default.target does not exist");
        return;
    }
    /* A boot that cannot even begin ends in BOOT_DONE, and with it in the emergency unit or a shell. */
    r = drive_event(s, &(struct engine_event){.type = ENGINE_EV_BOOT, .unit = unit});
    if (r < 0)
        (void)log_error(r, "cannot start '%s'", udb_name(&s->db, unit));
}

int drive_final(struct stage2 *s, enum udb_final final)
{
    int r = -ENOENT;

    if (s->has_units)
        r = drive_event(s, &(struct engine_event){.type = ENGINE_EV_FINAL, .value = (int)final});
    if (r < 0 && r != -EPERM) {
        (void)log_warning(r, "no unit for this way down, so services are killed without order");
        down_begin(s, final);
        r = 0;
    }
    return r;
}
