/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that print a line a unit: list, list-jobs, list-unit-files, list-dependencies. */
#include <fnmatch.h>

#include "ctl.h"
#include "describe.h"
#include "jsonout.h"
#include "log.h"
#include "unitfile.h"

static bool matches(char *const *patterns, const char *name)
{
    if (!*patterns)
        return true;
    for (; *patterns; patterns++)
        if (fnmatch(*patterns, name, 0) == 0 || (text_after(name, *patterns) && streq(text_after(name, *patterns), ".service")))
            return true;
    return false;
}

static bool type_fits(const struct ctl *ctl, const struct udb_unit *unit)
{
    const char *type = udb_type_name(unit->type);
    const char *suffix = strrchr(udb_text(&ctl->view.db, unit->name), '.');

    /* A unit of a type that pintle does not know yet is a target in the database; its name says what it is. */
    return ctl->opt.types.n == 0 || strv_has(&ctl->opt.types, suffix ? suffix + 1 : type);
}

static bool unit_is_listed(const struct ctl *ctl, uint32_t i, const struct run_unit *u)
{
    const struct ctl_options *o = &ctl->opt;
    const struct udb_unit *unit = udb_unit(&ctl->view.db, i);
    enum run_active active = run_state_active(u->state);

    if (!type_fits(ctl, unit))
        return false;
    if (o->failed && active != RUN_ACTIVE_FAILED)
        return false;
    if (o->states.n > 0)
        return strv_has(&o->states, udb_load_name(unit->load)) || strv_has(&o->states, run_active_name(active)) ||
               strv_has(&o->states, run_state_name(u->state));
    return o->all || active != RUN_ACTIVE_INACTIVE || u->job != RUN_JOB_NONE;
}

static void list_json(struct ctl *ctl, char *const *patterns)
{
    struct jsonout j = {.out = ctl->out};
    struct run_unit u;

    jsonout_array(&j, NULL);
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        const struct udb_unit *unit = udb_unit(&ctl->view.db, i);

        view_unit(&ctl->view, i, &u, NULL);
        if (!unit_is_listed(ctl, i, &u) || !matches(patterns, udb_name(&ctl->view.db, i)))
            continue;
        jsonout_object(&j, NULL);
        jsonout_text(&j, "unit", udb_name(&ctl->view.db, i));
        jsonout_text(&j, "load", udb_load_name(unit->load));
        jsonout_text(&j, "active", run_active_name(run_state_active(u.state)));
        jsonout_text(&j, "sub", run_state_name(u.state));
        jsonout_text(&j, "description", udb_text(&ctl->view.db, unit->description));
        if (u.job != RUN_JOB_NONE)
            jsonout_text(&j, "job", run_job_name(u.job));
        jsonout_end(&j);
    }
    jsonout_end(&j);
}

int list_units(struct ctl *ctl, char *const *words)
{
    static const char *const headings[] = {"UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"};
    _cleanup_term_table_ struct term_table table;
    uint32_t n_failed = 0;
    struct run_unit u;
    int r;

    term_table_init(&table, ARRAY_SIZE(headings), headings);
    r = ctl_map(ctl);
    if (r < 0)
        return CTL_EXIT_FAILURE;
    if (ctl->opt.json)
        return list_json(ctl, words), CTL_EXIT_OK;
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        const struct udb_unit *unit = udb_unit(&ctl->view.db, i);
        const char *name = udb_name(&ctl->view.db, i);
        enum run_active active;

        view_unit(&ctl->view, i, &u, NULL);
        active = run_state_active(u.state);
        n_failed += active == RUN_ACTIVE_FAILED;
        if (!unit_is_listed(ctl, i, &u) || !matches(words, name))
            continue;
        term_table_add(&table, describe_colour(active),
                       (const char *[]){name, udb_load_name(unit->load), run_active_name(active),
                                        run_state_name(u.state), udb_text(&ctl->view.db, unit->description)});
    }
    r = term_table_print(&table, ctl->out, &ctl->term, !ctl->opt.no_legend);
    if (r >= 0 && !ctl->opt.no_legend)
        fprintf(ctl->out, "\n%zu of %u units, %u failed.%s\n", table.n, view_count(&ctl->view), n_failed,
                ctl->opt.all || ctl->opt.failed || ctl->opt.states.n ? "" : " With --all: inactive ones too.");
    return r < 0 ? log_error(r, "cannot list the units") : CTL_EXIT_OK;
}

