/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * takeover - what stage one left: its record, read once, kept as a file for pintlectl times.
 */
#pragma once

#include "handoff.h"
#include "stage2.h"

struct takeover {
    void *record; /* owned mapping until takeover_report; NULL: none */
    size_t record_size;
    int error;    /* the environment named a record that could not be read */
    enum handoff_old old_kind;
    int old_fd; /* owned; -EBADF: none */
    char old_path[256];
    uint64_t old_dev;
    uint64_t image_bytes;
    uint64_t freed_bytes;
};

/*
 * takeover_read - read the record named by HANDOFF_ENV
 * Takes the variable out of the environment. No record, or a bad one, leaves ret->record NULL: stage two boots under
 * any initramfs or none. Logs nothing: there is no log yet. Context: start-up; stray descriptors are still open.
 */
void takeover_read(struct takeover *ret);

/* takeover_decode - take the fields out of a record's bytes. Return: 0; -EBADMSG, and @t is as it was. */
int takeover_decode(struct takeover *t, const void *data, size_t size);

/*
 * takeover_keep - write down what is needed to let go of the old root, so that a crash does not forget it
 * takeover_carry_on - the same read back after an exec, without the record.
 */
void takeover_keep(const struct takeover *t);
void takeover_carry_on(struct takeover *ret);

/* takeover_report - say the record's warnings, write its copy to PATH_HANDOFF, let go of it. Context: /run is there. */
void takeover_report(struct takeover *t);
