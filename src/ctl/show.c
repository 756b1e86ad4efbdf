/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* show: properties under systemctl's names, and every directive of the unit's files. cat: the files. */
#include <inttypes.h>

#include "ctl.h"
#include "fd.h"
#include "jsonout.h"
#include "log.h"
#include "unitfile.h"

#define VALUE_MAX 16384

/* One unit, looked at once for all its properties. */
struct subject {
    const struct ctl *ctl;
    const char *name;
    uint32_t index; /* UDB_NONE: there is no such unit */
    const struct udb_unit *unit; /* NULL then */
    const struct udb_service *service;
    struct run_unit run;
    struct run_text text;
};

/* Writes a property's value; an empty one is not shown without --all or -p. */
typedef void (*property_fn)(const struct subject *s, char *buf, size_t size);

static void put(char *buf, size_t size, const char *text)
{
    snprintf(buf, size, "%s", text);
}

static void put_edges(const struct subject *s, enum udb_edge kind, char *buf, size_t size)
{
    size_t n = 0;

    buf[0] = '\0';
    for (uint32_t i = 0; s->unit && i < s->unit->edges[kind].count && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", n > 0 ? " " : "",
                              udb_name(&s->ctl->view.db, udb_refs(&s->ctl->view.db, &s->unit->edges[kind])[i]));
}

/* All values of a prop, separated by spaces. */
static void put_props(const struct subject *s, const char *name, char *buf, size_t size)
{
    size_t n = strlen(buf);

    for (uint32_t i = 0; s->unit && i < s->unit->props.count && n < size; i++) {
        const struct udb_prop *p = udb_prop(&s->ctl->view.db, &s->unit->props, i);

        if (streq(udb_text(&s->ctl->view.db, p->name), name))
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n > 0 ? " " : "", udb_text(&s->ctl->view.db, p->value));
    }
}

static const char *field(const struct subject *s, uint32_t offset)
{
    return udb_text(&s->ctl->view.db, offset);
}

#define PROPERTY(id) static void get_##id(const struct subject *s, char *buf, size_t size)
#define NUMBER(id, value)                                                                                    \
    PROPERTY(id)                                                                                             \
    {                                                                                                        \
        snprintf(buf, size, "%" PRId64, (int64_t)(value));                                                   \
    }
#define STAMP(id, value)                                                                                     \
    PROPERTY(id)                                                                                             \
    {                                                                                                        \
        snprintf(buf, size, "%" PRIu64, (uint64_t)(value));                                                  \
    }
#define EDGES(id, kind)                                                                                      \
    PROPERTY(id)                                                                                             \
    {                                                                                                        \
        put_edges(s, kind, buf, size);                                                                       \
    }
#define TRUTH(id, value)                                                                                     \
    PROPERTY(id)                                                                                             \
    {                                                                                                        \
        put(buf, size, (value) ? "yes" : "no");                                                              \
    }

PROPERTY(Id)
{
    put(buf, size, s->name);
}

PROPERTY(Names)
{
    put(buf, size, s->name);
    put_props(s, UDB_PROP_ALIAS, buf, size);
}

PROPERTY(Description)
{
    put(buf, size, s->unit ? field(s, s->unit->description) : s->name);
}

PROPERTY(LoadState)
{
    put(buf, size, udb_load_name(s->unit ? (enum udb_load)s->unit->load : UDB_NOT_FOUND));
}

PROPERTY(ActiveState)
{
    put(buf, size, run_active_name(run_state_active(s->run.state)));
}

PROPERTY(SubState)
{
    put(buf, size, run_state_name(s->run.state));
}

PROPERTY(FragmentPath)
{
    put(buf, size, s->unit ? field(s, s->unit->path) : "");
}

PROPERTY(SourcePath)
{
    buf[0] = '\0';
    put_props(s, "SourcePath", buf, size);
}

PROPERTY(DropInPaths)
{
    buf[0] = '\0';
    put_props(s, UDB_PROP_DROP_IN, buf, size);
}

