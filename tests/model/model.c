/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * model - the protocol of table, child, kernel and exec, enumerated: who writes what, when. doc/model.md is its page.
 *
 * One service that is to run always. Every interleaving of PID 1's single stores and system calls, the child's
 * doings, strangers (orphans that get a pid which is free) and the death of PID 1 at any moment, also while it takes over, is
 * tried from the beginning: breadth first over all states, so what is found comes with its shortest history. In none
 * may a service be lost or doubled, and from each the service can get up and ready again.
 *
 * Then each order that matters is broken once, and the model has to see it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 2 /* pids; given away again when they are free */

enum fault {
    NONE,
    REAP_FIRST,     /* the zombie is taken away before the engine has its exit status */
    FLAG_LAST,      /* RUN_SPAWNING is set after the clone */
    PID_BY_PARENT,  /* PID 1 writes the pid, not the kernel */
    NO_UNDO,        /* a call that did not end is left half done */
    RECEIVE_FIRST,  /* a notify message is taken off its socket before the engine has it */
    NO_REISSUE,     /* a spawn without a pid is not asked for again */
    SPAWN_TWICE,    /* a spawn is asked for again though its pid is there */
    COMMIT_FIRST,   /* the log is emptied before the last store */
    FAULT_COUNT
};

static const char *const fault_names[] = {"none", "reap first", "flag last", "pid by parent", "no undo",
                                          "receive first", "no reissue", "spawn twice", "commit first"};

/* What one call of the engine changes: the unit's record. Saved whole before its first store. */
struct record {
    uint8_t life, spawning, pid, ready;
    uint8_t exits; /* a bit for each pid whose exit status was counted */
};

enum life { DOWN, STARTING, UP };
enum proc_state { FREE, CHILD, PROGRAM, ZOMBIE, STRANGER, STRANGER_ZOMBIE };

struct proc {
    uint8_t state, said_ready;
};

/* Where PID 1 is. A call of the engine is: save, stores, commit; next is where it goes then. */
enum pc { IDLE, SAVE, STORE_1, STORE_2, COMMIT, CLONE, SET_PID, SET_FLAG, FORGET_PID, REAP, RECEIVE, ROLL_1, ROLL_2, TAKE_OVER };
enum call { DECIDE, SPAWNED, SPAWN_FAILED, EXITED, READY };

struct state {
    struct record table, log;
    uint8_t logged;
    struct proc proc[SLOTS];
    uint8_t message; /* on the notify socket */
    uint8_t pc, call, pid; /* PID 1's own memory: lost when it dies */
};

static enum fault fault;
static const char *violation;

/* --- what must hold --- */

static void fail(const char *why)
{
    if (!violation)
        violation = why;
}

static bool lives(const struct proc *p)
{
    return p->state == CHILD || p->state == PROGRAM;
}

static bool is_ours(const struct proc *p)
{
    return lives(p) || p->state == ZOMBIE;
}

static bool counted(const struct state *s, int slot)
{
    return (s->table.exits >> slot & 1) != 0;
}

static void check(const struct state *s)
{
    int n = 0;

    for (int i = 0; i < SLOTS; i++) {
        const struct proc *p = &s->proc[i];
        bool known = s->table.pid == i + 1 || (s->logged && s->log.pid == i + 1);

        n += lives(p);
        if (is_ours(p) && !known && !counted(s, i))
            fail("a process of the service is in no table");
        if (s->table.pid == i + 1 && !is_ours(p))
            fail("the table names a process that is not the service's");
    }
    if (n > 1)
        fail("the service runs twice");
    if (s->pc == IDLE && s->table.pid != 0 && s->proc[s->table.pid - 1].said_ready && !s->table.ready && !s->message)
        fail("the service said READY=1 and nobody knows");
    if (s->table.ready && s->table.pid != 0 && !s->logged && !s->proc[s->table.pid - 1].said_ready)
        fail("the service counts as ready by the word of an earlier life");
}

static bool is_goal(const struct state *s)
{
    return s->table.life == UP && s->table.pid != 0 && s->table.ready && !s->table.spawning && !s->logged && s->pc == IDLE &&
           s->proc[s->table.pid - 1].state == PROGRAM;
}

