/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop.h"

#include <limits.h>

#include "clock.h"

/* An id is the index in its low bits and the generation above; the generation starts at 1. */
#define INDEX_BITS 18
#define INDEX_MASK ((UINT32_C(1) << INDEX_BITS) - 1)
#define NO_INDEX   UINT32_MAX

enum source_kind { SOURCE_FREE, SOURCE_FD, SOURCE_TIMER };

struct loop_source {
    enum source_kind kind;
    enum loop_priority prio;
    uint32_t generation;
    uint32_t next_free;
    int fd;
    uint64_t when; /* timers */
    loop_fn fn;
    void *data;
};

struct pending {
    loop_id id;
    enum loop_priority prio;
    uint32_t events;
};

int loop_init(struct loop *l, uint32_t room)
{
    *l = (struct loop){.epoll_fd = -EBADF};
    if (room == 0 || room > INDEX_MASK)
        return -EINVAL;
    l->sources = calloc(room, sizeof(*l->sources));
    if (!l->sources)
        return -ENOMEM;
    l->room = room;
    l->free_head = NO_INDEX;
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll_fd < 0) {
        int r = -errno;

        loop_done(l);
        return r;
    }
    return 0;
}

void loop_done(struct loop *l)
{
    if (l->epoll_fd >= 0)
        close(l->epoll_fd);
    free(l->sources);
    *l = (struct loop){.epoll_fd = -EBADF};
}

static loop_id id_of(const struct loop *l, uint32_t index)
{
    return l->sources[index].generation << INDEX_BITS | index;
}

static struct loop_source *find(struct loop *l, loop_id id)
{
    uint32_t index = id & INDEX_MASK;
    struct loop_source *s;

    if (id == 0 || index >= l->n_used)
        return NULL;
    s = &l->sources[index];
    if (s->kind == SOURCE_FREE || id_of(l, index) != id)
        return NULL;
    return s;
}

static struct loop_source *take_source(struct loop *l, uint32_t *ret_index)
{
    struct loop_source *s;

    /* Places that were never used are not linked: a table with room for thousands costs only the pages in use. */
    if (l->free_head != NO_INDEX) {
        *ret_index = l->free_head;
        s = &l->sources[l->free_head];
        l->free_head = s->next_free;
        return s;
    }
    if (l->n_used == l->room)
        return NULL;
    *ret_index = l->n_used++;
    s = &l->sources[*ret_index];
    s->generation = 1;
    return s;
}

static void give_back(struct loop *l, struct loop_source *s)
{
    s->kind = SOURCE_FREE;
    s->fd = -EBADF;
    s->generation++;
    if (s->generation > (UINT32_MAX >> INDEX_BITS))
        s->generation = 1; /* 16,383 reuses of one place within one batch cannot happen */
    s->next_free = l->free_head;
    l->free_head = (uint32_t)(s - l->sources);
}

int loop_add(struct loop *l, int fd, uint32_t events, enum loop_priority prio, loop_fn fn, void *data,
             loop_id *ret_id)
{
    struct epoll_event ev = {.events = events};
    uint32_t index;
    struct loop_source *s = take_source(l, &index);

    if (!s)
        return -ENOSPC;
    s->kind = SOURCE_FD;
    s->prio = prio;
    s->fd = fd;
    s->fn = fn;
    s->data = data;
    ev.data.u32 = id_of(l, index);
    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0) {
        int r = -errno;

        give_back(l, s);
        return r;
    }
    if (ret_id)
        *ret_id = id_of(l, index);
    return 0;
}

int loop_set_events(struct loop *l, loop_id id, uint32_t events)
{
    struct loop_source *s = find(l, id);
    struct epoll_event ev = {.events = events, .data.u32 = id};

    if (!s || s->kind != SOURCE_FD)
        return -ENOENT;
    return epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, s->fd, &ev) < 0 ? -errno : 0;
}

void loop_set_data(struct loop *l, loop_id id, void *data)
{
    struct loop_source *s = find(l, id);

    if (s)
        s->data = data;
}

void loop_remove(struct loop *l, loop_id id)
{
    struct loop_source *s = find(l, id);

    if (!s)
        return;
    if (s->kind == SOURCE_FD)
        (void)epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
    else
        l->n_timers--;
    give_back(l, s);
}

