/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbreport.h"

#include "directive.h"
#include "jsonout.h"
#include "text.h"

static const char *const level_names[] = {"info", "warning", "error"};

static bool is_wanted(const struct udb *db, const struct udb_note *n, const struct dbreport_filter *f)
{
    for (size_t i = 0; f && i < f->n; i++) {
        if (f->units[i] != UDB_NONE && n->unit == f->units[i])
            return true;
        if (f->paths[i] && streq(f->paths[i], udb_text(db, n->path)))
            return true;
    }
    return !f;
}

struct dbreport_counts dbreport_notes(const struct udb *db, const struct dbreport_filter *filter, FILE *out)
{
    struct dbreport_counts counts = {{0}};

    for (uint32_t i = 0; i < db->header->notes.count; i++) {
        const struct udb_note *n = udb_note(db, i);
        const char *path = udb_text(db, n->path);
        unsigned level = MIN(n->level, UDB_NOTE_ERROR);

        if (!is_wanted(db, n, filter))
            continue;
        counts.notes[level]++;
        if (!*path && n->unit != UDB_NONE)
            path = udb_name(db, n->unit);
        if (*path)
            fputs(path, out);
        if (*path && n->line > 0)
            fprintf(out, ":%u", n->line);
        fprintf(out, "%s%s: %s\n", *path ? ": " : "", level_names[level], udb_text(db, n->text));
    }
    return counts;
}

struct dbreport_counts dbreport_notes_json(const struct udb *db, const struct dbreport_filter *filter, FILE *out)
{
    struct dbreport_counts counts = {{0}};
    struct jsonout j = {.out = out};

    jsonout_array(&j, NULL);
    for (uint32_t i = 0; i < db->header->notes.count; i++) {
        const struct udb_note *n = udb_note(db, i);
        unsigned level = MIN(n->level, UDB_NOTE_ERROR);

        if (!is_wanted(db, n, filter))
            continue;
        counts.notes[level]++;
        jsonout_object(&j, NULL);
        jsonout_text(&j, "unit", n->unit == UDB_NONE ? NULL : udb_name(db, n->unit));
        jsonout_text(&j, "file", udb_text(db, n->path));
        jsonout_u64(&j, "line", n->line);
        jsonout_text(&j, "level", level_names[level]);
        jsonout_text(&j, "text", udb_text(db, n->text));
        jsonout_end(&j);
    }
    jsonout_end(&j);
    return counts;
}

static void dump_edges(const struct udb *db, const struct udb_unit *u, FILE *out)
{
    static const char *const names[UDB_EDGE_COUNT] = {
        [UDB_AFTER] = "after",         [UDB_BEFORE] = "before",           [UDB_REQUIRES] = "requires",
        [UDB_WANTS] = "wants",         [UDB_REQUIRED_BY] = "required-by", [UDB_WANTED_BY] = "wanted-by",
        [UDB_CONFLICTS] = "conflicts", [UDB_ON_FAILURE] = "on-failure",
    };

    for (size_t k = 0; k < UDB_EDGE_COUNT; k++) {
        const struct udb_list *l = &u->edges[k];

        if (l->count > 0)
            fprintf(out, "  %s:", names[k]);
        for (uint32_t j = 0; j < l->count; j++)
            fprintf(out, " %s", udb_name(db, udb_refs(db, l)[j]));
        if (l->count > 0)
            fputc('\n', out);
    }
}

static void dump_command(const struct udb *db, enum udb_exec kind, const struct udb_command *c, FILE *out)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {
        {UDB_CMD_DIRECT, "direct"},       {UDB_CMD_IGNORE_FAILURE, "ignore-failure"},
        {UDB_CMD_NO_EXPAND, "no-expand"}, {UDB_CMD_FULL_PRIVILEGE, "full"},
        {UDB_CMD_AMBIENT, "ambient"},     {UDB_CMD_AMBIENT2, "ambient2"},
    };

    fprintf(out, "  %s: %s", udb_exec_name(kind), udb_text(db, c->path));
    for (uint32_t i = 0; i < c->argv.count; i++)
        fprintf(out, " [%s]", udb_str(db, &c->argv, i));
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (c->flags & flags[i].flag)
            fprintf(out, " %s", flags[i].name);
    fputc('\n', out);
}

