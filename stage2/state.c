/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "drive.h"
#include "emergency.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "notify.h"
#include "paths.h"
#include "publish.h"
#include "recover.h"
#include "runundo.h"
#include "spawnenv.h"
#include "sys.h"
#include "trim.h"
#include "watchdog.h"

#define COMPILE_TIMEOUT (90 * USEC_PER_SEC)
#define BOOT_RETRY      USEC_PER_SEC
#define BOOT_TRIES      10
#define ACTION_ROOM     64 /* what one engine_run gives at most; drive.c has the queue behind it */

/* All that belongs to one database. A reload makes a second one and lets go of the first when nothing can fail any more. */
struct generation {
    struct udb db;
    int db_fd;
    int table_fd;
    struct runtab table;
    struct unit_rt *rt;
    uint32_t *stack;
    uint8_t *marks;
};

static struct engine_action actions[ACTION_ROOM];
static struct generation current = {.db_fd = -EBADF, .table_fd = -EBADF};

static void generation_done(struct generation *g)
{
    if (g->db.data)
        (void)sys.munmap((void *)(uintptr_t)g->db.data, g->db.size);
    if (g->table.data)
        (void)sys.munmap(g->table.data, g->table.size);
    if (g->db_fd >= 0)
        (void)sys.close(g->db_fd);
    if (g->table_fd >= 0)
        (void)sys.close(g->table_fd);
    free(g->rt);
    free(g->stack);
    free(g->marks);
    *g = (struct generation){.db_fd = -EBADF, .table_fd = -EBADF};
}

static int map_database(struct generation *g, const char *path)
{
    const char *why = NULL;
    struct stat st;
    void *at;
    int r;

    if (fstat(g->db_fd, &st) < 0)
        return log_error(-errno, "cannot tell the size of the unit database '%s'", path);
    if (st.st_size <= 0)
        return log_error(-EBADMSG, "the unit database '%s' is empty", path);
    at = sys.mmap((size_t)st.st_size, PROT_READ, MAP_SHARED, g->db_fd);
    if (at == MAP_FAILED)
        return log_error(-errno, "cannot map the unit database '%s'", path);
    r = udb_open(at, (size_t)st.st_size, &g->db, &why);
    if (r < 0) {
        (void)sys.munmap(at, (size_t)st.st_size);
        return log_error(r, "the unit database '%s' is refused: %s", path, why ?: "unreadable");
    }
    g->db.size = (size_t)st.st_size;
    return 0;
}

