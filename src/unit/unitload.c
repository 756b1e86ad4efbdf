/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitload.h"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "fd.h"
#include "strmap.h"
#include "udb.h"

#define ALIAS_DEPTH 16

/* A directory of drop-ins or links: its name without the path, and every place where one of that name stands.
 */
struct subdir {
    char *name;
    struct strv paths;
    uint8_t levels[32]; /* for each path: which search directory it is in */
};

struct unitload {
    int root_fd;
    bool in_root; /* a root other than "/": resolve inside it */
    unitload_report_fn report;
    void *arg;
    struct unitload_file *files;
    uint32_t n_files, room_files;
    struct strmap names; /* name -> files */
    struct subdir *subdirs;
    uint32_t n_subdirs, room_subdirs;
    struct strmap subdir_names;
    dev_t seen_dev[32]; /* directories scanned: /lib may be a link to /usr/lib */
    ino_t seen_ino[32];
    size_t n_seen;
    unsigned n_levels; /* search directories begun */
};

/* Ours come before the distribution's: what stands there is meant to replace systemd's own. */
const char *const unitload_standard_dirs[] = {
    "/etc/systemd/system",     "/run/systemd/system", PINTLE_UNITDIR, "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system", NULL,
};

static int open_in(const struct unitload *l, const char *path, int flags)
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

static void report(const struct unitload *l, int level, const char *path, const char *text)
{
    if (l->report)
        l->report(l->arg, level, path, text);
}

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

static char *join(const char *dir, const char *name)
{
    char *path = NULL;

    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
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

/* A mask by its text: a root that is not running has no /dev/null of its own. */
static bool is_mask_target(const char *target)
{
    const char *rest = target;

    while (text_after(rest, "../"))
        rest += 3;
    return streq(rest, "/dev/null") || (rest != target && streq(rest, "dev/null"));
}

/* A link in a unit directory: a mask, an alias, or the unit file itself kept elsewhere (systemctl link). */
static int add_link(struct unitload *l, int dirfd, const char *name, char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dirfd, name, target, sizeof(target) - 1);
    const char *base;

    if (n < 0 || n == (ssize_t)sizeof(target) - 1) {
        report(l, UDB_NOTE_WARNING, path, "the link cannot be read, it is ignored");
        free(path);
        return 0;
    }
    target[n] = '\0';
    base = base_name(target);
    if (is_mask_target(target))
        return add_file(l, name, path, UNITLOAD_MASK, NULL);
    if (streq(base, name))
        return add_file(l, name, path, UNITLOAD_FILE, NULL);
    if (!unitname_is_valid(base)) {
        report(l, UDB_NOTE_WARNING, path, "the link leads to what is no unit file, it is ignored");
        free(path);
        return 0;
    }
    if (!same_type(name, base) && !unitname_is_instance(base)) {
        report(l, UDB_NOTE_WARNING, path,
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
        report(l, UDB_NOTE_WARNING, path,
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
    path = join(dir, e->d_name);
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

static int scan(struct unitload *l, const char *dir)
{
    _cleanup_close_ int fd = open_in(l, dir, O_RDONLY | O_DIRECTORY);
    _cleanup_closedir_ DIR *d = NULL;

    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0) {
        report(l, UDB_NOTE_ERROR, dir, "the directory cannot be read: its units are missing");
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
        r = scan(l, dirs[i]);
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
    _cleanup_close_ int fd = open_in(l, dir, O_RDONLY | O_DIRECTORY);
    _cleanup_closedir_ DIR *d = NULL;
    int r = 0;

    if (fd < 0) {
        if (fd != -ENOENT && fd != -ENOTDIR)
            report(l, UDB_NOTE_ERROR, dir, "the directory cannot be read: what it says is missing");
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
        path = join(dir, e->d_name);
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
    _cleanup_close_ int fd = open_in(l, path, O_PATH), link = -EBADF;
    char target[PATH_MAX];
    struct stat st;
    ssize_t n;

    *ret_dangling = false;
    if (fd >= 0 && fstat(fd, &st) == 0)
        return (S_ISREG(st.st_mode) && st.st_size == 0) || S_ISCHR(st.st_mode);
    if (fd != -ENOENT)
        return false;
    link = open_in(l, path, O_PATH | O_NOFOLLOW);
    n = link >= 0 ? readlinkat(link, "", target, sizeof(target) - 1) : -1;
    target[n > 0 ? n : 0] = '\0';
    *ret_dangling = !is_mask_target(target);
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
            report(l, UDB_NOTE_WARNING, path, "the link leads nowhere, the drop-in is missing");
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
            report(l, UDB_NOTE_WARNING, link.path, "this is no name of a unit, the link is ignored");
        else if (!is_nothing(l, link.path, &link.dangling))
            r = fn(arg, &link);
    }
    return r;
}

int unitload_read(const struct unitload *l, const char *path, size_t max, char **ret_data, size_t *ret_size)
{
    _cleanup_close_ int fd = open_in(l, path, O_RDONLY | O_NONBLOCK); /* a FIFO must not hold us up */
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
