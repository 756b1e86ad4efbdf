/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * initnote - how stage one knows that an init is pintle's stage two: by an ELF note in its file.
 *
 * A name would not do: /sbin/init is a link, a distribution may rename, and another init could have the name.
 * A program that carries the note understands HANDOFF_ENV (handoff.h): it reads the record and lets go of the
 * old root. Any other init gets neither, and stage one empties the old root before the exec.
 *
 * Write INITNOTE_DEFINE; once, in one file of the program, and link with no option that strips notes
 * (strip(1) keeps allocated ones).
 */
#pragma once

#include <stdint.h>

#define INITNOTE_NAME    "pintle"
#define INITNOTE_TYPE    1 /* the descriptor is one u32: the oldest handoff that it understands */
#define INITNOTE_SECTION ".note.pintle"

struct initnote {
    uint32_t name_size; /* as Elf_Nhdr */
    uint32_t desc_size;
    uint32_t type;
    char name[8];       /* INITNOTE_NAME, its NUL, padded to a multiple of four */
    uint32_t handoff;
};

#define INITNOTE_DEFINE                                                                                      \
    __attribute__((section(INITNOTE_SECTION), used, retain, aligned(4))) static const struct initnote        \
        pintle_init_note = {sizeof(INITNOTE_NAME), sizeof(uint32_t), INITNOTE_TYPE, INITNOTE_NAME, 1}
