/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitfile.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "fd.h"
#include "grammar.h"
#include "unitload.h"

#define ETC_DIR "/etc/systemd/system"
#define RUN_DIR "/run/systemd/system"

const char *unitfile_state_name(enum unitfile_state s)
{
    static const char *const names[] = {
        [UNITFILE_ENABLED] = "enabled",     [UNITFILE_ENABLED_RUNTIME] = "enabled-runtime",
        [UNITFILE_ALIAS] = "alias",         [UNITFILE_MASKED] = "masked",
        [UNITFILE_STATIC] = "static",       [UNITFILE_MASKED_RUNTIME] = "masked-runtime",
        [UNITFILE_DISABLED] = "disabled",   [UNITFILE_INDIRECT] = "indirect",
        [UNITFILE_BAD] = "bad",
        [UNITFILE_NOT_FOUND] = "not-found",
    };

    return s < ARRAY_SIZE(names) ? names[s] : "bad";
}

bool unitfile_state_ok(enum unitfile_state s)
{
    return s == UNITFILE_ENABLED || s == UNITFILE_ENABLED_RUNTIME || s == UNITFILE_ALIAS || s == UNITFILE_STATIC ||
           s == UNITFILE_INDIRECT;
}

static int join(char *buf, size_t size, const char *root, const char *dir, const char *name)
{
    int n = snprintf(buf, size, "%s%s%s%s", root ?: "", dir, name ? "/" : "", name ?: "");

    return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

static bool is_mask(const char *path)
{
    char to[PATH_MAX];
    struct stat st;
    ssize_t n = readlink(path, to, sizeof(to) - 1);

    if (n > 0) {
        to[n] = '\0';
        return streq(to, "/dev/null");
    }
    return lstat(path, &st) >= 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

/* "getty@tty1.service" -> "getty@.service". Return: false when @name is no instance. */
static bool template_of(const char *name, char *buf, size_t size)
{
    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');

    if (!at || !dot || dot <= at + 1)
        return false;
    return (size_t)snprintf(buf, size, "%.*s%s", (int)(at + 1 - name), name, dot) < size;
}

static bool is_template(const char *name)
{
    const char *at = strchr(name, '@');

    return at && at[1] == '.';
}

/* The first file or link of that very name. Return: the folder's place in the search path; -ENOENT. */
static int find_exact(const char *root, const char *name, char *path, size_t size)
{
    struct stat st;

    for (size_t i = 0; unitload_standard_dirs[i]; i++)
        if (join(path, size, root, unitload_standard_dirs[i], name) >= 0 && lstat(path, &st) >= 0)
            return (int)i;
    return -ENOENT;
}

static int find_any(const char *root, const char *name, char *path, size_t size)
{
    char template[NAME_MAX + 1];
    int r = find_exact(root, name, path, size);

    if (r < 0 && template_of(name, template, sizeof(template)))
        r = find_exact(root, template, path, size);
    return r;
}

int unitfile_find(const char *root, const char *name, char **ret_path)
{
    char path[PATH_MAX];
    int r;

    if (strchr(name, '/'))
        return -EINVAL;
    r = find_any(root, name, path, sizeof(path));
    if (r < 0)
        return r;
    if (is_mask(path))
        return -ERFKILL;
    *ret_path = strdup(path + (root ? strlen(root) : 0));
    return *ret_path ? 0 : -ENOMEM;
}

/* Whether a link below @dir enables @name: dir/ANY.wants/NAME, or an alias that points to it. */
static bool has_link(const char *root, const char *dir, const char *name)
{
    _cleanup_closedir_ DIR *d = NULL;
    char path[PATH_MAX], to[PATH_MAX];
    const struct dirent *e;
    struct stat st;

    if (join(path, sizeof(path), root, dir, NULL) < 0 || !(d = opendir(path)))
        return false;
    while ((e = readdir(d))) {
        ssize_t n;

        if (text_has_suffix(e->d_name, ".wants") || text_has_suffix(e->d_name, ".requires") ||
            text_has_suffix(e->d_name, ".upholds")) {
            if ((size_t)snprintf(path, sizeof(path), "%s/%s", e->d_name, name) < sizeof(path) &&
                fstatat(dirfd(d), path, &st, AT_SYMLINK_NOFOLLOW) >= 0)
                return true;
            continue;
        }
        n = streq(e->d_name, name) ? -1 : readlinkat(dirfd(d), e->d_name, to, sizeof(to) - 1);
        if (n <= 0)
            continue;
        to[n] = '\0';
        if (streq(strrchr(to, '/') ? strrchr(to, '/') + 1 : to, name))
            return true;
    }
    return false;
}

enum unitfile_state unitfile_state(const char *root, const char *name)
{
    _cleanup_install_ struct unitfile_install install = {0};
    char path[PATH_MAX], to[PATH_MAX];
    bool in_run;
    ssize_t n;
    int where;

    if (strchr(name, '/'))
        return UNITFILE_BAD;
    where = find_any(root, name, path, sizeof(path));
    if (where < 0)
        return UNITFILE_NOT_FOUND;
    in_run = text_after(unitload_standard_dirs[where], "/run/") != NULL;
    if (is_mask(path))
        return in_run ? UNITFILE_MASKED_RUNTIME : UNITFILE_MASKED;
    n = readlink(path, to, sizeof(to) - 1);
    if (n > 0) {
        const char *base;

        to[n] = '\0';
        base = strrchr(to, '/') ? strrchr(to, '/') + 1 : to;
        if (!streq(base, strrchr(path, '/') + 1))
            return UNITFILE_ALIAS;
    }
    if (has_link(root, ETC_DIR, name))
        return UNITFILE_ENABLED;
    if (has_link(root, RUN_DIR, name))
        return UNITFILE_ENABLED_RUNTIME;
    if (unitfile_read_install(path, &install) < 0)
        return UNITFILE_BAD;
    if (install.default_instance && is_template(name)) {
        char instance[NAME_MAX + 1];

        snprintf(instance, sizeof(instance), "%.*s%s%s", (int)(strchr(name, '@') + 1 - name), name,
                 install.default_instance, strrchr(name, '.'));
        if (has_link(root, ETC_DIR, instance))
            return UNITFILE_ENABLED;
    }
    if (install.wanted_by.n > 0 || install.required_by.n > 0 || install.alias.n > 0)
        return UNITFILE_DISABLED;
    return install.also.n > 0 ? UNITFILE_INDIRECT : UNITFILE_STATIC;
}

void unitfile_install_clear(struct unitfile_install *i)
{
    strv_clear(&i->wanted_by);
    strv_clear(&i->required_by);
    strv_clear(&i->alias);
    strv_clear(&i->also);
    free(i->default_instance);
    *i = (struct unitfile_install){0};
}

static int take_words(struct strv *l, const char *value)
{
    const char *word;
    size_t n;
    int r = 0;

    if (!value[strspn(value, " \t")])
        strv_clear(l); /* an empty assignment takes back what came before */
    while (r >= 0 && (word = text_next_word(&value, " \t", &n)))
        r = strv_take(l, strndup(word, n));
    return r;
}

static int take_assignment(struct unitfile_install *i, const struct grammar_item *item)
{
    if (streq(item->key, "WantedBy"))
        return take_words(&i->wanted_by, item->value);
    if (streq(item->key, "RequiredBy"))
        return take_words(&i->required_by, item->value);
    if (streq(item->key, "Alias"))
        return take_words(&i->alias, item->value);
    if (streq(item->key, "Also"))
        return take_words(&i->also, item->value);
    if (streq(item->key, "DefaultInstance")) {
        free(i->default_instance);
        i->default_instance = strdup(item->value);
        return i->default_instance ? 0 : -ENOMEM;
    }
    return 0;
}

int unitfile_read_install(const char *path, struct unitfile_install *ret_install)
{
    _cleanup_install_ struct unitfile_install install = {0};
    _cleanup_free_ char *text = NULL;
    bool in_section = false;
    struct grammar_item item;
    struct grammar g;
    size_t size;
    int r;

    r = fd_read_file(AT_FDCWD, path, GRAMMAR_LINE_MAX, &text, &size);
    if (r < 0)
        return r;
    grammar_init(&g, text, size);
    do {
        item = grammar_next(&g);
        if (item.kind == GRAMMAR_SECTION)
            in_section = streq(item.key, "Install");
        else if (item.kind == GRAMMAR_ASSIGNMENT && in_section)
            r = take_assignment(&install, &item);
    } while (r >= 0 && item.kind != GRAMMAR_END && item.kind != GRAMMAR_TOO_LONG);
    if (r < 0)
        return r;
    *ret_install = install;
    install = (struct unitfile_install){0};
    return 0;
}