int list_jobs(struct ctl *ctl, char *const *words)
{
    static const char *const headings[] = {"JOB", "UNIT", "TYPE", "STATE", "FOR", "WAITS FOR"};
    _cleanup_term_table_ struct term_table table;
    struct run_unit u;
    int r;

    term_table_init(&table, ARRAY_SIZE(headings), headings);
    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        char id[16], since[32], blockers[512];

        view_unit(&ctl->view, i, &u, NULL);
        if (u.job == RUN_JOB_NONE || !matches(words, udb_name(&ctl->view.db, i)))
            continue;
        snprintf(id, sizeof(id), "%u", u.job_id);
        term_span(ctl->now_usec > u.job_usec ? ctl->now_usec - u.job_usec : 0, since, sizeof(since));
        describe_blockers(&ctl->view, i, blockers, sizeof(blockers));
        term_table_add(&table, blockers[0] ? TERM_PLAIN : TERM_YELLOW,
                       (const char *[]){id, udb_name(&ctl->view.db, i), run_job_name(u.job),
                                        blockers[0] ? "waiting" : "running", since, blockers});
    }
    if (table.n == 0) {
        if (!ctl->opt.no_legend)
            fputs("No jobs running.\n", ctl->out);
        return CTL_EXIT_OK;
    }
    r = term_table_print(&table, ctl->out, &ctl->term, !ctl->opt.no_legend);
    if (r >= 0 && !ctl->opt.no_legend)
        fprintf(ctl->out, "\n%zu jobs.\n", table.n);
    return r < 0 ? log_error(r, "cannot list the jobs") : CTL_EXIT_OK;
}

int list_unit_files(struct ctl *ctl, char *const *words)
{
    static const char *const headings[] = {"UNIT FILE", "STATE", "FROM"};
    _cleanup_term_table_ struct term_table table;
    int r;

    term_table_init(&table, ARRAY_SIZE(headings), headings);
    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        const struct udb_unit *unit = udb_unit(&ctl->view.db, i);
        const char *name = udb_name(&ctl->view.db, i), *path = udb_text(&ctl->view.db, unit->path), *state;

        if (unit->load == UDB_NOT_FOUND || !matches(words, name) || !type_fits(ctl, unit))
            continue;
        state = unitfile_state_name(unitfile_state(NULL, name));
        if (ctl->opt.states.n > 0 && !strv_has(&ctl->opt.states, state))
            continue;
        term_table_add(&table, TERM_PLAIN, (const char *[]){name, state, path});
    }
    r = term_table_print(&table, ctl->out, &ctl->term, !ctl->opt.no_legend);
    if (r >= 0 && !ctl->opt.no_legend)
        fprintf(ctl->out, "\n%zu unit files.\n", table.n);
    return r < 0 ? log_error(r, "cannot list the unit files") : CTL_EXIT_OK;
}

#define TREE_DEPTH 16

static void print_tree(struct ctl *ctl, uint32_t unit, unsigned depth, uint8_t *seen)
{
    static const enum udb_edge kinds[] = {UDB_REQUIRES, UDB_WANTS};
    const struct udb_unit *u = udb_unit(&ctl->view.db, unit);
    struct run_unit run;
    char name[300];

    view_unit(&ctl->view, unit, &run, NULL);
    fprintf(ctl->out, "%*s%s%s%s  %s%s\n", (int)depth * 2, "",
            term_on(&ctl->term, describe_colour(run_state_active(run.state))),
            text_printable(udb_name(&ctl->view.db, unit), name, sizeof(name)),
            term_off(&ctl->term, describe_colour(run_state_active(run.state))),
            run_active_name(run_state_active(run.state)), seen[unit] && u->edges[UDB_WANTS].count ? " (above)" : "");
    /* The graph of requirements may have cycles (only the ordering may not): each unit is opened once. */
    if (seen[unit] || depth >= TREE_DEPTH)
        return;
    seen[unit] = 1;
    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
        for (uint32_t i = 0; i < u->edges[kinds[k]].count; i++)
            print_tree(ctl, udb_refs(&ctl->view.db, &u->edges[kinds[k]])[i], depth + 1, seen);
}

int list_dependencies(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    _cleanup_free_ uint8_t *seen = NULL;
    uint32_t unit;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    unit = ctl->view.db.header->default_unit;
    if (words[0]) {
        if (targets_find(ctl, words, false, &targets) < 0 || targets.n == 0)
            return CTL_EXIT_FAILURE;
        unit = targets.v[0].unit;
    }
    if (unit == UDB_NONE) {
        log_error(0, "there is no unit '%s'", words[0] ?: "default.target");
        return CTL_EXIT_NOT_INSTALLED;
    }
    seen = calloc(view_count(&ctl->view), 1);
    if (!seen)
        return log_error(-ENOMEM, "cannot list the dependencies");
    print_tree(ctl, unit, 0, seen);
    return CTL_EXIT_OK;
}
