/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams of the notify protocol, as any process of a service may send them. */
#include "fuzz.h"
#include "notify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *text = fuzz_copy(data, size, false);
    struct notify_message m;

    if (notify_parse(text, size, &m) < 0)
        return 0;
    if (m.set & ENGINE_NOTIFY_STATUS) {
        FUZZ_MUST(memchr(m.status, '\0', sizeof(m.status)));
        for (const char *c = m.status; *c; c++)
            FUZZ_MUST((uint8_t)*c >= 0x20 && *c != 0x7f);
    }
    if (m.set & ENGINE_NOTIFY_MAINPID)
        FUZZ_MUST(m.main_pid > 1);
    return 0;
}