static int make_table(struct generation *g)
{
    size_t size = runtab_size(udb_count(&g->db));
    int fd = publish_new_table(size);
    void *at;

    if (fd < 0)
        return fd;
    at = sys.mmap(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    if (at == MAP_FAILED) {
        (void)sys.close(fd);
        return -errno;
    }
    g->table_fd = fd;
    runtab_format(at, udb_count(&g->db), g->db.header->checksum, &g->table);
    return 0;
}

/* The table of a predecessor: nothing that it says is believed before it is checked. Return: what runtab_open says. */
static int map_table(struct generation *g, int fd)
{
    struct stat st;
    void *at;
    int r;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return -EBADMSG;
    at = sys.mmap((size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    if (at == MAP_FAILED)
        return -errno;
    r = runtab_open(at, (size_t)st.st_size, &g->table);
    if (r < 0) {
        (void)sys.munmap(at, (size_t)st.st_size);
        return r;
    }
    g->table_fd = fd;
    return r;
}

static int make_scratch(struct generation *g)
{
    uint32_t n = MAX(udb_count(&g->db), 1);
    int r;

    g->rt = calloc(n, sizeof(*g->rt));
    g->stack = calloc(ENGINE_STACK_ENTRIES(n), sizeof(*g->stack));
    g->marks = calloc(n, sizeof(*g->marks));
    if (!g->rt || !g->stack || !g->marks)
        return log_error(-ENOMEM, "no memory for %u units", n);
    r = spawnenv_prepare(&g->db);
    return r < 0 ? log_error(r, "no memory for the commands of the units") : 0;
}

/* Everything that can fail, for a database that lies at its place. */
static int generation_make(struct generation *g, const char *path)
{
    int r;

    *g = (struct generation){.db_fd = -EBADF, .table_fd = -EBADF};
    g->db_fd = sys.open(path, O_RDONLY | O_CLOEXEC, 0);
    if (g->db_fd < 0)
        return log_error(g->db_fd, "cannot open the unit database '%s'", path);
    r = map_database(g, path);
    if (r < 0)
        return r;
    r = make_table(g);
    if (r < 0)
        return log_error(r, "cannot map a run table");
    return make_scratch(g);
}

/* PID 1 works with @g; an exec would still find the one before. */
static int generation_take(struct stage2 *s, struct generation *g)
{
    int r = engine_init(&s->engine, &g->db, &g->table, g->stack, g->marks, actions, ACTION_ROOM);

    if (r < 0)
        return log_error(r, "the engine refuses the database");
    s->db = g->db;
    s->table = g->table;
    s->rt = g->rt;
    s->engine.db = &s->db;
    s->engine.table = &s->table;
    s->has_units = true;
    current = *g;
    return 0;
}

void state_replace_table(struct stage2 *s, const struct runtab *fresh, int fd)
{
    struct runtab old = s->table;
    int old_fd = current.table_fd;

    s->table = current.table = *fresh;
    current.table_fd = fd;
    keep_set_files(current.db_fd, fd);
    (void)sys.munmap(old.data, old.size);
    (void)sys.close(old_fd);
}

static void stamp_header(struct stage2 *s)
{
    struct runtab_header *h = s->table.header;

    h->t_stage2 = keep->t_start;
    h->t_early = keep->t_early;
    h->t_compiled = sys.now();
    h->freed_bytes = keep->freed_bytes;
    h->image_bytes = keep->image_bytes;
    if (getrandom(h->seed, sizeof(h->seed), GRND_NONBLOCK) != (ssize_t)sizeof(h->seed))
        h->seed[0] = sys.now(); /* the pool is not ready that early on some machines: ids stay unlikely to repeat */
}

static int boot_from(struct stage2 *s, const char *path)
{
    struct generation g;
    int r = generation_make(&g, path);

    if (r >= 0)
        r = generation_take(s, &g);
    if (r < 0) {
        generation_done(&g);
        publish_forget_table();
        return r;
    }
    stamp_header(s);
    if (keep->lost)
        recover_lost(s);
    publish_files(s, g.db_fd, g.table_fd);
    watchdog_follow(s);
    return 0;
}

static void say_compile_failed(const siginfo_t *info, bool timed_out)
{
    if (!info)
        (void)log_error(0, "pintle-compile is gone without a word");
    else if (timed_out)
        (void)log_error(0, "pintle-compile did not end within %u s", (unsigned)(COMPILE_TIMEOUT / USEC_PER_SEC));
    else if (info->si_code != CLD_EXITED)
        (void)log_error(0, "pintle-compile was killed by SIG%s", sigabbrev_np(info->si_status) ?: "?");
    else
        (void)log_error(0, "pintle-compile failed with exit status %d", info->si_status);
}

static void on_boot_again(void *data, int fd _unused_, uint32_t events _unused_)
{
    state_boot(data);
}

/* Memory, descriptors, processes, room: others give them back, so a boot does not end with the first lack of them. */
static bool boots_again(struct stage2 *s, int error)
{
    static const int passing[] = {ENOMEM, EAGAIN, EMFILE, ENFILE, ENOSPC, EIO};
    static unsigned n_tries;
    bool passes = false;

    for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
        passes = passes || error == -passing[i];
    if (!passes || ++n_tries > BOOT_TRIES)
        return false;
    log_info("the boot is tried again in %u s", (unsigned)(BOOT_RETRY / USEC_PER_SEC));
    return loop_add_timer(&s->loop, sys.now() + BOOT_RETRY, LOOP_PRIO_TIMER, on_boot_again, s, NULL) >= 0;
}

void state_boot_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit _unused_)
{
    bool compiled = helper_succeeded(info, timed_out);
    int r = -EBADMSG;

    if (s->has_units) /* a PID 1 that crashed just here was that far */
        return;
    if (!compiled)
        say_compile_failed(info, timed_out);
    /* A database from an earlier run of it is better than none: it is checked like any other. */
    if (compiled)
        r = boot_from(s, PATH_UNIT_DB_NEXT);
    if (r < 0 && boot_from(s, PATH_UNIT_DB) < 0) {
        (void)sys.unlink(PATH_UNIT_DB_NEXT);
        if (boots_again(s, r))
            return;
        emergency_no_units(s, "there is no usable unit database");
        return;
    }
    if (r < 0)
        (void)sys.unlink(PATH_UNIT_DB_NEXT); /* refused */
    if (keep->lost) {
        keep->lost = 0;
        for (uint32_t i = 0; i < udb_count(&s->db); i++)
            (void)notify_carry_on(s, i);
        drive_reissue(s);
    } else
        drive_boot(s);
}

static int start_compile(struct stage2 *s, enum helper_kind kind, const char *output)
{
    const char *argv[10] = {"pintle-compile", "--quiet", "--boot", "--output", output};
    size_t n = 5;
    struct helper_spec spec = {
        .kind = kind,
        .program = "pintle-compile",
        .argv = argv,
        .timeout_usec = COMPILE_TIMEOUT,
    };

    if (s->options.unit_path) {
        argv[n++] = "--unit-path";
        argv[n++] = s->options.unit_path;
    }
    if (s->has_units)
        argv[n++] = "--keep"; /* what runs stays a unit, even when its file is gone */
    argv[n] = NULL;
    return helper_start(s, &spec);
}

void state_boot(struct stage2 *s)
{
    int r;

    (void)sys.mkdir(PATH_RUNTIME_DIR, 0755); /* duties.c may have failed to, and somebody may have mended that */
    r = start_compile(s, HELPER_COMPILE_BOOT, PATH_UNIT_DB_NEXT);
    if (r < 0) {
        (void)log_error(r, "cannot start '%s/pintle-compile'", s->options.libexecdir);
        if (!boots_again(s, r))
            emergency_no_units(s, "the unit files cannot be compiled");
    }
}

int state_compile_next(struct stage2 *s)
{
    return start_compile(s, HELPER_COMPILE_NEXT, PATH_UNIT_DB_NEXT);
}

/* The table's records are of another size: the same in this version's. @g's own is given back on success. */
static int convert_table(struct generation *g)
{
    struct generation new = {.db = g->db, .db_fd = -EBADF, .table_fd = -EBADF};
    int r = make_table(&new);

    if (r >= 0)
        r = runtab_convert(&g->table, &new.table);
    if (r < 0) {
        new.db = (struct udb){.data = NULL};
        generation_done(&new);
        return r;
    }
    g->table.header->superseded = 1;
    (void)sys.munmap(g->table.data, g->table.size);
    /* The keep still names the old file; it is nobody's once the new one is published, and closed as such (carry.c). */
    g->table = new.table;
    g->table_fd = new.table_fd;
    return 0;
}

static int carry_table(struct generation *g)
{
    int r = map_table(g, keep->files.table_fd);

    if (r < 0)
        return log_error(r, "the run table cannot be read");
    if (runundo_rollback(&g->table) > 0)
        log_debug("PID 1 was in the middle of a change, which is taken back");
    return r > 0 ? convert_table(g) : 0;
}

int state_carry_on(struct stage2 *s)
{
    struct generation g = {.db_fd = keep->files.db_fd, .table_fd = -EBADF};
    int r;

    if (keep->files.db_fd < 0 || keep->files.table_fd < 0)
        return -ENODATA;
    r = map_database(&g, PATH_UNIT_DB);
    if (r >= 0)
        r = carry_table(&g);
    if (r >= 0)
        r = make_scratch(&g);
    if (r >= 0)
        r = generation_take(s, &g);
    if (r < 0) {
        g.db_fd = g.table_fd = -EBADF; /* still the keep's, for the next try */
        generation_done(&g);
    }
    return r;
}

int state_carry_database(struct stage2 *s)
{
    struct generation g = {.db_fd = keep->files.db_fd, .table_fd = -EBADF};
    int r = g.db_fd < 0 ? -ENODATA : map_database(&g, PATH_UNIT_DB);

    if (r >= 0)
        r = make_table(&g);
    if (r >= 0)
        r = make_scratch(&g);
    if (r >= 0)
        r = generation_take(s, &g);
    if (r < 0) {
        g.db_fd = -EBADF;
        generation_done(&g);
        return r;
    }
    stamp_header(s);
    return 0;
}

void state_publish(struct stage2 *s)
{
    publish_files(s, current.db_fd, current.table_fd);
}

/* Where a unit of the old database is in the new one; RUN_NONE: nowhere. */
static uint32_t translate(const struct udb *from, const struct udb *to, uint32_t unit)
{
    uint32_t there = unit == RUN_NONE ? UDB_NONE : udb_find(to, udb_name(from, unit));

    return there == UDB_NONE ? RUN_NONE : there;
}

static void carry_header(const struct generation *from, struct generation *to)
{
    const struct runtab_header *old = from->table.header;
    struct runtab_header *h = to->table.header;

    h->events = old->events;
    h->last_job_id = old->last_job_id;
    h->boot_unit = translate(&from->db, &to->db, old->boot_unit);
    h->final_unit = translate(&from->db, &to->db, old->final_unit);
    h->boot_done = old->boot_done;
    h->boot_due = old->boot_due;
    h->boot_due_unit = translate(&from->db, &to->db, old->boot_due_unit);
    h->boot_due_result = old->boot_due_result;
    h->final_kind = old->final_kind;
    h->final_said = old->final_said;
    h->t_stage2 = old->t_stage2;
    h->t_early = old->t_early;
    h->t_compiled = old->t_compiled;
    h->t_boot_done = old->t_boot_done;
    h->freed_bytes = old->freed_bytes;
    h->image_bytes = old->image_bytes;
    memcpy(h->seed, old->seed, sizeof(h->seed));
    h->notify_serial = old->notify_serial;
    h->n_faults = old->n_faults;
    h->n_hangs = old->n_hangs;
    h->n_reexecs = old->n_reexecs;
}

/* Whether anything would be lost with the unit: a process, a job, a deadline. */
static bool is_alive(const struct run_unit *u)
{
    return (u->state != RUN_DEAD && u->state != RUN_FAILED) || u->job != RUN_JOB_NONE || u->main_pid > 0 ||
           u->control_pid > 0;
}

static int carry_units(const struct generation *from, struct generation *to)
{
    for (uint32_t i = 0; i < udb_count(&from->db); i++) {
        const struct run_unit *old = runtab_unit(&from->table, i);
        uint32_t there = translate(&from->db, &to->db, i);

        if (there == RUN_NONE) {
            if (!is_alive(old))
                continue;
            return log_error(0, "the unit files were compiled without '%s', which runs: the reload is refused",
                             udb_name(&from->db, i)),
                   -EBUSY;
        }
        *runtab_unit(&to->table, there) = *old;
        runtab_unit(&to->table, there)->undo = 0; /* that call was the old table's */
        *runtab_text(&to->table, there) = *runtab_text(&from->table, i);
    }
    return 0;
}

int state_take_next(struct stage2 *s, state_move_fn move)
{
    struct generation old = current, next;
    struct engine engine_before = s->engine;
    int r = generation_make(&next, PATH_UNIT_DB_NEXT);

    if (r >= 0) {
        carry_header(&old, &next);
        r = carry_units(&old, &next);
    }
    if (r >= 0)
        r = generation_take(s, &next);
    if (r >= 0)
        r = engine_adopt(&s->engine);
    if (r < 0) {
        s->engine = engine_before;
        s->db = old.db;
        s->table = old.table;
        s->rt = old.rt;
        current = old;
        (void)dup3(old.db_fd, EXECPROTO_FD_DB, O_CLOEXEC);
        generation_done(&next);
        (void)sys.unlink(PATH_UNIT_DB_NEXT);
        publish_forget_table();
        return r;
    }
    publish_files(s, next.db_fd, next.table_fd);
    watchdog_follow(s);
    for (uint32_t i = 0; i < udb_count(&old.db); i++) {
        uint32_t there = translate(&old.db, &next.db, i);

        if (there != RUN_NONE)
            move(s, i, there, &old.rt[i]);
    }
    old.table.header->superseded = 1;
    __atomic_fetch_add(&old.table.header->events, 1, __ATOMIC_RELEASE);
    (void)sys.futex_wake(&old.table.header->events, INT_MAX);
    generation_done(&old);
    s->changed = true;
    trim_later(s);
    return 0;
}
