/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notify.h"
#include "unittest.h"

static int parse(const char *text, struct notify_message *m)
{
    return notify_parse(text, strlen(text), m);
}

START_TEST(test_knows_each_line)
{
    struct notify_message m;

    ck_assert_int_eq(parse("READY=1\nSTATUS=all is well\nMAINPID=4711\nEXTEND_TIMEOUT_USEC=5000\nX=y", &m), 0);
    ck_assert_uint_eq(m.set, ENGINE_NOTIFY_READY | ENGINE_NOTIFY_STATUS | ENGINE_NOTIFY_MAINPID | ENGINE_NOTIFY_EXTEND);
    ck_assert_str_eq(m.status, "all is well");
    ck_assert_int_eq(m.main_pid, 4711);
    ck_assert_uint_eq(m.extend_usec, 5000);
    ck_assert_int_eq(parse("STOPPING=1\nRELOADING=1\nWATCHDOG=1\n", &m), 0);
    ck_assert_uint_eq(m.set, ENGINE_NOTIFY_STOPPING | ENGINE_NOTIFY_RELOADING | ENGINE_NOTIFY_WATCHDOG);
}
END_TEST

START_TEST(test_leaves_out_bad_values)
{
    static const char *const bad[] = {
        "READY=0",    "READY=",      "READY=11",  "READY = 1",  " READY=1",     "READY=1 ",
        "MAINPID=0",  "MAINPID=1",   "MAINPID=-1", "MAINPID=x", "MAINPID=4194305", "MAINPID=99999999999999999999",
        "MAINPID= 7", "MAINPID=7\t", "EXTEND_TIMEOUT_USEC=", "EXTEND_TIMEOUT_USEC=-5", "=", "\n\n\n", "READY",
    };
    struct notify_message m;

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        ck_assert_int_eq(parse(bad[i], &m), 0);
        ck_assert_msg(m.set == 0, "'%s' was taken", bad[i]);
    }
}
END_TEST

START_TEST(test_drops_what_is_no_message)
{
    static char big[NOTIFY_MAX + 1];
    struct notify_message m;

    memset(big, 'A', sizeof(big));
    ck_assert_int_eq(notify_parse("", 0, &m), -EBADMSG);
    ck_assert_int_eq(notify_parse("\0", 1, &m), -EBADMSG);
    ck_assert_int_eq(notify_parse("READY=1\0STATUS=x", 16, &m), -EBADMSG);
    ck_assert_int_eq(notify_parse(big, sizeof(big), &m), -EBADMSG);
    ck_assert_int_eq(notify_parse("READY=1\0", 8, &m), 0); /* one NUL at the end is what C programs send */
    ck_assert_uint_eq(m.set, ENGINE_NOTIFY_READY);
}
END_TEST

START_TEST(test_makes_a_status_harmless)
{
    char long_text[300] = "STATUS=";
    struct notify_message m;

    ck_assert_int_eq(parse("STATUS=a\033[2Jb\177\tc", &m), 0);
    ck_assert_str_eq(m.status, "a?[2Jb??c");
    for (int i = 0; i < 100; i++)
        strcat(long_text, "\xc3\xa4"); /* two bytes each: the cut must not halve one */
    ck_assert_int_eq(parse(long_text, &m), 0);
    ck_assert_uint_eq(strlen(m.status), (RUN_STATUS_TEXT - 1) / 2 * 2);
    ck_assert_int_eq(parse("STATUS=", &m), 0);
    ck_assert_uint_eq(m.set, ENGINE_NOTIFY_STATUS);
    ck_assert_str_eq(m.status, "");
}
END_TEST

START_TEST(test_survives_any_bytes)
{
    uint8_t data[200];
    struct notify_message m;
    unsigned seed = 1;

    for (int round = 0; round < 20000; round++) {
        size_t n = (seed >> 8) % sizeof(data);

        for (size_t i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            data[i] = "READYMAINPIDSTATUS=1\n\xff\xc3"[(seed >> 16) % 23];
        }
        seed = seed * 1103515245 + 12345;
        if (notify_parse((char *)data, n, &m) == 0) {
            ck_assert(strnlen(m.status, sizeof(m.status)) < sizeof(m.status));
            ck_assert(!(m.set & ENGINE_NOTIFY_MAINPID) || m.main_pid > 1);
        }
    }
}
END_TEST

UNITTEST_MAIN("notify", test_knows_each_line, test_leaves_out_bad_values, test_drops_what_is_no_message,
              test_makes_a_status_harmless, test_survives_any_bytes)
