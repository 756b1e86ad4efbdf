/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * conditions - Condition...= and Assert...= of a unit: which there are, and what they come to together.
 *
 * All must be met; of those with "|" at least one, if there are any. "!" turns one around. An empty assignment takes
 * back all before it. A test that this version does not know counts as met, and says so.
 */
#pragma once

#include "condtest.h"
#include "udb.h"

/* conditions_judge - look at the machine. Return: enum execproto_verdict. What is not met is logged. */
int conditions_judge(const struct udb *db, uint32_t unit);

/*
 * conditions_met - the same for one family, with the tests as a function, for the unit tests
 * @family: "Condition" or "Assert".   @ret_name, @ret_value: the first that is not met, borrowed; on false.
 */
typedef enum condtest_result (*conditions_test_fn)(const char *name, const char *value);
bool conditions_met(const struct udb *db, uint32_t unit, const char *family, conditions_test_fn test,
                    const char **ret_name, const char **ret_value);
