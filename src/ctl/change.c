/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that change what runs: each asks PID 1, then waits for the jobs that came of it. */
#include "client.h"
#include "ctl.h"
#include "describe.h"
#include "log.h"

/* What a verb asks for. The two-way ones decide by what the unit can and does. */
static enum control_op op_of(const char *verb)
{
    static const struct {
        const char *verb;
        enum control_op op;
    } ops[] = {
        {"start", CONTROL_OP_START},     {"stop", CONTROL_OP_STOP},       {"restart", CONTROL_OP_RESTART},
        {"try-restart", CONTROL_OP_TRY_RESTART}, {"reload", CONTROL_OP_RELOAD}, {"isolate", CONTROL_OP_ISOLATE},
        {"reload-or-restart", CONTROL_OP_RESTART}, {"try-reload-or-restart", CONTROL_OP_TRY_RESTART},
        {"reset-failed", CONTROL_OP_RESET_FAILED},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ops); i++)
        if (streq(ops[i].verb, verb))
            return ops[i].op;
    return CONTROL_OP_PING;
}

static enum control_op op_for_unit(const struct ctl *ctl, uint32_t unit)
{
    enum control_op op = op_of(ctl->verb);
    const struct udb_service *s = udb_service(&ctl->view.db, unit);
    struct run_unit u;

    if (!strstr(ctl->verb, "reload-or-restart") || !s || s->exec[UDB_EXEC_RELOAD].count == 0)
        return op;
    view_unit(&ctl->view, unit, &u, NULL);
    return run_state_active(u.state) == RUN_ACTIVE_ACTIVE ? CONTROL_OP_RELOAD : op;
}

/* Whether PID 1 need not be asked, with a better text than it can give. Return: 0; an exit status. */
static int refuse_target(const struct ctl *ctl, const struct target *t)
{
    const struct udb_unit *unit = t->unit == UDB_NONE ? NULL : udb_unit(&ctl->view.db, t->unit);
    bool starts = op_of(ctl->verb) != CONTROL_OP_STOP && op_of(ctl->verb) != CONTROL_OP_RESET_FAILED;
    const char *at = strchr(t->name, '@');
    char name[300];

    text_printable(t->name, name, sizeof(name));
    if (!unit) {
        if (starts && at && at[1] != '.')
            log_error(0, "cannot %s %s: nothing pulls in this instance; enable it, then 'pintlectl daemon-reload'",
                      ctl->verb, name);
        else
            log_error(0, "cannot %s %s: there is no such unit; after adding a file: 'pintlectl daemon-reload'",
                      ctl->verb, name);
        return CTL_EXIT_NOT_INSTALLED;
    }
    if (!starts || unit->load == UDB_LOADED)
        return CTL_EXIT_OK;
    if (unit->load == UDB_NOT_FOUND) {
        log_error(0, "cannot %s %s: other units name it, but it has no file", ctl->verb, name);
        return CTL_EXIT_NOT_INSTALLED;
    }
    if (unit->load == UDB_MASKED) {
        log_error(0, "cannot %s %s: it is masked; 'pintlectl unmask %s', then 'pintlectl daemon-reload'", ctl->verb,
                  name, name);
        return CTL_EXIT_FAILURE;
    }
    log_error(0, "cannot %s %s: its file was refused", ctl->verb, name);
    for (uint32_t i = 0; i < unit->notes.count; i++) {
        const struct udb_note *n = udb_note(&ctl->view.db, unit->notes.first + i);

        if (n->level == UDB_NOTE_ERROR)
            log_error(0, "%s:%u: %s", udb_text(&ctl->view.db, n->path), n->line, udb_text(&ctl->view.db, n->text));
    }
    return CTL_EXIT_NOT_CONFIGURED;
}

static int explain_answer(const struct ctl *ctl, const char *name, const struct control_answer *a)
{
    char text[4 * sizeof(a->message)];

    text_printable(a->message, text, sizeof(text));
    if (a->error == -EPERM && !text[0])
        log_error(0, "cannot %s %s: refused; it may not be asked for by hand, or the system is going down", ctl->verb,
                  name);
    else if (a->error == -EOPNOTSUPP)
        log_error(0, "cannot %s %s: it has no ExecReload=", ctl->verb, name);
    else if (a->error == -ESRCH)
        log_error(0, "cannot %s %s: it is not active", ctl->verb, name);
    else
        log_error(text[0] ? 0 : a->error, "cannot %s %s%s%s", ctl->verb, name, text[0] ? ": " : "", text);
    return ctl_exit_status(a->error);
}

/* Ask for one unit. Return: an exit status; @ret_job.id is 0 when there is nothing to wait for. */
static int ask(struct ctl *ctl, struct target *t, struct client_job *ret_job)
{
    struct control_answer a;
    int r;

    *ret_job = (struct client_job){.name = t->name, .unit = t->unit};
    r = refuse_target(ctl, t);
    if (r != CTL_EXIT_OK)
        return r;
    r = client_request(ctl, op_for_unit(ctl, t->unit), t->name, t->unit, 0, &a);
    if (r < 0)
        return ctl_exit_status(client_explain(ctl, r) == -ENOENT ? -EIO : r);
    if (a.error < 0)
        return explain_answer(ctl, t->name, &a);
    ret_job->id = a.job;
    ret_job->unit = view_find(&ctl->view, t->name);
    return CTL_EXIT_OK;
}

