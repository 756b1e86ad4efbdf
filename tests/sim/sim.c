/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "clock.h"
#include "sim.h"
#include "text.h"

#ifdef PINTLE_SANITIZED
#define DEFAULT_HISTORIES 8000
#define EACH_HISTORIES    1
#else
#define DEFAULT_HISTORIES 100000
#define EACH_HISTORIES    5
#endif

uint32_t sim_random(struct sim *s, uint32_t below)
{
    uint64_t z = s->rng += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return below == 0 ? 0 : (uint32_t)((z ^ (z >> 31)) % below);
}

void sim_take_actions(struct sim *s)
{
    struct engine_action actions[SIM_ROOM];
    uint32_t n = s->e.n_actions;

    memcpy(actions, s->actions, n * sizeof(*actions));
    s->e.n_actions = 0;
    for (uint32_t i = 0; i < n; i++)
        simworld_perform(s, &actions[i]);
}

static void do_settle(struct sim *s, const struct engine_event *ev _unused_)
{
    bool more = true;

    for (int rounds = 0; more; rounds++) {
        if (rounds > 100000)
            sim_fail(s, RUN_NONE, "the engine spins");
        sim_take_actions(s);
        more = engine_run(&s->e, s->now) || s->e.n_actions != 0;
        simcheck_step(s);
    }
    simcheck_settled(s);
}

/* Take what the engine left, do what is possible, until it is done for now. */
static void settle(struct sim *s)
{
    while (!simcrash_run(s, do_settle, NULL))
        ;
}

static void do_event(struct sim *s, const struct engine_event *ev)
{
    simworld_event(s, ev);
}

/* A wish is not repeated when PID 1 dies over it: whoever had it will ask again, or not. */
static bool wish_for(struct sim *s, struct engine_event ev)
{
    return simcrash_run(s, do_event, &ev);
}

static void do_step(struct sim *s, const struct engine_event *ev _unused_)
{
    simworld_step(s);
}

static void do_answer(struct sim *s, const struct engine_event *ev _unused_)
{
    simworld_answer_owed(s);
}

int simworld_event(struct sim *s, const struct engine_event *ev)
{
    int r;

    /* An answer inside of a batch comes when other actions may still wait. */
    while ((r = engine_event(&s->e, ev, s->now)) == -EAGAIN)
        sim_take_actions(s);
    s->n_events++;
    if (s->verbose)
        sim_trace_event(s, ev, r);
    simcheck_wish(s, ev, ev->type <= ENGINE_EV_FINAL ? r : 0);
    return r;
}

static void one_wish(struct sim *s)
{
    static const enum engine_event_type wishes[] = {
        ENGINE_EV_START,  ENGINE_EV_START,   ENGINE_EV_START,        ENGINE_EV_STOP,
        ENGINE_EV_STOP,   ENGINE_EV_RESTART, ENGINE_EV_RESTART,      ENGINE_EV_TRY_RESTART,
        ENGINE_EV_RELOAD, ENGINE_EV_ISOLATE, ENGINE_EV_RESET_FAILED,
    };
    struct engine_event ev = {.type = wishes[sim_random(s, ARRAY_SIZE(wishes))],
                              .unit = sim_random(s, udb_count(&s->db))};

    wish_for(s, ev);
}

