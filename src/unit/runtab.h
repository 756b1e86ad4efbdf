/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * runtab - the run table: all the changing state of PID 1, in one mapped file that survives exec.
 *
 * PID 1 maps it writable, everybody else (pintlectl status, list, wait) read-only, at no cost to PID 1. One
 * fixed-size record a unit, in the order of the unit database whose checksum the header names. The file is
 * preallocated, so a full /run cannot turn a write into SIGBUS. Records carry their size and only grow at the end.
 *
 * Invariants:
 *  - Only PID 1 writes, between runtab_begin and runtab_end, which make the record's sequence counter odd and
 *    even again. The one exception: the kernel itself stores a new child's pid into main_pid or control_pid
 *    (clone3, CLONE_PARENT_SETTID), so that no running service is ever missing, even when PID 1 dies in between.
 *  - PID 1 may die between any two stores. What the engine changes in one call it saves first (runundo.h), so a
 *    successor takes back a call that did not end. What the runtime changes (its fields are marked) is one word
 *    between begin and end, or words of which any part makes sense.
 *  - Derived, and made anew by a successor (engine_adopt): heap, pid index, ready queue, n_wait, next_ready, heap_pos,
 *    RUN_QUEUED, heap_count, n_jobs, n_failed. They change as single words outside of begin and end: a reader that is
 *    told of them too early or too late loses nothing.
 *  - A reader copies a record and takes the copy only if the counter was even and the same before and after.
 *  - The engine's own structures (ready queue, timer heap, pid index) are in the file too, as indices.
 *  - header.events counts rounds in which something changed; it is a futex that PID 1 wakes, so waiting for a
 *    unit needs no socket (FUTEX_WAIT works on a read-only shared mapping, kernel/futex: FUTEX_READ keys).
 */
#pragma once

#include <sys/types.h>

#include "udb.h"

#define RUNTAB_MAGIC   "PINTLERT"
#ifndef RUNTAB_VERSION
#define RUNTAB_VERSION 1
#endif
#define RUN_NONE       UINT32_MAX

/* Tests build a PID 1 of which everything that may grow has grown by so many bytes, and upgrade to it (tests/ns). */
#ifdef RUNTAB_TEST_GROW
#define RUNTAB_GROWN(factor) uint8_t grown[(factor) * RUNTAB_TEST_GROW];
#else
#define RUNTAB_GROWN(factor)
#endif

/* Every state: name here, SubState and ActiveState as systemd calls them (an API: Ansible, needrestart). */
#define RUN_STATES(X)                                                                                        \
    X(DEAD, "dead", INACTIVE)                                                                                \
    X(CONDITION, "condition", ACTIVATING)                                                                    \
    X(START_PRE, "start-pre", ACTIVATING)                                                                    \
    X(START, "start", ACTIVATING)                                                                            \
    X(START_POST, "start-post", ACTIVATING)                                                                  \
    X(RUNNING, "running", ACTIVE)                                                                            \
    X(EXITED, "exited", ACTIVE)                                                                              \
    X(REACHED, "active", ACTIVE) /* a target */                                                              \
    X(RELOAD, "reload", RELOADING)                                                                           \
    X(STOP, "stop", DEACTIVATING)                 /* ExecStop= lines */                                      \
    X(STOP_SIGTERM, "stop-sigterm", DEACTIVATING)                                                            \
    X(STOP_SIGKILL, "stop-sigkill", DEACTIVATING)                                                            \
    X(STOP_POST, "stop-post", DEACTIVATING)                                                                  \
    X(FINAL_SIGTERM, "final-sigterm", DEACTIVATING)                                                          \
    X(FINAL_SIGKILL, "final-sigkill", DEACTIVATING)                                                          \
    X(AUTO_RESTART, "auto-restart", ACTIVATING)   /* waits for RestartSec= */                                \
    X(FAILED, "failed", FAILED)

enum run_state {
#define X(id, sub, active) RUN_##id,
    RUN_STATES(X)
#undef X
        RUN_STATE_COUNT
};

enum run_active {
    RUN_ACTIVE_INACTIVE,
    RUN_ACTIVE_ACTIVATING,
    RUN_ACTIVE_ACTIVE,
    RUN_ACTIVE_RELOADING,
    RUN_ACTIVE_DEACTIVATING,
    RUN_ACTIVE_FAILED,
};

