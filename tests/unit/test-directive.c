/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "directive.h"
#include "udb.h"
#include "unittest.h"
#include "value.h"

START_TEST(the_table_is_sorted_whole_and_documented)
{
    ck_assert_uint_gt(directive_count(), 430);
    for (size_t i = 0; i < directive_count(); i++) {
        const struct directive *d = directive_at(i);

        ck_assert_msg(i == 0 || strcmp(directive_at(i - 1)->name, d->name) < 0, "%s is out of order",
                      d->name);
        ck_assert_msg(d->sections != 0 && d->sections < 1 << SECTION_COUNT, "%s", d->name);
        ck_assert_msg(*d->doc && d->doc[strlen(d->doc) - 1] != '.', "%s", d->name);
        ck_assert_uint_lt(d->parser, PARSE_COUNT);
        ck_assert_uint_eq(directive_index(d), i);
        for (unsigned s = 0; s < SECTION_COUNT; s++)
            ck_assert((directive_find((enum directive_section)s, d->name) == d) ==
                      ((d->sections & 1u << s) != 0));
    }
}
END_TEST

START_TEST(what_the_issue_asks_for_is_done)
{
    static const char *const unit[] = {"Description",
                                       "After",
                                       "Before",
                                       "Wants",
                                       "Requires",
                                       "Conflicts",
                                       "DefaultDependencies",
                                       "OnFailure",
                                       "StartLimitBurst",
                                       "ConditionPathExists"};
    static const char *const service[] = {"Type",
                                          "ExecStart",
                                          "ExecStop",
                                          "ExecStartPre",
                                          "Environment",
                                          "EnvironmentFile",
                                          "WorkingDirectory",
                                          "User",
                                          "Group",
                                          "Restart",
                                          "RestartSec",
                                          "TimeoutStartSec",
                                          "TimeoutStopSec",
                                          "KillMode",
                                          "KillSignal",
                                          "StandardInput",
                                          "StandardOutput",
                                          "TTYPath",
                                          "RemainAfterExit",
                                          "LimitNOFILE",
                                          "RuntimeDirectory"};

    for (size_t i = 0; i < ARRAY_SIZE(unit); i++)
        ck_assert_msg(directive_find(SECTION_UNIT, unit[i])->status == DIRECTIVE_DONE, "%s", unit[i]);
    for (size_t i = 0; i < ARRAY_SIZE(service); i++)
        ck_assert_msg(directive_find(SECTION_SERVICE, service[i])->status == DIRECTIVE_DONE, "%s",
                      service[i]);
}
END_TEST

START_TEST(what_would_widen_privilege_is_refused)
{
    static const char *const refused[] = {"RootDirectory", "RootImage", "NetworkNamespacePath",
                                          "DynamicUser",   "PAMName",   "LoadCredentialEncrypted",
                                          "MountImages"};

    for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
        ck_assert_msg(directive_find(SECTION_SERVICE, refused[i])->status == DIRECTIVE_REFUSED, "%s",
                      refused[i]);
    ck_assert_uint_eq(directive_find(SECTION_UNIT, "JoinsNamespaceOf")->status, DIRECTIVE_REFUSED);
    ck_assert_uint_eq(directive_find(SECTION_SERVICE, "ProtectSystem")->status, DIRECTIVE_UNCONFINED);
}
END_TEST

START_TEST(what_was_meant_is_found)
{
    enum directive_section s = SECTION_SERVICE;

    ck_assert_str_eq(directive_nearest(SECTION_SERVICE, "ExecSart", &s), "ExecStart");
    ck_assert_uint_eq(s, SECTION_SERVICE);
    ck_assert_str_eq(directive_nearest(SECTION_SERVICE, "execstart", &s), "ExecStart");
    ck_assert_str_eq(directive_nearest(SECTION_UNIT, "ExecStart", &s), "ExecStart");
    ck_assert_uint_eq(s, SECTION_SERVICE);
    ck_assert_str_eq(directive_nearest(SECTION_UNIT, "Afetr", &s), "After");
    ck_assert_ptr_null(directive_nearest(SECTION_UNIT, "Zzzzzzzz", &s));
    ck_assert_ptr_null(directive_nearest(SECTION_UNIT, "", &s));
    ck_assert_str_eq(directive_nearest_section("Serivce"), "Service");
    ck_assert_str_eq(directive_nearest_section("unit"), "Unit");
    ck_assert_ptr_null(directive_nearest_section("Something"));
    ck_assert_uint_eq(directive_section("X-Mine"), SECTION_IGNORED);
    ck_assert_uint_eq(directive_section("Service "), SECTION_UNKNOWN);
}
END_TEST

