/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "publish.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fd.h"
#include "keep.h"
#include "log.h"
#include "paths.h"
#include "state.h"
#include "sys.h"

#define TABLE_NEW PATH_RUN_TABLE ".new"
#define RETRY     USEC_PER_SEC

static loop_id retry_id;
static int last_error;

static int table_file(size_t size)
{
    int fd, r;

    (void)sys.unlink(TABLE_NEW);
    fd = sys.open(TABLE_NEW, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return fd;
    r = sys.fallocate(fd, (off_t)size);
    if (r == -EINTR)
        r = sys.fallocate(fd, (off_t)size);
    if (r < 0) {
        (void)sys.unlink(TABLE_NEW);
        (void)sys.close(fd);
        return r;
    }
    return fd;
}

int publish_new_table(size_t size)
{
    int fd = table_file(size), r;

    if (fd >= 0)
        return fd;
    (void)log_warning(fd, "cannot make '%s': the run table lies in memory until there is room in /run", TABLE_NEW);
    fd = memfd_create("pintle-table", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    r = sys.fallocate(fd, (off_t)size);
    if (r < 0) {
        (void)sys.close(fd);
        return r;
    }
    return fd;
}

void publish_forget_table(void)
{
    (void)sys.unlink(TABLE_NEW);
}

static bool is_file(const char *path, int fd)
{
    struct stat named, held;

    return stat(path, &named) == 0 && fstat(fd, &held) == 0 && named.st_ino == held.st_ino &&
           named.st_dev == held.st_dev;
}

/* A table without a name, in memory or removed: another file with the same bytes, and PID 1 goes on in that. */
static int renew_table(struct stage2 *s)
{
    struct runtab fresh;
    void *at;
    int fd = table_file(s->table.size), r;

    if (fd < 0)
        return fd;
    at = sys.mmap(s->table.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    if (at == MAP_FAILED) {
        r = -errno;
        (void)sys.close(fd);
        return r;
    }
    memcpy(at, s->table.data, s->table.size);
    r = runtab_open_reader(at, s->table.size, &fresh);
    if (r >= 0)
        r = keep_inheritable(fd);
    if (r >= 0)
        r = sys.rename(TABLE_NEW, PATH_RUN_TABLE);
    if (r < 0) {
        (void)sys.munmap(at, s->table.size);
        (void)sys.close(fd);
        return r;
    }
    state_replace_table(s, &fresh, fd);
    return 0;
}

static int name_table(struct stage2 *s, int fd)
{
    if (is_file(PATH_RUN_TABLE, fd))
        return 0;
    return is_file(TABLE_NEW, fd) ? sys.rename(TABLE_NEW, PATH_RUN_TABLE) : renew_table(s);
}

/* Somebody removed the file: it is mapped, so it can be written again. */
static int renew_database(const struct stage2 *s)
{
    int fd, r;

    (void)sys.unlink(PATH_UNIT_DB_NEXT);
    fd = sys.open(PATH_UNIT_DB_NEXT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return fd;
    r = fd_write_all(fd, s->db.data, s->db.size);
    (void)sys.close(fd);
    return r < 0 ? r : sys.rename(PATH_UNIT_DB_NEXT, PATH_UNIT_DB);
}

static int name_database(const struct stage2 *s, int fd)
{
    if (is_file(PATH_UNIT_DB, fd))
        return 0;
    return is_file(PATH_UNIT_DB_NEXT, fd) ? sys.rename(PATH_UNIT_DB_NEXT, PATH_UNIT_DB) : renew_database(s);
}

static void step(struct stage2 *s);

static void on_retry(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;

    retry_id = 0;
    if (s->has_units)
        step(s);
}

static void step(struct stage2 *s)
{
    int db_fd = keep->files.db_fd;
    int kept = keep_inheritable(db_fd) < 0 || keep_inheritable(keep->files.table_fd) < 0 ? -errno : 0;
    int db = name_database(s, db_fd), table = name_table(s, keep->files.table_fd);
    int low = dup3(db_fd, EXECPROTO_FD_DB, O_CLOEXEC) < 0 ? -errno : 0;
    int r = table < 0 ? table : db < 0 ? db : kept < 0 ? kept : low;

    if (r < 0 && r != last_error)
        (void)log_error(r, "cannot put '%s' in place: pintlectl sees nothing of these units; tried again every second; "
                           "is there room in /run?", PATH_RUN_TABLE);
    else if (r >= 0 && last_error < 0)
        log_info("'%s' is in place now", PATH_RUN_TABLE);
    last_error = r < 0 ? r : 0;
    if (r < 0)
        (void)loop_add_timer(&s->loop, sys.now() + RETRY, LOOP_PRIO_TIMER, on_retry, s, &retry_id);
}

void publish_files(struct stage2 *s, int db_fd, int table_fd)
{
    loop_remove(&s->loop, retry_id); /* of the files before these */
    retry_id = 0;
    /* Before the keep names them: an exec in between would close what it names. step() tries again and tells of a failure. */
    (void)keep_inheritable(db_fd);
    (void)keep_inheritable(table_fd);
    keep_set_files(db_fd, table_fd);
    step(s);
}
