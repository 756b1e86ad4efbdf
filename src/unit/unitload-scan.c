/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitload-impl.h"

#include <sys/stat.h>

#include "fd.h"
#include "udb.h"

static void *grow(void *data, uint32_t count, uint32_t *room, size_t size)
{
    uint32_t wanted = *room ? *room * 2 : 64;
    void *grown;

    if (count < *room)
        return data;
    grown = realloc(data, wanted * size);
    if (grown)
        *room = wanted;
    return grown;
}

/* Takes over @path and @target, also on failure. */
static int add_file(struct unitload *l, const char *name, char *path, enum unitload_kind kind, char *target)
{
    struct unitload_file *grown = grow(l->files, l->n_files, &l->room_files, sizeof(*grown)), *f;
    _cleanup_free_ char *copy = strdup(name), *own_path = path, *own_target = target;

    if (grown)
        l->files = grown;
    if (!grown || !copy || !path || strmap_put(&l->names, copy, l->n_files) < 0)
        return -ENOMEM;
    f = &l->files[l->n_files++];
    *f = (struct unitload_file){.name = TAKE_PTR(copy),
                                .path = TAKE_PTR(own_path),
                                .kind = kind,
                                .target = TAKE_PTR(own_target),
                                .next_alias = UINT32_MAX};
    return 0;
}

/* Takes over @path, also on failure. */
static int add_subdir(struct unitload *l, const char *name, char *path)
{
    uint32_t i = strmap_get(&l->subdir_names, name);
    struct subdir *grown, *s;

    if (i == STRMAP_NONE) {
        char *copy = strdup(name);

        grown = grow(l->subdirs, l->n_subdirs, &l->room_subdirs, sizeof(*grown));
        if (grown)
            l->subdirs = grown;
        if (!grown || !copy || strmap_put(&l->subdir_names, copy, l->n_subdirs) < 0) {
            free(copy);
            free(path);
            return -ENOMEM;
        }
        i = l->n_subdirs++;
        l->subdirs[i] = (struct subdir){.name = copy};
    }
    s = &l->subdirs[i];
    if (s->paths.n >= ARRAY_SIZE(s->levels)) {
        free(path);
        return 0; /* there are fewer search directories */
    }
    s->levels[s->paths.n] = (uint8_t)(l->n_levels - 1);
    return strv_take(&s->paths, path);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool same_type(const char *a, const char *b)
{
    struct unitname x, y;

    return unitname_parse(a, &x) == 0 && unitname_parse(b, &y) == 0 && x.type == y.type &&
           !x.instance == !y.instance;
}

/* A link in a unit directory: a mask, an alias, or the unit file itself kept elsewhere (systemctl link). */
static int add_link(struct unitload *l, int dirfd, const char *name, char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);
    const char *base;

    if (n < 0 || n == (ssize_t)sizeof(target) - 1) {
        unitload_say(l, UDB_NOTE_WARNING, path, "the link cannot be read, it is ignored");
        free(path);
        return 0;
    }
    target[n] = '\0';
    base = base_name(target);
    if (unitload_is_mask(target))
        return add_file(l, name, path, UNITLOAD_MASK, NULL);
    if (streq(base, name))
        return add_file(l, name, path, UNITLOAD_FILE, NULL);
    if (!unitname_is_valid(base)) {
        unitload_say(l, UDB_NOTE_WARNING, path, "the link leads to what is no unit file, it is ignored");
        free(path);
        return 0;
    }
    if (!same_type(name, base) && !unitname_is_instance(base)) {
        unitload_say(l, UDB_NOTE_WARNING, path,
                     "the link leads to another type of unit, or from a template to none; it is ignored");
        free(path);
        return 0;
    }
    base = strdup(base);
    if (!base) {
        free(path);
        return -ENOMEM;
    }
    return add_file(l, name, path, UNITLOAD_ALIAS, (char *)base);
}

