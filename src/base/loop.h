/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loop - an event loop over epoll with priorities and timers, which allocates nothing once it is made.
 *
 * Owns: the epoll descriptor and the table of sources. Not the sources' descriptors: a descriptor is
 * removed from the loop before its owner closes it.
 *
 * Each round takes at most LOOP_BATCH events, sorted by priority, so that no source can starve another:
 * what is left over comes in the next round, behind those that were not served (epoll keeps its ready list
 * in turn). A source is named by an id of index and generation and is looked up again before its callback:
 * one that was removed earlier in the same batch is skipped, even if its place was taken by another.
 */
#pragma once

#include <sys/epoll.h>

#include "util.h"

#define LOOP_BATCH 64

/* Order within a batch: children before notify before timers before control. Lower runs first. */
enum loop_priority {
    LOOP_PRIO_CHILD,
    LOOP_PRIO_NOTIFY,
    LOOP_PRIO_TIMER,
    LOOP_PRIO_CONTROL,
    LOOP_PRIO_IDLE,
};

/* An id is never 0, so that 0 can stand for "none". */
typedef uint32_t loop_id;

/* @events: EPOLLIN and so on; 0 for a timer. */
typedef void (*loop_fn)(void *data, int fd, uint32_t events);

struct loop_source;

struct loop {
    int epoll_fd;                /* owned */
    struct loop_source *sources; /* owned, @room of them */
    uint32_t room;
    uint32_t n_used; /* places that were ever taken; the ones behind are untouched memory */
    uint32_t free_head;
    uint32_t n_timers;
    bool stop;
    int result;
    void (*woke)(void); /* called when a wait is over, before any callback: for who watches over rounds; NULL: nobody */
};

/*
 * loop_init - make a loop with room for @room sources
 * Context: start-up; the only place that allocates.
 * Return: 0; -ENOMEM; -EMFILE and what else epoll_create1(2) gives.
 */
int loop_init(struct loop *l, uint32_t room);
void loop_done(struct loop *l);

/*
 * loop_add - watch a descriptor
 * @events: epoll's, level triggered.   @ret_id: may be NULL.
 * Return: 0; -ENOSPC when the table is full; -errno of epoll_ctl(2).
 */
int loop_add(struct loop *l, int fd, uint32_t events, enum loop_priority prio, loop_fn fn, void *data,
             loop_id *ret_id);

/* loop_set_events - change what is watched. Return: 0; -ENOENT; -errno. */
int loop_set_events(struct loop *l, loop_id id, uint32_t events);

/* loop_set_data - what the source's function is given from now on. An id that is gone is ignored. */
void loop_set_data(struct loop *l, loop_id id, void *data);

/* loop_remove - forget a source or a timer; 0 and an id that is gone already are ignored. */
void loop_remove(struct loop *l, loop_id id);

/*
 * loop_add_timer - call once at @when_usec (CLOCK_MONOTONIC); the timer is gone before its callback runs.
 * USEC_INFINITY never fires but may be moved later with loop_set_timer.
 * Return: 0; -ENOSPC.
 */
int loop_add_timer(struct loop *l, uint64_t when_usec, enum loop_priority prio, loop_fn fn, void *data,
                   loop_id *ret_id);
int loop_set_timer(struct loop *l, loop_id id, uint64_t when_usec);

/*
 * loop_round - wait until something happens or @deadline_usec passes, then serve one batch
 * @deadline_usec: CLOCK_MONOTONIC; 0 does not wait; USEC_INFINITY waits for events and timers alone.
 * Return: the number of callbacks called; -errno.
 */
int loop_round(struct loop *l, uint64_t deadline_usec);

/* loop_run - rounds until loop_stop. Return: what loop_stop was given; -errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l, int result);