PROPERTY(UnitFileState)
{
    enum unitfile_state state = unitfile_state(s->ctl->opt.root, s->name);

    put(buf, size, state == UNITFILE_NOT_FOUND ? "" : unitfile_state_name(state));
}

PROPERTY(Type)
{
    static const char *const names[] = {"simple", "exec", "oneshot", "notify", "idle"};

    put(buf, size, s->service && s->service->type < ARRAY_SIZE(names) ? names[s->service->type] : "");
}

PROPERTY(Result)
{
    put(buf, size, run_result_name(s->run.result));
}

PROPERTY(StatusText)
{
    put(buf, size, s->text.status);
}

/* Not systemd's: why it failed, for a person. */
PROPERTY(Reason)
{
    put(buf, size, s->text.reason);
}

PROPERTY(Job)
{
    buf[0] = '\0';
    if (s->run.job != RUN_JOB_NONE)
        snprintf(buf, size, "%u", s->run.job_id);
}

PROPERTY(JobType)
{
    put(buf, size, s->run.job != RUN_JOB_NONE ? run_job_name(s->run.job) : "");
}

NUMBER(MainPID, s->run.main_pid > 0 ? s->run.main_pid : 0)
NUMBER(ControlPID, s->run.control_pid > 0 ? s->run.control_pid : 0)
NUMBER(ExecMainPID, s->run.main_pid > 0 ? s->run.main_pid : 0)
NUMBER(ExecMainCode, s->run.exit_code)
NUMBER(ExecMainStatus, s->run.exit_status)
NUMBER(NRestarts, s->run.n_restarts)
STAMP(ExecMainStartTimestampMonotonic, s->run.main_start_usec)
STAMP(InactiveExitTimestampMonotonic, s->run.start_usec)
STAMP(ActiveEnterTimestampMonotonic, s->run.active_usec)
STAMP(ActiveExitTimestampMonotonic, s->run.stop_usec)
STAMP(InactiveEnterTimestampMonotonic, s->run.inactive_usec)
EDGES(Requires, UDB_REQUIRES)
EDGES(RequiredBy, UDB_REQUIRED_BY)
EDGES(Wants, UDB_WANTS)
EDGES(WantedBy, UDB_WANTED_BY)
EDGES(Conflicts, UDB_CONFLICTS)
EDGES(After, UDB_AFTER)
EDGES(Before, UDB_BEFORE)
EDGES(OnFailure, UDB_ON_FAILURE)
TRUTH(CanStart, s->unit && s->unit->load == UDB_LOADED && !(s->unit->flags & UDB_UNIT_REFUSE_START))
TRUTH(CanStop, s->unit && s->unit->load == UDB_LOADED && !(s->unit->flags & UDB_UNIT_REFUSE_STOP))
TRUTH(CanReload, s->service && s->service->exec[UDB_EXEC_RELOAD].count > 0)
TRUTH(CanIsolate, s->unit && (s->unit->flags & UDB_UNIT_ALLOW_ISOLATE))
TRUTH(RefuseManualStart, s->unit && (s->unit->flags & UDB_UNIT_REFUSE_START))
TRUTH(RefuseManualStop, s->unit && (s->unit->flags & UDB_UNIT_REFUSE_STOP))
TRUTH(AllowIsolate, s->unit && (s->unit->flags & UDB_UNIT_ALLOW_ISOLATE))
TRUTH(NeedDaemonReload, false)
TRUTH(ConditionResult, !(s->run.flags & RUN_CONDITION_FAILED))