static int add_unit_entry(struct unitload *l, int dirfd, const char *name, char *path, unsigned char type)
{
    struct stat st;

    if (type == DT_LNK)
        return add_link(l, dirfd, name, path);
    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        free(path);
        return 0; /* gone meanwhile */
    }
    if (S_ISLNK(st.st_mode)) /* a file system that gives no types */
        return add_link(l, dirfd, name, path);
    if (!S_ISREG(st.st_mode)) {
        unitload_say(l, UDB_NOTE_WARNING, path,
                     S_ISDIR(st.st_mode) ? "a directory has the name of a unit file, it is ignored"
                                         : "what has the name of a unit file is no file, it is ignored");
        free(path);
        return 0;
    }
    return add_file(l, name, path, st.st_size == 0 ? UNITLOAD_MASK : UNITLOAD_FILE, NULL);
}

static bool is_subdir_name(const char *name)
{
    return text_has_suffix(name, ".d") || text_has_suffix(name, ".wants") ||
           text_has_suffix(name, ".requires") || text_has_suffix(name, ".upholds");
}

static int add_entry(struct unitload *l, int dirfd, const char *dir, const struct dirent *e)
{
    char *path;

    if (*e->d_name == '.')
        return 0;
    if (!is_subdir_name(e->d_name) &&
        (strmap_get(&l->names, e->d_name) != STRMAP_NONE || !unitname_is_valid(e->d_name)))
        return 0;
    path = unitload_join(dir, e->d_name);
    if (!path)
        return -ENOMEM;
    if (is_subdir_name(e->d_name))
        return add_subdir(l, e->d_name, path);
    return add_unit_entry(l, dirfd, e->d_name, path, e->d_type);
}

static bool seen_before(struct unitload *l, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return false;
    for (size_t i = 0; i < l->n_seen; i++)
        if (l->seen_dev[i] == st.st_dev && l->seen_ino[i] == st.st_ino)
            return true;
    if (l->n_seen < ARRAY_SIZE(l->seen_dev)) {
        l->seen_dev[l->n_seen] = st.st_dev;
        l->seen_ino[l->n_seen++] = st.st_ino;
    }
    return false;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp((*(struct dirent *const *)a)->d_name, (*(struct dirent *const *)b)->d_name);
}

/* In the order of names, not of the directory: the same files give the same database. */
static int add_entries(struct unitload *l, DIR *d, const char *dir)
{
    struct dirent **entries = NULL;
    size_t n = 0, room = 0;
    int r = 0;

    for (struct dirent *e; r == 0 && (e = readdir(d));) {
        size_t size = offsetof(struct dirent, d_name) + strlen(e->d_name) + 1;
        struct dirent **grown = entries;

        if (n == room)
            grown = realloc(entries, (room = room ? room * 2 : 64) * sizeof(*entries));
        if (grown)
            entries = grown;
        if (grown && (entries[n] = malloc(size)))
            memcpy(entries[n++], e, size);
        else
            r = -ENOMEM;
    }
    if (n > 0)
        qsort(entries, n, sizeof(*entries), compare_entries);
    for (size_t i = 0; i < n; i++) {
        if (r == 0)
            r = add_entry(l, dirfd(d), dir, entries[i]);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int unitload_scan(struct unitload *l, const char *dir)
{
    _cleanup_close_ int fd = unitload_open(l, dir, O_RDONLY | O_DIRECTORY);
    _cleanup_closedir_ DIR *d = NULL;

    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0) {
        unitload_say(l, UDB_NOTE_ERROR, dir, "the directory cannot be read: its units are missing");
        return 0;
    }
    if (seen_before(l, fd))
        return 0;
    l->n_levels++;
    d = fdopendir(fd);
    if (!d)
        return -errno;
    fd = -EBADF; /* d's now */
    return add_entries(l, d, dir);
}

int unitload_add_file(struct unitload *l, const char *path)
{
    const char *name = base_name(path);
    uint32_t i = strmap_get(&l->names, name);
    char *copy;

    if (!unitname_is_valid(name))
        return -EINVAL;
    copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    if (i == STRMAP_NONE)
        return add_file(l, name, copy, UNITLOAD_FILE, NULL);
    free(l->files[i].path);
    l->files[i].path = copy;
    l->files[i].kind = UNITLOAD_FILE;
    return 0;
}
