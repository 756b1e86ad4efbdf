/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modules.h"

#include <fcntl.h>
#include <limits.h>

#include "compress.h"
#include "fd.h"
#include "log.h"
#include "modindex.h"
#include "modtree.h"
#include "sysroot.h"

#define MODULE_MAX (256u << 20)

struct item {
    struct modtree_module m;
    char *image_path;
    uint32_t *order; /* positions in the set */
    size_t n_order;
    bool visited; /* while an order is made */
};

struct modset {
    struct modtree *tree;
    struct item *v;
    size_t n, room;
};

void modules_free(struct modset *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        modtree_module_done(&s->v[i].m);
        free(s->v[i].image_path);
        free(s->v[i].order);
    }
    free(s->v);
    modtree_free(s->tree);
    free(s);
}

size_t modules_count(const struct build *b)
{
    return b->modules ? b->modules->n : 0;
}

struct modtree *modules_tree(const struct build *b)
{
    return b->modules->tree;
}

int modules_open(struct build *b)
{
    const struct options *o = b->opt;
    _cleanup_free_ char *path = NULL, *dir = NULL;
    int r;

    if (asprintf(&path, "/lib/modules/%s", o->kernel) < 0)
        return -ENOMEM;
    b->modules = calloc(1, sizeof(*b->modules));
    if (!b->modules)
        return -ENOMEM;
    r = sysroot_find(o->moddir, path, &dir);
    if (r < 0)
        return log_error(r, "cannot find '%s%s'", o->moddir, path);
    r = modtree_open(dir, o->sysroot, &b->modules->tree);
    if (r == -ENODATA)
        return log_error(0, "'%s' has no index of its modules: run 'depmod -b %s/ %s'", dir, o->moddir,
                         o->kernel),
               r;
    return r < 0 ? log_error(r, "cannot read the modules in '%s'", dir) : 0;
}

static struct item *find_item(const struct modset *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (streq(s->v[i].m.name, name))
            return &s->v[i];
    return NULL;
}

/* "install NAME /bin/false" is how an administrator forbids a module for good. */
static bool is_forbidden(const struct modtree_module *m)
{
    return m->install && (strstr(m->install, "/bin/true") || strstr(m->install, "/bin/false"));
}

static int append(struct modset *s, struct modtree_module *m)
{
    if (s->n == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct item *v = reallocarray(s->v, room, sizeof(*v));

        if (!v)
            return -ENOMEM;
        s->v = v;
        s->room = room;
    }
    s->v[s->n++] = (struct item){.m = *m};
    *m = (struct modtree_module){0};
    return 0;
}

