/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "assign.h"

#include "command.h"
#include "text.h"
#include "value.h"
#include "words.h"

static void ignored(struct draft *d, const struct assignment *a, const char *value, const char *wanted)
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
 * Dependencies. */

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
        if (!order)
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
            ignored(d, a, pos, "closed with a quote");
        if (r <= 0)
            return;
        name = draft_expand(d, a, word);
        if (!name)
            continue;
        resolved = unitname_is_valid(name) ? resolve_template(d, name, buf) : NULL;
        if (!resolved)
            ignored(d, a, name, "the name of a unit");
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
        ignored(d, a, name, "a name of the same type");
}

static void take_mounts_for(struct draft *d)
{
    uint32_t local;

    if (d->unit == UDB_NONE || streq(d->name, "local-fs.target"))
        return;
    local = compile_unit_number(d->c, "local-fs.target");
    if (local != UDB_NONE && unitload_find(d->c->load, "local-fs.target"))
        compile_dependency(d->c, d->unit, d->unit, UDB_AFTER, local, true);
}

/* ------------------------------------------------------------------------------------------------
 * Numbers and switches. */

static bool take_bool(struct draft *d, const struct assignment *a, const char *value, bool *ret)
{
    if (text_parse_bool(value, ret) == 0)
        return true;
    ignored(d, a, value, "a boolean (yes or no)");
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
    ignored(d, a, value, "a time span ('90', '1min 30s', 'infinity')");
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
    ignored(d, a, value, wanted);
    return false;
}

static bool take_u32(struct draft *d, const struct assignment *a, const char *value)
{
    uint32_t n;

    if (text_parse_u32(value, 10, &n) < 0) {
        ignored(d, a, value, "a number");
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
        ignored(d, a, value, "a signal");
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
            ignored(d, a, word, "an exit status (0 to 255) or a signal");
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
        ignored(d, a, value, "one of none, main, exec, all");
        return false;
    }
    d->service.notify_access = (uint8_t)i;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What pintle-exec sets up: checked here, so that it is said by file and line, and kept as a property. */

static void set_variable(struct draft *d, char *assignment)
{
    size_t name = strcspn(assignment, "=") + 1;

    for (size_t i = 0; i < d->environment.n; i++)
        if (strncmp(d->environment.v[i], assignment, name) == 0) {
            free(d->environment.v[i]);
            d->environment.v[i] = assignment;
            return;
        }
    if (strv_take(&d->environment, assignment) < 0)
        compile_fail(d->c, -ENOMEM);
}

static bool is_variable(const char *s)
{
    size_t n = strcspn(s, "=");

    if (n == 0 || s[n] != '=' || (*s >= '0' && *s <= '9'))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
              s[i] == '_'))
            return false;
    return true;
}

/* Specifiers are resolved behind the splitting, so that what they bring cannot end a word. */
static bool take_environment(struct draft *d, const struct assignment *a)
{
    const char *pos = a->value;

    for (;;) {
        _cleanup_free_ char *word = NULL;
        char *expanded;
        int r = words_next(&pos, WORDS_UNQUOTE | WORDS_UNESCAPE, &word, NULL);

        if (r == -ENOMEM)
            compile_fail(d->c, r);
        if (r < 0)
            ignored(d, a, pos, "closed with a quote");
        if (r <= 0)
            return r == 0;
        expanded = draft_expand(d, a, word);
        if (expanded && !is_variable(expanded)) {
            ignored(d, a, expanded, "NAME=value");
            free(TAKE_PTR(expanded));
        }
        if (expanded)
            set_variable(d, expanded);
    }
}

static bool take_directories(struct draft *d, const struct assignment *a, const char *value)
{
    const char *pos = value;
    bool any = false;

    for (;;) {
        _cleanup_free_ char *word = NULL;
        int r = words_next(&pos, WORDS_UNQUOTE, &word, NULL);

        if (r <= 0) {
            if (r == -ENOMEM)
                compile_fail(d->c, r);
            break;
        }
        if (!value_is_below(word)) {
            ignored(d, a, word, "a relative path without '..'");
            return false;
        }
        if (strchr(word, ':')) {
            draft_refuse(d, a, "%s=: links to a directory (':') are not done yet: the unit is not loaded",
                         a->directive->name);
            return false;
        }
        any = true;
    }
    if (any && a->directive->argument == UDB_SVC_RUNTIME_DIR)
        d->runtime_directory = true;
    return any;
}

static bool take_user(struct draft *d, const struct assignment *a, const char *value)
{
    char shown[64];

    if (value_is_user(value))
        return true;
    text_printable(value, shown, sizeof(shown));
    draft_refuse(d, a, "%s=%s is neither a name nor a decimal id: the unit is not loaded", a->directive->name,
                 shown);
    return false;
}

