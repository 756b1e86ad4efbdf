/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conditions.h"
#include "execlimits.h"
#include "text.h"
#include "udbwrite.h"
#include "unittest.h"

static enum condtest_result fake(const char *name, const char *value)
{
    if (!streq(name, "Fake"))
        return CONDTEST_UNKNOWN;
    return streq(value, "yes") ? CONDTEST_TRUE : CONDTEST_FALSE;
}

/* Judge a unit with these values of ConditionFake=. */
static bool met(const char *const *values, const char **ret_value)
{
    struct udbwrite *w;
    const char *name = "";
    struct udb db;
    void *data;
    size_t size;
    static char kept[256];
    uint32_t unit;
    bool result;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    unit = udbwrite_unit(w, "a.target");
    udbwrite_unit_record(w, unit)->type = UDB_TARGET;
    for (; *values; values++)
        udbwrite_prop(w, unit, 0, 0, "ConditionFake", *values);
    udbwrite_prop(w, unit, 0, 0, "AssertFake", "no");
    ck_assert_int_eq(udbwrite_finish(w, &data, &size), 0);
    udbwrite_free(w);
    ck_assert_int_eq(udb_open(data, size, &db, NULL), 0);
    *ret_value = NULL;
    result = conditions_met(&db, 0, "Condition", fake, &name, ret_value);
    if (*ret_value) { /* it points into the database, which goes */
        text_copy(kept, sizeof(kept), *ret_value);
        *ret_value = kept;
    }
    free(data);
    return result;
}

#define MET(...) met((const char *const[]){__VA_ARGS__, NULL}, &value)

START_TEST(test_all_must_be_met)
{
    const char *value;

    ck_assert(MET("yes"));
    ck_assert(MET("yes", "!no"));
    ck_assert(!MET("yes", "no", "yes"));
    ck_assert_str_eq(value, "no");
    ck_assert(!MET("!yes"));
    ck_assert_str_eq(value, "!yes");
}
END_TEST

START_TEST(test_of_triggers_one_is_enough)
{
    const char *value;

    ck_assert(MET("|no", "|yes"));
    ck_assert(MET("|no", "|!no"));
    ck_assert(!MET("|no", "|!yes"));
    ck_assert(!MET("|yes", "no"));
    ck_assert_str_eq(value, "no");
    ck_assert(!MET("yes", "|no")); /* the group of triggers must be met as well */
}
END_TEST

START_TEST(test_empty_takes_back_what_was_before)
{
    const char *value;

    ck_assert(MET("no", ""));
    ck_assert(MET("|no", "", "yes"));
    ck_assert(!MET("", "no"));
}
END_TEST

START_TEST(test_compares_numbers_and_versions)
{
    ck_assert_int_eq(condtest_compare(">= 1K", 1024), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_compare("> 1K", 1024), CONDTEST_FALSE);
    ck_assert_int_eq(condtest_compare("2", 2), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_compare("!=2", 2), CONDTEST_FALSE);
    ck_assert_int_eq(condtest_compare("x", 2), CONDTEST_UNKNOWN);
    ck_assert_int_eq(condtest_version(">=6.1", "6.10.3-amd64"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_version("< 6.2", "6.10.3"), CONDTEST_FALSE);
    ck_assert_int_eq(condtest_version("6.*", "6.10.3"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_version("5.*", "6.10.3"), CONDTEST_FALSE);
}
END_TEST

START_TEST(test_looks_at_the_machine)
{
    ck_assert_int_eq(condtest_run("PathExists", "/proc/self/stat"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("PathExists", "/no/such/path"), CONDTEST_FALSE);
    ck_assert_int_eq(condtest_run("PathExistsGlob", "/pro[c]/sel*"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("PathIsDirectory", "/proc"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("PathIsMountPoint", "/proc"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("PathIsSymbolicLink", "/proc/self"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("DirectoryNotEmpty", "/proc"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("FileIsExecutable", "/bin/sh"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("FileNotEmpty", "/bin/sh"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("Architecture", "native"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("KernelVersion", "> 2.6"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("User", "root"), CONDTEST_TRUE);
    ck_assert_int_eq(condtest_run("NoSuchTest", "x"), CONDTEST_UNKNOWN);
}
END_TEST

static void check_limit(const char *key, const char *value, rlim_t soft, rlim_t hard)
{
    struct rlimit l;

    ck_assert_msg(execlimits_parse(value, execlimits_find(key), &l) == 0, "%s=%s", key, value);
    ck_assert_uint_eq(l.rlim_cur, soft);
    ck_assert_uint_eq(l.rlim_max, hard);
}

START_TEST(test_reads_limits)
{
    struct rlimit l;

    check_limit("LimitNOFILE", "1024", 1024, 1024);
    check_limit("LimitNOFILE", "1024:524288", 1024, 524288);
    check_limit("LimitCORE", "infinity", RLIM_INFINITY, RLIM_INFINITY);
    check_limit("LimitCORE", "0:infinity", 0, RLIM_INFINITY);
    check_limit("LimitAS", "2G", UINT64_C(2) << 30, UINT64_C(2) << 30);
    check_limit("LimitCPU", "1min", 60, 60);
    check_limit("LimitCPU", "1500ms", 2, 2);
    check_limit("LimitRTTIME", "5ms", 5000, 5000);
    check_limit("LimitNICE", "+5", 15, 15);
    check_limit("LimitNICE", "-5", 25, 25);
    ck_assert_int_lt(execlimits_parse("2:1", execlimits_find("LimitNOFILE"), &l), 0);
    ck_assert_int_lt(execlimits_parse("1x", execlimits_find("LimitNOFILE"), &l), 0);
    ck_assert_int_lt(execlimits_parse("", execlimits_find("LimitNOFILE"), &l), 0);
    ck_assert_int_lt(execlimits_parse("99999999E", execlimits_find("LimitAS"), &l), 0);
    ck_assert_uint_eq(execlimits_find("LimitWHAT"), SIZE_MAX);
}
END_TEST

UNITTEST_MAIN("conditions", test_all_must_be_met, test_of_triggers_one_is_enough,
              test_empty_takes_back_what_was_before, test_compares_numbers_and_versions, test_looks_at_the_machine,
              test_reads_limits)
