/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "directive.h"

#include "udb.h"

enum {
    IN_UNIT = 1 << SECTION_UNIT,
    IN_SERVICE = 1 << SECTION_SERVICE,
    IN_INSTALL = 1 << SECTION_INSTALL,
    IN_SOCKET = 1 << SECTION_SOCKET,
    IN_MOUNT = 1 << SECTION_MOUNT,
    IN_AUTOMOUNT = 1 << SECTION_AUTOMOUNT,
    IN_SWAP = 1 << SECTION_SWAP,
    IN_TIMER = 1 << SECTION_TIMER,
    IN_PATH = 1 << SECTION_PATH,
    IN_SLICE = 1 << SECTION_SLICE,
    IN_SCOPE = 1 << SECTION_SCOPE,
    IN_EXEC = IN_SERVICE | IN_SOCKET | IN_MOUNT | IN_SWAP,
    IN_KILL = IN_EXEC | IN_SCOPE,
    IN_CGROUP = IN_EXEC | IN_SLICE | IN_SCOPE,
};

#define LIST      DIRECTIVE_LIST
#define EXEC      DIRECTIVE_EXEC
#define OF(field) offsetof(struct udb_service, field)
#define D(name_, sections_, status_, parser_, argument_, flags_, doc_)                                       \
    {.name = name_,                                                                                          \
     .sections = sections_,                                                                                  \
     .status = DIRECTIVE_##status_,                                                                          \
     .parser = PARSE_##parser_,                                                                              \
     .argument = argument_,                                                                                  \
     .flags = flags_,                                                                                        \
     .doc = doc_},

static const struct directive table[] = {
#include "directive-list.h"
};

_Static_assert(ARRAY_SIZE(table) < DIRECTIVE_ROOM, "DIRECTIVE_ROOM is too small");

static const char *const section_names[SECTION_COUNT] = {
    [SECTION_UNIT] = "Unit",     [SECTION_SERVICE] = "Service", [SECTION_INSTALL] = "Install",
    [SECTION_SOCKET] = "Socket", [SECTION_MOUNT] = "Mount",     [SECTION_AUTOMOUNT] = "Automount",
    [SECTION_SWAP] = "Swap",     [SECTION_TIMER] = "Timer",     [SECTION_PATH] = "Path",
    [SECTION_SLICE] = "Slice",   [SECTION_SCOPE] = "Scope",
};

size_t directive_count(void)
{
    return ARRAY_SIZE(table);
}

const struct directive *directive_at(size_t i)
{
    return &table[i];
}

uint16_t directive_index(const struct directive *d)
{
    return (uint16_t)(d - table);
}

static const struct directive *find_name(const char *name)
{
    size_t low = 0, high = ARRAY_SIZE(table);

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, table[middle].name);

        if (order == 0)
            return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct directive *directive_find(enum directive_section section, const char *name)
{
    const struct directive *d = find_name(name);

    return d && (d->sections & 1u << section) ? d : NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Edit distance of two short names, case aside; more than @limit is given as limit + 1. */
static unsigned distance(const char *a, const char *b, unsigned limit)
{
    unsigned row[64];
    size_t n = strlen(a), m = strlen(b);

    if (n >= ARRAY_SIZE(row) || m >= ARRAY_SIZE(row) || n > m + limit || m > n + limit)
        return limit + 1;
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned corner = row[0], least;

        least = row[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned up = row[j];

            row[j] = MIN(MIN(row[j - 1], up) + 1, corner + (lower(a[i - 1]) != lower(b[j - 1])));
            corner = up;
            least = MIN(least, row[j]);
        }
        if (least > limit)
            return limit + 1;
    }
    return MIN(row[m], limit + 1);
}

static enum directive_section section_of(const struct directive *d, enum directive_section wanted)
{
    if (d->sections & 1u << wanted)
        return wanted;
    return (enum directive_section)__builtin_ctz(d->sections);
}

const char *directive_nearest(enum directive_section section, const char *name,
                              enum directive_section *ret_section)
{
    const struct directive *best = find_name(name), *nearest = NULL; /* right name, wrong section */
    unsigned limit = strlen(name) < 5 ? 1 : 2, best_cost = UINT32_MAX;

    if (section >= SECTION_COUNT)
        section = SECTION_UNIT;
    for (size_t i = 0; !best && i < ARRAY_SIZE(table); i++) {
        unsigned d = distance(name, table[i].name, limit);
        unsigned cost = d * 2 + !(table[i].sections & 1u << section);

        if (d <= limit && cost < best_cost) {
            nearest = &table[i];
            best_cost = cost;
        }
    }
    if (!best)
        best = nearest;
    if (!best)
        return NULL;
    *ret_section = section_of(best, section);
    return best->name;
}

enum directive_section directive_section(const char *name)
{
    if (strncmp(name, "X-", 2) == 0)
        return SECTION_IGNORED;
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (streq(name, section_names[i]))
            return (enum directive_section)i;
    return SECTION_UNKNOWN;
}

const char *directive_section_name(enum directive_section section)
{
    return section < SECTION_COUNT ? section_names[section] : "?";
}

const char *directive_nearest_section(const char *name)
{
    for (unsigned limit = 0; limit <= 2; limit++)
        for (size_t i = 0; i < SECTION_COUNT; i++)
            if (distance(name, section_names[i], limit) <= limit)
                return section_names[i];
    return NULL;
}

bool directive_section_done(enum directive_section section)
{
    return section <= SECTION_INSTALL;
}

const char *directive_status_name(enum directive_status status)
{
    switch (status) {
    case DIRECTIVE_DONE:
        return "done";
    case DIRECTIVE_PARTLY:
        return "partly";
    case DIRECTIVE_IGNORED:
        return "ignored";
    case DIRECTIVE_UNCONFINED:
        return "unconfined";
    case DIRECTIVE_KNOWN:
        return "known";
    case DIRECTIVE_REFUSED:
        return "refused";
    }
    return "?";
}
