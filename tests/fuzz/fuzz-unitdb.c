/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The unit database: what udb_open accepts can be walked, and boots an engine, whatever the bytes. */
#include "engine-impl.h"
#include "fuzz-db.h"

#define UNITS_MAX 64
#define ROOM      64

/* What the engine does with the order and the edges that were proved: spread a wish, go down. */
static void boot(const struct udb *db)
{
    static uint32_t stack[ENGINE_STACK_ENTRIES(UNITS_MAX)];
    static uint8_t marks[UNITS_MAX];
    static struct engine_action actions[ROOM];
    _cleanup_free_ uint8_t *data = calloc(1, runtab_size(udb_count(db)));
    struct runtab table;
    struct engine e;

    FUZZ_MUST(data);
    runtab_format(data, udb_count(db), db->header->checksum, &table);
    if (engine_init(&e, db, &table, stack, marks, actions, ROOM) < 0)
        return;
    if (db->header->default_unit != UDB_NONE)
        (void)engine_event(&e, &(struct engine_event){.type = ENGINE_EV_BOOT, .unit = db->header->default_unit}, 1000);
    for (int i = 0; i < 20; i++) {
        e.n_actions = 0;
        if (!engine_run(&e, 2000 + (uint64_t)i))
            break;
    }
    e.n_actions = 0;
    (void)engine_event(&e, &(struct engine_event){.type = ENGINE_EV_FINAL, .value = UDB_FINAL_POWEROFF}, 3000);
    FUZZ_MUST(e.n_dropped == 0);
}

/* The first byte: 0 the bytes as they are; 1 with a right checksum; else patches on a good one, cut by the third byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t *good;
    static size_t good_size;
    struct fuzz_input in = {data, size};
    uint64_t how = fuzz_number(&in, 1);
    _cleanup_free_ uint8_t *file = NULL;
    size_t n = in.size;
    struct udb db;

    if (!good)
        good = fuzzdb_make(&good_size);
    if (how < 2) {
        file = fuzz_copy(in.data, n, false);
    } else {
        n = good_size - (how & 4 ? (size_t)fuzz_number(&in, 1) * 8 : 0);
        file = fuzz_copy(good, n, false);
        if (how & 4)
            ((struct udb_header *)file)->size = n;
        fuzz_patch(&in, file, n, 16);
    }
    if (how > 0)
        fuzzdb_checksum(file, n);
    if (udb_open(file, n, &db, NULL) < 0)
        return 0;
    fuzzdb_use(&db);
    if (udb_count(&db) > 0 && udb_count(&db) <= UNITS_MAX)
        boot(&db);
    return 0;
}
