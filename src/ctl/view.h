/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * view - PID 1's run table and unit database, mapped read-only beside the running PID 1.
 *
 * Reading costs PID 1 nothing: no message, no wake-up. The header's sizes are checked once, when the table is
 * mapped; after that PID 1 goes on writing to it, so every record is copied under its sequence counter and every
 * index taken out of it is compared before use. Whatever the bytes of a record, nothing here reads outside of the maps.
 */
#pragma once

#include "runtab.h"

struct view {
    const void *db_map; /* owned mapping; NULL in a view made by view_borrow */
    size_t db_map_size;
    void *table_map;
    size_t table_map_size;
    uint64_t table_inode; /* of the file that was mapped */
    struct udb db;
    struct runtab table;
};

/*
 * view_open - map both files below @dir and check that they belong together
 * While a reload puts new files in place the two may not match for a moment: waits for the directory to change,
 * two seconds at most.
 * @ret_why: static text on -EBADMSG and -ESTALE; may be NULL.
 * Return: 0; -ENOENT when pintle does not run here; -ESTALE when the two never matched; another -errno.
 */
int view_open(struct view *v, const char *dir, const char **ret_why);

/* view_borrow - a view of a table and a database in memory, for tests. Return: 0; -EBADMSG; -ESTALE. */
int view_borrow(struct view *v, const void *db, size_t db_size, void *table, size_t table_size);

void view_close(struct view *v);

/* view_superseded - whether a reload has put another table in this one's place. */
bool view_superseded(const struct view *v);

/*
 * view_unit - a unit's record and texts
 * @unit: below view_count.   @ret_text: may be NULL.
 * Takes what is there when no consistent copy can be had (PID 1 died while it wrote). Enums that are out of range are
 * set to their first value, so that a caller may use them as indices.
 */
void view_unit(const struct view *v, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text);

static inline uint32_t view_count(const struct view *v)
{
    return udb_count(&v->db);
}

/* view_header_unit - an index that stands in the table's header. Return: the index; UDB_NONE when it is none. */
uint32_t view_header_unit(const struct view *v, const uint32_t *index);

/* view_find - a unit by its full name or by another of its names (UDB_PROP_ALIAS). Return: its index; UDB_NONE. */
uint32_t view_find(const struct view *v, const char *name);

/* view_find_pid - the unit whose main or control process @pid is. Return: its index; UDB_NONE. */
uint32_t view_find_pid(const struct view *v, pid_t pid);

/*
 * view_blocker - the next unit whose job stands in the way of the job of @unit
 * The rules are the engine's: a start waits for every job of what it is after and every stop of what is after it, a stop
 * for the stops of what is after it.
 * @pos: 0 at first; where to go on.
 * Return: the unit's index; UDB_NONE at the end.
 */
uint32_t view_blocker(const struct view *v, uint32_t unit, uint32_t *pos);

/* view_job_stops - whether the job of this record is, now, about stopping (a restart is until it has stopped). */
bool view_job_stops(const struct run_unit *u);

/* What `is-system-running` prints. */
enum view_state { VIEW_STARTING, VIEW_RUNNING, VIEW_DEGRADED, VIEW_MAINTENANCE, VIEW_STOPPING, VIEW_OFFLINE };
enum view_state view_system_state(const struct view *v);
const char *view_state_name(enum view_state s) _const_;
