/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtab.h"

/* Where each part of a table with @count units begins. The order is the order of the file. */
struct layout {
    uint64_t undo, undo_size, units, texts, heap, pids, size;
    uint32_t pid_room;
};

static uint64_t undo_room(const struct runtab_header *h)
{
    uint64_t each = 2 * sizeof(struct run_undo) + h->unit_size + h->text_size;

    return sizeof(struct run_undo) + RUN_GOAL_SIZE + h->count * each;
}

static struct layout layout_of(const struct runtab_header *h)
{
    struct layout l = {.pid_room = 64};

    /* Up to two pids a unit; at most half full, so that a probe stays short. */
    while (l.pid_room < (uint64_t)h->count * 4)
        l.pid_room *= 2;
    /* The log begins in the header's page: few calls need more of it. */
    l.undo = ALIGN_UP((uint64_t)h->header_size, 8);
    l.undo_size = undo_room(h);
    l.units = ALIGN_UP(l.undo + l.undo_size, 64);
    l.heap = ALIGN_UP(l.units + (uint64_t)h->count * h->unit_size, 64);
    l.pids = ALIGN_UP(l.heap + (uint64_t)h->count * sizeof(uint32_t), 64);
    /* The texts come last and begin a page: those that nobody writes stay untouched. */
    l.texts = ALIGN_UP(l.pids + (uint64_t)l.pid_room * sizeof(struct run_pid), 4096);
    l.size = ALIGN_UP(l.texts + (uint64_t)h->count * h->text_size, 4096);
    return l;
}

static struct runtab_header own_header(uint32_t count)
{
    struct runtab_header h = {
        .version = RUNTAB_VERSION,
        .header_size = sizeof(struct runtab_header),
        .count = count,
        .unit_size = sizeof(struct run_unit),
        .text_size = sizeof(struct run_text),
    };
    struct layout l = layout_of(&h);

    memcpy(h.magic, RUNTAB_MAGIC, sizeof(h.magic));
    h.size = l.size;
    h.undo_offset = l.undo;
    h.undo_size = l.undo_size;
    h.units_offset = l.units;
    h.texts_offset = l.texts;
    h.heap_offset = l.heap;
    h.pids_offset = l.pids;
    h.pid_room = l.pid_room;
    return h;
}

size_t runtab_size(uint32_t count)
{
    return (size_t)own_header(count).size;
}

static uint64_t checksum_of(const struct runtab_header *h)
{
    return udb_checksum(h, offsetof(struct runtab_header, checksum));
}

void runtab_format_unit(struct run_unit *u)
{
    *u = (struct run_unit){
        .seq = u->seq,
        .notify_fd = -EBADF,
        .next_ready = RUN_NONE,
        .heap_pos = RUN_NONE,
        .deadline_usec = USEC_INFINITY,
        .report_fd = {-EBADF, -EBADF},
    };
}

/* @h: a header that has been checked, or that we have just written. */
static struct runtab tie(const struct runtab_header *h, void *data, size_t size)
{
    return (struct runtab){
        .header = data,
        .data = data,
        .size = size,
        .units_offset = h->units_offset,
        .texts_offset = h->texts_offset,
        .heap_offset = h->heap_offset,
        .pids_offset = h->pids_offset,
        .unit_size = h->unit_size,
        .text_size = h->text_size,
        .pid_room = h->pid_room,
    };
}

void runtab_format(void *data, uint32_t count, uint64_t db_checksum, struct runtab *ret_table)
{
    struct runtab_header *h = data;

    *h = own_header(count);
    h->db_checksum = db_checksum;
    h->checksum = checksum_of(h);
    h->undo_call = 1;
    h->ready_head = h->ready_tail = RUN_NONE;
    h->boot_unit = h->final_unit = RUN_NONE;
    *ret_table = tie(h, data, (size_t)h->size);
    for (uint32_t i = 0; i < count; i++)
        runtab_format_unit(runtab_unit(ret_table, i));
}

