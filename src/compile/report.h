/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * report - a unit database as text, for people.
 */
#pragma once

#include "udb.h"

/* What verify was asked about. */
struct report_filter {
    const uint32_t *units;    /* indices */
    const char *const *paths; /* their files: templates have notes but no unit */
    size_t n;
};

struct report_counts {
    unsigned notes[3]; /* by enum udb_note_level */
};

/*
 * report_notes - print "FILE:LINE: level: text" lines
 * @filter: NULL for all.
 */
struct report_counts report_notes(const struct udb *db, const struct report_filter *filter, FILE *out);

/* report_notes_json - the same as an array of {unit, file, line, level, text}. */
struct report_counts report_notes_json(const struct udb *db, const struct report_filter *filter, FILE *out);

/* report_dump - everything in the database. */
void report_dump(const struct udb *db, FILE *out);

/* report_directives - the table of directives: section, name, status, doc; tabs between. */
void report_directives(FILE *out);
