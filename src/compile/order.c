/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order.h"

#include "text.h"

/* So many cycles are named one by one; of a mesh with more, all edges that lead back are dropped at once. */
#define NAMED_CYCLES 50

struct graph {
    struct compiler *c;
    uint32_t *first; /* n + 1: unit -> its place in @edge */
    uint32_t *edge;  /* indices into c->deps, by from */
    uint32_t *waits; /* how many edges of a unit lead to units that are left */
    uint32_t *used;  /* the same from the other side: how many edges of units that are left lead here */
    uint32_t *queue;
    uint32_t *back; /* search: the edge by which a unit was reached */
    bool *left;     /* on a cycle, or between two */
    uint32_t n_left;
};

static bool is_order(const struct dependency *d)
{
    return d->kind == UDB_AFTER && !d->dropped;
}

static int graph_init(struct graph *g, struct compiler *c)
{
    uint32_t n = c->n_units;

    *g = (struct graph){.c = c};
    g->first = calloc((size_t)n + 2, sizeof(*g->first));
    g->edge = calloc((size_t)c->n_deps + 1, sizeof(*g->edge));
    g->waits = calloc((size_t)n + 1, sizeof(*g->waits));
    g->used = calloc((size_t)n + 1, sizeof(*g->used));
    g->queue = calloc((size_t)n + 1, sizeof(*g->queue));
    g->back = calloc((size_t)n + 1, sizeof(*g->back));
    g->left = calloc((size_t)n + 1, sizeof(*g->left));
    if (!g->first || !g->edge || !g->waits || !g->used || !g->queue || !g->back || !g->left)
        return -ENOMEM;
    for (uint32_t i = 0; i < c->n_deps; i++)
        g->first[c->deps[i].from + 2]++;
    for (uint32_t i = 0; i < n; i++)
        g->first[i + 2] += g->first[i + 1];
    for (uint32_t i = 0; i < c->n_deps; i++)
        g->edge[g->first[c->deps[i].from + 1]++] = i;
    return 0;
}

static void graph_done(struct graph *g)
{
    free(g->first);
    free(g->edge);
    free(g->waits);
    free(g->used);
    free(g->queue);
    free(g->back);
    free(g->left);
}

/* Take away what waits for nothing that is left, again and again (Kahn). What remains is on cycles or waits
 * for one. */
static void peel_waiting(struct graph *g)
{
    const struct compiler *c = g->c;
    uint32_t head = 0, tail = 0, n = c->n_units;
    _cleanup_free_ uint32_t *start = calloc((size_t)n + 2, sizeof(*start));
    _cleanup_free_ uint32_t *who = calloc((size_t)c->n_deps + 1, sizeof(*who));

    if (!start || !who) {
        compile_fail(g->c, -ENOMEM);
        g->n_left = 0;
        return;
    }
    for (uint32_t i = 0; i < c->n_deps; i++)
        if (is_order(&c->deps[i]))
            start[c->deps[i].to + 2]++;
    for (uint32_t i = 0; i < n; i++)
        start[i + 2] += start[i + 1];
    for (uint32_t i = 0; i < c->n_deps; i++)
        if (is_order(&c->deps[i]))
            who[start[c->deps[i].to + 1]++] = c->deps[i].from;
    memset(g->waits, 0, n * sizeof(*g->waits));
    for (uint32_t i = 0; i < c->n_deps; i++)
        g->waits[c->deps[i].from] += is_order(&c->deps[i]);
    g->n_left = n;
    for (uint32_t i = 0; i < n; i++) {
        g->left[i] = g->waits[i] > 0;
        if (!g->left[i])
            g->queue[tail++] = i;
    }
    while (head < tail) {
        uint32_t u = g->queue[head++];

        g->n_left--;
        for (uint32_t j = start[u]; j < start[u + 1]; j++)
            if (--g->waits[who[j]] == 0) {
                g->left[who[j]] = false;
                g->queue[tail++] = who[j];
            }
    }
}

static bool leads_on(const struct graph *g, uint32_t dep)
{
    return is_order(&g->c->deps[dep]) && g->left[g->c->deps[dep].to];
}

/* The edge to the unit with the least name: the same files give the same cycle. */
static uint32_t least_edge(const struct graph *g, uint32_t u)
{
    uint32_t best = UINT32_MAX;

    for (uint32_t j = g->first[u]; j < g->first[u + 1]; j++) {
        uint32_t e = g->edge[j];

        if (leads_on(g, e) && (best == UINT32_MAX || strcmp(g->c->units[g->c->deps[e].to].name,
                                                            g->c->units[g->c->deps[best].to].name) < 0))
            best = e;
    }
    return best;
}

/* Everything left has an edge to something left: walk until a unit comes twice. */
static uint32_t find_on_cycle(struct graph *g)
{
    uint32_t u = UINT32_MAX;

    for (uint32_t i = 0; i < g->c->n_units; i++)
        if (g->left[i] && (u == UINT32_MAX || strcmp(g->c->units[i].name, g->c->units[u].name) < 0))
            u = i;
    memset(g->used, 0, g->c->n_units * sizeof(*g->used));
    while (g->used[u]++ == 0)
        u = g->c->deps[least_edge(g, u)].to;
    return u;
}

/* The shortest cycle through @u, breadth first. @cycle: edges, the first one from @u. Return: their number.
 */
