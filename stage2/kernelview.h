/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernelview - which processes belong to which unit, by what the kernel shows: for records of the run table that are lost.
 *
 * By their cgroup; where there is none, a child of PID 1 belongs to the service whose ExecStart= it looks like. Read once,
 * in the rare start of a PID 1 that cannot trust its own table; allocates.
 */
#pragma once

#include "stage2.h"

/* kernelview_read - @ret_facts: the caller frees it. Return: how many; -errno. */
int kernelview_read(struct stage2 *s, struct engine_fact **ret_facts);
