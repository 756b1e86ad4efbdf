/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/mman.h>

#include "handover.h"
#include "unittest.h"

static uint8_t buf[HANDOFF_MAX];

/* As a reader does: the last value of a tag; -1 when it is not there. */
static int64_t number_of(const void *record, size_t size, uint32_t tag)
{
    struct record_reader rd;
    struct record_entry e;
    int64_t found = -1;

    ck_assert_int_eq(record_open(&rd, record, size), 0);
    while (record_next(&rd, &e))
        if (e.tag == tag)
            found = (int64_t)record_u64(&e);
    return found;
}

static const char *text_of(const void *record, size_t size, uint32_t tag)
{
    static char text[512];
    struct record_reader rd;
    struct record_entry e;

    text[0] = '\0';
    ck_assert_int_eq(record_open(&rd, record, size), 0);
    while (record_next(&rd, &e))
        if (e.tag == tag)
            record_text(&e, text, sizeof(text));
    return text;
}

static struct stage1 example(void)
{
    struct stage1 s = {.times = {1, 2, 3, 4, 5, 6, 7},
                       .spec = {.text = (char *)"UUID=1234"},
                       .root = {.source = "/dev/vda1",
                                .type = "ext4",
                                .options = "data=journal",
                                .read_only = true,
                                .dev = 77,
                                .fsck_status = 1},
                       .image = {.version = "0.1", .unpacked = 5000000},
                       .freed_bytes = 4000000};

    return s;
}

START_TEST(all_that_stage_one_knows_comes_back)
{
    struct stage1 s = example();
    struct pivot_result p = {HANDOFF_OLD_MOUNT, 5, 99, "pivot_root", true};
    ssize_t n = handover_encode(&s, &p, buf, sizeof(buf));
    size_t size = (size_t)n;

    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_T_START), 1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_T_EXEC), 7);
    ck_assert_str_eq(text_of(buf, size, HANDOFF_ROOT_SPEC), "UUID=1234");
    ck_assert_str_eq(text_of(buf, size, HANDOFF_ROOT_SOURCE), "/dev/vda1");
    ck_assert_str_eq(text_of(buf, size, HANDOFF_ROOT_OPTIONS), "data=journal");
    ck_assert_int_eq(number_of(buf, size, HANDOFF_ROOT_RO), 1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_ROOT_CHECKED), 1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_KIND), HANDOFF_OLD_MOUNT);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_FD), 5);
    ck_assert_str_eq(text_of(buf, size, HANDOFF_OLD_PATH), "/run/initramfs");
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_DEV), 99);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_IMAGE_BYTES), 5000000);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_FREED_BYTES), 4000000);
    ck_assert_str_eq(text_of(buf, size, HANDOFF_PIVOT_HOW), "pivot_root");
}
END_TEST

START_TEST(what_is_not_so_has_no_tag)
{
    struct stage1 s = example();
    struct pivot_result p = {HANDOFF_OLD_NONE, -EBADF, 0, "pivot_root", false};
    size_t size;

    s.root.fsck_status = -1;
    size = (size_t)handover_encode(&s, &p, buf, sizeof(buf));
    ck_assert_int_eq(number_of(buf, size, HANDOFF_ROOT_CHECKED), -1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_FD), -1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_DEV), -1);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_OLD_KIND), HANDOFF_OLD_NONE);
}
END_TEST

START_TEST(a_record_from_the_future_is_read_for_what_is_known_of_it)
{
    struct {
        uint64_t known;
        uint32_t grown;
    } wider = {42, 7};
    struct record_writer w;
    size_t size;

    record_begin(&w, buf, sizeof(buf));
    record_put_text(&w, 4711, "a tag that nobody has thought of yet");
    record_put(&w, HANDOFF_T_START, &wider, sizeof(wider));
    record_put_text(&w, 4712, NULL);
    record_put_text(&w, HANDOFF_ROOT_TYPE, "futurefs");
    size = (size_t)record_finish(&w);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_T_START), 42);
    ck_assert_str_eq(text_of(buf, size, HANDOFF_ROOT_TYPE), "futurefs");
}
END_TEST

START_TEST(a_record_from_the_past_lacks_tags_and_has_narrow_numbers)
{
    struct record_writer w;
    size_t size;

    record_begin(&w, buf, sizeof(buf));
    record_put_u32(&w, HANDOFF_T_START, 17);
    size = (size_t)record_finish(&w);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_T_START), 17);
    ck_assert_int_eq(number_of(buf, size, HANDOFF_IMAGE_BYTES), -1);
    ck_assert_str_eq(text_of(buf, size, HANDOFF_ROOT_SOURCE), "");
}
END_TEST

START_TEST(a_thousand_disks_and_warnings_do_not_cost_the_rest)
{
    struct stage1 s = example();
    struct pivot_result p = {HANDOFF_OLD_ROOTFS, 6, 1, "move", true};
    char line[200];
    ssize_t n;

    memset(line, 'w', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(strv_add(&s.warnings, line), 0);
    n = handover_encode(&s, &p, buf, sizeof(buf));
    ck_assert_int_gt(n, 0);
    ck_assert_str_eq(text_of(buf, (size_t)n, HANDOFF_PIVOT_HOW), "move");
    ck_assert_str_eq(text_of(buf, (size_t)n, HANDOFF_WARNING), line);
    strv_clear(&s.warnings);
}
END_TEST

START_TEST(the_memfd_is_sealed_and_inherited)
{
    int fd = handover_memfd("record", 6);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_lt(pwrite(fd, "x", 1, 0), 0);
    ck_assert_int_eq(fcntl(fd, F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
    ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    close(fd);
}
END_TEST

START_TEST(the_environment_gets_one_variable_and_keeps_the_rest_in_order)
{
    char *envp[] = {(char *)"HOME=/", (char *)"TERM=linux", (char *)"bar=baz", NULL};
    char **env = handover_environment(envp, "PINTLE_HANDOFF=7");

    ck_assert_str_eq(env[0], "HOME=/");
    ck_assert_str_eq(env[2], "bar=baz");
    ck_assert_str_eq(env[3], "PINTLE_HANDOFF=7");
    ck_assert_ptr_null(env[4]);
    free(env);
}
END_TEST

UNITTEST_MAIN("handover", all_that_stage_one_knows_comes_back, what_is_not_so_has_no_tag,
              a_record_from_the_future_is_read_for_what_is_known_of_it,
              a_record_from_the_past_lacks_tags_and_has_narrow_numbers,
              a_thousand_disks_and_warnings_do_not_cost_the_rest, the_memfd_is_sealed_and_inherited,
              the_environment_gets_one_variable_and_keeps_the_rest_in_order)
