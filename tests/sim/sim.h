/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sim - random histories of the engine in virtual time.
 *
 * A history is made from one number, its seed: a random database (simgen.c), a fake runtime whose processes
 * start late, fail, hang, ignore SIGTERM, leave children behind or cannot be killed at all (simworld.c),
 * random wishes (sim.c); and after each step what must always hold is checked (simcheck.c). Whatever fails
 * prints the seed; the same seed is the same history.
 *
 * In part of the histories PID 1 dies (simcrash.c): before any store of the engine into the run table, which the
 * compiler announces (the engine here is compiled as for the thread sanitizer, whose hooks simcrash.c has), and
 * between any two doings of the runtime. The world goes on, a successor takes the table over. With sanitizers of their own
 * the stores are not announced, and PID 1 dies between its doings alone.
 */
#pragma once

#include <setjmp.h>
#include <signal.h>

#include "engine-impl.h"
#include "udbwrite.h"

#define SIM_MAX_UNITS 40
#define SIM_MAX_PROCS 512
#define SIM_MAX_JOBS  256
#define SIM_ROOM      64
#define SIM_TORN      '\x15' /* what stands in the first half of a long store that was cut short */

struct sim_proc {
    pid_t pid;
    uint32_t unit;
    bool main, rest; /* rest: a forked-off leftover, not known to the engine by its pid */
    bool stubborn;   /* ignores everything but SIGKILL */
    bool undead;     /* does not end even then (waits for a dead disk) until its exit_usec */
    bool left;       /* its end was on its way to the engine before, with all that belongs to it */
    uint64_t exit_usec, ready_usec, exec_usec; /* USEC_INFINITY: never */
    int code, status;
};

/* What the checker remembers of a unit. */
struct sim_unit {
    uint8_t state; /* by the STATE actions alone */
    uint32_t done_id;
    uint64_t start_failed_at; /* when its last start job failed, counted in actions; 0: it did not */
    uint32_t job_id;          /* the job it has, and since when, counted in actions */
    uint64_t job_at;
    uint64_t limit_begin_usec;
    uint32_t limit_count;
    uint32_t cleanups, lives;
    bool dirty; /* a process was made since the last clean-up */
};

struct sim_job {
    uint32_t unit, id;
};

struct sim {
    uint64_t seed, rng, now;
    bool verbose;
    /* the database */
    struct udb db;
    void *db_data;
    /* the engine */
    struct runtab table;
    struct engine e;
    uint32_t stack[ENGINE_STACK_ENTRIES(SIM_MAX_UNITS)];
    uint8_t marks[SIM_MAX_UNITS];
    struct engine_action actions[SIM_ROOM];
    /* the world */
    struct sim_proc procs[SIM_MAX_PROCS];
    uint32_t n_procs;
    pid_t next_pid;
    bool watched[SIM_MAX_UNITS];
    uint32_t calm; /* 0..3: how rarely things go wrong in this history */
    bool late_answers;
    uint32_t n_owed; /* spawns whose answer comes after the next wish */
    struct engine_action owed_acts[SIM_MAX_UNITS];
    bool final_said, boot_said;
    uint64_t going_down_since;
    /* PID 1's death (simcrash.c) */
    jmp_buf death;
    bool mortal;        /* it may die now */
    uint64_t n_points;  /* how often it might have, so far */
    uint64_t dies_at;   /* the point at which it does; UINT64_MAX: never */
    uint64_t only_at;   /* what was asked for; 0: as the seed says */
    uint32_t every;     /* and again after this many at most; 0: once */
    uint32_t deaths_left;
    pid_t taking;       /* whose end is being told to the engine */
    /* the checker */
    struct sim_unit units[SIM_MAX_UNITS];
    struct sim_job jobs[SIM_MAX_JOBS];
    uint32_t n_jobs;
    /* totals over all histories */
    uint64_t n_events, n_actions, n_deaths, n_rollbacks;
};

/* random numbers of a history */
uint32_t sim_random(struct sim *s, uint32_t below);
static inline bool sim_percent(struct sim *s, uint32_t percent)
{
    return sim_random(s, 100) < percent;
}

/* simgen.c: makes s->db; the caller frees db_data. */
void simgen_make(struct sim *s);

/* simworld.c */
void simworld_perform(struct sim *s, const struct engine_action *a);
void simworld_answer_owed(struct sim *s);
uint64_t simworld_next(const struct sim *s); /* when something happens in the world; USEC_INFINITY: never */
bool simworld_step(struct sim *s); /* let the first thing that is due happen. Return: whether something was */
int simworld_event(struct sim *s, const struct engine_event *ev); /* traced, counted, checked */
struct sim_proc *simworld_proc(struct sim *s, pid_t pid);
pid_t simworld_new_main(struct sim *s, uint32_t unit); /* for MAINPID= */
void simworld_new_main_taken(struct sim *s, uint32_t unit); /* the engine knows it now */

/* simcrash.c */
typedef void (*sim_doing_fn)(struct sim *s, const struct engine_event *ev);
/* What PID 1 does, from which it may not come back. Return: false when it died; a successor has taken over by then. */
bool simcrash_run(struct sim *s, sim_doing_fn doing, const struct engine_event *ev);
void simcrash_point(struct sim *s); /* PID 1 may die here */
void simcrash_draw(struct sim *s);  /* whether and how often it dies in this history */
void simcrash_successor(struct sim *s); /* nothing is left but the table: take it over */

/* sim.c */
void sim_take_actions(struct sim *s); /* perform what the engine left */

/* simcheck.c: each ends the program with the seed when something does not hold */
_noreturn_ void sim_fail(struct sim *s, uint32_t unit, const char *format, ...) _printf_(3, 4);
void simcheck_action(struct sim *s, const struct engine_action *a);
void simcheck_step(struct sim *s);
void simcheck_settled(struct sim *s); /* nothing is left to be done at this time */
void simcheck_successor(struct sim *s);
void simcheck_end_of(struct sim *s, const struct sim_proc *p, bool known);
void simcheck_quiet(struct sim *s);
void simcheck_end(struct sim *s);
void simcheck_wish(struct sim *s, const struct engine_event *ev, int r);
void sim_trace_event(const struct sim *s, const struct engine_event *ev, int r);
void sim_trace_action(const struct sim *s, const struct engine_action *a);
