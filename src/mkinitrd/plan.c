/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "image.h"
#include "log.h"
#include "text.h"

#define CONTENT_MAX (1u << 30)

static const char *const type_names[] = {"a directory", "a file", "a link", "a device"};

static void entry_free(struct plan_entry *e)
{
    if (!e)
        return;
    free(e->path);
    free(e->target);
    free(e->source);
    free(e->data);
    free(e);
}

static void entry_freep(struct plan_entry **e)
{
    entry_free(*e);
}

void plan_done(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++)
        entry_free(p->v[i]);
    free(p->v);
    *p = (struct plan){0};
}

/* --- paths --------------------------------------------------------------------------------------------- */

/* Directories of an image that is not merged are the same below /usr. */
static bool is_merged(const char *component, size_t len)
{
    static const char *const names[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strlen(names[i]) == len && memcmp(names[i], component, len) == 0)
            return true;
    return false;
}

int plan_path(const char *path, char *buf, size_t size)
{
    const char *pos = path, *word;
    size_t used = 0, len;

    if (path[0] != '/' || streq(path, "/TRAILER!!!"))
        return -EINVAL;
    while ((word = text_next_word(&pos, "/", &len))) {
        const char *insert = used == 0 && is_merged(word, len) && *pos ? "/usr" : "";

        if (len == 1 && word[0] == '.')
            continue;
        if (len == 2 && memcmp(word, "..", 2) == 0)
            return -EINVAL;
        if (used + strlen(insert) + len + 2 > size)
            return -ENAMETOOLONG;
        used += (size_t)snprintf(buf + used, size - used, "%s/%.*s", insert, (int)len, word);
    }
    return used > 0 ? 0 : -EINVAL;
}

/* --- the table ----------------------------------------------------------------------------------------- */

/* Position of @path, or of where it would go. */
static size_t position(const struct plan *p, const char *path, bool *ret_found)
{
    size_t lo = 0, hi = p->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(p->v[mid]->path, path);

        if (c == 0) {
            *ret_found = true;
            return mid;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *ret_found = false;
    return lo;
}

struct plan_entry *plan_find(const struct plan *p, const char *path)
{
    char form[PATH_MAX];
    bool found;
    size_t i;

    if (plan_path(path, form, sizeof(form)) < 0)
        return NULL;
    i = position(p, form, &found);
    return found ? p->v[i] : NULL;
}

static int insert(struct plan *p, size_t at, struct plan_entry *e)
{
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 256;
        struct plan_entry **v = reallocarray(p->v, room, sizeof(*v));

        if (!v)
            return -ENOMEM;
        p->v = v;
        p->room = room;
    }
    memmove(p->v + at + 1, p->v + at, (p->n - at) * sizeof(*p->v));
    p->v[at] = e;
    p->n++;
    return 0;
}

static int content_of(const struct plan_entry *e, char **ret_data, size_t *ret_size)
{
    if (e->source)
        return fd_read_file(AT_FDCWD, e->source, CONTENT_MAX, ret_data, ret_size);
    *ret_data = malloc(e->size + 1);
    if (!*ret_data)
        return -ENOMEM;
    memcpy(*ret_data, e->data, e->size);
    *ret_size = e->size;
    return 0;
}

static int compare_contents(const struct plan_entry *a, const struct plan_entry *b)
{
    _cleanup_free_ char *x = NULL, *y = NULL;
    size_t n, m;
    int r;

    if (a->source && b->source && streq(a->source, b->source))
        return 0;
    r = content_of(a, &x, &n);
    if (r >= 0)
        r = content_of(b, &y, &m);
    if (r < 0)
        return r;
    return n == m && memcmp(x, y, n) == 0 ? 0 : -EEXIST;
}

/* @e asks for the path of @old: fine when it says the same. */
static int reconcile(const struct plan_entry *old, const struct plan_entry *e)
{
    int r;

    if (old->type != e->type)
        return log_error(-EEXIST, "'%s' cannot be %s: it is %s in this image already", e->path,
                         type_names[e->type], type_names[old->type]);
    switch (e->type) {
    case PLAN_DIR:
        return 0;
    case PLAN_LINK:
        if (streq(old->target, e->target))
            return 0;
        return log_error(-EEXIST, "'%s' cannot lead to '%s': it leads to '%s' in this image already", e->path,
                         e->target, old->target);
    case PLAN_CHAR:
        if (old->device_major == e->device_major && old->device_minor == e->device_minor)
            return 0;
        return log_error(-EEXIST, "device '%s' cannot be %u:%u: it is %u:%u already", e->path,
                         e->device_major, e->device_minor, old->device_major, old->device_minor);
    case PLAN_FILE:
        r = compare_contents(old, e);
        if (r == 0)
            return 0;
        return log_error(r, "two different contents for '%s': from '%s' and from '%s'", e->path,
                         old->source ? old->source : "this program", e->source ? e->source : "this program");
    }
    return -EINVAL;
}

