/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * condtest - one test of Condition...= each, without its "|" and "!". Reads files and asks the kernel; no text of a
 * service's making is trusted.
 */
#pragma once

#include "util.h"

enum condtest_result { CONDTEST_FALSE, CONDTEST_TRUE, CONDTEST_UNKNOWN };

/* condtest_run - @name: what stands behind "Condition": "PathExists". */
enum condtest_result condtest_run(const char *name, const char *value);

/* condtest_compare - "OP NUMBER" of ConditionMemory= and its like against what there is; without OP: equal or more. */
enum condtest_result condtest_compare(const char *expression, uint64_t actual);

/* condtest_version - ConditionKernelVersion=: "OP VERSION", or a pattern. */
enum condtest_result condtest_version(const char *expression, const char *actual);

/* The tests about what kind of machine this is, in condhost.c. */
bool condhost_virtualization(const char *value);
bool condhost_architecture(const char *value);
bool condhost_host(const char *value);
bool condhost_capability(const char *value);
bool condhost_security(const char *value);
bool condhost_ac_power(const char *value);