static void dump_span(FILE *out, const char *name, uint64_t usec)
{
    char text[64];

    fprintf(out, " %s=%s", name, text_format_usec(usec, text, sizeof(text)));
}

static void dump_service(const struct udb *db, const struct udb_service *s, FILE *out)
{
    fprintf(out, "  service: type=%u restart=%u kill-mode=%u notify=%u signals=%u,%u flags=%#x burst=%u",
            s->type, s->restart, s->kill_mode, s->notify_access, s->kill_signal, s->final_kill_signal,
            s->flags, s->limit_burst);
    dump_span(out, "interval", s->limit_interval_usec);
    dump_span(out, "start", s->start_timeout_usec);
    dump_span(out, "stop", s->stop_timeout_usec);
    dump_span(out, "restart-sec", s->restart_usec);
    dump_span(out, "watchdog", s->watchdog_usec);
    fputc('\n', out);
    for (size_t k = 0; k < UDB_EXEC_COUNT; k++)
        for (uint32_t i = 0; i < s->exec[k].count; i++)
            dump_command(db, (enum udb_exec)k, udb_command(db, s->exec[k].first + i), out);
    for (uint32_t i = 0; i < s->environment.count; i++)
        fprintf(out, "  environment: %s\n", udb_str(db, &s->environment, i));
}

static void dump_unit(const struct udb *db, uint32_t i, FILE *out)
{
    const struct udb_unit *u = udb_unit(db, i);

    fprintf(out, "%s: %s rank=%u flags=%#x final=%u\n  description: %s\n", udb_name(db, i),
            udb_load_name((enum udb_load)u->load), u->rank, u->flags, u->final_action,
            udb_text(db, u->description));
    if (*udb_text(db, u->path))
        fprintf(out, "  path: %s\n", udb_text(db, u->path));
    dump_edges(db, u, out);
    if (u->service != UDB_NONE)
        dump_service(db, udb_service(db, i), out);
    for (uint32_t j = 0; j < u->props.count; j++) {
        const struct udb_prop *p = udb_prop(db, &u->props, j);

        fprintf(out, "  %s=%s\n", udb_text(db, p->name), udb_text(db, p->value));
    }
    for (uint32_t j = 0; j < u->notes.count; j++) {
        const struct udb_note *n = udb_note(db, u->notes.first + j);

        fprintf(out, "  note: %s:%u: %s: %s\n", udb_text(db, n->path), n->line, level_names[MIN(n->level, 2)],
                udb_text(db, n->text));
    }
}

void dbreport_dump(const struct udb *db, FILE *out)
{
    const struct udb_watchdog w = udb_watchdog(db);

    fprintf(out, "units: %u\nsize: %zu\ndefault: %s\n", udb_count(db), db->size,
            db->header->default_unit == UDB_NONE ? "none" : udb_name(db, db->header->default_unit));
    fputs("hardware watchdog:", out);
    dump_span(out, "runtime", w.runtime_usec);
    dump_span(out, "reboot", w.reboot_usec);
    fprintf(out, " device=%s\n", udb_text(db, w.device));
    for (uint32_t i = 0; i < udb_count(db); i++)
        dump_unit(db, i, out);
    for (uint32_t i = 0; i < db->header->notes.count; i++)
        if (udb_note(db, i)->unit == UDB_NONE)
            fprintf(out, "note: %s:%u: %s\n", udb_text(db, udb_note(db, i)->path), udb_note(db, i)->line,
                    udb_text(db, udb_note(db, i)->text));
}

void dbreport_directives(FILE *out)
{
    for (unsigned s = 0; s < SECTION_COUNT; s++)
        for (size_t i = 0; i < directive_count(); i++) {
            const struct directive *d = directive_at(i);
            enum directive_status status = directive_section_done((enum directive_section)s)
                                               ? (enum directive_status)d->status
                                               : DIRECTIVE_KNOWN;

            if (d->sections & 1u << s)
                fprintf(out, "%s\t%s\t%s\t%s\n", directive_section_name((enum directive_section)s), d->name,
                        directive_status_name(status), d->doc);
        }
}
