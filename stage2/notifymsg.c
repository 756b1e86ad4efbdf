/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of notify datagrams: pure, bounded by the datagram's size, fed by whoever a service lets speak. */
#include "notify.h"

struct line {
    const char *value;
    size_t size;
};

/* Return: true when the line starts with @name, which ends in '='; the rest is in @ret_value. */
static bool line_is(const char *line, size_t size, const char *name, struct line *ret_value)
{
    size_t n = strlen(name);

    if (size < n || memcmp(line, name, n) != 0)
        return false;
    *ret_value = (struct line){.value = line + n, .size = size - n};
    return true;
}

static bool parse_number(const struct line *l, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (l->size == 0 || l->size > 19)
        return false;
    for (size_t i = 0; i < l->size; i++) {
        if (l->value[i] < '0' || l->value[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(l->value[i] - '0');
    }
    *ret_value = value;
    return value <= max;
}

static bool is_one(const struct line *l)
{
    return l->size == 1 && l->value[0] == '1';
}

static void copy_status(const struct line *l, char *buf)
{
    size_t n = MIN(l->size, RUN_STATUS_TEXT - 1);

    /* Not in the middle of a character: step back over continuation bytes. */
    while (n < l->size && n > 0 && ((uint8_t)l->value[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)l->value[i];

        buf[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    buf[n] = '\0';
}

static void parse_line(const char *line, size_t size, struct notify_message *m)
{
    uint64_t number;
    struct line v;

    if (line_is(line, size, "READY=", &v)) {
        if (is_one(&v))
            m->set |= ENGINE_NOTIFY_READY;
    } else if (line_is(line, size, "RELOADING=", &v)) {
        if (is_one(&v))
            m->set |= ENGINE_NOTIFY_RELOADING;
    } else if (line_is(line, size, "STOPPING=", &v)) {
        if (is_one(&v))
            m->set |= ENGINE_NOTIFY_STOPPING;
    } else if (line_is(line, size, "WATCHDOG=", &v)) {
        if (is_one(&v))
            m->set |= ENGINE_NOTIFY_WATCHDOG;
    } else if (line_is(line, size, "STATUS=", &v)) {
        m->set |= ENGINE_NOTIFY_STATUS;
        copy_status(&v, m->status);
    } else if (line_is(line, size, "MAINPID=", &v)) {
        /* 2^22 is the kernel's own limit (PID_MAX_LIMIT); 1 is PID 1. */
        if (parse_number(&v, 1 << 22, &number) && number > 1) {
            m->set |= ENGINE_NOTIFY_MAINPID;
            m->main_pid = (pid_t)number;
        }
    } else if (line_is(line, size, "EXTEND_TIMEOUT_USEC=", &v)) {
        if (parse_number(&v, UINT64_MAX / 2, &number)) {
            m->set |= ENGINE_NOTIFY_EXTEND;
            m->extend_usec = number;
        }
    }
}

int notify_parse(const char *data, size_t size, struct notify_message *ret_message)
{
    struct notify_message m = {.set = 0};
    const char *end;

    if (size > 0 && data[size - 1] == '\0')
        size--;
    if (size == 0 || size > NOTIFY_MAX || memchr(data, '\0', size))
        return -EBADMSG;
    end = data + size;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t n = (size_t)((newline ?: end) - data);

        parse_line(data, n, &m);
        data += n + 1;
    }
    *ret_message = m;
    return 0;
}
