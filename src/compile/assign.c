/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assign-impl.h"

#include "command.h"
#include "text.h"
#include "value.h"

void assign_ignored(struct draft *d, const struct assignment *a, const char *value, const char *wanted)
{
    char shown[128];

    text_printable(value, shown, sizeof(shown));
    draft_note(d, a, UDB_NOTE_WARNING, "%s=: '%s' is not %s, the line is ignored", a->directive->name, shown,
               wanted);
}

static void *field(struct draft *d, const struct assignment *a)
{
    return (char *)&d->service + a->directive->argument;
}

/* ------------------------------------------------------------------------------------------------
 * Numbers and switches. */

static bool take_bool(struct draft *d, const struct assignment *a, const char *value, bool *ret)
{
    if (text_parse_bool(value, ret) == 0)
        return true;
    assign_ignored(d, a, value, "a boolean (yes or no)");
    return false;
}

static void take_flag(uint32_t *flags, uint32_t bit, bool on)
{
    *flags = on ? *flags | bit : *flags & ~bit;
}

static bool take_usec(struct draft *d, const struct assignment *a, const char *value, uint64_t *ret)
{
    if (text_parse_usec(value, USEC_PER_SEC, ret) == 0)
        return true;
    assign_ignored(d, a, value, "a time span ('90', '1min 30s', 'infinity')");
    return false;
}

static bool take_timeout(struct draft *d, const struct assignment *a, const char *value)
{
    uint64_t usec;

    if (!take_usec(d, a, value, &usec))
        return false;
    if (usec == 0)
        usec = USEC_INFINITY; /* 0 switches it off */
    if (a->directive->parser != PARSE_TIMEOUT_STOP) {
        d->service.start_timeout_usec = usec;
        d->start_timeout_given = true;
    }
    if (a->directive->parser != PARSE_TIMEOUT_START)
        d->service.stop_timeout_usec = usec;
    return true;
}

static bool take_integer(struct draft *d, const struct assignment *a, const char *value, int low, int high)
{
    char wanted[64], *end;
    long n = strtol(value, &end, 10);

    if (end != value && !*end && n >= low && n <= high)
        return true;
    snprintf(wanted, sizeof(wanted), "a number from %d to %d", low, high);
    assign_ignored(d, a, value, wanted);
    return false;
}

static bool take_u32(struct draft *d, const struct assignment *a, const char *value)
{
    uint32_t n;

    if (text_parse_u32(value, 10, &n) < 0) {
        assign_ignored(d, a, value, "a number");
        return false;
    }
    if (a->directive->argument > 0)
        *(uint32_t *)field(d, a) = n;
    return true;
}

static bool take_signal(struct draft *d, const struct assignment *a, const char *value)
{
    uint8_t signal;

    if (value_signal(value, &signal) < 0) {
        assign_ignored(d, a, value, "a signal");
        return false;
    }
    if (a->directive->argument > 0)
        *(uint8_t *)field(d, a) = signal;
    return true;
}

