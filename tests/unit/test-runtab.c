/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runundo.h"
#include "unittest.h"

#define COUNT 5
#define DB    UINT64_C(0xfeedbeef)

static void seal(struct runtab_header *h)
{
    h->checksum = udb_checksum(h, offsetof(struct runtab_header, checksum));
}

static void make(struct runtab *ret)
{
    runtab_format(calloc(1, runtab_size(COUNT)), COUNT, DB, ret);
}

/* A table as a pintle wrote it whose header, record and text are @more bytes longer, or shorter. */
static void make_other(struct runtab *ret, int more)
{
    struct runtab own;
    struct runtab_header *h;
    uint32_t unit = (uint32_t)((int)sizeof(struct run_unit) + more), header = (uint32_t)((int)sizeof(*h) + more),
             text = sizeof(struct run_text) + (uint32_t)MAX(more, 0);
    uint8_t *data = calloc(1, 65536);

    make(&own);
    memcpy(data, own.header, MIN(header, sizeof(*h)));
    h = (struct runtab_header *)data;
    h->header_size = header;
    h->unit_size = unit;
    h->text_size = text;
    h->undo_offset = ALIGN_UP((uint64_t)header, 8);
    h->undo_size = 8192;
    h->units_offset = h->undo_offset + h->undo_size;
    h->heap_offset = h->units_offset + COUNT * unit;
    h->pids_offset = ALIGN_UP(h->heap_offset + COUNT * 4, 8);
    h->texts_offset = h->pids_offset + h->pid_room * sizeof(struct run_pid);
    h->size = 65536;
    seal(h);
    ck_assert_int_eq(runtab_open(data, 65536, ret), 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        struct run_unit *u = runtab_unit(ret, i);

        memset(u, 0x77, unit);
        memcpy(u, runtab_unit(&own, i), MIN(unit, sizeof(*u)));
        u->seq = 8;
        u->main_pid = 100 + (pid_t)i;
        snprintf(runtab_text(ret, i)->reason, RUN_REASON_TEXT, "reason %u", i);
    }
    h->last_job_id = 77;
    h->boot_unit = 3;
    free(own.data);
}

START_TEST(a_call_that_did_not_end_is_taken_back_whole)
{
    struct runtab t;
    struct run_unit *u;

    make(&t);
    u = runtab_unit(&t, 1);
    u->main_pid = 42;
    snprintf(runtab_text(&t, 1)->reason, RUN_REASON_TEXT, "before");
    t.header->boot_unit = 2;

    runundo_save_text(&t, 1);
    runtab_begin(u);
    u->main_pid = 43;
    snprintf(runtab_text(&t, 1)->reason, RUN_REASON_TEXT, "after");
    runtab_end(u);
    runundo_save_goal(&t);
    t.header->boot_unit = 4;
    runundo_save_unit(&t, 3);
    runtab_begin(runtab_unit(&t, 3));
    runtab_unit(&t, 3)->state = RUN_RUNNING;

    ck_assert_int_eq(runtab_open(t.data, t.size, &t), 0);
    ck_assert_uint_eq(runundo_rollback(&t), 4);
    ck_assert_int_eq(u->main_pid, 42);
    ck_assert_str_eq(runtab_text(&t, 1)->reason, "before");
    ck_assert_uint_eq(t.header->boot_unit, 2);
    ck_assert_uint_eq(runtab_unit(&t, 3)->state, RUN_DEAD);
    /* A reader that began in the middle sees another counter: never one from before. */
    ck_assert_uint_gt(u->seq, 2);
    ck_assert_uint_gt(runtab_unit(&t, 3)->seq, 1);
    ck_assert_uint_eq((u->seq | runtab_unit(&t, 3)->seq) % 2, 0);
    ck_assert_uint_eq(runundo_rollback(&t), 0);
    free(t.data);
}
END_TEST

START_TEST(a_call_that_ended_stays_and_what_it_saved_is_saved_anew_in_the_next)
{
    struct runtab t;

    make(&t);
    for (int call = 1; call <= 3; call++) {
        runundo_save_unit(&t, 1);
        runundo_save_unit(&t, 1);
        ck_assert_uint_eq(t.header->undo_used, sizeof(struct run_undo) + sizeof(struct run_unit));
        runtab_unit(&t, 1)->main_pid = call;
        if (call < 3)
            runundo_commit(&t);
    }
    ck_assert_uint_eq(runundo_rollback(&t), 1);
    ck_assert_int_eq(runtab_unit(&t, 1)->main_pid, 2);
    free(t.data);
}
END_TEST

