/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * engine - decides what happens to units. Pure: (database, run table, event, now) in, actions out.
 *
 * No system call, no clock, no allocation, no recursion in engine*.c: a simulation drives it through millions
 * of random faults in virtual time (tests/sim). All its state is in the run table, so it carries on after an
 * exec.
 *
 * It is a reconciler, not a queue of jobs: each unit has a state and at most one job (what is wished of it),
 * and moves when its ordering allows. Two phases: engine_event takes one event and spreads what it means
 * (jobs on other units, ready units into the queue); engine_run then executes what is possible, until the
 * queue is empty or the caller's room for actions is used up. What an action leads to comes back as events.
 *
 * Ordering (facts: unit-files, 1 to 3). A unit's job waits for other units' jobs; without jobs there is
 * nothing to wait for. U's start waits for: every job of a unit that U is after, and every stop of a unit
 * that is after U. U's stop waits for the stop of every unit that is after U. So when one stops and another
 * starts, the stop goes first whatever the arrow's direction. A job that ended, however it ended, is waited
 * for no longer. run_unit.n_wait counts the jobs that are in the way; it is kept by the one function that
 * changes a job, at a cost of the unit's degree, so a whole boot costs O(edges).
 *
 * The gate is passed once: a start or stop under way is not taken back by a job that comes later. A reload
 * waits for nobody. A start wished of a unit that is stopping becomes a restart, so that the stop keeps its
 * place in the order.
 *
 * Requirement: a start pulls in starts of Requires= and Wants= and stops of Conflicts=; a failed start fails
 * the waiting starts of what requires it (result "dependency"); a stop or restart that was asked for stops or
 * restarts what requires it. A service that dies by itself takes nobody with it (that is BindsTo=).
 *
 * Jobs: a unit has one at most. A wish that the job under way fulfils gets that job's id; another one takes
 * its place with a new id, and the older job ends as canceled. done_job_id only grows, so who waits for an id
 * (run_job_ended) never hangs. A start that fails ends its job even when Restart= goes on trying.
 */
#pragma once

#include "runtab.h"

enum engine_event_type {
    /* Wishes. */
    ENGINE_EV_BOOT, /* unit: what this boot is to reach; failing leads to the emergency unit */
    ENGINE_EV_START,
    ENGINE_EV_STOP,
    ENGINE_EV_RESTART,     /* start when it does not run */
    ENGINE_EV_TRY_RESTART, /* nothing when it does not run */
    ENGINE_EV_RELOAD,      /* ExecReload=; its failure fails the job and leaves the service as it is */
    ENGINE_EV_ISOLATE,     /* start, and stop what it does not pull in */
    ENGINE_EV_RESET_FAILED,
    ENGINE_EV_FINAL, /* value: enum udb_final; irreversible */
    /* Answers to ENGINE_ACT_SPAWN and ENGINE_ACT_CONDITIONS, always one, before anything else of that
       process. */
    ENGINE_EV_SPAWNED,      /* pid; main_pid or control_pid is set already (the kernel wrote it) */
    ENGINE_EV_SPAWN_FAILED, /* value: errno; text: reason. No process was left behind */
    /* The life of processes. */
    ENGINE_EV_EXEC_DONE,   /* the program itself runs now (not pintle-exec before it) */
    ENGINE_EV_EXEC_FAILED, /* pid; value: errno; text: reason, from pintle-exec; its exit follows */
    ENGINE_EV_EXITED,      /* pid, code (si_code), value (si_status) */
    ENGINE_EV_EMPTY,       /* answer to ENGINE_ACT_WATCH_EMPTY: no process of the unit is left */
    /* The notify protocol: value is a set of enum engine_notify; pid with MAINPID; text with STATUS. */
    ENGINE_EV_NOTIFY,
    ENGINE_EV_TYPE_COUNT
};

enum engine_notify {
    ENGINE_NOTIFY_READY = 1 << 0,
    ENGINE_NOTIFY_RELOADING = 1 << 1,
    ENGINE_NOTIFY_STOPPING = 1 << 2,
    ENGINE_NOTIFY_STATUS = 1 << 3,  /* text */
    ENGINE_NOTIFY_MAINPID = 1 << 4, /* pid: the runtime has checked that it belongs to the unit */
    ENGINE_NOTIFY_WATCHDOG = 1 << 5,
    ENGINE_NOTIFY_EXTEND = 1 << 6, /* usec */
};

struct engine_event {
    enum engine_event_type type;
    uint32_t unit;
    pid_t pid;
    int code;
    int value;
    uint64_t usec;
    const char *text; /* borrowed for the call; NULL for none */
};