/* What is wished of a unit and not done yet. One at a time: a newer wish takes the place of an older one. */
enum run_job {
    RUN_JOB_NONE,
    RUN_JOB_START,
    RUN_JOB_STOP,
    RUN_JOB_RESTART, /* a stop that becomes a start when it is done */
    RUN_JOB_RELOAD,  /* ExecReload=; waits for nobody, nobody waits for it */
    RUN_JOB_COUNT
};

/* How a job or a service's last life ended. Names are systemd's Result= and job results. */
#define RUN_RESULTS(X)                                                                                       \
    X(SUCCESS, "success")                                                                                    \
    X(EXIT_CODE, "exit-code")                                                                                \
    X(SIGNAL, "signal")                                                                                      \
    X(CORE_DUMP, "core-dump")                                                                                \
    X(TIMEOUT, "timeout")                                                                                    \
    X(PROTOCOL, "protocol")      /* a notify service that ended before READY=1 */                            \
    X(START_LIMIT, "start-limit-hit")                                                                        \
    X(RESOURCES, "resources")    /* PID 1 could not make the process: reason says why */                     \
    X(EXEC, "exec")              /* the process could not become the program: reason says why */             \
    X(CONDITION, "exec-condition")                                                                           \
    X(DEPENDENCY, "dependency")  /* job: something that it requires failed */                                \
    X(CANCELED, "canceled")      /* job: a newer one took its place */                                       \
    X(SKIPPED, "skipped")        /* job: a condition was not met; counts as done */                          \
    X(NOT_LOADED, "not-loaded")  /* job: not found, masked or refused */                                     \
    X(WATCHDOG, "watchdog")

enum run_result {
#define X(id, name) RUN_RESULT_##id,
    RUN_RESULTS(X)
#undef X
        RUN_RESULT_COUNT
};

enum run_flags {
    RUN_QUEUED = 1 << 0,        /* in the ready queue */
    RUN_READY_SEEN = 1 << 1,    /* READY=1 came */
    RUN_STOPPING_SEEN = 1 << 2, /* STOPPING=1 came */
    RUN_MAIN_FOREIGN = 1 << 3,  /* main_pid came by MAINPID=, it is not PID 1's own child */
    RUN_IRREVERSIBLE = 1 << 4,  /* the job may not be replaced by one from outside (shutdown) */
    RUN_STOP_WISHED = 1 << 5,   /* the stop under way was asked for: no automatic restart */
    RUN_CONDITION_FAILED = 1 << 6, /* the last start was skipped by a condition */
    RUN_HAS_CGROUP = 1 << 7,
    RUN_KILLED = 1 << 8,        /* SIGKILL was sent in this stop */
    RUN_CONDITION_OK = 1 << 9,  /* conditions were judged and met for the start under way */
    RUN_SPAWNING = 1 << 10,     /* an action asked for a process; its answer has not come yet */
    RUN_JOB_BEGUN = 1 << 11,    /* the start or reload is being carried out, no longer waiting */
    RUN_REPORT = 1 << 12,       /* the end of job done_job_id is still to be told as an action */
    RUN_DEP_FAILED = 1 << 13,   /* something that the waiting start requires failed; reason names it */
    RUN_WATCHED = 1 << 14,      /* ENGINE_ACT_WATCH_EMPTY was asked, its answer is awaited */
    RUN_AUTO_START = 1 << 15,   /* the start under way is an automatic restart */
    RUN_MAIN_EXEC_FAILED = 1 << 16,    /* main_pid could not become its program: reason says why */
    RUN_CONTROL_EXEC_FAILED = 1 << 17, /* the same of control_pid */
    RUN_CLEANUP_DUE = 1 << 18, /* ENGINE_ACT_CLEANUP was asked and is not known to be done (engine_performed) */
    RUN_LOST = 1 << 19,        /* the record could not be trusted; what it is comes from the kernel (engine_rebuild) */
};

