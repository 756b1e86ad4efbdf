/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mountstatus - what this program is waiting for or failed with, for PID 1's console lines and for pintlectl status.
 */
#pragma once

#include "util.h"

/* mountstatus_say - STATUS= of the notify protocol; does nothing when nobody listens. */
void mountstatus_say(const char *format, ...) _printf_(1, 2);
