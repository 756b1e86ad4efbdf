/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * times - the boot as one line without a hole: kernel, stage one, stage two, units.
 *
 * Every stamp is CLOCK_MONOTONIC, which starts with the kernel. A phase is what lies between two stamps and is named
 * after what was reached at its end. A stamp that is missing (another initramfs, an older stage one) makes the
 * next phase longer; stamps out of their order (a root found before the coldplug was over) are taken in time's order. So each
 * phase begins where the one before it ends, and the sum is the whole, whatever the stamps are.
 */
#pragma once

#include "ctl.h"
#include "handoff.h"

enum times_stage { TIMES_KERNEL, TIMES_STAGE1, TIMES_STAGE2 };

struct times_phase {
    enum times_stage stage;
    const char *name; /* static */
    uint64_t from_usec;
    uint64_t to_usec;
};

struct times_module {
    char name[64];
    uint64_t usec;
    int error; /* positive errno; 0: loaded */
};

struct times_unit {
    uint32_t unit;
    uint64_t from_usec; /* its first process was asked for */
    uint64_t to_usec;   /* it became active */
};

#define TIMES_PHASES  16
#define TIMES_MODULES 64

struct times {
    struct times_phase phases[TIMES_PHASES];
    size_t n_phases;
    struct times_module modules[TIMES_MODULES];
    size_t n_modules; /* all that were named; those beyond TIMES_MODULES are counted alone */
    struct times_unit *units; /* owned; by to_usec */
    size_t n_units;
    uint64_t begin_usec; /* 0: the kernel's start; of a container: that of its PID 1 */
    bool has_handoff;
    bool done; /* the boot is over; else the last phase ends now */
};

/*
 * times_collect - put the line together
 * @record: stage one's record; NULL when there is none. A record that is damaged counts as none.
 * @everything: units that became active after the boot too.
 * Return: 0; -ENOMEM.
 */
int times_collect(const struct ctl *ctl, const void *record, size_t record_size, bool everything, struct times *ret_times);
void times_clear(struct times *t);
#define _cleanup_times_ _cleanup_(times_clear)

static inline uint64_t times_total(const struct times *t)
{
    return t->n_phases ? t->phases[t->n_phases - 1].to_usec - t->begin_usec : 0;
}
