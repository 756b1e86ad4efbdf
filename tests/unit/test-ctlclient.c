/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changes: requests, waiting on the futex, reloads in between, exit statuses. A forked child plays PID 1: it answers on
 * a control socket and writes to the table that the parent has mapped from the same file.
 */
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "clock.h"
#include "client.h"
#include "ctlfixture.h"
#include "fd.h"
#include "sys.h"

/* What the other side does, one after another, then it ends. */
struct act {
    int error;         /* answered */
    uint32_t job;      /* answered */
    const char *text;  /* answered; NULL: none */
    int result;        /* >= 0: the job's enum run_result, written to the table @after_msec later */
    int after_msec;
    bool replace;      /* before answering -ESTALE: put new files in place */
    enum control_op expect_op;
    const char *expect_unit; /* NULL: none */
    uint32_t expect_flags;
};

struct world {
    char dir[64];
    pid_t pid; /* of the other side */
    struct fixture f;
};

static void write_file(const char *dir, const char *name, const void *data, size_t size)
{
    _cleanup_fd_atomic_ struct fd_atomic a = {.fd = -EBADF};
    char path[128];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    ck_assert_int_eq(fd_atomic_open(&a, path, 0644), 0);
    ck_assert_int_eq(fd_write_all(a.fd, data, size), 0);
    ck_assert_int_eq(fd_atomic_commit(&a), 0);
}

static void map_shared(const struct world *w, struct runtab *ret_table)
{
    char path[128];
    struct stat st;
    void *map;
    int fd;

    snprintf(path, sizeof(path), "%s/table", w->dir);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        _exit(90);
    map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED || runtab_open(map, (size_t)st.st_size, ret_table) < 0)
        _exit(91);
}

