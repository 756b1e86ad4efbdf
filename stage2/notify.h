/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify - readiness and status as sd_notify(3) sends them, on one datagram socket a unit.
 *
 * A message is attributed by the socket it came in on, so it counts even when its sender is gone. Of descriptors that
 * ride along none is ever installed: there is room for the credentials alone, and the kernel drops the rest.
 */
#pragma once

#include "stage2.h"

#define NOTIFY_PATH_MAX 64
#define NOTIFY_MAX      4096 /* bytes a datagram; a larger one is dropped */

/* notify_open - make the unit's socket and listen. Return: 0; -errno. */
int notify_open(struct stage2 *s, uint32_t unit);
/* notify_carry_on - after an exec: listen again on the record's socket, if it is one. Return: whether it is. */
bool notify_carry_on(struct stage2 *s, uint32_t unit);
/*
 * notify_find - give the units whose records are lost and that run the sockets that they were given
 * A predecessor's sockets are open still; which is whose stands in the main process's environment. Names that are taken
 * are not given again. notify_carry_on is due afterwards.
 */
void notify_find(struct stage2 *s);
void notify_close(struct stage2 *s, uint32_t unit);

/* notify_move - the unit has another number after a reload. */
void notify_move(struct stage2 *s, uint32_t unit, const struct unit_rt *old);

/* notify_path - where a notify socket is bound. Return: 0; -errno. */
int notify_path(int fd, char *buf, size_t size);

/*
 * notify_drain - take what has come, up to a bound
 * Called by the loop, and by the reaper before it tells of an exit: READY=1 comes before its sender's end.
 */
void notify_drain(struct stage2 *s, uint32_t unit);

struct notify_message {
    uint32_t set; /* enum engine_notify */
    pid_t main_pid;
    uint64_t extend_usec;
    char status[RUN_STATUS_TEXT]; /* control bytes are '?', cut at a whole UTF-8 character */
};

/*
 * notify_parse - one datagram, strictly: lines NAME=VALUE, no NUL but at the very end; what is not known or has a bad
 * value is left out
 * Return: 0; -EBADMSG when the whole datagram is to be dropped.
 */
int notify_parse(const char *data, size_t size, struct notify_message *ret_message);