static const struct property {
    const char *name;
    property_fn get;
    bool is_number;
} properties[] = {
#define P(id) {#id, get_##id, false}
#define N(id) {#id, get_##id, true}
    P(Id), P(Names), P(Description), P(LoadState), P(ActiveState), P(SubState), P(FragmentPath), P(SourcePath),
    P(DropInPaths), P(UnitFileState), P(Type), N(MainPID), N(ControlPID), N(ExecMainPID), N(ExecMainCode),
    N(ExecMainStatus), N(ExecMainStartTimestampMonotonic), P(Result), P(Reason), N(NRestarts), P(StatusText), P(Job),
    P(JobType), N(InactiveExitTimestampMonotonic), N(ActiveEnterTimestampMonotonic),
    N(ActiveExitTimestampMonotonic), N(InactiveEnterTimestampMonotonic), P(Requires), P(RequiredBy), P(Wants),
    P(WantedBy), P(Conflicts), P(After), P(Before), P(OnFailure), P(CanStart), P(CanStop), P(CanReload),
    P(CanIsolate), P(RefuseManualStart), P(RefuseManualStop), P(AllowIsolate), P(NeedDaemonReload),
    P(ConditionResult),
#undef P
#undef N
};

static bool is_property(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
        if (streq(properties[i].name, name))
            return true;
    return false;
}

static void look_at(const struct ctl *ctl, const struct target *t, struct subject *ret_subject)
{
    *ret_subject = (struct subject){.ctl = ctl, .name = t->name, .index = t->unit};
    if (t->unit == UDB_NONE)
        return;
    ret_subject->unit = udb_unit(&ctl->view.db, t->unit);
    ret_subject->service = udb_service(&ctl->view.db, t->unit);
    view_unit(&ctl->view, t->unit, &ret_subject->run, &ret_subject->text);
}

/* Control characters would break the lines that programs read; everything else goes out as it is. */
static void put_line_safe(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\x%02x", c);
        else
            fputc(c, out);
    }
    fputc('\n', out);
}

static void emit(const struct ctl *ctl, struct jsonout *j, const char *name, const char *value, bool is_number)
{
    if (j && is_number)
        jsonout_i64(j, name, strtoll(value, NULL, 10));
    else if (j)
        jsonout_text(j, name, value);
    else {
        if (!ctl->opt.value)
            fprintf(ctl->out, "%s=", name);
        put_line_safe(ctl->out, value);
    }
}

/* The directives as given, those beside that are properties already. A directive given twice is two lines; in JSON the
 * values are one array. */
static void emit_directives(const struct subject *s, struct jsonout *j)
{
    const struct udb *db = &s->ctl->view.db;
    const struct udb_list *props = &s->unit->props;

    for (uint32_t i = 0; i < props->count; i++) {
        const char *name = udb_text(db, udb_prop(db, props, i)->name);
        bool seen = is_property(name);

        for (uint32_t k = 0; k < i && j && !seen; k++)
            seen = streq(udb_text(db, udb_prop(db, props, k)->name), name);
        if (seen)
            continue;
        if (!j) {
            emit(s->ctl, NULL, name, udb_text(db, udb_prop(db, props, i)->value), false);
            continue;
        }
        jsonout_array(j, name);
        for (uint32_t k = i; k < props->count; k++)
            if (streq(udb_text(db, udb_prop(db, props, k)->name), name))
                jsonout_text(j, NULL, udb_text(db, udb_prop(db, props, k)->value));
        jsonout_end(j);
    }
}

/* One property by name: a known one, or a directive. What nobody knows is not shown, as systemctl does it. */
static void emit_named(const struct subject *s, struct jsonout *j, const char *name)
{
    char value[VALUE_MAX] = "";

    for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
        if (streq(properties[i].name, name)) {
            properties[i].get(s, value, sizeof(value));
            emit(s->ctl, j, name, value, properties[i].is_number);
            return;
        }
    if (s->unit && udb_prop_last(&s->ctl->view.db, s->index, name)) {
        put_props(s, name, value, sizeof(value));
        emit(s->ctl, j, name, value, false);
    }
}

