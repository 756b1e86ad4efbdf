/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status: the system on one page, or a unit with all that is known of it. For a person, on 80 columns. */
#include <stdarg.h>
#include <sys/utsname.h>

#include "ctl.h"
#include "describe.h"
#include "fd.h"
#include "jsonout.h"
#include "log.h"
#include "unitfile.h"

#define LABEL_WIDTH 11 /* "   Main PID" */
#define SHOWN_TEXT  1024

/* A line of a unit's status: the label right-aligned, the text wrapped beside it, harmless. */
static void line(const struct ctl *ctl, const char *label, const char *format, ...) _printf_(3, 4);
static void line(const struct ctl *ctl, const char *label, const char *format, ...)
{
    char raw[SHOWN_TEXT], shown[SHOWN_TEXT * 4];
    va_list ap;

    va_start(ap, format);
    vsnprintf(raw, sizeof(raw), format, ap);
    va_end(ap);
    fprintf(ctl->out, "%*s%s ", LABEL_WIDTH, label, label[0] ? ":" : " ");
    term_wrap(&ctl->term, ctl->out, LABEL_WIDTH + 2, text_printable(raw, shown, sizeof(shown)));
}

static void process_name(pid_t pid, char *buf, size_t size)
{
    char path[64], comm[64];

    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    if (fd_read_line(AT_FDCWD, path, comm, sizeof(comm)) > 0)
        snprintf(buf, size, " (%s)", comm);
    else
        snprintf(buf, size, "%s", "");
}

static void print_head(const struct ctl *ctl, uint32_t unit, const struct run_unit *u)
{
    const struct udb *db = &ctl->view.db;
    enum term_colour c = describe_colour(run_state_active(u->state));
    char name[512], text[SHOWN_TEXT];

    text_printable(udb_name(db, unit), name, sizeof(name));
    text_printable(udb_text(db, udb_unit(db, unit)->description), text, sizeof(text));
    fprintf(ctl->out, "%s*%s %s%s%s", term_on(&ctl->term, c), term_off(&ctl->term, c),
            term_on(&ctl->term, TERM_BOLD), name, term_off(&ctl->term, TERM_BOLD));
    if (streq(name, text) || (ctl->term.width > 0 && strlen(name) + strlen(text) + 6 > ctl->term.width))
        fputc('\n', ctl->out);
    else
        fprintf(ctl->out, " - %s\n", text);
    if (!streq(name, text) && ctl->term.width > 0 && strlen(name) + strlen(text) + 6 > ctl->term.width)
        line(ctl, "", "%s", udb_text(db, udb_unit(db, unit)->description));
}

static void print_files(const struct ctl *ctl, uint32_t unit)
{
    const struct udb *db = &ctl->view.db;
    const struct udb_unit *u = udb_unit(db, unit);
    const char *path = udb_text(db, u->path), *label = "Drop-In";
    enum unitfile_state state = unitfile_state(ctl->opt.root, udb_name(db, unit));

    if (path[0])
        line(ctl, "Loaded", "%s (%s%s%s)", udb_load_name((enum udb_load)u->load), path,
             state == UNITFILE_NOT_FOUND ? "" : "; ", state == UNITFILE_NOT_FOUND ? "" : unitfile_state_name(state));
    else
        line(ctl, "Loaded", "%s", udb_load_name((enum udb_load)u->load));
    for (uint32_t i = 0; i < u->props.count; i++) {
        const struct udb_prop *p = udb_prop(db, &u->props, i);

        if (!streq(udb_text(db, p->name), UDB_PROP_DROP_IN))
            continue;
        line(ctl, label, "%s", udb_text(db, p->value));
        label = "";
    }
}

static void print_active(const struct ctl *ctl, const struct run_unit *u, const struct run_text *text)
{
    enum run_active active = run_state_active(u->state);
    enum term_colour c = describe_colour(active);
    char when[128], why[SHOWN_TEXT], exit[96];

    describe_time(ctl, describe_since(u), when, sizeof(when));
    fprintf(ctl->out, "%*s: %s%s (%s)%s%s%s\n", LABEL_WIDTH, "Active", term_on(&ctl->term, c), run_active_name(active),
            run_state_name(u->state), term_off(&ctl->term, c), when[0] ? " since " : "", when);
    describe_exit(u, exit, sizeof(exit));
    if (u->result != RUN_RESULT_SUCCESS) {
        describe_failure(u, text, why, sizeof(why));
        line(ctl, "Result", "%s%s%s", run_result_name(u->result), streq(why, run_result_name(u->result)) ? "" : ": ",
             streq(why, run_result_name(u->result)) ? "" : why);
    } else if (active == RUN_ACTIVE_INACTIVE && (u->flags & RUN_CONDITION_FAILED))
        line(ctl, "Condition", "not met, the last start was skipped");
    else if (active == RUN_ACTIVE_INACTIVE && exit[0])
        line(ctl, "Result", "success, the main process %s", exit);
    if (text->reason[0] && u->result == RUN_RESULT_SUCCESS)
        line(ctl, "Reason", "%s", text->reason);
}

