/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compress.h"

#include <archive.h>
#include <archive_entry.h>
#include <zstd.h>
#if HAVE_LZMA
#include <lzma.h>
#endif
#if HAVE_LZ4
#include <lz4.h>
#include <lz4hc.h>
#endif

/* What the kernel allocates before it writes the first file; larger windows gain little on an image. */
#define ZSTD_WINDOW_LOG  21
#define ZSTD_LEVEL       9 /* 19: a tenth smaller, 18 times as slow to make, slower to unpack */
#define XZ_DICTIONARY    (1u << 20)
#define LZ4_LEGACY_MAGIC UINT32_C(0x184c2102)
#define LZ4_LEGACY_BLOCK (8u << 20)
#define LZ4_LEVEL        9

static const struct {
    const char *name;
    const char *config;
} methods[COMPRESS_COUNT] = {
    [COMPRESS_AUTO] = {"auto", NULL},
    [COMPRESS_NONE] = {"none", NULL},
    [COMPRESS_ZSTD] = {"zstd", "CONFIG_RD_ZSTD"},
    [COMPRESS_GZIP] = {"gzip", "CONFIG_RD_GZIP"},
    [COMPRESS_XZ] = {"xz", "CONFIG_RD_XZ"},
    [COMPRESS_LZ4] = {"lz4", "CONFIG_RD_LZ4"},
};

const char *compress_name(enum compress_method m)
{
    return m < COMPRESS_COUNT ? methods[m].name : NULL;
}

const char *compress_config(enum compress_method m)
{
    return m < COMPRESS_COUNT ? methods[m].config : NULL;
}

int compress_parse(const char *name, enum compress_method *ret)
{
    for (enum compress_method m = 0; m < COMPRESS_COUNT; m++) {
        if (streq(methods[m].name, name)) {
            *ret = m;
            return 0;
        }
    }
    return -EINVAL;
}

bool compress_is_built(enum compress_method m)
{
    switch (m) {
    case COMPRESS_XZ:
        return HAVE_LZMA;
    case COMPRESS_LZ4:
        return HAVE_LZ4;
    case COMPRESS_AUTO:
    case COMPRESS_NONE:
    case COMPRESS_ZSTD:
    case COMPRESS_GZIP:
        return true;
    case COMPRESS_COUNT:
        break;
    }
    return false;
}

static int to_copy(const char *data, size_t size, char **ret_data, size_t *ret_size)
{
    *ret_data = malloc(size + 1);
    if (!*ret_data)
        return -ENOMEM;
    memcpy(*ret_data, data, size);
    *ret_size = size;
    return 0;
}

static int to_zstd(const char *data, size_t size, char **ret_data, size_t *ret_size)
{
    size_t room = ZSTD_compressBound(size), n;
    _cleanup_free_ char *out = malloc(room);
    ZSTD_CCtx *ctx = ZSTD_createCCtx();

    if (!out || !ctx) {
        ZSTD_freeCCtx(ctx);
        return -ENOMEM;
    }
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, ZSTD_LEVEL);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, ZSTD_WINDOW_LOG);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_contentSizeFlag, 1);
    n = ZSTD_compress2(ctx, out, room, data, size);
    ZSTD_freeCCtx(ctx);
    if (ZSTD_isError(n))
        return -EIO;
    *ret_data = TAKE_PTR(out);
    *ret_size = n;
    return 0;
}

/* zlib's frame through libarchive's raw format; without a time stamp in its header. */
static int to_gzip(const char *data, size_t size, char **ret_data, size_t *ret_size)
{
    size_t room = size + size / 100 + 65536, used = 0;
    _cleanup_free_ char *out = malloc(room);
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    int r = -EIO;

    if (!out || !a || !entry) {
        r = -ENOMEM;
        goto finish;
    }
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "-");
    if (archive_write_set_format_raw(a) != ARCHIVE_OK || archive_write_add_filter_gzip(a) != ARCHIVE_OK ||
        archive_write_set_filter_option(a, "gzip", "compression-level", "9") != ARCHIVE_OK ||
        archive_write_set_filter_option(a, "gzip", "timestamp", NULL) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open_memory(a, out, room, &used) != ARCHIVE_OK ||
        archive_write_header(a, entry) != ARCHIVE_OK ||
        archive_write_data(a, data, size) != (la_ssize_t)size || archive_write_close(a) != ARCHIVE_OK)
        goto finish;
    *ret_data = TAKE_PTR(out);
    *ret_size = used;
    r = 0;
finish:
    archive_entry_free(entry);
    archive_write_free(a);
    return r;
}

