/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udb.h"

/* FNV-1a over words: a database crosses a tmpfs between a compile and PID 1, where the danger is a cut or a
 * stray write. Eight bytes a step, because PID 1 waits for it at boot. */
uint64_t udb_checksum(const void *data, size_t size)
{
    const uint8_t *p = data;
    uint64_t h = UINT64_C(14695981039346656037);

    for (; size >= 8; size -= 8, p += 8) {
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        h = (h ^ word) * UINT64_C(1099511628211);
        h ^= h >> 29;
    }
    for (; size > 0; size--, p++)
        h = (h ^ *p) * UINT64_C(1099511628211);
    return h;
}

static bool table_ok(const struct udb_header *h, const struct udb_table *t, size_t min_record)
{
    uint64_t bytes;

    return t->offset % 8 == 0 && t->offset >= h->header_size && t->record_size >= min_record &&
           t->record_size % 4 == 0 &&
           !__builtin_mul_overflow((uint64_t)t->count, (uint64_t)t->record_size, &bytes) &&
           t->offset <= h->size && bytes <= h->size - t->offset;
}

static bool list_ok(const struct udb_list *l, const struct udb_table *t)
{
    return l->first <= t->count && l->count <= t->count - l->first;
}

static bool text_ok(const struct udb_header *h, uint32_t offset)
{
    return offset < h->text_size; /* the text area ends in NUL, so every string in it ends */
}

static bool unit_index_ok(const struct udb_header *h, uint32_t i)
{
    return i == UDB_NONE || i < h->units.count;
}

enum udb_edge udb_edge_inverse(enum udb_edge kind)
{
    switch (kind) {
    case UDB_AFTER:
        return UDB_BEFORE;
    case UDB_BEFORE:
        return UDB_AFTER;
    case UDB_REQUIRES:
        return UDB_REQUIRED_BY;
    case UDB_REQUIRED_BY:
        return UDB_REQUIRES;
    case UDB_WANTS:
        return UDB_WANTED_BY;
    case UDB_WANTED_BY:
        return UDB_WANTS;
    case UDB_CONFLICTS:
        return UDB_CONFLICTS;
    case UDB_ON_FAILURE:
    case UDB_EDGE_COUNT:
        break;
    }
    return UDB_EDGE_COUNT;
}

static const char *check_header(const struct udb_header *h)
{
    if (!table_ok(h, &h->units, sizeof(struct udb_unit)) ||
        !table_ok(h, &h->services, sizeof(struct udb_service)) ||
        !table_ok(h, &h->commands, sizeof(struct udb_command)) || !table_ok(h, &h->refs, sizeof(uint32_t)) ||
        !table_ok(h, &h->strs, sizeof(uint32_t)) || !table_ok(h, &h->props, sizeof(struct udb_prop)) ||
        !table_ok(h, &h->notes, sizeof(struct udb_note)))
        return "a table lies outside the file";
    if (h->units.record_size % 4 != 0 || h->services.record_size % 8 != 0 ||
        h->refs.record_size != sizeof(uint32_t) || h->strs.record_size != sizeof(uint32_t))
        return "a table has records of a wrong size";
    if (h->units.count == UDB_NONE)
        return "too many units";
    if (h->text_offset > h->size || h->text_size == 0 || h->text_size > h->size - h->text_offset)
        return "the text lies outside the file";
    if (!unit_index_ok(h, h->default_unit) || !unit_index_ok(h, h->emergency_unit) ||
        !unit_index_ok(h, h->rescue_unit) || !unit_index_ok(h, h->shutdown_unit))
        return "a well-known unit does not exist";
    for (size_t i = 0; i < ARRAY_SIZE(h->final_units); i++)
        if (!unit_index_ok(h, h->final_units[i]))
            return "a final unit does not exist";
    if (h->header_size >= sizeof(*h) && !text_ok(h, h->watchdog.device))
        return "the watchdog's name lies outside the text";
    return NULL;
}

