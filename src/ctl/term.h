/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * term - what a person's terminal gets: colours, columns that fit, points in time.
 *
 * Colours and cutting are for terminals alone: into a pipe goes the whole text, plain. Whatever comes from outside
 * (names, descriptions, STATUS=, reasons) is made harmless by text_printable before it gets here or in a cell.
 */
#pragma once

#include "util.h"

enum term_colour { TERM_PLAIN, TERM_BOLD, TERM_GREEN, TERM_YELLOW, TERM_RED, TERM_FAINT, TERM_COLOUR_COUNT };

struct term {
    bool is_tty;
    bool colour;
    unsigned width; /* 0: nothing is cut */
};

/* term_init - look at what @out is, and at NO_COLOR, TERM and COLUMNS. */
void term_init(struct term *t, FILE *out);

/* term_on, term_off - the sequences around coloured text; "" when there are to be no colours. */
const char *term_on(const struct term *t, enum term_colour c) _pure_;
const char *term_off(const struct term *t, enum term_colour c) _pure_;

#define TERM_COLUMNS 6

/* A table: the columns but the last are as wide as their widest cell, the last has what is left of the line. */
struct term_table {
    size_t n_columns;
    const char *const *headings; /* borrowed */
    struct term_row *rows; /* owned */
    size_t n;
    size_t room;
    bool failed; /* out of memory: sticks, term_table_print says so */
};

void term_table_init(struct term_table *t, size_t n_columns, const char *const *headings);
void term_table_done(struct term_table *t);
#define _cleanup_term_table_ _cleanup_(term_table_done)

/* term_table_add - one row; copies @cells, made printable. @colour: of the row's cells from the second on. */
void term_table_add(struct term_table *t, enum term_colour colour, const char *const *cells);

/* term_table_print - Return: 0; -ENOMEM when a row could not be added. */
int term_table_print(const struct term_table *t, FILE *out, const struct term *term, bool headings);

/* term_span - a span for a person: "350ms", "12s", "2min 3s", "5h 2min", "3 days 4h". Return: @buf. */
char *term_span(uint64_t usec, char *buf, size_t size);

/* term_wrap - print @text from column @indent on, broken between words where the terminal ends; ends the line. */
void term_wrap(const struct term *term, FILE *out, unsigned indent, const char *text);
