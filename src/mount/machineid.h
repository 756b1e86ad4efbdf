/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machineid - make the machine id that PID 1 chose last, once the root can be written.
 */
#pragma once

/*
 * machineid_commit - where a file of a tmpfs is bound over /etc/machine-id, write it below and take the binding away
 * Does nothing while the root is read-only. What fails is logged; the binding stays then.
 */
void machineid_commit(void);
