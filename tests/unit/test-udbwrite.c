/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udbwrite.h"
#include "unittest.h"

static const size_t behind = offsetof(struct udb_header, checksum) + sizeof(uint64_t);

static const char *const true_argv[] = {"/bin/true", "one", NULL};

static uint32_t add_service(struct udbwrite *w, const char *name)
{
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    udbwrite_service_record(w, u)->type = UDB_SIMPLE;
    udbwrite_command(w, u, UDB_EXEC_START, "/bin/true", UDB_CMD_DIRECT, true_argv);
    return u;
}

static uint32_t add_target(struct udbwrite *w, const char *name)
{
    uint32_t u = udbwrite_unit(w, name);

    udbwrite_unit_record(w, u)->load = UDB_LOADED;
    return u;
}

/* A database with something in every table. */
static struct udbwrite *sample(void)
{
    static const char *const pre[] = {"sh", "-c", "echo $HOME", NULL};
    struct udbwrite *w;
    uint32_t ssh, cron, multi, shutdown, none;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    multi = add_target(w, "multi-user.target");
    ssh = add_service(w, "ssh.service");
    shutdown = add_target(w, "shutdown.target");
    cron = add_service(w, "cron.service");
    none = udbwrite_unit(w, "absent.service");
    udbwrite_describe(w, ssh, "OpenBSD Secure Shell server", "/lib/systemd/system/ssh.service");
    udbwrite_edge(w, multi, UDB_WANTS, ssh);
    udbwrite_edge(w, multi, UDB_WANTS, cron);
    udbwrite_edge(w, multi, UDB_AFTER, ssh);
    udbwrite_edge(w, cron, UDB_BEFORE, multi);
    udbwrite_edge(w, cron, UDB_REQUIRES, none);
    udbwrite_edge(w, ssh, UDB_CONFLICTS, shutdown);
    udbwrite_edge(w, cron, UDB_ON_FAILURE, ssh);
    udbwrite_command(w, ssh, UDB_EXEC_START_PRE, "sh", UDB_CMD_IGNORE_FAILURE, pre);
    udbwrite_command(w, ssh, UDB_EXEC_START_PRE, "/bin/true", 0, true_argv);
    udbwrite_environment(w, cron, "PATH=/bin");
    udbwrite_environment(w, ssh, "A=1");
    udbwrite_environment(w, ssh, "B=2");
    udbwrite_prop(w, ssh, 7, 1, "User", "nobody");
    udbwrite_prop(w, cron, 8, 1, "Nice", "5");
    udbwrite_prop(w, ssh, 7, 1, "User", "root");
    udbwrite_note(w, UDB_NONE, UDB_NOTE_INFO, "", 0, "of no unit");
    udbwrite_note(w, ssh, UDB_NOTE_WARNING, "/lib/systemd/system/ssh.service", 4, "something");
    udbwrite_known(w, UDBWRITE_DEFAULT, multi);
    udbwrite_known(w, UDBWRITE_SHUTDOWN, shutdown);
    return w;
}

static struct udb opened(void *data, size_t size)
{
    struct udb db;
    const char *why = "none";

    ck_assert_msg(udb_open(data, size, &db, &why) == 0, "%s", why);
    return db;
}