START_TEST(signals_and_statuses_have_names_and_numbers)
{
    struct udb_status_set set = {0};
    uint8_t signal = 0;

    ck_assert(value_signal("SIGTERM", &signal) == 0 && signal == 15);
    ck_assert(value_signal("HUP", &signal) == 0 && signal == 1);
    ck_assert(value_signal("9", &signal) == 0 && signal == 9);
    ck_assert(value_signal("SIGRTMIN+3", &signal) == 0 && signal == 37);
    ck_assert_int_eq(value_signal("0", &signal), -EINVAL);
    ck_assert_int_eq(value_signal("65", &signal), -EINVAL);
    ck_assert_int_eq(value_signal("SIGRTMIN+99", &signal), -EINVAL);
    ck_assert_int_eq(value_signal("SIGNONE", &signal), -EINVAL);
    ck_assert_int_eq(value_status("255", &set), 0);
    ck_assert_int_eq(value_status("TEMPFAIL", &set), 0);
    ck_assert_int_eq(value_status("SIGKILL", &set), 0);
    ck_assert_int_eq(value_status("256", &set), -EINVAL);
    ck_assert_int_eq(value_status("-1", &set), -EINVAL);
    ck_assert_uint_eq(set.codes[3], UINT64_C(1) << 63);
    ck_assert_uint_eq(set.codes[1], UINT64_C(1) << (75 - 64));
    ck_assert_uint_eq(set.signals, 1 << 9);
}
END_TEST

START_TEST(a_user_that_a_tool_could_mistake_is_none)
{
    static const char *const good[] = {"root", "_apt", "www-data", "0", "1000", "a.b", "machine$"};
    static const char *const bad[] = {"",           "0day", "-1",  "+5",  "0x0", "00",   "65535",
                                      "4294967295", "a b",  "a:b", "a/b", "1e3", "../x", "\xc3\xa4"};

    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        ck_assert_msg(value_is_user(good[i]), "%s", good[i]);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(!value_is_user(bad[i]), "%s", bad[i]);
}
END_TEST

START_TEST(paths_modes_and_limits_are_judged)
{
    ck_assert(value_is_path("/a/b..c/d") && !value_is_path("/a/../b") && !value_is_path("/..") &&
              !value_is_path("a"));
    ck_assert(value_is_below("a/b") && !value_is_below("../a") && !value_is_below("/a") &&
              !value_is_below(""));
    ck_assert(value_is_mode("0755") && value_is_mode("2755") && !value_is_mode("0888") &&
              !value_is_mode("17777"));
    ck_assert(value_is_limit("infinity", LIMIT_COUNT) && value_is_limit("1024:524288", LIMIT_COUNT));
    ck_assert(value_is_limit("64M", LIMIT_BYTES) && !value_is_limit("64M", LIMIT_COUNT));
    ck_assert(value_is_limit("1min", LIMIT_TIME) && !value_is_limit("1min", LIMIT_BYTES));
    ck_assert(value_is_limit("-5", LIMIT_NICE) && !value_is_limit("-21", LIMIT_NICE) &&
              !value_is_limit("-5", LIMIT_COUNT));
    ck_assert(!value_is_limit("", LIMIT_BYTES) && !value_is_limit("many", LIMIT_BYTES));
    ck_assert(!value_is_limit("1:2:3", LIMIT_COUNT) && !value_is_limit("5X", LIMIT_BYTES) &&
              !value_is_limit("K", LIMIT_BYTES));
}
END_TEST

UNITTEST_MAIN("directive", the_table_is_sorted_whole_and_documented, what_the_issue_asks_for_is_done,
              what_would_widen_privilege_is_refused, what_was_meant_is_found,
              signals_and_statuses_have_names_and_numbers, a_user_that_a_tool_could_mistake_is_none,
              paths_modes_and_limits_are_judged)
