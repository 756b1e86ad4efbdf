/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modtree.h"

#include <fcntl.h>
#include <libkmod.h>
#include <limits.h>
#include <sys/stat.h>

#include "fd.h"
#include "modindex.h"

#define LIST_MAX (16u << 20)

struct modtree {
    struct kmod_ctx *ctx;   /* owned */
    char *dir;              /* owned */
    struct strv boot_words; /* the running kernel's command line, word by word */
};

/* --- what the running kernel's command line put in --------------------------------------------------------
 */

static int read_boot_words(struct modtree *t)
{
    _cleanup_free_ char *text = NULL;
    const char *pos, *word;
    size_t size, len;
    int r;

    r = fd_read_file(AT_FDCWD, "/proc/cmdline", LIST_MAX, &text, &size);
    if (r < 0)
        return 0; /* no /proc: libkmod could not read it either */
    pos = text;
    while ((word = text_next_word(&pos, " \n", &len))) {
        r = strv_take(&t->boot_words, strndup(word, len));
        if (r < 0)
            return r;
    }
    return 0;
}

/* True when @word is one of the boot's "NAME.OPTION", as libkmod would have taken it for @name. */
static bool is_boot_option(const struct modtree *t, const char *name, const char *word, size_t len)
{
    for (size_t i = 0; i < t->boot_words.n; i++) {
        const char *w = t->boot_words.v[i], *dot = strchr(w, '.');
        char key[NAME_MAX];

        if (!dot || (size_t)(dot - w) >= sizeof(key))
            continue;
        snprintf(key, sizeof(key), "%.*s", (int)(dot - w), w);
        if (modindex_normalize(key, key, sizeof(key)) && streq(key, name) && strlen(dot + 1) == len &&
            strncmp(dot + 1, word, len) == 0)
            return true;
    }
    return false;
}

/* libkmod puts the boot's options behind those of modprobe.d: take them off the end. */
static int copy_options(const struct modtree *t, const char *name, const char *options, char **ret)
{
    char *copy, *space;

    if (!options || !*options)
        return 0;
    copy = strdup(options);
    if (!copy)
        return -ENOMEM;
    for (;;) {
        space = strrchr(copy, ' ');
        if (!is_boot_option(t, name, space ? space + 1 : copy, strlen(space ? space + 1 : copy)))
            break;
        *(space ? space : copy) = '\0';
    }
    if (!*copy) {
        free(copy);
        copy = NULL;
    }
    *ret = copy;
    return 0;
}

static size_t boot_blacklists(const struct modtree *t, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < t->boot_words.n; i++) {
        const char *list = text_after(t->boot_words.v[i], "modprobe.blacklist="), *word;
        size_t len;

        while (list && (word = text_next_word(&list, ",", &len))) {
            char key[NAME_MAX];

            snprintf(key, sizeof(key), "%.*s", (int)MIN(len, sizeof(key) - 1), word);
            if (modindex_normalize(key, key, sizeof(key)) && streq(key, name))
                n++;
        }
    }
    return n;
}

static bool is_blacklisted(const struct modtree *t, const char *name)
{
    struct kmod_config_iter *it = kmod_config_get_blacklists(t->ctx);
    size_t n = 0;

    while (it && kmod_config_iter_next(it)) {
        char key[NAME_MAX];

        if (modindex_normalize(kmod_config_iter_get_key(it), key, sizeof(key)) && streq(key, name))
            n++;
    }
    if (it)
        kmod_config_iter_free_iter(it);
    return n > boot_blacklists(t, name);
}

/* --- opening -----------------------------------------------------------------------------------------------
 */

static void no_log(void *data _unused_, int priority _unused_, const char *file _unused_, int line _unused_,
                   const char *fn _unused_, const char *format _unused_, va_list args _unused_)
{
}

static int check_dir(const char *dir)
{
    _cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return -errno;
    if (fstatat(fd, "modules.dep.bin", &st, 0) < 0)
        return errno == ENOENT ? -ENODATA : -errno;
    return 0;
}

static int open_context(struct modtree *t, const char *root)
{
    static const char *const places[] = {"/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
                                         "/usr/lib/modprobe.d", "/lib/modprobe.d"};
    char paths[ARRAY_SIZE(places)][PATH_MAX];
    const char *config[ARRAY_SIZE(places) + 1] = {NULL};
    int r;

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        if ((size_t)snprintf(paths[i], PATH_MAX, "%s%s", root, places[i]) >= PATH_MAX)
            return -ENAMETOOLONG;
        config[i] = paths[i];
    }
    t->ctx = kmod_new(t->dir, config);
    if (!t->ctx)
        return -ENOMEM;
    kmod_set_log_fn(t->ctx, no_log, NULL);
    r = kmod_load_resources(t->ctx);
    return r < 0 ? r : 0;
}

