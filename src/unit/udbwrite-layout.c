/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udbwrite-impl.h"

#include "text.h"

struct layout {
    struct udbwrite *w;
    uint32_t *place;  /* unit number -> sorted index */
    uint32_t *number; /* sorted index -> unit number */
    uint64_t *edges;  /* sorted, with sorted indices, without doubles */
    uint32_t n_edges;
    uint8_t *data;
    struct udb_header *header;
};

static int compare_names(const void *a, const void *b, void *arg)
{
    const struct udbwrite *w = arg;
    const struct udb_unit *units = w->units.data;

    return strcmp(w->text + units[*(const uint32_t *)a].name, w->text + units[*(const uint32_t *)b].name);
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int sort_units(struct layout *l)
{
    uint32_t n = l->w->units.count;

    l->place = calloc(n + 1, sizeof(*l->place));
    l->number = calloc(n + 1, sizeof(*l->number));
    if (!l->place || !l->number)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        l->number[i] = i;
    qsort_r(l->number, n, sizeof(*l->number), compare_names, l->w);
    for (uint32_t i = 0; i < n; i++)
        l->place[l->number[i]] = i;
    return 0;
}

static int sort_edges(struct layout *l)
{
    const uint64_t *from = l->w->edges.data;
    uint32_t n = l->w->edges.count, kept = 0;

    l->edges = calloc(n + 1, sizeof(*l->edges));
    if (!l->edges)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        l->edges[i] = udbwrite_edge_key(l->place[from[i] >> 36], (enum udb_edge)(from[i] >> 32 & 15),
                                        l->place[(uint32_t)from[i]]);
    qsort(l->edges, n, sizeof(*l->edges), compare_u64);
    for (uint32_t i = 0; i < n; i++)
        if (kept == 0 || l->edges[kept - 1] != l->edges[i])
            l->edges[kept++] = l->edges[i];
    l->n_edges = kept;
    return 0;
}

/* Where each table begins; the text follows the tables. */
static int allocate(struct layout *l)
{
    const struct udbwrite *w = l->w;
    struct udb_header h = {.magic = UDB_MAGIC, .version = UDB_VERSION, .header_size = sizeof(h)};
    struct {
        struct udb_table *table;
        uint32_t count, size;
    } tables[] = {
        {&h.units, w->units.count, sizeof(struct udb_unit)},
        {&h.services, w->services.count, sizeof(struct udb_service)},
        {&h.commands, w->commands.count, sizeof(struct udb_command)},
        {&h.refs, l->n_edges, sizeof(uint32_t)},
        {&h.strs, w->argv.count + w->environ.count, sizeof(uint32_t)},
        {&h.props, w->props.count, sizeof(struct udb_prop)},
        {&h.notes, w->notes.count, sizeof(struct udb_note)},
    };
    uint64_t at = ALIGN_UP(sizeof(h), 8);

    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        *tables[i].table =
            (struct udb_table){.offset = at, .count = tables[i].count, .record_size = tables[i].size};
        at = ALIGN_UP(at + (uint64_t)tables[i].count * tables[i].size, 8);
    }
    h.text_offset = at;
    h.text_size = w->text_size;
    h.size = ALIGN_UP(at + w->text_size, 8);
    l->data = calloc(1, (size_t)h.size);
    if (!l->data)
        return -ENOMEM;
    memcpy(l->data, &h, sizeof(h));
    l->header = (struct udb_header *)l->data;
    memcpy(l->data + h.text_offset, w->text, w->text_size);
    return 0;
}

static struct udb_unit *out_unit(struct layout *l, uint32_t number)
{
    return (struct udb_unit *)(l->data + l->header->units.offset) + l->place[number];
}

static uint32_t known_place(const struct layout *l, uint32_t which)
{
    uint32_t number = l->w->known[which];

    return number == UDB_NONE ? UDB_NONE : l->place[number];
}

