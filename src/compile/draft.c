/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "draft.h"

#include <stdarg.h>

#include "assign.h"
#include "grammar.h"
#include "text.h"

#define FILE_MAX (16 * 1024 * 1024)

static void note_va(struct draft *d, const struct assignment *a, enum udb_note_level level,
                    const char *format, va_list ap) _printf_(4, 0);
static void note_va(struct draft *d, const struct assignment *a, enum udb_note_level level,
                    const char *format, va_list ap)
{
    char text[1024];

    vsnprintf(text, sizeof(text), format, ap);
    compile_note(d->c, d->unit, level, a ? a->path : d->path, a ? a->line : 0, "%s", text);
}

void draft_note(struct draft *d, const struct assignment *a, enum udb_note_level level, const char *format,
                ...)
{
    va_list ap;

    va_start(ap, format);
    note_va(d, a, level, format, ap);
    va_end(ap);
}

void draft_refuse(struct draft *d, const struct assignment *a, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    note_va(d, a, UDB_NOTE_ERROR, format, ap);
    va_end(ap);
    d->bad = true;
}

char *draft_expand(struct draft *d, const struct assignment *a, const char *text)
{
    char *out = NULL, odd = '\0';
    int r = specifier_expand(&d->c->host, d->name, a->path, text, &out, &odd);

    if (r == -ENXIO)
        draft_note(d, a, UDB_NOTE_WARNING, "%s=: %%%c has no value here, the line is ignored",
                   a->directive->name, odd);
    else if (r < 0)
        compile_fail(d->c, r);
    else if (odd)
        draft_note(d, a, UDB_NOTE_WARNING,
                   "%s=: %%%c is no specifier, it stays as it is (%%%% is a percent sign)",
                   a->directive->name, odd);
    return out;
}

/* ------------------------------------------------------------------------------------------------
 * Reading: files into assignments. */

static void add_assignment(struct draft *d, struct assignment a)
{
    if (d->n_assignments == d->room_assignments) {
        size_t room = d->room_assignments ? d->room_assignments * 2 : 32;
        void *grown = realloc(d->assignments, room * sizeof(a));

        if (!grown) {
            compile_fail(d->c, -ENOMEM);
            return;
        }
        d->assignments = grown;
        d->room_assignments = room;
    }
    d->assignments[d->n_assignments++] = a;
}

static void note_line(struct draft *d, const char *path, uint32_t line, enum udb_note_level level,
                      const char *format, ...) _printf_(5, 6);
static void note_line(struct draft *d, const char *path, uint32_t line, enum udb_note_level level,
                      const char *format, ...)
{
    struct assignment at = {.path = path, .line = line};
    va_list ap;

    va_start(ap, format);
    note_va(d, &at, level, format, ap);
    va_end(ap);
}

static bool section_fits(const struct draft *d, enum directive_section s)
{
    return s == SECTION_UNIT || s == SECTION_INSTALL || (s == SECTION_SERVICE && d->is_service);
}

/* Return: the section whose assignments count; SECTION_IGNORED or SECTION_UNKNOWN to skip them. */
static enum directive_section enter_section(struct draft *d, const char *path,
                                            const struct grammar_item *item)
{
    enum directive_section s = directive_section(item->key);
    char shown[64];
    const char *near;

    if (s == SECTION_IGNORED || section_fits(d, s))
        return s;
    text_printable(item->key, shown, sizeof(shown));
    near = s == SECTION_UNKNOWN ? directive_nearest_section(item->key) : NULL;
    if (s != SECTION_UNKNOWN)
        note_line(d, path, item->line, UDB_NOTE_WARNING, "section [%s] has no meaning in a %s, it is ignored",
                  shown, d->is_service ? "service" : "target");
    else if (near)
        note_line(d, path, item->line, UDB_NOTE_WARNING,
                  "unknown section [%s], ignored; [%s] is probably meant", shown, near);
    else
        note_line(d, path, item->line, UDB_NOTE_WARNING, "unknown section [%s], ignored", shown);
    return SECTION_UNKNOWN;
}