START_TEST(what_was_added_is_found_sorted_and_linked_both_ways)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL;
    const struct udb_service *s;
    const struct udb_command *c;
    uint32_t ssh, cron, multi;
    struct udb db;
    size_t size;

    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    db = opened(data, size);
    ck_assert_uint_eq(udb_count(&db), 5);
    ssh = udb_find(&db, "ssh.service");
    cron = udb_find(&db, "cron.service");
    multi = udb_find(&db, "multi-user.target");
    ck_assert_uint_eq(udb_find(&db, "nobody.service"), UDB_NONE);
    ck_assert_str_eq(udb_text(&db, udb_unit(&db, ssh)->description), "OpenBSD Secure Shell server");
    ck_assert_str_eq(udb_text(&db, udb_unit(&db, cron)->description), "cron.service");
    ck_assert_uint_eq(udb_unit(&db, udb_find(&db, "absent.service"))->load, UDB_NOT_FOUND);
    ck_assert(udb_has_edge(&db, ssh, UDB_BEFORE, multi));
    ck_assert(udb_has_edge(&db, multi, UDB_AFTER, cron));
    ck_assert(udb_has_edge(&db, cron, UDB_WANTED_BY, multi));
    ck_assert(udb_has_edge(&db, udb_find(&db, "shutdown.target"), UDB_CONFLICTS, ssh));
    ck_assert_uint_gt(udb_unit(&db, multi)->rank, udb_unit(&db, ssh)->rank);
    ck_assert_uint_eq(db.header->default_unit, multi);
    ck_assert_uint_eq(db.header->rescue_unit, UDB_NONE);
    s = udb_service(&db, ssh);
    ck_assert_uint_eq(s->exec[UDB_EXEC_START_PRE].count, 2);
    c = udb_command(&db, s->exec[UDB_EXEC_START_PRE].first);
    ck_assert_str_eq(udb_text(&db, c->path), "sh");
    ck_assert_str_eq(udb_str(&db, &c->argv, 2), "echo $HOME");
    ck_assert_uint_eq(s->environment.count, 2);
    ck_assert_str_eq(udb_str(&db, &s->environment, 1), "B=2");
    ck_assert_uint_eq(udb_service(&db, cron)->environment.count, 1);
    ck_assert_uint_eq(udb_unit(&db, ssh)->props.count, 2);
    ck_assert_str_eq(udb_prop_last(&db, ssh, "User"), "root");
    ck_assert_ptr_null(udb_prop_last(&db, cron, "User"));
    ck_assert_uint_eq(db.header->notes.count, 2);
    ck_assert_uint_eq(udb_note(&db, udb_unit(&db, ssh)->notes.first)->line, 4);
    ck_assert_uint_eq(udb_note(&db, 1)->unit, UDB_NONE);
}
END_TEST

START_TEST(the_same_text_is_stored_once)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL, *more = NULL;
    size_t size, size2;

    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    udbwrite_prop(w, 0, 1, 1, "User", "nobody");
    ck_assert_int_eq(udbwrite_finish(w, &more, &size2), 0);
    ck_assert_uint_lt(size2 - size, 24); /* the record alone */
    ck_assert_uint_eq(udbwrite_unit(w, "ssh.service"), udbwrite_find(w, "ssh.service"));
    ck_assert_uint_eq(udbwrite_find(w, "User"), UDB_NONE); /* a text, but no unit */
}
END_TEST

START_TEST(an_empty_database_is_one)
{
    _cleanup_udbwrite_ struct udbwrite *w = NULL;
    _cleanup_free_ void *data = NULL;
    struct udb db;
    size_t size;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    db = opened(data, size);
    ck_assert_uint_eq(udb_count(&db), 0);
    ck_assert_uint_eq(udb_find(&db, "a.service"), UDB_NONE);
}
END_TEST

START_TEST(a_cycle_is_refused_and_an_edge_to_itself_is_dropped)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL;
    uint32_t ssh = udbwrite_find(w, "ssh.service");
    size_t size;

    udbwrite_edge(w, ssh, UDB_AFTER, ssh);
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    free(TAKE_PTR(data));
    udbwrite_edge(w, ssh, UDB_AFTER, udbwrite_find(w, "multi-user.target"));
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), -ELOOP);
    ck_assert_ptr_null(data);
}
END_TEST

START_TEST(units_that_contradict_themselves_are_refused)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL;
    uint32_t bad = udbwrite_unit(w, "bad.service");
    size_t size;

    udbwrite_unit_record(w, bad)->load = UDB_LOADED;
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), -EBADMSG); /* no service record */
    udbwrite_service_record(w, bad);
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), -EBADMSG); /* no ExecStart */
    udbwrite_service_record(w, bad)->type = UDB_ONESHOT;
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    free(TAKE_PTR(data));
    udbwrite_service_record(w, bad)->kill_signal = 65;
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), -EBADMSG);
    udbwrite_service_record(w, bad)->kill_signal = 64;
    udbwrite_unit_record(w, bad)->type = UDB_TARGET;
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), -EBADMSG);
}
END_TEST