static int add_parents(struct plan *p, const char *path)
{
    const struct plan_entry *e;
    char part[PATH_MAX];
    char *slash;

    strcpy(part, path);
    slash = strrchr(part, '/');
    if (slash == part)
        return 0;
    *slash = '\0';
    e = plan_find(p, part);
    if (e && e->type != PLAN_DIR)
        return log_error(-ENOTDIR, "cannot put '%s' into the image: '%s' is %s there", path, part,
                         type_names[e->type]);
    if (e)
        return 0;
    return plan_dir(p, part, 0755);
}

/* Give @e its path and its place. Takes over what *@e holds, the caller's cleanup frees what is left. */
static int add(struct plan *p, const char *path, struct plan_entry **e, struct plan_entry **ret_entry)
{
    char form[PATH_MAX];
    bool found;
    size_t at;
    int r;

    r = plan_path(path, form, sizeof(form));
    if (r < 0)
        return log_error(r, "cannot use '%s' as a path in the image", path);
    (*e)->path = strdup(form);
    if (!(*e)->path)
        return -ENOMEM;
    at = position(p, form, &found);
    if (found) {
        p->v[at]->vital |= p->vital;
        if (ret_entry)
            *ret_entry = p->v[at];
        return reconcile(p->v[at], *e);
    }
    (*e)->vital = p->vital;
    r = add_parents(p, form);
    if (r < 0)
        return r;
    r = insert(p, position(p, form, &found), *e);
    if (r < 0)
        return r;
    if (ret_entry)
        *ret_entry = *e;
    *e = NULL;
    return 1;
}

/* --- the order ----------------------------------------------------------------------------------------- */

enum rank { RANK_INIT, RANK_DIR, RANK_VITAL, RANK_REST, RANK_FALLBACK };

static enum rank rank_of(const struct plan_entry *e)
{
    static const char *const fallbacks[] = {"/usr/sbin/init", "/etc/init", "/usr/bin/init", "/usr/bin/sh"};

    if (streq(e->path, IMAGE_INIT))
        return RANK_INIT;
    if (e->type == PLAN_DIR)
        return RANK_DIR;
    for (size_t i = 0; i < ARRAY_SIZE(fallbacks); i++)
        if (streq(e->path, fallbacks[i]))
            return RANK_FALLBACK;
    return e->vital ? RANK_VITAL : RANK_REST;
}

static int compare_entries(const void *a, const void *b)
{
    const struct plan_entry *x = *(struct plan_entry *const *)a, *y = *(struct plan_entry *const *)b;
    enum rank i = rank_of(x), k = rank_of(y);

    return i != k ? (i < k ? -1 : 1) : strcmp(x->path, y->path);
}

int plan_order(const struct plan *p, struct plan_entry ***ret)
{
    struct plan_entry **v = calloc(p->n + 1, sizeof(*v));

    if (!v)
        return -ENOMEM;
    if (p->n > 0)
        memcpy(v, p->v, p->n * sizeof(*v));
    qsort(v, p->n, sizeof(*v), compare_entries);
    *ret = v;
    return 0;
}

/* --- entries ------------------------------------------------------------------------------------------- */

int plan_dir(struct plan *p, const char *path, mode_t mode)
{
    _cleanup_(entry_freep) struct plan_entry *e = calloc(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    e->type = PLAN_DIR;
    e->mode = mode;
    return add(p, path, &e, NULL);
}

int plan_link(struct plan *p, const char *path, const char *target)
{
    _cleanup_(entry_freep) struct plan_entry *e = calloc(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    e->type = PLAN_LINK;
    e->mode = 0777;
    e->target = strdup(target);
    return e->target ? add(p, path, &e, NULL) : -ENOMEM;
}

int plan_char(struct plan *p, const char *path, mode_t mode, unsigned device_major, unsigned device_minor)
{
    _cleanup_(entry_freep) struct plan_entry *e = calloc(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    e->type = PLAN_CHAR;
    e->mode = mode;
    e->device_major = device_major;
    e->device_minor = device_minor;
    return add(p, path, &e, NULL);
}

int plan_file(struct plan *p, const char *path, const char *source, mode_t mode, size_t size,
              struct plan_entry **ret_entry)
{
    _cleanup_(entry_freep) struct plan_entry *e = calloc(1, sizeof(*e));

    if (!e)
        return -ENOMEM;
    e->type = PLAN_FILE;
    e->mode = mode & 0111 ? 0755 : 0644;
    e->size = size;
    e->source = strdup(source);
    return e->source ? add(p, path, &e, ret_entry) : -ENOMEM;
}

int plan_take(struct plan *p, const char *path, char *data, size_t size, mode_t mode)
{
    _cleanup_(entry_freep) struct plan_entry *e = calloc(1, sizeof(*e));

    if (!e) {
        free(data);
        return -ENOMEM;
    }
    e->type = PLAN_FILE;
    e->mode = mode;
    e->size = size;
    e->data = data;
    return add(p, path, &e, NULL);
}

int plan_data(struct plan *p, const char *path, const void *data, size_t size, mode_t mode)
{
    char *copy = malloc(size + 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, data, size);
    copy[size] = '\0';
    return plan_take(p, path, copy, size, mode);
}

int plan_text(struct plan *p, const char *path, const char *text)
{
    return plan_data(p, path, text, strlen(text), 0644);
}
