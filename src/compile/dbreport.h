/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dbreport - a unit database as text, for people.
 */
#pragma once

#include "udb.h"

/* What verify was asked about. */
struct dbreport_filter {
    const uint32_t *units;    /* indices */
    const char *const *paths; /* their files: templates have notes but no unit */
    size_t n;
};

struct dbreport_counts {
    unsigned notes[3]; /* by enum udb_note_level */
};

/*
 * dbreport_notes - print "FILE:LINE: level: text" lines
 * @filter: NULL for all.
 */
struct dbreport_counts dbreport_notes(const struct udb *db, const struct dbreport_filter *filter, FILE *out);

/* dbreport_notes_json - the same as an array of {unit, file, line, level, text}. */
struct dbreport_counts dbreport_notes_json(const struct udb *db, const struct dbreport_filter *filter, FILE *out);

/* dbreport_dump - everything in the database. */
void dbreport_dump(const struct udb *db, FILE *out);

/* dbreport_directives - the table of directives: section, name, status, doc; tabs between. */
void dbreport_directives(FILE *out);