static void wake(struct runtab *t)
{
    __atomic_fetch_add(&t->header->events, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &t->header->events, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

/* A database with one unit more in front, so that every index is another one. */
static void *grown_database(size_t *ret_size)
{
    _cleanup_udbwrite_ struct udbwrite *w = NULL;
    void *data = NULL;

    if (udbwrite_new(&w) < 0)
        _exit(92);
    fixture_target(w, "aaa.target", "New");
    fixture_service(w, "ssh.service", "OpenBSD Secure Shell server", "");
    fixture_service(w, "web.service", "A web server", "");
    if (udbwrite_finish(w, &data, ret_size) < 0)
        _exit(93);
    return data;
}

static void replace_files(const struct world *w, struct runtab *old, struct runtab *ret_table)
{
    size_t size;
    void *db = grown_database(&size);
    const struct udb_header *h = db;
    void *table = calloc(1, runtab_size(h->units.count));

    runtab_format(table, h->units.count, h->checksum, ret_table);
    write_file(w->dir, "units.db", db, size);
    write_file(w->dir, "table", table, runtab_size(h->units.count));
    __atomic_store_n(&old->header->superseded, 1, __ATOMIC_RELEASE);
    wake(old);
    map_shared(w, ret_table);
    free(db);
    free(table);
}

static int play_one(const struct world *w, const struct act *a, int listener, struct runtab *table)
{
    uint32_t op = 0, unit = UDB_NONE, flags = 0;
    struct record_writer writer;
    struct record_reader rd;
    struct record_entry e;
    uint8_t buf[CONTROL_MAX];
    struct udb db;
    ssize_t n;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return 10;
    n = recv(fd, buf, sizeof(buf), 0);
    if (n <= 0 || record_open(&rd, buf, (size_t)n) < 0)
        return 11;
    while (record_next(&rd, &e)) {
        if (e.tag == CONTROL_OP)
            op = record_u32(&e);
        else if (e.tag == CONTROL_UNIT)
            unit = record_u32(&e);
        else if (e.tag == CONTROL_FLAGS)
            flags = record_u32(&e);
        else if (e.tag == CONTROL_DB && record_u64(&e) != table->header->db_checksum && !a->replace)
            return 12;
    }
    if (op != (uint32_t)a->expect_op)
        return 13;
    if (flags != a->expect_flags)
        return 17;
    if (a->replace)
        replace_files(w, table, table);
    else if (a->expect_unit) {
        _cleanup_free_ char *data = NULL;
        char path[128];
        size_t size;

        snprintf(path, sizeof(path), "%s/units.db", w->dir);
        if (fd_read_file(AT_FDCWD, path, 1 << 20, &data, &size) < 0 || udb_open(data, size, &db, NULL) < 0)
            return 14;
        if (unit >= udb_count(&db) || !streq(udb_name(&db, unit), a->expect_unit))
            return 15;
    }
    record_begin(&writer, buf, sizeof(buf));
    record_put_u32(&writer, CONTROL_ERROR, (uint32_t)-a->error);
    record_put_u32(&writer, CONTROL_JOB, a->job);
    record_put_text(&writer, CONTROL_MESSAGE, a->text);
    if (send(fd, buf, (size_t)record_finish(&writer), MSG_NOSIGNAL) < 0)
        return 16;
    close(fd);
    if (a->result >= 0) {
        struct run_unit *u = runtab_unit(table, unit);

        poll(NULL, 0, a->after_msec); /* the time that a service takes */
        runtab_begin(u);
        u->done_job_id = a->job;
        u->done_result = (uint8_t)a->result;
        if (a->result == RUN_RESULT_EXIT_CODE)
            text_copy(runtab_text(table, unit)->reason, RUN_REASON_TEXT, "no such file: /etc/web.conf");
        runtab_end(u);
        wake(table);
    }
    return 0;
}

static void world_init(struct world *w, const struct act *acts, size_t n)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int listener;

    fixture_init(&w->f);
    text_copy(w->dir, sizeof(w->dir), "/tmp/test-ctlclient.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(w->dir));
    w->f.table.header->heap_count = 0;
    write_file(w->dir, "units.db", w->f.db, w->f.ctl.view.db.size);
    for (uint32_t i = 0; i < view_count(&w->f.ctl.view); i++)
        runtab_unit(&w->f.table, i)->heap_pos = RUN_NONE;
    write_file(w->dir, "table", w->f.table_data, w->f.table.size);
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/control", w->dir);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&sa, sizeof(sa)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    w->pid = fork();
    ck_assert_int_ge(w->pid, 0);
    if (w->pid == 0) {
        struct runtab table;
        int r = 0;

        map_shared(w, &table);
        for (size_t i = 0; i < n && r == 0; i++)
            r = play_one(w, &acts[i], listener, &table);
        _exit(r);
    }
    close(listener);
    w->f.ctl.mapped = false;
    w->f.ctl.dir = w->dir;
    w->f.ctl.opt.timeout_usec = 20 * USEC_PER_SEC;
    fixture_log[0] = '\0';
}

/* Return: what the other side ended with; 0 when everything came as it expected. */
static int world_done(struct world *w)
{
    static const char *const names[] = {"units.db", "table", "control"};
    char path[128];
    int status;

    ck_assert_int_eq(waitpid(w->pid, &status, 0), w->pid);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
        unlink(path);
    }
    rmdir(w->dir);
    fixture_done(&w->f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static int run(struct world *w, const char *verb, char *const *words)
{
    w->f.ctl.verb = verb;
    return change_units(&w->f.ctl, words);
}

START_TEST(start_waits_until_the_job_has_ended)
{
    static const struct act acts[] = {
        {.job = 9, .result = RUN_RESULT_SUCCESS, .after_msec = 150, .expect_op = CONTROL_OP_START, .expect_unit = "web.service"},
    };
    uint64_t began = clock_now();
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "start", WORDS("web")), 0);
    ck_assert_uint_ge(clock_now() - began, 150000);
    ck_assert_uint_lt(clock_now() - began, 4000000); /* woken, not found when it looked again */
    ck_assert_str_eq(fixture_log, "");
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(a_failed_start_is_1_with_the_reason_and_where_to_look)
{
    static const struct act acts[] = {
        {.job = 9, .result = RUN_RESULT_EXIT_CODE, .after_msec = 20, .expect_op = CONTROL_OP_START, .expect_unit = "web.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "start", WORDS("web")), 1);
    ck_assert_str_eq(fixture_log, "web.service: start failed (exit-code): no such file: /etc/web.conf\n"
                                  "for more see 'pintlectl status web.service'\n");
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(no_block_does_not_wait_and_nothing_to_do_is_no_failure)
{
    static const struct act acts[] = {
        {.job = 9, .result = -1, .expect_op = CONTROL_OP_STOP, .expect_unit = "web.service"},
        {.job = 0, .result = -1, .expect_op = CONTROL_OP_STOP, .expect_unit = "ssh.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    w.f.ctl.opt.no_block = true;
    ck_assert_int_eq(run(&w, "stop", WORDS("web")), 0);
    w.f.ctl.opt.no_block = false;
    ck_assert_int_eq(run(&w, "stop", WORDS("ssh")), 0);
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(a_reload_between_two_looks_is_followed_by_name)
{
    static const struct act acts[] = {
        {.error = -ESTALE, .result = -1, .replace = true, .expect_op = CONTROL_OP_RESTART},
        {.job = 3, .result = RUN_RESULT_SUCCESS, .after_msec = 50, .expect_op = CONTROL_OP_RESTART, .expect_unit = "web.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "restart", WORDS("web")), 0);
    ck_assert_str_eq(fixture_log, "");
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(a_unit_that_a_reload_took_away_ends_the_wait)
{
    /* The second answer puts files in place that do not know network.service. */
    static const struct act acts[] = {
        {.job = 9, .result = -1, .expect_op = CONTROL_OP_START, .expect_unit = "network.service"},
        {.error = -ESTALE, .result = -1, .replace = true, .expect_op = CONTROL_OP_START},
        {.job = 3, .result = RUN_RESULT_SUCCESS, .after_msec = 20, .expect_op = CONTROL_OP_START, .expect_unit = "web.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "start", WORDS("network", "web")), 1);
    ck_assert_ptr_nonnull(strstr(fixture_log, "network.service: gone from the unit files while it was waited for\n"));
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(refusals_have_systemctls_statuses)
{
    static const struct act acts[] = {
        {.error = -EPERM, .result = -1, .text = "refused: the unit does not allow it", .expect_op = CONTROL_OP_START},
        {.error = -ENOENT, .result = -1, .text = "the unit is not loaded", .expect_op = CONTROL_OP_STOP},
        {.error = -ESRCH, .result = -1, .expect_op = CONTROL_OP_RELOAD, .expect_unit = "ssh.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "start", WORDS("web")), 4);
    ck_assert_int_eq(run(&w, "stop", WORDS("ghost")), 5);
    ck_assert_int_eq(run(&w, "reload", WORDS("ssh")), 1);
    ck_assert_str_eq(fixture_log, "cannot start web.service: refused: the unit does not allow it\n"
                                  "cannot stop ghost.service: the unit is not loaded\n"
                                  "cannot reload ssh.service: it is not active\n");
    /* These are known without PID 1. */
    fixture_log[0] = '\0';
    ck_assert_int_eq(run(&w, "start", WORDS("nothing")), 5);
    ck_assert_int_eq(run(&w, "start", WORDS("ghost")), 5);
    ck_assert_int_eq(run(&w, "start", WORDS("masked")), 1);
    ck_assert_int_eq(run(&w, "start", WORDS("bad")), 6);
    ck_assert_ptr_nonnull(strstr(fixture_log, "bad.service:7: Type=sometimes is no type of service\n"));
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(reload_or_restart_takes_the_reload_that_there_is)
{
    static const struct act acts[] = {
        {.job = 0, .result = -1, .expect_op = CONTROL_OP_RELOAD, .expect_unit = "ssh.service"},
        {.job = 0, .result = -1, .expect_op = CONTROL_OP_RESTART, .expect_unit = "web.service"},
    };
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    ck_assert_int_eq(run(&w, "reload-or-restart", WORDS("ssh", "web")), 0);
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(a_timeout_says_that_the_job_goes_on)
{
    static const struct act acts[] = {{.job = 9, .result = -1, .expect_op = CONTROL_OP_START}};
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    w.f.ctl.opt.timeout_usec = 100 * USEC_PER_MSEC;
    ck_assert_int_eq(run(&w, "start", WORDS("web")), 1);
    ck_assert_str_eq(fixture_log, "not done after 100ms; the jobs go on, see 'pintlectl list-jobs'\n");
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(nobody_there_is_said_plainly)
{
    struct fixture f;

    fixture_init(&f);
    f.ctl.mapped = false;
    f.ctl.dir = "/nonexistent";
    f.ctl.verb = "start";
    ck_assert_int_eq(change_units(&f.ctl, WORDS("web")), 1);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("web")), 3);
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("web")), 3);
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 1);
    ck_assert_str_eq(fixture_printed(&f), "inactive\noffline\n");
    ck_assert_ptr_nonnull(strstr(fixture_log, "pintle is not running here (no /nonexistent/table)\n"));
    fixture_done(&f);
}
END_TEST

START_TEST(wait_ends_when_a_unit_has_settled)
{
    struct world w;
    struct runtab table;
    pid_t pid;
    int status;

    world_init(&w, NULL, 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        map_shared(&w, &table);
        poll(NULL, 0, 50);
        for (uint32_t i = 0; i < table.header->count; i++) {
            struct run_unit *u = runtab_unit(&table, i);

            if (u->state != RUN_START_PRE)
                continue;
            runtab_begin(u);
            u->job = RUN_JOB_NONE;
            u->state = RUN_RUNNING;
            runtab_end(u);
        }
        wake(&table);
        _exit(0);
    }
    ck_assert_int_eq(change_wait(&w.f.ctl, WORDS("network")), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(change_wait(&w.f.ctl, WORDS("web")), 1);
    ck_assert_int_eq(change_wait(&w.f.ctl, WORDS("bad")), 3);
    ck_assert_int_eq(change_wait(&w.f.ctl, WORDS("nothing")), 4);
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

static int rebooted; /* the command that the kernel got; 0: none */

static int fake_reboot(int command)
{
    rebooted = command;
    return 0;
}

static int run_final(struct ctl *ctl, const char *line)
{
    char *argv[8] = {0}, *copy = strdup(line), *pos = copy;
    int argc = 0, r;

    for (char *word; argc < 7 && (word = strsep(&pos, " "));)
        argv[argc++] = word;
    ctl->program = argv[0];
    ctl->opt.force = 0;
    r = final_main(ctl, argc, argv);
    free(copy);
    return r;
}

#define FINAL_FLAGS(final) ((uint32_t)(final) << 8 | CONTROL_FLAG_IRREVERSIBLE)

START_TEST(the_old_names_ask_for_what_they_always_did)
{
    static const struct act acts[] = {
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_POWEROFF)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_REBOOT)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_HALT)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_POWEROFF)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_POWEROFF)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL, .expect_flags = FINAL_FLAGS(UDB_FINAL_REBOOT)},
        {.result = -1, .expect_op = CONTROL_OP_FINAL_NOW, .expect_flags = FINAL_FLAGS(UDB_FINAL_REBOOT)},
    };
    static const char *const lines[] = {"poweroff",          "reboot", "halt", "halt -p", "shutdown -h now",
                                        "shutdown -r +0", "reboot -f"};
    struct world w;

    world_init(&w, acts, ARRAY_SIZE(acts));
    rebooted = 0;
    sys.reboot = fake_reboot;
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
        ck_assert_msg(run_final(&w.f.ctl, lines[i]) == 0, "%s", lines[i]);
    ck_assert_int_eq(rebooted, 0);
    sys_reset();
    ck_assert_int_eq(world_done(&w), 0);
}
END_TEST

START_TEST(force_twice_needs_nobody_and_other_times_than_now_do_nothing)
{
    struct fixture f;

    fixture_init(&f);
    f.ctl.mapped = false;
    f.ctl.dir = "/nonexistent";
    rebooted = 0;
    sys.reboot = fake_reboot;
    ck_assert_int_eq(run_final(&f.ctl, "shutdown -h +5"), 3);
    ck_assert_int_eq(run_final(&f.ctl, "shutdown -h"), 3);
    ck_assert_int_eq(run_final(&f.ctl, "shutdown -c"), 1);
    ck_assert_int_eq(run_final(&f.ctl, "shutdown -k now"), 3);
    ck_assert_int_eq(run_final(&f.ctl, "reboot now"), 2);
    ck_assert_int_eq(run_final(&f.ctl, "halt -w"), 0);
    ck_assert_int_eq(run_final(&f.ctl, "poweroff -f"), 1); /* nobody is there to ask */
    ck_assert_ptr_nonnull(strstr(fixture_log, "'+5' is not supported: the only time that this version knows is 'now'"));
    ck_assert_ptr_nonnull(strstr(fixture_log, "'poweroff -ff' asks the kernel"));
    ck_assert_int_eq(rebooted, 0);
    ck_assert_int_eq(run_final(&f.ctl, "reboot -ff"), 0);
    ck_assert_int_eq(rebooted, 0x1234567);
    sys_reset();
    fixture_done(&f);
}
END_TEST

START_TEST(options_may_stand_anywhere_and_bad_ones_are_refused)
{
    char *argv[] = {(char *)"pintlectl", (char *)"show", (char *)"-p", (char *)"Id,Names", (char *)"ssh", (char *)"--value",
                    (char *)"-P", (char *)"MainPID", (char *)"--timeout=2min", (char *)"-ff", NULL};
    char *bad[] = {(char *)"pintlectl", (char *)"--colour", NULL};
    char *span[] = {(char *)"pintlectl", (char *)"--timeout=soon", NULL};
    char *user[] = {(char *)"pintlectl", (char *)"--user", NULL};
    char *const *words;
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(ctloption_parse(&f.ctl, 10, argv, &words), 0);
    ck_assert_str_eq(words[0], "show");
    ck_assert_str_eq(words[1], "ssh");
    ck_assert_ptr_null(words[2]);
    ck_assert(f.ctl.opt.value && f.ctl.opt.force == 2 && f.ctl.opt.timeout_usec == 120 * USEC_PER_SEC);
    ck_assert_uint_eq(f.ctl.opt.properties.n, 3);
    ck_assert_int_lt(ctloption_parse(&f.ctl, 2, bad, &words), 0);
    ck_assert_int_lt(ctloption_parse(&f.ctl, 2, span, &words), 0);
    ck_assert_int_lt(ctloption_parse(&f.ctl, 2, user, &words), 0);
    ck_assert_str_eq(fixture_log, "option '--colour' is not known; see pintlectl --help\n"
                                  "--timeout=soon is no span of time (30s, 5min)\n"
                                  "--user: pintle has no service managers of users\n");
    fixture_done(&f);
}
END_TEST

UNITTEST_MAIN("ctlclient", start_waits_until_the_job_has_ended, a_failed_start_is_1_with_the_reason_and_where_to_look,
              no_block_does_not_wait_and_nothing_to_do_is_no_failure, a_reload_between_two_looks_is_followed_by_name,
              a_unit_that_a_reload_took_away_ends_the_wait, refusals_have_systemctls_statuses,
              reload_or_restart_takes_the_reload_that_there_is, a_timeout_says_that_the_job_goes_on,
              nobody_there_is_said_plainly, wait_ends_when_a_unit_has_settled,
              the_old_names_ask_for_what_they_always_did, force_twice_needs_nobody_and_other_times_than_now_do_nothing,
              options_may_stand_anywhere_and_bad_ones_are_refused)