enum engine_action_type {
    ENGINE_ACT_SPAWN,      /* unit, exec_kind, exec_index, main: answer with SPAWNED or SPAWN_FAILED */
    ENGINE_ACT_CONDITIONS, /* unit: judge Condition*= and Assert*= in a child (control_pid); exit 0 met, 1
                              skip, 2 assert failed */
    ENGINE_ACT_KILL, /* unit, whom, signal; SIGCONT follows by the runtime. A process that is gone is no error
                      */
    ENGINE_ACT_WATCH_EMPTY, /* unit: answer with EMPTY, now or when its last process is gone */
    ENGINE_ACT_CLEANUP,     /* unit: its life is over: notify socket, cgroup, runtime directory; ends a
                               WATCH_EMPTY */
    ENGINE_ACT_STATE,       /* unit, from, to: for the log */
    ENGINE_ACT_JOB_DONE,    /* unit, job, job_id, result: for the log */
    /*
     * unit, job.result: SUCCESS, or what kept the boot's target from being reached; the emergency unit is
     * being started then, if there is one. Comes again with the emergency unit if that fails too: the runtime
     * opens a shell.
     */
    ENGINE_ACT_BOOT_DONE,
    ENGINE_ACT_FINAL, /* value: enum udb_final: every unit is down, go */
    ENGINE_ACT_TYPE_COUNT
};

/* ALL: every process of the unit's cgroup (or process groups), main_pid and control_pid included wherever
 * they are. */
enum engine_whom { ENGINE_KILL_MAIN, ENGINE_KILL_CONTROL, ENGINE_KILL_ALL };

struct engine_action {
    enum engine_action_type type;
    uint32_t unit;
    union {
        struct {
            uint8_t exec_kind; /* enum udb_exec */
            bool main;         /* becomes main_pid, else control_pid */
            uint32_t exec_index;
        } spawn;
        struct {
            uint8_t whom; /* enum engine_whom */
            int signal;
        } kill;
        struct {
            uint8_t from, to; /* enum run_state */
        } state;
        struct {
            uint8_t job;    /* enum run_job */
            uint8_t result; /* enum run_result */
            uint32_t id;
        } job;
        int value;
    };
};

/* The most actions that one event or one ready unit leads to; a smaller room is a broken contract (-EINVAL).
 */
#define ENGINE_MIN_ROOM 16

/* Entries of scratch that spreading a wish over @count units needs. */
#define ENGINE_STACK_ENTRIES(count) (2 * (size_t)(count))

struct engine {
    const struct udb *db; /* borrowed */
    struct runtab *table; /* borrowed, writable */
    /* Scratch for spreading a wish; borrowed. Nothing in it outlives a call. */
    uint32_t *stack;
    uint8_t *marks; /* all zero between calls */
    /* Actions collected by engine_event and engine_run for the caller; the caller empties it. */
    struct engine_action *actions;
    uint32_t n_actions;
    uint32_t room;
    uint32_t n_dropped; /* actions that found no room: always 0, or ENGINE_MIN_ROOM is wrong */
    uint32_t reissued;  /* units that engine_reissue is done with */
    uint64_t steps;     /* edges walked, units taken from the queue, heap moves: what the cost test counts */
};

/*
 * engine_init - tie an engine to a database, a table and its scratch
 * @stack: ENGINE_STACK_ENTRIES(udb_count).  @marks: udb_count entries, cleared here.  @actions: @room
 * entries. Context: start-up, after exec, after a reload. Allocates nothing; borrows all. Return: 0; -EINVAL
 * when the table is not this database's or the room is too small.
 */
int engine_init(struct engine *e, const struct udb *db, struct runtab *table, uint32_t *stack, uint8_t *marks,
                struct engine_action *actions, uint32_t room);

/*
 * engine_event - take one event at the time @now
 * Context: main loop. May leave actions, ENGINE_MIN_ROOM at most; what a wish means for other units waits in
 * the ready queue for engine_run. The caller performs the actions before it brings the next event. Return:
 * for wishes: the id of the job that was made (> 0; it may have ended already), 0 when there was nothing to
 * do, -ENOENT (unit not loaded; text in reason), -EPERM (refused: RefuseManual..., irreversible shutdown),
 * -EDEADLK (it requires what it conflicts with; text in reason), of a reload -EOPNOTSUPP (no ExecReload=) and
 * -ESRCH (does not run). For the other events 0; -EINVAL for an event that this state does not know, which is
 * logged. -EAGAIN: less than ENGINE_MIN_ROOM was free, nothing was taken.
 */
int engine_event(struct engine *e, const struct engine_event *ev, uint64_t now);

/*
 * engine_run - fire passed deadlines, execute what is possible
 * The caller performs the actions, feeds back the answers, sets n_actions to 0, and calls again while this is
 * true. Return: true while there is work left.
 */