struct run_unit {
    uint32_t seq; /* odd while PID 1 writes */
    uint8_t state;  /* enum run_state */
    uint8_t job;    /* enum run_job */
    uint8_t result; /* enum run_result of the last life */
    uint8_t done_result; /* enum run_result of the job done_job_id */
    uint32_t flags;
    pid_t main_pid;    /* 0: none */
    pid_t control_pid; /* a start-pre, stop... line; 0: none */
    uint8_t exec_kind; /* enum udb_exec of control_pid, or of main_pid for a oneshot */
    uint8_t done_job; /* enum run_job: what done_job_id was */
    uint8_t kills_due;   /* ENGINE_ACT_KILL that were asked and are not known to be done (engine_performed) */
    uint8_t stop_signal; /* what the stop phase under way sends; 0: nothing */
    uint32_t exec_index; /* which line of that kind */
    int32_t exit_code;   /* si_code of the last main process (CLD_EXITED...), 0 before the first */
    int32_t exit_status; /* si_status */
    int32_t notify_fd;   /* runtime; -EBADF: none */
    uint32_t job_id;      /* of the job under way; 0: none */
    uint32_t done_job_id; /* the last job that ended (any id up to it has ended: run_job_ended) */
    uint32_t n_wait;      /* engine: how many other units' jobs this job has to wait for */
    uint32_t next_ready;  /* engine: ready queue link */
    uint32_t heap_pos;    /* engine: place in the timer heap; RUN_NONE when there is no deadline */
    uint32_t n_restarts;  /* automatic ones since the last start that was asked for */
    uint32_t limit_count;
    uint64_t limit_begin_usec;
    uint64_t deadline_usec; /* CLOCK_MONOTONIC; USEC_INFINITY: none */
    /* Stamps, CLOCK_MONOTONIC usec, 0: never. */
    uint64_t job_usec;      /* the job was installed */
    uint64_t start_usec;    /* the first process of this life was asked for (all ordering waited out) */
    uint64_t active_usec;   /* became active */
    uint64_t stop_usec;     /* began to stop */
    uint64_t inactive_usec; /* became inactive or failed */
    uint64_t main_start_usec; /* main_pid was made */
    /* Runtime: the process groups (also sessions) of the last main and control process: what is killed and watched for
     * emptiness where there are no cgroups. They outlive their leaders: a group's number is not given away while it lives. */
    pid_t main_group;
    pid_t control_group;
    /* How often OnFailure= was set off lately: two units that fail into each other must not spin. */
    uint64_t hook_begin_usec;
    uint32_t hook_count;
    uint32_t reserved;
    uint64_t undo; /* runundo: the call that saved this record last */
    int32_t report_fd[2]; /* runtime: reading ends of pintle-exec's reports, [0] control, [1] main; -EBADF: none */
    RUNTAB_GROWN(3)
};

#define RUN_UNIT_FIRST 168 /* bytes that every record has, whoever wrote it */
_Static_assert(sizeof(struct run_unit) >= RUN_UNIT_FIRST && sizeof(struct run_unit) % 8 == 0, "records only grow");

/* Texts, in an array of their own: pages that nobody wrote cost PID 1 nothing. Under the unit's seq. */
#define RUN_STATUS_TEXT 96
#define RUN_REASON_TEXT 160
struct run_text {
    char status[RUN_STATUS_TEXT]; /* STATUS= of the notify protocol */
    char reason[RUN_REASON_TEXT]; /* why it failed, for a person */
    RUNTAB_GROWN(8)
};

#define RUN_TEXT_FIRST 256
_Static_assert(sizeof(struct run_text) >= RUN_TEXT_FIRST && sizeof(struct run_text) % 8 == 0, "texts only grow");

struct runtab_header {
    /* Never changes, and the checksum is over it. */
    char magic[8];
    uint32_t version;
    uint32_t header_size;
    uint64_t size;
    uint64_t db_checksum; /* the database whose units these are */
    uint32_t count;
    uint32_t unit_size; /* sizeof(struct run_unit) of the writer */
    uint64_t units_offset;
    uint32_t text_size;
    uint32_t pid_room; /* power of two */
    uint64_t texts_offset;
    uint64_t heap_offset;  /* u32[count]: the timer heap, unit indices */
    uint64_t pids_offset;  /* struct run_pid[pid_room]: open addressing, pid -> unit */
    uint64_t undo_offset;  /* what a call of the engine changes, as it was before (runundo.h) */
    uint64_t undo_size;
    uint64_t checksum;