int modtree_open(const char *dir, const char *root, struct modtree **ret)
{
    _cleanup_modtree_ struct modtree *t = calloc(1, sizeof(*t));
    int r;

    if (!t)
        return -ENOMEM;
    r = check_dir(dir);
    if (r < 0)
        return r;
    t->dir = realpath(dir, NULL); /* libkmod's paths are absolute ones */
    if (!t->dir)
        return -errno;
    r = read_boot_words(t);
    if (r < 0)
        return r;
    r = open_context(t, root);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(t);
    return 0;
}

void modtree_free(struct modtree *t)
{
    if (!t)
        return;
    if (t->ctx)
        kmod_unref(t->ctx);
    strv_clear(&t->boot_words);
    free(t->dir);
    free(t);
}

const char *modtree_dir(const struct modtree *t)
{
    return t->dir;
}

/* --- one module --------------------------------------------------------------------------------------------
 */

static int add_names(struct kmod_list *list, struct strv *ret_names)
{
    struct kmod_list *l;
    int n = 0, r = 0;

    kmod_list_foreach(l, list)
    {
        struct kmod_module *mod = kmod_module_get_module(l);

        r = strv_has(ret_names, kmod_module_get_name(mod)) ? 0
                                                           : strv_add(ret_names, kmod_module_get_name(mod));
        kmod_module_unref(mod);
        if (r < 0)
            break;
        n++;
    }
    kmod_module_unref_list(list);
    return r < 0 ? r : n;
}

int modtree_lookup(struct modtree *t, const char *alias, struct strv *ret_names)
{
    struct kmod_list *list = NULL;
    int r;

    r = kmod_module_new_from_lookup(t->ctx, alias, &list);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    return add_names(list, ret_names);
}

/* What .modinfo says: aliases and firmware, sorted by nothing (the order is the file's). */
static int read_info(struct kmod_module *mod, struct modtree_module *m)
{
    struct kmod_list *list = NULL, *l;
    int r;

    r = kmod_module_get_info(mod, &list);
    if (r < 0)
        return r;
    r = 0;
    kmod_list_foreach(l, list)
    {
        const char *key = kmod_module_info_get_key(l), *value = kmod_module_info_get_value(l);

        if (streq(key, "alias"))
            r = strv_add(&m->aliases, value);
        else if (streq(key, "firmware"))
            r = strv_add(&m->firmware, value);
        if (r < 0)
            break;
    }
    kmod_module_info_free_list(list);
    return r;
}

static int read_config_aliases(struct modtree *t, struct modtree_module *m)
{
    struct kmod_config_iter *it = kmod_config_get_aliases(t->ctx);
    int r = 0;

    while (r >= 0 && it && kmod_config_iter_next(it)) {
        char key[NAME_MAX];
        const char *value = kmod_config_iter_get_value(it);

        if (value && modindex_normalize(value, key, sizeof(key)) && streq(key, m->name))
            r = strv_add(&m->aliases, kmod_config_iter_get_key(it));
    }
    if (it)
        kmod_config_iter_free_iter(it);
    return r;
}

static int read_relations(struct kmod_module *mod, struct modtree_module *m)
{
    struct kmod_list *pre = NULL, *post = NULL;
    int r;

    r = add_names(kmod_module_get_dependencies(mod), &m->depends);
    if (r < 0)
        return r;
    r = kmod_module_get_softdeps(mod, &pre, &post);
    if (r < 0)
        return r;
    r = add_names(pre, &m->pre);
    if (r < 0) {
        kmod_module_unref_list(post);
        return r;
    }
    r = add_names(post, &m->post);
    return r < 0 ? r : 0;
}

