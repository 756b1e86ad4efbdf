/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * runundo - the run table's undo log: a call of the engine happens whole or not at all
 *
 * A log of (where, how much, what was there before), inside the table. The engine saves a record, a text or the goal
 * before it changes it for the first time in a call; runundo_commit at the end of the call empties the log by one store.
 * A successor that finds the log not empty copies everything back: the call never happened. Its event comes
 * again, because the runtime empties the event's source only after the call.
 *
 * Invariants:
 *  - An entry is complete before undo_used covers it, and covered before what it saves changes.
 *  - Each record, text and the goal is saved at most once a call, so the log has room for all of them once.
 *  - Derived data (runtab.h) is not saved.
 *  - Rolling back may itself be interrupted and begun again.
 *  - The log begins behind the header: what a common event needs of it lies in the header's own page.
 */
#pragma once

#include "runtab.h"

void runundo_save_unit(struct runtab *t, uint32_t unit);
void runundo_save_text(struct runtab *t, uint32_t unit);
void runundo_save_goal(struct runtab *t);
void runundo_commit(struct runtab *t);

/*
 * runundo_rollback - take back what an earlier self had begun and not ended
 * Also makes the counters of half-written records even, so that readers go on. For a table that runtab_open accepted (also as
 * 1), whose writer is gone. Return: the number of things taken back or found half-written.
 */
uint32_t runundo_rollback(struct runtab *t);
