/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim.h"

enum shape { SHAPE_CHAIN, SHAPE_LAYERS, SHAPE_RANDOM, SHAPE_STAR, SHAPE_COUNT };

struct gen {
    struct sim *s;
    struct udbwrite *w;
    uint32_t n; /* random units are 0..n-1, ordered only after smaller ones */
    uint32_t ids[SIM_MAX_UNITS];
};

static uint64_t seconds(struct sim *s, uint32_t from, uint32_t to)
{
    return (from + sim_random(s, to - from + 1)) * USEC_PER_SEC;
}

static void lines(struct gen *g, uint32_t id, enum udb_exec kind, uint32_t percent, uint32_t most)
{
    static const char *const argv[] = {"/bin/line", NULL};

    if (!sim_percent(g->s, percent))
        return;
    for (uint32_t i = 0, n = 1 + sim_random(g->s, most); i < n; i++)
        udbwrite_command(g->w, id, kind, argv[0],
                         UDB_CMD_DIRECT | (sim_percent(g->s, 20) ? UDB_CMD_IGNORE_FAILURE : 0), argv);
}

static void statuses(struct sim *s, struct udb_status_set *set)
{
    if (!sim_percent(s, 15))
        return;
    set->codes[0] |= UINT64_C(1) << sim_random(s, 4);
    if (sim_percent(s, 30))
        set->signals |= UINT64_C(1) << SIGKILL;
}

static void make_service(struct gen *g, uint32_t id)
{
    struct udb_service *v = udbwrite_service_record(g->w, id);
    struct sim *s = g->s;

    v->type = (uint8_t)sim_random(s, UDB_IDLE + 1);
    v->restart = sim_percent(s, 50) ? UDB_RESTART_NO : (uint8_t)sim_random(s, UDB_RESTART_ALWAYS + 1);
    v->kill_mode = sim_percent(s, 60) ? UDB_KILL_CONTROL_GROUP : (uint8_t)sim_random(s, UDB_KILL_NONE + 1);
    v->flags = (sim_percent(s, 25) ? UDB_SVC_REMAIN_AFTER_EXIT : 0) |
               (sim_percent(s, 85) ? UDB_SVC_SEND_SIGKILL : 0) |
               (sim_percent(s, 10) ? UDB_SVC_SEND_SIGHUP : 0);
    v->restart_kill_signal = sim_percent(s, 10) ? SIGINT : 0;
    v->limit_burst = sim_percent(s, 30) ? 0 : 1 + sim_random(s, 5);
    v->limit_interval_usec = seconds(s, 1, 20);
    v->start_timeout_usec = v->type == UDB_ONESHOT && sim_percent(s, 50) ? USEC_INFINITY : seconds(s, 1, 20);
    v->stop_timeout_usec = seconds(s, 1, 10);
    v->restart_usec = sim_percent(s, 20) ? 0 : sim_percent(s, 50) ? 100000 : seconds(s, 1, 5);
    v->watchdog_usec = sim_percent(s, 10) ? seconds(s, 2, 10) : 0;
    statuses(s, &v->success);
    statuses(s, &v->restart_prevent);
    statuses(s, &v->restart_force);
    if (v->type == UDB_ONESHOT)
        lines(g, id, UDB_EXEC_START, 85, 3);
    else
        lines(g, id, UDB_EXEC_START, 100, 1);
    lines(g, id, UDB_EXEC_CONDITION, 8, 2);
    lines(g, id, UDB_EXEC_START_PRE, 15, 2);
    lines(g, id, UDB_EXEC_START_POST, 15, 2);
    lines(g, id, UDB_EXEC_RELOAD, 30, 2);
    lines(g, id, UDB_EXEC_STOP, 25, 2);
    lines(g, id, UDB_EXEC_STOP_POST, 25, 2);
}

static uint32_t make_unit(struct gen *g, const char *name, bool service)
{
    uint32_t id = udbwrite_unit(g->w, name);
    struct udb_unit *u = udbwrite_unit_record(g->w, id);
    struct sim *s = g->s;

    u->load = UDB_LOADED;
    u->flags =
        (sim_percent(s, 12) ? UDB_UNIT_CONDITIONS : 0) | (sim_percent(s, 3) ? UDB_UNIT_REFUSE_START : 0) |
        (sim_percent(s, 3) ? UDB_UNIT_REFUSE_STOP : 0) | (sim_percent(s, 40) ? UDB_UNIT_ALLOW_ISOLATE : 0) |
        (sim_percent(s, 10) ? UDB_UNIT_IGNORE_ON_ISOLATE : 0);
    if (sim_percent(s, 5))
        u->load = (uint8_t)(UDB_NOT_FOUND + sim_random(s, 3));
    if (service && u->load == UDB_LOADED)
        make_service(g, id);
    return id;
}

