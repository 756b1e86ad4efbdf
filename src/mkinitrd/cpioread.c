/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader half of cpio.h. libarchive reads one archive; an image may be several, as the kernel takes them.
 */
#include "cpio.h"

#include <limits.h>

#include "compress.h"
#include "text.h"

#define HEADER_SIZE 110
#define FIELDS      13
#define EXPAND_MAX  ((size_t)4 << 30)
#define NESTING     4

enum { INO, MODE, UID, GID, NLINK, MTIME, FILESIZE, MAJOR, MINOR, RMAJOR, RMINOR, NAMESIZE, CHECK };

struct reader {
    const char *data;
    size_t size, pos;
    cpio_entry_fn fn;
    void *fn_data;
    unsigned segments;
    unsigned depth;
    size_t *ret_where;
};

static int read_fields(const char *at, uint32_t fields[FIELDS])
{
    for (unsigned i = 0; i < FIELDS; i++) {
        char digits[9];

        memcpy(digits, at + 6 + 8 * i, 8);
        digits[8] = '\0';
        if (text_parse_u32(digits, 16, &fields[i]) < 0)
            return -EBADMSG;
    }
    return 0;
}

static bool is_cpio(const struct reader *rd)
{
    return rd->size - rd->pos >= 6 &&
           (memcmp(rd->data + rd->pos, "070701", 6) == 0 || memcmp(rd->data + rd->pos, "070702", 6) == 0);
}

/* Move on by @n bytes and up to the next multiple of four. */
static int skip(struct reader *rd, size_t n)
{
    size_t to = ALIGN_UP(rd->pos + n, 4);

    if (n > rd->size - rd->pos)
        return -EBADMSG;
    rd->pos = MIN(to, rd->size); /* the very last padding may be missing: the kernel does not look at it */
    return 0;
}

/* One entry. Return: 1; 0 for a trailer; -errno. */
static int read_entry(struct reader *rd)
{
    uint32_t f[FIELDS];
    struct cpio_entry e;
    int r;

    if (!is_cpio(rd) || rd->size - rd->pos < HEADER_SIZE || read_fields(rd->data + rd->pos, f) < 0)
        return -EBADMSG;
    rd->pos += HEADER_SIZE;
    if (f[NAMESIZE] == 0 || f[NAMESIZE] > PATH_MAX || f[NAMESIZE] > rd->size - rd->pos)
        return -EBADMSG;
    e = (struct cpio_entry){.name = rd->data + rd->pos,
                            .mode = f[MODE],
                            .uid = f[UID],
                            .gid = f[GID],
                            .mtime = f[MTIME],
                            .device_major = f[RMAJOR],
                            .device_minor = f[RMINOR],
                            .size = f[FILESIZE],
                            .segment = rd->segments};
    if (e.name[f[NAMESIZE] - 1] != '\0')
        return -EBADMSG;
    r = skip(rd, f[NAMESIZE]);
    if (r < 0)
        return r;
    if (streq(e.name, "TRAILER!!!"))
        return 0;
    e.data = rd->data + rd->pos;
    r = skip(rd, e.size);
    if (r >= 0)
        r = rd->fn(rd->fn_data, &e);
    return r < 0 ? r : 1;
}

static int read_all(struct reader *rd);

/* What is next is compressed; it may hold several archives again. */
static int read_compressed(struct reader *rd)
{
    _cleanup_free_ char *text = NULL;
    struct reader inner = *rd;
    size_t used;
    int r;

    if (rd->depth >= NESTING)
        return -EBADMSG;
    r = compress_expand(rd->data + rd->pos, rd->size - rd->pos, EXPAND_MAX, &text, &inner.size, &used);
    if (r == -ENODATA && rd->segments > 0)
        return -EBADMSG; /* neither archive nor compressed: the kernel stops there, too */
    if (r < 0)
        return r;
    inner.data = text;
    inner.pos = 0;
    inner.depth++;
    r = read_all(&inner);
    rd->segments = inner.segments;
    rd->pos += used;
    return r;
}

static int read_all(struct reader *rd)
{
    int r;

    for (;;) {
        while (rd->pos < rd->size && rd->data[rd->pos] == '\0')
            rd->pos++;
        *rd->ret_where = rd->pos;
        if (rd->pos == rd->size)
            return 0;
        if (!is_cpio(rd)) {
            r = read_compressed(rd);
            if (r < 0)
                return r;
            continue;
        }
        while ((r = read_entry(rd)) > 0)
            *rd->ret_where = rd->pos;
        if (r < 0)
            return r;
        rd->segments++;
    }
}

int cpio_read(const char *image, size_t size, cpio_entry_fn fn, void *data, size_t *ret_where)
{
    struct reader rd = {.data = image, .size = size, .fn = fn, .fn_data = data, .ret_where = ret_where};
    int r;

    *ret_where = 0;
    r = read_all(&rd);
    if (r < 0)
        return r;
    return rd.segments > 0 ? (int)rd.segments : -ENODATA;
}