static void print_processes(const struct ctl *ctl, const struct run_unit *u, const struct run_text *text)
{
    char name[80], span[32];

    if (u->main_pid > 0) {
        process_name(u->main_pid, name, sizeof(name));
        line(ctl, "Main PID", "%d%s", u->main_pid, name);
    }
    if (u->control_pid > 0) {
        process_name(u->control_pid, name, sizeof(name));
        line(ctl, "Control PID", "%d%s, line %u of %s=", u->control_pid, name, u->exec_index + 1,
             udb_exec_name((enum udb_exec)u->exec_kind));
    }
    if (text->status[0])
        line(ctl, "Status", "\"%s\"", text->status);
    if (u->n_restarts > 0)
        line(ctl, "Restarts", "%u automatic since the last start that was asked for", u->n_restarts);
    if (u->heap_pos != RUN_NONE && u->deadline_usec > ctl->now_usec)
        line(ctl, u->state == RUN_AUTO_RESTART ? "Restart in" : "Time left", "%s",
             term_span(u->deadline_usec - ctl->now_usec, span, sizeof(span)));
}

static void print_job(const struct ctl *ctl, uint32_t unit, const struct run_unit *u)
{
    char span[32], blockers[512];

    if (u->job == RUN_JOB_NONE)
        return;
    term_span(ctl->now_usec > u->job_usec ? ctl->now_usec - u->job_usec : 0, span, sizeof(span));
    line(ctl, "Job", "%s, number %u, for %s", run_job_name((enum run_job)u->job), u->job_id, span);
    describe_blockers(&ctl->view, unit, blockers, sizeof(blockers));
    if (blockers[0])
        line(ctl, "Waits for", "%s", blockers);
}

static void print_notes(const struct ctl *ctl, uint32_t unit)
{
    static const char *const levels[] = {"Note", "Warning", "Error"};
    const struct udb *db = &ctl->view.db;
    const struct udb_list *notes = &udb_unit(db, unit)->notes;

    for (uint32_t i = 0; i < notes->count; i++) {
        const struct udb_note *n = udb_note(db, notes->first + i);
        const char *path = udb_text(db, n->path);
        char where[16] = "";

        if (n->line > 0)
            snprintf(where, sizeof(where), ":%u", n->line);
        line(ctl, n->level < ARRAY_SIZE(levels) ? levels[n->level] : "Note", "%s%s%s%s", path, where,
             path[0] ? ": " : "", udb_text(db, n->text));
    }
}

static void print_unit(const struct ctl *ctl, uint32_t unit)
{
    struct run_text text;
    struct run_unit u;

    view_unit(&ctl->view, unit, &u, &text);
    print_head(ctl, unit, &u);
    print_files(ctl, unit);
    print_active(ctl, &u, &text);
    print_job(ctl, unit, &u);
    print_processes(ctl, &u, &text);
    print_notes(ctl, unit);
}