static void note_unknown(struct draft *d, const char *path, enum directive_section section,
                         const struct grammar_item *item)
{
    enum directive_section where = section;
    const char *near = directive_nearest(section, item->key, &where);
    char shown[64];

    text_printable(item->key, shown, sizeof(shown));
    if (!near)
        note_line(d, path, item->line, UDB_NOTE_WARNING, "unknown directive '%s' in [%s], ignored", shown,
                  directive_section_name(section));
    else if (streq(near, item->key))
        note_line(d, path, item->line, UDB_NOTE_WARNING, "'%s' belongs into [%s], not [%s]; ignored", shown,
                  directive_section_name(where), directive_section_name(section));
    else
        note_line(d, path, item->line, UDB_NOTE_WARNING,
                  "unknown directive '%s' in [%s], ignored; '%s' is probably meant", shown,
                  directive_section_name(section), near);
}

static void take_item(struct draft *d, const char *path, enum directive_section *section,
                      const struct grammar_item *item)
{
    const struct directive *known;

    if (item->kind == GRAMMAR_SECTION) {
        *section = enter_section(d, path, item);
    } else if (item->kind == GRAMMAR_BAD) {
        note_line(d, path, item->line, UDB_NOTE_WARNING, "%s; the line is ignored", item->value);
    } else if (*section == SECTION_NONE) {
        note_line(d, path, item->line, UDB_NOTE_WARNING,
                  "the assignment stands before any section, it is ignored");
    } else if (section_fits(d, *section)) {
        known = directive_find(*section, item->key);
        if (known)
            add_assignment(d, (struct assignment){known, item->value, path, item->line, false});
        else if (strncmp(item->key, "X-", 2) != 0)
            note_unknown(d, path, *section, item);
    }
}

static const char *read_reason(int r, char *buf, size_t size)
{
    if (r == -EFBIG)
        snprintf(buf, size, "it is larger than %u MiB", FILE_MAX >> 20);
    else
        snprintf(buf, size, "%s", strerror(-r));
    return buf;
}