/* Edges from unit @i to @j < i: ordering only ever points to a smaller number, so there is no cycle in it. */
static void relate(struct gen *g, uint32_t i, uint32_t j)
{
    struct sim *s = g->s;
    uint32_t kind = sim_random(s, 100), a = g->ids[i], b = g->ids[j];

    if (sim_percent(s, 75))
        udbwrite_edge(g->w, a, UDB_AFTER, b);
    if (sim_percent(s, 30)) { /* requirement against the ordering */
        a = g->ids[j];
        b = g->ids[i];
    }
    if (kind < 40)
        udbwrite_edge(g->w, a, UDB_REQUIRES, b);
    else if (kind < 80)
        udbwrite_edge(g->w, a, UDB_WANTS, b);
    else if (kind < 87)
        udbwrite_edge(g->w, a, UDB_CONFLICTS, b);
    else if (kind < 92)
        udbwrite_edge(g->w, a, UDB_ON_FAILURE, b);
}

static void make_edges(struct gen *g, enum shape shape)
{
    struct sim *s = g->s;
    uint32_t layer = 1 + g->n / 4;

    for (uint32_t i = 1; i < g->n; i++)
        switch (shape) {
        case SHAPE_CHAIN:
            relate(g, i, i - 1);
            break;
        case SHAPE_LAYERS:
            for (uint32_t k = 0; k < 2 && i >= layer; k++)
                relate(g, i, i / layer * layer - 1 - sim_random(s, layer));
            break;
        case SHAPE_STAR:
            relate(g, g->n - 1, i - 1);
            break;
        case SHAPE_RANDOM:
        case SHAPE_COUNT:
            for (uint32_t k = sim_random(s, 4); k > 0; k--)
                relate(g, i, sim_random(s, i));
            break;
        }
}

/* shutdown.target with its conflicts, and a target for each way down, as the shipped units have it. */
static void make_final(struct gen *g)
{
    static const char *const names[] = {"halt.target", "poweroff.target", "reboot.target"};
    uint32_t shutdown = udbwrite_unit(g->w, "shutdown.target");

    udbwrite_unit_record(g->w, shutdown)->load = UDB_LOADED;
    udbwrite_known(g->w, UDBWRITE_SHUTDOWN, shutdown);
    for (uint32_t i = 0; i < g->n; i++)
        if (sim_percent(g->s, 85)) {
            udbwrite_edge(g->w, g->ids[i], UDB_CONFLICTS, shutdown);
            udbwrite_edge(g->w, g->ids[i], UDB_BEFORE, shutdown);
        }
    for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
        uint32_t id = udbwrite_unit(g->w, names[i]);

        udbwrite_unit_record(g->w, id)->load = UDB_LOADED;
        udbwrite_known(g->w, (enum udbwrite_known)(UDBWRITE_FINAL + UDB_FINAL_HALT + i), id);
        udbwrite_edge(g->w, id, UDB_REQUIRES, shutdown);
        udbwrite_edge(g->w, id, UDB_AFTER, shutdown);
        /* a service on the way down, now and then one that cannot be started together with it */
        if (sim_percent(g->s, 20))
            udbwrite_edge(g->w, id, sim_percent(g->s, 50) ? UDB_WANTS : UDB_REQUIRES,
                          g->ids[sim_random(g->s, g->n)]);
    }
}

void simgen_make(struct sim *s)
{
    struct gen g = {.s = s, .n = 2 + sim_random(s, 3 + sim_random(s, 20))};
    const char *why = "no memory";
    size_t size;

    if (udbwrite_new(&g.w) < 0)
        sim_fail(s, RUN_NONE, "no memory");
    for (uint32_t i = 0; i < g.n; i++) {
        bool service = sim_percent(s, 75);
        char name[32];

        snprintf(name, sizeof(name), "u%02u.%s", i, service ? "service" : "target");
        g.ids[i] = make_unit(&g, name, service);
    }
    make_edges(&g, (enum shape)sim_random(s, SHAPE_COUNT));
    if (sim_percent(s, 80))
        make_final(&g);
    udbwrite_known(g.w, UDBWRITE_DEFAULT, g.ids[g.n - 1]);
    if (sim_percent(s, 70))
        udbwrite_known(g.w, UDBWRITE_EMERGENCY, g.ids[sim_random(s, g.n)]);
    if (udbwrite_finish(g.w, &s->db_data, &size) < 0 || udb_open(s->db_data, size, &s->db, &why) < 0)
        sim_fail(s, RUN_NONE, "the database was refused: %s", why);
    udbwrite_free(g.w);
}
