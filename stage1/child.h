/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * child - the processes that do what can block or crash, and the one place of stage one that reaps.
 *
 * Loading a module, reading a disk, checking and mounting a file system can all hang for as long as the
 * hardware likes. Each runs in a child that sends what it found in packets through a pipe; the main loop goes
 * on meanwhile, and a child that never comes back is named in the waiting line and holds up nobody.
 *
 * Owns: the signalfd for SIGCHLD, the pipes, the list of running children. PID 1 is also given every orphan:
 * those are reaped here and forgotten.
 */
#pragma once

#include <limits.h>
#include <sys/types.h>

#include "loop.h"
#include "util.h"

#define CHILD_PACKET_MAX PIPE_BUF /* one write(2) of a child arrives as one packet, never mixed or cut */
#define CHILD_WHAT_MAX   96

/*
 * child_fn - what the child does; its return value is the exit status (0 to 255)
 * It may allocate and block. It writes packets to @out_fd and must not return to the loop.
 */
typedef int (*child_fn)(void *data, int out_fd);
/* child_packet_fn - called in the main loop for each packet, in order, before child_exit_fn. */
typedef void (*child_packet_fn)(void *data, const void *packet, size_t size);
/* child_exit_fn - @status as from waitpid(2). The child is gone from the list already. */
typedef void (*child_exit_fn)(void *data, int status);

struct child_job {
    const char *what; /* borrowed for the call: what it is at, for a person: "loading 'virtio_pci'" */
    child_fn run;
    child_packet_fn packet; /* may be NULL */
    child_exit_fn exit;     /* may be NULL */
    void *data;             /* given to all three; borrowed until the child is reaped */
};

struct child {
    struct child *next;
    pid_t pid;
    int fd;           /* owned: reading end of its pipe; -EBADF once it was closed */
    loop_id source;
    uint64_t since;   /* CLOCK_MONOTONIC: when it began what it is at */
    bool abandoned;   /* nobody waits for it: no more callbacks */
    bool service;     /* runs for as long as it is wanted: nobody waits for its end */
    char what[CHILD_WHAT_MAX];
    child_packet_fn packet;
    child_exit_fn exit;
    void *data;
    struct children *all;
};

struct children {
    struct loop *loop; /* borrowed */
    struct child *first;
    int signal_fd; /* owned */
    loop_id source;
    unsigned n;       /* running and not abandoned */
    unsigned started; /* ever */
};

/* children_init - block SIGCHLD and watch for it. Return: 0; -errno. */
int children_init(struct children *c, struct loop *loop);

/* children_done - forget all children (they run on), close everything, unblock SIGCHLD. */
void children_done(struct children *c);

/*
 * child_start - fork and run a job
 * @ret_pid: may be NULL.
 * Return: 0; -errno when it cannot be started (then no callback comes).
 */
int child_start(struct children *c, const struct child_job *job, pid_t *ret_pid);

/* child_set_what - it goes on to something else: the text and the clock of the waiting line change. */
void child_set_what(struct children *c, pid_t pid, const char *what);

/* child_set_service - it is meant to go on running: no reason for a waiting line. */
void child_set_service(struct children *c, pid_t pid);

/* child_abandon - kill it and call back no more; one that hangs in the kernel stays until it can die. */
void child_abandon(struct children *c, pid_t pid);

/*
 * child_eldest - the running child that has been at one thing for the longest time, for the waiting line
 * Return: borrowed, valid until the loop runs again; NULL when none runs.
 */
const struct child *child_eldest(const struct children *c) _pure_;

/*
 * child_exec - the usual body of a child that becomes another program
 * Resets the signal mask and execs. Return: only on failure: 126 or 127 as a shell does.
 */
int child_exec(char *const argv[]);