static void unit_json(const struct ctl *ctl, struct jsonout *j, uint32_t unit)
{
    const struct udb *db = &ctl->view.db;
    const struct udb_unit *unit_rec = udb_unit(db, unit);
    struct run_text text;
    struct run_unit u;
    uint32_t pos = 0, other;
    char buf[128];

    view_unit(&ctl->view, unit, &u, &text);
    jsonout_object(j, NULL);
    jsonout_text(j, "unit", udb_name(db, unit));
    jsonout_text(j, "description", udb_text(db, unit_rec->description));
    jsonout_text(j, "load", udb_load_name((enum udb_load)unit_rec->load));
    jsonout_text(j, "path", udb_text(db, unit_rec->path));
    jsonout_text(j, "enabled", unitfile_state_name(unitfile_state(ctl->opt.root, udb_name(db, unit))));
    jsonout_text(j, "active", run_active_name(run_state_active(u.state)));
    jsonout_text(j, "sub", run_state_name(u.state));
    jsonout_u64(j, "since_usec", describe_since(&u));
    jsonout_text(j, "result", run_result_name(u.result));
    jsonout_text(j, "reason", text.reason);
    jsonout_text(j, "exit", describe_exit(&u, buf, sizeof(buf)));
    jsonout_i64(j, "main_pid", u.main_pid);
    jsonout_text(j, "status", text.status);
    jsonout_u64(j, "restarts", u.n_restarts);
    if (u.job != RUN_JOB_NONE) {
        jsonout_object(j, "job");
        jsonout_u64(j, "id", u.job_id);
        jsonout_text(j, "type", run_job_name((enum run_job)u.job));
        jsonout_u64(j, "since_usec", u.job_usec);
        jsonout_array(j, "waits_for");
        while ((other = view_blocker(&ctl->view, unit, &pos)) != UDB_NONE)
            jsonout_text(j, NULL, udb_name(db, other));
        jsonout_end(j);
        jsonout_end(j);
    }
    jsonout_array(j, "notes");
    for (uint32_t i = 0; i < unit_rec->notes.count; i++) {
        const struct udb_note *n = udb_note(db, unit_rec->notes.first + i);

        jsonout_object(j, NULL);
        jsonout_text(j, "file", udb_text(db, n->path));
        jsonout_u64(j, "line", n->line);
        jsonout_text(j, "text", udb_text(db, n->text));
        jsonout_end(j);
    }
    jsonout_end(j);
    jsonout_end(j);
}

/* Units in a state that a person looks for first: failed, or on their way. */
static uint32_t print_some(const struct ctl *ctl, const char *label, bool failed)
{
    uint32_t shown = 0;

    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        char what[SHOWN_TEXT], blockers[400];
        struct run_text text;
        struct run_unit u;

        view_unit(&ctl->view, i, &u, &text);
        if (failed ? u.state != RUN_FAILED : u.job == RUN_JOB_NONE)
            continue;
        if (++shown > 20) {
            line(ctl, "", "and more, see 'pintlectl %s'", failed ? "list --failed" : "list-jobs");
            break;
        }
        if (failed)
            describe_failure(&u, &text, what, sizeof(what));
        else {
            describe_blockers(&ctl->view, i, blockers, sizeof(blockers));
            snprintf(what, sizeof(what), "%s, %s%s", run_job_name((enum run_job)u.job),
                     blockers[0] ? "waits for " : run_state_name(u.state), blockers);
        }
        line(ctl, shown == 1 ? label : "", "%s: %s", udb_name(&ctl->view.db, i), what);
    }
    return shown;
}

static void print_boot(const struct ctl *ctl)
{
    const struct runtab_header *h = ctl->view.table.header;
    uint32_t target = view_header_unit(&ctl->view, &h->boot_unit);
    const char *name = target == UDB_NONE ? "no target" : udb_name(&ctl->view.db, target);
    const char *since = ctl->container ? "PID 1" : "the kernel";
    char span[32], freed[32], image[32];

    text_format_usec(h->t_boot_done - (ctl->container ? MIN(h->t_stage2, h->t_boot_done) : 0), span, sizeof(span));
    if (h->boot_done == 0)
        line(ctl, "Boot", "on the way to %s", name);
    else if (h->boot_done == 1)
        line(ctl, "Boot", "reached %s %s after %s began", name, span, since);
    else
        line(ctl, "Boot", "could not reach %s; given up %s after %s began", name, span, since);
    if (h->image_bytes > 0)
        line(ctl, "Ramdisk", "held %s, %s given back", text_format_bytes(h->image_bytes, image, sizeof(image)),
             text_format_bytes(h->freed_bytes, freed, sizeof(freed)));
}

/* Only what a person should know of: a PID 1 that never crashed needs no line. */
static void print_pid1(const struct ctl *ctl)
{
    const struct runtab_header *h = ctl->view.table.header;

    if (h->header_size < sizeof(*h)) /* an older PID 1 */
        return;
    if (h->n_faults + h->n_hangs > 0)
        line(ctl, "PID 1", "carried on after %u crashes and %u hangs; see its log", h->n_faults, h->n_hangs);
    if (h->safe)
        line(ctl, "Safe mode", "nothing is started or supervised; 'pintlectl daemon-reexec' tries again");
}