static uint32_t shortest_cycle(struct graph *g, uint32_t u, uint32_t *cycle)
{
    const struct dependency *deps = g->c->deps;
    uint32_t head = 0, tail = 0, length = 0, last = UINT32_MAX;

    for (uint32_t i = 0; i < g->c->n_units; i++)
        g->back[i] = UINT32_MAX;
    g->queue[tail++] = u;
    while (head < tail && last == UINT32_MAX) {
        uint32_t at = g->queue[head++];

        for (uint32_t j = g->first[at]; j < g->first[at + 1] && last == UINT32_MAX; j++) {
            uint32_t e = g->edge[j];

            if (!leads_on(g, e))
                continue;
            if (deps[e].to == u) {
                last = e;
            } else if (g->back[deps[e].to] == UINT32_MAX) {
                g->back[deps[e].to] = e;
                g->queue[tail++] = deps[e].to;
            }
        }
    }
    for (uint32_t e = last; e != UINT32_MAX; e = deps[e].from == u ? UINT32_MAX : g->back[deps[e].from])
        cycle[length++] = e;
    for (uint32_t i = 0; i < length / 2; i++) {
        uint32_t swap = cycle[i];

        cycle[i] = cycle[length - 1 - i];
        cycle[length - 1 - i] = swap;
    }
    return length;
}

static bool has_tie(const struct graph *g, uint32_t from, uint32_t to, enum udb_edge kind)
{
    for (uint32_t j = g->first[from]; j < g->first[from + 1]; j++) {
        const struct dependency *d = &g->c->deps[g->edge[j]];

        if (d->to == to && d->kind == kind && !d->dropped)
            return true;
    }
    return false;
}

/* How much an edge is worth; see the head of order.h. */
static int strength(const struct graph *g, const struct dependency *d)
{
    if (d->implied)
        return 0;
    if (has_tie(g, d->from, d->to, UDB_REQUIRES) || has_tie(g, d->to, d->from, UDB_REQUIRES))
        return 3;
    if (has_tie(g, d->from, d->to, UDB_WANTS) || has_tie(g, d->to, d->from, UDB_WANTS))
        return 2;
    return 1;
}

/* The same order may have been asked for twice ("After=" here, "Before=" there): all of it goes. */
static void drop_order(struct graph *g, const struct dependency *victim)
{
    uint32_t from = victim->from, to = victim->to;

    for (uint32_t j = g->first[from]; j < g->first[from + 1]; j++) {
        struct dependency *d = &g->c->deps[g->edge[j]];

        if (d->to == to && d->kind == UDB_AFTER)
            d->dropped = true;
    }
    udbwrite_unit_record(g->c->writer, from)->flags |= UDB_UNIT_CYCLE_VICTIM;
}

static const char *path_of(const struct graph *g, uint32_t unit)
{
    const struct unitload_file *f = unitload_find(g->c->load, g->c->units[unit].name);

    return f ? f->path : "";
}

static void name_cycle(const struct graph *g, const uint32_t *cycle, uint32_t length,
                       const struct dependency *victim)
{
    const struct compile_unit *units = g->c->units;
    char text[900];
    size_t used = 0;

    for (uint32_t i = 0; i <= length && used < sizeof(text); i++) {
        const struct dependency *d = &g->c->deps[cycle[i % length]];

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? " after " : "",
                                 units[d->from].name);
    }
    if (used >= sizeof(text))
        snprintf(text + sizeof(text) - 4, 4, "...");
    compile_note(g->c, victim->from, UDB_NOTE_WARNING, path_of(g, victim->from), 0,
                 "ordering cycle: %s; left out: '%s' does not wait for '%s'", text, units[victim->from].name,
                 units[victim->to].name);
}

static void break_one(struct graph *g, uint32_t *cycle)
{
    uint32_t length = shortest_cycle(g, find_on_cycle(g), cycle), best = 0;

    for (uint32_t i = 1; i < length; i++)
        if (strength(g, &g->c->deps[cycle[i]]) < strength(g, &g->c->deps[cycle[best]]))
            best = i;
    name_cycle(g, cycle, length, &g->c->deps[cycle[best]]);
    drop_order(g, &g->c->deps[cycle[best]]);
}

/* A mesh: keep the edges that agree with the order of names among what is left, drop the others. */
static void break_rest(struct graph *g)
{
    uint32_t dropped = 0;

    for (uint32_t i = 0; i < g->c->n_deps; i++) {
        struct dependency *d = &g->c->deps[i];

        if (!is_order(d) || !g->left[d->from] || !g->left[d->to] ||
            strcmp(g->c->units[d->from].name, g->c->units[d->to].name) > 0)
            continue;
        d->dropped = true;
        udbwrite_unit_record(g->c->writer, d->from)->flags |= UDB_UNIT_CYCLE_VICTIM;
        dropped++;
    }
    compile_note(g->c, UDB_NONE, UDB_NOTE_WARNING, "", 0,
                 "more than %d ordering cycles: %u more orderings among %u units are left out", NAMED_CYCLES,
                 dropped, g->n_left);
}

int order_break_cycles(struct compiler *c)
{
    struct graph g;
    _cleanup_free_ uint32_t *cycle = NULL;
    int r = graph_init(&g, c);

    if (r == 0)
        peel_waiting(&g);
    for (int i = 0; r == 0 && g.n_left > 0 && i < NAMED_CYCLES; i++) {
        if (!cycle)
            cycle = calloc((size_t)c->n_units + 1, sizeof(*cycle));
        if (!cycle) {
            r = -ENOMEM;
            break;
        }
        break_one(&g, cycle);
        peel_waiting(&g);
    }
    if (r == 0 && g.n_left > 0)
        break_rest(&g);
    graph_done(&g);
    return r;
}