static void put_units(struct layout *l)
{
    const struct udb_unit *units = l->w->units.data;
    uint32_t *refs = (uint32_t *)(l->data + l->header->refs.offset);
    uint32_t e = 0;

    for (uint32_t i = 0; i < l->w->units.count; i++) {
        struct udb_unit *u = out_unit(l, l->number[i]);

        *u = units[l->number[i]];
        for (uint32_t kind = 0; kind < UDB_EDGE_COUNT; kind++) {
            u->edges[kind].first = e;
            for (; e < l->n_edges && l->edges[e] >> 32 == ((uint64_t)i << 4 | kind); e++)
                refs[e] = (uint32_t)l->edges[e];
            u->edges[kind].count = e - u->edges[kind].first;
        }
    }
    if (l->w->services.count > 0)
        memcpy(l->data + l->header->services.offset, l->w->services.data,
               l->w->services.count * sizeof(struct udb_service));
    l->header->default_unit = known_place(l, UDBWRITE_DEFAULT);
    l->header->emergency_unit = known_place(l, UDBWRITE_EMERGENCY);
    l->header->rescue_unit = known_place(l, UDBWRITE_RESCUE);
    l->header->shutdown_unit = known_place(l, UDBWRITE_SHUTDOWN);
    for (uint32_t i = 0; i < ARRAY_SIZE(l->header->final_units); i++)
        l->header->final_units[i] = known_place(l, UDBWRITE_FINAL + i);
    memcpy(l->header->final_timeout_usec, l->w->final_timeout_usec, sizeof(l->header->final_timeout_usec));
    l->header->watchdog = l->w->watchdog;
}

/*
 * spread - turn records that carry their owner into lists, keeping their order (a counting sort)
 * Steps: count by owner, give each owner its first place, place. @list_of gives the list for record i.
 */
typedef struct udb_list *(*list_fn)(struct layout *l, uint32_t i);
typedef void (*place_fn)(struct layout *l, uint32_t i, uint32_t at);

