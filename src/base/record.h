/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record - the one format that crosses every border: a list of (tag, length, value).
 *
 * Stage one to stage two, a pintle to its successor, a client to PID 1, one kernel to the next. Rules:
 * a decoder skips tags that it does not know; a tag never changes its meaning; a value may grow at its end
 * and an old reader takes the part it knows; a tag may repeat (a list). Layout: a header of 16 bytes
 * (magic, version, total size, checksum), then entries of { u32 tag, u32 length, value, padding to 4 }.
 * All numbers are in the machine's byte order: a record never leaves the machine.
 *
 * The encoder writes into the caller's buffer and never allocates; the decoder borrows the caller's bytes
 * and never reads outside of them, whatever they hold.
 */
#pragma once

#include "util.h"

#define RECORD_MAGIC UINT32_C(0x4c544e50) /* "PNTL" */

struct record_writer {
    uint8_t *data; /* borrowed */
    size_t room;
    size_t size;   /* used so far, header included */
    int error;     /* the first failure sticks: callers check once, in record_finish */
};

/* record_begin - start a record in @data. Context: anywhere. */
void record_begin(struct record_writer *w, void *data, size_t room);
void record_put(struct record_writer *w, uint32_t tag, const void *value, size_t size);
void record_put_u32(struct record_writer *w, uint32_t tag, uint32_t value);
void record_put_u64(struct record_writer *w, uint32_t tag, uint64_t value);
/* record_put_text - the bytes of @text without its NUL; NULL writes nothing. */
void record_put_text(struct record_writer *w, uint32_t tag, const char *text);
/* record_finish - fill in the header. Return: the record's size; -ENOSPC when something did not fit. */
ssize_t record_finish(struct record_writer *w);

struct record_reader {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t pos;
};

struct record_entry {
    uint32_t tag;
    uint32_t size;
    const uint8_t *value; /* points into the record */
};

/*
 * record_open - check header, sizes and checksum of a record
 * Return: 0; -EBADMSG when it is no record, cut short, or changed on the way.
 */
int record_open(struct record_reader *rd, const void *data, size_t size);

/* record_next - the next entry. Return: true; false at the end. */
bool record_next(struct record_reader *rd, struct record_entry *ret_entry);

/* record_rewind - read from the first entry again. */
void record_rewind(struct record_reader *rd);

/*
 * record_u32, record_u64, record_text - the entry's value
 * A shorter number (an older writer) is widened, of a longer one (a newer writer) the low part is taken.
 * record_text copies at most @size - 1 bytes and always terminates; embedded NULs end the text.
 */
uint32_t record_u32(const struct record_entry *e);
uint64_t record_u64(const struct record_entry *e);
char *record_text(const struct record_entry *e, char *buf, size_t size);
