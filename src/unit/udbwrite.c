/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udbwrite-impl.h"

#include <signal.h>

#include "text.h"

#define UNIT_MAX (UINT32_C(1) << 28) /* so that an edge fits into 64 bits */

static void *pile_add(struct udbwrite *w, struct pile *p, size_t size, uint32_t n)
{
    void *at;

    if (w->error)
        return NULL;
    if (n > p->room - p->count) {
        uint64_t room = MAX(MAX((uint64_t)p->room * 2, 64), (uint64_t)p->count + n);
        void *grown = room > UINT32_MAX / 2 ? NULL : realloc(p->data, (size_t)room * size);

        if (!grown) {
            w->error = room > UINT32_MAX / 2 ? -E2BIG : -ENOMEM;
            return NULL;
        }
        p->data = grown;
        p->room = (uint32_t)room;
    }
    at = (char *)p->data + (size_t)p->count * size;
    memset(at, 0, (size_t)n * size);
    p->count += n;
    return at;
}

static uint32_t hash_text(const char *s, size_t n)
{
    uint32_t h = UINT32_C(2166136261);

    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * UINT32_C(16777619);
    return h ^ h >> 15;
}

static struct text_slot *find_slot(const struct udbwrite *w, const char *s, uint32_t hash)
{
    uint32_t i = hash & (w->slot_room - 1);

    while (w->slots[i].used && !(w->slots[i].hash == hash && streq(w->text + w->slots[i].offset, s)))
        i = (i + 1) & (w->slot_room - 1);
    return &w->slots[i];
}

static int grow_slots(struct udbwrite *w)
{
    uint32_t room = w->slot_room ? w->slot_room * 2 : 1024;
    struct text_slot *old = w->slots, *grown = calloc(room, sizeof(*grown));

    if (!grown)
        return -ENOMEM;
    for (uint32_t i = 0; i < w->slot_room; i++) {
        uint32_t at = old[i].hash & (room - 1);

        if (!old[i].used)
            continue;
        while (grown[at].used)
            at = (at + 1) & (room - 1);
        grown[at] = old[i];
    }
    free(old);
    w->slots = grown;
    w->slot_room = room;
    return 0;
}

static int grow_text(struct udbwrite *w, size_t n)
{
    size_t room = MAX((size_t)w->text_room * 2, 4096);
    char *grown;

    while (room < (size_t)w->text_size + n)
        room *= 2;
    if (room > UINT32_MAX / 2)
        return -E2BIG;
    grown = realloc(w->text, room);
    if (!grown)
        return -ENOMEM;
    w->text = grown;
    w->text_room = (uint32_t)room;
    return 0;
}

static struct text_slot *add_text(struct udbwrite *w, const char *s)
{
    size_t n = strlen(s);
    uint32_t hash = hash_text(s, n);
    struct text_slot *slot;

    if (w->error)
        return NULL;
    if (w->slot_used >= w->slot_room / 2)
        w->error = grow_slots(w);
    if (!w->error && n + 1 > w->text_room - w->text_size)
        w->error = grow_text(w, n + 1);
    if (w->error)
        return NULL;
    slot = find_slot(w, s, hash);
    if (!slot->used) {
        *slot = (struct text_slot){.hash = hash, .offset = w->text_size, .used = 1, .unit = UDB_NONE};
        memcpy(w->text + w->text_size, s, n + 1);
        w->text_size += (uint32_t)n + 1;
        w->slot_used++;
    }
    return slot;
}

static uint32_t text_of(struct udbwrite *w, const char *s)
{
    struct text_slot *slot = add_text(w, s);

    return slot ? slot->offset : 0;
}

int udbwrite_new(struct udbwrite **ret_writer)
{
    struct udbwrite *w = calloc(1, sizeof(*w));

    if (!w)
        return -ENOMEM;
    for (size_t i = 0; i < ARRAY_SIZE(w->known); i++)
        w->known[i] = UDB_NONE;
    for (size_t i = 0; i < ARRAY_SIZE(w->final_timeout_usec); i++)
        w->final_timeout_usec[i] = UDB_FINAL_TIMEOUT;
    w->watchdog.reboot_usec = UDB_REBOOT_WATCHDOG;
    text_of(w, ""); /* offset 0 */
    if (w->error) {
        udbwrite_free(w);
        return -ENOMEM;
    }
    *ret_writer = w;
    return 0;
}

void udbwrite_free(struct udbwrite *w)
{
    if (!w)
        return;
    free(w->text);
    free(w->slots);
    free(w->units.data);
    free(w->services.data);
    free(w->commands.data);
    free(w->argv.data);
    free(w->environ.data);
    free(w->props.data);
    free(w->notes.data);
    free(w->edges.data);
    free(w);
}

uint32_t udbwrite_unit(struct udbwrite *w, const char *name)
{
    struct text_slot *slot = add_text(w, name);
    struct udb_unit *u;

    if (!slot)
        return 0;
    if (slot->unit != UDB_NONE)
        return slot->unit;
    if (w->units.count >= UNIT_MAX) {
        w->error = -E2BIG;
        return 0;
    }
    u = pile_add(w, &w->units, sizeof(*u), 1);
    if (!u)
        return 0;
    *u = (struct udb_unit){
        .name = slot->offset,
        .description = slot->offset,
        .type = text_has_suffix(name, ".service") ? UDB_SERVICE : UDB_TARGET,
        .load = UDB_NOT_FOUND,
        .service = UDB_NONE,
    };
    slot->unit = w->units.count - 1;
    return slot->unit;
}

