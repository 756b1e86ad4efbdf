/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * udbwrite-impl - what collecting (udbwrite) and laying out (udbwrite-layout) share, and nobody else.
 */
#pragma once

#include "udbwrite.h"

/* A growing array of records of one size. */
struct pile {
    void *data; /* owned */
    uint32_t count;
    uint32_t room;
};

struct text_slot {
    uint32_t hash;
    uint32_t offset;
    uint32_t used; /* 0: free */
    uint32_t unit; /* the unit of this name; UDB_NONE */
};

/* Things that are collected unsorted and become a list of their owner at the end. */
struct item_command {
    uint32_t unit;
    uint32_t kind;
    struct udb_command command;
};

struct item_text {
    uint32_t unit;
    uint32_t text;
};

struct item_prop {
    uint32_t unit;
    struct udb_prop prop;
};

struct udbwrite {
    int error;
    char *text;
    uint32_t text_size, text_room;
    struct text_slot *slots;
    uint32_t slot_room, slot_used;
    struct pile units;    /* struct udb_unit */
    struct pile services; /* struct udb_service */
    struct pile commands; /* struct item_command */
    struct pile argv;     /* u32 text */
    struct pile environ;  /* struct item_text */
    struct pile props;    /* struct item_prop */
    struct pile notes;    /* struct udb_note */
    struct pile edges;    /* u64: from << 36 | kind << 32 | to */
    uint32_t known[UDBWRITE_KNOWN_COUNT];
    uint64_t final_timeout_usec[6];
    struct udb_watchdog watchdog;
    struct udb_unit spare_unit; /* written into after a failure */
    struct udb_service spare_service;
};

static inline uint64_t udbwrite_edge_key(uint32_t from, enum udb_edge kind, uint32_t to)
{
    return (uint64_t)from << 36 | (uint64_t)kind << 32 | to;
}
