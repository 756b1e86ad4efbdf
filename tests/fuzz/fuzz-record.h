/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-record - an input as the bytes of a record (base/record.h).
 *
 * The first byte chooses: the bytes as they are; with a right header in front; or a list of (tag, length, value) that is
 * encoded, so that what stands behind the framing is reached.
 */
#pragma once

#include "fuzz.h"
#include "record.h"

/* fuzz_record - Return: allocated, of just @ret_size bytes. */
static inline uint8_t *fuzz_record(const uint8_t *data, size_t size, size_t *ret_size)
{
    struct fuzz_input in = {data, size};
    uint64_t how = fuzz_number(&in, 1);
    _cleanup_free_ uint8_t *room = malloc(65536 + 64);
    struct record_writer w;
    ssize_t n;

    FUZZ_MUST(room);
    if (how % 4 == 0 || in.size > 60000) {
        *ret_size = in.size;
        return fuzz_copy(in.data, in.size, false);
    }
    record_begin(&w, room, 65536);
    if (how % 4 == 1) { /* the framing of the entries is the input's: the header alone is right */
        memcpy(room + w.size, in.data, in.size);
        w.size += in.size;
    }
    while (how % 4 > 1 && in.size > 0) {
        uint32_t tag = (uint32_t)fuzz_number(&in, 1);
        size_t length = (size_t)fuzz_number(&in, 1);

        length = length == 255 ? in.size : MIN(length, in.size);
        record_put(&w, tag, in.data, length);
        in.data += length;
        in.size -= length;
    }
    n = record_finish(&w);
    FUZZ_MUST(n > 0);
    *ret_size = (size_t)n;
    return fuzz_copy(room, *ret_size, false);
}
