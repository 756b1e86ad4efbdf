/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitload-impl.h"

#include <sys/stat.h>

#include "fd.h"
#include "udb.h"

/*
 * The names whose directories belong to a unit: its own, its template's, and with @prefixes those cut at each
 * "-" ("foo-bar.service": "foo-.service") and the bare type.
 */
static int related_names(const char *name, bool prefixes, struct strv *names)
{
    struct unitname parts;
    char buf[UNITNAME_MAX + 2];
    int r = strv_add(names, name);

    if (r < 0 || unitname_parse(name, &parts) < 0)
        return r;
    if (parts.instance_len > 0) {
        unitname_template(name, buf);
        r = strv_add(names, buf);
    }
    for (size_t n = parts.prefix_len; prefixes && r == 0 && n > 1; n--) {
        if (name[n - 1] != '-' || n == parts.prefix_len)
            continue;
        if (parts.instance_len > 0) {
            snprintf(buf, sizeof(buf), "%.*s@%.*s.%s", (int)n, name, (int)parts.instance_len, parts.instance,
                     parts.suffix);
            r = strv_add(names, buf);
        }
        if (r == 0) {
            snprintf(buf, sizeof(buf), "%.*s%s.%s", (int)n, name, parts.instance ? "@" : "", parts.suffix);
            r = strv_add(names, buf);
        }
    }
    if (r == 0 && prefixes)
        r = strv_add(names, parts.suffix);
    return r;
}

/* All names of a unit with their related ones: the name itself first, then its aliases. */
static int all_names(const struct unitload *l, const char *name, bool prefixes, struct strv *names)
{
    const struct unitload_file *f = unitload_find(l, name);
    struct unitname parts;
    int r = related_names(name, prefixes, names);

    if (!f || f->kind == UNITLOAD_ALIAS || unitname_parse(name, &parts) < 0)
        return r;
    for (uint32_t i = f->next_alias; r == 0 && i != UINT32_MAX; i = l->files[i].next_alias) {
        const char *alias = l->files[i].name;
        char buf[UNITNAME_MAX + 1];

        if (parts.instance_len > 0 && unitname_is_template(alias)) {
            if (unitname_instantiate(alias, parts.instance, parts.instance_len, buf) < 0)
                continue;
            alias = buf;
        }
        r = related_names(alias, prefixes, names);
    }
    return r;
}

/* What the directories of one kind hold: file name -> first path. */
struct gathered {
    struct strv names; /* keys of the map */
    struct strv paths;
    struct strmap map;
};

static void gathered_done(struct gathered *g)
{
    strv_clear(&g->names);
    strv_clear(&g->paths);
    strmap_done(&g->map);
}

static int gather_dir(struct unitload *l, const char *dir, const char *must_end, struct gathered *g)
{
    _cleanup_close_ int fd = unitload_open(l, dir, O_RDONLY | O_DIRECTORY);
    _cleanup_closedir_ DIR *d = NULL;
    int r = 0;

    if (fd < 0) {
        if (fd != -ENOENT && fd != -ENOTDIR)
            unitload_say(l, UDB_NOTE_ERROR, dir, "the directory cannot be read: what it says is missing");
        return 0;
    }
    d = fdopendir(fd);
    if (!d)
        return -errno;
    fd = -EBADF;
    for (struct dirent *e; r >= 0 && (e = readdir(d));) {
        char *path;

        if (*e->d_name == '.' || (must_end && !text_has_suffix(e->d_name, must_end)) ||
            strmap_get(&g->map, e->d_name) != STRMAP_NONE)
            continue;
        path = unitload_join(dir, e->d_name);
        r = path ? strv_take(&g->paths, path) : -ENOMEM;
        if (r == 0)
            r = strv_add(&g->names, e->d_name);
        if (r == 0)
            r = strmap_put(&g->map, g->names.v[g->names.n - 1], (uint32_t)g->names.n - 1);
    }
    return r < 0 ? r : 0;
}

/* The subdirs of all names of a unit. Nearly always none. */
static int find_subdirs(const struct unitload *l, const char *name, const char *suffix,
                        struct subdir ***ret_dirs, size_t *ret_n)
{
    _cleanup_strv_ struct strv names = {0};
    struct subdir **dirs = NULL;
    size_t n = 0;
    int r = all_names(l, name, streq(suffix, ".d"), &names);

