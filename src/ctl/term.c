/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "term.h"

#include <sys/ioctl.h>
#include <termios.h>

#include "text.h"

#define CELL_MAX 512
#define LAST_COLUMN_MIN 8 /* what the last column gets at least before the first is cut */

struct term_row {
    enum term_colour colour;
    char *cells[TERM_COLUMNS]; /* owned */
};

static unsigned terminal_width(FILE *out)
{
    struct winsize ws = {0};
    const char *columns = getenv("COLUMNS");
    uint32_t n;

    if (columns && text_parse_u32(columns, 10, &n) >= 0 && n > 0)
        return n;
    if (ioctl(fileno(out), TIOCGWINSZ, &ws) >= 0 && ws.ws_col > 0)
        return ws.ws_col;
    return 80; /* a serial line does not tell */
}

void term_init(struct term *t, FILE *out)
{
    const char *kind = getenv("TERM");

    *t = (struct term){.is_tty = fileno(out) >= 0 && isatty(fileno(out))};
    if (!t->is_tty)
        return;
    t->width = terminal_width(out);
    t->colour = !getenv("NO_COLOR") && kind && !streq(kind, "dumb");
}

const char *term_on(const struct term *t, enum term_colour c)
{
    static const char *const sequences[] = {
        [TERM_PLAIN] = "",           [TERM_BOLD] = "\033[1m",  [TERM_GREEN] = "\033[32m",
        [TERM_YELLOW] = "\033[33m", [TERM_RED] = "\033[1;31m", [TERM_FAINT] = "\033[2m",
    };

    return t->colour && c < TERM_COLOUR_COUNT ? sequences[c] : "";
}

const char *term_off(const struct term *t, enum term_colour c)
{
    return t->colour && c != TERM_PLAIN ? "\033[0m" : "";
}

void term_table_init(struct term_table *t, size_t n_columns, const char *const *headings)
{
    *t = (struct term_table){.n_columns = MIN(n_columns, (size_t)TERM_COLUMNS), .headings = headings};
}

void term_table_done(struct term_table *t)
{
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < t->n_columns; k++)
            free(t->rows[i].cells[k]);
    free(t->rows);
    *t = (struct term_table){0};
}

void term_table_add(struct term_table *t, enum term_colour colour, const char *const *cells)
{
    struct term_row row = {.colour = colour};
    char text[CELL_MAX];

    if (t->n == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct term_row *rows = reallocarray(t->rows, room, sizeof(*rows));

        if (!rows) {
            t->failed = true;
            return;
        }
        t->rows = rows;
        t->room = room;
    }
    for (size_t k = 0; k < t->n_columns; k++) {
        row.cells[k] = strdup(text_printable(cells[k], text, sizeof(text)));
        t->failed = t->failed || !row.cells[k];
    }
    t->rows[t->n++] = row;
}

/* Print @text in @width columns; what is too long is cut and ends in "...". */
static void print_cell(FILE *out, const char *text, unsigned width, bool pad)
{
    size_t n = strlen(text);

    if (width > 0 && n > width) {
        if (width > 3)
            fprintf(out, "%.*s...", (int)(width - 3), text);
        else
            fprintf(out, "%.*s", (int)width, text);
    } else
        fprintf(out, "%-*s", pad ? (int)width : 0, text);
}

static void print_row(const struct term_table *t, FILE *out, const struct term *term, const unsigned *widths,
                      const char *const *cells, enum term_colour colour)
{
    size_t n = t->n_columns;

    /* No spaces before the end of a line. */
    while (n > 1 && !cells[n - 1][0])
        n--;
    for (size_t k = 0; k < n; k++) {
        bool last = k + 1 == n;
        enum term_colour c = k > 0 && k + 1 < t->n_columns ? colour : TERM_PLAIN;

        fputs(term_on(term, c), out);
        print_cell(out, cells[k], widths[k], !last);
        fputs(term_off(term, c), out);
        if (!last)
            fputc(' ', out);
    }
    fputc('\n', out);
}

static void find_widths(const struct term_table *t, const struct term *term, bool headings, unsigned *widths)
{
    unsigned used = 0;

    for (size_t k = 0; k + 1 < t->n_columns; k++) {
        size_t widest = headings ? strlen(t->headings[k]) : 1;

        for (size_t i = 0; i < t->n; i++)
            if (t->rows[i].cells[k])
                widest = MAX(widest, strlen(t->rows[i].cells[k]));
        widths[k] = (unsigned)widest;
        used += widths[k] + 1;
    }
    if (term->width == 0)
        return;
    if (used + LAST_COLUMN_MIN > term->width && t->n_columns > 1) {
        unsigned over = used + LAST_COLUMN_MIN - term->width;
        unsigned cut = MIN(over, widths[0] > 16 ? widths[0] - 16 : 0);

        widths[0] -= cut;
        used -= cut;
    }
    widths[t->n_columns - 1] = term->width > used + 3 ? term->width - used : 4;
}

int term_table_print(const struct term_table *t, FILE *out, const struct term *term, bool headings)
{
    unsigned widths[TERM_COLUMNS] = {0};

    if (t->failed)
        return -ENOMEM;
    find_widths(t, term, headings, widths);
    if (headings) {
        fputs(term_on(term, TERM_BOLD), out);
        print_row(t, out, term, widths, t->headings, TERM_PLAIN);
        fputs(term_off(term, TERM_BOLD), out);
    }
    for (size_t i = 0; i < t->n; i++)
        print_row(t, out, term, widths, (const char *const *)t->rows[i].cells, t->rows[i].colour);
    return 0;
}

char *term_span(uint64_t usec, char *buf, size_t size)
{
    unsigned long long s = usec / USEC_PER_SEC;

    if (usec == USEC_INFINITY)
        snprintf(buf, size, "forever");
    else if (s == 0)
        snprintf(buf, size, "%llums", (unsigned long long)(usec / USEC_PER_MSEC));
    else if (s < 60)
        snprintf(buf, size, "%llus", s);
    else if (s < 3600)
        snprintf(buf, size, "%llumin %llus", s / 60, s % 60);
    else if (s < 86400)
        snprintf(buf, size, "%lluh %llumin", s / 3600, s / 60 % 60);
    else
        snprintf(buf, size, "%llu day%s %lluh", s / 86400, s / 86400 == 1 ? "" : "s", s / 3600 % 24);
    return buf;
}

void term_wrap(const struct term *term, FILE *out, unsigned indent, const char *text)
{
    unsigned column = indent;
    const char *pos = text, *word;
    size_t n;

    while ((word = text_next_word(&pos, " ", &n))) {
        if (column > indent && term->width > 0 && column + 1 + n > term->width) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fwrite(word, 1, n, out);
        column += (unsigned)n;
    }
    fputc('\n', out);
}
