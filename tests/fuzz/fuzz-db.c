/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-db.h"

#include "dbreport.h"
#include "udbwrite.h"

static uint32_t add_service(struct udbwrite *w, const char *name, enum udb_service_type type)
{
    static const char *const argv[] = {"/bin/true", "one", "$TWO", NULL};
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    udbwrite_service_record(w, u)->type = (uint8_t)type;
    udbwrite_command(w, u, UDB_EXEC_START, "/bin/true", UDB_CMD_DIRECT, argv);
    udbwrite_environment(w, u, "PATH=/bin");
    return u;
}

static uint32_t add_target(struct udbwrite *w, const char *name)
{
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    return u;
}

uint8_t *fuzzdb_make(size_t *ret_size)
{
    static const char *const pre[] = {"sh", "-c", ":", NULL};
    struct udbwrite *w;
    uint32_t a, b, c, all, off, none;
    void *data = NULL;

    FUZZ_MUST(udbwrite_new(&w) == 0);
    all = add_target(w, "default.target");
    off = add_target(w, "poweroff.target");
    a = add_service(w, "a.service", UDB_SIMPLE);
    b = add_service(w, "b.service", UDB_ONESHOT);
    c = add_service(w, "c.service", UDB_NOTIFY);
    none = udbwrite_unit(w, "none.service");
    udbwrite_edge(w, all, UDB_WANTS, a);
    udbwrite_edge(w, all, UDB_REQUIRES, c);
    udbwrite_edge(w, all, UDB_AFTER, c);
    udbwrite_edge(w, c, UDB_AFTER, b);
    udbwrite_edge(w, c, UDB_REQUIRES, b);
    udbwrite_edge(w, a, UDB_WANTS, none);
    udbwrite_edge(w, a, UDB_CONFLICTS, off);
    udbwrite_edge(w, c, UDB_ON_FAILURE, a);
    udbwrite_command(w, b, UDB_EXEC_START_PRE, "sh", UDB_CMD_IGNORE_FAILURE, pre);
    udbwrite_prop(w, a, 7, 1, "User", "nobody");
    udbwrite_prop(w, c, 7, 1, UDB_PROP_ALIAS, "d.service");
    udbwrite_note(w, b, UDB_NOTE_WARNING, "/etc/systemd/system/b.service", 4, "something");
    udbwrite_note(w, UDB_NONE, UDB_NOTE_INFO, "", 0, "of no unit");
    udbwrite_known(w, UDBWRITE_DEFAULT, all);
    udbwrite_known(w, (enum udbwrite_known)(UDBWRITE_FINAL + UDB_FINAL_POWEROFF), off);
    FUZZ_MUST(udbwrite_finish(w, &data, ret_size) == 0);
    udbwrite_free(w);
    return data;
}

void fuzzdb_checksum(uint8_t *data, size_t size)
{
    const size_t behind = offsetof(struct udb_header, checksum) + sizeof(uint64_t);
    struct udb_header *h = (struct udb_header *)data;

    if (size >= UDB_HEADER_MIN && h->size >= behind && h->size <= size)
        h->checksum = udb_checksum(data + behind, (size_t)h->size - behind);
}

static void use_service(const struct udb *db, const struct udb_service *s)
{
    for (size_t k = 0; k < UDB_EXEC_COUNT; k++)
        for (uint32_t i = 0; i < s->exec[k].count; i++) {
            const struct udb_command *c = udb_command(db, s->exec[k].first + i);

            fuzz_use_text(udb_text(db, c->path));
            FUZZ_MUST(c->argv.count > 0);
            for (uint32_t j = 0; j < c->argv.count; j++)
                fuzz_use_text(udb_str(db, &c->argv, j));
        }
    for (uint32_t i = 0; i < s->environment.count; i++)
        fuzz_use_text(udb_str(db, &s->environment, i));
    FUZZ_MUST(s->type == UDB_ONESHOT || s->exec[UDB_EXEC_START].count == 1);
}

static void use_unit(const struct udb *db, uint32_t i)
{
    const struct udb_unit *u = udb_unit(db, i);

    FUZZ_MUST(udb_find(db, udb_name(db, i)) == i);
    fuzz_use_text(udb_text(db, u->description));
    fuzz_use_text(udb_text(db, u->path));
    for (size_t k = 0; k < UDB_EDGE_COUNT; k++)
        for (uint32_t j = 0; j < u->edges[k].count; j++) {
            uint32_t to = udb_refs(db, &u->edges[k])[j];

            FUZZ_MUST(to < udb_count(db) && to != i && udb_has_edge(db, i, (enum udb_edge)k, to));
            FUZZ_MUST(k != UDB_AFTER || udb_unit(db, to)->rank < u->rank);
        }
    for (uint32_t j = 0; j < u->props.count; j++) {
        fuzz_use_text(udb_text(db, udb_prop(db, &u->props, j)->name));
        fuzz_use_text(udb_text(db, udb_prop(db, &u->props, j)->value));
    }
    fuzz_use_text(udb_prop_last(db, i, "User"));
    for (uint32_t j = 0; j < u->notes.count; j++)
        fuzz_use_text(udb_text(db, udb_note(db, u->notes.first + j)->text));
    if (udb_service(db, i))
        use_service(db, udb_service(db, i));
    FUZZ_MUST(u->type != UDB_SERVICE || u->load != UDB_LOADED || udb_service(db, i));
}

void fuzzdb_use(const struct udb *db)
{
    static FILE *sink;
    uint32_t known[] = {db->header->default_unit, db->header->emergency_unit, db->header->rescue_unit,
                        db->header->shutdown_unit};

    for (uint32_t i = 0; i < udb_count(db); i++)
        use_unit(db, i);
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        FUZZ_MUST(known[i] == UDB_NONE || known[i] < udb_count(db));
    for (size_t i = 0; i < ARRAY_SIZE(db->header->final_units); i++)
        (void)udb_final_timeout(db, (enum udb_final)i);
    (void)strlen(udb_text(db, udb_watchdog(db).device));
    (void)udb_find(db, "zzz.service");
    if (!sink)
        sink = fopen("/dev/null", "w");
    FUZZ_MUST(sink);
    dbreport_dump(db, sink);
    (void)dbreport_notes(db, NULL, sink);
    (void)dbreport_notes_json(db, NULL, sink);
}
