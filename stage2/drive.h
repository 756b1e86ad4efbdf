/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drive - the one way into the engine and out of it: events in, actions performed, answers back in.
 *
 * Each round of the loop ends in drive_pump, which does a bounded amount of work; what is left over is done in
 * the next round, after the sources have been served, so that a thousand starts do not keep a stop waiting.
 */
#pragma once

#include "stage2.h"

/*
 * drive_event - give the engine one event, stamped with the time of now, and perform what it asks for
 * What it brings to other units waits for drive_pump. May be called while an action is performed (its answer).
 * Return: what engine_event returns; -ENOENT without units.
 */
int drive_event(struct stage2 *s, const struct engine_event *ev);

/* drive_perform - perform an action that had been put off. */
void drive_perform(struct stage2 *s, const struct engine_action *a);

/* drive_pump - perform actions and let the engine go on, up to a bound; then wake the readers of the table. */
void drive_pump(struct stage2 *s);

/*
 * drive_reissue - after an exec: do what a predecessor's engine had decided and what may not have been done
 * Context: everything else has been found again, no event has been told yet.
 */
void drive_reissue(struct stage2 *s);

/* drive_deadline - when the loop has to come back at the latest. */
uint64_t drive_deadline(const struct stage2 *s);

/* drive_boot - tell the engine what this boot is to reach. */
void drive_boot(struct stage2 *s);

/* drive_final - start the final unit of a kind; without units or without that unit go down at once. */
int drive_final(struct stage2 *s, enum udb_final final);