/* Whether @n records of @each bytes at @offset begin behind @*end and lie inside @size. @end: moved behind them. */
static bool follows(uint64_t offset, uint64_t n, uint64_t each, uint64_t size, uint64_t *end)
{
    uint64_t bytes;

    if (offset % 8 != 0 || offset < *end || offset > size || __builtin_mul_overflow(n, each, &bytes) ||
        bytes > size - offset)
        return false;
    *end = offset + bytes;
    return true;
}

/* The parts stand in the order in which every version writes them, and none reaches into another. */
static bool parts_ok(const struct runtab_header *h)
{
    uint64_t end = h->header_size;

    return h->undo_size <= UINT32_MAX && follows(h->undo_offset, 1, h->undo_size, h->size, &end) &&
           follows(h->units_offset, h->count, h->unit_size, h->size, &end) &&
           follows(h->heap_offset, h->count, sizeof(uint32_t), h->size, &end) &&
           follows(h->pids_offset, h->pid_room, sizeof(struct run_pid), h->size, &end) &&
           follows(h->texts_offset, h->count, h->text_size, h->size, &end);
}

static bool index_ok(uint32_t i, uint32_t count)
{
    return i == RUN_NONE || i < count;
}

int runtab_open_reader(void *data, size_t size, struct runtab *ret_table)
{
    /* A copy is checked and used: what PID 1 maps may change between the two. */
    struct runtab_header copy = {0}, *h = &copy;

    if (size < RUNTAB_HEADER_FIRST)
        return -EBADMSG;
    memcpy(h, data, offsetof(struct runtab_header, events));
    if (memcmp(h->magic, RUNTAB_MAGIC, sizeof(h->magic)) != 0)
        return -EBADMSG;
    if (h->version != RUNTAB_VERSION)
        return -EPROTONOSUPPORT;
    if (h->checksum != checksum_of(h) || h->header_size < RUNTAB_HEADER_FIRST || h->size > size ||
        h->unit_size < RUN_UNIT_FIRST || h->unit_size % 8 != 0 || h->text_size < RUN_TEXT_FIRST ||
        h->text_size % 8 != 0 || h->pid_room == 0 || (h->pid_room & (h->pid_room - 1)) != 0 || !parts_ok(h))
        return -EBADMSG;
    *ret_table = tie(h, data, size);
    return 0;
}

static bool is_own_layout(const struct runtab_header *h)
{
    struct runtab_header own = own_header(h->count);

    own.db_checksum = h->db_checksum;
    return memcmp(h, &own, offsetof(struct runtab_header, checksum)) == 0;
}

static bool has_own_sizes(const struct runtab_header *h)
{
    return h->header_size == sizeof(*h) && h->unit_size == sizeof(struct run_unit) &&
           h->text_size == sizeof(struct run_text);
}

bool runtab_goal_is_sound(const struct runtab *t)
{
    const struct runtab_header *h = t->header;

    return index_ok(h->boot_unit, h->count) && index_ok(h->final_unit, h->count) && h->boot_done <= 2 &&
           h->final_kind <= UDB_FINAL_EXIT && h->last_job_id <= RUN_JOB_ID_MAX && h->final_said <= 1 && h->boot_due <= 1 &&
           (h->boot_due == 0 || (index_ok(h->boot_due_unit, h->count) && h->boot_due_result < RUN_RESULT_COUNT));
}

uint32_t runtab_undo_length(const struct runtab *t, const struct run_undo *entry)
{
    const struct runtab_header *h = t->header;

    if (entry->what == RUN_UNDO_GOAL)
        return RUN_GOAL_SIZE;
    if (entry->unit >= h->count)
        return 0;
    return entry->what == RUN_UNDO_UNIT ? h->unit_size : entry->what == RUN_UNDO_TEXT ? h->text_size : 0;
}

/* The log consists of whole entries, of things that exist. */
static bool undo_ok(const struct runtab *t)
{
    const struct runtab_header *h = t->header;
    uint64_t at = 0;

    if (h->undo_used > h->undo_size)
        return false;
    while (at < h->undo_used) {
        uint32_t n;

        if (h->undo_used - at < sizeof(struct run_undo))
            return false;
        n = runtab_undo_length(t, (const struct run_undo *)(t->data + h->undo_offset + at));
        at += sizeof(struct run_undo) + n;
        if (n == 0 || at > h->undo_used)
            return false;
    }
    return true;
}