static int print_system(struct ctl *ctl)
{
    const struct runtab_header *h = ctl->view.table.header;
    enum view_state state = view_system_state(&ctl->view);
    enum term_colour c = state == VIEW_RUNNING ? TERM_GREEN : state == VIEW_STARTING || state == VIEW_STOPPING ? TERM_YELLOW : TERM_RED;
    uint32_t n_active = 0, n_loaded = 0;
    struct utsname uts = {0};
    char span[32];

    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        struct run_unit u;

        view_unit(&ctl->view, i, &u, NULL);
        n_active += run_state_active(u.state) == RUN_ACTIVE_ACTIVE;
        n_loaded += udb_unit(&ctl->view.db, i)->load == UDB_LOADED;
    }
    uname(&uts);
    fprintf(ctl->out, "%s*%s %s\n", term_on(&ctl->term, c), term_off(&ctl->term, c), uts.nodename);
    fprintf(ctl->out, "%*s: %s%s%s, up %s, pintle %s, Linux %s\n", LABEL_WIDTH, "State", term_on(&ctl->term, c),
            view_state_name(state), term_off(&ctl->term, c), term_span(ctl->now_usec - (ctl->container ? MIN(h->t_stage2, ctl->now_usec) : 0), span, sizeof(span)),
            PACKAGE_VERSION, uts.release);
    print_boot(ctl);
    print_pid1(ctl);
    line(ctl, "Units", "%u loaded, %u active, %u failed; %u jobs under way", n_loaded, n_active, h->n_failed, h->n_jobs);
    print_some(ctl, "Failed", true);
    print_some(ctl, "Jobs", false);
    if (h->n_failed > 0 && !ctl->opt.quiet)
        fputs("\nFor more: pintlectl status UNIT\n", ctl->out);
    return CTL_EXIT_OK;
}

static void system_json(const struct ctl *ctl, struct jsonout *j)
{
    const struct runtab_header *h = ctl->view.table.header;
    uint32_t target = view_header_unit(&ctl->view, &h->boot_unit);

    jsonout_object(j, NULL);
    jsonout_text(j, "state", view_state_name(view_system_state(&ctl->view)));
    jsonout_text(j, "version", PACKAGE_VERSION);
    jsonout_u64(j, "up_usec", ctl->now_usec);
    jsonout_text(j, "boot_target", target == UDB_NONE ? NULL : udb_name(&ctl->view.db, target));
    jsonout_u64(j, "boot_done_usec", h->t_boot_done);
    jsonout_u64(j, "units", view_count(&ctl->view));
    jsonout_u64(j, "jobs", h->n_jobs);
    jsonout_array(j, "failed");
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        struct run_unit u;

        view_unit(&ctl->view, i, &u, NULL);
        if (u.state == RUN_FAILED)
            jsonout_text(j, NULL, udb_name(&ctl->view.db, i));
    }
    jsonout_end(j);
    jsonout_end(j);
}

/* One unit's part of the exit status (LSB): 0 runs, 3 does not, 4 unknown. */
static int unit_exit(const struct ctl *ctl, uint32_t unit)
{
    struct run_unit u;

    view_unit(&ctl->view, unit, &u, NULL);
    switch (run_state_active(u.state)) {
    case RUN_ACTIVE_INACTIVE:
        return udb_unit(&ctl->view.db, unit)->load == UDB_NOT_FOUND ? CTL_EXIT_UNKNOWN : CTL_EXIT_NOT_RUNNING;
    case RUN_ACTIVE_FAILED:
        return CTL_EXIT_NOT_RUNNING;
    case RUN_ACTIVE_ACTIVATING:
    case RUN_ACTIVE_ACTIVE:
    case RUN_ACTIVE_RELOADING:
    case RUN_ACTIVE_DEACTIVATING:
        break;
    }
    return CTL_EXIT_OK;
}

int status_show(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    struct jsonout json = {.out = ctl->out};
    int status = CTL_EXIT_OK;
    size_t shown = 0;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_NOT_RUNNING;
    if (!words[0])
        return ctl->opt.json ? system_json(ctl, &json), CTL_EXIT_OK : print_system(ctl);
    if (targets_find(ctl, words, true, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    if (ctl->opt.json)
        jsonout_array(&json, NULL);
    for (size_t i = 0; i < targets.n; i++) {
        uint32_t unit = targets.v[i].unit;
        int s = unit == UDB_NONE ? CTL_EXIT_UNKNOWN : unit_exit(ctl, unit);

        if (s == CTL_EXIT_UNKNOWN)
            log_error(0, "there is no unit '%s'", targets.v[i].name);
        else if (ctl->opt.json)
            unit_json(ctl, &json, unit);
        else {
            fputs(shown++ > 0 ? "\n" : "", ctl->out);
            print_unit(ctl, unit);
        }
        status = status == CTL_EXIT_OK ? s : status;
    }
    if (ctl->opt.json)
        jsonout_end(&json);
    return status;
}
