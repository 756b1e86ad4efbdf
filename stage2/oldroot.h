/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oldroot - let go of the ramdisk that stage one ran in, off the critical path, and verify that its memory came back.
 */
#pragma once

#include "helper.h"
#include "takeover.h"

/*
 * oldroot_release - begin in a child; the result goes to the table's header and the log
 * Takes old_fd. What is still held is said with who holds it. Context: main loop; returns at once.
 */
void oldroot_release(struct stage2 *s, struct takeover *t);

/* oldroot_released - a helper_fn. */
void oldroot_released(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit);
