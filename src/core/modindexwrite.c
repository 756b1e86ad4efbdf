/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modindex.h"

#include <limits.h>

#include "text.h"

struct line {
    char *pattern; /* owned */
    uint32_t module;
};

/* Everything that modindex_format allocates, so that it is freed in one place. */
struct work {
    uint32_t *sorted; /* sorted[k]: position in the caller's array of the k-th module by name */
    uint32_t *number; /* the other way round */
    char **names;     /* normalized */
    struct line *lines;
    size_t n_lines;
    struct strv builtin;
    size_t n;
};

static void work_done(struct work *w)
{
    for (size_t i = 0; w->names && i < w->n; i++)
        free(w->names[i]);
    for (size_t i = 0; i < w->n_lines; i++)
        free(w->lines[i].pattern);
    free(w->names);
    free(w->lines);
    free(w->sorted);
    free(w->number);
    strv_clear(&w->builtin);
}

static int compare_by_name(const void *a, const void *b, void *names)
{
    char **v = names;

    return strcmp(v[*(const uint32_t *)a], v[*(const uint32_t *)b]);
}

static int compare_lines(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int c = modindex_compare_patterns(x->pattern, y->pattern);

    return c ? c : (x->module > y->module) - (x->module < y->module);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_word(const char *s)
{
    return *s && !s[strcspn(s, " \t\r\n")];
}

static int normalized(const char *s, char **ret)
{
    char buf[PATH_MAX];

    if (!modindex_normalize(s, buf, sizeof(buf)) || !is_word(buf))
        return -EINVAL;
    *ret = strdup(buf);
    return *ret ? 0 : -ENOMEM;
}

static int sort_modules(struct work *w, const struct modindex_source *modules)
{
    int r;

    w->names = calloc(w->n + 1, sizeof(*w->names));
    w->sorted = calloc(w->n + 1, sizeof(*w->sorted));
    w->number = calloc(w->n + 1, sizeof(*w->number));
    if (!w->names || !w->sorted || !w->number)
        return -ENOMEM;
    for (uint32_t i = 0; i < w->n; i++) {
        r = normalized(modules[i].name, &w->names[i]);
        if (r < 0)
            return r;
        if (modules[i].path[0] != '/' || strchr(modules[i].path, '\n'))
            return -EINVAL;
        if (modules[i].options && strchr(modules[i].options, '\n'))
            return -EINVAL;
        w->sorted[i] = i;
    }
    qsort_r(w->sorted, w->n, sizeof(*w->sorted), compare_by_name, w->names);
    for (uint32_t k = 0; k < w->n; k++) {
        if (k > 0 && streq(w->names[w->sorted[k - 1]], w->names[w->sorted[k]]))
            return -EEXIST;
        w->number[w->sorted[k]] = k;
    }
    return 0;
}

static int sort_aliases(struct work *w, const struct modindex_source *modules)
{
    size_t total = 0, kept = 0;
    int r;

    for (size_t i = 0; i < w->n; i++)
        total += modules[i].n_aliases;
    w->lines = calloc(total + 1, sizeof(*w->lines));
    if (!w->lines)
        return -ENOMEM;
    for (size_t i = 0; i < w->n; i++) {
        for (size_t k = 0; k < modules[i].n_aliases; k++) {
            r = normalized(modules[i].aliases[k], &w->lines[w->n_lines].pattern);
            if (r < 0)
                return r;
            w->lines[w->n_lines++].module = w->number[i];
        }
    }
    qsort(w->lines, w->n_lines, sizeof(*w->lines), compare_lines);
    for (size_t i = 0; i < w->n_lines; i++) {
        if (kept > 0 && compare_lines(&w->lines[kept - 1], &w->lines[i]) == 0)
            free(w->lines[i].pattern);
        else
            w->lines[kept++] = w->lines[i];
    }
    w->n_lines = kept;
    return 0;
}

static int sort_builtin(struct work *w, const char *const *builtin, size_t n)
{
    size_t kept = 0;
    char *name;
    int r;

    for (size_t i = 0; i < n; i++) {
        r = normalized(builtin[i], &name);
        if (r >= 0)
            r = strv_take(&w->builtin, name);
        if (r < 0)
            return r;
    }
    if (n > 0)
        qsort(w->builtin.v, w->builtin.n, sizeof(*w->builtin.v), compare_text);
    for (size_t i = 0; i < w->builtin.n; i++) {
        if (kept > 0 && streq(w->builtin.v[kept - 1], w->builtin.v[i]))
            free(w->builtin.v[i]);
        else
            w->builtin.v[kept++] = w->builtin.v[i];
    }
    w->builtin.n = kept;
    if (w->builtin.v)
        w->builtin.v[kept] = NULL;
    return 0;
}

static int print_module(FILE *f, const struct work *w, const struct modindex_source *m, const char *name)
{
    fprintf(f, "m %s %s %s\n", m->blacklisted ? "b" : "-", name, m->path);
    if (m->options && *m->options)
        fprintf(f, "o %s\n", m->options);
    fputc('l', f);
    for (size_t i = 0; i < m->n_order; i++) {
        if (m->order[i] >= w->n)
            return -EINVAL;
        fprintf(f, " %u", w->number[m->order[i]]);
    }
    fputc('\n', f);
    return m->n_order > 0 ? 0 : -EINVAL;
}

static int print_all(FILE *f, const struct work *w, const struct modindex_source *modules)
{
    size_t n_orders = 0;
    int r;

    for (size_t i = 0; i < w->n; i++)
        n_orders += modules[i].n_order;
    fprintf(f, "pintle-modules 1 %zu %zu %zu %zu\n", w->n, w->n_lines, n_orders, w->builtin.n);
    for (size_t k = 0; k < w->n; k++) {
        r = print_module(f, w, &modules[w->sorted[k]], w->names[w->sorted[k]]);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < w->n_lines; i++)
        fprintf(f, "a %u %s\n", w->lines[i].module, w->lines[i].pattern);
    for (size_t i = 0; i < w->builtin.n; i++)
        fprintf(f, "b %s\n", w->builtin.v[i]);
    fputs("end pintle-modules\n", f);
    return ferror(f) ? -ENOMEM : 0;
}

int modindex_format(const struct modindex_source *modules, size_t n_modules, const char *const *builtin,
                    size_t n_builtin, char **ret_text, size_t *ret_size)
{
    _cleanup_(work_done) struct work w = {.n = n_modules};
    _cleanup_free_ char *text = NULL;
    size_t size = 0;
    FILE *f;
    int r;

    if (n_modules > UINT32_MAX / 2)
        return -EINVAL;
    r = sort_modules(&w, modules);
    if (r >= 0)
        r = sort_aliases(&w, modules);
    if (r >= 0)
        r = sort_builtin(&w, builtin, n_builtin);
    if (r < 0)
        return r;
    f = open_memstream(&text, &size);
    if (!f)
        return -ENOMEM;
    r = print_all(f, &w, modules);
    if (fclose(f) != 0 && r >= 0)
        r = -ENOMEM;
    if (r < 0)
        return r;
    *ret_text = TAKE_PTR(text);
    *ret_size = size;
    return 0;
}
