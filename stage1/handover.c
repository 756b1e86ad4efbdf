/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handover.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "clock.h"
#include "fd.h"
#include "handoff.h"
#include "log.h"

static void put_times(struct record_writer *w, const struct stage1_times *t)
{
    record_put_u64(w, HANDOFF_T_START, t->start);
    record_put_u64(w, HANDOFF_T_EARLY, t->early);
    record_put_u64(w, HANDOFF_T_COLDPLUG, t->coldplug);
    record_put_u64(w, HANDOFF_T_ROOT_FOUND, t->root_found);
    record_put_u64(w, HANDOFF_T_MOUNTED, t->mounted);
    record_put_u64(w, HANDOFF_T_PIVOT, t->pivot);
    record_put_u64(w, HANDOFF_T_EXEC, t->exec);
}

static void put_root(struct record_writer *w, const struct stage1 *s)
{
    const struct stage1_root *root = &s->root;

    record_put_text(w, HANDOFF_ROOT_SPEC, s->spec.text);
    record_put_text(w, HANDOFF_ROOT_SOURCE, root->source);
    record_put_text(w, HANDOFF_ROOT_TYPE, root->type);
    record_put_text(w, HANDOFF_ROOT_OPTIONS, root->options);
    record_put_u32(w, HANDOFF_ROOT_RO, root->read_only);
    record_put_u64(w, HANDOFF_ROOT_DEV, root->dev);
    if (root->fsck_status >= 0)
        record_put_u32(w, HANDOFF_ROOT_CHECKED, (uint32_t)root->fsck_status);
}

static void put_old(struct record_writer *w, const struct stage1 *s, const struct pivot_result *p)
{
    record_put_u32(w, HANDOFF_OLD_KIND, p->kind);
    if (p->old_fd >= 0)
        record_put_u32(w, HANDOFF_OLD_FD, (uint32_t)p->old_fd);
    if (p->kind == HANDOFF_OLD_MOUNT)
        record_put_text(w, HANDOFF_OLD_PATH, PIVOT_OLD_PATH);
    if (p->kind != HANDOFF_OLD_NONE)
        record_put_u64(w, HANDOFF_OLD_DEV, p->old_dev);
    if (s->image.unpacked > 0)
        record_put_u64(w, HANDOFF_IMAGE_BYTES, s->image.unpacked);
    if (s->image.version[0])
        record_put_text(w, HANDOFF_IMAGE_VERSION, s->image.version);
    if (s->freed_bytes > 0)
        record_put_u64(w, HANDOFF_FREED_BYTES, s->freed_bytes);
    record_put_text(w, HANDOFF_PIVOT_HOW, p->how);
}

/* Lists come last, and each line only while there is room: a thousand disks must not cost the rest. */
static bool has_room(const struct record_writer *w, size_t line)
{
    return w->error == 0 && w->room - w->size > line + 64;
}

static void put_lists(struct record_writer *w, const struct stage1 *s)
{
    char line[256];

    for (size_t i = 0; i < s->warnings.n && has_room(w, strlen(s->warnings.v[i])); i++)
        record_put_text(w, HANDOFF_WARNING, s->warnings.v[i]);
    for (uint32_t i = 0; i < s->loader.n && has_room(w, sizeof(line)); i++) {
        const struct loader_module *m = &s->loader.modules[i];

        if (m->state != LOADER_LOADED && m->state != LOADER_FAILED)
            continue;
        snprintf(line, sizeof(line), "%s %llu %d", modindex_name(s->loader.index, i), (unsigned long long)m->usec,
                 -m->error);
        record_put_text(w, HANDOFF_MODULE, line);
    }
    for (size_t i = 0; i < s->devices.n && has_room(w, sizeof(line)); i++) {
        const struct blkinfo *info = &s->devices.v[i]->info;

        snprintf(line, sizeof(line), "%s %s", info->name, info->type[0] ? info->type : "-");
        record_put_text(w, HANDOFF_DEVICE, line);
    }
}

ssize_t handover_encode(const struct stage1 *s, const struct pivot_result *p, void *buf, size_t size)
{
    struct record_writer w;

    record_begin(&w, buf, size);
    put_times(&w, &s->times);
    put_root(&w, s);
    put_old(&w, s, p);
    put_lists(&w, s);
    return record_finish(&w);
}

int handover_memfd(const void *record, size_t size)
{
    _cleanup_close_ int fd = memfd_create(HANDOFF_MEMFD_NAME, MFD_ALLOW_SEALING);
    int r;

    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, record, size);
    if (r < 0)
        return r;
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        return -errno;
    return TAKE_FD(fd);
}

char **handover_environment(char *const envp[], const char *variable)
{
    size_t n = 0;
    char **env;

    while (envp[n])
        n++;
    env = calloc(n + 2, sizeof(*env));
    if (!env)
        return NULL;
    memcpy(env, envp, n * sizeof(*env));
    env[n] = (char *)variable;
    return env;
}

/* A pintle is given the record; without it (no memory) stage two starts all the same and says what it lacks. */
static char **prepare_pintle(struct stage1 *s, struct pivot_result *p, char *variable, size_t size)
{
    static uint8_t record[HANDOFF_MAX];
    ssize_t n;
    int fd;

    s->times.exec = clock_now();
    n = handover_encode(s, p, record, sizeof(record));
    fd = n < 0 ? (int)n : handover_memfd(record, (size_t)n);
    if (fd < 0) {
        log_error(fd, "cannot write the handoff record");
        return NULL;
    }
    if (p->old_fd >= 0)
        (void)fd_set_cloexec(p->old_fd, false);
    snprintf(variable, size, HANDOFF_ENV "=%d", fd);
    return handover_environment(s->envp, variable);
}

static void say_freed(const struct stage1 *s, int error, uint64_t bytes)
{
    char freed[32], held[32];

    /* After re-homing @bytes is the copy on the tmpfs; what the image held has been freed before. */
    text_format_bytes(s->freed_bytes ?: bytes, freed, sizeof(freed));
    text_format_bytes(s->image.unpacked, held, sizeof(held));
    if (error < 0)
        log_warning(error, "freed %s of the initramfs (%s), and something is left", freed, held);
    else
        log_info("freed %s of the initramfs (%s)", freed, s->image.unpacked ? held : "size not known");
}

int handover_exec(struct stage1 *s, struct pivot_result *p)
{
    char variable[sizeof(HANDOFF_ENV) + 16];
    char **env = NULL;

    if (s->root.init_is_pintle) {
        env = prepare_pintle(s, p, variable, sizeof(variable));
    } else {
        uint64_t bytes;
        int r = pivot_let_go(p, &bytes);

        say_freed(s, r, bytes);
    }
    umask(0022); /* what the kernel gives its init */
    s->argv[0] = s->root.init;
    execve(s->root.init, s->argv, env ?: s->envp);
    return -errno;
}