static void spread(struct layout *l, uint32_t n, uint32_t base, list_fn list_of, place_fn place)
{
    uint32_t next = base;

    for (uint32_t i = 0; i < n; i++)
        list_of(l, i)->count++;
    for (uint32_t i = 0; i < n; i++) {
        struct udb_list *list = list_of(l, i);

        if (list->first == UDB_NONE) {
            list->first = next;
            next += list->count;
            list->count = 0; /* counts again while placing */
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        struct udb_list *list = list_of(l, i);

        place(l, i, list->first + list->count++);
    }
}

static struct udb_service *out_service(struct layout *l, uint32_t number)
{
    return (struct udb_service *)(l->data + l->header->services.offset) + out_unit(l, number)->service;
}

static struct udb_list *command_list(struct layout *l, uint32_t i)
{
    const struct item_command *c = (const struct item_command *)l->w->commands.data + i;

    return &out_service(l, c->unit)->exec[c->kind];
}

static void place_command(struct layout *l, uint32_t i, uint32_t at)
{
    const struct item_command *c = (const struct item_command *)l->w->commands.data + i;

    ((struct udb_command *)(l->data + l->header->commands.offset))[at] = c->command;
}

static struct udb_list *environ_list(struct layout *l, uint32_t i)
{
    const struct item_text *t = (const struct item_text *)l->w->environ.data + i;

    return &out_service(l, t->unit)->environment;
}

static void place_environ(struct layout *l, uint32_t i, uint32_t at)
{
    const struct item_text *t = (const struct item_text *)l->w->environ.data + i;

    ((uint32_t *)(l->data + l->header->strs.offset))[at] = t->text;
}

static struct udb_list *prop_list(struct layout *l, uint32_t i)
{
    const struct item_prop *p = (const struct item_prop *)l->w->props.data + i;

    return &out_unit(l, p->unit)->props;
}

static void place_prop(struct layout *l, uint32_t i, uint32_t at)
{
    const struct item_prop *p = (const struct item_prop *)l->w->props.data + i;

    ((struct udb_prop *)(l->data + l->header->props.offset))[at] = p->prop;
}

/* Notes of no unit come behind those of the units. */
static void put_notes(struct layout *l)
{
    const struct udb_note *notes = l->w->notes.data;
    struct udb_note *out = (struct udb_note *)(l->data + l->header->notes.offset);
    uint32_t n = l->w->notes.count, at = 0;

    for (uint32_t i = 0; i < n; i++)
        if (notes[i].unit != UDB_NONE)
            out_unit(l, notes[i].unit)->notes.count++;
    for (uint32_t i = 0; i < l->w->units.count; i++) {
        struct udb_list *list = &out_unit(l, l->number[i])->notes;

        list->first = at;
        at += list->count;
        list->count = 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct udb_note note = notes[i];

        if (note.unit == UDB_NONE) {
            out[at++] = note;
            continue;
        }
        struct udb_list *list = &out_unit(l, note.unit)->notes;
        note.unit = l->place[note.unit];
        out[list->first + list->count++] = note;
    }
}

static void put_lists(struct layout *l)
{
    const struct udbwrite *w = l->w;
    struct udb_service *services = (struct udb_service *)(l->data + l->header->services.offset);
    uint32_t *strs = (uint32_t *)(l->data + l->header->strs.offset);

    for (uint32_t i = 0; i < w->services.count; i++) {
        for (size_t k = 0; k < UDB_EXEC_COUNT; k++)
            services[i].exec[k] = (struct udb_list){UDB_NONE, 0};
        services[i].environment = (struct udb_list){UDB_NONE, 0};
    }
    for (uint32_t i = 0; i < w->units.count; i++)
        out_unit(l, i)->props = (struct udb_list){UDB_NONE, 0};
    if (w->argv.count > 0)
        memcpy(strs, w->argv.data, w->argv.count * sizeof(*strs));
    spread(l, w->commands.count, 0, command_list, place_command);
    spread(l, w->environ.count, w->argv.count, environ_list, place_environ);
    spread(l, w->props.count, 0, prop_list, place_prop);
    for (uint32_t i = 0; i < w->services.count; i++) {
        for (size_t k = 0; k < UDB_EXEC_COUNT; k++)
            if (services[i].exec[k].first == UDB_NONE)
                services[i].exec[k].first = 0;
        if (services[i].environment.first == UDB_NONE)
            services[i].environment.first = 0;
    }
    for (uint32_t i = 0; i < w->units.count; i++)
        if (out_unit(l, i)->props.first == UDB_NONE)
            out_unit(l, i)->props.first = 0;
    put_notes(l);
}

/* Kahn's order; a unit's rank is one more than the highest of what it is after. */
static int put_ranks(struct layout *l)
{
    struct udb_unit *units = (struct udb_unit *)(l->data + l->header->units.offset);
    const uint32_t *refs = (const uint32_t *)(l->data + l->header->refs.offset);
    uint32_t n = l->w->units.count, head = 0, tail = 0;
    _cleanup_free_ uint32_t *queue = calloc((size_t)n + 1, sizeof(*queue));
    _cleanup_free_ uint32_t *waits = calloc((size_t)n + 1, sizeof(*waits));

    if (!queue || !waits)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        waits[i] = units[i].edges[UDB_AFTER].count;
        if (waits[i] == 0)
            queue[tail++] = i;
    }
    while (head < tail) {
        const struct udb_unit *u = &units[queue[head++]];
        const struct udb_list *before = &u->edges[UDB_BEFORE];

        for (uint32_t j = before->first; j < before->first + before->count; j++) {
            struct udb_unit *later = &units[refs[j]];

            later->rank = MAX(later->rank, u->rank + 1);
            if (--waits[refs[j]] == 0)
                queue[tail++] = refs[j];
        }
    }
    return tail == n ? 0 : -ELOOP;
}

static int fill(struct layout *l)
{
    size_t behind = offsetof(struct udb_header, checksum) + sizeof(l->header->checksum);
    struct udb db;
    int r;

    put_units(l);
    put_lists(l);
    r = put_ranks(l);
    if (r < 0)
        return r;
    l->header->checksum = udb_checksum(l->data + behind, (size_t)l->header->size - behind);
    return udb_open(l->data, (size_t)l->header->size, &db, NULL);
}

int udbwrite_finish(struct udbwrite *w, void **ret_data, size_t *ret_size)
{
    struct layout l = {.w = w};
    int r = w->error;

    if (r == 0)
        r = sort_units(&l);
    if (r == 0)
        r = sort_edges(&l);
    if (r == 0)
        r = allocate(&l);
    if (r == 0)
        r = fill(&l);
    if (r == 0) {
        *ret_size = (size_t)l.header->size;
        *ret_data = TAKE_PTR(l.data);
    }
    free(l.place);
    free(l.number);
    free(l.edges);
    free(l.data);
    return r;
}