static bool take_input(struct draft *d, const struct assignment *a, const char *value)
{
    static const char *const names[] = {"null", "tty", "tty-force", "tty-fail", NULL};

    if (value_index(value, names) >= 0 || (strncmp(value, "file:", 5) == 0 && value_is_path(value + 5))) {
        d->needs_exec |= !streq(value, "null");
        return true;
    }
    if (streq(value, "socket") || streq(value, "data") || strncmp(value, "fd", 2) == 0)
        draft_refuse(d, a, "StandardInput=%.32s is not done yet: the unit is not loaded", value);
    else
        ignored(d, a, value, "one of null, tty, tty-force, tty-fail, file:PATH");
    return false;
}

static bool take_output(struct draft *d, const struct assignment *a, const char *value)
{
    static const char *const names[] = {"inherit",         "null",         "tty",    "journal",        "kmsg",
                                        "journal+console", "kmsg+console", "syslog", "syslog+console", NULL};
    static const char *const files[] = {"file:", "append:", "truncate:"};

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        const char *path = text_after(value, files[i]);

        if (path && value_is_path(path)) {
            d->needs_exec = true;
            return true;
        }
    }
    if (value_index(value, names) >=
        0) { /* the log is what it gets anyway, and errors go where output does */
        d->needs_exec |= !streq(value, "journal") && !streq(value, "syslog") &&
                         !(streq(value, "inherit") && streq(a->directive->name, "StandardError"));
        return true;
    }
    if (streq(value, "socket") || strncmp(value, "fd", 2) == 0)
        draft_refuse(d, a, "%s=%.32s is not done yet: the unit is not loaded", a->directive->name, value);
    else
        ignored(d, a, value,
                "one of inherit, null, tty, journal, kmsg, journal+console, kmsg+console, file:PATH, "
                "append:PATH, truncate:PATH");
    return false;
}

static bool take_limit(struct draft *d, const struct assignment *a, const char *value)
{
    static const char *const wanted[] = {
        [LIMIT_BYTES] = "a number of bytes ('infinity', '64M', '1G:2G')",
        [LIMIT_COUNT] = "a number ('infinity', '1024', '1024:524288')",
        [LIMIT_TIME] = "a time span ('infinity', '5s')",
        [LIMIT_NICE] = "a nice level with its sign ('-5')",
    };
    bool good = value_is_limit(value, (enum directive_limit)a->directive->argument);

    if (!good)
        ignored(d, a, value, wanted[a->directive->argument]);
    return good;
}

static bool take_path(struct draft *d, const struct assignment *a, const char *value)
{
    if (value_is_path(value))
        return true;
    ignored(d, a, value, "an absolute path without '..'");
    return false;
}

static bool take_working_directory(struct draft *d, const struct assignment *a, const char *value)
{
    const char *path = *value == '-' ? value + 1 : value;
    char shown[64];

    if (streq(path, "~") || value_is_path(path))
        return true;
    text_printable(value, shown, sizeof(shown));
    draft_refuse(d, a, "WorkingDirectory=%s is no absolute path: the unit is not loaded", shown);
    return false;
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

static bool parse_exec(struct draft *d, const struct assignment *a, const char *value)
{
    static const char *const preserve[] = {"no", "yes", "restart", "true", "false", "1", "0", NULL};

    switch (a->directive->parser) {
    case PARSE_WORKING_DIRECTORY:
        return take_working_directory(d, a, value);
    case PARSE_USER:
        return take_user(d, a, value);
    case PARSE_DIRECTORY:
        return take_directories(d, a, value);
    case PARSE_INPUT:
        return take_input(d, a, value);
    case PARSE_OUTPUT:
        return take_output(d, a, value);
    case PARSE_PATH:
        return take_path(d, a, value);
    case PARSE_ENVIRONMENT_FILE:
        return take_path(d, a, *value == '-' ? value + 1 : value);
    case PARSE_MODE:
        if (!value_is_mode(value))
            ignored(d, a, value, "an octal file mode");
        return value_is_mode(value);
    case PARSE_LIMIT:
        return take_limit(d, a, value);
    default: /* PARSE_PRESERVE */
        if (value_index(value, preserve) < 0) {
            ignored(d, a, value, "one of no, yes, restart");
            return false;
        }
        d->preserve = !value_is_false(value);
        return true;
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
        each_unit(d, a, add_dependency);
        return true;
    case PARSE_INSTALL:
        each_unit(d, a, check_install);
        return true;
    case PARSE_MOUNTS_FOR:
        take_mounts_for(d);
        return true;
    case PARSE_CONDITION:
        d->flags |= UDB_UNIT_CONDITIONS;
        return true;
    case PARSE_COMMAND:
        return command_parse(d, a, (enum udb_exec)a->directive->argument);
    case PARSE_ENVIRONMENT:
        return take_environment(d, a);
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
        return parse_exec(d, a, value);
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
