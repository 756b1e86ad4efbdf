/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "clock.h"
#include "paths.h"

#define RELOAD_GRACE_USEC (2 * USEC_PER_SEC)

static const char *file_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static int map_file(const char *dir, const char *path, void **ret_map, size_t *ret_size, uint64_t *ret_inode)
{
    _cleanup_close_ int fd = -EBADF;
    char full[4096];
    struct stat st;
    void *map;

    if ((size_t)snprintf(full, sizeof(full), "%s/%s", dir, file_name(path)) >= sizeof(full))
        return -ENAMETOOLONG;
    fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return -EBADMSG;
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    *ret_map = map;
    *ret_size = (size_t)st.st_size;
    *ret_inode = st.st_ino;
    return 0;
}

/* The two files as one: each is good by itself and they name the same database. */
static int check_pair(struct view *v, const void *db, size_t db_size, void *table, size_t table_size,
                      const char **ret_why)
{
    const char *why = "the run table is damaged";
    int r;

    r = runtab_open_reader(table, table_size, &v->table);
    if (r == -EPROTONOSUPPORT)
        why = "the run table is of another version of pintle";
    if (r >= 0) {
        why = "the unit database cannot be read";
        r = udb_open(db, db_size, &v->db, &why);
    }
    if (r >= 0 &&
        (v->table.header->db_checksum != v->db.header->checksum || v->table.header->count != udb_count(&v->db))) {
        why = "the run table and the unit database do not belong together";
        r = -ESTALE;
    }
    if (r < 0 && ret_why)
        *ret_why = why;
    return r < 0 ? r : 0;
}

int view_borrow(struct view *v, const void *db, size_t db_size, void *table, size_t table_size)
{
    *v = (struct view){0};
    return check_pair(v, db, db_size, table, table_size, NULL);
}

void view_close(struct view *v)
{
    if (v->db_map)
        munmap((void *)v->db_map, v->db_map_size);
    if (v->table_map)
        munmap(v->table_map, v->table_map_size);
    *v = (struct view){0};
}

static int open_once(struct view *v, const char *dir, const char **ret_why)
{
    uint64_t db_inode;
    void *db = NULL;
    int r;

    *v = (struct view){0};
    r = map_file(dir, PATH_RUN_TABLE, &v->table_map, &v->table_map_size, &v->table_inode);
    if (r >= 0)
        r = map_file(dir, PATH_UNIT_DB, &db, &v->db_map_size, &db_inode);
    v->db_map = db;
    if (r >= 0)
        r = check_pair(v, v->db_map, v->db_map_size, v->table_map, v->table_map_size, ret_why);
    if (r < 0)
        view_close(v);
    return r;
}

int view_open(struct view *v, const char *dir, const char **ret_why)
{
    _cleanup_close_ int watch = -EBADF;
    uint64_t deadline = 0, now;
    const char *why = NULL;
    int r;

    for (;;) {
        r = open_once(v, dir, &why);
        now = clock_now();
        if (r != -ESTALE || (deadline > 0 && now >= deadline))
            break;
        if (deadline == 0) {
            /* Watch before looking again, so that a rename between the two is not missed. */
            deadline = now + RELOAD_GRACE_USEC;
            watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
            if (watch < 0 || inotify_add_watch(watch, dir, IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE) < 0)
                break;
        } else {
            struct pollfd p = {.fd = watch, .events = POLLIN};
            char events[4096] __attribute__((aligned(8)));

            if (poll(&p, 1, (int)((deadline - now) / 1000) + 1) > 0 && read(watch, events, sizeof(events)) < 0)
                break;
        }
    }
    if (r < 0 && ret_why)
        *ret_why = why;
    return r;
}

bool view_superseded(const struct view *v)
{
    return __atomic_load_n(&v->table.header->superseded, __ATOMIC_ACQUIRE) != 0;
}

