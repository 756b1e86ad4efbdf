/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * holders - which processes keep a file system busy: root, working directory, program, open files, mappings.
 */
#pragma once

#include <sys/types.h>

#include "util.h"

/*
 * holders_report - log one line for each process that holds something on @dev, itself aside
 * Context: a child; walks /proc.   Return: how many.
 */
unsigned holders_report(dev_t dev);
