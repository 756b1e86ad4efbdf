/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handover - the record for stage two, and the last exec.
 *
 * Init gets the kernel's own argument words and environment, unchanged: what the kernel did not know is meant for
 * it. Only a pintle (initnote.h) is also given HANDOFF_ENV and the two descriptors behind it: the sealed memfd with
 * the record, and the old root's directory.
 */
#pragma once

#include "pivot.h"
#include "stage1.h"

/*
 * handover_encode - write the record
 * @old_fd: the number that the old root's descriptor will have in the new program; -1: none.
 * Return: its size; -ENOSPC.
 */
ssize_t handover_encode(const struct stage1 *s, const struct pivot_result *p, void *buf, size_t size);

/* handover_memfd - the record in a sealed memfd, inherited over the exec. Return: descriptor; -errno. */
int handover_memfd(const void *record, size_t size);

/*
 * handover_environment - a copy of @envp with one variable more
 * Return: allocated (the strings of @envp are borrowed); NULL when out of memory.
 */
char **handover_environment(char *const envp[], const char *variable);

/*
 * handover_exec - become init
 * Context: after the pivot; all children are forgotten.
 * Return: only on failure: -errno.
 */
int handover_exec(struct stage1 *s, struct pivot_result *p);
