/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record.h"
#include "unittest.h"

enum { TAG_A = 1, TAG_B = 2, TAG_FUTURE = 900 };

START_TEST(what_was_put_comes_back_in_order)
{
    uint8_t buf[256];
    struct record_writer w;
    struct record_reader rd;
    struct record_entry e;
    char text[16];
    ssize_t size;

    record_begin(&w, buf, sizeof(buf));
    record_put_u32(&w, TAG_A, 7);
    record_put_text(&w, TAG_B, "hello");
    record_put_text(&w, TAG_B, NULL);
    record_put_u64(&w, TAG_A, UINT64_C(1) << 40);
    size = record_finish(&w);
    ck_assert_int_gt(size, 0);
    ck_assert_int_eq(record_open(&rd, buf, (size_t)size), 0);
    ck_assert(record_next(&rd, &e) && e.tag == TAG_A && record_u32(&e) == 7);
    ck_assert(record_next(&rd, &e) && e.tag == TAG_B);
    ck_assert_str_eq(record_text(&e, text, sizeof(text)), "hello");
    ck_assert_str_eq(record_text(&e, text, 4), "hel");
    ck_assert(record_next(&rd, &e) && record_u64(&e) == UINT64_C(1) << 40);
    ck_assert(!record_next(&rd, &e));
}
END_TEST

START_TEST(unknown_tags_and_longer_values_are_taken_in_stride)
{
    struct {
        uint64_t known;
        uint64_t grown;
    } future = {42, 99};
    uint8_t buf[256];
    struct record_writer w;
    struct record_reader rd;
    struct record_entry e;
    uint64_t found = 0;

    record_begin(&w, buf, sizeof(buf));
    record_put(&w, TAG_FUTURE, "whatever this is", 16);
    record_put(&w, TAG_A, &future, sizeof(future));
    ck_assert_int_eq(record_open(&rd, buf, (size_t)record_finish(&w)), 0);
    while (record_next(&rd, &e))
        if (e.tag == TAG_A)
            found = record_u64(&e);
    ck_assert_uint_eq(found, 42);
}
END_TEST

START_TEST(a_record_that_does_not_fit_says_so)
{
    uint8_t buf[32];
    struct record_writer w;

    record_begin(&w, buf, sizeof(buf));
    record_put(&w, TAG_A, "0123456789", 10);
    record_put_u32(&w, TAG_B, 1);
    ck_assert_int_eq(record_finish(&w), -ENOSPC);
    record_begin(&w, buf, 3);
    ck_assert_int_eq(record_finish(&w), -ENOSPC);
}
END_TEST

START_TEST(any_changed_or_missing_byte_is_noticed)
{
    uint8_t good[256], bad[256];
    struct record_writer w;
    struct record_reader rd;
    size_t size;

    record_begin(&w, good, sizeof(good));
    record_put_u32(&w, TAG_A, 7);
    record_put_text(&w, TAG_B, "abc");
    size = (size_t)record_finish(&w);
    for (size_t i = 0; i < size; i++) {
        ck_assert_int_eq(record_open(&rd, good, i), -EBADMSG);
        memcpy(bad, good, size);
        bad[i] ^= 0x41;
        /* a larger size than the buffer, a wrong magic, a wrong sum: all the same answer */
        ck_assert_int_eq(record_open(&rd, bad, size), -EBADMSG);
    }
}
END_TEST

START_TEST(an_entry_that_points_outside_is_refused_even_with_a_right_checksum)
{
    uint8_t buf[64];
    struct record_writer w;
    struct record_reader rd;
    uint32_t h = UINT32_C(2166136261), huge = 0xfffffff0;
    ssize_t size;

    record_begin(&w, buf, sizeof(buf));
    record_put_u32(&w, TAG_A, 7);
    size = record_finish(&w);
    memcpy(buf + 20, &huge, 4); /* the entry's length */
    for (ssize_t i = 16; i < size; i++)
        h = (h ^ buf[i]) * UINT32_C(16777619);
    memcpy(buf + 12, &h, 4);
    ck_assert_int_eq(record_open(&rd, buf, (size_t)size), -EBADMSG);
}
END_TEST

UNITTEST_MAIN("record", what_was_put_comes_back_in_order, unknown_tags_and_longer_values_are_taken_in_stride,
              a_record_that_does_not_fit_says_so, any_changed_or_missing_byte_is_noticed,
              an_entry_that_points_outside_is_refused_even_with_a_right_checksum)
