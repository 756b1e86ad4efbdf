/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "drive.h"
#include "emergency.h"
#include "helper.h"
#include "log.h"
#include "paths.h"
#include "spawnenv.h"
#include "sys.h"

#define COMPILE_TIMEOUT (90 * USEC_PER_SEC)
#define ACTION_ROOM     64 /* what one engine_run gives at most; drive.c has the queue behind it */

/* All that belongs to one database. A reload makes a second one and lets go of the first when nothing can fail any more. */
struct generation {
    struct udb db;
    int db_fd;
    struct runtab table;
    struct unit_rt *rt;
    uint32_t *stack;
    uint8_t *marks;
};

static struct engine_action actions[ACTION_ROOM];

static void generation_done(struct generation *g)
{
    if (g->db.data)
        (void)sys.munmap((void *)(uintptr_t)g->db.data, g->db.size);
    if (g->table.data)
        (void)sys.munmap(g->table.data, g->table.size);
    if (g->db_fd >= 0)
        (void)sys.close(g->db_fd);
    free(g->rt);
    free(g->stack);
    free(g->marks);
    *g = (struct generation){.db_fd = -EBADF};
}

static int map_database(struct generation *g)
{
    const char *why = NULL;
    struct stat st;
    void *at;
    int r;

    g->db_fd = sys.open(PATH_UNIT_DB, O_RDONLY | O_CLOEXEC, 0);
    if (g->db_fd < 0)
        return log_error(g->db_fd, "cannot open the unit database '%s'", PATH_UNIT_DB);
    if (fstat(g->db_fd, &st) < 0 || st.st_size <= 0)
        return log_error(-EBADMSG, "the unit database '%s' is empty", PATH_UNIT_DB);
    at = sys.mmap((size_t)st.st_size, PROT_READ, MAP_SHARED, g->db_fd);
    if (at == MAP_FAILED)
        return log_error(-errno, "cannot map the unit database '%s'", PATH_UNIT_DB);
    r = udb_open(at, (size_t)st.st_size, &g->db, &why);
    if (r < 0) {
        (void)sys.munmap(at, (size_t)st.st_size);
        return log_error(r, "the unit database '%s' is refused: %s", PATH_UNIT_DB, why ?: "unreadable");
    }
    g->db.size = (size_t)st.st_size;
    return 0;
}

/* A file with all its pages, at a new name first: who maps the old one keeps it. */
static int table_file(size_t size)
{
    int fd = sys.open(PATH_RUN_TABLE ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), r;

    if (fd < 0)
        return fd;
    r = sys.fallocate(fd, (off_t)size);
    if (r >= 0)
        r = sys.rename(PATH_RUN_TABLE ".new", PATH_RUN_TABLE);
    if (r < 0) {
        (void)sys.unlink(PATH_RUN_TABLE ".new");
        (void)sys.close(fd);
        return r;
    }
    return fd;
}

static int make_table(struct generation *g)
{
    size_t size = runtab_size(udb_count(&g->db));
    int fd = table_file(size);
    void *at;

    if (fd < 0) {
        (void)log_error(fd, "cannot make the run table '%s': status can be read by PID 1 alone; make room in /run",
                        PATH_RUN_TABLE);
        fd = memfd_create("pintle-table", MFD_CLOEXEC);
        if (fd < 0 || ftruncate(fd, (off_t)size) < 0)
            return -errno;
    }
    at = sys.mmap(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    (void)sys.close(fd);
    if (at == MAP_FAILED)
        return -errno;
    runtab_format(at, udb_count(&g->db), g->db.header->checksum, &g->table);
    return 0;
}

/* Everything that can fail, for a database that lies at its place. */
static int generation_make(struct generation *g)
{
    uint32_t n;
    int r;

    *g = (struct generation){.db_fd = -EBADF};
    r = map_database(g);
    if (r < 0)
        return r;
    r = make_table(g);
    if (r < 0)
        return log_error(r, "cannot map a run table");
    n = MAX(udb_count(&g->db), 1);
    g->rt = calloc(n, sizeof(*g->rt));
    g->stack = calloc(ENGINE_STACK_ENTRIES(n), sizeof(*g->stack));
    g->marks = calloc(n, sizeof(*g->marks));
    if (!g->rt || !g->stack || !g->marks)
        return log_error(-ENOMEM, "no memory for %u units", n);
    r = spawnenv_prepare(&g->db);
    return r < 0 ? log_error(r, "no memory for the commands of the units") : 0;
}

/* From here on @g is what PID 1 runs on. */
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
    (void)dup3(g->db_fd, EXECPROTO_FD_DB, O_CLOEXEC);
    (void)sys.close(TAKE_FD(g->db_fd));
    s->has_units = true;
    return 0;
}

static void stamp_header(struct stage2 *s)
{
    struct runtab_header *h = s->table.header;

    h->t_stage2 = s->t_start;
    h->t_early = s->t_early;
    h->t_compiled = sys.now();
    h->freed_bytes = s->freed_bytes;
    h->image_bytes = s->image_bytes;
    if (getrandom(h->seed, sizeof(h->seed), GRND_NONBLOCK) != (ssize_t)sizeof(h->seed))
        h->seed[0] = sys.now(); /* the pool is not ready that early on some machines: ids stay unlikely to repeat */
}

static void on_boot_compiled(struct stage2 *s, const siginfo_t *info, bool timed_out, void *data _unused_)
{
    struct generation g;

    if (timed_out)
        (void)log_error(0, "pintle-compile did not end within %u s", (unsigned)(COMPILE_TIMEOUT / USEC_PER_SEC));
    else if (info->si_code != CLD_EXITED)
        (void)log_error(0, "pintle-compile was killed by SIG%s", sigabbrev_np(info->si_status) ?: "?");
    else if (info->si_status != 0)
        (void)log_error(0, "pintle-compile failed with exit status %d", info->si_status);
    /* A database from an earlier run of it is better than none: it is checked like any other. */
    if (generation_make(&g) < 0 || generation_take(s, &g) < 0) {
        generation_done(&g);
        emergency_no_units(s, "there is no usable unit database");
        return;
    }
    stamp_header(s);
    drive_boot(s);
}

static int start_compile(struct stage2 *s, helper_fn done, void *data)
{
    const char *argv[8] = {"pintle-compile", "--quiet", "--boot", "--output", PATH_UNIT_DB};
    size_t n = 5;
    struct helper_spec spec = {
        .name = "pintle-compile",
        .program = "pintle-compile",
        .argv = argv,
        .timeout_usec = COMPILE_TIMEOUT,
        .done = done,
        .data = data,
    };

    if (s->options.unit_path) {
        argv[n++] = "--unit-path";
        argv[n++] = s->options.unit_path;
    }
    argv[n] = NULL;
    return helper_start(s, &spec, NULL);
}

void state_boot(struct stage2 *s)
{
    int r = start_compile(s, on_boot_compiled, NULL);

    if (r < 0) {
        (void)log_error(r, "cannot start '%s/pintle-compile'", s->options.libexecdir);
        emergency_no_units(s, "the unit files cannot be compiled");
    }
}

int state_reload(struct stage2 *s _unused_, state_reload_fn done _unused_, void *data _unused_)
{
    return -EOPNOTSUPP;
}