static const char *check_flat_tables(const struct udb *db)
{
    const struct udb_header *h = db->header;
    const uint32_t *strs = udb_at(db, &h->strs, 0);

    for (uint32_t i = 0; i < h->strs.count; i++)
        if (!text_ok(h, strs[i]))
            return "a string lies outside the text";
    for (uint32_t i = 0; i < h->commands.count; i++) {
        const struct udb_command *c = udb_command(db, i);

        if (!text_ok(h, c->path) || !list_ok(&c->argv, &h->strs) || c->argv.count == 0)
            return "a command has a bad path or argument list";
        if ((c->flags & UDB_CMD_DIRECT) && *udb_text(db, c->path) != '/')
            return "a direct command has no absolute path";
    }
    for (uint32_t i = 0; i < h->props.count; i++) {
        const struct udb_prop *p = udb_at(db, &h->props, i);

        if (!text_ok(h, p->name) || !text_ok(h, p->value))
            return "a property lies outside the text";
    }
    for (uint32_t i = 0; i < h->notes.count; i++) {
        const struct udb_note *n = udb_note(db, i);

        if (!text_ok(h, n->path) || !text_ok(h, n->text) || !unit_index_ok(h, n->unit))
            return "a note is bad";
    }
    return NULL;
}

static const char *check_service(const struct udb *db, const struct udb_service *s)
{
    if (s->type > UDB_IDLE || s->restart > UDB_RESTART_ALWAYS || s->kill_mode > UDB_KILL_NONE ||
        s->notify_access > UDB_NOTIFY_ALL)
        return "a service has an unknown type or mode";
    if (s->kill_signal == 0 || s->kill_signal > 64 || s->final_kill_signal == 0 ||
        s->final_kill_signal > 64 || s->restart_kill_signal > 64)
        return "a service has a bad signal";
    for (size_t k = 0; k < UDB_EXEC_COUNT; k++)
        if (!list_ok(&s->exec[k], &db->header->commands))
            return "a service's commands lie outside the table";
    if (s->type != UDB_ONESHOT && s->exec[UDB_EXEC_START].count != 1)
        return "a service has not the one ExecStart that its type needs";
    if (!list_ok(&s->environment, &db->header->strs))
        return "a service's environment lies outside the table";
    return NULL;
}

static const char *check_edges(const struct udb *db, uint32_t i)
{
    const struct udb_unit *u = udb_unit(db, i);

    for (size_t k = 0; k < UDB_EDGE_COUNT; k++) {
        const struct udb_list *l = &u->edges[k];
        const uint32_t *to = udb_refs(db, l);

        for (uint32_t j = 0; j < l->count; j++) {
            if (to[j] >= udb_count(db) || to[j] == i || (j > 0 && to[j - 1] >= to[j]))
                return "an edge list is not a sorted list of other units";
            if (k == UDB_AFTER && udb_unit(db, to[j])->rank >= u->rank)
                return "the ordering is not free of cycles";
        }
    }
    return NULL;
}

static const char *check_inverses(const struct udb *db, uint32_t i)
{
    const struct udb_unit *u = udb_unit(db, i);

    for (size_t k = 0; k < UDB_EDGE_COUNT; k++) {
        const uint32_t *to = udb_refs(db, &u->edges[k]);
        enum udb_edge back = udb_edge_inverse((enum udb_edge)k);

        for (uint32_t j = 0; back != UDB_EDGE_COUNT && j < u->edges[k].count; j++)
            if (!udb_has_edge(db, to[j], back, i))
                return "an edge has no inverse";
    }
    return NULL;
}

static const char *check_unit(const struct udb *db, uint32_t i)
{
    const struct udb_header *h = db->header;
    const struct udb_unit *u = udb_unit(db, i);

    if (!text_ok(h, u->name) || !text_ok(h, u->description) || !text_ok(h, u->path))
        return "a unit's text lies outside the file";
    if (u->type >= UDB_TYPE_COUNT || u->load > UDB_BAD || u->final_action > UDB_FINAL_EXIT)
        return "a unit has an unknown type";
    if (u->service == UDB_NONE ? u->type == UDB_SERVICE && u->load == UDB_LOADED
                               : u->service >= h->services.count)
        return "a unit's service does not exist";
    if (u->service != UDB_NONE && u->type != UDB_SERVICE)
        return "a unit that is no service has one";
    if (!list_ok(&u->props, &h->props) || !list_ok(&u->notes, &h->notes))
        return "a unit's properties lie outside the table";
    for (size_t k = 0; k < UDB_EDGE_COUNT; k++)
        if (!list_ok(&u->edges[k], &h->refs))
            return "a unit's edges lie outside the table";
    return u->service == UDB_NONE ? NULL : check_service(db, udb_at(db, &h->services, u->service));
}

static const char *check_units(const struct udb *db)
{
    const char *why = NULL;
    uint32_t n = udb_count(db);

    for (uint32_t i = 0; i < n && !why; i++) {
        why = check_unit(db, i);
        if (!why && i > 0 && strcmp(udb_name(db, i - 1), udb_name(db, i)) >= 0)
            why = "the units are not sorted by name";
    }
    for (uint32_t i = 0; i < n && !why; i++)
        why = check_edges(db, i);
    for (uint32_t i = 0; i < n && !why; i++)
        why = check_inverses(db, i);
    return why;
}