/* What a program may say on its notify socket at any time, and what a runtime gone astray might bring. */
static void do_surprise(struct sim *s, const struct engine_event *unused _unused_)
{
    struct engine_event ev = {.type = ENGINE_EV_NOTIFY, .unit = sim_random(s, udb_count(&s->db))};
    const struct run_unit *u = unit_of(&s->e, ev.unit);
    struct sim_proc *p = simworld_proc(s, u->main_pid);

    switch (sim_random(s, 6)) {
    case 0:
        ev.value = (int)sim_random(s, 128) & ~ENGINE_NOTIFY_MAINPID;
        ev.usec = sim_random(s, 10) * USEC_PER_SEC;
        ev.text = "busy with something of some length that goes on and on until nobody can bear to read it "
                  "any longer";
        break;
    case 1:
        ev.value = ENGINE_NOTIFY_WATCHDOG;
        break;
    case 2:
        if (!p || u->state != RUN_RUNNING)
            return;
        ev.value = ENGINE_NOTIFY_MAINPID;
        ev.pid = simworld_new_main(s, ev.unit);
        break;
    case 3:
        ev.type = ENGINE_EV_EXITED;
        ev.pid = 77777777;
        break;
    case 4:
        if (unit_has(u, RUN_SPAWNING))
            return;
        ev.type = sim_percent(s, 50) ? ENGINE_EV_SPAWNED : ENGINE_EV_SPAWN_FAILED;
        ev.pid = 88888888;
        break;
    default:
        ev.type = ENGINE_EV_EXEC_DONE;
        break;
    }
    if (simworld_event(s, &ev) == 0 && (ev.type == ENGINE_EV_EXITED || ev.type == ENGINE_EV_SPAWNED))
        sim_fail(s, ev.unit, "an event that cannot be was taken");
    if (ev.value == ENGINE_NOTIFY_MAINPID)
        simworld_new_main_taken(s, ev.unit);
}

/* Go to where something happens next, at @until at the latest. Return: false when nothing ever will. */
static bool advance(struct sim *s, uint64_t until)
{
    uint64_t next = MIN(simworld_next(s), engine_next_deadline(&s->e));

    if (s->n_owed > 0)
        next = MIN(next, s->now + USEC_PER_MSEC);
    if (next == USEC_INFINITY)
        simcheck_quiet(s);
    s->now = MAX(s->now, MIN(next, until));
    return next <= until;
}

static void live(struct sim *s, uint64_t until)
{
    for (int rounds = 0; advance(s, until); rounds++) {
        if (rounds > 50000)
            sim_fail(s, RUN_NONE, "no end is in sight");
        simcrash_run(s, do_answer, NULL);
        settle(s);
        simcrash_run(s, do_step, NULL);
        settle(s);
    }
    simcrash_run(s, do_answer, NULL);
    settle(s);
}

/* Wishes that the runtime repeats until they are taken. */
static void insist(struct sim *s, struct engine_event ev)
{
    const struct runtab_header *h = s->table.header;

    do
        wish_for(s, ev);
    while (ev.type == ENGINE_EV_BOOT ? h->boot_unit == RUN_NONE && h->boot_done == 0 : !going_down(&s->e));
}

static void play(struct sim *s)
{
    uint32_t n_wishes = sim_random(s, 16);

    if (sim_percent(s, 60))
        insist(s, (struct engine_event){.type = ENGINE_EV_BOOT, .unit = s->db.header->default_unit});
    for (uint32_t i = 0; i < n_wishes; i++) {
        settle(s);
        if (sim_percent(s, 80))
            live(s, s->now + sim_random(s, 8000) * USEC_PER_MSEC);
        else
            simcrash_run(s, do_answer, NULL);
        settle(s);
        if (sim_percent(s, 25))
            simcrash_run(s, do_surprise, NULL);
        else
            one_wish(s);
        if (sim_percent(s, 10)) {
            settle(s);
            simcrash_successor(s);
        }
    }
    settle(s);
    live(s, s->now + sim_random(s, 30) * USEC_PER_SEC);
    settle(s);
    s->going_down_since = s->now;
    insist(s, (struct engine_event){
                  .type = ENGINE_EV_FINAL, .unit = RUN_NONE, .value = UDB_FINAL_HALT + (int)sim_random(s, 3)});
    settle(s);
    if (sim_percent(s, 40))
        one_wish(s);
    settle(s);
    live(s, USEC_INFINITY - 1);
    simcheck_end(s);
}