/* --- PID 1: one store or one system call a step --- */

static void call(struct state *s, enum call what)
{
    s->call = (uint8_t)what;
    s->pc = fault == NO_UNDO ? STORE_1 : SAVE;
}

static void count_exit(struct state *s)
{
    if (counted(s, s->pid - 1))
        fail("an exit status is counted twice");
    s->table.exits |= (uint8_t)(1 << (s->pid - 1));
}

static void store_1(struct state *s)
{
    switch ((enum call)s->call) {
    case DECIDE:
        s->table.life = STARTING;
        break;
    case SPAWNED:
        s->table.life = UP;
        break;
    case SPAWN_FAILED:
        s->table.life = DOWN;
        break;
    case EXITED:
        s->table.life = DOWN;
        s->table.pid = s->table.ready = 0;
        break;
    case READY:
        break;
    }
    s->pc = fault == COMMIT_FIRST ? COMMIT : STORE_2;
}

/* Where a call's caller goes on. */
static void after(struct state *s)
{
    switch ((enum call)s->call) {
    case DECIDE:
        s->pc = CLONE;
        break;
    case EXITED:
        s->pc = fault == REAP_FIRST ? IDLE : REAP;
        break;
    case READY:
        s->pc = fault == RECEIVE_FIRST ? IDLE : RECEIVE;
        break;
    case SPAWNED:
    case SPAWN_FAILED:
        s->pc = IDLE;
        break;
    }
}

static void store_2(struct state *s)
{
    switch ((enum call)s->call) {
    case DECIDE:
        s->table.spawning = fault != FLAG_LAST;
        break;
    case SPAWNED:
    case SPAWN_FAILED:
        s->table.spawning = 0;
        break;
    case EXITED:
        count_exit(s);
        break;
    case READY:
        s->table.ready = 1;
        break;
    }
    s->pc = COMMIT;
    if (fault == NO_UNDO || fault == COMMIT_FIRST)
        after(s);
}

static void commit(struct state *s)
{
    s->logged = 0;
    if (fault == COMMIT_FIRST)
        s->pc = STORE_2;
    else
        after(s);
}

static void reap(struct state *s, int slot)
{
    struct proc *p = &s->proc[slot];

    if (p->state == ZOMBIE && fault != REAP_FIRST && !counted(s, slot))
        fail("an exit status is lost");
    *p = (struct proc){.state = FREE};
}

/* The kernel makes the process and writes its pid into the table before the process runs. */
static void clone_child(struct state *s, int slot, bool executes)
{
    s->proc[slot] = (struct proc){.state = executes ? CHILD : ZOMBIE};
    s->table.exits &= (uint8_t)~(1 << slot); /* the model's own: the next bearer of this pid was not counted yet */
    s->log.exits &= (uint8_t)~(1 << slot);
    s->pid = (uint8_t)(slot + 1);
    if (fault != PID_BY_PARENT)
        s->table.pid = s->pid;
    if (!executes)
        s->pc = FORGET_PID;
    else if (fault == PID_BY_PARENT)
        s->pc = SET_PID;
    else if (fault == FLAG_LAST)
        s->pc = SET_FLAG;
    else
        call(s, SPAWNED);
}

static void take_over(struct state *s)
{
    if (!s->table.spawning)
        s->pc = IDLE;
    else if (s->table.pid != 0 && fault != SPAWN_TWICE) {
        s->pid = s->table.pid;
        call(s, SPAWNED);
    } else if (fault == NO_REISSUE)
        s->pc = IDLE;
    else
        s->pc = CLONE;
}

/* --- everything that may happen next --- */

typedef void (*next_fn)(const struct state *s, const char *what);

