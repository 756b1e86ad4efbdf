/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Directives that name other units. */
#include "assign-impl.h"

#include "text.h"
#include "words.h"

/* "foo@.service" in a dependency means the instance of the unit's own, or its name. */
static const char *resolve_template(const struct draft *d, const char *name, char *buf)
{
    struct unitname own;

    if (!unitname_is_template(name) || unitname_parse(d->name, &own) < 0)
        return name;
    if (unitname_instantiate(name, own.instance_len > 0 ? own.instance : own.prefix,
                             own.instance_len > 0 ? own.instance_len : own.prefix_len, buf) < 0)
        return NULL;
    return buf;
}

static void add_dependency(struct draft *d, const struct assignment *a, const char *name)
{
    enum udb_edge kind = (enum udb_edge)a->directive->argument;
    bool order = kind == UDB_AFTER || kind == UDB_BEFORE;
    uint32_t to;

    if (d->unit == UDB_NONE)
        return;
    to = compile_unit_number(d->c, name);
    if (to == UDB_NONE) {
        if (!order && !d->c->too_many)
            draft_note(d, a, UDB_NOTE_INFO,
                       "%s=: '%s' is of a type that is not done yet, the dependency is dropped",
                       a->directive->name, name);
        return;
    }
    if (to == d->unit) {
        draft_note(d, a, UDB_NOTE_WARNING, "%s=: the unit names itself, that is dropped", a->directive->name);
        return;
    }
    if (kind == UDB_BEFORE)
        compile_dependency(d->c, d->unit, to, UDB_AFTER, d->unit, false);
    else
        compile_dependency(d->c, d->unit, d->unit, kind, to, false);
}

static void each_unit(struct draft *d, const struct assignment *a,
                      void (*fn)(struct draft *, const struct assignment *, const char *))
{
    const char *pos = a->value;

    for (;;) {
        _cleanup_free_ char *word = NULL, *name = NULL;
        char buf[UNITNAME_MAX + 1];
        const char *resolved;
        int r = words_next(&pos, WORDS_UNQUOTE, &word, NULL);

        if (r == -ENOMEM)
            compile_fail(d->c, r);
        if (r < 0)
            assign_ignored(d, a, pos, "closed with a quote");
        if (r <= 0)
            return;
        name = draft_expand(d, a, word);
        if (!name)
            continue;
        resolved = unitname_is_valid(name) ? resolve_template(d, name, buf) : NULL;
        if (!resolved)
            assign_ignored(d, a, name, "the name of a unit");
        else
            fn(d, a, resolved);
    }
}

static void check_install(struct draft *d, const struct assignment *a, const char *name)
{
    struct unitname own, other;

    if (*a->directive->name != 'A' || streq(a->directive->name, "Also"))
        return;
    if (unitname_parse(d->name, &own) == 0 && unitname_parse(name, &other) == 0 && own.type != other.type)
        assign_ignored(d, a, name, "a name of the same type");
}

void assign_mounts_for(struct draft *d)
{
    uint32_t local;

    if (d->unit == UDB_NONE || streq(d->name, "local-fs.target"))
        return;
    local = compile_unit_number(d->c, "local-fs.target");
    if (local != UDB_NONE && unitload_find(d->c->load, "local-fs.target"))
        compile_dependency(d->c, d->unit, d->unit, UDB_AFTER, local, true);
}

void assign_dependency(struct draft *d, const struct assignment *a)
{
    each_unit(d, a, add_dependency);
}

void assign_install(struct draft *d, const struct assignment *a)
{
    each_unit(d, a, check_install);
}
