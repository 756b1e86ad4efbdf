/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * udbwrite - builds a unit database (udb.h) in memory.
 *
 * The caller adds units by name, in any order, and what belongs to them; the writer deduplicates texts, adds
 * the inverse of each edge, sorts units and edge lists, computes ranks and checksum. What udbwrite_finish
 * gives passes udb_open: the writer tries it.
 *
 * Failures (only memory, and limits of 32 bits) stick: callers add without looking and check once, in
 * udbwrite_finish. After a failure every call is a harmless no-op, but udbwrite_unit_record and
 * udbwrite_service_record still give a record to write into.
 *
 * Unit numbers given out here are the order of adding; the finished file has another, sorted one.
 */
#pragma once

#include "udb.h"

struct udbwrite;

/* udbwrite_new - begin. Return: 0; -ENOMEM. */
int udbwrite_new(struct udbwrite **ret_writer);
void udbwrite_free(struct udbwrite *w);
static inline void cleanup_udbwrite(struct udbwrite **w)
{
    udbwrite_free(*w);
}
#define _cleanup_udbwrite_ _cleanup_(cleanup_udbwrite)

/*
 * udbwrite_unit - the number of the unit called @name, added when it is new
 * A new one has the type of its suffix (a target when that is not ".service"), is UDB_NOT_FOUND, and is
 * described by its name.
 */
uint32_t udbwrite_unit(struct udbwrite *w, const char *name);

/* udbwrite_find - the number of a unit that was added. Return: UDB_NONE when it was not. */
uint32_t udbwrite_find(const struct udbwrite *w, const char *name);

/*
 * udbwrite_unit_record - the unit's record, to set type, load, final_action and flags in
 * Everything else in it is the writer's. Valid until the next unit is added.
 */
struct udb_unit *udbwrite_unit_record(struct udbwrite *w, uint32_t unit);

/* udbwrite_describe - set description and path; NULL leaves what is there. */
void udbwrite_describe(struct udbwrite *w, uint32_t unit, const char *description, const char *path);

/*
 * udbwrite_service_record - the unit's service, made when it is new with the defaults of
 * udbwrite_service_defaults The lists in it are the writer's, the other fields the caller's. Valid until the
 * next service is made.
 */
struct udb_service *udbwrite_service_record(struct udbwrite *w, uint32_t unit);

/* udbwrite_service_defaults - what systemd assumes of a [Service] that says nothing. */
void udbwrite_service_defaults(struct udb_service *s);

/* udbwrite_edge - add an edge and its inverse. An edge of a unit to itself is dropped, doubles are merged. */
void udbwrite_edge(struct udbwrite *w, uint32_t from, enum udb_edge kind, uint32_t to);

/* udbwrite_command - add the next line of a kind to a unit's service. @argv: NULL-terminated, with argv[0];
 * may be empty. */
void udbwrite_command(struct udbwrite *w, uint32_t unit, enum udb_exec kind, const char *path, uint32_t flags,
                      const char *const *argv);

/* udbwrite_environment - add one "NAME=value" to the environment of a unit's service. */
void udbwrite_environment(struct udbwrite *w, uint32_t unit, const char *assignment);

void udbwrite_prop(struct udbwrite *w, uint32_t unit, uint16_t directive, uint16_t section, const char *name,
                   const char *value);

/* udbwrite_note - @unit may be UDB_NONE; @path may be "". */
void udbwrite_note(struct udbwrite *w, uint32_t unit, enum udb_note_level level, const char *path,
                   uint32_t line, const char *text);

/* What the header names: by its fields' order. */
enum udbwrite_known {
    UDBWRITE_DEFAULT,
    UDBWRITE_EMERGENCY,
    UDBWRITE_RESCUE,
    UDBWRITE_SHUTDOWN,
    UDBWRITE_FINAL, /* + enum udb_final */
    UDBWRITE_KNOWN_COUNT = UDBWRITE_FINAL + 6
};

/* udbwrite_known - say which unit is one of the well-known ones. */
void udbwrite_known(struct udbwrite *w, enum udbwrite_known which, uint32_t unit);

/* udbwrite_final_timeout - how long this way down may take; UDB_FINAL_TIMEOUT when never said. */
void udbwrite_final_timeout(struct udbwrite *w, enum udb_final final, uint64_t timeout_usec);

/* udbwrite_watchdog - what the hardware watchdog is to do (struct udb_watchdog); nothing when never said. */
void udbwrite_watchdog(struct udbwrite *w, uint64_t runtime_usec, uint64_t reboot_usec, const char *device);

/*
 * udbwrite_finish - lay out the database
 * @ret_data: allocated, 8-aligned; the caller frees it.
 * The writer may be used on (more units, another finish).
 * Return: 0; -ENOMEM; -E2BIG; -ELOOP when the ordering has a cycle; -EBADMSG when a unit is inconsistent (a
 * loaded service without a service record...), which is the caller's fault.
 */
int udbwrite_finish(struct udbwrite *w, void **ret_data, size_t *ret_size);
