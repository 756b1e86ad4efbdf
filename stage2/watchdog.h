/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watchdog - the machine's hardware watchdog: it resets the machine when PID 1's loop has stood still for too long.
 *
 * Owns: the device's descriptor, which is the keep's and survives an exec of PID 1, and the timer of the loop that feeds it.
 * Nothing else feeds it: neither a signal's handler nor a process beside PID 1, so a loop that does not come round lets it
 * bite. How long that may take is the database's word (RuntimeWatchdogSec= of system.conf), and the driver has the last.
 *
 * Invariants:
 *  - A container never touches it.
 *  - Once it is open it is let go of only with the magic close, which disarms it, or by the end of the machine.
 */
#pragma once

#include "stage2.h"

/*
 * watchdog_follow - do what the mapped database says: open it, set it to another time, or disarm it
 * A device that is not there yet (its driver is loaded by udev) is tried again, ever less often.
 * Context: main loop, after a database was taken; does nothing without one and on the way down.
 */
void watchdog_follow(struct stage2 *s);

/* watchdog_carry_on - after an exec: feed what the predecessor held. As early as there is a loop. */
void watchdog_carry_on(struct stage2 *s);

/*
 * watchdog_go_down - the services are down; what is left of this way has a time of its own
 * For a reboot RebootWatchdogSec=, also where none is fed at run time; other ends keep what is set.
 */
void watchdog_go_down(struct stage2 *s, enum udb_final final);

/* watchdog_end - just before reboot(2): a reboot leaves it armed, for a machine that hangs in it; else it is disarmed. */
void watchdog_end(enum udb_final final);
