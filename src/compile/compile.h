/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compile - turns the unit files of a system into a unit database.
 *
 * All units that have a file are compiled, and all that these name; not only those that the boot reaches, so
 * that any of them can be started later. A bad file costs its unit (load state "bad-setting" and a note),
 * never the database.
 *
 * Order of work: name the units; read each one's files into a draft (draft.h), which becomes records of the
 * writer and dependencies here; add default dependencies; break ordering cycles (order.h); write.
 */
#pragma once

#include "specifier.h"
#include "udbwrite.h"
#include "unitload.h"

/* A dependency as its file gave it. Order is always UDB_AFTER: "Before=" is stored from the other side. */
struct dependency {
    uint32_t from, to; /* numbers of units */
    uint32_t owner;    /* whose file says so: counts only if that unit loads; UDB_NONE: pintle itself */
    uint8_t kind;      /* enum udb_edge */
    bool implied;      /* by DefaultDependencies= and the like, not by a file's own word */
    bool dropped;
};

/* A unit by the writer's number. */
struct compile_unit {
    char *name; /* owned */
    uint8_t load;
    bool service; /* else a target */
    bool default_dependencies;
    uint64_t job_timeout_usec; /* 0: its file says nothing */
};

/* A template may name two more instances of itself, and each of those two more: somewhere it has to end. */
#define COMPILE_UNITS_MAX 32768

struct compiler {
    const char *root; /* borrowed; "" for the running system */
    struct udbwrite *writer;
    struct unitload *load;
    struct specifier_host host;
    struct compile_unit *units;
    uint32_t n_units, room_units, max_units;
    uint32_t n_read; /* units that have been read: the rest of the list is work */
    struct dependency *deps;
    uint32_t n_deps, room_deps;
    bool too_many;       /* units were left out, and that was said */
    uint32_t n_notes[3]; /* by enum udb_note_level */
    int error;           /* -ENOMEM sticks; compile_finish gives it */
};

/*
 * compile_init - scan the directories
 * @root: "" or a directory.   @dirs: NULL for the standard ones.
 * Return: 0; -errno.
 */
int compile_init(struct compiler *c, const char *root, const char *const *dirs);
void compile_done(struct compiler *c);

/* compile_all - read every unit, and those that they name. */
void compile_all(struct compiler *c);

/*
 * compile_want - let one unit want another, as a .wants link would
 * For what the machine itself asks for (a getty on the console in use).
 */
void compile_want(struct compiler *c, const char *unit, const char *wanted);

/* compile_default - say what the boot is to reach. Return: false when no such unit loads. */
bool compile_default(struct compiler *c, const char *name);
/* compile_default_missing - the boot is to reach a unit that does not load: it fails and says which. */
void compile_default_missing(struct compiler *c, const char *name);

/* compile_finish - default dependencies, cycles, layout. Return: as udbwrite_finish. */
int compile_finish(struct compiler *c, void **ret_data, size_t *ret_size);

/* For the other parts of the compiler. */

/*
 * compile_unit_number - the unit called @name, its aliases resolved; added to the work when it is new
 * Return: UDB_NONE for a type that is not done, when aliases lead nowhere, and when there are too many units.
 */
uint32_t compile_unit_number(struct compiler *c, const char *name);

void compile_dependency(struct compiler *c, uint32_t owner, uint32_t from, enum udb_edge kind, uint32_t to,
                        bool implied);

void compile_note(struct compiler *c, uint32_t unit, enum udb_note_level level, const char *path,
                  uint32_t line, const char *format, ...) _printf_(6, 7);

/* compile_fail - remember a lack of memory. */
void compile_fail(struct compiler *c, int error);
