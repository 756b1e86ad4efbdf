/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ctlfixture - a small system in memory for the tests of pintlectl: a database and a run table, and a ctl that looks at
 * them and prints into a string.
 *
 * The clock stands at 1,000 s after the kernel's start, which is Sun 2026-11-22 03:00:00 UTC.
 */
#pragma once

#include "ctl.h"
#include "log.h"
#include "udbwrite.h"
#include "unittest.h"

#define FIXTURE_NOW      (UINT64_C(1000) * USEC_PER_SEC)
#define FIXTURE_REALTIME (UINT64_C(1795316400) * USEC_PER_SEC)

struct fixture {
    struct ctl ctl;
    void *db;
    void *table_data;
    struct runtab table;
    char *text; /* what was printed */
    size_t text_size;
    size_t from; /* what fixture_printed gave out already */
};

/* The log's lines, one behind the other. */
static char fixture_log[8192];

static inline void fixture_hook(enum log_level level, const char *line)
{
    size_t n = strlen(fixture_log);

    (void)level;
    snprintf(fixture_log + n, sizeof(fixture_log) - n, "%s\n", line);
}

static inline uint32_t fixture_service(struct udbwrite *w, const char *name, const char *description, const char *path)
{
    static const char *const argv[] = {"/bin/true", NULL};
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_describe(w, u, description, path);
    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    (void)udbwrite_service_record(w, u);
    udbwrite_command(w, u, UDB_EXEC_START, "/bin/true", UDB_CMD_DIRECT, argv);
    return u;
}

static inline uint32_t fixture_target(struct udbwrite *w, const char *name, const char *description)
{
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_describe(w, u, description, NULL);
    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    return u;
}

static inline void *fixture_database(size_t *ret_size)
{
    static const char *const reload[] = {"/bin/kill", "-HUP", "1", NULL};
    _cleanup_udbwrite_ struct udbwrite *w = NULL;
    uint32_t net, ssh, web, multi, late, bad;
    void *data = NULL;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    multi = fixture_target(w, "multi-user.target", "Multi-User System");
    net = fixture_service(w, "network.service", "The network", "/lib/systemd/system/network.service");
    ssh = fixture_service(w, "ssh.service", "OpenBSD Secure Shell server", "/lib/systemd/system/ssh.service");
    web = fixture_service(w, "web.service", "A web server", "/lib/systemd/system/web.service");
    late = fixture_service(w, "late.service", "Waits for others", "/etc/systemd/system/late.service");
    bad = udbwrite_unit(w, "bad.service");
    udbwrite_describe(w, bad, NULL, "/etc/systemd/system/bad.service");
    udbwrite_unit_record(w, bad)->load = UDB_BAD;
    udbwrite_note(w, bad, UDB_NOTE_ERROR, "/etc/systemd/system/bad.service", 7, "Type=sometimes is no type of service");
    udbwrite_unit_record(w, udbwrite_unit(w, "masked.service"))->load = UDB_MASKED;
    (void)udbwrite_unit(w, "ghost.service");
    udbwrite_command(w, ssh, UDB_EXEC_RELOAD, "/bin/kill", 0, reload);
    udbwrite_edge(w, multi, UDB_WANTS, ssh);
    udbwrite_edge(w, multi, UDB_WANTS, web);
    udbwrite_edge(w, multi, UDB_WANTS, late);
    udbwrite_edge(w, multi, UDB_AFTER, ssh);
    udbwrite_edge(w, ssh, UDB_AFTER, net);
    udbwrite_edge(w, late, UDB_AFTER, net);
    udbwrite_edge(w, late, UDB_REQUIRES, udbwrite_find(w, "ghost.service"));
    udbwrite_prop(w, ssh, 0, 0, UDB_PROP_DROP_IN, "/etc/systemd/system/ssh.service.d/limit.conf");
    udbwrite_prop(w, ssh, 0, 0, UDB_PROP_ALIAS, "sshd.service");
    udbwrite_prop(w, ssh, 0, 0, "ExecStart", "/usr/sbin/sshd -D $SSHD_OPTS");
    udbwrite_prop(w, ssh, 0, 0, "Environment", "A=1");
    udbwrite_prop(w, ssh, 0, 0, "Environment", "B=2");
    udbwrite_note(w, ssh, UDB_NOTE_WARNING, "/lib/systemd/system/ssh.service", 12, "unknown directive 'Colour'");
    udbwrite_known(w, UDBWRITE_DEFAULT, multi);
    ck_assert_int_eq(udbwrite_finish(w, &data, ret_size), 0);
    return data;
}

