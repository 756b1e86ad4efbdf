/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths - where the running system keeps its files, each named once.
 */
#pragma once

#define PATH_RUNTIME_DIR  "/run/pintle"
#define PATH_UNIT_DB      "/run/pintle/units.db"
#define PATH_UNIT_DB_NEXT "/run/pintle/units.db.next" /* as compiled, until PID 1 has taken it */
#define PATH_RUN_TABLE    "/run/pintle/table"
#define PATH_CONTROL      "/run/pintle/control"
#define PATH_NOTIFY_DIR   "/run/pintle/notify"  /* one socket a unit: notify/SERIAL; an index changes at a reload */
#define PATH_HANDOFF      "/run/pintle/handoff" /* stage one's record, kept for pintlectl times */
#define PATH_FIRST_BOOT   "/run/pintle/first-boot" /* there was no machine id: ConditionFirstBoot= */
