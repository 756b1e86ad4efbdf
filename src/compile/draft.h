/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * draft - one unit while its files are read.
 *
 * The main file and the drop-ins are first read into a list of assignments, in order; empty assignments then
 * take away what stands before them; only then each is applied. So nothing ever has to be taken back, and the
 * properties in the database hold no resets.
 */
#pragma once

#include "compile.h"
#include "directive.h"

struct assignment {
    const struct directive *directive;
    const char *value; /* into the file's buffer */
    const char *path;
    uint32_t line;
    bool dead; /* taken away by a later empty one, or itself empty */
};

struct draft_command {
    uint8_t kind; /* enum udb_exec */
    uint32_t flags;
    char *path;       /* owned */
    struct strv argv; /* owned */
};

struct draft {
    struct compiler *c;
    uint32_t unit; /* number; UDB_NONE for a template that is only checked */
    const char *name;
    const char *path; /* of the main file */
    bool is_service;
    bool bad;       /* refused: a note says why */
    uint32_t flags; /* enum udb_unit_flags */
    bool default_dependencies;
    uint64_t job_timeout_usec;
    char *description; /* owned */
    struct udb_service service;
    bool type_given, start_timeout_given, bus_name_given;
    bool runtime_directory, preserve;
    bool needs_exec; /* something that only pintle-exec can set up */
    struct strv environment;
    struct draft_command *commands;
    size_t n_commands, room_commands;
    struct assignment *assignments;
    size_t n_assignments, room_assignments;
    struct strv buffers; /* the files' bytes */
    struct strv drop_ins;
};

/*
 * draft_unit - read a unit and hand it to the writer
 * @unit: its number; UDB_NONE to only check a template, under the name of an instance.
 */
void draft_unit(struct compiler *c, uint32_t unit, const char *name);

/* For assign*.c and command.c. draft_note: about an assignment. draft_refuse: and the unit does not load. */
void draft_note(struct draft *d, const struct assignment *a, enum udb_note_level level, const char *format,
                ...) _printf_(4, 5);
void draft_refuse(struct draft *d, const struct assignment *a, const char *format, ...) _printf_(3, 4);

/*
 * draft_expand - resolve specifiers
 * Return: allocated text; NULL when that failed, which has been noted.
 */
char *draft_expand(struct draft *d, const struct assignment *a, const char *text);