/* The loop's sources. Messages come before ends: what a service said last counts before its exit. */
static void from_idle(const struct state *s, next_fn next)
{
    struct state n = *s;

    if (s->message) {
        n.message = fault == RECEIVE_FIRST ? 0 : s->message;
        call(&n, READY);
        if (s->table.pid == 0) { /* nobody's any more */
            n = *s;
            n.message = 0;
        }
        next(&n, "PID 1 sees the message READY=1");
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        n = *s;
        n.pid = (uint8_t)(i + 1);
        if (s->proc[i].state != ZOMBIE && s->proc[i].state != STRANGER_ZOMBIE)
            continue;
        if (s->table.pid == i + 1) {
            if (s->proc[i].state == STRANGER_ZOMBIE)
                fail("a stranger's exit status is counted");
            if (fault == REAP_FIRST)
                reap(&n, i);
            call(&n, EXITED);
        } else
            n.pc = REAP;
        next(&n, "PID 1 sees a zombie (WNOWAIT)");
    }
    if (s->table.life == DOWN) {
        n = *s;
        call(&n, DECIDE);
        next(&n, "PID 1 decides to start the service");
    }
}

static void from_clone(const struct state *s, next_fn next)
{
    struct state n = *s;

    call(&n, SPAWN_FAILED);
    next(&n, "clone fails");
    for (int i = 0; i < SLOTS; i++) {
        if (s->proc[i].state != FREE)
            continue;
        n = *s;
        clone_child(&n, i, true);
        next(&n, "clone: a child, and its pid in the table");
        n = *s;
        clone_child(&n, i, false);
        next(&n, "clone: a child that cannot execute its program and ended");
    }
}

static void pid1(const struct state *s, next_fn next)
{
    struct state n = *s;

    switch ((enum pc)s->pc) {
    case IDLE:
        from_idle(s, next);
        return;
    case CLONE:
        from_clone(s, next);
        return;
    case SAVE:
        n.log = s->table;
        n.logged = 1;
        n.pc = STORE_1;
        next(&n, "save");
        return;
    case STORE_1:
        store_1(&n);
        next(&n, "first store");
        return;
    case STORE_2:
        store_2(&n);
        next(&n, "last store");
        return;
    case COMMIT:
        commit(&n);
        next(&n, "commit");
        return;
    case SET_PID:
        n.table.pid = s->pid;
        call(&n, SPAWNED);
        next(&n, "PID 1 writes the pid");
        return;
    case SET_FLAG:
        n.table.spawning = 1;
        call(&n, SPAWNED);
        next(&n, "PID 1 sets the flag");
        return;
    case FORGET_PID: /* the child is nobody's: its end will be a stranger's */
        n.table.pid = 0;
        n.proc[s->pid - 1].state = STRANGER_ZOMBIE;
        call(&n, SPAWN_FAILED);
        next(&n, "PID 1 clears the pid of the child that could not execute");
        return;
    case REAP:
        reap(&n, s->pid - 1);
        n.pc = IDLE;
        next(&n, "reap");
        return;
    case RECEIVE:
        n.message = 0;
        n.pc = IDLE;
        next(&n, "take the message off its socket");
        return;
    case ROLL_1: /* half of the record, then the other: dying in between only begins again */
        n.table.pid = s->log.pid;
        n.table.exits = s->log.exits;
        n.pc = ROLL_2;
        next(&n, "roll back, first half");
        return;
    case ROLL_2:
        n.table = s->log;
        n.logged = 0;
        n.pc = TAKE_OVER;
        next(&n, "roll back, last half");
        return;
    case TAKE_OVER:
        take_over(&n);
        next(&n, "take over");
        return;
    }
}

static void death(const struct state *s, next_fn next)
{
    struct state n = *s;

    n.call = n.pid = 0;
    n.pc = s->logged ? ROLL_1 : TAKE_OVER;
    next(&n, s->pc == IDLE ? "PID 1 executes itself anew" : "PID 1 dies, its successor maps the table");
}

static void world(const struct state *s, next_fn next)
{
    for (int i = 0; i < SLOTS; i++) {
        struct state n = *s;
        struct proc *p = &n.proc[i];

        switch ((enum proc_state)s->proc[i].state) {
        case CHILD:
            p->state = PROGRAM;
            next(&n, "the child executes its program");
            p->state = ZOMBIE;
            next(&n, "the child ends");
            break;
        case PROGRAM:
            p->state = ZOMBIE;
            next(&n, "the service ends");
            if (!p->said_ready && !s->message) {
                n = *s;
                p->said_ready = n.message = 1;
                next(&n, "the service says READY=1");
            }
            break;
        case FREE:
            p->state = STRANGER;
            next(&n, "an orphan gets a pid that is free");
            break;
        case STRANGER:
            p->state = STRANGER_ZOMBIE;
            next(&n, "an orphan ends");
            break;
        case ZOMBIE:
        case STRANGER_ZOMBIE:
            break;
        }
    }
}

