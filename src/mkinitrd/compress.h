/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compress - whole buffers into and out of the formats that the kernel's unpacker knows.
 *
 * Of each format the kernel takes one dialect: xz with CRC32 or no check, lz4 in its legacy framing, zstd
 * with a window of at most 128 MiB, and all of them faster when they say how much they hold and when the
 * window is small. So whole buffers are compressed in one call.
 */
#pragma once

#include "util.h"

enum compress_method {
    COMPRESS_AUTO,
    COMPRESS_NONE,
    COMPRESS_ZSTD,
    COMPRESS_GZIP,
    COMPRESS_XZ,
    COMPRESS_LZ4,
    COMPRESS_COUNT,
};

/* compress_name - "zstd"; compress_config - the kernel's option, "CONFIG_RD_ZSTD", or NULL. */
const char *compress_name(enum compress_method m) _const_;
const char *compress_config(enum compress_method m) _const_;

/* compress_parse - Return: 0; -EINVAL for a name that is none. */
int compress_parse(const char *name, enum compress_method *ret);

/* compress_is_built - false when this program was built without the library. */
bool compress_is_built(enum compress_method m) _const_;

/*
 * compress_buffer - compress all of @data
 * @ret_data: allocated. For COMPRESS_NONE and _AUTO: a copy.
 * Return: 0; -EOPNOTSUPP when it is not built in; -ENOMEM; -EIO when the library refused.
 */
int compress_buffer(enum compress_method m, const char *data, size_t size, char **ret_data, size_t *ret_size);

/*
 * compress_expand - uncompress whatever libarchive knows, frame after frame
 * @max: more than this is -EFBIG.   @ret_used: may be NULL; how much of @data that was.
 * Return: 0; -ENODATA when it is not compressed in any way known; -EBADMSG when it is damaged or cut short;
 * -ENOMEM.
 */
int compress_expand(const char *data, size_t size, size_t max, char **ret_data, size_t *ret_size,
                    size_t *ret_used);