static inline struct run_unit *fixture_unit(struct fixture *f, const char *name)
{
    return runtab_unit(&f->table, udb_find(&f->ctl.view.db, name));
}

static inline struct run_text *fixture_text(struct fixture *f, const char *name)
{
    return runtab_text(&f->table, udb_find(&f->ctl.view.db, name));
}

static inline void fixture_fill(struct fixture *f)
{
    struct runtab_header *h = f->table.header;

    *fixture_unit(f, "ssh.service") = (struct run_unit){
        .state = RUN_RUNNING, .main_pid = 999999999, .heap_pos = RUN_NONE, .done_job_id = 3, .active_usec = 877 * USEC_PER_SEC,
        .start_usec = 876 * USEC_PER_SEC, .n_restarts = 2,
    };
    text_copy(fixture_text(f, "ssh.service")->status, RUN_STATUS_TEXT, "listening on 2 sockets");
    *fixture_unit(f, "web.service") = (struct run_unit){
        .state = RUN_FAILED, .result = RUN_RESULT_EXIT_CODE, .exit_code = CLD_EXITED, .exit_status = 3, .heap_pos = RUN_NONE,
        .inactive_usec = 990 * USEC_PER_SEC, .start_usec = 980 * USEC_PER_SEC,
    };
    *fixture_unit(f, "network.service") = (struct run_unit){
        .state = RUN_START_PRE, .job = RUN_JOB_START, .job_id = 7, .job_usec = 995 * USEC_PER_SEC, .heap_pos = 0,
        .deadline_usec = 1085 * USEC_PER_SEC, .start_usec = 996 * USEC_PER_SEC, .control_pid = 999999998,
        .exec_kind = UDB_EXEC_START_PRE,
    };
    *fixture_unit(f, "late.service") = (struct run_unit){
        .state = RUN_DEAD, .job = RUN_JOB_START, .job_id = 8, .job_usec = 995 * USEC_PER_SEC, .heap_pos = RUN_NONE, .n_wait = 1,
    };
    *fixture_unit(f, "multi-user.target") = (struct run_unit){
        .state = RUN_REACHED, .heap_pos = RUN_NONE, .active_usec = 880 * USEC_PER_SEC,
    };
    h->boot_unit = udb_find(&f->ctl.view.db, "multi-user.target");
    h->boot_done = 1;
    h->t_boot_done = 880 * USEC_PER_SEC;
    h->n_failed = 1;
    h->n_jobs = 2;
    h->image_bytes = 12 << 20;
    h->freed_bytes = 12 << 20;
}

static inline void fixture_init(struct fixture *f)
{
    size_t size;
    uint32_t count;

    *f = (struct fixture){0};
    setenv("TZ", "UTC", 1);
    fixture_log[0] = '\0';
    log_set_hook(fixture_hook);
    f->db = fixture_database(&size);
    count = ((const struct udb_header *)f->db)->units.count;
    f->table_data = calloc(1, runtab_size(count));
    ck_assert_ptr_nonnull(f->table_data);
    runtab_format(f->table_data, count, ((const struct udb_header *)f->db)->checksum, &f->table);
    ctl_init(&f->ctl, open_memstream(&f->text, &f->text_size));
    ck_assert_int_eq(view_borrow(&f->ctl.view, f->db, size, f->table_data, runtab_size(count)), 0);
    f->ctl.mapped = true;
    f->ctl.container = false; /* wherever the test runs */
    f->ctl.now_usec = FIXTURE_NOW;
    f->ctl.realtime_usec = FIXTURE_REALTIME;
    f->ctl.opt.root = "/nonexistent"; /* no unit file of this machine shows up in a test */
    fixture_fill(f);
}

/* What was printed since the last call. Borrowed until the next. */
static inline const char *fixture_printed(struct fixture *f)
{
    static char copy[65536];

    fflush(f->ctl.out);
    text_copy(copy, sizeof(copy), f->text + f->from);
    f->from = f->text_size;
    return copy;
}

static inline void fixture_done(struct fixture *f)
{
    FILE *out = f->ctl.out;

    ctl_done(&f->ctl);
    fclose(out);
    free(f->text);
    free(f->db);
    free(f->table_data);
    log_set_hook(NULL);
}

#define WORDS(...) ((char *const *)(const char *const[]){__VA_ARGS__ __VA_OPT__(,) NULL})
