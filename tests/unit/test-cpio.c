/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "compress.h"
#include "cpio.h"
#include "log.h"
#include "unittest.h"

static void no_line(enum log_level level _unused_, const char *line _unused_)
{
}

static void fill(struct plan *p)
{
    ck_assert_int_eq(plan_dir(p, "/tmp", 01777), 1);
    ck_assert_int_eq(plan_link(p, "/bin", "usr/bin"), 1);
    ck_assert_int_eq(plan_char(p, "/dev/console", 0600, 5, 1), 1);
    ck_assert_int_eq(plan_data(p, "/bin/a", "hello", 5, 0755), 1);
    ck_assert_int_eq(plan_data(p, "/etc/empty", "", 0, 0644), 1);
}

static char *make(int64_t mtime, size_t *ret_size)
{
    _cleanup_plan_ struct plan p = {0};
    char *data = NULL;

    fill(&p);
    ck_assert_int_eq(cpio_write(&p, mtime, NULL, NULL, &data, ret_size), 0);
    return data;
}

struct seen {
    unsigned n;
    unsigned last_segment;
    char names[1024];
    char last[256];
};

static int see(void *data, const struct cpio_entry *e)
{
    struct seen *s = data;
    size_t used = strlen(s->names);

    snprintf(s->names + used, sizeof(s->names) - used, "%s ", e->name);
    snprintf(s->last, sizeof(s->last), "%.*s", (int)e->size, e->data);
    s->last_segment = e->segment;
    s->n++;
    ck_assert_uint_eq(e->uid, 0);
    ck_assert_uint_eq(e->gid, 0);
    if (streq(e->name, "dev/console")) {
        ck_assert_uint_eq(e->mode, S_IFCHR | 0600);
        ck_assert_uint_eq(e->device_major, 5);
        ck_assert_uint_eq(e->device_minor, 1);
    }
    if (streq(e->name, "tmp"))
        ck_assert_uint_eq(e->mode, S_IFDIR | 01777);
    if (streq(e->name, "bin")) {
        ck_assert_uint_eq(e->mode, S_IFLNK | 0777);
        ck_assert_uint_eq(e->size, 7);
    }
    return 0;
}

START_TEST(what_is_written_is_read_and_the_marker_is_last)
{
    struct seen s = {0};
    size_t size, where;
    _cleanup_free_ char *data = make(0, &size);

    ck_assert_int_eq(cpio_read(data, size, see, &s, &where), 1);
    ck_assert_str_eq(s.names,
                     "dev etc tmp usr usr/bin bin dev/console etc/empty usr/bin/a etc/pintle/image.end ");
    ck_assert_str_eq(s.last, "pintle-image-end entries=9 bytes=5\n");
}
END_TEST

/* Offsets in a newc header: see gen_init_cpio.c. */
static unsigned field(const char *header, unsigned i)
{
    char digits[9] = {0};

    memcpy(digits, header + 6 + 8 * i, 8);
    return (unsigned)strtoul(digits, NULL, 16);
}

START_TEST(inodes_times_and_owners_are_fixed)
{
    size_t size, size2;
    _cleanup_free_ char *data = make(0, &size), *again = make(0, &size2), *later = make(77, &size2);

    ck_assert_uint_eq(size, size2);
    ck_assert_mem_eq(data, again, size);
    ck_assert_mem_ne(data, later, size);
    ck_assert_int_eq(memcmp(data, "070701", 6), 0);
    ck_assert_uint_eq(field(data, 0), 721);
    ck_assert_int_eq(memcmp(data + 116, "070701", 6), 0); /* behind "dev", a directory */
    ck_assert_uint_eq(field(data + 116, 0), 722);
    ck_assert_uint_eq(field(data, 5), 0);
    ck_assert_uint_eq(field(later, 5), 77);
}
END_TEST

START_TEST(every_cut_is_noticed)
{
    size_t size, where, end;
    _cleanup_free_ char *data = make(0, &size);

    /* behind the trailer's name nothing matters but zeros */
    for (end = size; data[end - 1] == '\0'; end--)
        ;
    for (size_t i = 0; i < end; i++) {
        struct seen s = {0};
        int r = cpio_read(data, i, see, &s, &where);

        ck_assert_msg(r == -EBADMSG || (i < 6 && r == -ENODATA), "cut at %zu: %d", i, r);
    }
}
END_TEST

/* An image as distributions make them: an uncompressed archive, zeros, a compressed one, another one. */
static void check_concatenated(enum compress_method m)
{
    size_t size, packed_size, total, where;
    _cleanup_free_ char *data = make(0, &size), *packed = NULL, *image = NULL;
    struct seen s = {0};

    ck_assert_int_eq(compress_buffer(m, data, size, &packed, &packed_size), 0);
    total = ALIGN_UP(size, 512) + ALIGN_UP(packed_size, 512) + size;
    image = calloc(1, total);
    memcpy(image, data, size);
    memcpy(image + ALIGN_UP(size, 512), packed, packed_size);
    memcpy(image + ALIGN_UP(size, 512) + ALIGN_UP(packed_size, 512), data, size);
    ck_assert_int_eq(cpio_read(image, total, see, &s, &where), 3);
    ck_assert_uint_eq(s.n, 30);
    ck_assert_uint_eq(s.last_segment, 2);
}

START_TEST(concatenated_archives_are_all_read)
{
    check_concatenated(COMPRESS_NONE);
    check_concatenated(COMPRESS_ZSTD);
    check_concatenated(COMPRESS_GZIP);
}
END_TEST

START_TEST(a_file_that_changed_its_size_is_refused)
{
    _cleanup_plan_ struct plan p = {0};
    char *data = NULL;
    size_t size;

    log_set_hook(no_line);
    ck_assert_int_eq(plan_file(&p, "/x", "/proc/self/exe", 0755, 12, NULL), 1);
    ck_assert_int_eq(cpio_write(&p, 0, NULL, NULL, &data, &size), -EBUSY);
    ck_assert_ptr_null(data);
    log_set_hook(NULL);
}
END_TEST

START_TEST(totals_count_files)
{
    _cleanup_plan_ struct plan p = {0};

    fill(&p);
    ck_assert_uint_eq(cpio_totals_of(&p).entries, 9);
    ck_assert_uint_eq(cpio_totals_of(&p).bytes, 5);
    ck_assert_uint_eq(cpio_unpacked(&p), 4096);
}
END_TEST

UNITTEST_MAIN("cpio", what_is_written_is_read_and_the_marker_is_last, inodes_times_and_owners_are_fixed,
              every_cut_is_noticed, concatenated_archives_are_all_read,
              a_file_that_changed_its_size_is_refused, totals_count_files)
