/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stage2 - what the files of PID 1 share: one structure, and the path of an event through them.
 *
 *     signals, reap, notify, report, controlsock, cgroup    events from the kernel and from people
 *         -> drive_event -> engine (pure) -> actions -> drive_pump
 *         -> spawn, cgroup, notify, logline, console, down  what is done about them
 *         -> answers, which are events again
 *
 * Reading order: main, duties, takeover, state, drive, spawn, spawnslot, childsetup, reap, then the rest.
 *
 * Invariants:
 *  - PID 1 never exits, aborts, asserts or sleeps; what can block or parse runs in a child (helper.h).
 *  - Nothing is allocated after the units are mapped, but for a reload, which may fail and then changes nothing.
 *  - All signals are blocked, for good; they come through one signalfd.
 *  - Descriptors 0 to 4 have fixed meanings (0 to 2, execproto.h), all others are above them and close-on-exec, so that a
 *    child can share the descriptor table and keep the low ones alone: its cost does not grow with PID 1's.
 */
#pragma once

#include "engine.h"
#include "execproto.h"
#include "loop.h"

/* EXECPROTO_FD_DB and EXECPROTO_FD_REPORT are /dev/null while there is nothing to put there. */
#define STAGE2_FD_FIRST 5 /* what a child never sees */

/*
 * Sources: five of PID 1's own, its helpers' timers, the control clients, and up to four a unit. Memory that no source
 * ever used is never touched, so this costs nothing.
 */
#define STAGE2_LOOP_ROOM 131072

#define STAGE2_CONSOLE "/dev/console"

/* What the runtime keeps of each unit beside the run table: things that a successor makes again by itself. */
struct unit_rt {
    loop_id notify_id; /* 0: none, as everywhere here */
    loop_id watch_id;  /* the cgroup's events file */
    int watch_fd;      /* valid while watch_id != 0 */
    bool watching;     /* the engine waits for ENGINE_EV_EMPTY */
    bool in_list;      /* of those that are watched without a cgroup; watch_next is valid */
    uint32_t watch_next;
    bool cleaning;     /* a helper removes what the last life left, or waits for its turn to */
    bool has_deferred; /* the action that waits for it */
    uint32_t cleanup_next;
    struct engine_action deferred;
    struct {
        loop_id id;
        int fd;
        pid_t pid;
    } report[2]; /* of pintle-exec: [0] the control process, [1] the main process */
};

/* Of a boot's command line and environment: flags that main sets once. */
struct stage2_options {
    const char *unit_path;  /* --unit-path=DIR:DIR, for tests and pintle-run; NULL: the system's */
    const char *target;     /* --target=UNIT: what to reach instead of the database's default */
    const char *libexecdir; /* where the helpers are: PINTLE_LIBEXEC or what was configured */
    bool no_cgroups;        /* --no-cgroups */
    bool debug;        /* --debug */
    bool no_safe_mode; /* --no-safe-mode, for tests that crash PID 1 as often as they can */
};

struct stage2 {
    struct stage2_options options;
    struct loop loop;
    struct engine engine;
    struct udb db;       /* data is NULL before the first one */
    struct runtab table;
    struct unit_rt *rt;  /* udb_count entries */
    bool container;
    bool kmsg;           /* services and PID 1 write to the kernel's log */
    bool share_fds;      /* close_range(CLOSE_RANGE_UNSHARE) works */
    bool has_units;      /* a database and a table are mapped, and the engine works on them */
    bool safe;           /* safe mode: they are mapped, but the engine is not asked (safemode.h) */
    int keep_fd;         /* of the keep; negative: there is none */
    bool reap_left;      /* more children have ended than one round takes */
    bool childless;      /* at the last reaping no process was left but kernel threads: all descend from PID 1 */
    bool work_left;      /* a bounded round ended before its work did: the next one does not wait */
    bool changed;        /* readers who sleep on the table's futex are woken at the end of the round */
};

/* PID 1 is one. Loop callbacks of a unit's sources carry the unit's number as their data and find the rest here. */
extern struct stage2 stage2;

static inline void *stage2_unit_data(uint32_t unit)
{
    return (void *)(uintptr_t)unit;
}

static inline uint32_t stage2_data_unit(void *data)
{
    return (uint32_t)(uintptr_t)data;
}