    for (size_t i = 0; r == 0 && i < names.n; i++) {
        char key[UNITNAME_MAX + 16];
        struct subdir **grown;
        uint32_t at;

        snprintf(key, sizeof(key), "%s%s", names.v[i], suffix);
        at = strmap_get(&l->subdir_names, key);
        if (at == STRMAP_NONE)
            continue;
        grown = realloc(dirs, (n + 1) * sizeof(struct subdir *));
        if (!grown) {
            r = -ENOMEM;
            break;
        }
        dirs = grown;
        dirs[n++] = &l->subdirs[at];
    }
    if (r < 0) {
        free(dirs);
        return r;
    }
    *ret_dirs = dirs;
    *ret_n = n;
    return 0;
}

/* All that stands in one search directory comes before what stands in the next; there, the more specific name
 * first. */
static int gather(struct unitload *l, const char *name, const char *suffix, const char *must_end,
                  struct gathered *g)
{
    _cleanup_free_ struct subdir **dirs = NULL;
    size_t n = 0;
    int r = find_subdirs(l, name, suffix, &dirs, &n);

    for (unsigned level = 0; r == 0 && n > 0 && level < l->n_levels; level++)
        for (size_t i = 0; r == 0 && i < n; i++)
            for (size_t p = 0; r == 0 && p < dirs[i]->paths.n; p++)
                if (dirs[i]->levels[p] == level)
                    r = gather_dir(l, dirs[i]->paths.v[p], must_end, g);
    return r;
}

static int compare_gathered(const void *a, const void *b, void *arg)
{
    const struct gathered *g = arg;

    return strcmp(g->names.v[*(const uint32_t *)a], g->names.v[*(const uint32_t *)b]);
}

/* The order of file names. @ret_order: allocated. */
static int sorted(struct gathered *g, uint32_t **ret_order)
{
    uint32_t *order = calloc(g->names.n + 1, sizeof(*order));

    if (!order)
        return -ENOMEM;
    for (uint32_t i = 0; i < g->names.n; i++)
        order[i] = i;
    qsort_r(order, g->names.n, sizeof(*order), compare_gathered, g);
    *ret_order = order;
    return 0;
}

/* Leads the path to /dev/null, or is it empty? */
static bool is_nothing(const struct unitload *l, const char *path, bool *ret_dangling)
{
    _cleanup_close_ int fd = unitload_open(l, path, O_PATH), link = -EBADF;
    char target[PATH_MAX];
    struct stat st;
    ssize_t n;

    *ret_dangling = false;
    if (fd >= 0 && fstat(fd, &st) == 0)
        return (S_ISREG(st.st_mode) && st.st_size == 0) || S_ISCHR(st.st_mode);
    if (fd != -ENOENT)
        return false;
    link = unitload_open(l, path, O_PATH | O_NOFOLLOW);
    n = link >= 0 ? readlinkat(link, "", target, sizeof(target) - 1) : -1;
    target[n > 0 ? n : 0] = '\0';
    *ret_dangling = !unitload_is_mask(target);
    return !*ret_dangling;
}

int unitload_drop_ins(struct unitload *l, const char *name, struct strv *ret_paths)
{
    _cleanup_(gathered_done) struct gathered g = {0};
    _cleanup_free_ uint32_t *order = NULL;
    int r = l->n_subdirs > 0 ? gather(l, name, ".d", ".conf", &g) : 0;

    if (r == 0)
        r = sorted(&g, &order);
    for (size_t i = 0; r == 0 && i < g.names.n; i++) {
        const char *path = g.paths.v[order[i]];
        bool dangling;

        if (is_nothing(l, path, &dangling))
            continue;
        if (dangling)
            unitload_say(l, UDB_NOTE_WARNING, path, "the link leads nowhere, the drop-in is missing");
        else
            r = strv_add(ret_paths, path);
    }
    return r;
}

int unitload_links(struct unitload *l, const char *name, const char *suffix, unitload_link_fn fn, void *arg)
{
    _cleanup_(gathered_done) struct gathered g = {0};
    _cleanup_free_ uint32_t *order = NULL;
    int r = l->n_subdirs > 0 ? gather(l, name, suffix, NULL, &g) : 0;

    if (r == 0)
        r = sorted(&g, &order);
    for (size_t i = 0; r == 0 && i < g.names.n; i++) {
        struct unitload_link link = {.name = g.names.v[order[i]], .path = g.paths.v[order[i]]};

        if (!unitname_is_valid(link.name))
            unitload_say(l, UDB_NOTE_WARNING, link.path, "this is no name of a unit, the link is ignored");
        else if (!is_nothing(l, link.path, &link.dangling))
            r = fn(arg, &link);
    }
    return r;
}
