/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compress.h"
#include "unittest.h"

#define SIZE ((size_t)3 << 20) /* more than zstd's window */

static char *sample(size_t size)
{
    char *data = malloc(size);
    uint32_t x = 1;

    /* noise, and each half a KiB of it once more */
    for (size_t i = 0; i < size; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = i % 1024 < 512 ? (char)(x >> 24) : data[i - 512];
    }
    return data;
}

static void check_method(enum compress_method m, const char *magic, size_t magic_size, size_t whole)
{
    _cleanup_free_ char *data = sample(whole), *packed = NULL, *again = NULL, *back = NULL;
    size_t packed_size, again_size, size, used;

    ck_assert_int_eq(compress_buffer(m, data, whole, &packed, &packed_size), 0);
    ck_assert_mem_eq(packed, magic, magic_size);
    ck_assert_uint_lt(packed_size, whole);
    ck_assert_int_eq(compress_buffer(m, data, whole, &again, &again_size), 0);
    ck_assert_uint_eq(packed_size, again_size);
    ck_assert_mem_eq(packed, again, packed_size);
    ck_assert_int_eq(compress_expand(packed, packed_size, whole * 2, &back, &size, &used), 0);
    ck_assert_uint_eq(size, whole);
    ck_assert_mem_eq(data, back, whole);
    ck_assert_uint_eq(used, packed_size);
    free(back);
    back = NULL;
    ck_assert_int_eq(compress_expand(packed, packed_size, whole / 2, &back, &size, NULL), -EFBIG);
    ck_assert_int_lt(compress_expand(packed, packed_size / 2, whole * 2, &back, &size, NULL), 0);
    ck_assert_ptr_null(back);
}

/* The magics by which the kernel knows a method (lib/decompress.c). */
START_TEST(each_method_comes_back_and_starts_as_the_kernel_wants)
{
    check_method(COMPRESS_ZSTD, "\x28\xb5\x2f\xfd", 4, SIZE);
    check_method(COMPRESS_GZIP, "\x1f\x8b", 2, SIZE);
    if (compress_is_built(COMPRESS_XZ))
        check_method(COMPRESS_XZ,
                     "\xfd"
                     "7zXZ\0\0\1",
                     8, SIZE); /* 1: CRC32 */
    if (compress_is_built(COMPRESS_LZ4))
        check_method(COMPRESS_LZ4, "\x02\x21\x4c\x18", 4, SIZE * 3); /* two blocks */
}
END_TEST

START_TEST(a_zstd_frame_says_what_it_holds_and_has_a_small_window)
{
    _cleanup_free_ char *data = sample(SIZE), *packed = NULL;
    size_t size;
    unsigned descriptor;

    ck_assert_int_eq(compress_buffer(COMPRESS_ZSTD, data, SIZE, &packed, &size), 0);
    descriptor = (unsigned char)packed[4];
    ck_assert_uint_ne(descriptor >> 6, 0);                       /* a content size of 2 bytes or more */
    ck_assert_uint_eq(descriptor >> 5 & 1, 0);                   /* not one segment, so there is a window: */
    ck_assert_uint_le(10 + ((unsigned char)packed[5] >> 3), 21); /* 2 MiB */
}
END_TEST

START_TEST(what_is_not_compressed_is_said_to_be_not)
{
    char *back = NULL;
    size_t size;

    ck_assert_int_eq(compress_expand("hello, this is text", 19, SIZE, &back, &size, NULL), -ENODATA);
    ck_assert_ptr_null(back);
}
END_TEST

START_TEST(names_and_methods_match)
{
    enum compress_method m;

    for (enum compress_method i = 0; i < COMPRESS_COUNT; i++) {
        ck_assert_int_eq(compress_parse(compress_name(i), &m), 0);
        ck_assert_uint_eq(m, i);
    }
    ck_assert_int_eq(compress_parse("bzip2", &m), -EINVAL);
}
END_TEST

UNITTEST_MAIN("compress", each_method_comes_back_and_starts_as_the_kernel_wants,
              a_zstd_frame_says_what_it_holds_and_has_a_small_window,
              what_is_not_compressed_is_said_to_be_not, names_and_methods_match)
