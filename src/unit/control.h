/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * control - what pintlectl may say to PID 1, and what comes back.
 *
 * A SOCK_SEQPACKET socket at PATH_CONTROL, mode 0600; PID 1 also checks SO_PEERCRED for uid 0. One datagram is one
 * request, one record (base/record.h); one record comes back; then the connection is closed by PID 1. PID 1 never
 * parses text: the client finds the unit in the database that it has mapped and sends its index, together with
 * the database's checksum; if PID 1 has another database by now it answers -ESTALE and the client maps again.
 *
 * Waiting for a job is the client's own business: it reads done_job_id in the run table and sleeps on the futex.
 */
#pragma once

#include "record.h"
#include "udb.h"

#define CONTROL_MAX 512 /* bytes a message, both ways */

enum control_tag {
    CONTROL_OP = 1,      /* u32: enum control_op */
    CONTROL_UNIT = 2,    /* u32: unit index */
    CONTROL_DB = 3,      /* u64: checksum of the database that the index belongs to */
    CONTROL_FLAGS = 4,   /* u32: enum control_flags */

    CONTROL_ERROR = 20,  /* u32: 0, or a positive errno */
    CONTROL_JOB = 21,    /* u32: id of the job that was made; 0 when there was nothing to do */
    CONTROL_MESSAGE = 22 /* text for a person, on an error */
};

enum control_op {
    CONTROL_OP_START = 1,
    CONTROL_OP_STOP,
    CONTROL_OP_RESTART,
    CONTROL_OP_TRY_RESTART,
    CONTROL_OP_RELOAD,
    CONTROL_OP_RESET_FAILED,
    CONTROL_OP_ISOLATE,
    CONTROL_OP_FINAL,         /* start the final unit given by CONTROL_FLAGS >> 8 (enum udb_final) */
    CONTROL_OP_FINAL_NOW,     /* the same without stopping services in order: kill, unmount, go (--force) */
    CONTROL_OP_DAEMON_RELOAD, /* compile the unit files again and take the new database */
    CONTROL_OP_PING,
    CONTROL_OP_DAEMON_REEXEC, /* execute what lies at PID 1's path now; answered before that happens */
};

enum control_flags {
    CONTROL_FLAG_IRREVERSIBLE = 1 << 0,
};

/* What was sent, taken apart. Nothing in it has been compared with a database yet. */
struct control_request {
    uint32_t op;    /* enum control_op, or a newer client's */
    uint32_t unit;  /* UDB_NONE: none */
    uint64_t db;
    uint32_t flags;
};

struct control_answer {
    int error;    /* 0, or a negative errno from PID 1 */
    uint32_t job; /* 0: there was nothing to do */
    char message[256];
};

/* control_parse_request - Return: 0; -EBADMSG for what is no record, or names no operation. */
int control_parse_request(const void *data, size_t size, struct control_request *ret);

/* control_parse_answer - Return: 0; -EBADMSG for what is no record, or says nothing of an error. */
int control_parse_answer(const void *data, size_t size, struct control_answer *ret);
