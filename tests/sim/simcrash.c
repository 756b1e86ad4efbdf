/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PID 1's death and its successors. The engine's objects of this program are compiled with -fsanitize=thread and linked
 * without its library: the hooks that the compiler then calls before every store are here.
 */
#include "sim.h"

#ifndef PINTLE_SANITIZED
static struct sim *sim; /* for the hooks, which are told nothing */
#endif

_noreturn_ static void die(struct sim *s)
{
    s->mortal = false;
    s->n_deaths++;
    if (s->verbose)
        printf("%10.6f PID 1 dies at point %llu\n", (double)s->now / 1e6, (unsigned long long)s->n_points);
    s->dies_at = UINT64_MAX;
    if (s->every != 0 && --s->deaths_left > 0)
        s->dies_at = s->n_points + 1 + sim_random(s, s->every);
    longjmp(s->death, 1);
}

void simcrash_point(struct sim *s)
{
    if (s->mortal && ++s->n_points >= s->dies_at)
        die(s);
}

void simcrash_draw(struct sim *s)
{
    static const uint32_t spans[] = {40, 400, 4000};

#ifndef PINTLE_SANITIZED
    sim = s;
#endif
    s->dies_at = UINT64_MAX;
    if (!sim_percent(s, 15))
        return;
    s->every = spans[sim_random(s, ARRAY_SIZE(spans))];
    s->deaths_left = 1 + sim_random(s, 60);
    s->dies_at = 1 + sim_random(s, s->every);
}

/* --- taking over --- */

/* A successor has nothing but the table: what the runtime kept in its memory is gone. */
static void forget(struct sim *s)
{
    memset(s->watched, 0, sizeof(s->watched));
    memset(s->stack, 0xa5, sizeof(s->stack));
    memset(s->marks, 0xa5, sizeof(s->marks));
    s->n_owed = 0;
}

static void do_take_over(struct sim *s, const struct engine_event *ev _unused_)
{
    struct engine_recovery rec;
    uint32_t room = s->e.room;
    int r;

    forget(s);
    r = runtab_open(s->table.data, s->table.size, &s->table);
    if (r != 0)
        sim_fail(s, RUN_NONE, "the table is not accepted by a successor: %s", strerror(-r));
    s->n_rollbacks += runundo_rollback(&s->table) > 0;
    if (engine_init(&s->e, &s->db, &s->table, s->stack, s->marks, s->actions, room) < 0)
        sim_fail(s, RUN_NONE, "the engine does not take its table back");
    if (engine_recover(&s->e, &rec) < 0)
        sim_fail(s, RUN_NONE, "the engine cannot recover");
    if (rec.n_lost > 0)
        sim_fail(s, rec.lost_unit, "its record was lost: %s", rec.why);
    simcheck_successor(s);
    while (engine_reissue(&s->e, s->now) || s->e.n_actions > 0)
        sim_take_actions(s);
}

static void take_over(struct sim *s)
{
    while (setjmp(s->death) != 0)
        ;
    s->mortal = true;
    do_take_over(s, NULL);
    s->mortal = false;
}

void simcrash_successor(struct sim *s)
{
    take_over(s);
}

bool simcrash_run(struct sim *s, sim_doing_fn doing, const struct engine_event *ev)
{
    if (setjmp(s->death) == 0) {
        s->mortal = true;
        doing(s, ev);
        s->mortal = false;
        return true;
    }
    take_over(s);
    return false;
}

/* --- what the compiler calls --- */

#ifndef PINTLE_SANITIZED

static bool in_table(const void *at)
{
    const uint8_t *p = at, *table = sim ? sim->table.data : NULL;

    return table && p >= table && p < table + sim->table.size;
}

/* Before a store; of a long one part may be done by then. */
static void before_store(void *at, size_t size)
{
    if (!sim || !sim->mortal || !in_table(at))
        return;
    if (size > 8 && sim->n_points + 1 >= sim->dies_at)
        memset(at, SIM_TORN, size / 2);
    simcrash_point(sim);
}

/* Names and parameters are the compiler's. */
#define STORE_HOOK(size)                                                                                     \
    void __tsan_write##size(void *at);                                                                       \
    void __tsan_unaligned_write##size(void *at);                                                             \
    void __tsan_write##size(void *at) { before_store(at, size); }                                            \
    void __tsan_unaligned_write##size(void *at) { before_store(at, size); }

STORE_HOOK(1)
STORE_HOOK(2)
STORE_HOOK(4)
STORE_HOOK(8)
STORE_HOOK(16)

#define LOAD_HOOK(size)                                                                                      \
    void __tsan_read##size(void *at);                                                                        \
    void __tsan_unaligned_read##size(void *at);                                                              \
    void __tsan_read##size(void *at _unused_) {}                                                             \
    void __tsan_unaligned_read##size(void *at _unused_) {}

LOAD_HOOK(1)
LOAD_HOOK(2)
LOAD_HOOK(4)
LOAD_HOOK(8)
LOAD_HOOK(16)

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);
void __tsan_read_range(void *at, size_t size);
void __tsan_write_range(void *at, size_t size);
uint32_t __tsan_atomic32_load(const volatile uint32_t *at, int order);
void __tsan_atomic32_store(volatile uint32_t *at, uint32_t value, int order);
void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memset(void *to, int c, size_t size);
void *__wrap_memcpy(void *to, const void *from, size_t size);
void *__real_memcpy(void *to, const void *from, size_t size);

void __tsan_init(void) {}
void __tsan_func_entry(void *caller _unused_) {}
void __tsan_func_exit(void) {}
void __tsan_read_range(void *at _unused_, size_t size _unused_) {}

void __tsan_write_range(void *at, size_t size)
{
    before_store(at, size);
}

uint32_t __tsan_atomic32_load(const volatile uint32_t *at, int order _unused_)
{
    return *at;
}

void __tsan_atomic32_store(volatile uint32_t *at, uint32_t value, int order _unused_)
{
    before_store((void *)(uintptr_t)at, sizeof(*at));
    *at = value;
}

void __tsan_atomic_thread_fence(int order _unused_) {}
void __tsan_atomic_signal_fence(int order _unused_) {}

void *__wrap_memcpy(void *to, const void *from, size_t size)
{
    before_store(to, size);
    return __real_memcpy(to, from, size);
}

void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    before_store(to, size);
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int c, size_t size)
{
    before_store(to, size);
    return memset(to, c, size);
}
#endif
