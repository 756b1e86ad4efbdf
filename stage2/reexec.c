/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reexec.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "crash.h"
#include "keep.h"
#include "log.h"
#include "sys.h"
#include "text.h"

#ifndef ASK_TIMEOUT
#define ASK_TIMEOUT (10 * USEC_PER_SEC)
#endif

static reexec_fn told;

int reexec_begin(struct stage2 *s, reexec_fn done)
{
    char word[40];
    struct helper_spec spec = {
        .kind = HELPER_ASK_SUCCESSOR,
        .argv = (const char *const[]){crash_program(), word, NULL},
        .timeout_usec = ASK_TIMEOUT,
    };
    int r;

    if (s->keep_fd < 0)
        return -ENOMEDIUM;
    told = done;
    if (helper_runs(HELPER_ASK_SUCCESSOR)) /* for somebody else, or for a predecessor that crashed meanwhile */
        return 0;
    snprintf(word, sizeof(word), "--can-carry-on=%d", s->keep_fd);
    r = helper_start(s, &spec);
    return r < 0 ? log_error(r, "cannot ask '%s' whether it can carry on", crash_program()) : 0;
}

void reexec_asked(struct stage2 *s, const siginfo_t *info, bool timed_out, uint32_t unit _unused_)
{
    reexec_fn done = told;

    told = NULL;
    if (!done) /* who asked is gone with a PID 1 that crashed meanwhile */
        return;
    if (!helper_succeeded(info, timed_out)) {
        (void)log_error(0, "'%s' cannot carry on from here: this PID 1 stays", crash_program());
        done(s, -EPROTONOSUPPORT);
        return;
    }
    done(s, 0);
    crash_exec(KEEP_WHY_REEXEC, crash_program());
}

/* Map a descriptor of PID 1. Return: its size; -errno. */
static ssize_t map_of_pid1(int number, void **ret_at)
{
    _cleanup_close_ int fd = -EBADF;
    char path[40];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/1/fd/%d", number);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return -EBADMSG;
    *ret_at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    return *ret_at == MAP_FAILED ? -errno : (ssize_t)st.st_size;
}

static int can_read_units(const struct keep *k)
{
    const char *why = NULL;
    struct runtab table;
    struct udb db;
    void *at;
    ssize_t n;
    int r;

    if (k->files.db_fd < 0 || k->files.table_fd < 0)
        return 0; /* there are none yet */
    n = map_of_pid1(k->files.db_fd, &at);
    r = n < 0 ? (int)n : udb_open(at, (size_t)n, &db, &why);
    if (r < 0)
        return log_error(r, "cannot read the unit database: %s", why ?: "not there");
    n = map_of_pid1(k->files.table_fd, &at);
    r = n < 0 ? (int)n : runtab_open(at, (size_t)n, &table);
    if (r < 0)
        return log_error(r, "cannot read the run table");
    return table.header->db_checksum == db.header->checksum ? 0 : log_error(-EBADMSG, "the run table is not the database's");
}

int reexec_can(const char *text)
{
    uint32_t number;
    ssize_t n;
    void *at;
    int r = text_parse_u32(text, 10, &number);

    log_open("pintle", LOG_TARGET_STDERR);
    if (r < 0)
        return log_error(r, "'%s' is no descriptor", text), EXIT_FAILURE;
    n = map_of_pid1((int)number, &at);
    r = n < 0 ? (int)n : keep_check(at, (size_t)n);
    if (r < 0)
        return log_error(r, "cannot read what PID 1 keeps"), EXIT_FAILURE;
    return can_read_units(at) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