/* One that some writer of this version has written, or a later one will. */
static bool header_size_ok(uint32_t size)
{
    return size == UDB_HEADER_MIN || size == offsetof(struct udb_header, watchdog) || size >= sizeof(struct udb_header);
}

int udb_open(const void *data, size_t size, struct udb *ret_udb, const char **ret_why)
{
    const struct udb_header *h = data;
    struct udb db = {.data = data, .size = size, .header = h};
    const char *why = NULL;
    size_t behind = offsetof(struct udb_header, checksum) + sizeof(h->checksum);

    if (size < UDB_HEADER_MIN || (uintptr_t)data % 8 != 0 || memcmp(h->magic, UDB_MAGIC, sizeof(h->magic)) != 0)
        why = "this is no unit database";
    else if (h->version != UDB_VERSION) {
        if (ret_why)
            *ret_why = "the unit database is of another version";
        return -EPROTONOSUPPORT;
    } else if (!header_size_ok(h->header_size) || h->size > size || h->size < h->header_size)
        why = "the unit database is cut short";
    else if (udb_checksum(db.data + behind, (size_t)h->size - behind) != h->checksum)
        why = "the unit database's checksum is wrong";
    else
        why = check_header(h);
    if (!why && db.data[h->text_offset + h->text_size - 1] != '\0')
        why = "the text does not end in NUL";
    if (!why)
        why = check_flat_tables(&db);
    if (!why)
        why = check_units(&db);
    if (why) {
        if (ret_why)
            *ret_why = why;
        return -EBADMSG;
    }
    *ret_udb = db;
    return 0;
}

uint64_t udb_final_timeout(const struct udb *db, enum udb_final final)
{
    const struct udb_header *h = db->header;

    return h->header_size < offsetof(struct udb_header, watchdog) || final >= ARRAY_SIZE(h->final_timeout_usec)
               ? UDB_FINAL_TIMEOUT
               : h->final_timeout_usec[final];
}

struct udb_watchdog udb_watchdog(const struct udb *db)
{
    static const struct udb_watchdog none = {.reboot_usec = UDB_REBOOT_WATCHDOG};

    return db->header->header_size < sizeof(*db->header) ? none : db->header->watchdog;
}

uint32_t udb_find(const struct udb *db, const char *name)
{
    uint32_t low = 0, high = udb_count(db);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(name, udb_name(db, middle));

        if (order == 0)
            return middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return UDB_NONE;
}

bool udb_has_edge(const struct udb *db, uint32_t from, enum udb_edge kind, uint32_t to)
{
    const struct udb_list *l = &udb_unit(db, from)->edges[kind];
    const uint32_t *refs = udb_refs(db, l);
    uint32_t low = 0, high = l->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (refs[middle] == to)
            return true;
        if (refs[middle] > to)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

const char *udb_prop_last(const struct udb *db, uint32_t unit, const char *name)
{
    const struct udb_list *l = &udb_unit(db, unit)->props;

    for (uint32_t i = l->count; i > 0; i--) {
        const struct udb_prop *p = udb_prop(db, l, i - 1);

        if (streq(udb_text(db, p->name), name))
            return udb_text(db, p->value);
    }
    return NULL;
}

const char *udb_type_name(enum udb_type type)
{
    switch (type) {
    case UDB_SERVICE:
        return "service";
    case UDB_TARGET:
        return "target";
    case UDB_TYPE_COUNT:
        break;
    }
    return "?";
}

const char *udb_load_name(enum udb_load load)
{
    switch (load) {
    case UDB_LOADED:
        return "loaded";
    case UDB_NOT_FOUND:
        return "not-found";
    case UDB_MASKED:
        return "masked";
    case UDB_BAD:
        return "bad-setting";
    }
    return "?";
}

const char *udb_exec_name(enum udb_exec kind)
{
    static const char *const names[] = {
        [UDB_EXEC_CONDITION] = "ExecCondition", [UDB_EXEC_START_PRE] = "ExecStartPre",
        [UDB_EXEC_START] = "ExecStart",         [UDB_EXEC_START_POST] = "ExecStartPost",
        [UDB_EXEC_RELOAD] = "ExecReload",       [UDB_EXEC_STOP] = "ExecStop",
        [UDB_EXEC_STOP_POST] = "ExecStopPost",
    };

    return kind < UDB_EXEC_COUNT ? names[kind] : "?";
}