START_TEST(the_log_has_room_for_everything_once)
{
    struct runtab t;

    make(&t);
    for (int twice = 0; twice < 2; twice++) {
        for (uint32_t i = 0; i < COUNT; i++)
            runundo_save_text(&t, i);
        runundo_save_goal(&t);
    }
    ck_assert_uint_le(t.header->undo_used, t.header->undo_size);
    ck_assert_uint_gt(t.header->undo_used + sizeof(struct run_text), t.header->undo_size);
    ck_assert_uint_eq(runundo_rollback(&t), 2 * COUNT + 1);
    free(t.data);
}
END_TEST

START_TEST(records_left_odd_by_the_runtime_become_even)
{
    struct runtab t;

    make(&t);
    runtab_begin(runtab_unit(&t, 2));
    runtab_unit(&t, 2)->notify_fd = 9;
    ck_assert_uint_eq(runundo_rollback(&t), 1);
    ck_assert_uint_eq(runtab_unit(&t, 2)->seq, 2);
    ck_assert_int_eq(runtab_unit(&t, 2)->notify_fd, 9);
    free(t.data);
}
END_TEST

static void check_carried(int more)
{
    struct runtab from, to;

    make_other(&from, more);
    from.header->superseded = 1;
    make(&to);
    ck_assert_int_eq(runtab_convert(&from, &to), 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct run_unit *u = runtab_unit(&to, i);

        ck_assert_int_eq(u->main_pid, 100 + (pid_t)i);
        ck_assert_int_eq(u->report_fd[0], -EBADF);
        ck_assert_int_eq(u->report_fd[1], -EBADF);
        ck_assert_uint_eq(runtab_text(&to, i)->reason[7], (unsigned)('0' + i));
    }
    ck_assert_uint_eq(to.header->last_job_id, 77);
    ck_assert_uint_eq(to.header->superseded, 0);
    ck_assert_uint_eq(to.header->boot_unit, 3);
    ck_assert_uint_eq(to.header->notify_serial, 0);
    ck_assert_int_eq(runtab_open(to.data, to.size, &to), 0);
    free(from.data);
    free(to.data);
}

START_TEST(a_newer_pintles_larger_records_are_carried_over)
{
    check_carried(64);
}
END_TEST

START_TEST(an_older_pintles_smaller_records_are_carried_over)
{
    check_carried(-8);
}
END_TEST

START_TEST(a_call_is_taken_back_in_the_other_layout_before_it_is_carried_over)
{
    struct runtab from, to;
    struct run_undo *entry;

    make_other(&from, 64);
    entry = (struct run_undo *)(from.data + from.header->undo_offset);
    *entry = (struct run_undo){.what = RUN_UNDO_UNIT, .unit = 1};
    memcpy(entry + 1, runtab_unit(&from, 1), from.header->unit_size);
    from.header->undo_used = (uint32_t)sizeof(*entry) + from.header->unit_size;
    runtab_unit(&from, 1)->main_pid = 5;
    ck_assert_int_eq(runtab_open(from.data, from.size, &from), 1);
    ck_assert_uint_eq(runundo_rollback(&from), 1);
    make(&to);
    ck_assert_int_eq(runtab_convert(&from, &to), 0);
    ck_assert_int_eq(runtab_unit(&to, 1)->main_pid, 101);
    to.header->db_checksum++;
    ck_assert_int_eq(runtab_convert(&from, &to), -EINVAL);
    free(from.data);
    free(to.data);
}
END_TEST

START_TEST(a_reader_takes_smaller_records_and_fills_them_up)
{
    struct runtab from, t;
    struct run_unit u;
    struct run_text text;

    make_other(&from, -8);
    ck_assert_int_eq(runtab_open_reader(from.data, from.size, &t), 0);
    ck_assert_int_eq(runtab_read(&t, 2, &u, &text), 0);
    ck_assert_int_eq(u.main_pid, 102);
    ck_assert_int_eq(u.report_fd[1], -EBADF);
    ck_assert_str_eq(text.reason, "reason 2");
    free(from.data);
}
END_TEST

START_TEST(a_flipped_bit_in_what_never_changes_is_found)
{
    struct runtab t, u;

    make(&t);
    for (size_t i = 0; i < offsetof(struct runtab_header, events) * 8; i++) {
        t.data[i / 8] ^= (uint8_t)(1 << i % 8);
        ck_assert_msg(runtab_open(t.data, t.size, &u) < 0, "bit %zu", i);
        ck_assert_msg(runtab_open_reader(t.data, t.size, &u) < 0, "bit %zu", i);
        t.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), 0);
    free(t.data);
}
END_TEST