static int to_xz(const char *data, size_t size, char **ret_data, size_t *ret_size)
{
#if HAVE_LZMA
    size_t room = lzma_stream_buffer_bound(size), used = 0;
    _cleanup_free_ char *out = malloc(room);
    lzma_options_lzma options;
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};

    if (!out)
        return -ENOMEM;
    if (lzma_lzma_preset(&options, 6))
        return -EIO;
    options.dict_size = XZ_DICTIONARY;
    if (lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC32, NULL, (const uint8_t *)data, size,
                                  (uint8_t *)out, &used, room) != LZMA_OK)
        return -EIO;
    *ret_data = TAKE_PTR(out);
    *ret_size = used;
    return 0;
#else
    return -EOPNOTSUPP;
#endif
}

#if HAVE_LZ4
static void put_le32(char *at, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (char)(n >> (8 * i));
}
#endif

static int to_lz4(const char *data, size_t size, char **ret_data, size_t *ret_size)
{
#if HAVE_LZ4
    size_t blocks = size / LZ4_LEGACY_BLOCK + 1, used = 4;
    _cleanup_free_ char *out = malloc(4 + blocks * (4 + (size_t)LZ4_compressBound(LZ4_LEGACY_BLOCK)));

    if (!out)
        return -ENOMEM;
    put_le32(out, LZ4_LEGACY_MAGIC);
    for (size_t done = 0; done < size; done += LZ4_LEGACY_BLOCK) {
        int n = LZ4_compress_HC(data + done, out + used + 4, (int)MIN(size - done, LZ4_LEGACY_BLOCK),
                                LZ4_compressBound(LZ4_LEGACY_BLOCK), LZ4_LEVEL);

        if (n <= 0)
            return -EIO;
        put_le32(out + used, (uint32_t)n);
        used += 4 + (size_t)n;
    }
    *ret_data = TAKE_PTR(out);
    *ret_size = used;
    return 0;
#else
    return -EOPNOTSUPP;
#endif
}

int compress_buffer(enum compress_method m, const char *data, size_t size, char **ret_data, size_t *ret_size)
{
    switch (m) {
    case COMPRESS_AUTO:
    case COMPRESS_NONE:
        return to_copy(data, size, ret_data, ret_size);
    case COMPRESS_ZSTD:
        return to_zstd(data, size, ret_data, ret_size);
    case COMPRESS_GZIP:
        return to_gzip(data, size, ret_data, ret_size);
    case COMPRESS_XZ:
        return to_xz(data, size, ret_data, ret_size);
    case COMPRESS_LZ4:
        return to_lz4(data, size, ret_data, ret_size);
    case COMPRESS_COUNT:
        break;
    }
    return -EINVAL;
}

/* --- the other way ------------------------------------------------------------------------------------- */

static int read_stream(struct archive *a, size_t max, char **ret_data, size_t *ret_size)
{
    _cleanup_free_ char *out = NULL;
    size_t used = 0, room = 0;
    la_ssize_t n;

    for (;;) {
        if (used == room) {
            char *bigger = realloc(out, (room = room ? room * 2 : 1 << 20) + 1);

            if (!bigger)
                return -ENOMEM;
            out = bigger;
        }
        n = archive_read_data(a, out + used, room - used);
        if (n < 0)
            return -EBADMSG;
        if (n == 0)
            break;
        used += (size_t)n;
        if (used > max)
            return -EFBIG;
    }
    out[used] = '\0';
    *ret_data = TAKE_PTR(out);
    *ret_size = used;
    return 0;
}

/* libzstd tells where a frame ends; libarchive's reader fails on what comes behind it. */
static size_t zstd_frames(const char *data, size_t size)
{
    size_t used = 0, n;

    while (used < size) {
        n = ZSTD_findFrameCompressedSize(data + used, size - used);
        if (ZSTD_isError(n))
            break;
        used += n;
    }
    return used;
}

int compress_expand(const char *data, size_t size, size_t max, char **ret_data, size_t *ret_size,
                    size_t *ret_used)
{
    size_t frames = zstd_frames(data, size);
    struct archive *a = archive_read_new();
    struct archive_entry *entry;
    int r;

    if (!a)
        return -ENOMEM;
    archive_read_support_filter_all(a);
    archive_read_support_format_raw(a);
    if (archive_read_open_memory(a, data, frames > 0 ? frames : size) != ARCHIVE_OK ||
        archive_read_next_header(a, &entry) != ARCHIVE_OK)
        r = -EBADMSG;
    else if (archive_filter_code(a, 0) == ARCHIVE_FILTER_NONE)
        r = -ENODATA;
    else
        r = read_stream(a, max, ret_data, ret_size);
    if (r >= 0 && ret_used)
        *ret_used = frames > 0 ? frames : (size_t)archive_filter_bytes(a, -1);
    archive_read_free(a);
    return r;
}
