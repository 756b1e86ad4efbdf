/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "strmap.h"

uint32_t strmap_hash(const char *key)
{
    uint32_t h = UINT32_C(2166136261);

    for (; *key; key++)
        h = (h ^ (uint8_t)*key) * UINT32_C(16777619);
    return h ^ h >> 15;
}

static struct strmap_slot *find(const struct strmap *m, const char *key, uint32_t hash)
{
    uint32_t i = hash & (m->room - 1);

    while (m->slots[i].key && !(m->slots[i].hash == hash && streq(m->slots[i].key, key)))
        i = (i + 1) & (m->room - 1);
    return &m->slots[i];
}

uint32_t strmap_get(const struct strmap *m, const char *key)
{
    const struct strmap_slot *slot = m->room > 0 ? find(m, key, strmap_hash(key)) : NULL;

    return slot && slot->key ? slot->value : STRMAP_NONE;
}

static int grow(struct strmap *m)
{
    struct strmap grown = {.room = m->room > 0 ? m->room * 2 : 64};

    grown.slots = calloc(grown.room, sizeof(*grown.slots));
    if (!grown.slots)
        return -ENOMEM;
    for (uint32_t i = 0; i < m->room; i++)
        if (m->slots[i].key)
            *find(&grown, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    free(m->slots);
    m->slots = grown.slots;
    m->room = grown.room;
    return 0;
}

int strmap_put(struct strmap *m, const char *key, uint32_t value)
{
    uint32_t hash = strmap_hash(key);
    struct strmap_slot *slot;

    if (m->used >= m->room / 2 && grow(m) < 0)
        return -ENOMEM;
    slot = find(m, key, hash);
    if (slot->key)
        return 0;
    *slot = (struct strmap_slot){.key = key, .hash = hash, .value = value};
    m->used++;
    return 1;
}

void strmap_done(struct strmap *m)
{
    free(m->slots);
    *m = (struct strmap){0};
}
