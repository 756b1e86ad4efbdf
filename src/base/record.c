/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "record.h"

struct record_header {
    uint32_t magic;
    uint32_t version;  /* of the framing; the tags have none, they only ever grow */
    uint32_t size;     /* all of it, this header included */
    uint32_t checksum; /* over the entries */
};

struct entry_header {
    uint32_t tag;
    uint32_t size;
};

#define RECORD_VERSION 1

/* FNV-1a: a record crosses an exec or a socket, where the danger is a cut or a stray write, not an attacker. */
static uint32_t checksum(const uint8_t *data, size_t size)
{
    uint32_t h = UINT32_C(2166136261);

    for (size_t i = 0; i < size; i++)
        h = (h ^ data[i]) * UINT32_C(16777619);
    return h;
}

void record_begin(struct record_writer *w, void *data, size_t room)
{
    *w = (struct record_writer){.data = data, .room = room, .size = sizeof(struct record_header)};
    if (room < sizeof(struct record_header))
        w->error = -ENOSPC;
}

void record_put(struct record_writer *w, uint32_t tag, const void *value, size_t size)
{
    struct entry_header h = {.tag = tag, .size = (uint32_t)size};
    size_t padded = ALIGN_UP(size, 4);

    if (w->error < 0)
        return;
    if (size > UINT32_MAX - 64 || w->room - w->size < sizeof(h) || w->room - w->size - sizeof(h) < padded) {
        w->error = -ENOSPC;
        return;
    }
    memcpy(w->data + w->size, &h, sizeof(h));
    w->size += sizeof(h);
    if (size > 0)
        memcpy(w->data + w->size, value, size);
    memset(w->data + w->size + size, 0, padded - size);
    w->size += padded;
}

void record_put_u32(struct record_writer *w, uint32_t tag, uint32_t value)
{
    record_put(w, tag, &value, sizeof(value));
}

void record_put_u64(struct record_writer *w, uint32_t tag, uint64_t value)
{
    record_put(w, tag, &value, sizeof(value));
}

void record_put_text(struct record_writer *w, uint32_t tag, const char *text)
{
    if (text)
        record_put(w, tag, text, strlen(text));
}

ssize_t record_finish(struct record_writer *w)
{
    struct record_header h = {.magic = RECORD_MAGIC, .version = RECORD_VERSION};

    if (w->error < 0)
        return w->error;
    h.size = (uint32_t)w->size;
    h.checksum = checksum(w->data + sizeof(h), w->size - sizeof(h));
    memcpy(w->data, &h, sizeof(h));
    return (ssize_t)w->size;
}

/* Every entry lies inside the record: checked once here, so that record_next need not doubt. */
static bool entries_fit(const uint8_t *data, size_t size)
{
    size_t pos = sizeof(struct record_header);

    while (pos < size) {
        struct entry_header e;

        if (size - pos < sizeof(e))
            return false;
        memcpy(&e, data + pos, sizeof(e));
        pos += sizeof(e);
        if (e.size > size - pos || ALIGN_UP((size_t)e.size, 4) > size - pos)
            return false;
        pos += ALIGN_UP((size_t)e.size, 4);
    }
    return true;
}

int record_open(struct record_reader *rd, const void *data, size_t size)
{
    struct record_header h;

    if (size < sizeof(h))
        return -EBADMSG;
    memcpy(&h, data, sizeof(h));
    /* A higher version may frame entries otherwise; one that only adds tags keeps the number. */
    if (h.magic != RECORD_MAGIC || h.version != RECORD_VERSION || h.size < sizeof(h) || h.size > size)
        return -EBADMSG;
    if (checksum((const uint8_t *)data + sizeof(h), h.size - sizeof(h)) != h.checksum)
        return -EBADMSG;
    if (!entries_fit(data, h.size))
        return -EBADMSG;
    *rd = (struct record_reader){.data = data, .size = h.size, .pos = sizeof(h)};
    return 0;
}

bool record_next(struct record_reader *rd, struct record_entry *ret_entry)
{
    struct entry_header e;

    if (rd->pos >= rd->size)
        return false;
    memcpy(&e, rd->data + rd->pos, sizeof(e));
    *ret_entry = (struct record_entry){
        .tag = e.tag,
        .size = e.size,
        .value = rd->data + rd->pos + sizeof(e),
    };
    rd->pos += sizeof(e) + ALIGN_UP((size_t)e.size, 4);
    return true;
}

void record_rewind(struct record_reader *rd)
{
    rd->pos = sizeof(struct record_header);
}

uint64_t record_u64(const struct record_entry *e)
{
    uint64_t value = 0;

    /* Low bytes first, as on every machine that Debian still builds a cloud kernel for but s390x. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&value, e->value, MIN(e->size, sizeof(value)));
#else
    if (e->size >= sizeof(value))
        memcpy(&value, e->value, sizeof(value));
    else
        memcpy((uint8_t *)&value + sizeof(value) - e->size, e->value, e->size);
#endif
    return value;
}

uint32_t record_u32(const struct record_entry *e)
{
    return (uint32_t)record_u64(e);
}

char *record_text(const struct record_entry *e, char *buf, size_t size)
{
    size_t n = MIN((size_t)e->size, size - 1);

    memcpy(buf, e->value, n);
    buf[n] = '\0';
    return buf;
}
