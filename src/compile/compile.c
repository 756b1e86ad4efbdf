/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compile.h"

#include <stdarg.h>

#include "draft.h"
#include "order.h"
#include "text.h"

static void report(void *arg, int level, const char *path, const char *text)
{
    compile_note(arg, UDB_NONE, (enum udb_note_level)level, path, 0, "%s", text);
}

int compile_init(struct compiler *c, const char *root, const char *const *dirs)
{
    int r;

    *c = (struct compiler){.root = root, .max_units = COMPILE_UNITS_MAX};
    specifier_host_init(&c->host, root);
    r = udbwrite_new(&c->writer);
    if (r == 0)
        r = unitload_new(root, dirs, report, c, &c->load);
    if (r < 0)
        compile_done(c);
    return r;
}

void compile_done(struct compiler *c)
{
    for (uint32_t i = 0; i < c->n_units; i++)
        free(c->units[i].name);
    free(c->units);
    free(c->deps);
    udbwrite_free(c->writer);
    unitload_free(c->load);
    specifier_host_done(&c->host);
    *c = (struct compiler){0};
}

void compile_fail(struct compiler *c, int error)
{
    if (c->error == 0)
        c->error = error;
}

void compile_note(struct compiler *c, uint32_t unit, enum udb_note_level level, const char *path,
                  uint32_t line, const char *format, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    c->n_notes[level]++;
    udbwrite_note(c->writer, unit, level, path, line, text);
}

static void *grow(struct compiler *c, void *data, uint32_t count, uint32_t *room, size_t size)
{
    uint32_t wanted = *room ? *room * 2 : 256;
    void *grown = data;

    if (count >= *room) {
        grown = wanted > UINT32_MAX / 64 ? NULL : realloc(data, (size_t)wanted * size);
        if (grown)
            *room = wanted;
        else
            compile_fail(c, -ENOMEM);
    }
    return grown;
}

static bool is_done_type(const char *name, bool *ret_service)
{
    struct unitname parts;

    if (unitname_parse(name, &parts) < 0)
        return false;
    *ret_service = parts.type == UNITNAME_SERVICE;
    return parts.type == UNITNAME_SERVICE || parts.type == UNITNAME_TARGET;
}

static uint32_t add_unit(struct compiler *c, const char *name, bool service)
{
    struct compile_unit *grown = grow(c, c->units, c->n_units, &c->room_units, sizeof(*grown));
    char *copy = strdup(name);

    if (!grown || !copy) {
        compile_fail(c, -ENOMEM);
        free(copy);
        return UDB_NONE;
    }
    c->units = grown;
    if (udbwrite_unit(c->writer, name) != c->n_units) { /* the writer has run out of memory: it remembers */
        free(copy);
        return UDB_NONE;
    }
    c->units[c->n_units] = (struct compile_unit){.name = copy, .load = UDB_NOT_FOUND, .service = service};
    return c->n_units++;
}

static uint32_t too_many(struct compiler *c, const char *name)
{
    if (!c->too_many)
        compile_note(c, UDB_NONE, UDB_NOTE_ERROR, "", 0,
                     "there are more than %u units: '%s' and what else is named are left out; does a template name more "
                     "instances of itself?",
                     c->max_units, name);
    c->too_many = true;
    return UDB_NONE;
}

uint32_t compile_unit_number(struct compiler *c, const char *name)
{
    char own[UNITNAME_MAX + 1];
    uint32_t number;
    bool service;

    if (!is_done_type(name, &service) || unitload_resolve(c->load, name, own) < 0 ||
        !is_done_type(own, &service))
        return UDB_NONE;
    number = udbwrite_find(c->writer, own);
    if (number != UDB_NONE)
        return number;
    return c->n_units >= c->max_units ? too_many(c, own) : add_unit(c, own, service);
}

void compile_dependency(struct compiler *c, uint32_t owner, uint32_t from, enum udb_edge kind, uint32_t to,
                        bool implied)
{
    struct dependency *grown = grow(c, c->deps, c->n_deps, &c->room_deps, sizeof(*grown));

    if (!grown || from == to || from >= c->n_units || to >= c->n_units)
        return;
    c->deps = grown;
    c->deps[c->n_deps++] = (struct dependency){
        .from = from, .to = to, .owner = owner, .kind = (uint8_t)kind, .implied = implied};
}

/* ------------------------------------------------------------------------------------------------
 * Reading. */

