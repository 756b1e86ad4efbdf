/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign-impl - what the files of assign share with each other, and with nobody else.
 *
 * assign goes from the table of directives to the parser and holds those of numbers, switches and modes;
 * assign-depend what names other units; assign-exec what pintle-exec sets up.
 */
#pragma once

#include "assign.h"

/* assign_ignored - note that a value is not what is wanted, and that its line does not count. */
void assign_ignored(struct draft *d, const struct assignment *a, const char *value, const char *wanted);

/* assign_dependency, assign_install, assign_mounts_for - take what names other units. */
void assign_dependency(struct draft *d, const struct assignment *a);
void assign_install(struct draft *d, const struct assignment *a);
void assign_mounts_for(struct draft *d);

/* assign_environment - take Environment=. Return: true when the assignment counts. */
bool assign_environment(struct draft *d, const struct assignment *a);

/* assign_exec - check what pintle-exec sets up. @value: specifiers resolved. Return: true when it counts. */
bool assign_exec(struct draft *d, const struct assignment *a, const char *value);
