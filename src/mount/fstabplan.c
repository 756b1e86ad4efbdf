/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fstabplan.h"

#define DEVICE_TIMEOUT (90 * USEC_PER_SEC)

/* What fstab(5) allows in the first field to name a device by what is on it. */
static const char *const tags[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "ID="};

/* Options whose values are directories that must be there before the mount. */
static const char *const dir_options[] = {"lowerdir", "upperdir", "workdir", "x-systemd.requires-mounts-for"};

static bool names_device(const char *source)
{
    for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
        if (text_after(source, tags[i]))
            return true;
    return text_after(source, "/dev/") != NULL;
}

static bool is_bind(const char *options)
{
    return mnt_has_option(options, "bind") || mnt_has_option(options, "rbind");
}

static bool needs_device(const struct mnt_entry *e)
{
    return !e->is_pseudo && !is_bind(e->options) && names_device(e->source);
}

static bool belongs(enum fstab_walk walk, const struct mnt_entry *e)
{
    if (mnt_has_option(e->options, "noauto") || (!e->is_swap && streq(e->target, "/")))
        return false;
    switch (walk) {
    case FSTAB_LOCAL:
        return !e->is_net && !(e->is_swap && needs_device(e));
    case FSTAB_SWAP:
        return !e->is_net && e->is_swap && needs_device(e);
    case FSTAB_LATE:
        return !e->is_net;
    case FSTAB_REMOTE:
        return e->is_net;
    }
    return false;
}

static void clear_line(struct fstab_line *l)
{
    free(l->source);
    free(l->target);
    free(l->type);
    free(l->options);
}

static uint64_t timeout_of(const char *options)
{
    char value[64];
    uint64_t usec;

    if (mnt_option_value(options, "x-systemd.device-timeout", value, sizeof(value)) &&
        text_parse_usec(value, USEC_PER_SEC, &usec) == 0)
        return usec > 0 ? usec : USEC_INFINITY;
    return DEVICE_TIMEOUT;
}

static void cut_slashes(char *path)
{
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
}

static bool has_target(const struct fstab_plan *p, const char *target)
{
    for (size_t i = 0; i < p->n; i++)
        if (!p->lines[i].is_swap && streq(p->lines[i].target, target))
            return true;
    return false;
}

static int fill_line(struct fstab_line *l, const struct mnt_entry *e)
{
    *l = (struct fstab_line){
        .source = strdup(e->source),
        .target = strdup(e->target),
        .type = strdup(e->type),
        .options = strdup(e->options),
        .passno = e->passno,
        .is_swap = e->is_swap,
        .nofail = mnt_has_option(e->options, "nofail"),
        .needs_device = needs_device(e),
        .timeout_usec = timeout_of(e->options),
    };
    if (l->source && l->target && l->type && l->options)
        return 0;
    clear_line(l);
    return -ENOMEM;
}

int fstabplan_add(struct fstab_plan *p, enum fstab_walk walk, const struct mnt_entry *e)
{
    struct fstab_line *grown, line;

    if (!belongs(walk, e))
        return 0;
    if (!e->is_swap && *e->target != '/')
        return -EINVAL;
    if (fill_line(&line, e) < 0)
        return -ENOMEM;
    cut_slashes(line.target);
    if (!line.is_swap && has_target(p, line.target)) {
        clear_line(&line);
        return -EEXIST;
    }
    grown = reallocarray(p->lines, p->n + 1, sizeof(*grown));
    if (!grown) {
        clear_line(&line);
        return -ENOMEM;
    }
    p->lines = grown;
    p->lines[p->n++] = line;
    return 0;
}

/* Whether @path is @dir or lies below it. */
static bool is_within(const char *path, const char *dir)
{
    const char *rest = text_after(path, dir);

    return rest && (*rest == '/' || *rest == '\0' || streq(dir, "/"));
}

static bool option_within(const char *options, const char *name, const char *dir)
{
    char value[1024];
    const char *pos = value, *word;
    size_t n;

    if (!mnt_option_value(options, name, value, sizeof(value)))
        return false;
    while ((word = text_next_word(&pos, ": \"", &n)) != NULL) {
        char path[1024];

        snprintf(path, sizeof(path), "%.*s", (int)n, word);
        if (is_within(path, dir))
            return true;
    }
    return false;
}

static bool lies_below(const struct fstab_line *line, const struct fstab_line *above)
{
    if (above == line || above->is_swap)
        return false;
    if (!line->is_swap && is_within(line->target, above->target))
        return true;
    if (!line->needs_device && *line->source == '/' && is_within(line->source, above->target))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(dir_options); i++)
        if (option_within(line->options, dir_options[i], above->target))
            return true;
    return false;
}

void fstabplan_close(struct fstab_plan *p)
{
    bool changed = true;

    for (size_t i = 0; i < p->n; i++)
        p->lines[i].holds_up = !p->lines[i].nofail;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < p->n; i++)
            for (size_t k = 0; p->lines[i].holds_up && k < p->n; k++)
                if (!p->lines[k].holds_up && lies_below(&p->lines[i], &p->lines[k]))
                    changed = p->lines[k].holds_up = true;
    }
}

const struct fstab_line *fstabplan_above(const struct fstab_plan *p, const struct fstab_line *line)
{
    const struct fstab_line *waiting = NULL;

    for (size_t i = 0; i < p->n; i++) {
        const struct fstab_line *above = &p->lines[i];

        if (above->state == FSTAB_DONE || !lies_below(line, above))
            continue;
        if (above->state == FSTAB_FAILED)
            return above;
        waiting = above;
    }
    return waiting;
}

void fstabplan_clear(struct fstab_plan *p)
{
    for (size_t i = 0; i < p->n; i++)
        clear_line(&p->lines[i]);
    free(p->lines);
    *p = (struct fstab_plan){.lines = NULL};
}
