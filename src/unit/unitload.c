/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitload-impl.h"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "fd.h"

#define ALIAS_DEPTH 16

/* Ours come before the distribution's: what stands there is meant to replace systemd's own. */
const char *const unitload_standard_dirs[] = {
    "/etc/systemd/system",     "/run/systemd/system", PINTLE_UNITDIR, "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system", NULL,
};

int unitload_open(const struct unitload *l, const char *path, int flags)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC), .resolve = RESOLVE_IN_ROOT};
    int fd;

    if (!l->in_root) {
        fd = open(path, flags | O_CLOEXEC);
    } else {
        fd = (int)syscall(SYS_openat2, l->root_fd, path, &how, sizeof(how));
        if (fd < 0 && errno == ENOSYS) /* before 5.6, or a container's filter: absolute links lead outside */
            fd = openat(l->root_fd, path + strspn(path, "/"), flags | O_CLOEXEC);
    }
    return fd < 0 ? -errno : fd;
}

void unitload_say(const struct unitload *l, int level, const char *path, const char *text)
{
    if (l->report)
        l->report(l->arg, level, path, text);
}

char *unitload_join(const char *dir, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

bool unitload_is_mask(const char *target)
{
    const char *rest = target;

    while (text_after(rest, "../"))
        rest += 3;
    return streq(rest, "/dev/null") || (rest != target && streq(rest, "dev/null"));
}

/* Chain each alias to the file that it stands for, for drop-ins of aliases and for pintlectl. */
static void chain_aliases(struct unitload *l)
{
    for (uint32_t i = l->n_files; i > 0; i--) { /* backwards: the chains come out in the order of the files */
        struct unitload_file *f = &l->files[i - 1];
        char own[UNITNAME_MAX + 1];
        uint32_t to;

        if (f->kind != UNITLOAD_ALIAS || unitload_resolve(l, f->name, own) < 0)
            continue;
        to = strmap_get(&l->names, own);
        if (to == STRMAP_NONE || to == i - 1)
            continue;
        f->next_alias = l->files[to].next_alias;
        l->files[to].next_alias = i - 1;
    }
}

int unitload_new(const char *root, const char *const *dirs, unitload_report_fn report_fn, void *arg,
                 struct unitload **ret)
{
    struct unitload *l = calloc(1, sizeof(*l));
    int r = 0;

    if (!l)
        return -ENOMEM;
    l->report = report_fn;
    l->arg = arg;
    l->in_root = *root && !streq(root, "/");
    l->root_fd = open(l->in_root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (l->root_fd < 0)
        r = -errno;
    if (!dirs)
        dirs = unitload_standard_dirs;
    for (size_t i = 0; r == 0 && dirs[i]; i++)
        r = unitload_scan(l, dirs[i]);
    if (r < 0) {
        unitload_free(l);
        return r;
    }
    chain_aliases(l);
    *ret = l;
    return 0;
}

void unitload_free(struct unitload *l)
{
    if (!l)
        return;
    if (l->root_fd >= 0)
        close(l->root_fd);
    for (uint32_t i = 0; i < l->n_files; i++) {
        free(l->files[i].name);
        free(l->files[i].path);
        free(l->files[i].target);
    }
    for (uint32_t i = 0; i < l->n_subdirs; i++) {
        free(l->subdirs[i].name);
        strv_clear(&l->subdirs[i].paths);
    }
    free(l->files);
    free(l->subdirs);
    strmap_done(&l->names);
    strmap_done(&l->subdir_names);
    free(l);
}

size_t unitload_count(const struct unitload *l)
{
    return l->n_files;
}

const struct unitload_file *unitload_at(const struct unitload *l, size_t i)
{
    return &l->files[i];
}

static const struct unitload_file *find_exact(const struct unitload *l, const char *name)
{
    uint32_t i = strmap_get(&l->names, name);

    return i == STRMAP_NONE ? NULL : &l->files[i];
}

const struct unitload_file *unitload_find(const struct unitload *l, const char *name)
{
    const struct unitload_file *f = find_exact(l, name);
    char template_name[UNITNAME_MAX + 1];

    if (!f && unitname_is_instance(name) && unitname_template(name, template_name) == 0)
        f = find_exact(l, template_name);
    return f;
}

/* One step: where an alias leads. A template's alias leads an instance to the same instance. */
static int follow(const struct unitload *l, char *name)
{
    const struct unitload_file *f = unitload_find(l, name);
    struct unitname parts;
    char next[UNITNAME_MAX + 1];

    if (!f || f->kind != UNITLOAD_ALIAS)
        return 0;
    if (unitname_parse(name, &parts) == 0 && parts.instance_len > 0 && unitname_is_template(f->target)) {
        if (unitname_instantiate(f->target, parts.instance, parts.instance_len, next) < 0)
            return -EINVAL;
    } else if (!text_copy(next, sizeof(next), f->target)) {
        return -EINVAL;
    }
    memcpy(name, next, sizeof(next));
    return 1;
}

int unitload_resolve(const struct unitload *l, const char *name, char *buf)
{
    if (!text_copy(buf, UNITNAME_MAX + 1, name))
        return -EINVAL;
    for (int depth = 0; depth < ALIAS_DEPTH; depth++) {
        int r = follow(l, buf);

        if (r <= 0)
            return r;
    }
    return -ELOOP;
}

int unitload_read(const struct unitload *l, const char *path, size_t max, char **ret_data, size_t *ret_size)
{
    _cleanup_close_ int fd = unitload_open(l, path, O_RDONLY | O_NONBLOCK); /* a FIFO must not hold us up */
    struct stat st;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    return fd_read_all(fd, max, ret_data, ret_size);
}