static int report_job(struct ctl *ctl, const struct client_job *j)
{
    char name[300], why[RUN_REASON_TEXT * 4];
    struct run_text text;
    struct run_unit u;

    text_printable(j->name, name, sizeof(name));
    if (j->vanished) {
        log_error(0, "%s: gone from the unit files while it was waited for", name);
        return CTL_EXIT_FAILURE;
    }
    if (j->result == RUN_RESULT_SUCCESS)
        return CTL_EXIT_OK;
    if (j->result == RUN_RESULT_SKIPPED) {
        if (!ctl->opt.quiet)
            log_info("%s: not started, a condition was not met", name);
        return CTL_EXIT_OK;
    }
    if (j->result == RUN_RESULT_CANCELED) {
        log_error(0, "%s: %s was given up, another job took its place", name, ctl->verb);
        return CTL_EXIT_FAILURE;
    }
    view_unit(&ctl->view, j->unit, &u, &text);
    u.result = (uint8_t)j->result;
    log_error(0, "%s: %s failed (%s): %s", name, ctl->verb, run_result_name(j->result),
              describe_failure(&u, &text, why, sizeof(why)));
    if (!ctl->opt.quiet)
        log_info("for more see 'pintlectl status %s'", name);
    return CTL_EXIT_FAILURE;
}

/* Wait for the jobs that were made, say how they ended. Return: an exit status. */
static int await(struct ctl *ctl, struct client_job *jobs, size_t n)
{
    char span[32];
    int status = CTL_EXIT_OK, r;

    r = client_wait_jobs(ctl, jobs, n);
    if (r == -ETIMEDOUT) {
        log_error(0, "not done after %s; the jobs go on, see 'pintlectl list-jobs'",
                  term_span(ctl->opt.timeout_usec, span, sizeof(span)));
        return CTL_EXIT_FAILURE;
    }
    if (r < 0)
        return log_error(r, "cannot wait for the jobs");
    for (size_t i = 0; i < n; i++) {
        int s = report_job(ctl, &jobs[i]);

        status = status == CTL_EXIT_OK ? s : status;
    }
    return status;
}

