/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The links that enable, disable and mask units. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "fd.h"
#include "unitfile.h"

#define ETC_DIR "/etc/systemd/system"
#define RUN_DIR "/run/systemd/system"
#define ALSO_DEPTH 4

struct linker {
    const char *root;
    const char *dir; /* where links go */
    unitfile_changed_fn changed;
    void *arg;
    int n; /* links changed */
};

static int make_link(struct linker *l, const char *folder, const char *name, const char *to)
{
    char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2], there[PATH_MAX];
    ssize_t n;
    int r;

    snprintf(dir, sizeof(dir), "%s%s%s%s", l->root ?: "", l->dir, folder[0] ? "/" : "", folder);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    r = fd_mkdir_p(dir, 0755);
    if (r < 0)
        return r;
    n = readlink(path, there, sizeof(there) - 1);
    if (n > 0) {
        there[n] = '\0';
        if (streq(there, to))
            return 0;
        /* Another link of that name: it was made by enabling another version of the unit. */
        if (unlink(path) < 0)
            return -errno;
    }
    if (symlink(to, path) < 0)
        return -errno;
    l->n++;
    if (l->changed)
        l->changed(l->arg, true, path, to);
    return 0;
}

static int remove_link(struct linker *l, const char *path)
{
    if (unlink(path) < 0)
        return errno == ENOENT ? 0 : -errno;
    l->n++;
    if (l->changed)
        l->changed(l->arg, false, path, "");
    return 0;
}

/* %i and %p of an [Install] value; nothing else is of use there. */
static void expand(const char *value, const char *name, char *buf, size_t size)
{
    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
    size_t n = 0;

    for (; *value && n + 1 < size; value++) {
        if (value[0] == '%' && (value[1] == 'i' || value[1] == 'p') && at && dot && dot > at) {
            const char *from = value[1] == 'i' ? at + 1 : name;
            size_t length = (size_t)(value[1] == 'i' ? dot - at - 1 : at - name);

            length = MIN(length, size - n - 1);
            memcpy(buf + n, from, length);
            n += length;
            value++;
        } else
            buf[n++] = *value;
    }
    buf[n] = '\0';
}

static int make_links(struct linker *l, const struct strv *folders, const char *suffix, const char *name, const char *to)
{
    int r = 0;

    for (size_t i = 0; i < folders->n && r >= 0; i++) {
        char folder[NAME_MAX + 1], with[NAME_MAX + 16];

        expand(folders->v[i], name, folder, sizeof(folder));
        snprintf(with, sizeof(with), "%s%s", folder, suffix);
        r = strchr(with, '/') ? -EINVAL : make_link(l, with, name, to);
    }
    return r;
}

static int enable_one(struct linker *l, const char *name, unsigned depth)
{
    _cleanup_install_ struct unitfile_install install = {0};
    _cleanup_free_ char *to = NULL;
    char path[PATH_MAX], instance[NAME_MAX + 1];
    const char *at = strchr(name, '@');
    int r;

    r = unitfile_find(l->root, name, &to);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s%s", l->root ?: "", to);
    r = unitfile_read_install(path, &install);
    if (r < 0)
        return r;
    if (at && at[1] == '.') {
        if (!install.default_instance)
            return -EINVAL;
        snprintf(instance, sizeof(instance), "%.*s%s%s", (int)(at + 1 - name), name, install.default_instance,
                 strrchr(name, '.'));
        name = instance;
    }
    if (install.wanted_by.n + install.required_by.n + install.alias.n + install.also.n == 0)
        return -EINVAL;
    r = make_links(l, &install.wanted_by, ".wants", name, to);
    if (r >= 0)
        r = make_links(l, &install.required_by, ".requires", name, to);
    for (size_t i = 0; i < install.alias.n && r >= 0; i++)
        r = strchr(install.alias.v[i], '/') ? -EINVAL : make_link(l, "", install.alias.v[i], to);
    for (size_t i = 0; i < install.also.n && r >= 0 && depth < ALSO_DEPTH; i++) {
        r = enable_one(l, install.also.v[i], depth + 1);
        if (r == -ENOENT || r == -EINVAL)
            r = 0; /* what is named there besides need not be enabled */
    }
    return r;
}

