/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "grammar.h"

static const char white[] = " \t\n\r";

void grammar_init(struct grammar *g, char *data, size_t size)
{
    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) { /* byte order mark */
        data += 3;
        size -= 3;
    }
    *g = (struct grammar){.pos = data, .end = data + size};
    *g->end = '\0';
}

static int utf8_sequence(const uint8_t *s)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int n = s[0] < 0x80             ? 1
            : (s[0] & 0xe0) == 0xc0 ? 2
            : (s[0] & 0xf0) == 0xe0 ? 3
            : (s[0] & 0xf8) == 0xf0 ? 4
                                    : 0;
    uint32_t c = n == 1 ? s[0] : n > 1 ? s[0] & (0xffu >> (n + 1)) : 0;

    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) /* a NUL ends here too */
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (n > 1 && (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)))
        return 0;
    return n;
}

bool grammar_is_utf8(const char *s)
{
    int n = 1;

    for (; *s && n > 0; s += n)
        n = utf8_sequence((const uint8_t *)s);
    return n > 0;
}

/* One line of the file, without its end. NULL at the end of the file. A carriage return before the newline
 * goes too. */
static char *take_line(struct grammar *g, size_t *ret_len)
{
    char *line = g->pos, *newline;

    if (g->pos >= g->end)
        return NULL;
    newline = memchr(line, '\n', (size_t)(g->end - line));
    g->pos = newline ? newline + 1 : g->end;
    *ret_len = (size_t)((newline ? newline : g->end) - line);
    if (*ret_len > 0 && line[*ret_len - 1] == '\r')
        --*ret_len;
    g->line++;
    return line;
}

static bool is_comment(const char *line, size_t len)
{
    while (len > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    return len > 0 && (*line == '#' || *line == ';');
}

/* Does it end in a backslash that is not itself escaped? */
static bool is_continued(const char *line, size_t len)
{
    size_t n = 0;

    while (n < len && line[len - 1 - n] == '\\')
        n++;
    return n % 2 == 1;
}

/*
 * A line with those that continue it, joined in place: the backslash becomes a space, comments between them
 * go. Return: its start; NULL at the end of the file.
 */
static char *take_joined(struct grammar *g, size_t *ret_len, uint32_t *ret_line)
{
    size_t len = 0, n;
    char *start, *more;

    do {
        start = take_line(g, &n);
        if (!start)
            return NULL;
    } while (is_comment(start, n));
    *ret_line = g->line;
    len = n;
    while (is_continued(start, len)) {
        start[len - 1] = ' ';
        do
            more = take_line(g, &n);
        while (more && is_comment(more, n));
        if (!more)
            break;
        memmove(start + len, more, n);
        len += n;
        if (len > GRAMMAR_LINE_MAX)
            break;
    }
    *ret_len = len;
    return start;
}

static char *strip(char *s)
{
    size_t n;

    s += strspn(s, white);
    for (n = strlen(s); n > 0 && strchr(white, s[n - 1]); n--)
        ;
    s[n] = '\0';
    return s;
}

static struct grammar_item bad(uint32_t line, const char *why)
{
    return (struct grammar_item){.kind = GRAMMAR_BAD, .line = line, .value = (char *)why};
}

static struct grammar_item parse_line(char *s, uint32_t line)
{
    char *equals;

    if (!grammar_is_utf8(s))
        return bad(line, "the line is not valid UTF-8");
    if (*s == '[') {
        size_t n = strlen(s);

        if (n < 3 || s[n - 1] != ']')
            return bad(line, "a section header must be a name in brackets: '[Service]'");
        s[n - 1] = '\0';
        return (struct grammar_item){.kind = GRAMMAR_SECTION, .line = line, .key = s + 1};
    }
    equals = strchr(s, '=');
    if (!equals)
        return bad(line, "the line is neither a section, nor a comment, nor an assignment with '='");
    *equals = '\0';
    s = strip(s);
    if (!*s)
        return bad(line, "there is no name before '='");
    return (struct grammar_item){
        .kind = GRAMMAR_ASSIGNMENT, .line = line, .key = s, .value = strip(equals + 1)};
}

struct grammar_item grammar_next(struct grammar *g)
{
    size_t len;
    uint32_t line;
    char *s;

    while ((s = take_joined(g, &len, &line))) {
        if (len > GRAMMAR_LINE_MAX)
            return (struct grammar_item){.kind = GRAMMAR_TOO_LONG, .line = line};
        if (memchr(s, '\0', len))
            return bad(line, "the line holds a NUL byte");
        /* Writes on the newline behind the line, or on the byte behind the file. */
        s[len] = '\0';
        s = strip(s);
        if (*s)
            return parse_line(s, line);
    }
    return (struct grammar_item){.kind = GRAMMAR_END, .line = g->line};
}