/* --- all of them, breadth first --- */

#define ROOM (1u << 16)

struct node {
    struct state state;
    uint32_t parent;
    const char *what;
};

static struct node *nodes;
static uint32_t n_nodes, current, *index_of, *edge_from, *edge_to, n_edges;

static uint32_t hash(const struct state *s)
{
    uint64_t h = 14695981039346656037u;

    for (size_t i = 0; i < sizeof(*s); i++)
        h = (h ^ ((const uint8_t *)s)[i]) * 1099511628211u;
    return (uint32_t)(h ^ h >> 32) & (2 * ROOM - 1);
}

static void arrive(const struct state *s, const char *what)
{
    uint32_t at = hash(s);

    if (violation)
        return;
    while (index_of[at] != 0 && memcmp(&nodes[index_of[at] - 1].state, s, sizeof(*s)) != 0)
        at = (at + 1) & (2 * ROOM - 1);
    if (index_of[at] == 0) {
        if (n_nodes == ROOM) {
            fprintf(stderr, "model: more than %u states\n", ROOM);
            exit(99);
        }
        nodes[n_nodes] = (struct node){*s, current, what};
        index_of[at] = ++n_nodes;
        check(s);
    }
    if (violation)
        current = index_of[at] - 1;
    else if (n_edges < 16 * ROOM) {
        edge_from[n_edges] = current;
        edge_to[n_edges++] = index_of[at] - 1;
    }
}

static void trace(uint32_t node)
{
    if (node == 0)
        return;
    trace(nodes[node].parent);
    printf("    %s\n", nodes[node].what);
}

/* From which states the goal can still be reached: backwards over the edges until nothing is added. */
static void check_goal(void)
{
    bool *good = calloc(n_nodes, sizeof(*good)), more = true;

    for (uint32_t i = 0; good && i < n_nodes; i++)
        good[i] = is_goal(&nodes[i].state);
    while (good && more) {
        more = false;
        for (uint32_t i = n_edges; i-- > 0;)
            if (good[edge_to[i]] && !good[edge_from[i]])
                good[edge_from[i]] = more = true;
    }
    for (uint32_t i = 0; good && i < n_nodes && !violation; i++)
        if (!good[i]) {
            fail("the service cannot get up any more");
            current = i;
        }
    free(good);
}

static void enumerate(void)
{
    struct state first;

    memset(&first, 0, sizeof(first));
    memset(index_of, 0, 2 * ROOM * sizeof(*index_of));
    n_nodes = n_edges = current = 0;
    violation = NULL;
    arrive(&first, "");
    for (uint32_t i = 0; i < n_nodes && !violation; i++) {
        void (*const actors[])(const struct state *, next_fn) = {pid1, world, death};
        struct state s = nodes[i].state;

        for (size_t a = 0; a < sizeof(actors) / sizeof(*actors) && !violation; a++) {
            current = i;
            actors[a](&s, arrive);
        }
    }
    if (!violation)
        check_goal();
}

int main(void)
{
    int wrong = 0;

    nodes = calloc(ROOM, sizeof(*nodes));
    index_of = calloc(2 * ROOM, sizeof(*index_of));
    edge_from = calloc(16 * ROOM, sizeof(*edge_from));
    edge_to = calloc(16 * ROOM, sizeof(*edge_to));
    if (!nodes || !index_of || !edge_from || !edge_to)
        return 99;
    for (int f = NONE; f < FAULT_COUNT; f++) {
        fault = (enum fault)f;
        enumerate();
        wrong += (violation != NULL) != (fault != NONE);
        printf("%s: %u states, %u steps: %s\n", fault_names[f], n_nodes, n_edges, violation ? violation : "holds");
        if (violation)
            trace(current);
    }
    free(nodes);
    free(index_of);
    free(edge_from);
    free(edge_to);
    return wrong != 0;
}