uint32_t udbwrite_find(const struct udbwrite *w, const char *name)
{
    struct text_slot *slot = find_slot(w, name, hash_text(name, strlen(name)));

    return slot->used ? slot->unit : UDB_NONE;
}

struct udb_unit *udbwrite_unit_record(struct udbwrite *w, uint32_t unit)
{
    return w->error || unit >= w->units.count ? &w->spare_unit : (struct udb_unit *)w->units.data + unit;
}

void udbwrite_describe(struct udbwrite *w, uint32_t unit, const char *description, const char *path)
{
    if (description)
        udbwrite_unit_record(w, unit)->description = text_of(w, description);
    if (path)
        udbwrite_unit_record(w, unit)->path = text_of(w, path);
}

void udbwrite_service_defaults(struct udb_service *s)
{
    *s = (struct udb_service){
        .type = UDB_SIMPLE,
        .restart = UDB_RESTART_NO,
        .kill_mode = UDB_KILL_CONTROL_GROUP,
        .notify_access = UDB_NOTIFY_NONE,
        .kill_signal = SIGTERM,
        .final_kill_signal = SIGKILL,
        .flags = UDB_SVC_SEND_SIGKILL,
        .limit_burst = 5,
        .limit_interval_usec = 10 * USEC_PER_SEC,
        .start_timeout_usec = 90 * USEC_PER_SEC,
        .stop_timeout_usec = 90 * USEC_PER_SEC,
        .restart_usec = 100 * USEC_PER_MSEC,
    };
}

struct udb_service *udbwrite_service_record(struct udbwrite *w, uint32_t unit)
{
    struct udb_unit *u = udbwrite_unit_record(w, unit);
    struct udb_service *s;

    if (u != &w->spare_unit && u->service != UDB_NONE)
        return (struct udb_service *)w->services.data + u->service;
    s = u == &w->spare_unit ? NULL : pile_add(w, &w->services, sizeof(*s), 1);
    if (!s)
        return &w->spare_service;
    udbwrite_service_defaults(s);
    u->service = w->services.count - 1;
    return s;
}

void udbwrite_edge(struct udbwrite *w, uint32_t from, enum udb_edge kind, uint32_t to)
{
    enum udb_edge back = udb_edge_inverse(kind);
    uint64_t *e;

    if (from == to || from >= w->units.count || to >= w->units.count)
        return;
    e = pile_add(w, &w->edges, sizeof(*e), back == UDB_EDGE_COUNT ? 1 : 2);
    if (!e)
        return;
    e[0] = udbwrite_edge_key(from, kind, to);
    if (back != UDB_EDGE_COUNT)
        e[1] = udbwrite_edge_key(to, back, from);
}

void udbwrite_command(struct udbwrite *w, uint32_t unit, enum udb_exec kind, const char *path, uint32_t flags,
                      const char *const *argv)
{
    uint32_t first = w->argv.count, n = 0;
    struct item_command *item;

    for (; argv[n]; n++) {
        uint32_t text = text_of(w, argv[n]), *at = pile_add(w, &w->argv, sizeof(*at), 1);

        if (!at)
            return;
        *at = text;
    }
    udbwrite_service_record(w, unit);
    item = pile_add(w, &w->commands, sizeof(*item), 1);
    if (!item)
        return;
    *item = (struct item_command){
        .unit = unit,
        .kind = kind,
        .command = {.path = 0, .flags = flags, .argv = {.first = first, .count = n}},
    };
    item->command.path = text_of(w, path);
}

void udbwrite_environment(struct udbwrite *w, uint32_t unit, const char *assignment)
{
    uint32_t text = text_of(w, assignment);
    struct item_text *item;

    udbwrite_service_record(w, unit);
    item = pile_add(w, &w->environ, sizeof(*item), 1);
    if (item)
        *item = (struct item_text){.unit = unit, .text = text};
}

void udbwrite_prop(struct udbwrite *w, uint32_t unit, uint16_t directive, uint16_t section, const char *name,
                   const char *value)
{
    struct udb_prop prop = {.directive = directive, .section = section};
    struct item_prop *item;

    prop.name = text_of(w, name);
    prop.value = text_of(w, value);
    item = pile_add(w, &w->props, sizeof(*item), 1);
    if (item)
        *item = (struct item_prop){.unit = unit, .prop = prop};
}

void udbwrite_note(struct udbwrite *w, uint32_t unit, enum udb_note_level level, const char *path,
                   uint32_t line, const char *text)
{
    struct udb_note note = {.level = level, .unit = unit, .line = line}, *n;

    note.path = text_of(w, path);
    note.text = text_of(w, text);
    n = pile_add(w, &w->notes, sizeof(*n), 1);
    if (n)
        *n = note;
}

void udbwrite_known(struct udbwrite *w, enum udbwrite_known which, uint32_t unit)
{
    if (which < UDBWRITE_KNOWN_COUNT && unit < w->units.count)
        w->known[which] = unit;
}

void udbwrite_final_timeout(struct udbwrite *w, enum udb_final final, uint64_t timeout_usec)
{
    if (final < ARRAY_SIZE(w->final_timeout_usec))
        w->final_timeout_usec[final] = timeout_usec;
}

void udbwrite_watchdog(struct udbwrite *w, uint64_t runtime_usec, uint64_t reboot_usec, const char *device)
{
    w->watchdog = (struct udb_watchdog){
        .runtime_usec = runtime_usec,
        .reboot_usec = reboot_usec,
        .device = text_of(w, device),
    };
}