START_TEST(a_file_cut_short_or_changed_anywhere_is_refused)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL, *copy = NULL;
    struct udb db;
    size_t size;

    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    for (size_t n = 0; n < size; n++) {
        copy = malloc(n + 1); /* exact, so that a sanitizer sees a read behind the end */
        memcpy(copy, data, n);
        ck_assert_int_lt(udb_open(copy, n, &db, NULL), 0);
        free(TAKE_PTR(copy));
    }
    copy = malloc(size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        memcpy(copy, data, size);
        ((uint8_t *)copy)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_lt(udb_open(copy, size, &db, NULL), 0);
    }
}
END_TEST

/* Read all that a reader may reach; a sanitizer says when that leaves the file. */
static uint64_t walk(const struct udb *db)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < udb_count(db); i++) {
        const struct udb_unit *u = udb_unit(db, i);
        const struct udb_service *s = udb_service(db, i);

        sum += strlen(udb_name(db, i)) + strlen(udb_text(db, u->description)) + strlen(udb_text(db, u->path));
        for (size_t k = 0; k < UDB_EDGE_COUNT; k++)
            for (uint32_t j = 0; j < u->edges[k].count; j++)
                sum += udb_unit(db, udb_refs(db, &u->edges[k])[j])->rank;
        for (uint32_t j = 0; j < u->props.count; j++)
            sum += strlen(udb_text(db, udb_prop(db, &u->props, j)->value));
        for (uint32_t j = 0; j < u->notes.count; j++)
            sum += strlen(udb_text(db, udb_note(db, u->notes.first + j)->text));
        for (size_t k = 0; s && k < UDB_EXEC_COUNT; k++)
            for (uint32_t j = 0; j < s->exec[k].count; j++) {
                const struct udb_command *c = udb_command(db, s->exec[k].first + j);

                sum += strlen(udb_text(db, c->path));
                for (uint32_t a = 0; a < c->argv.count; a++)
                    sum += strlen(udb_str(db, &c->argv, a));
            }
        for (uint32_t j = 0; s && j < s->environment.count; j++)
            sum += strlen(udb_str(db, &s->environment, j));
        sum += udb_find(db, udb_name(db, i));
    }
    return sum;
}

static void seal(void *data, size_t size)
{
    struct udb_header *h = data;

    if (h->size >= behind && h->size <= size)
        h->checksum = udb_checksum((uint8_t *)data + behind, (size_t)h->size - behind);
}

START_TEST(what_a_stranger_wrote_with_a_right_checksum_is_refused_or_harmless)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL, *copy = NULL;
    uint32_t random = 2463534242, taken = 0, refused = 0;
    size_t size;

    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    copy = malloc(size);
    for (int round = 0; round < 200000; round++) {
        struct udb db;
        int changes = 1 + round % 3;

        memcpy(copy, data, size);
        for (int i = 0; i < changes; i++) {
            random ^= random << 13, random ^= random >> 17, random ^= random << 5;
            ((uint8_t *)copy)[random % size] = (uint8_t)(random >> 20);
        }
        seal(copy, size);
        if (udb_open(copy, size, &db, NULL) < 0) {
            refused++;
            continue;
        }
        taken++;
        walk(&db);
    }
    ck_assert_uint_gt(taken, 1000);
    ck_assert_uint_gt(refused, 1000);
}
END_TEST

START_TEST(a_wrong_inverse_order_or_rank_is_refused)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ void *data = NULL;
    struct udb_unit *units;
    const char *why = NULL;
    struct udb db;
    uint32_t ssh, multi, rank;
    size_t size;

    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    db = opened(data, size);
    units = (struct udb_unit *)((uint8_t *)data + db.header->units.offset);
    ssh = udb_find(&db, "ssh.service");
    multi = udb_find(&db, "multi-user.target");

    rank = units[multi].rank;
    units[multi].rank = units[ssh].rank;
    seal(data, size);
    ck_assert_int_eq(udb_open(data, size, &db, &why), -EBADMSG);
    ck_assert_str_eq(why, "the ordering is not free of cycles");
    units[multi].rank = rank;

    units[ssh].edges[UDB_BEFORE].count = 0;
    seal(data, size);
    ck_assert_int_eq(udb_open(data, size, &db, &why), -EBADMSG);
    ck_assert_str_eq(why, "an edge has no inverse");
    units[ssh].edges[UDB_BEFORE].count = 1;
    seal(data, size);
    ck_assert_int_eq(udb_open(data, size, &db, &why), 0);

    struct udb_unit swapped = units[0];
    units[0] = units[1];
    units[1] = swapped;
    seal(data, size);
    ck_assert_int_eq(udb_open(data, size, &db, &why), -EBADMSG);
}
END_TEST

