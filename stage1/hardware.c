/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hardware.h"

#include "clock.h"
#include "stage1.h"

/* A driver that is part of the kernel, or that came by another way. */
static bool has_driver(const char *syspath)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/driver", syspath);
    return access(path, F_OK) == 0;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* A load that has gone on for a second or more is worth a line. */
static uint64_t loading_since(const struct stage1 *s, const char *name)
{
    char quoted[96];

    snprintf(quoted, sizeof(quoted), "'%s'", name);
    for (const struct child *c = s->children.first; c; c = c->next)
        if (strstr(c->what, quoted))
            return c->since;
    return 0;
}

bool hardware_module(const struct stage1 *s, uint32_t module, struct page_hardware *ret)
{
    const struct loader_module *m = &s->loader.modules[module];
    uint32_t cause = loader_cause(&s->loader, module);
    uint64_t since;

    *ret = (struct page_hardware){.where = "",
                                  .modalias = "",
                                  .module = modindex_name(s->loader.index, module),
                                  .no_file = m->no_file,
                                  .cause = cause == module ? NULL : modindex_name(s->loader.index, cause)};
    if (m->state == LOADER_FAILED) {
        ret->error = m->error;
        return true;
    }
    if (m->state != LOADER_LOADING)
        return false;
    since = loading_since(s, ret->module);
    if (since == 0 || clock_now() - since < USEC_PER_SEC)
        return false;
    ret->loading_usec = clock_now() - since;
    return true;
}

struct page_hardware *hardware_list(const struct stage1 *s, bool everything, size_t *ret_n)
{
    const struct loader *l = &s->loader;
    struct page_hardware *list = calloc(l->n + l->n_unmatched + 1, sizeof(*list));
    size_t n = 0;

    *ret_n = 0;
    if (!list)
        return NULL;
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < l->n; i++)
            if (hardware_module(s, i, &list[n]) && (list[n].cause != NULL) == (pass == 1) &&
                (everything || list[n].error != -ENODEV)) /* ENODEV: it looked, and its hardware is not there */
                n++;
    for (size_t i = 0; i < l->n_unmatched; i++) {
        const struct loader_unmatched *u = &l->unmatched[i];

        if ((!everything && !page_hardware_matters(u->modalias)) || (u->syspath && has_driver(u->syspath)))
            continue;
        list[n++] = (struct page_hardware){.where = u->syspath ? last_part(u->syspath) : "", .modalias = u->modalias};
    }
    *ret_n = n;
    return list;
}