    uint32_t events;       /* futex: counts rounds in which something changed */
    uint32_t superseded;   /* 1: a reload made a newer table; readers open the path again */
    uint32_t heap_count;
    uint32_t ready_head, ready_tail; /* FIFO of unit indices; RUN_NONE: empty */
    uint32_t last_job_id;  /* only grows */
    uint32_t n_jobs;       /* jobs under way */
    uint32_t n_failed;     /* units in the state failed */
    uint64_t undo_call;    /* runundo: counts calls of the engine that changed something */
    uint64_t undo_goal;    /* runundo: the call that saved the goal last */
    uint32_t undo_used;    /* runundo: bytes; not 0: a call is under way, or was when PID 1 died */

    /* The goal, under undo, from here to the next comment. */
    uint32_t boot_unit;    /* what this boot is to reach */
    uint32_t final_unit;   /* the poweroff.target or the like that was asked for; RUN_NONE while running */
    uint32_t boot_done;    /* enum: 0 under way, 1 reached, 2 failed (emergency) */
    uint32_t final_kind;   /* enum udb_final: how the machine goes down; 0 while running */
    uint32_t final_said;   /* 1: every unit is down, ENGINE_ACT_FINAL was given */
    uint32_t boot_due;     /* 1: ENGINE_ACT_BOOT_DONE was asked and is not known to be done (engine_performed) */
    uint32_t boot_due_unit, boot_due_result; /* what it says */
    uint32_t reserved;
    uint64_t t_boot_done;  /* the boot's target was reached or given up */

    /* Runtime. The boot's time line, CLOCK_MONOTONIC usec. */
    uint64_t t_stage2;     /* first instruction of stage two's main */
    uint64_t t_early;      /* file systems, console, host name are done */
    uint64_t t_compiled;   /* the unit database is there */
    uint64_t freed_bytes;  /* the ramdisk: given back */
    uint64_t image_bytes;  /* the ramdisk: held */
    uint64_t seed[2];       /* random, of this boot: INVOCATION_ID is made from it and start_usec */
    uint32_t notify_serial; /* names of notify sockets given out so far */
    uint32_t safe;          /* 1: PID 1 crashed too often and starts nothing by itself (safe mode) */
    uint32_t n_faults, n_hangs, n_reexecs; /* of PID 1, since the machine began */
    uint32_t reserved2;
    RUNTAB_GROWN(2)
};

/* Whoever reads a field behind these looks at header_size first. */
#define RUNTAB_HEADER_FIRST 256
_Static_assert(sizeof(struct runtab_header) >= RUNTAB_HEADER_FIRST, "the header only grows");

struct run_pid {
    pid_t pid;     /* 0: free */
    uint32_t unit; /* index */
};

/* What each entry of the undo log begins with; what was there before follows. */
struct run_undo {
    uint32_t what; /* enum run_undo_what */
    uint32_t unit;
};

enum run_undo_what { RUN_UNDO_UNIT = 1, RUN_UNDO_TEXT, RUN_UNDO_GOAL };

#define RUN_GOAL_OFFSET offsetof(struct runtab_header, boot_unit)
#define RUN_GOAL_SIZE   (offsetof(struct runtab_header, t_stage2) - RUN_GOAL_OFFSET)

/*
 * A mapped table. PID 1's is writable. Where its parts lie is kept as it was checked: a stray write into the header
 * leads neither PID 1 nor a reader outside of the file.
 */
struct runtab {
    struct runtab_header *header;
    uint8_t *data;
    size_t size;
    uint64_t units_offset, texts_offset, heap_offset, pids_offset;
    uint32_t unit_size, text_size, pid_room;
};

/* runtab_size - how large the file for @count units must be. */
size_t runtab_size(uint32_t count) _const_;

/*
 * runtab_format - write an empty table: every unit dead, nothing queued
 * @data: runtab_size(count) bytes, zeroed, 8-aligned; borrowed.
 */
void runtab_format(void *data, uint32_t count, uint64_t db_checksum, struct runtab *ret_table);

/* runtab_format_unit - one record as runtab_format leaves it; its sequence counter is kept. */
void runtab_format_unit(struct run_unit *u);

/* runtab_goal_is_sound - whether the header's indices and enums are in their ranges. */
bool runtab_goal_is_sound(const struct runtab *t) _pure_;

/* runtab_undo_length - how many bytes follow an entry of the undo log; 0: no such entry. */
uint32_t runtab_undo_length(const struct runtab *t, const struct run_undo *entry) _pure_;