int loop_add_timer(struct loop *l, uint64_t when_usec, enum loop_priority prio, loop_fn fn, void *data,
                   loop_id *ret_id)
{
    uint32_t index;
    struct loop_source *s = take_source(l, &index);

    if (!s)
        return -ENOSPC;
    s->kind = SOURCE_TIMER;
    s->prio = prio;
    s->fd = -EBADF;
    s->when = when_usec;
    s->fn = fn;
    s->data = data;
    l->n_timers++;
    if (ret_id)
        *ret_id = id_of(l, index);
    return 0;
}

int loop_set_timer(struct loop *l, loop_id id, uint64_t when_usec)
{
    struct loop_source *s = find(l, id);

    if (!s || s->kind != SOURCE_TIMER)
        return -ENOENT;
    s->when = when_usec;
    return 0;
}

/* The loop has a handful of timers of its own (the engine keeps its thousands in a heap and asks for one). */
static uint64_t next_timer(const struct loop *l)
{
    uint64_t first = USEC_INFINITY;
    uint32_t left = l->n_timers;

    for (uint32_t i = 0; i < l->n_used && left > 0; i++) {
        if (l->sources[i].kind != SOURCE_TIMER)
            continue;
        left--;
        first = MIN(first, l->sources[i].when);
    }
    return first;
}

static int timeout_msec(uint64_t until)
{
    uint64_t now, left;

    if (until == USEC_INFINITY)
        return -1;
    now = clock_now();
    if (until <= now)
        return 0;
    left = (until - now + USEC_PER_MSEC - 1) / USEC_PER_MSEC; /* up: a timer must not fire early and spin */
    return left > INT_MAX ? INT_MAX : (int)left;
}

static size_t collect_timers(struct loop *l, struct pending *batch, size_t room)
{
    uint64_t now = clock_now();
    uint32_t left = l->n_timers;
    size_t n = 0;

    for (uint32_t i = 0; i < l->n_used && left > 0 && n < room; i++) {
        if (l->sources[i].kind != SOURCE_TIMER)
            continue;
        left--;
        if (l->sources[i].when <= now)
            batch[n++] = (struct pending){.id = id_of(l, i), .prio = l->sources[i].prio};
    }
    return n;
}

/* Stable, so that events of one priority keep the order in which the kernel gave them. */
static void sort_batch(struct pending *batch, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct pending p = batch[i];
        size_t j = i;

        for (; j > 0 && batch[j - 1].prio > p.prio; j--)
            batch[j] = batch[j - 1];
        batch[j] = p;
    }
}

static int dispatch(struct loop *l, const struct pending *batch, size_t n)
{
    int served = 0;

    for (size_t i = 0; i < n; i++) {
        struct loop_source *s = find(l, batch[i].id);
        struct loop_source copy;

        if (!s)
            continue;
        copy = *s;
        if (s->kind == SOURCE_TIMER) {
            l->n_timers--;
            give_back(l, s);
        }
        copy.fn(copy.data, copy.fd, batch[i].events);
        served++;
        if (l->stop)
            break;
    }
    return served;
}

int loop_round(struct loop *l, uint64_t deadline_usec)
{
    struct epoll_event events[LOOP_BATCH];
    struct pending batch[2 * LOOP_BATCH];
    size_t n = 0;
    int got = epoll_wait(l->epoll_fd, events, LOOP_BATCH, timeout_msec(MIN(deadline_usec, next_timer(l))));

    if (got < 0) {
        if (errno != EINTR)
            return -errno;
        got = 0;
    }
    if (l->woke)
        l->woke();
    for (int i = 0; i < got; i++) {
        struct loop_source *s = find(l, events[i].data.u32);

        if (s)
            batch[n++] =
                (struct pending){.id = events[i].data.u32, .prio = s->prio, .events = events[i].events};
    }
    if (l->n_timers > 0)
        n += collect_timers(l, batch + n, LOOP_BATCH);
    sort_batch(batch, n);
    return dispatch(l, batch, n);
}

int loop_run(struct loop *l)
{
    l->stop = false;
    while (!l->stop) {
        int r = loop_round(l, USEC_INFINITY);

        if (r < 0)
            return r;
    }
    return l->result;
}

void loop_stop(struct loop *l, int result)
{
    l->stop = true;
    l->result = result;
}
