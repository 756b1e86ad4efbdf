/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages at the control socket: a client's to PID 1, and the answer that a client reads. */
#include "control.h"
#include "fuzz-record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n;
    _cleanup_free_ uint8_t *record = fuzz_record(data, size, &n);
    struct control_request req;
    struct control_answer answer;

    if (control_parse_request(record, n, &req) == 0)
        FUZZ_MUST(req.op != 0);
    if (control_parse_answer(record, n, &answer) == 0) {
        FUZZ_MUST(answer.error <= 0 && answer.error >= -4095);
        FUZZ_MUST(memchr(answer.message, '\0', sizeof(answer.message)));
    }
    return 0;
}
