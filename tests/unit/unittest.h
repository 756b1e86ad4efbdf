/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unittest - the frame of every unit test: one suite, a list of test cases, an exit code.
 * In a test program: UNITTEST_MAIN("record", test_a, test_b, ...), each made with START_TEST of Check.
 */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "util.h"

static inline int unittest_run(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *tc = tcase_create(name);
    SRunner *runner;
    int failed;

    tcase_set_timeout(tc, 60);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tc, tests[i]);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNITTEST_MAIN(name, ...)                                                                             \
    int main(void)                                                                                           \
    {                                                                                                        \
        const TTest *const tests[] = {__VA_ARGS__};                                                          \
        return unittest_run(name, tests, ARRAY_SIZE(tests));                                                 \
    }