static void check_template(struct compiler *c, const char *name)
{
    char instance[UNITNAME_MAX + 1];

    if (unitname_instantiate(name, "instance", strlen("instance"), instance) == 0 &&
        !unitload_find(c->load, instance))
        return;
    draft_unit(c, UDB_NONE, instance);
}

static void check_alias(struct compiler *c, const struct unitload_file *f)
{
    char own[UNITNAME_MAX + 1];
    int r = unitload_resolve(c->load, f->name, own);

    if (r == -ELOOP)
        compile_note(c, UDB_NONE, UDB_NOTE_ERROR, f->path, 0,
                     "the alias leads back to itself, it is ignored");
    else if (r < 0)
        compile_note(c, UDB_NONE, UDB_NOTE_ERROR, f->path, 0, "the alias cannot be resolved, it is ignored");
    else if (!unitload_find(c->load, own))
        compile_note(c, UDB_NONE, UDB_NOTE_WARNING, f->path, 0,
                     "the alias leads to '%s', which does not exist", own);
}

static void take_file(struct compiler *c, const struct unitload_file *f)
{
    bool service, done = is_done_type(f->name, &service);

    if (f->kind == UNITLOAD_ALIAS)
        check_alias(c, f);
    else if (!done && f->kind == UNITLOAD_FILE)
        compile_note(c, UDB_NONE, UDB_NOTE_INFO, f->path, 0,
                     "units of type '%s' are not done yet, the file is not used", strrchr(f->name, '.') + 1);
    else if (done && unitname_is_template(f->name) && f->kind == UNITLOAD_FILE)
        check_template(c, f->name);
    else if (done && !unitname_is_template(f->name))
        compile_unit_number(c, f->name);
}

static void read_rest(struct compiler *c)
{
    while (c->n_read < c->n_units && c->error == 0) {
        uint32_t i = c->n_read++;

        draft_unit(c, i, c->units[i].name);
    }
}

void compile_all(struct compiler *c)
{
    for (size_t i = 0; i < unitload_count(c->load) && c->error == 0; i++)
        take_file(c, unitload_at(c->load, i));
    read_rest(c);
}

void compile_want(struct compiler *c, const char *unit, const char *wanted)
{
    uint32_t from = compile_unit_number(c, unit), to = compile_unit_number(c, wanted);

    if (from != UDB_NONE && to != UDB_NONE)
        compile_dependency(c, UDB_NONE, from, UDB_WANTS, to, true);
    read_rest(c);
}

bool compile_default(struct compiler *c, const char *name)
{
    char own[UNITNAME_MAX + 1];
    uint32_t unit = UDB_NONE;

    if (unitload_resolve(c->load, name, own) == 0 && unitload_find(c->load, own)) /* asking makes no unit */
        unit = compile_unit_number(c, own);
    read_rest(c);
    if (unit == UDB_NONE || c->units[unit].load != UDB_LOADED)
        return false;
    udbwrite_known(c->writer, UDBWRITE_DEFAULT, unit);
    return true;
}

void compile_default_missing(struct compiler *c, const char *name)
{
    uint32_t unit = compile_unit_number(c, name);

    read_rest(c);
    if (unit != UDB_NONE)
        udbwrite_known(c->writer, UDBWRITE_DEFAULT, unit);
}

/* ------------------------------------------------------------------------------------------------
 * What DefaultDependencies= means. */

struct defaults {
    uint32_t sysinit, basic, shutdown; /* UDB_NONE where there is no such unit */
};

static uint32_t loaded(struct compiler *c, const char *name)
{
    uint32_t unit = udbwrite_find(c->writer, name);

    return unit != UDB_NONE && c->units[unit].load == UDB_LOADED ? unit : UDB_NONE;
}

static void imply(struct compiler *c, uint32_t from, enum udb_edge kind, uint32_t to)
{
    if (from != UDB_NONE && to != UDB_NONE)
        compile_dependency(c, UDB_NONE, from, kind, to, true);
}

