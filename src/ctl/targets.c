/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which units the words on the command line mean. */
#include <fnmatch.h>

#include "ctl.h"
#include "fd.h"

static const char *const suffixes[] = {
    ".service", ".target", ".socket", ".timer", ".path", ".mount", ".automount", ".swap", ".device", ".slice", ".scope",
};

static bool has_suffix(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
        if (text_has_suffix(name, suffixes[i]))
            return true;
    return false;
}

static int add(struct targets *t, char *name, uint32_t unit)
{
    _cleanup_free_ char *owned = name;
    struct target *v;

    if (!name)
        return -ENOMEM;
    for (size_t i = 0; i < t->n; i++)
        if (unit != UDB_NONE ? t->v[i].unit == unit : streq(t->v[i].name, name))
            return 0;
    v = reallocarray(t->v, t->n + 1, sizeof(*v));
    if (!v)
        return -ENOMEM;
    t->v = v;
    v[t->n++] = (struct target){.name = TAKE_PTR(owned), .unit = unit};
    return 0;
}

static int add_pattern(const struct ctl *ctl, struct targets *t, const char *pattern)
{
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        const char *name = udb_name(&ctl->view.db, i);

        if (fnmatch(pattern, name, 0) == 0) {
            int r = add(t, strdup(name), i);

            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* The unit of a process that is not itself a main process: its cgroup's last part that is called like a unit. */
static uint32_t unit_of_cgroup(const struct ctl *ctl, uint32_t pid)
{
    _cleanup_free_ char *text = NULL;
    char path[64];
    size_t size;

    snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
    if (fd_read_file(AT_FDCWD, path, 65536, &text, &size) < 0)
        return UDB_NONE;
    for (char *end = text + strlen(text); end > text;) {
        uint32_t unit;

        while (end > text && (end[-1] == '\n' || end[-1] == '/'))
            *--end = '\0';
        while (end > text && end[-1] != '/' && end[-1] != '\n')
            end--;
        unit = *end ? udb_find(&ctl->view.db, end) : UDB_NONE;
        if (unit != UDB_NONE)
            return unit;
    }
    return UDB_NONE;
}

static int add_pid(const struct ctl *ctl, struct targets *t, uint32_t pid)
{
    uint32_t unit = view_find_pid(&ctl->view, (pid_t)pid);
    char *name = NULL;

    if (unit == UDB_NONE)
        unit = unit_of_cgroup(ctl, pid);
    if (unit != UDB_NONE)
        return add(t, strdup(udb_name(&ctl->view.db, unit)), unit);
    return add(t, asprintf(&name, "process %u", pid) < 0 ? NULL : name, UDB_NONE);
}

static int add_word(const struct ctl *ctl, struct targets *t, const char *word, bool pids)
{
    _cleanup_free_ char *name = NULL;
    uint32_t pid, unit;

    if (pids && text_parse_u32(word, 10, &pid) >= 0)
        return add_pid(ctl, t, pid);
    if (word[0] == '/' && strrchr(word, '/')[1])
        word = strrchr(word, '/') + 1;
    if (asprintf(&name, "%s%s", word, has_suffix(word) || strpbrk(word, "*?[") ? "" : ".service") < 0) {
        name = NULL;
        return -ENOMEM;
    }
    unit = view_find(&ctl->view, name);
    if (unit == UDB_NONE && strpbrk(name, "*?["))
        return add_pattern(ctl, t, name);
    if (unit != UDB_NONE && !streq(name, udb_name(&ctl->view.db, unit))) {
        free(name);
        name = strdup(udb_name(&ctl->view.db, unit));
    }
    return add(t, TAKE_PTR(name), unit);
}

int targets_find(const struct ctl *ctl, char *const *words, bool pids, struct targets *ret_targets)
{
    struct targets t = {0};

    for (; *words; words++) {
        int r = add_word(ctl, &t, *words, pids);

        if (r < 0) {
            targets_clear(&t);
            return r;
        }
    }
    *ret_targets = t;
    return 0;
}

void targets_clear(struct targets *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->v[i].name);
    free(t->v);
    *t = (struct targets){0};
}
