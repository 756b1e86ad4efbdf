/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine-impl.h"

/*
 * Spreading a wish: which units are to be started, stopped, restarted. Only marks are set until all is known;
 * then jobs are installed. Breadth first over lists in the scratch, each unit at most once, so O(edges) and
 * no recursion.
 *
 * The first half of the scratch holds the starts, growing up, and growing down those that cannot be started
 * (the two exclude each other); the second half the stops, growing up, and growing down the restarts.
 */
enum mark {
    MARK_START = 1 << 0,
    MARK_TENTATIVE = 1 << 1, /* a start that depends on whether the others of its closure can be started */
    MARK_BAD = 1 << 2,       /* cannot be started in this wish */
    MARK_STOP = 1 << 3,
    MARK_RESTART = 1 << 4,
};

struct wish {
    struct engine *e;
    uint64_t now;
    uint32_t flags; /* enum wish_flags */
    uint32_t count;
    uint32_t *starts, *stops;
    uint32_t n_starts, n_bad, n_stops, n_restarts;
    uint32_t culprit; /* why the last closure was refused */
    uint32_t rival;   /* what the culprit conflicts with */
};

static void wish_begin(struct wish *w, struct engine *e, uint32_t flags, uint64_t now)
{
    uint32_t count = udb_count(e->db);

    *w = (struct wish){.e = e,
                       .now = now,
                       .flags = flags,
                       .count = count,
                       .starts = e->stack,
                       .stops = e->stack + count,
                       .culprit = RUN_NONE,
                       .rival = RUN_NONE};
}

static void wish_done(struct wish *w)
{
    for (uint32_t i = 0; i < w->n_starts; i++)
        w->e->marks[w->starts[i]] = 0;
    for (uint32_t i = 0; i < w->n_bad; i++)
        w->e->marks[w->starts[w->count - 1 - i]] = 0;
    for (uint32_t i = 0; i < w->n_stops; i++)
        w->e->marks[w->stops[i]] = 0;
    for (uint32_t i = 0; i < w->n_restarts; i++)
        w->e->marks[w->stops[w->count - 1 - i]] = 0;
}

static bool marked(const struct wish *w, uint32_t id, uint8_t marks)
{
    return (w->e->marks[id] & marks) != 0;
}

static const uint32_t *edge(struct wish *w, uint32_t id, enum udb_edge kind, uint32_t *ret_count)
{
    const struct udb_list *l = &udb_unit(w->e->db, id)->edges[kind];

    *ret_count = l->count;
    w->e->steps += l->count + 1;
    return udb_refs(w->e->db, l);
}

static void add_start(struct wish *w, uint32_t id)
{
    w->e->marks[id] |= MARK_START | MARK_TENTATIVE;
    w->starts[w->n_starts++] = id;
}

static void add_bad(struct wish *w, uint32_t id)
{
    w->e->marks[id] |= MARK_BAD;
    w->n_bad++;
    w->starts[w->count - w->n_bad] = id;
}

/* Everything that requires @id cannot be started either. */
static void mark_bad_upwards(struct wish *w, uint32_t id)
{
    uint32_t next = w->n_bad;

    if (!marked(w, id, MARK_BAD))
        add_bad(w, id);
    for (; next < w->n_bad; next++) {
        uint32_t n, x = w->starts[w->count - 1 - next];
        const uint32_t *to = edge(w, x, UDB_REQUIRED_BY, &n);

        for (uint32_t i = 0; i < n; i++)
            if (!marked(w, to[i], MARK_BAD | MARK_START))
                add_bad(w, to[i]);
    }
}

/* Why a unit of a closure cannot be started; 0 when it can. */
static int judge(struct wish *w, uint32_t id)
{
    const struct run_unit *u = unit_of(w->e, id);
    const uint32_t *to;
    uint32_t n;

    w->culprit = id;
    if (udb_unit(w->e->db, id)->load != UDB_LOADED)
        return -ENOENT;
    if (unit_has(u, RUN_IRREVERSIBLE) && job_stops(u->job) && !(w->flags & WISH_IRREVERSIBLE))
        return -EPERM;
    to = edge(w, id, UDB_CONFLICTS, &n);
    for (uint32_t i = 0; i < n; i++)
        if (marked(w, to[i], MARK_START)) {
            w->rival = to[i];
            return -EDEADLK;
        }
    to = edge(w, id, UDB_REQUIRES, &n);
    for (uint32_t i = 0; i < n; i++)
        if (marked(w, to[i], MARK_BAD)) {
            w->culprit = to[i];
            return -ENOENT;
        }
    for (uint32_t i = 0; i < n; i++)
        if (!marked(w, to[i], MARK_START))
            add_start(w, to[i]);
    return 0;
}

/*
 * Add a unit and all that it requires, directly or not, to the starts: all of them or none.
 * What spoilt it is remembered, so that nothing walks into the same wall again.
 */
