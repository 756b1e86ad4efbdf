/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keep - what PID 1 must know again after an exec of itself and what no unit's record holds: which descriptors are the
 * database and the run table, its helpers, how far it is on the way up or down, and why the exec came.
 *
 * It lies in a memfd, mapped for as long as PID 1 lives; the successor is told the descriptor's number (--carry-on=FD)
 * and maps the same bytes. So nothing is written for an exec: a PID 1 that crashes has saved everything already.
 *
 * Invariants:
 *  - Every change that must not be seen half done is one aligned store (keep_files, a pid, a phase).
 *  - The reader trusts nothing: numbers are checked against limits, descriptors by what they are (carry.c).
 *  - Fields are only added at the end; @size says how many the writer knew, the rest reads as zero.
 */
#pragma once

#include <sys/types.h>

#include "util.h"

#define KEEP_VERSION     1
#define KEEP_HELPERS     32
#define KEEP_CRASHES     5 /* this many within KEEP_CRASH_SPAN end in safe mode */
#define KEEP_CRASH_SPAN  (10 * USEC_PER_SEC)

/* As RUNTAB_TEST_GROW of runtab.h. */
#ifdef KEEP_TEST_GROW
#define KEEP_GROWN uint8_t grown[KEEP_TEST_GROW];
#else
#define KEEP_GROWN
#endif

enum keep_stage {
    KEEP_STARTING, /* the steps before the loop: each looks whether it is done already */
    KEEP_RUNNING,
};

/* Why the successor runs. */
enum keep_why {
    KEEP_WHY_NONE,
    KEEP_WHY_FAULT,  /* a signal: fault_* say more */
    KEEP_WHY_HANG,   /* a round of the loop did not end */
    KEEP_WHY_REEXEC, /* somebody asked */
};

/* The pair is one word: the unit database and the run table that belong together. */
union keep_files {
    struct {
        int32_t db_fd, table_fd; /* -1: none */
    };
    uint64_t both;
};

struct keep_helper {
    pid_t pid;         /* 0: free; written by the kernel before the process runs */
    uint32_t kind;     /* enum helper_kind */
    uint32_t unit;     /* what it works for; RUN_NONE */
    uint32_t timed_out;
    uint64_t deadline_usec;
};

struct keep {
    char magic[8];
    uint32_t version;
    uint32_t size;
    uint32_t stage; /* enum keep_stage */
    uint32_t why;   /* enum keep_why; written last, by who execs */
    int32_t fault_signal, fault_code;
    uint64_t fault_address, fault_ip;
    uint64_t exec_usec; /* CLOCK_MONOTONIC: when that was */
    /* Counted by the successor. */
    uint32_t n_faults, n_hangs, n_reexecs;
    uint32_t safe; /* 1: safe mode */
    uint64_t crash_usec[KEEP_CRASHES]; /* the latest, a ring */
    union keep_files files;
    int32_t control_fd;   /* the control socket; -1: none */
    int32_t release_fd;   /* what the helper that releases the ramdisk says; -1: none */
    uint32_t reload;      /* enum reload_phase */
    uint32_t shell;       /* 1: a person is to have the emergency shell */
    uint64_t t_start, t_early, freed_bytes, image_bytes;
    /* The way down (down.c). */
    uint32_t down_phase, down_final;
    int32_t down_status;
    uint32_t log_level;
    uint64_t down_deadline;
    /* The ramdisk that is still to be let go of (takeover.h). */
    uint32_t old_kind;
    int32_t old_fd;
    uint64_t old_dev;
    char old_path[256];
    struct keep_helper helpers[KEEP_HELPERS];
    uint32_t lost; /* 1: units ran, and what was known of them is gone: what is mapped next is filled from the kernel */
    int32_t watchdog_fd; /* 0: none (watchdog.c) */
    uint64_t watchdog_usec; /* within which it must be fed */
    KEEP_GROWN
};

/* PID 1's, always mapped: where there is no memory for a memfd it is private, and an exec begins anew. */
extern struct keep *keep;

#define KEEP_FD_FIRST 64 /* its descriptor lies out of the way of those that have fixed numbers */

/* keep_init - make an empty one. Context: start-up, before anything is kept. Return: its descriptor; -errno. */
int keep_init(void);

/*
 * keep_open - map the one a predecessor left
 * @fd: its descriptor, inherited.   Return: 0; -EBADMSG when it is none; -EPROTONOSUPPORT; -errno. keep_init is due then.
 */
int keep_open(int fd);

/* keep_check - whether @size bytes are a keep that this version can take over. Return: 0; -EBADMSG; -EPROTONOSUPPORT. */
int keep_check(const void *data, size_t size);

/* keep_set_files - from now on these two belong together and are PID 1's. One store. */
void keep_set_files(int db_fd, int table_fd);

/* keep_inheritable - let a descriptor survive an exec of PID 1; children close it (childsetup.c). */
int keep_inheritable(int fd);