static void add_defaults(struct compiler *c, uint32_t unit, const struct defaults *d)
{
    if (c->units[unit].load != UDB_LOADED || !c->units[unit].default_dependencies || unit == d->shutdown)
        return;
    imply(c, unit, UDB_CONFLICTS, d->shutdown);
    imply(c, d->shutdown, UDB_AFTER, unit);
    if (c->units[unit].service) {
        imply(c, unit, UDB_REQUIRES, d->sysinit);
        imply(c, unit, UDB_AFTER, d->sysinit);
        imply(c, unit, UDB_AFTER, d->basic);
    }
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* The pairs (unit, what it is after) that files ask for, sorted. */
static uint64_t *ordering_keys(struct compiler *c, size_t *ret_n)
{
    uint64_t *keys = calloc((size_t)c->n_deps + 1, sizeof(*keys));
    size_t n = 0;

    for (uint32_t i = 0; keys && i < c->n_deps; i++)
        if (c->deps[i].kind == UDB_AFTER)
            keys[n++] = (uint64_t)c->deps[i].from << 32 | c->deps[i].to;
    if (keys)
        qsort(keys, n, sizeof(*keys), compare_keys);
    else
        compile_fail(c, -ENOMEM);
    *ret_n = n;
    return keys;
}

/* A target is after what it pulls in, unless that is after the target already, or one of the two wants no
 * defaults. */
static void order_targets(struct compiler *c)
{
    size_t n_keys;
    _cleanup_free_ uint64_t *keys = ordering_keys(c, &n_keys);
    uint32_t n = c->n_deps;

    for (uint32_t i = 0; keys && i < n; i++) {
        struct dependency d = c->deps[i];
        uint64_t reverse = (uint64_t)d.to << 32 | d.from;

        if ((d.kind != UDB_WANTS && d.kind != UDB_REQUIRES) || c->units[d.from].service ||
            c->units[d.from].load != UDB_LOADED || c->units[d.to].load != UDB_LOADED ||
            !c->units[d.from].default_dependencies || !c->units[d.to].default_dependencies)
            continue;
        if (!bsearch(&reverse, keys, n_keys, sizeof(*keys), compare_keys))
            compile_dependency(c, UDB_NONE, d.from, UDB_AFTER, d.to, true);
    }
}

static void add_all_defaults(struct compiler *c)
{
    const struct defaults d = {
        .sysinit = loaded(c, "sysinit.target"),
        .basic = loaded(c, "basic.target"),
        .shutdown = loaded(c, "shutdown.target"),
    };

    for (uint32_t i = 0; i < c->n_units; i++)
        add_defaults(c, i, &d);
    order_targets(c);
}

/* ------------------------------------------------------------------------------------------------
 * Finishing. */

/* What a unit that did not load says of others does not count. */
static void drop_deps_of_unloaded(struct compiler *c)
{
    for (uint32_t i = 0; i < c->n_deps; i++)
        if (c->deps[i].owner != UDB_NONE && c->units[c->deps[i].owner].load != UDB_LOADED)
            c->deps[i].dropped = true;
}

static void set_known_units(struct compiler *c)
{
    static const char *const names[] = {
        [UDBWRITE_EMERGENCY] = "emergency.target",
        [UDBWRITE_RESCUE] = "rescue.target",
        [UDBWRITE_SHUTDOWN] = "shutdown.target",
        [UDBWRITE_FINAL + UDB_FINAL_HALT] = "halt.target",
        [UDBWRITE_FINAL + UDB_FINAL_POWEROFF] = "poweroff.target",
        [UDBWRITE_FINAL + UDB_FINAL_REBOOT] = "reboot.target",
        [UDBWRITE_FINAL + UDB_FINAL_KEXEC] = "kexec.target",
        [UDBWRITE_FINAL + UDB_FINAL_EXIT] = "exit.target",
    };

    for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
        uint32_t unit = names[i] ? loaded(c, names[i]) : UDB_NONE;

        if (unit == UDB_NONE)
            continue;
        udbwrite_known(c->writer, (enum udbwrite_known)i, unit);
        if (i <= UDBWRITE_FINAL)
            continue;
        udbwrite_unit_record(c->writer, unit)->final_action = (uint8_t)(i - UDBWRITE_FINAL);
        if (c->units[unit].job_timeout_usec > 0)
            udbwrite_final_timeout(c->writer, (enum udb_final)(i - UDBWRITE_FINAL), c->units[unit].job_timeout_usec);
    }
}

int compile_finish(struct compiler *c, void **ret_data, size_t *ret_size)
{
    drop_deps_of_unloaded(c);
    add_all_defaults(c);
    if (c->error == 0)
        compile_fail(c, order_break_cycles(c));
    for (uint32_t i = 0; i < c->n_deps && c->error == 0; i++)
        if (!c->deps[i].dropped)
            udbwrite_edge(c->writer, c->deps[i].from, (enum udb_edge)c->deps[i].kind, c->deps[i].to);
    set_known_units(c);
    return c->error < 0 ? c->error : udbwrite_finish(c->writer, ret_data, ret_size);
}
