/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "fd.h"
#include "notify.h"
#include "paths.h"
#include "text.h"

#define ENVIRON_MAX (2 * 1024 * 1024)

struct found {
    uint32_t serial;
    int fd; /* -EBADF: given to a unit */
};

/* The number that a socket's name ends in. Return: whether it is a notify socket's. */
static bool serial_of(const char *path, uint32_t *ret_serial)
{
    const char *number = path ? text_after(path, PATH_NOTIFY_DIR "/") : NULL;

    return number && text_parse_u32(number, 10, ret_serial) >= 0;
}

/* Return: how many; *ret is the caller's. Without memory they are not found. */
static size_t list_sockets(struct found **ret)
{
    _cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
    struct found *list = NULL, *more;
    const struct dirent *e;
    size_t n = 0, room = 0;
    uint32_t number;

    while (dir && (e = readdir(dir))) {
        char path[NOTIFY_PATH_MAX];
        struct found one;

        if (text_parse_u32(e->d_name, 10, &number) < 0 || number < STAGE2_FD_FIRST)
            continue;
        one.fd = (int)number;
        if (notify_path(one.fd, path, sizeof(path)) < 0 || !serial_of(path, &one.serial))
            continue;
        if (n == room) {
            room = MAX(2 * room, 64);
            more = reallocarray(list, room, sizeof(*list));
            if (!more)
                break;
            list = more;
        }
        list[n++] = one;
    }
    *ret = list;
    return n;
}

static bool serial_of_process(pid_t pid, uint32_t *ret_serial)
{
    _cleanup_free_ char *words = NULL;
    char path[40];
    size_t size;

    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    if (fd_read_file(AT_FDCWD, path, ENVIRON_MAX, &words, &size) < 0)
        return false;
    for (const char *at = words; at < words + size; at += strlen(at) + 1) {
        const char *value = text_after(at, "NOTIFY_SOCKET=");

        if (value)
            return serial_of(value, ret_serial);
    }
    return false;
}

static void give(struct run_unit *u, struct found *list, size_t n)
{
    uint32_t serial;

    if (!serial_of_process(u->main_pid, &serial))
        return;
    for (size_t i = 0; i < n; i++)
        if (list[i].serial == serial && list[i].fd >= 0) {
            runtab_begin(u);
            u->notify_fd = list[i].fd;
            runtab_end(u);
            list[i].fd = -EBADF;
            return;
        }
}

/* Sockets that another unit's good record names are its own. */
static void leave_out(struct stage2 *s, struct found *list, size_t n)
{
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        int fd = runtab_unit(&s->table, i)->notify_fd;

        for (size_t j = 0; fd >= 0 && j < n; j++)
            if (list[j].fd == fd)
                list[j].fd = -EBADF;
    }
}

void notify_find(struct stage2 *s)
{
    _cleanup_free_ struct found *list = NULL;
    size_t n = list_sockets(&list);
    struct runtab_header *h = s->table.header;

    for (size_t i = 0; i < n; i++)
        h->notify_serial = MAX(h->notify_serial, list[i].serial);
    leave_out(s, list, n);
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        const struct udb_service *svc = udb_service(&s->db, i);
        struct run_unit *u = runtab_unit(&s->table, i);

        if (svc && svc->notify_access != UDB_NOTIFY_NONE && u->notify_fd < 0 && u->main_pid > 1)
            give(u, list, n);
    }
}
