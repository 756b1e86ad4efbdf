/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtab.h"

/* Where each part of a table with @count units begins. The order is the order of the file. */
struct layout {
    uint64_t units, texts, heap, pids, size;
    uint32_t pid_room;
};

static struct layout layout_of(uint32_t count)
{
    struct layout l = {.pid_room = 64};

    /* Up to two pids a unit; at most half full, so that a probe stays short. */
    while (l.pid_room < (uint64_t)count * 4)
        l.pid_room *= 2;
    l.units = ALIGN_UP(sizeof(struct runtab_header), 64);
    l.heap = ALIGN_UP(l.units + (uint64_t)count * sizeof(struct run_unit), 64);
    l.pids = ALIGN_UP(l.heap + (uint64_t)count * sizeof(uint32_t), 64);
    /* The texts come last and begin a page: those that nobody writes stay untouched. */
    l.texts = ALIGN_UP(l.pids + (uint64_t)l.pid_room * sizeof(struct run_pid), 4096);
    l.size = ALIGN_UP(l.texts + (uint64_t)count * sizeof(struct run_text), 4096);
    return l;
}

size_t runtab_size(uint32_t count)
{
    return (size_t)layout_of(count).size;
}

void runtab_format(void *data, uint32_t count, uint64_t db_checksum, struct runtab *ret_table)
{
    struct layout l = layout_of(count);
    struct runtab_header *h = data;

    memcpy(h->magic, RUNTAB_MAGIC, sizeof(h->magic));
    h->version = RUNTAB_VERSION;
    h->header_size = sizeof(*h);
    h->size = l.size;
    h->db_checksum = db_checksum;
    h->count = count;
    h->unit_size = sizeof(struct run_unit);
    h->text_size = sizeof(struct run_text);
    h->units_offset = l.units;
    h->texts_offset = l.texts;
    h->heap_offset = l.heap;
    h->pids_offset = l.pids;
    h->pid_room = l.pid_room;
    h->ready_head = h->ready_tail = RUN_NONE;
    h->boot_unit = h->final_unit = RUN_NONE;
    *ret_table = (struct runtab){.header = h, .data = data, .size = (size_t)l.size};
    for (uint32_t i = 0; i < count; i++) {
        struct run_unit *u = runtab_unit(ret_table, i);

        u->notify_fd = -EBADF;
        u->heap_pos = u->next_ready = RUN_NONE;
    }
}

/* Whether @n records of @each bytes at @offset lie inside @size. */
static bool inside(uint64_t offset, uint64_t n, uint64_t each, uint64_t size)
{
    uint64_t bytes;

    return offset % 8 == 0 && !__builtin_mul_overflow(n, each, &bytes) && offset <= size &&
           bytes <= size - offset;
}

static bool index_ok(uint32_t i, uint32_t count)
{
    return i == RUN_NONE || i < count;
}

static bool unit_ok(const struct run_unit *u, uint32_t count, uint32_t heap_count)
{
    return u->state < RUN_STATE_COUNT && u->job < RUN_JOB_COUNT && u->result < RUN_RESULT_COUNT &&
           u->done_result < RUN_RESULT_COUNT && u->exec_kind < UDB_EXEC_COUNT && index_ok(u->next_ready, count) &&
           index_ok(u->heap_pos, heap_count);
}

static bool indices_ok(const struct runtab *t)
{
    const struct runtab_header *h = t->header;
    const struct run_pid *pids = (const struct run_pid *)(t->data + h->pids_offset);

    if (h->heap_count > h->count || !index_ok(h->ready_head, h->count) || !index_ok(h->ready_tail, h->count) ||
        !index_ok(h->boot_unit, h->count) || !index_ok(h->final_unit, h->count))
        return false;
    for (uint32_t i = 0; i < h->count; i++)
        if (!unit_ok(runtab_unit(t, i), h->count, h->heap_count))
            return false;
    for (uint32_t i = 0; i < h->heap_count; i++)
        if (runtab_heap(t)[i] >= h->count)
            return false;
    for (uint32_t i = 0; i < h->pid_room; i++)
        if (pids[i].pid > 0 && pids[i].unit >= h->count)
            return false;
    return true;
}

int runtab_open_reader(void *data, size_t size, struct runtab *ret_table)
{
    struct runtab_header *h = data;
    struct runtab t = {.header = h, .data = data, .size = size};

    if (size < sizeof(*h) || memcmp(h->magic, RUNTAB_MAGIC, sizeof(h->magic)) != 0)
        return -EBADMSG;
    if (h->version != RUNTAB_VERSION)
        return -EPROTONOSUPPORT;
    if (h->header_size < sizeof(*h) || h->size > size || h->unit_size < sizeof(struct run_unit) ||
        h->unit_size % 8 != 0 || h->text_size < sizeof(struct run_text) || h->pid_room == 0 ||
        (h->pid_room & (h->pid_room - 1)) != 0)
        return -EBADMSG;
    if (!inside(h->units_offset, h->count, h->unit_size, h->size) ||
        !inside(h->texts_offset, h->count, h->text_size, h->size) ||
        !inside(h->heap_offset, h->count, sizeof(uint32_t), h->size) ||
        !inside(h->pids_offset, h->pid_room, sizeof(struct run_pid), h->size))
        return -EBADMSG;
    *ret_table = t;
    return 0;
}