static int add_closure(struct wish *w, uint32_t root)
{
    uint32_t begin = w->n_starts;
    bool inner = false;
    int r = 0;

    add_start(w, root);
    for (uint32_t i = begin; i < w->n_starts && r == 0; i++)
        r = judge(w, w->starts[i]);
    if (r < 0)
        inner = r == -EDEADLK && marked(w, w->rival, MARK_TENTATIVE);
    for (uint32_t i = begin; i < w->n_starts; i++)
        w->e->marks[w->starts[i]] &= (uint8_t) ~(MARK_TENTATIVE | (r < 0 ? MARK_START : 0));
    if (r < 0) {
        w->n_starts = begin;
        /* Two of its own requirements exclude each other: that says nothing of either alone. */
        mark_bad_upwards(w, inner ? root : w->culprit);
        if (!marked(w, root, MARK_BAD))
            mark_bad_upwards(w, root);
    }
    return r;
}

static void explain_refusal(struct wish *w, uint32_t id, int error)
{
    const struct udb *db = w->e->db;
    const char *culprit = udb_name(db, w->culprit);
    enum udb_load load = (enum udb_load)udb_unit(db, w->culprit)->load;

    if (error == -EDEADLK)
        unit_explain(w->e, id,
                     "not started: it would need '%s', which conflicts with '%s' that is started too",
                     culprit, udb_name(db, w->rival));
    else if (error == -EPERM)
        unit_explain(w->e, id, "not started: '%s' is being stopped because the machine goes down", culprit);
    else if (w->culprit == id)
        unit_explain(w->e, id, "the unit is %s", udb_load_name(load));
    else if (load != UDB_LOADED)
        unit_explain(w->e, id, "dependency '%s' is %s", culprit, udb_load_name(load));
    else
        unit_explain(w->e, id, "dependency '%s' cannot be started", culprit);
}

/* A wanted unit is left out when it cannot be started; if somebody could miss it, it says why. */
static void add_wanted(struct wish *w, uint32_t id)
{
    const struct run_unit *u = unit_of(w->e, id);
    int r;

    if (marked(w, id, MARK_START | MARK_BAD))
        return;
    r = add_closure(w, id);
    if (r == 0 || udb_unit(w->e->db, id)->load != UDB_LOADED || u->job != RUN_JOB_NONE || !is_inactive(u))
        return;
    explain_refusal(w, id, r);
    job_refuse(w->e, id, r == -ENOENT ? RUN_RESULT_DEPENDENCY : RUN_RESULT_CANCELED);
}

static void add_wants(struct wish *w)
{
    for (uint32_t i = 0; i < w->n_starts; i++) {
        uint32_t n;
        const uint32_t *to;

        if ((w->flags & WISH_SHALLOW) && is_active(unit_of(w->e, w->starts[i])))
            continue;
        to = edge(w, w->starts[i], UDB_WANTS, &n);
        for (uint32_t j = 0; j < n; j++)
            add_wanted(w, to[j]);
    }
}

static void add_stop(struct wish *w, uint32_t id)
{
    if (marked(w, id, MARK_STOP | MARK_START))
        return;
    w->e->marks[id] |= MARK_STOP;
    w->stops[w->n_stops++] = id;
}

/* A stop takes what requires the unit with it. */
static void spread_stops(struct wish *w)
{
    for (uint32_t i = 0; i < w->n_stops; i++) {
        uint32_t n;
        const uint32_t *to = edge(w, w->stops[i], UDB_REQUIRED_BY, &n);

        for (uint32_t j = 0; j < n; j++)
            add_stop(w, to[j]);
    }
}

static bool needs_stop(const struct run_unit *u)
{
    return u->job != RUN_JOB_NONE || !is_inactive(u);
}

static void add_conflicts(struct wish *w)
{
    for (uint32_t i = 0; i < w->n_starts; i++) {
        uint32_t n;
        const uint32_t *to = edge(w, w->starts[i], UDB_CONFLICTS, &n);

        for (uint32_t j = 0; j < n; j++)
            if (needs_stop(unit_of(w->e, to[j])))
                add_stop(w, to[j]);
    }
}

static void add_all_others(struct wish *w)
{
    w->e->steps += w->count;
    for (uint32_t id = 0; id < w->count; id++)
        if (!(udb_unit(w->e->db, id)->flags & UDB_UNIT_IGNORE_ON_ISOLATE) && needs_stop(unit_of(w->e, id)))
            add_stop(w, id);
}

static void add_restart(struct wish *w, uint32_t id)
{
    if (marked(w, id, MARK_RESTART | MARK_STOP))
        return;
    w->e->marks[id] |= MARK_RESTART;
    w->n_restarts++;
    w->stops[w->count - w->n_restarts] = id;
}

static void spread_restart(struct wish *w, uint32_t root)
{
    add_restart(w, root);
    for (uint32_t i = 0; i < w->n_restarts; i++) {
        uint32_t n;
        const uint32_t *to = edge(w, w->stops[w->count - 1 - i], UDB_REQUIRED_BY, &n);

        for (uint32_t j = 0; j < n; j++)
            add_restart(w, to[j]);
    }
}

static bool needs_start(const struct run_unit *u)
{
    return !is_active(u) || (u->job != RUN_JOB_NONE && u->job != RUN_JOB_RELOAD);
}

