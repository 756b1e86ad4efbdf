/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "control.h"

int control_parse_request(const void *data, size_t size, struct control_request *ret)
{
    struct control_request req = {.unit = UDB_NONE};
    struct record_reader rd;
    struct record_entry e;

    if (record_open(&rd, data, size) < 0)
        return -EBADMSG;
    while (record_next(&rd, &e)) {
        if (e.tag == CONTROL_OP)
            req.op = record_u32(&e);
        else if (e.tag == CONTROL_UNIT)
            req.unit = record_u32(&e);
        else if (e.tag == CONTROL_DB)
            req.db = record_u64(&e);
        else if (e.tag == CONTROL_FLAGS)
            req.flags = record_u32(&e);
    }
    if (req.op == 0)
        return -EBADMSG;
    *ret = req;
    return 0;
}

int control_parse_answer(const void *data, size_t size, struct control_answer *ret)
{
    struct control_answer a = {0};
    struct record_reader rd;
    struct record_entry e;
    bool complete = false;

    if (record_open(&rd, data, size) < 0)
        return -EBADMSG;
    while (record_next(&rd, &e)) {
        if (e.tag == CONTROL_ERROR) {
            a.error = -(int)MIN(record_u32(&e), 4095u);
            complete = true;
        } else if (e.tag == CONTROL_JOB)
            a.job = record_u32(&e);
        else if (e.tag == CONTROL_MESSAGE)
            record_text(&e, a.message, sizeof(a.message));
    }
    if (!complete)
        return -EBADMSG;
    *ret = a;
    return 0;
}