int change_units(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    _cleanup_free_ struct client_job *jobs = NULL;
    int status = CTL_EXIT_OK;
    size_t n = 0;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    if (targets_find(ctl, words, false, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    jobs = calloc(targets.n + 1, sizeof(*jobs));
    if (!jobs)
        return log_error(-ENOMEM, "cannot %s", ctl->verb);
    for (size_t i = 0; i < targets.n; i++) {
        int s = ask(ctl, &targets.v[i], &jobs[n]);

        n += s == CTL_EXIT_OK && jobs[n].id != 0;
        status = status == CTL_EXIT_OK ? s : status;
        if (s == CTL_EXIT_NO_PERMISSION)
            break;
    }
    if (!ctl->opt.no_block && n > 0) {
        int s = await(ctl, jobs, n);

        status = status == CTL_EXIT_OK ? s : status;
    }
    return status;
}

int change_isolate(struct ctl *ctl, char *const *words)
{
    char name[300];
    char *const one[] = {name, NULL};
    uint32_t unit;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    if (!words[0]) {
        const struct udb_header *h = ctl->view.db.header;

        unit = streq(ctl->verb, "default") ? h->default_unit
               : streq(ctl->verb, "rescue") ? h->rescue_unit
                                            : h->emergency_unit;
        if (unit == UDB_NONE) {
            log_error(0, "there is no %s.target", ctl->verb);
            return CTL_EXIT_NOT_INSTALLED;
        }
        text_copy(name, sizeof(name), udb_name(&ctl->view.db, unit));
        /* Whoever asks for it from a shell is about to lose that shell's service. */
        ctl->opt.no_block = ctl->opt.no_block || !streq(ctl->verb, "default");
    } else
        snprintf(name, sizeof(name), "%s%s", words[0], strchr(words[0], '.') ? "" : ".target");
    ctl->verb = "isolate";
    return change_units(ctl, one);
}

int change_reset_failed(struct ctl *ctl, char *const *words)
{
    int status = CTL_EXIT_OK;
    struct run_unit u;

    if (words[0])
        return change_units(ctl, words);
    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    for (uint32_t i = 0; i < view_count(&ctl->view) && status == CTL_EXIT_OK; i++) {
        struct target t = {.name = (char *)udb_name(&ctl->view.db, i), .unit = i};
        struct client_job job;

        view_unit(&ctl->view, i, &u, NULL);
        if (u.state == RUN_FAILED || u.limit_count > 0)
            status = ask(ctl, &t, &job);
    }
    return status;
}

struct awaited {
    const struct targets *targets;
    uint32_t pending; /* a unit that is still on its way; UDB_NONE: the boot is */
};

/* Settled: each unit is active, or inactive or failed with nothing under way. */
static int units_settled(struct ctl *ctl, void *arg)
{
    struct awaited *a = arg;

    if (a->targets->n == 0)
        return view_system_state(&ctl->view) != VIEW_STARTING;
    for (size_t i = 0; i < a->targets->n; i++) {
        struct run_unit u;
        uint32_t unit = view_find(&ctl->view, a->targets->v[i].name);
        enum run_active active;

        if (unit == UDB_NONE)
            continue;
        view_unit(&ctl->view, unit, &u, NULL);
        active = run_state_active(u.state);
        a->pending = unit;
        if (u.job != RUN_JOB_NONE || active == RUN_ACTIVE_ACTIVATING || active == RUN_ACTIVE_DEACTIVATING ||
            active == RUN_ACTIVE_RELOADING)
            return 0;
    }
    return 1;
}

static void settle_progress(struct ctl *ctl, void *arg, char *buf, size_t size)
{
    const struct awaited *a = arg;
    char name[300];

    if (a->targets->n == 0)
        snprintf(buf, size, "waiting for the boot: %u jobs under way", ctl->view.table.header->n_jobs);
    else if (a->pending < view_count(&ctl->view))
        snprintf(buf, size, "waiting for %s",
                 text_printable(udb_name(&ctl->view.db, a->pending), name, sizeof(name)));
}

int change_wait(struct ctl *ctl, char *const *words)
{
    _cleanup_targets_ struct targets targets = {0};
    struct awaited a = {.targets = &targets, .pending = UDB_NONE};
    int status = CTL_EXIT_OK, r;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    if (targets_find(ctl, words, false, &targets) < 0)
        return log_error(-ENOMEM, "cannot look up the units");
    for (size_t i = 0; i < targets.n; i++)
        if (targets.v[i].unit == UDB_NONE) {
            log_error(0, "there is no unit '%s'", targets.v[i].name);
            return CTL_EXIT_UNKNOWN;
        }
    r = client_wait_until(ctl, units_settled, settle_progress, &a);
    if (r < 0)
        return log_error(r, "not settled");
    if (targets.n == 0)
        return ctl->view.table.header->boot_done == 1 ? CTL_EXIT_OK : CTL_EXIT_FAILURE;
    for (size_t i = 0; i < targets.n; i++) {
        uint32_t unit = view_find(&ctl->view, targets.v[i].name);
        struct run_unit u = {0};

        if (unit != UDB_NONE)
            view_unit(&ctl->view, unit, &u, NULL);
        if (run_state_active(u.state) == RUN_ACTIVE_FAILED)
            status = CTL_EXIT_FAILURE;
        else if (run_state_active(u.state) != RUN_ACTIVE_ACTIVE && status == CTL_EXIT_OK)
            status = CTL_EXIT_NOT_RUNNING;
    }
    return status;
}

/* PID 1 answers when the new database is in use, or the old one stays. */
int change_reload_daemon(struct ctl *ctl, char *const *words)
{
    uint32_t n_errors = 0, n_warnings = 0;
    struct control_answer a;
    int r;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    r = client_request(ctl, CONTROL_OP_DAEMON_RELOAD, NULL, UDB_NONE, 0, &a);
    if (r < 0)
        return ctl_exit_status(client_explain(ctl, r) == -ENOENT ? -EIO : r);
    if (a.error < 0) {
        char text[4 * sizeof(a.message)];

        log_error(a.message[0] ? 0 : a.error, "the unit files were not read again%s%s", a.message[0] ? ": " : "",
                  text_printable(a.message, text, sizeof(text)));
        return ctl_exit_status(a.error);
    }
    if (ctl->opt.quiet || ctl_remap(ctl) < 0)
        return CTL_EXIT_OK;
    for (uint32_t i = 0; i < ctl->view.db.header->notes.count; i++) {
        uint32_t level = udb_note(&ctl->view.db, i)->level;

        n_errors += level == UDB_NOTE_ERROR;
        n_warnings += level == UDB_NOTE_WARNING;
    }
    if (n_errors > 0)
        log_warning(0, "%u errors and %u warnings in the unit files, see 'pintlectl verify'", n_errors, n_warnings);
    return CTL_EXIT_OK;
}

/* PID 1 answers right before it execs; the next answer is the successor's. */
int change_reexec_daemon(struct ctl *ctl, char *const *words _unused_)
{
    struct control_answer a;
    int r = client_request(ctl, CONTROL_OP_DAEMON_REEXEC, NULL, UDB_NONE, 0, &a);

    if (r >= 0 && a.error == 0)
        r = client_request(ctl, CONTROL_OP_PING, NULL, UDB_NONE, 0, &a);
    if (r < 0)
        return ctl_exit_status(client_explain(ctl, r) == -ENOENT ? -EIO : r);
    if (a.error < 0) {
        char text[4 * sizeof(a.message)];

        log_error(a.message[0] ? 0 : a.error, "PID 1 goes on as it is%s%s", a.message[0] ? ": " : "",
                  text_printable(a.message, text, sizeof(text)));
        return ctl_exit_status(a.error);
    }
    return CTL_EXIT_OK;
}
