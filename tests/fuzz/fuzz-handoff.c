/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stage one's record: as PID 1 takes it over, and as pintlectl times reads it. */
#include "fuzz-record.h"
#include "handoff.h"
#include "takeover.h"
#include "times.h"
#include "udbwrite.h"

/* A boot of one unit, for times. */
static const struct ctl *idle_ctl(void)
{
    static struct ctl ctl;
    static void *db, *table;
    struct udbwrite *w;
    struct runtab t;
    size_t size;

    if (db)
        return &ctl;
    FUZZ_MUST(udbwrite_new(&w) == 0);
    udbwrite_unit_record(w, udbwrite_unit(w, "a.target"))->load = UDB_LOADED;
    FUZZ_MUST(udbwrite_finish(w, &db, &size) == 0);
    udbwrite_free(w);
    table = calloc(1, runtab_size(1));
    FUZZ_MUST(table);
    runtab_format(table, 1, ((const struct udb_header *)db)->checksum, &t);
    t.header->t_stage2 = 500;
    t.header->t_compiled = 900;
    FUZZ_MUST(view_borrow(&ctl.view, db, size, table, runtab_size(1)) == 0);
    return &ctl;
}

static void check_times(const uint8_t *record, size_t size)
{
    _cleanup_times_ struct times t = {0};
    uint64_t at;

    if (times_collect(idle_ctl(), record, size, true, &t) < 0)
        return;
    FUZZ_MUST(t.n_phases <= TIMES_PHASES);
    at = t.n_phases > 0 ? t.phases[0].from_usec : 0;
    for (size_t i = 0; i < t.n_phases; i++) { /* one unbroken line */
        FUZZ_MUST(t.phases[i].from_usec == at && t.phases[i].to_usec >= at);
        at = t.phases[i].to_usec;
    }
    for (size_t i = 0; i < MIN(t.n_modules, (size_t)TIMES_MODULES); i++)
        FUZZ_MUST(memchr(t.modules[i].name, '\0', sizeof(t.modules[i].name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n;
    _cleanup_free_ uint8_t *record = fuzz_record(data, size, &n);
    struct takeover t = {.old_fd = -EBADF};
    struct record_reader rd;
    struct record_entry e;
    char text[200];

    if (takeover_decode(&t, record, n) == 0)
        FUZZ_MUST(memchr(t.old_path, '\0', sizeof(t.old_path)));
    if (record_open(&rd, record, n) == 0)
        while (record_next(&rd, &e)) {
            FUZZ_MUST(e.value >= record && e.value + e.size <= record + n);
            FUZZ_MUST(strlen(record_text(&e, text, sizeof(text))) < sizeof(text));
            (void)record_u32(&e);
        }
    check_times(record, n);
    return 0;
}
