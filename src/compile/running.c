/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "running.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "log.h"
#include "paths.h"
#include "runtab.h"

static void *map_file(const char *path, size_t *ret_size)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *at;

    if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0)
        return NULL;
    at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    *ret_size = (size_t)st.st_size;
    return at == MAP_FAILED ? NULL : at;
}

void running_add(struct compiler *c)
{
    size_t db_size = 0, table_size = 0;
    void *db_at = map_file(PATH_UNIT_DB, &db_size), *table_at = map_file(PATH_RUN_TABLE, &table_size);
    struct runtab table;
    struct run_unit u;
    struct udb db;

    if (!db_at || !table_at || udb_open(db_at, db_size, &db, NULL) < 0 ||
        runtab_open_reader(table_at, table_size, &table) < 0 || table.header->db_checksum != db.header->checksum ||
        table.header->count != udb_count(&db)) {
        (void)log_warning(0, "nothing is known of what runs: units whose files are gone are not kept");
        return;
    }
    for (uint32_t i = 0; i < udb_count(&db); i++)
        if (runtab_read(&table, i, &u, NULL) < 0 || (u.state != RUN_DEAD && u.state != RUN_FAILED) ||
            u.job != RUN_JOB_NONE)
            (void)compile_unit_number(c, udb_name(&db, i));
}