void view_unit(const struct view *v, uint32_t unit, struct run_unit *ret_unit, struct run_text *ret_text)
{
    (void)runtab_read(&v->table, unit, ret_unit, ret_text); /* a torn copy is better than none: see below */
    if (ret_unit->state >= RUN_STATE_COUNT)
        ret_unit->state = RUN_DEAD;
    if (ret_unit->job >= RUN_JOB_COUNT)
        ret_unit->job = RUN_JOB_NONE;
    if (ret_unit->result >= RUN_RESULT_COUNT)
        ret_unit->result = RUN_RESULT_SUCCESS;
    if (ret_unit->done_result >= RUN_RESULT_COUNT)
        ret_unit->done_result = RUN_RESULT_SUCCESS;
    if (ret_unit->exec_kind >= UDB_EXEC_COUNT)
        ret_unit->exec_kind = UDB_EXEC_CONDITION;
}

uint32_t view_header_unit(const struct view *v, const uint32_t *index)
{
    uint32_t i = __atomic_load_n(index, __ATOMIC_RELAXED);

    return i < view_count(v) ? i : UDB_NONE;
}

uint32_t view_find(const struct view *v, const char *name)
{
    uint32_t unit = udb_find(&v->db, name);

    for (uint32_t i = 0; unit == UDB_NONE && i < view_count(v); i++) {
        const struct udb_list *props = &udb_unit(&v->db, i)->props;

        for (uint32_t k = 0; k < props->count; k++) {
            const struct udb_prop *p = udb_prop(&v->db, props, k);

            if (streq(udb_text(&v->db, p->name), UDB_PROP_ALIAS) && streq(udb_text(&v->db, p->value), name))
                unit = i;
        }
    }
    return unit;
}

uint32_t view_find_pid(const struct view *v, pid_t pid)
{
    struct run_unit u;

    for (uint32_t i = 0; i < view_count(v); i++) {
        view_unit(v, i, &u, NULL);
        if (u.main_pid == pid || u.control_pid == pid)
            return i;
    }
    return UDB_NONE;
}

bool view_job_stops(const struct run_unit *u)
{
    enum run_active active = run_state_active(u->state);

    /* A restart is a stop until nothing of the unit runs; then PID 1 makes a start of it. */
    return u->job == RUN_JOB_STOP ||
           (u->job == RUN_JOB_RESTART && active != RUN_ACTIVE_INACTIVE && active != RUN_ACTIVE_FAILED);
}

uint32_t view_blocker(const struct view *v, uint32_t unit, uint32_t *pos)
{
    const struct udb_list *after = &udb_unit(&v->db, unit)->edges[UDB_AFTER];
    const struct udb_list *before = &udb_unit(&v->db, unit)->edges[UDB_BEFORE];
    struct run_unit u, other;
    bool stops;

    view_unit(v, unit, &u, NULL);
    if (u.job == RUN_JOB_NONE || u.job == RUN_JOB_RELOAD)
        return UDB_NONE;
    stops = view_job_stops(&u);
    for (; *pos < after->count + before->count; (*pos)++) {
        bool is_before = *pos >= after->count;
        uint32_t i = is_before ? udb_refs(&v->db, before)[*pos - after->count] : udb_refs(&v->db, after)[*pos];

        view_unit(v, i, &other, NULL);
        if (other.job == RUN_JOB_RELOAD || (is_before ? !view_job_stops(&other) : stops || other.job == RUN_JOB_NONE))
            continue;
        (*pos)++;
        return i;
    }
    return UDB_NONE;
}

enum view_state view_system_state(const struct view *v)
{
    const struct runtab_header *h = v->table.header;

    if (h->final_kind != UDB_FINAL_NONE || view_header_unit(v, &h->final_unit) != UDB_NONE)
        return VIEW_STOPPING;
    if (h->boot_done == 0)
        return VIEW_STARTING;
    if (h->boot_done == 2)
        return VIEW_MAINTENANCE;
    return h->n_failed > 0 ? VIEW_DEGRADED : VIEW_RUNNING;
}

const char *view_state_name(enum view_state s)
{
    switch (s) {
    case VIEW_STARTING:
        return "starting";
    case VIEW_RUNNING:
        return "running";
    case VIEW_DEGRADED:
        return "degraded";
    case VIEW_MAINTENANCE:
        return "maintenance";
    case VIEW_STOPPING:
        return "stopping";
    case VIEW_OFFLINE:
        return "offline";
    }
    return "unknown";
}
