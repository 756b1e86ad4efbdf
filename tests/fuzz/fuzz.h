/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz - what the fuzz targets share: taking an input apart, and bytes in a buffer that ends where they end.
 *
 * A target is a file fuzz-NAME.c with LLVMFuzzerTestOneInput. It gives the bytes to a parser and then uses what that
 * accepted in every way there is: the sanitizers say when a byte outside is touched, and FUZZ_MUST when a promise is broken.
 * Binary formats with checksums, whose layout may change, are attacked by patches on a good one that the target makes
 * itself; so the corpus stays good when a record grows.
 */
#pragma once

#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_MUST(truth)                                                                                               \
    do {                                                                                                               \
        if (!(truth)) {                                                                                                \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #truth);                                \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Touches every byte of a text, so that one without an end is found. */
static inline void fuzz_use_text(const char *s)
{
    if (s)
        FUZZ_MUST(strlen(s) < SIZE_MAX / 2);
}

struct fuzz_input {
    const uint8_t *data;
    size_t size;
};

/* fuzz_number - the next @n bytes, low first; zero behind the end. */
static inline uint64_t fuzz_number(struct fuzz_input *in, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n && in->size > 0; i++) {
        value |= (uint64_t)*in->data++ << (8 * i);
        in->size--;
    }
    return value;
}

/* fuzz_copy - the bytes in an allocation of just their size, NUL-terminated with @nul. The caller frees it. */
static inline void *fuzz_copy(const void *data, size_t size, bool nul)
{
    char *copy = malloc(size + nul + (size + nul == 0));

    FUZZ_MUST(copy);
    if (size > 0)
        memcpy(copy, data, size);
    if (nul)
        copy[size] = '\0';
    return copy;
}

/*
 * fuzz_patch - change bytes of a good file: each patch is a byte of kind, an offset, a value
 * The kind says how wide, whether the value is put or added, whether the offset counts words of four, and whether it lies in
 * the header, which decides most.
 */
static inline void fuzz_patch(struct fuzz_input *in, uint8_t *file, size_t size, unsigned max)
{
    for (unsigned i = 0; i < max && in->size > 0 && size >= 8; i++) {
        uint8_t kind = (uint8_t)fuzz_number(in, 1);
        size_t width = (size_t)1 << (kind & 3);
        size_t span = kind & 64 ? MIN(size, 256u) : size;
        size_t at = (size_t)fuzz_number(in, 2) * (kind & 4 ? 4 : 1) % (span - width + 1);
        uint64_t value = fuzz_number(in, kind & 8 ? 1 : width), old = 0;

        memcpy(&old, file + at, width);
        if (kind & 16)
            value += old;
        if (kind & 32)
            value = old - value;
        memcpy(file + at, &value, width);
    }
}