/* As a compiler of before wrote it: the last field is not there. */
START_TEST(a_header_of_before_is_read_with_the_default_for_what_it_lacks)
{
    _cleanup_udbwrite_ struct udbwrite *w = sample();
    _cleanup_free_ uint8_t *data = NULL;
    struct udb_header *h;
    struct udb db;
    size_t size;

    udbwrite_final_timeout(w, UDB_FINAL_REBOOT, 5 * USEC_PER_SEC);
    udbwrite_watchdog(w, 7 * USEC_PER_SEC, 0, "/dev/w");
    ck_assert_int_eq(udbwrite_finish(w, (void **)&data, &size), 0);
    db = opened(data, size);
    ck_assert_uint_eq(udb_final_timeout(&db, UDB_FINAL_REBOOT), 5 * USEC_PER_SEC);
    ck_assert_uint_eq(udb_final_timeout(&db, UDB_FINAL_HALT), UDB_FINAL_TIMEOUT);
    ck_assert_uint_eq(udb_watchdog(&db).runtime_usec, 7 * USEC_PER_SEC);
    ck_assert_str_eq(udb_text(&db, udb_watchdog(&db).device), "/dev/w");
    h = (struct udb_header *)data;
    h->header_size = offsetof(struct udb_header, watchdog);
    h->watchdog.device = UINT32_MAX;
    h->checksum = udb_checksum(data + behind, size - behind);
    db = opened(data, size);
    ck_assert_uint_eq(udb_final_timeout(&db, UDB_FINAL_REBOOT), 5 * USEC_PER_SEC);
    ck_assert_uint_eq(udb_watchdog(&db).runtime_usec, 0);
    ck_assert_uint_eq(udb_watchdog(&db).reboot_usec, UDB_REBOOT_WATCHDOG);
    ck_assert_str_eq(udb_text(&db, udb_watchdog(&db).device), "");
    h->header_size = UDB_HEADER_MIN;
    memset(data + UDB_HEADER_MIN, 0xff, sizeof(*h) - UDB_HEADER_MIN);
    h->checksum = udb_checksum(data + behind, size - behind);
    db = opened(data, size);
    ck_assert_uint_eq(udb_final_timeout(&db, UDB_FINAL_REBOOT), UDB_FINAL_TIMEOUT);
}
END_TEST

START_TEST(ten_thousand_units_in_a_chain_are_ranked)
{
    enum { N = 10000 };
    _cleanup_udbwrite_ struct udbwrite *w = NULL;
    _cleanup_free_ void *data = NULL;
    struct udb db;
    size_t size;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    for (int i = 0; i < N; i++) {
        char name[32];

        snprintf(name, sizeof(name), "u%d.service", i * 7919 % N);
        add_service(w, name);
        if (i > 0)
            udbwrite_edge(w, (uint32_t)i, UDB_AFTER, (uint32_t)i - 1);
    }
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    db = opened(data, size);
    ck_assert_uint_eq(udb_unit(&db, udb_find(&db, "u0.service"))->rank, 0);
    ck_assert_uint_eq(udb_unit(&db, udb_find(&db, "u2081.service"))->rank, N - 1); /* 9999 * 7919 % 10000 */
}
END_TEST

UNITTEST_MAIN("udbwrite", what_was_added_is_found_sorted_and_linked_both_ways, the_same_text_is_stored_once,
              an_empty_database_is_one, a_cycle_is_refused_and_an_edge_to_itself_is_dropped,
              units_that_contradict_themselves_are_refused, a_file_cut_short_or_changed_anywhere_is_refused,
              what_a_stranger_wrote_with_a_right_checksum_is_refused_or_harmless,
              a_wrong_inverse_order_or_rank_is_refused, a_header_of_before_is_read_with_the_default_for_what_it_lacks,
              ten_thousand_units_in_a_chain_are_ranked)