static int read_module(struct modtree *t, struct kmod_module *mod, struct modtree_module *m)
{
    const char *path = kmod_module_get_path(mod), *install = kmod_module_get_install_commands(mod);
    int r;

    m->name = strdup(kmod_module_get_name(mod));
    if (!m->name)
        return -ENOMEM;
    if (!path) {
        m->builtin = kmod_module_get_initstate(mod) == KMOD_MODULE_BUILTIN;
        return m->builtin ? 0 : -ENOENT;
    }
    m->path = strdup(path);
    m->install = install ? strdup(install) : NULL;
    if (!m->path || (install && !m->install))
        return -ENOMEM;
    m->blacklisted = is_blacklisted(t, m->name);
    r = copy_options(t, m->name, kmod_module_get_options(mod), &m->options);
    if (r >= 0)
        r = read_relations(mod, m);
    if (r >= 0)
        r = read_info(mod, m);
    if (r >= 0)
        r = read_config_aliases(t, m);
    return r;
}

/* libkmod makes a module of any name; only a look-up tells whether this version has it. */
static struct kmod_module *find_module(struct modtree *t, const char *name, int *ret_error)
{
    struct kmod_list *list = NULL, *l;
    struct kmod_module *found = NULL;
    char key[NAME_MAX];
    int r;

    *ret_error = -ENOENT;
    if (!modindex_normalize(name, key, sizeof(key)))
        return NULL;
    r = kmod_module_new_from_lookup(t->ctx, key, &list);
    if (r < 0) {
        *ret_error = r;
        return NULL;
    }
    kmod_list_foreach(l, list)
    {
        struct kmod_module *mod = kmod_module_get_module(l);

        if (!found && streq(kmod_module_get_name(mod), key))
            found = kmod_module_ref(mod);
        kmod_module_unref(mod);
    }
    kmod_module_unref_list(list);
    return found;
}

int modtree_get(struct modtree *t, const char *name, struct modtree_module *ret)
{
    struct modtree_module m = {0};
    struct kmod_module *mod;
    int r;

    mod = find_module(t, name, &r);
    if (!mod)
        return r;
    r = read_module(t, mod, &m);
    kmod_module_unref(mod);
    if (r < 0) {
        modtree_module_done(&m);
        return r;
    }
    *ret = m;
    return 0;
}

void modtree_module_done(struct modtree_module *m)
{
    free(m->name);
    free(m->path);
    free(m->options);
    free(m->install);
    strv_clear(&m->depends);
    strv_clear(&m->pre);
    strv_clear(&m->post);
    strv_clear(&m->aliases);
    strv_clear(&m->firmware);
    *m = (struct modtree_module){0};
}

/* --- lists --------------------------------------------------------------------------------------------- */

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The first word of each line ("path: deps" of modules.dep, "path" of modules.builtin). */
static int read_list(const struct modtree *t, const char *file, struct strv *ret_lines)
{
    _cleanup_free_ char *path = NULL, *text = NULL;
    const char *pos, *line;
    size_t size, len;
    int r;

    if (asprintf(&path, "%s/%s", t->dir, file) < 0)
        return -ENOMEM;
    r = fd_read_file(AT_FDCWD, path, LIST_MAX, &text, &size);
    if (r < 0)
        return r;
    pos = text;
    while ((line = text_next_word(&pos, "\n", &len))) {
        const char *colon = memchr(line, ':', len);

        r = strv_take(ret_lines, strndup(line, colon ? (size_t)(colon - line) : len));
        if (r < 0)
            return r;
    }
    if (ret_lines->n > 0)
        qsort(ret_lines->v, ret_lines->n, sizeof(*ret_lines->v), compare_text);
    return 0;
}

int modtree_list(struct modtree *t, struct strv *ret_paths)
{
    return read_list(t, "modules.dep", ret_paths);
}

int modtree_builtins(struct modtree *t, struct strv *ret_names)
{
    _cleanup_strv_ struct strv lines = {0};
    int r;

    r = read_list(t, "modules.builtin", &lines);
    if (r < 0)
        return r == -ENOENT ? 0 : r;
    for (size_t i = 0; i < lines.n; i++) {
        char name[NAME_MAX];

        if (!modtree_name_of(lines.v[i], name, sizeof(name)))
            continue;
        r = strv_add(ret_names, name);
        if (r < 0)
            return r;
    }
    return 0;
}

bool modtree_name_of(const char *path, char *buf, size_t size)
{
    const char *base = strrchr(path, '/'), *dot;

    base = base ? base + 1 : path;
    dot = strstr(base, ".ko");
    if (!dot || dot == base || (dot[3] != '\0' && dot[3] != '.') || (size_t)(dot - base) >= size)
        return false;
    memcpy(buf, base, (size_t)(dot - base));
    buf[dot - base] = '\0';
    return modindex_normalize(buf, buf, size);
}