static void show_unit(const struct ctl *ctl, const struct target *t, struct jsonout *j)
{
    char value[VALUE_MAX];
    struct subject s;

    look_at(ctl, t, &s);
    if (ctl->opt.properties.n > 0) {
        for (size_t i = 0; i < ctl->opt.properties.n; i++)
            emit_named(&s, j, ctl->opt.properties.v[i]);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
        properties[i].get(&s, value, sizeof(value));
        if (value[0] || ctl->opt.all || j)
            emit(ctl, j, properties[i].name, value, properties[i].is_number);
    }
    if (s.unit)
        emit_directives(&s, j);
}

static void emit_system(const struct ctl *ctl, struct jsonout *j, const char *name, const char *text, uint32_t number)
{
    char value[16];

    if (ctl->opt.properties.n > 0 && !strv_has(&ctl->opt.properties, name))
        return;
    snprintf(value, sizeof(value), "%u", number);
    emit(ctl, j, name, text ?: value, !text);
}

static void show_system(const struct ctl *ctl, struct jsonout *j)
{
    const struct runtab_header *h = ctl->view.table.header;
    uint32_t boot = view_header_unit(&ctl->view, &h->boot_unit);

    emit_system(ctl, j, "Version", PACKAGE_VERSION, 0);
    emit_system(ctl, j, "SystemState", view_state_name(view_system_state(&ctl->view)), 0);
    emit_system(ctl, j, "BootTarget", boot == UDB_NONE ? "" : udb_name(&ctl->view.db, boot), 0);
    emit_system(ctl, j, "NNames", NULL, view_count(&ctl->view));
    emit_system(ctl, j, "NFailedUnits", NULL, h->n_failed);
    emit_system(ctl, j, "NJobs", NULL, h->n_jobs);
}

int show_properties(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    struct jsonout json = {.out = ctl->out}, *j = ctl->opt.json ? &json : NULL;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    if (targets_find(ctl, words, true, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    if (j)
        jsonout_array(j, NULL);
    for (size_t i = 0; i < targets.n || (i == 0 && !words[0]); i++) {
        if (j)
            jsonout_object(j, NULL);
        else if (i > 0)
            fputc('\n', ctl->out);
        if (words[0])
            show_unit(ctl, &targets.v[i], j);
        else
            show_system(ctl, j);
        if (j)
            jsonout_end(j);
    }
    if (j)
        jsonout_end(j);
    return CTL_EXIT_OK;
}

static int print_file(const struct ctl *ctl, const char *path)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r = fd_read_file(AT_FDCWD, path, 1 << 20, &text, &size);

    if (r < 0)
        return log_error(r, "cannot read '%s'", path);
    fprintf(ctl->out, "%s# %s%s\n", term_on(&ctl->term, TERM_FAINT), path, term_off(&ctl->term, TERM_FAINT));
    fwrite(text, 1, size, ctl->out);
    if (size > 0 && text[size - 1] != '\n')
        fputc('\n', ctl->out);
    return 0;
}

int show_files(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    int status = CTL_EXIT_OK;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    if (targets_find(ctl, words, true, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    for (size_t i = 0; i < targets.n; i++) {
        const struct udb_unit *u = targets.v[i].unit == UDB_NONE ? NULL : udb_unit(&ctl->view.db, targets.v[i].unit);
        const char *path = u ? udb_text(&ctl->view.db, u->path) : "";

        if (!path[0]) {
            log_error(0, "there is no file for '%s'", targets.v[i].name);
            status = CTL_EXIT_FAILURE;
            continue;
        }
        if (i > 0)
            fputc('\n', ctl->out);
        if (print_file(ctl, path) < 0)
            status = CTL_EXIT_FAILURE;
        for (uint32_t k = 0; k < u->props.count; k++) {
            const struct udb_prop *p = udb_prop(&ctl->view.db, &u->props, k);

            if (!streq(udb_text(&ctl->view.db, p->name), UDB_PROP_DROP_IN))
                continue;
            fputc('\n', ctl->out);
            if (print_file(ctl, udb_text(&ctl->view.db, p->value)) < 0)
                status = CTL_EXIT_FAILURE;
        }
    }
    return status;
}