/*
 * runtab_open - check a table that an earlier self left (or another version, or a stranger)
 *
 * What does not change has a checksum; the undo log is compared with its room, and the goal with its ranges (when a
 * call is to be taken back, that is for engine_recover to do after it). Derived data is not looked at: engine_adopt makes it anew. Records are looked at by engine_recover.
 * Return: 0; 1: good, but written with other sizes of header, record or text: only runundo_rollback and runtab_convert
 * may have it; -EBADMSG: cannot be trusted (make a fresh one: engine_rebuild); -EPROTONOSUPPORT.
 */
int runtab_open(void *data, size_t size, struct runtab *ret_table);

/*
 * runtab_convert - carry a table over into this version's layout
 * @from: opened by runtab_open, and rolled back.  @to: runtab_format'ed, of the same database.
 * Records grow and shrink at their end alone: what this version does not know is dropped, what the writer did not
 * know is as runtab_format leaves it. Derived data is not copied: engine_recover makes it.
 * Return: 0; -EINVAL when they are not of the same database.
 */
int runtab_convert(const struct runtab *from, struct runtab *to);

/*
 * runtab_open_reader - check what does not change while PID 1 runs: magic, version, checksum, sizes and offsets
 * For a mapping that PID 1 writes to meanwhile. Indices and enums inside the records are not looked at: they may be
 * half-written at any time, so a reader takes a record by runtab_read and compares each index before it uses it.
 * Return: 0; -EBADMSG; -EPROTONOSUPPORT.
 */
int runtab_open_reader(void *data, size_t size, struct runtab *ret_table);

static inline struct run_unit *runtab_unit(const struct runtab *t, uint32_t i)
{
    return (struct run_unit *)(t->data + t->units_offset + (uint64_t)i * t->unit_size);
}

static inline struct run_text *runtab_text(const struct runtab *t, uint32_t i)
{
    return (struct run_text *)(t->data + t->texts_offset + (uint64_t)i * t->text_size);
}

static inline uint32_t *runtab_heap(const struct runtab *t)
{
    return (uint32_t *)(t->data + t->heap_offset);
}

/* runtab_begin, runtab_end - around every change of a record by PID 1; they do not nest. */
static inline void runtab_begin(struct run_unit *u)
{
    __atomic_store_n(&u->seq, u->seq + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE); /* the odd counter is seen before any field changes */
}

static inline void runtab_end(struct run_unit *u)
{
    __atomic_store_n(&u->seq, u->seq + 1, __ATOMIC_RELEASE);
}

#define RUN_JOB_ID_MAX INT32_MAX /* behind it comes 1 again */

/* run_job_ended - whether the job @id of this unit has ended, in whatever way. By distance, because ids wrap. */
static inline bool run_job_ended(const struct run_unit *u, uint32_t id)
{
    return u->job_id != id && u->done_job_id != 0 &&
           ((u->done_job_id - id) & RUN_JOB_ID_MAX) <= RUN_JOB_ID_MAX / 2;
}

/*
 * runtab_read - a consistent copy of a unit's record and texts, for readers
 * @ret_text: may be NULL. Spins while PID 1 writes (nanoseconds); gives up after a bounded number of tries,
 * which happens only when PID 1 died in the middle.
 * A record of an older writer is smaller: what it does not have is zero, and the descriptors -EBADF.
 * Return: 0; -EAGAIN: the copy may be torn.
 */
int runtab_read(const struct runtab *t, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text);

/* The pid index. runtab_pid_add: -ENOSPC when full (pid_room is 4 times the number of units). */
int runtab_pid_add(struct runtab *t, pid_t pid, uint32_t unit);
uint32_t runtab_pid_find(const struct runtab *t, pid_t pid) _pure_; /* the unit, or RUN_NONE */
void runtab_pid_remove(struct runtab *t, pid_t pid);
void runtab_pid_clear(struct runtab *t);
uint32_t runtab_pid_count(const struct runtab *t) _pure_; /* for checks: O(pid_room) */

const char *run_state_name(enum run_state s) _const_;       /* "stop-sigterm" */
enum run_active run_state_active(enum run_state s) _const_;
const char *run_active_name(enum run_active a) _const_;     /* "deactivating" */
const char *run_job_name(enum run_job j) _const_;           /* "start" */
const char *run_result_name(enum run_result r) _const_;     /* "exit-code" */
