/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernelview.h"

#include <fcntl.h>

#include "fd.h"
#include "log.h"
#include "sys.h"
#include "text.h"

/* Fields 4 and 22 of /proc/PID/stat, counted behind the name, which may hold anything. */
static int read_stat(int dirfd, uint32_t *ret_parent, uint64_t *ret_start_usec)
{
    char line[1024];
    ssize_t n = fd_read_line(dirfd, "stat", line, sizeof(line));
    const char *pos = n > 0 ? strrchr(line, ')') : NULL, *word;
    uint64_t ticks = 0;
    size_t length;

    if (!pos)
        return -ESRCH;
    pos++;
    for (int field = 3; (word = text_next_word(&pos, " ", &length)); field++) {
        char number[24];

        if (field != 4 && field != 22)
            continue;
        snprintf(number, sizeof(number), "%.*s", (int)MIN(length, sizeof(number) - 1), word);
        ticks = strtoull(number, NULL, 10);
        if (field == 4)
            *ret_parent = (uint32_t)ticks;
        else {
            *ret_start_usec = ticks * (USEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK));
            return 0;
        }
    }
    return -ESRCH;
}

/* "0::/system.slice/system-getty.slice/getty@tty1.service": the last part is the unit's name. */
static uint32_t unit_by_cgroup(struct stage2 *s, int dirfd)
{
    char line[1200];
    const char *at;

    if (fd_read_line(dirfd, "cgroup", line, sizeof(line)) <= 0 || !strstr(line, "/system.slice/"))
        return UDB_NONE;
    for (at = strstr(line, "/system.slice/"); at; at = strchr(at + 1, '/')) {
        char name[300];
        size_t length = strcspn(at + 1, "/");
        uint32_t unit;

        snprintf(name, sizeof(name), "%.*s", (int)MIN(length, sizeof(name) - 1), at + 1);
        unit = udb_find(&s->db, name);
        if (unit != UDB_NONE && udb_service(&s->db, unit))
            return unit;
    }
    return UDB_NONE;
}

static bool is_command(const struct udb *db, const struct udb_command *cmd, const char *line, size_t size)
{
    size_t at = 0;

    for (uint32_t i = 0; i < cmd->argv.count; i++) {
        const char *word = udb_str(db, &cmd->argv, i);
        size_t n = strlen(word) + 1;

        if (n > size - at || memcmp(line + at, word, n) != 0)
            return false;
        at += n;
    }
    return at == size && at > 0;
}

static uint32_t unit_by_command(struct stage2 *s, int dirfd)
{
    _cleanup_free_ char *line = NULL;
    size_t size;

    if (fd_read_file(dirfd, "cmdline", 65536, &line, &size) < 0)
        return UDB_NONE;
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        const struct udb_service *svc = udb_service(&s->db, i);

        for (uint32_t j = 0; svc && j < svc->exec[UDB_EXEC_START].count; j++)
            if (is_command(&s->db, udb_command(&s->db, svc->exec[UDB_EXEC_START].first + j), line, size))
                return i;
    }
    return UDB_NONE;
}

static bool look(struct stage2 *s, int dirfd, pid_t pid, struct engine_fact *ret)
{
    uint32_t parent = 0;

    *ret = (struct engine_fact){.pid = pid};
    if (read_stat(dirfd, &parent, &ret->start_usec) < 0)
        return false;
    ret->child = parent == 1;
    ret->unit = unit_by_cgroup(s, dirfd);
    ret->in_cgroup = ret->unit != UDB_NONE;
    if (ret->unit == UDB_NONE && ret->child)
        ret->unit = unit_by_command(s, dirfd);
    return ret->unit != UDB_NONE;
}

int kernelview_read(struct stage2 *s, struct engine_fact **ret_facts)
{
    _cleanup_closedir_ DIR *dir = opendir("/proc");
    struct engine_fact *facts = NULL, *more;
    const struct dirent *e;
    uint32_t pid, room = 0;
    int n = 0;

    if (!dir)
        return -errno;
    while ((e = readdir(dir))) {
        _cleanup_close_ int fd = -EBADF;

        if (text_parse_u32(e->d_name, 10, &pid) < 0 || pid <= 1)
            continue;
        fd = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if ((uint32_t)n == room) {
            room = MAX(2 * room, 64);
            more = reallocarray(facts, room, sizeof(*facts));
            if (!more) {
                free(facts);
                return -ENOMEM;
            }
            facts = more;
        }
        n += fd >= 0 && look(s, fd, (pid_t)pid, &facts[n]);
    }
    *ret_facts = facts;
    return n;
}