int runtab_open(void *data, size_t size, struct runtab *ret_table)
{
    struct runtab t;
    int r;

    r = runtab_open_reader(data, size, &t);
    if (r < 0)
        return r;
    if (t.header->undo_size < undo_room(t.header) || !undo_ok(&t) ||
        (t.header->undo_used == 0 && !runtab_goal_is_sound(&t)) ||
        (has_own_sizes(t.header) && !is_own_layout(t.header)))
        return -EBADMSG;
    *ret_table = t;
    return has_own_sizes(t.header) ? 0 : 1;
}

int runtab_convert(const struct runtab *from, struct runtab *to)
{
    const size_t fixed = offsetof(struct runtab_header, events);
    const struct runtab_header *old = from->header;
    struct runtab_header *h = to->header;

    if (old->count != h->count || old->db_checksum != h->db_checksum)
        return -EINVAL;
    memcpy((uint8_t *)h + fixed, (const uint8_t *)old + fixed, MIN(old->header_size, sizeof(*h)) - fixed);
    h->superseded = 0; /* the old one may have been called that by a PID 1 that died over the change */
    for (uint32_t i = 0; i < h->count; i++) {
        memcpy(runtab_unit(to, i), runtab_unit(from, i), MIN(from->unit_size, sizeof(struct run_unit)));
        memcpy(runtab_text(to, i), runtab_text(from, i), MIN(from->text_size, sizeof(struct run_text)));
    }
    return 0;
}

static void copy_unit(const struct runtab *t, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text)
{
    size_t n = MIN(t->unit_size, sizeof(*ret_unit));

    if (n < sizeof(*ret_unit)) {
        ret_unit->seq = 0;
        runtab_format_unit(ret_unit);
    }
    memcpy(ret_unit, runtab_unit(t, unit), n);
    if (ret_text) {
        *ret_text = (struct run_text){.status = ""};
        memcpy(ret_text, runtab_text(t, unit), MIN(t->text_size, sizeof(*ret_text)));
        ret_text->status[sizeof(ret_text->status) - 1] = '\0';
        ret_text->reason[sizeof(ret_text->reason) - 1] = '\0';
    }
}

int runtab_read(const struct runtab *t, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text)
{
    const struct run_unit *u = runtab_unit(t, unit);

    /* PID 1 holds a record for well under a microsecond; a million tries mean that it died in the middle. */
    for (int tries = 0; tries < 1000000; tries++) {
        uint32_t before = __atomic_load_n(&u->seq, __ATOMIC_ACQUIRE);

        if (before % 2 != 0)
            continue;
        copy_unit(t, unit, ret_unit, ret_text);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&u->seq, __ATOMIC_RELAXED) == before)
            return 0;
    }
    copy_unit(t, unit, ret_unit, ret_text);
    return -EAGAIN;
}

static struct run_pid *pid_slots(const struct runtab *t)
{
    return (struct run_pid *)(t->data + t->pids_offset);
}

static uint32_t pid_hash(pid_t pid)
{
    return (uint32_t)pid * UINT32_C(2654435761);
}

int runtab_pid_add(struct runtab *t, pid_t pid, uint32_t unit)
{
    struct run_pid *slots = pid_slots(t);
    uint32_t mask = t->pid_room - 1;

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
    uint32_t mask = t->pid_room - 1;

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
    uint32_t mask = t->pid_room - 1, hole;

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

void runtab_pid_clear(struct runtab *t)
{
    struct run_pid *slots = pid_slots(t);

    for (uint32_t i = 0; i < t->pid_room; i++)
        if (slots[i].pid != 0)
            slots[i] = (struct run_pid){0};
}

uint32_t runtab_pid_count(const struct runtab *t)
{
    const struct run_pid *slots = pid_slots(t);
    uint32_t n = 0;

    for (uint32_t i = 0; i < t->pid_room; i++)
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
