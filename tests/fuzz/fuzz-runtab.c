/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The run table: as a successor of PID 1 opens it, and as readers map it while the bytes change under them.
 *
 * Half of the patches come before the table is opened; its checksum is made right afterwards, so that what stands behind
 * that is reached. The other half comes between the reader's check and its reading.
 */
#include "engine-impl.h"
#include "fuzz-db.h"
#include "runundo.h"
#include "view.h"

#define UNITS_MAX 64
#define ROOM      64

static const uint8_t *database(size_t *ret_size)
{
    static uint8_t *data;
    static size_t size;

    if (!data)
        data = fuzzdb_make(&size);
    *ret_size = size;
    return data;
}

static void fix_checksum(uint8_t *file, size_t size)
{
    struct runtab_header *h = (struct runtab_header *)file;

    if (size >= RUNTAB_HEADER_FIRST)
        h->checksum = udb_checksum(h, offsetof(struct runtab_header, checksum));
}

/* pintlectl beside a PID 1 that writes, dies, or has gone mad. */
static void read_table(uint8_t *file, size_t size, struct fuzz_input *in)
{
    size_t db_size, n_status = 0;
    const uint8_t *db = database(&db_size);
    struct run_unit u;
    struct run_text text;
    struct view v;

    if (view_borrow(&v, db, db_size, file, size) < 0)
        return;
    fuzz_patch(in, file, size, 8);
    for (uint32_t i = 0; i < view_count(&v); i++) {
        uint32_t pos = 0, other;

        view_unit(&v, i, &u, &text);
        FUZZ_MUST(u.state < RUN_STATE_COUNT && u.job < RUN_JOB_COUNT && u.result < RUN_RESULT_COUNT);
        n_status += strlen(text.status) + strlen(text.reason);
        while ((other = view_blocker(&v, i, &pos)) != UDB_NONE)
            FUZZ_MUST(other < view_count(&v));
    }
    FUZZ_MUST(n_status < SIZE_MAX / 2);
    (void)view_find_pid(&v, 412);
    (void)view_superseded(&v);
    fuzz_use_text(view_state_name(view_system_state(&v)));
    (void)view_header_unit(&v, &v.table.header->boot_unit);
}

/* What a successor does with it, in engine.h's order. */
static void take_over(uint8_t *file, size_t size)
{
    static uint32_t stack[ENGINE_STACK_ENTRIES(UNITS_MAX)];
    static uint8_t marks[UNITS_MAX];
    static struct engine_action actions[ROOM];
    size_t db_size;
    const uint8_t *db_data = database(&db_size);
    _cleanup_free_ uint8_t *own = NULL;
    struct engine_recovery recovery;
    struct runtab table, fresh;
    struct engine e;
    struct udb db;
    int r = runtab_open(file, size, &table);

    if (r < 0)
        return;
    (void)runundo_rollback(&table);
    FUZZ_MUST(udb_open(db_data, db_size, &db, NULL) == 0);
    if (r == 1) {
        own = calloc(1, runtab_size(udb_count(&db)));
        FUZZ_MUST(own);
        runtab_format(own, udb_count(&db), db.header->checksum, &fresh);
        if (runtab_convert(&table, &fresh) < 0)
            return;
        table = fresh;
    }
    if (engine_init(&e, &db, &table, stack, marks, actions, ROOM) < 0)
        return;
    r = engine_recover(&e, &recovery);
    if (r < 0)
        engine_lose_all(&e);
    if (r < 0 || recovery.n_lost > 0)
        engine_rebuild(&e, NULL, 0, 5000);
    for (int i = 0; i < 100 && engine_reissue(&e, 6000); i++)
        e.n_actions = 0;
    for (int i = 0; i < 20; i++) {
        e.n_actions = 0;
        if (!engine_run(&e, 7000))
            break;
    }
}

enum { FIX = 1, READER = 2, RAW = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    uint64_t how = fuzz_number(&in, 1);
    size_t db_size, n;
    const struct udb_header *db = (const struct udb_header *)(const void *)database(&db_size);
    _cleanup_free_ uint8_t *file = NULL;
    struct runtab table;

    if (how & RAW) {
        n = in.size;
        file = fuzz_copy(in.data, n, false);
    } else {
        n = runtab_size(db->units.count);
        file = calloc(1, n);
        FUZZ_MUST(file);
        runtab_format(file, db->units.count, db->checksum, &table);
        fuzz_patch(&in, file, n, 8);
    }
    if (how & FIX)
        fix_checksum(file, n);
    if (how & READER)
        read_table(file, n, &in);
    else
        take_over(file, n);
    return 0;
}