/* @only_at: the one point at which PID 1 dies; 0: as the seed says */
static void one_history(struct sim *s, uint64_t seed, void *table, bool verbose, uint64_t only_at)
{
    uint64_t totals[] = {s->n_events, s->n_actions, s->n_deaths, s->n_rollbacks};
    uint32_t n;

    *s = (struct sim){
        .seed = seed, .rng = seed * UINT64_C(0x9e3779b97f4a7c15), .now = USEC_PER_SEC, .verbose = verbose};
    s->n_events = totals[0];
    s->n_actions = totals[1];
    s->n_deaths = totals[2];
    s->n_rollbacks = totals[3];
    s->next_pid = 100;
    s->calm = sim_random(s, 4);
    s->late_answers = sim_percent(s, 15);
    simgen_make(s);
    simcrash_draw(s);
    s->only_at = only_at;
    if (only_at != 0) {
        s->every = 0;
        s->dies_at = only_at;
    }
    n = udb_count(&s->db);
    if (n > SIM_MAX_UNITS)
        sim_fail(s, RUN_NONE, "too many units");
    memset(table, 0, runtab_size(n));
    runtab_format(table, n, s->db.header->checksum, &s->table);
    if (engine_init(&s->e, &s->db, &s->table, s->stack, s->marks, s->actions,
                    sim_percent(s, 70) ? ENGINE_MIN_ROOM : SIM_ROOM) < 0)
        sim_fail(s, RUN_NONE, "the engine refuses its table");
    play(s);
    free(s->db_data);
}

/*
 * One history again and again: PID 1 dies at its first point, at its second... Return: false: it is too short to tell
 * much, or too long.
 */
static bool each_point(struct sim *s, uint64_t seed, void *table)
{
    uint64_t n;

    one_history(s, seed, table, false, UINT64_MAX);
    n = s->n_points;
    if (n < 500 || n > 5000)
        return false;
    for (uint64_t at = 1; at <= n; at++)
        one_history(s, seed, table, false, at);
    return true;
}

static uint64_t number(const char *what, const char *text)
{
    uint64_t n;

    if (text_parse_u64(text, 10, &n) < 0) {
        fprintf(stderr, "sim: %s wants a number, not '%s'\n", what, text);
        exit(99);
    }
    return n;
}

int main(int argc, char **argv)
{
    static struct sim s;
    const char *given = getenv("PINTLE_SIM_HISTORIES");
    uint64_t seed = 1, histories = given ? number("PINTLE_SIM_HISTORIES", given) : DEFAULT_HISTORIES, begin, at = 0;
    void *table = malloc(runtab_size(SIM_MAX_UNITS));
    bool verbose = false;
    double took;

    for (int i = 1; i < argc; i++)
        if (streq(argv[i], "--verbose"))
            verbose = true;
        else if (streq(argv[i], "--seed") && i + 1 < argc) {
            seed = number(argv[i], argv[i + 1]);
            histories = 1;
            i++;
        } else if (streq(argv[i], "--at") && i + 1 < argc) {
            at = number(argv[i], argv[i + 1]);
            i++;
        } else if (streq(argv[i], "--histories") && i + 1 < argc) {
            histories = number(argv[i], argv[i + 1]);
            i++;
        } else {
            fprintf(stderr, "usage: sim [--seed N] [--at POINT] [--histories N] [--verbose]\n");
            return 99;
        }
    if (!table)
        return 99;
    begin = clock_now();
    for (uint64_t i = 0; i < histories; i++)
        one_history(&s, seed + i, table, verbose, at);
    for (uint64_t i = 0, n = 0; n < EACH_HISTORIES && histories > 1; i++)
        n += each_point(&s, seed + i, table);
    took = (double)(clock_now() - begin) / 1e6;
    printf("sim: %" PRIu64 " histories from seed %" PRIu64 ", %" PRIu64 " events, %" PRIu64
           " actions, %" PRIu64 " deaths of PID 1 (%" PRIu64
           " inside of a call) in %.1fs: %.0f histories and %.0f events a second\n",
           histories, seed, s.n_events, s.n_actions, s.n_deaths, s.n_rollbacks, took, (double)histories / took,
           (double)s.n_events / took);
    free(table);
    return 0;
}