START_TEST(a_table_cut_short_or_of_odd_sizes_is_refused)
{
    struct runtab t, u;
    struct runtab_header good;

    make(&t);
    good = *t.header;
    for (size_t size = 0; size < sizeof(good); size += 8)
        ck_assert_int_eq(runtab_open(t.data, size, &u), -EBADMSG);
    ck_assert_int_eq(runtab_open(t.data, t.size - 1, &u), -EBADMSG);
#define REFUSED(field, value)                                                                                \
    do {                                                                                                     \
        t.header->field = (typeof(t.header->field))(value);                                                  \
        seal(t.header);                                                                                      \
        ck_assert_msg(runtab_open(t.data, t.size, &u) == -EBADMSG, #field " = " #value);                     \
        *t.header = good;                                                                                    \
    } while (0)
    REFUSED(count, COUNT + 1);
    REFUSED(count, UINT32_MAX);
    REFUSED(unit_size, 8);
    REFUSED(unit_size, UINT32_MAX - 7);
    REFUSED(text_size, 12);
    REFUSED(header_size, 0);
    REFUSED(header_size, 65536);
    REFUSED(pid_room, 0);
    REFUSED(pid_room, 3);
    REFUSED(units_offset, 0);
    REFUSED(units_offset, UINT64_MAX - 7);
    REFUSED(texts_offset, good.size);
    REFUSED(heap_offset, good.size - 8);
    REFUSED(pids_offset, good.pids_offset + 1);
    REFUSED(undo_size, good.undo_size - 8);
    REFUSED(undo_size, UINT64_MAX);
    REFUSED(undo_offset, 8);
    free(t.data);
}
END_TEST

START_TEST(a_goal_out_of_range_is_refused)
{
    struct runtab t, u;

    make(&t);
#define GOAL_REFUSED(field, value)                                                                           \
    do {                                                                                                     \
        uint32_t before = t.header->field;                                                                   \
        t.header->field = (value);                                                                           \
        ck_assert_msg(runtab_open(t.data, t.size, &u) == -EBADMSG, #field " = " #value);                     \
        t.header->field = before;                                                                            \
    } while (0)
    GOAL_REFUSED(boot_unit, COUNT);
    GOAL_REFUSED(final_unit, COUNT);
    GOAL_REFUSED(boot_done, 3);
    GOAL_REFUSED(final_kind, UDB_FINAL_EXIT + 1);
    GOAL_REFUSED(final_said, 2);
    GOAL_REFUSED(last_job_id, UINT32_MAX);
    t.header->boot_due = 1;
    GOAL_REFUSED(boot_due_unit, COUNT);
    GOAL_REFUSED(boot_due_result, RUN_RESULT_COUNT);
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), 0);
    free(t.data);
}
END_TEST

START_TEST(a_log_that_is_no_log_is_refused)
{
    struct runtab t, u;
    struct run_undo *entry;

    make(&t);
    entry = (struct run_undo *)(t.data + t.header->undo_offset);
    t.header->undo_used = (uint32_t)t.header->undo_size + 8;
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), -EBADMSG);
    t.header->undo_used = 4;
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), -EBADMSG);
    t.header->undo_used = sizeof(*entry) + sizeof(struct run_unit);
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), -EBADMSG);
    entry->what = RUN_UNDO_UNIT;
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), 0);
    entry->unit = COUNT;
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), -EBADMSG);
    entry->unit = 0;
    t.header->undo_used -= 8;
    ck_assert_int_eq(runtab_open(t.data, t.size, &u), -EBADMSG);
    free(t.data);
}
END_TEST

UNITTEST_MAIN("runtab", a_call_that_did_not_end_is_taken_back_whole,
              a_call_that_ended_stays_and_what_it_saved_is_saved_anew_in_the_next, the_log_has_room_for_everything_once,
              records_left_odd_by_the_runtime_become_even, a_newer_pintles_larger_records_are_carried_over,
              an_older_pintles_smaller_records_are_carried_over,
              a_call_is_taken_back_in_the_other_layout_before_it_is_carried_over,
              a_reader_takes_smaller_records_and_fills_them_up, a_flipped_bit_in_what_never_changes_is_found,
              a_table_cut_short_or_of_odd_sizes_is_refused, a_goal_out_of_range_is_refused,
              a_log_that_is_no_log_is_refused)
