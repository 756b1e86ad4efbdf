/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * klog - what the kernel itself said of late: the reason behind an errno, for the page.
 */
#pragma once

#include "util.h"

/*
 * klog_pick - of a record of /dev/kmsg, the text, if the kernel said it as a warning or worse
 * @record: "PRIORITY,SEQUENCE,USEC,FLAGS;TEXT\n ...", terminated; cut at the text's end.
 * @since_usec: older ones are not wanted (CLOCK_MONOTONIC).
 * Return: pointer into @record; NULL.
 */
const char *klog_pick(char *record, uint64_t since_usec);

/*
 * klog_last - the last lines that klog_pick takes, printable, separated by " | "
 * @lines: at most so many.   Return: @buf; empty when there is nothing.
 */
char *klog_last(uint64_t since_usec, unsigned lines, char *buf, size_t size);