/* Install what was found. Return: the job of @root; 0 when there is nothing to do for it. */
static uint32_t install(struct wish *w, uint32_t root)
{
    uint32_t irreversible = w->flags & WISH_IRREVERSIBLE ? RUN_IRREVERSIBLE : 0, job = 0;

    for (uint32_t i = 0; i < w->n_stops; i++) {
        uint32_t id = w->stops[i], j;

        if (!needs_stop(unit_of(w->e, id)))
            continue;
        j = job_wish(w->e, id, RUN_JOB_STOP, irreversible, w->now);
        job = id == root ? j : job;
    }
    for (uint32_t i = 0; i < w->n_restarts; i++) {
        uint32_t id = w->stops[w->count - 1 - i], j;
        const struct run_unit *u = unit_of(w->e, id);

        /* What only follows the unit is restarted when it is up and not about to stop for another reason. */
        if (id != root && ((!is_active(u) && !is_activating(u)) || u->job == RUN_JOB_STOP))
            continue;
        j = job_wish(w->e, id, RUN_JOB_RESTART, 0, w->now);
        job = id == root ? j : job;
    }
    for (uint32_t i = 0; i < w->n_starts; i++) {
        uint32_t id = w->starts[i], j;

        if (!needs_start(unit_of(w->e, id)))
            continue; /* and a restart installed above covers its start */
        j = job_wish(w->e, id, RUN_JOB_START, irreversible, w->now);
        job = id == root ? j : job;
    }
    return job;
}

int wish_start(struct engine *e, uint32_t id, uint32_t flags, uint64_t now)
{
    struct wish w;
    int r;

    wish_begin(&w, e, flags, now);
    r = add_closure(&w, id);
    if (r < 0) {
        explain_refusal(&w, id, r);
        /* It was there to be started, but not what it requires: that is a start that failed. */
        if (r == -ENOENT && udb_unit(e->db, id)->load == UDB_LOADED && unit_of(e, id)->job == RUN_JOB_NONE)
            r = (int)job_refuse(e, id, RUN_RESULT_DEPENDENCY);
    } else {
        add_wants(&w);
        add_conflicts(&w);
        if (flags & WISH_ISOLATE)
            add_all_others(&w);
        spread_stops(&w);
        if (flags & WISH_RESTART)
            spread_restart(&w, id);
        r = (int)install(&w, id);
    }
    wish_done(&w);
    return r;
}

static bool is_fixed(const struct run_unit *u)
{
    return unit_has(u, RUN_IRREVERSIBLE) && u->job == RUN_JOB_START;
}

int wish_stop(struct engine *e, uint32_t id, uint64_t now)
{
    struct wish w;
    int r = 0;

    wish_begin(&w, e, 0, now);
    add_stop(&w, id);
    spread_stops(&w);
    for (uint32_t i = 0; i < w.n_stops && r == 0; i++)
        if (is_fixed(unit_of(e, w.stops[i])))
            r = -EPERM;
    if (r == 0)
        r = (int)install(&w, id);
    wish_done(&w);
    return r;
}

void wish_stop_all(struct engine *e, uint64_t now)
{
    e->steps += udb_count(e->db);
    for (uint32_t id = 0; id < udb_count(e->db); id++)
        if (needs_stop(unit_of(e, id)))
            job_wish(e, id, RUN_JOB_STOP, RUN_IRREVERSIBLE, now);
}

void wish_cancel_starts(struct engine *e, uint64_t now)
{
    e->steps += udb_count(e->db);
    for (uint32_t id = 0; id < udb_count(e->db); id++) {
        const struct run_unit *u = unit_of(e, id);
        bool waits = u->job == RUN_JOB_START && !unit_has(u, RUN_JOB_BEGUN);

        if ((waits || u->job == RUN_JOB_RESTART) && !unit_has(u, RUN_IRREVERSIBLE))
            job_wish(e, id, RUN_JOB_STOP, RUN_IRREVERSIBLE, now);
    }
}

/* Two units that are each other's OnFailure= and fail at once would spin for ever: systemd's default start
 * limit. */
#define HOOK_BURST         10
#define HOOK_INTERVAL_USEC (10 * USEC_PER_SEC)

static bool hook_allowed(struct engine *e, uint32_t id, uint64_t now)
{
    struct run_unit *u = unit_of(e, id);
    bool fresh = u->hook_count == 0 || now - u->hook_begin_usec >= HOOK_INTERVAL_USEC;

    unit_begin(e, id);
    if (fresh) {
        u->hook_begin_usec = now;
        u->hook_count = 0;
    }
    if (u->hook_count <= HOOK_BURST)
        u->hook_count++;
    unit_end(u);
    return u->hook_count <= HOOK_BURST;
}

void wish_on_failure(struct engine *e, uint32_t id, uint64_t now)
{
    const struct udb_list *l = &udb_unit(e->db, id)->edges[UDB_ON_FAILURE];
    const uint32_t *to = udb_refs(e->db, l);

    if (l->count == 0 || going_down(e) || !hook_allowed(e, id, now))
        return;
    for (uint32_t i = 0; i < l->count; i++)
        wish_start(e, to[i], 0, now);
}
