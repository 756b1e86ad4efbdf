/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client - asks PID 1 to change something, and waits until it has.
 *
 * A request is one datagram to the control socket; waiting needs no socket: the run table's event counter is a futex
 * that PID 1 wakes. Between a request and its end PID 1 may reload, or crash and carry on: the jobs are followed by
 * the unit's name and the job's number.
 */
#pragma once

#include "control.h"
#include "ctl.h"

/*
 * client_request - send one request and take the answer
 * @unit: index in ctl.view; UDB_NONE for a request without one.
 * A database that PID 1 has replaced meanwhile (-ESTALE) is mapped again and the unit found again by @name.
 * Context: blocks until PID 1 answers, 30 seconds at most.
 * Return: 0 when PID 1 answered (ret_answer.error says what); -EACCES when this is not root; -ECONNREFUSED or -ENOENT when
 * nobody listens; -ETIMEDOUT.
 */
int client_request(struct ctl *ctl, enum control_op op, const char *name, uint32_t unit, uint32_t flags,
                   struct control_answer *ret_answer);

/* client_explain - say on the log why a request could not be made. Return: @error. */
int client_explain(const struct ctl *ctl, int error);

struct client_job {
    const char *name; /* borrowed */
    uint32_t unit;
    uint32_t id;
    bool done;
    bool vanished;          /* the unit is gone from the database: its end is not known */
    enum run_result result; /* when done */
};

/*
 * client_wait_jobs - sleep until all of @jobs have ended
 * On a terminal says, from the second second on, what is waited for and how much longer.
 * Return: 0; -ETIMEDOUT after ctl.opt.timeout_usec; another -errno when the state cannot be mapped any more.
 */
int client_wait_jobs(struct ctl *ctl, struct client_job *jobs, size_t n);

/*
 * client_wait_until - sleep until @is_done says so
 * @is_done: called after each change, with ctl.view mapped; > 0 ends the wait, < 0 fails it.
 * @progress: writes a line for a terminal; may be NULL.
 * Return: what @is_done returned last; -ETIMEDOUT.
 */
typedef int (*client_done_fn)(struct ctl *ctl, void *arg);
typedef void (*client_progress_fn)(struct ctl *ctl, void *arg, char *buf, size_t size);
int client_wait_until(struct ctl *ctl, client_done_fn is_done, client_progress_fn progress, void *arg);