int runtab_open(void *data, size_t size, struct runtab *ret_table)
{
    struct runtab t;
    int r;

    r = runtab_open_reader(data, size, &t);
    if (r < 0)
        return r;
    if (!indices_ok(&t))
        return -EBADMSG;
    *ret_table = t;
    return 0;
}

int runtab_read(const struct runtab *t, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text)
{
    const struct run_unit *u = runtab_unit(t, unit);

    /* PID 1 holds a record for well under a microsecond; a million tries mean that it died in the middle. */
    for (int tries = 0; tries < 1000000; tries++) {
        uint32_t before = __atomic_load_n(&u->seq, __ATOMIC_ACQUIRE);

        if (before % 2 != 0)
            continue;
        memcpy(ret_unit, u, sizeof(*ret_unit));
        if (ret_text) {
            memcpy(ret_text, runtab_text(t, unit), sizeof(*ret_text));
            ret_text->status[sizeof(ret_text->status) - 1] = '\0';
            ret_text->reason[sizeof(ret_text->reason) - 1] = '\0';
        }
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&u->seq, __ATOMIC_RELAXED) == before)
            return 0;
    }
    return -EAGAIN;
}

static struct run_pid *pid_slots(const struct runtab *t)
{
    return (struct run_pid *)(t->data + t->header->pids_offset);
}

static uint32_t pid_hash(pid_t pid)
{
    return (uint32_t)pid * UINT32_C(2654435761);
}

int runtab_pid_add(struct runtab *t, pid_t pid, uint32_t unit)
{
    struct run_pid *slots = pid_slots(t);
    uint32_t mask = t->header->pid_room - 1;

    for (uint32_t i = 0; i <= mask; i++) {
        struct run_pid *s = &slots[(pid_hash(pid) + i) & mask];

        if (s->pid != 0 && s->pid != pid)
            continue;
        s->unit = unit;
        s->pid = pid;
        return 0;
    }
    return -ENOSPC;
}

static struct run_pid *pid_slot(const struct runtab *t, pid_t pid)
{
    struct run_pid *slots = pid_slots(t);
    uint32_t mask = t->header->pid_room - 1;

    for (uint32_t i = 0; i <= mask; i++) {
        struct run_pid *s = &slots[(pid_hash(pid) + i) & mask];

        if (s->pid == pid)
            return s;
        if (s->pid == 0)
            return NULL;
    }
    return NULL;
}

uint32_t runtab_pid_find(const struct runtab *t, pid_t pid)
{
    struct run_pid *s = pid > 0 ? pid_slot(t, pid) : NULL;

    return s ? s->unit : RUN_NONE;
}

void runtab_pid_remove(struct runtab *t, pid_t pid)
{
    struct run_pid *slots = pid_slots(t), *s = pid > 0 ? pid_slot(t, pid) : NULL;
    uint32_t mask = t->header->pid_room - 1, hole;

    if (!s)
        return;
    /*
     * Close the gap instead of leaving a tombstone: those would add up over months until a look-up walks the
     * whole table. Every entry of the run behind the hole that could not be found across it moves into it.
     */
    hole = (uint32_t)(s - slots);
    for (uint32_t i = (hole + 1) & mask; slots[i].pid != 0; i = (i + 1) & mask) {
        uint32_t home = pid_hash(slots[i].pid) & mask;

        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        slots[hole] = slots[i];
        hole = i;
    }
    slots[hole] = (struct run_pid){0};
}

uint32_t runtab_pid_count(const struct runtab *t)
{
    const struct run_pid *slots = pid_slots(t);
    uint32_t n = 0;

    for (uint32_t i = 0; i < t->header->pid_room; i++)
        n += slots[i].pid != 0;
    return n;
}

const char *run_state_name(enum run_state s)
{
    static const char *const names[] = {
#define X(id, sub, active) [RUN_##id] = sub,
        RUN_STATES(X)
#undef X
    };

    return s < RUN_STATE_COUNT ? names[s] : "?";
}

enum run_active run_state_active(enum run_state s)
{
    static const uint8_t actives[] = {
#define X(id, sub, active) [RUN_##id] = RUN_ACTIVE_##active,
        RUN_STATES(X)
#undef X
    };

    return s < RUN_STATE_COUNT ? (enum run_active)actives[s] : RUN_ACTIVE_INACTIVE;
}

const char *run_active_name(enum run_active a)
{
    switch (a) {
    case RUN_ACTIVE_INACTIVE:
        return "inactive";
    case RUN_ACTIVE_ACTIVATING:
        return "activating";
    case RUN_ACTIVE_ACTIVE:
        return "active";
    case RUN_ACTIVE_RELOADING:
        return "reloading";
    case RUN_ACTIVE_DEACTIVATING:
        return "deactivating";
    case RUN_ACTIVE_FAILED:
        return "failed";
    }
    return "?";
}

const char *run_job_name(enum run_job j)
{
    switch (j) {
    case RUN_JOB_NONE:
        return "none";
    case RUN_JOB_START:
        return "start";
    case RUN_JOB_STOP:
        return "stop";
    case RUN_JOB_RESTART:
        return "restart";
    case RUN_JOB_RELOAD:
        return "reload";
    case RUN_JOB_COUNT:
        break;
    }
    return "?";
}

const char *run_result_name(enum run_result r)
{
    static const char *const names[] = {
#define X(id, name) [RUN_RESULT_##id] = name,
        RUN_RESULTS(X)
#undef X
    };

    return r < RUN_RESULT_COUNT ? names[r] : "?";
}