int unitfile_enable(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg)
{
    struct linker l = {.root = root, .dir = runtime ? RUN_DIR : ETC_DIR, .changed = changed, .arg = arg};
    int r = enable_one(&l, name, 0);

    return r < 0 ? r : l.n;
}

/* Whether the link @entry in @dir is one that enabling @name makes. */
static bool is_link_of(int dir, const char *entry, const char *name)
{
    const char *at = strchr(name, '@');
    char to[PATH_MAX];
    ssize_t n = readlinkat(dir, entry, to, sizeof(to) - 1);

    if (n <= 0)
        return false;
    to[n] = '\0';
    if (streq(to, "/dev/null"))
        return false;
    if (streq(entry, name))
        return true;
    /* A template without an instance takes all of its instances with it. */
    return at && at[1] == '.' && strncmp(entry, name, (size_t)(at + 1 - name)) == 0;
}

static int remove_from(struct linker *l, const char *dir, const char *name, bool aliases)
{
    _cleanup_closedir_ DIR *d = opendir(dir);
    const struct dirent *e;
    int r = 0;

    if (!d)
        return errno == ENOENT ? 0 : -errno;
    while (r >= 0 && (e = readdir(d))) {
        char path[PATH_MAX], to[PATH_MAX];
        ssize_t n;

        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if (!aliases) {
            if (is_link_of(dirfd(d), e->d_name, name))
                r = remove_link(l, path);
            continue;
        }
        if (text_has_suffix(e->d_name, ".wants") || text_has_suffix(e->d_name, ".requires") ||
            text_has_suffix(e->d_name, ".upholds")) {
            r = remove_from(l, path, name, false);
            continue;
        }
        n = readlinkat(dirfd(d), e->d_name, to, sizeof(to) - 1);
        if (n <= 0)
            continue;
        to[n] = '\0';
        if (!streq(e->d_name, name) && streq(strrchr(to, '/') ? strrchr(to, '/') + 1 : to, name))
            r = remove_link(l, path);
    }
    return r;
}

int unitfile_disable(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg)
{
    struct linker l = {.root = root, .dir = runtime ? RUN_DIR : ETC_DIR, .changed = changed, .arg = arg};
    _cleanup_free_ char *file = NULL;
    char dir[PATH_MAX];
    int r;

    snprintf(dir, sizeof(dir), "%s%s", root ?: "", l.dir);
    r = remove_from(&l, dir, name, true);
    if (r >= 0 && l.n == 0) {
        r = unitfile_find(root, name, &file);
        r = r == -ERFKILL ? 0 : r;
    }
    return r < 0 ? r : l.n;
}

int unitfile_mask(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg)
{
    struct linker l = {.root = root, .dir = runtime ? RUN_DIR : ETC_DIR, .changed = changed, .arg = arg};
    int r;

    if (strchr(name, '/'))
        return -EINVAL;
    r = make_link(&l, "", name, "/dev/null");
    return r < 0 ? r : l.n;
}

int unitfile_unmask(const char *root, const char *name, bool runtime, unitfile_changed_fn changed, void *arg)
{
    struct linker l = {.root = root, .dir = runtime ? RUN_DIR : ETC_DIR, .changed = changed, .arg = arg};
    char path[PATH_MAX], to[PATH_MAX];
    ssize_t n;
    int r = 0;

    if (strchr(name, '/'))
        return -EINVAL;
    snprintf(path, sizeof(path), "%s%s/%s", root ?: "", l.dir, name);
    n = readlink(path, to, sizeof(to) - 1);
    if (n > 0) {
        to[n] = '\0';
        if (streq(to, "/dev/null"))
            r = remove_link(&l, path);
    }
    return r < 0 ? r : l.n;
}