static bool take_status_set(struct draft *d, const struct assignment *a, const char *value)
{
    size_t n;

    for (const char *pos = value, *w; (w = text_next_word(&pos, " \t", &n));) {
        char word[64];

        snprintf(word, sizeof(word), "%.*s", (int)n, w);
        if (value_status(word, field(d, a)) < 0)
            assign_ignored(d, a, word, "an exit status (0 to 255) or a signal");
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Modes: what is unknown here refuses the unit. */

static bool take_type(struct draft *d, const struct assignment *a, const char *value)
{
    static const char *const names[] = {"simple", "exec", "oneshot", "notify", "idle", NULL};
    int i = value_index(value, names);
    char shown[64];

    if (i < 0 && streq(value, "notify-reload")) {
        draft_note(d, a, UDB_NOTE_WARNING,
                   "Type=notify-reload is taken as notify: a reload sends no signal yet");
        i = UDB_NOTIFY;
    }
    if (i < 0) {
        text_printable(value, shown, sizeof(shown));
        if (streq(value, "forking") || streq(value, "dbus"))
            draft_refuse(d, a, "Type=%s is not done yet: the unit is not loaded", value);
        else
            draft_refuse(d, a,
                         "Type=%s is unknown (simple, exec, oneshot, notify, idle): the unit is not loaded",
                         shown);
        return false;
    }
    d->service.type = (uint8_t)i;
    d->type_given = true;
    return true;
}

static bool take_mode_word(struct draft *d, const struct assignment *a, const char *value,
                           const char *const *names, uint8_t *ret)
{
    int i = value_index(value, names);
    char shown[64];

    if (i >= 0) {
        *ret = (uint8_t)i;
        return true;
    }
    text_printable(value, shown, sizeof(shown));
    draft_refuse(d, a, "%s=%s is unknown: the unit is not loaded", a->directive->name, shown);
    return false;
}

static const char *const restart_names[] = {"no",       "on-success",  "on-failure", "on-abnormal",
                                            "on-abort", "on-watchdog", "always",     NULL};
static const char *const kill_names[] = {"control-group", "mixed", "process", "none", NULL};
static const char *const notify_names[] = {"none", "main", "exec", "all", NULL};

static bool take_notify_access(struct draft *d, const struct assignment *a, const char *value)
{
    int i = value_index(value, notify_names);

    if (i < 0) {
        assign_ignored(d, a, value, "one of none, main, exec, all");
        return false;
    }
    d->service.notify_access = (uint8_t)i;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The table's parsers. @value: specifiers resolved. Return: true when the assignment counts. */

static bool parse_switch(struct draft *d, const struct assignment *a, const char *value)
{
    bool on = false;

    if (!take_bool(d, a, value, &on))
        return false;
    switch (a->directive->parser) {
    case PARSE_BOOL_UNIT:
        take_flag(&d->flags, a->directive->argument, on);
        break;
    case PARSE_BOOL_SVC:
        take_flag(&d->service.flags, a->directive->argument, on);
        break;
    case PARSE_BOOL_DEFAULTS:
        d->default_dependencies = on;
        break;
    default:
        break;
    }
    return true;
}

static bool parse_number(struct draft *d, const struct assignment *a, const char *value)
{
    uint64_t usec;

    switch (a->directive->parser) {
    case PARSE_USEC:
        if (!take_usec(d, a, value, &usec))
            return false;
        if (a->directive->argument > 0)
            *(uint64_t *)field(d, a) = usec;
        return true;
    case PARSE_JOB_TIMEOUT:
        if (!take_usec(d, a, value, &usec))
            return false;
        d->job_timeout_usec = usec == 0 ? USEC_INFINITY : usec; /* 0 switches it off */
        return true;
    case PARSE_WATCHDOG:
        if (!take_usec(d, a, value, &usec))
            return false;
        d->service.watchdog_usec = usec == USEC_INFINITY ? 0 : usec;
        return true;
    case PARSE_U32:
        return take_u32(d, a, value);
    case PARSE_SIGNAL:
        return take_signal(d, a, value);
    case PARSE_NICE:
        return take_integer(d, a, value, -20, 19);
    case PARSE_OOM_SCORE:
        return take_integer(d, a, value, -1000, 1000);
    default:
        return take_timeout(d, a, value);
    }
}

static bool parse(struct draft *d, const struct assignment *a, char *value)
{
    switch ((enum directive_parser)a->directive->parser) {
    case PARSE_DESCRIPTION:
        free(d->description);
        d->description = strdup(value);
        return true;
    case PARSE_DEPS:
        assign_dependency(d, a);
        return true;
    case PARSE_INSTALL:
        assign_install(d, a);
        return true;
    case PARSE_MOUNTS_FOR:
        assign_mounts_for(d);
        return true;
    case PARSE_CONDITION:
        d->flags |= UDB_UNIT_CONDITIONS;
        return true;
    case PARSE_COMMAND:
        return command_parse(d, a, (enum udb_exec)a->directive->argument);
    case PARSE_ENVIRONMENT:
        return assign_environment(d, a);
    case PARSE_TYPE:
        return take_type(d, a, value);
    case PARSE_RESTART:
        return take_mode_word(d, a, value, restart_names, &d->service.restart);
    case PARSE_KILL_MODE:
        return take_mode_word(d, a, value, kill_names, &d->service.kill_mode);
    case PARSE_NOTIFY_ACCESS:
        return take_notify_access(d, a, value);
    case PARSE_STATUS_SET:
        return take_status_set(d, a, value);
    case PARSE_BOOL:
    case PARSE_BOOL_UNIT:
    case PARSE_BOOL_SVC:
    case PARSE_BOOL_DEFAULTS:
        return parse_switch(d, a, value);
    case PARSE_USEC:
    case PARSE_U32:
    case PARSE_SIGNAL:
    case PARSE_NICE:
    case PARSE_OOM_SCORE:
    case PARSE_JOB_TIMEOUT:
    case PARSE_WATCHDOG:
    case PARSE_TIMEOUT_START:
    case PARSE_TIMEOUT_STOP:
    case PARSE_TIMEOUT_BOTH:
        return parse_number(d, a, value);
    case PARSE_WORKING_DIRECTORY:
    case PARSE_USER:
    case PARSE_DIRECTORY:
    case PARSE_INPUT:
    case PARSE_OUTPUT:
    case PARSE_PATH:
    case PARSE_ENVIRONMENT_FILE:
    case PARSE_MODE:
    case PARSE_LIMIT:
    case PARSE_PRESERVE:
        return assign_exec(d, a, value);
    case PARSE_NONE:
    case PARSE_COUNT:
        break;
    }
    return true;
}

/* What is to be said of the directive itself. Return: false when it refuses the unit. */
static bool note_status(struct draft *d, const struct assignment *a, const char *value)
{
    const struct directive *known = a->directive;

    switch ((enum directive_status)known->status) {
    case DIRECTIVE_DONE:
    case DIRECTIVE_IGNORED:
        break;
    case DIRECTIVE_PARTLY:
        draft_note(d, a, UDB_NOTE_WARNING, "%s= is done in part: %s", known->name, known->doc);
        break;
    case DIRECTIVE_UNCONFINED:
        if (!*value || !value_is_false(value))
            draft_note(
                d, a, UDB_NOTE_WARNING,
                "%s= is known to systemd, not done by pintle yet: the service runs without this confinement",
                known->name);
        break;
    case DIRECTIVE_KNOWN:
        if (known->parser != PARSE_BOOL || !value_is_false(value))
            draft_note(d, a, UDB_NOTE_WARNING,
                       "%s= is known to systemd, not done by pintle yet: it has no effect", known->name);
        break;
    case DIRECTIVE_REFUSED:
        if (value_is_false(value) || streq(value, "/"))
            break;
        draft_refuse(d, a, "%s= is not done yet and cannot be left out safely: the unit is not loaded",
                     known->name);
        return false;
    }
    return true;
}

/* Values that ask for no more than what PID 1 gives anyway. */
static bool asks_for_setup(const struct directive *known, const char *value)
{
    bool on;

    if (!(known->flags & DIRECTIVE_EXEC) || known->parser == PARSE_INPUT || known->parser == PARSE_OUTPUT)
        return false; /* the last two have said so themselves */
    if (known->parser == PARSE_BOOL && text_parse_bool(value, &on) == 0)
        return on != streq(known->name, "IgnoreSIGPIPE"); /* the one that is on by itself */
    return true;
}

/* These resolve specifiers word by word and say themselves what they cannot resolve. */
static bool is_by_word(enum directive_parser parser)
{
    return parser == PARSE_DEPS || parser == PARSE_INSTALL || parser == PARSE_COMMAND ||
           parser == PARSE_ENVIRONMENT;
}

static char *expand_whole(struct draft *d, const struct assignment *a)
{
    char *value = NULL;

    if (!is_by_word((enum directive_parser)a->directive->parser))
        return draft_expand(d, a, a->value);
    if (specifier_expand(&d->c->host, d->name, a->path, a->value, &value, NULL) < 0)
        value = strdup(a->value);
    return value;
}

void assign_apply(struct draft *d, const struct assignment *a)
{
    const struct directive *known = a->directive;
    _cleanup_free_ char *value = expand_whole(d, a);

    if (!value || !note_status(d, a, value) || !parse(d, a, value))
        return;
    if (streq(known->name, "BusName"))
        d->bus_name_given = true;
    d->needs_exec |= asks_for_setup(known, value);
    if (d->unit != UDB_NONE)
        udbwrite_prop(d->c->writer, d->unit, directive_index(known), (uint16_t)__builtin_ctz(known->sections),
                      known->name, value);
}