static int add_all(struct build *b, const struct strv *names, const char *by)
{
    for (size_t i = 0; i < names->n; i++) {
        int r = modules_add(b, names->v[i]);

        if (r == -ENOENT)
            return log_error(r, "module '%s' needs '%s', which this kernel does not have", by, names->v[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The set moves while it grows: relations are copied out of it by taking the module's name each time. */
static int add_relations(struct build *b, const char *name)
{
    for (unsigned i = 0; i < 3; i++) {
        const struct modtree_module *m = &find_item(b->modules, name)->m;
        const struct strv *from = i == 0 ? &m->depends : i == 1 ? &m->pre : &m->post;
        _cleanup_strv_ struct strv names = {0};
        int r = 0;

        for (size_t k = 0; k < from->n && r >= 0; k++)
            r = strv_add(&names, from->v[k]);
        if (r >= 0)
            r = add_all(b, &names, name);
        if (r < 0)
            return r;
    }
    return 0;
}

int modules_add(struct build *b, const char *name)
{
    _cleanup_modtree_module_ struct modtree_module m = {0};
    char key[NAME_MAX];
    int r;

    if (!modindex_normalize(name, key, sizeof(key)))
        return -ENOENT;
    if (find_item(b->modules, key))
        return 1;
    r = modtree_get(b->modules->tree, key, &m);
    if (r == -ENOENT)
        return r;
    if (r < 0)
        return log_error(r, "cannot read the module '%s' of kernel '%s'", key, b->opt->kernel);
    if (m.builtin)
        return 0;
    if (is_forbidden(&m))
        return build_note(b, "module %s is left out: modprobe.d says 'install %s'", key, m.install);
    if (b->opt->verbose)
        log_info("module %s", key);
    r = append(b->modules, &m);
    if (r < 0)
        return r;
    r = add_relations(b, key);
    return r < 0 ? r : 1;
}

int modules_add_alias(struct build *b, const char *modalias)
{
    _cleanup_strv_ struct strv names = {0};
    int r, n = 0;

    r = modtree_lookup(b->modules->tree, modalias, &names);
    if (r < 0)
        return log_error(r, "cannot look for the modules of '%s'", modalias);
    for (size_t i = 0; i < names.n; i++) {
        r = modules_add(b, names.v[i]);
        if (r < 0 && r != -ENOENT)
            return r;
        n++;
    }
    return n;
}

/* --- modules ------------------------------------------------------------------------------------------- */

static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_MAX + 1], n = MIN(strlen(b), (size_t)NAME_MAX);

    for (size_t k = 0; k <= n; k++)
        row[k] = k;
    for (size_t i = 0; a[i]; i++) {
        size_t corner = row[0];

        row[0] = i + 1;
        for (size_t k = 0; k < n; k++) {
            size_t cost = corner + (a[i] != b[k]);

            corner = row[k + 1];
            row[k + 1] = MIN(cost, MIN(row[k], row[k + 1]) + 1);
        }
    }
    return row[n];
}

static int unknown_module(struct build *b, const char *name)
{
    _cleanup_strv_ struct strv paths = {0};
    char candidate[NAME_MAX], nearest[NAME_MAX] = "";
    size_t best = strlen(name) / 2 + 1;

    if (modtree_list(b->modules->tree, &paths) < 0)
        paths.n = 0;
    for (size_t i = 0; i < paths.n; i++) {
        if (!modtree_name_of(paths.v[i], candidate, sizeof(candidate)) || distance(name, candidate) >= best)
            continue;
        best = distance(name, candidate);
        strcpy(nearest, candidate);
    }
    log_error(0, "kernel '%s' has no module '%s'%s%s%s", b->opt->kernel, name,
              *nearest ? "; the nearest is '" : "", nearest, *nearest ? "'" : "");
    return -ENOENT;
}

int modules_add_named(struct build *b)
{
    for (size_t i = 0; i < b->opt->modules.n; i++) {
        const char *name = b->opt->modules.v[i];
        int r = modules_add(b, name);

        if (r == -ENOENT) {
            r = modules_add_alias(b, name);
            if (r == 0)
                return unknown_module(b, name);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* --- load order ---------------------------------------------------------------------------------------- */

struct order {
    struct modset *set;
    uint32_t *v;
    size_t n;
};

static void visit(struct order *o, struct item *item);

static void visit_all(struct order *o, const struct strv *names)
{
    for (size_t i = 0; i < names->n; i++) {
        struct item *item = find_item(o->set, names->v[i]);

        if (item) /* not there: built in or forbidden */
            visit(o, item);
    }
}

/* A module with its softdeps around it, as modprobe takes each one of a dependency list. */
static void visit_soft(struct order *o, struct item *item)
{
    if (item->visited)
        return;
    item->visited = true;
    visit_all(o, &item->m.pre);
    o->v[o->n++] = (uint32_t)(item - o->set->v);
    visit_all(o, &item->m.post);
}

static void visit(struct order *o, struct item *item)
{
    if (item->visited)
        return;
    for (size_t i = 0; i < item->m.depends.n; i++) {
        struct item *d = find_item(o->set, item->m.depends.v[i]);

        if (d)
            visit_soft(o, d);
    }
    visit_soft(o, item);
}

static int make_order(struct modset *s, struct item *item, uint32_t *room)
{
    struct order o = {.set = s, .v = room};

    for (size_t i = 0; i < s->n; i++)
        s->v[i].visited = false;
    visit(&o, item);
    item->order = malloc((o.n + 1) * sizeof(*o.v));
    if (!item->order)
        return -ENOMEM;
    memcpy(item->order, o.v, o.n * sizeof(*o.v));
    item->n_order = o.n;
    return 0;
}

/* --- into the plan ------------------------------------------------------------------------------------- */

/* Modules go in uncompressed: stage one hands them to the kernel as they are. */
static int add_module_file(struct build *b, struct item *item)
{
    const char *below = text_after(item->m.path, modtree_dir(b->modules->tree)), *suffix;
    _cleanup_free_ char *packed = NULL, *data = NULL;
    struct stat st;
    size_t n, size;
    int r;

    if (!below || stat(item->m.path, &st) < 0)
        return log_error(below ? -errno : -EXDEV, "cannot read the module '%s'", item->m.path);
    suffix = strstr(strrchr(below, '/'), ".ko") + 3;
    if (asprintf(&item->image_path, "/usr/lib/modules/%s%.*s", b->opt->kernel, (int)(suffix - below), below) <
        0) {
        item->image_path = NULL;
        return -ENOMEM;
    }
    if (!*suffix) {
        r = plan_file(&b->plan, item->image_path, item->m.path, 0644, (size_t)st.st_size, NULL);
        return r < 0 ? r : 0;
    }
    r = fd_read_file(AT_FDCWD, item->m.path, MODULE_MAX, &packed, &n);
    if (r >= 0)
        r = compress_expand(packed, n, MODULE_MAX, &data, &size, NULL);
    if (r < 0)
        return log_error(r, "cannot uncompress the module '%s'", item->m.path);
    r = plan_take(&b->plan, item->image_path, TAKE_PTR(data), size, 0644);
    return r < 0 ? r : 0;
}

/* One file of firmware, if it is there under this name. Return: 1; 0; -errno. */
static int try_firmware(struct build *b, const char *dir, const char *name, const char *suffix)
{
    _cleanup_free_ char *path = NULL, *host = NULL;
    struct stat st;
    int r;

    if (asprintf(&path, "/lib/firmware/%s%s%s", dir, name, suffix) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    if (sysroot_find_file(b->opt->moddir, path, &host, &st) < 0)
        return 0;
    r = plan_file(&b->plan, path, host, 0644, (size_t)st.st_size, NULL);
    return r < 0 ? r : 1;
}

/* The kernel looks in these in this order, for each name also with .xz and .zst. */
static int add_firmware(struct build *b, const char *name)
{
    static const char *const suffixes[] = {"", ".xz", ".zst"};
    char updates[NAME_MAX + 16], own[NAME_MAX + 16];
    const char *const dirs[] = {updates, "updates/", own, ""};
    int r;

    snprintf(updates, sizeof(updates), "updates/%s/", b->opt->kernel);
    snprintf(own, sizeof(own), "%s/", b->opt->kernel);
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        for (size_t k = 0; k < ARRAY_SIZE(suffixes); k++) {
            r = try_firmware(b, dirs[i], name, suffixes[k]);
            if (r != 0)
                return r < 0 ? r : 0;
        }
    }
    return strv_has(&b->missing_firmware, name) ? 0 : strv_add(&b->missing_firmware, name);
}

/* A module of a file system answers to "fs-TYPE" even where it does not say so itself. */
static int complete_aliases(struct item *item)
{
    const char *dir = strstr(item->m.path, "/kernel/fs/");
    char alias[NAME_MAX + 4];

    if (!dir || strstr(dir, "/nls/"))
        return 0;
    snprintf(alias, sizeof(alias), "fs-%s", item->m.name);
    return strv_has(&item->m.aliases, alias) ? 0 : strv_add(&item->m.aliases, alias);
}

static int write_index(struct build *b)
{
    const struct modset *s = b->modules;
    _cleanup_free_ struct modindex_source *sources = calloc(s->n + 1, sizeof(*sources));
    _cleanup_strv_ struct strv builtin = {0};
    char *text = NULL;
    size_t size;
    int r;

    if (!sources)
        return -ENOMEM;
    for (size_t i = 0; i < s->n; i++) {
        const struct item *it = &s->v[i];

        sources[i] = (struct modindex_source){
            .name = it->m.name,
            .path = it->image_path,
            .options = it->m.options,
            .blacklisted = it->m.blacklisted,
            .order = it->order,
            .n_order = it->n_order,
            .aliases = (const char *const *)it->m.aliases.v,
            .n_aliases = it->m.aliases.n,
        };
    }
    r = modtree_builtins(s->tree, &builtin);
    if (r >= 0)
        r = modindex_format(sources, s->n, (const char *const *)builtin.v, builtin.n, &text, &size);
    if (r < 0)
        return log_error(r, "cannot write the index of the modules");
    r = plan_take(&b->plan, MODINDEX_PATH, text, size, 0644);
    return r < 0 ? r : 0;
}

int modules_finish(struct build *b)
{
    struct modset *s = b->modules;
    _cleanup_free_ uint32_t *room = calloc(s->n + 1, sizeof(*room));
    int r = 0;

    if (!room)
        return -ENOMEM;
    for (size_t i = 0; i < s->n && r >= 0; i++) {
        struct item *it = &s->v[i];

        r = make_order(s, it, room);
        if (r >= 0)
            r = complete_aliases(it);
        if (r >= 0)
            r = add_module_file(b, it);
        for (size_t k = 0; k < it->m.firmware.n && r >= 0; k++)
            r = add_firmware(b, it->m.firmware.v[k]);
    }
    return r < 0 ? r : write_index(b);
}