/* Return: 0; 1 when the file is empty; -errno when it cannot be used, which has been noted. */
static int read_file(struct draft *d, const char *path)
{
    enum directive_section section = SECTION_NONE;
    struct grammar_item item;
    struct grammar g;
    char *data, why[128];
    size_t size;
    int r = unitload_read(d->c->load, path, FILE_MAX, &data, &size);

    if (r < 0) {
        note_line(d, path, 0, UDB_NOTE_ERROR, "the file cannot be read: %s",
                  read_reason(r, why, sizeof(why)));
        return r;
    }
    if (strv_take(&d->buffers, data) < 0) {
        compile_fail(d->c, -ENOMEM);
        return -ENOMEM;
    }
    if (size == 0)
        return 1;
    grammar_init(&g, data, size);
    while ((item = grammar_next(&g)).kind != GRAMMAR_END) {
        if (item.kind == GRAMMAR_TOO_LONG) {
            note_line(d, path, item.line, UDB_NOTE_ERROR,
                      "the line is longer than 1 MiB, the file is refused");
            return -EMSGSIZE;
        }
        take_item(d, path, &section, &item);
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * Resets: an empty assignment takes away what stands before it. */

/* Conditions are one list, whatever their kind, and so are asserts: the first of each stands for all. */
static size_t reset_key(const struct directive *d)
{
    if (d->parser == PARSE_CONDITION)
        return *d->name == 'C' ? directive_count() : directive_count() + 1;
    return directive_index(d);
}

static void apply_resets(struct draft *d)
{
    bool taken_away[DIRECTIVE_ROOM + 2] = {false};

    for (size_t i = d->n_assignments; i > 0;
         i--) { /* backwards, so that a huge file costs no more than its size */
        struct assignment *a = &d->assignments[i - 1];
        size_t key = reset_key(a->directive);

        a->dead = taken_away[key];
        if (*a->value || a->directive->status == DIRECTIVE_UNCONFINED)
            continue; /* "CapabilityBoundingSet=" is a value, the empty set */
        a->dead = true;
        if (a->directive->parser != PARSE_DEPS && a->directive->parser != PARSE_INSTALL)
            taken_away[key] = true; /* what those added cannot be taken away (systemd.unit(5)) */
    }
}

/* ------------------------------------------------------------------------------------------------
 * From draft to database. */

static bool has_command(const struct draft *d, enum udb_exec kind, size_t at_least)
{
    size_t n = 0;

    for (size_t i = 0; i < d->n_commands; i++)
        n += d->commands[i].kind == kind;
    return n >= at_least;
}

static void settle_type(struct draft *d)
{
    struct udb_service *s = &d->service;

    if (!d->type_given && d->bus_name_given)
        draft_refuse(d, NULL,
                     "BusName= without Type= means Type=dbus, which is not done yet: the unit is not loaded");
    if (!d->type_given)
        s->type = has_command(d, UDB_EXEC_START, 1) ? UDB_SIMPLE : UDB_ONESHOT;
    if (s->type == UDB_ONESHOT && !d->start_timeout_given)
        s->start_timeout_usec = USEC_INFINITY;
    if (s->notify_access == UDB_NOTIFY_NONE && (s->type == UDB_NOTIFY || s->watchdog_usec > 0))
        s->notify_access = UDB_NOTIFY_MAIN;
    if (s->limit_interval_usec == 0)
        s->limit_burst = 0;
    if (d->runtime_directory && !d->preserve)
        s->flags |= UDB_SVC_RUNTIME_DIR;
}

static bool is_empty_set(const struct udb_status_set *s)
{
    return !(s->codes[0] | s->codes[1] | s->codes[2] | s->codes[3] | s->signals);
}

/* What systemd's service_verify refuses. */
static void verify_service(struct draft *d)
{
    const struct udb_service *s = &d->service;
    bool start = has_command(d, UDB_EXEC_START, 1), stop = has_command(d, UDB_EXEC_STOP, 1);

    if (!start && !stop)
        draft_refuse(d, NULL, "the service has neither ExecStart= nor ExecStop=: the unit is not loaded");
    else if (!start && s->type != UDB_ONESHOT)
        draft_refuse(
            d, NULL,
            "the service has no ExecStart=, which only Type=oneshot may lack: the unit is not loaded");
    else if (!start && !(s->flags & UDB_SVC_REMAIN_AFTER_EXIT))
        draft_refuse(d, NULL,
                     "the service has neither ExecStart= nor RemainAfterExit=yes: the unit is not loaded");
    else if (s->type != UDB_ONESHOT && has_command(d, UDB_EXEC_START, 2))
        draft_refuse(
            d, NULL,
            "the service has more than one ExecStart=, which only Type=oneshot may have: the unit is not "
            "loaded");
    else if (s->type == UDB_ONESHOT &&
             (s->restart == UDB_RESTART_ALWAYS || s->restart == UDB_RESTART_ON_SUCCESS))
        draft_refuse(d, NULL, "Restart=%s cannot go with Type=oneshot: the unit is not loaded",
                     s->restart == UDB_RESTART_ALWAYS ? "always" : "on-success");
    else if (s->type == UDB_ONESHOT && !is_empty_set(&s->restart_force))
        draft_refuse(d, NULL, "RestartForceExitStatus= cannot go with Type=oneshot: the unit is not loaded");
}

static bool is_direct(const struct draft *d, const struct draft_command *c)
{
    if (d->needs_exec || *c->path != '/' ||
        (c->flags & (UDB_CMD_FULL_PRIVILEGE | UDB_CMD_AMBIENT | UDB_CMD_AMBIENT2)))
        return false;
    for (size_t i = 0; i < c->argv.n; i++)
        if (!(c->flags & UDB_CMD_NO_EXPAND) && strchr(c->argv.v[i], '$'))
            return false;
    return true;
}

static void put_service(struct draft *d)
{
    struct udbwrite *w = d->c->writer;

    *udbwrite_service_record(w, d->unit) = d->service;
    for (size_t i = 0; i < d->n_commands; i++) {
        struct draft_command *c = &d->commands[i];

        udbwrite_command(w, d->unit, (enum udb_exec)c->kind, c->path,
                         c->flags | (is_direct(d, c) ? UDB_CMD_DIRECT : 0), (const char *const *)c->argv.v);
    }
    udbwrite_environment(w, d->unit, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (size_t i = 0; i < d->environment.n; i++)
        udbwrite_environment(w, d->unit, d->environment.v[i]);
}

static void put_names(struct draft *d, const struct unitload_file *f)
{
    for (uint32_t i = f->next_alias; i != UINT32_MAX; i = unitload_at(d->c->load, i)->next_alias) {
        const char *alias = unitload_at(d->c->load, i)->name;

        if (unitname_is_instance(d->name) == unitname_is_instance(alias)) /* not the names of its template */
            udbwrite_prop(d->c->writer, d->unit, UINT16_MAX, UINT16_MAX, UDB_PROP_ALIAS, alias);
    }
    for (size_t i = 0; i < d->drop_ins.n; i++)
        udbwrite_prop(d->c->writer, d->unit, UINT16_MAX, UINT16_MAX, UDB_PROP_DROP_IN, d->drop_ins.v[i]);
}

struct link_arg {
    struct draft *d;
    enum udb_edge kind;
};

static int take_link(void *arg, const struct unitload_link *link)
{
    struct link_arg *la = arg;
    struct draft *d = la->d;
    char name[UNITNAME_MAX + 1];
    uint32_t to;

    if (unitload_resolve(d->c->load, link->name, name) < 0 ||
        (link->dangling && !unitload_find(d->c->load, name))) {
        compile_note(d->c, d->unit, UDB_NOTE_WARNING, link->path, 0,
                     "the link leads nowhere and there is no unit '%s': it is ignored", link->name);
        return 0;
    }
    if (unitname_is_template(name)) {
        compile_note(d->c, d->unit, UDB_NOTE_WARNING, link->path, 0,
                     "the link names a template without an instance: it is ignored");
        return 0;
    }
    to = compile_unit_number(d->c, name);
    if (to == UDB_NONE && d->c->too_many)
        return 0;
    if (to == UDB_NONE)
        compile_note(d->c, d->unit, UDB_NOTE_INFO, link->path, 0,
                     "'%s' is of a type that is not done yet: it is not started", name);
    else
        compile_dependency(d->c, d->unit, d->unit, la->kind, to, false);
    return 0;
}

static void take_links(struct draft *d)
{
    static const struct {
        const char *suffix;
        enum udb_edge kind;
    } kinds[] = {{".wants", UDB_WANTS}, {".requires", UDB_REQUIRES}, {".upholds", UDB_WANTS}};

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct link_arg arg = {d, kinds[i].kind};
        int r = unitload_links(d->c->load, d->name, kinds[i].suffix, take_link, &arg);

        if (r < 0)
            compile_fail(d->c, r);
    }
}

/* Read and apply everything. Return: the load state. */
static enum udb_load read_unit(struct draft *d, const struct unitload_file *f)
{
    int r = read_file(d, f->path);

    if (r == 1)
        return UDB_MASKED;
    if (r < 0)
        return UDB_BAD;
    if (unitload_drop_ins(d->c->load, d->name, &d->drop_ins) < 0)
        compile_fail(d->c, -ENOMEM);
    for (size_t i = 0; i < d->drop_ins.n; i++)
        if (read_file(d, d->drop_ins.v[i]) < 0)
            d->bad = true; /* what it was to restrict is not known */
    apply_resets(d);
    for (size_t i = 0; i < d->n_assignments; i++)
        if (!d->assignments[i].dead)
            assign_apply(d, &d->assignments[i]);
    if (d->is_service) {
        settle_type(d);
        verify_service(d);
    }
    return d->bad ? UDB_BAD : UDB_LOADED;
}

static void draft_done(struct draft *d)
{
    for (size_t i = 0; i < d->n_commands; i++) {
        free(d->commands[i].path);
        strv_clear(&d->commands[i].argv);
    }
    free(d->commands);
    free(d->assignments);
    free(d->description);
    strv_clear(&d->environment);
    strv_clear(&d->buffers);
    strv_clear(&d->drop_ins);
}

static void put_unit(struct draft *d, const struct unitload_file *f, enum udb_load load)
{
    struct udb_unit *u = udbwrite_unit_record(d->c->writer, d->unit);

    u->load = (uint8_t)load;
    u->flags |= d->flags;
    udbwrite_describe(d->c->writer, d->unit, d->description, f->path);
    put_names(d, f);
    d->c->units[d->unit].load = (uint8_t)load;
    d->c->units[d->unit].default_dependencies = d->default_dependencies;
    d->c->units[d->unit].job_timeout_usec = d->job_timeout_usec;
    if (load == UDB_LOADED && d->is_service)
        put_service(d);
    if (load == UDB_LOADED)
        take_links(d);
}

void draft_unit(struct compiler *c, uint32_t unit, const char *name)
{
    const struct unitload_file *f = unitload_find(c->load, name);
    struct draft d = {
        .c = c,
        .unit = unit,
        .name = name,
        .path = f ? f->path : "",
        .is_service = text_has_suffix(name, ".service"),
        .default_dependencies = true,
    };
    enum udb_load load = UDB_NOT_FOUND;

    udbwrite_service_defaults(&d.service);
    if (f)
        load = f->kind == UNITLOAD_MASK ? UDB_MASKED : read_unit(&d, f);
    if (f && unit != UDB_NONE)
        put_unit(&d, f, load);
    draft_done(&d);
}
