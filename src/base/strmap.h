/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * strmap - a hash table from text to a number, which is the place of something in an array of the owner's.
 *
 * Keys are borrowed and must outlive the map. There is no removal.
 */
#pragma once

#include "util.h"

#define STRMAP_NONE UINT32_MAX

struct strmap_slot {
    const char *key; /* NULL: free */
    uint32_t hash;
    uint32_t value;
};

struct strmap {
    struct strmap_slot *slots; /* owned */
    uint32_t room;             /* power of two; 0 when nothing was put */
    uint32_t used;
};

/* strmap_hash - of a whole text. */
uint32_t strmap_hash(const char *key) _pure_;

/* strmap_get - Return: what was put under @key; STRMAP_NONE. */
uint32_t strmap_get(const struct strmap *m, const char *key) _pure_;

/*
 * strmap_put - put @value under @key unless the key is there
 * Return: 1; 0 when it was there (the old value stays); -ENOMEM.
 */
int strmap_put(struct strmap *m, const char *key, uint32_t value);

void strmap_done(struct strmap *m);
#define _cleanup_strmap_ _cleanup_(strmap_done)