bool engine_run(struct engine *e, uint64_t now);

/* engine_next_deadline - when engine_run must be called at the latest; USEC_INFINITY: not before an event. */
uint64_t engine_next_deadline(const struct engine *e) _pure_;

/*
 * engine_performed - the action was performed: a successor need not do it again
 * For KILL, CLEANUP and BOOT_DONE; of the others nothing has to be noted. Context: after the action is done, outside of
 * the engine's calls.
 */
void engine_performed(struct engine *e, const struct engine_action *a);

/*
 * Taking over a table after PID 1 died, hung or was executed anew, in this order:
 *
 *     runtab_open          0: use it; 1: format a new one and runtab_convert after the rollback; < 0: see below
 *     runundo_rollback     takes back the call of the engine that did not end
 *     engine_init
 *     engine_recover       records that contradict themselves are lost; derived data is made anew
 *     engine_rebuild       only if records were lost: with the processes that the kernel shows
 *     engine_reissue       until false, the actions performed each time: what was decided and perhaps not done
 *
 * A table that runtab_open refuses: runtab_format a fresh one, set boot_unit and boot_done, engine_init, engine_lose_all,
 * engine_rebuild; then it takes the old one's name (a converted one too), then engine_reissue. Dying anywhere in between
 * is no harm: the next one begins again.
 *
 * What the runtime owes for it. Events are delivered at least once: the source is emptied (the zombie reaped, the
 * notify message or the report taken off its socket, the timer's read) only after engine_event returned. A repeated
 * EXITED gets -EINVAL and means nothing; so do the others or they say the same again. RUN_SPAWNING is in the table before
 * the clone; the kernel writes the pid.
 */
struct engine_recovery {
    uint32_t n_lost;     /* records with RUN_LOST: engine_rebuild has to be called */
    uint32_t lost_unit;  /* the first of them, and why; valid when n_lost > 0 */
    const char *why;     /* static text */
    bool needs_boot;     /* ENGINE_EV_BOOT never came, or was not taken: bring it after engine_reissue */
};

/*
 * engine_recover - make sense of what an earlier self left
 * Return: 0; -EBADMSG: the goal makes no sense; -EEXIST: a unit's process is another's too; -ENOSPC as engine_adopt. Then
 * the table cannot be trusted either.
 */
int engine_recover(struct engine *e, struct engine_recovery *ret);

/*
 * engine_reissue - give again the actions that may not have been performed, and take in what the kernel did alone
 * A spawn whose process is in the table counts as answered, one without is asked for again; kills and clean-ups that are
 * due, the watch for emptiness, BOOT_DONE, FINAL. The caller performs the actions and brings their answers, but no other
 * events before this is over. Return: true while there is more.
 */
bool engine_reissue(struct engine *e, uint64_t now);

/* engine_lose_all - nothing is known of any unit (a fresh table for a machine that has been running). */
void engine_lose_all(struct engine *e);

/* A process that the kernel shows and that belongs to a unit (its cgroup, or an argument of pintle-run). */
struct engine_fact {
    uint32_t unit;
    pid_t pid;
    bool child;          /* of PID 1 */
    bool in_cgroup;      /* of the unit's own cgroup */
    uint64_t start_usec; /* CLOCK_MONOTONIC */
};

/*
 * engine_rebuild - what lost records (RUN_LOST) are, by what the kernel shows
 * A service with a process runs, or starts if it is a oneshot; one without is dead. The main process is the oldest child of
 * PID 1, or the oldest at all where there is none. What needs no process to be up (a
 * target, RemainAfterExit=) counts as up if the boot's unit pulls it in and boot_done is not 0. Jobs, results and counters of
 * lost records are gone; who waits for their jobs is told that they were canceled. Facts of other units are ignored.
 * A process that two units claim stays with the first. Return: 0; -ENOSPC as engine_adopt.
 */
int engine_rebuild(struct engine *e, const struct engine_fact *facts, uint32_t n_facts, uint64_t now);

/*
 * engine_check - recompute what is derived (n_wait, heap, queue, counters) and compare
 * For the simulation, the tests, and for a table that an earlier self left. O(edges).
 * Return: true; false with @ret_why (static text) and the unit.
 */
bool engine_check(const struct engine *e, const char **ret_why, uint32_t *ret_unit);

/*
 * engine_adopt - make anew what is derived, for records that an earlier self left, or from the table of another database
 * The timer heap, the ready queue, the pid index and the counters; what each job waits for in the (new) order.
 * Context: a reload, after engine_init; engine_recover does it itself; O(edges).
 * Return: 0; -EEXIST: a process is in two records; -ENOSPC when the pid index is too small, which its size excludes.
 */
int engine_adopt(struct engine *e);
