/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * klog - what the kernel itself said of late: the reason behind an errno, for the page.
 */
#pragma once

#include "util.h"

/*
 * klog_pick - of a record of /dev/kmsg, the text, if the kernel said it as a warning or worse
 * @record: "PRIORITY,SEQUENCE,USEC,FLAGS;TEXT\n ...", terminated; cut at the text's end.
 * Return: pointer into @record; NULL.
 */
const char *klog_pick(char *record);

/* klog_open - the log, behind all that was said so far. Return: descriptor, the caller closes it; -errno. */
int klog_open(void);

/*
 * klog_last - what klog_pick takes of all that was said since klog_open, printable, separated by " | "
 * @fd: negative is fine.   @lines: at most the last so many.   Return: @buf; empty when there is nothing.
 */
char *klog_last(int fd, unsigned lines, char *buf, size_t size);
