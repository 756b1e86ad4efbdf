/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What pintle-exec sets up: checked here, so that it is said by file and line, and kept as a property. */
#include "assign-impl.h"

#include "text.h"
#include "value.h"
#include "words.h"

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
bool assign_environment(struct draft *d, const struct assignment *a)
{
    const char *pos = a->value;

    for (;;) {
        _cleanup_free_ char *word = NULL;
        char *expanded;
        int r = words_next(&pos, WORDS_UNQUOTE | WORDS_UNESCAPE, &word, NULL);

        if (r == -ENOMEM)
            compile_fail(d->c, r);
        if (r < 0)
            assign_ignored(d, a, pos, "closed with a quote");
        if (r <= 0)
            return r == 0;
        expanded = draft_expand(d, a, word);
        if (expanded && !is_variable(expanded)) {
            assign_ignored(d, a, expanded, "NAME=value");
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
            assign_ignored(d, a, word, "a relative path without '..'");
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
        assign_ignored(d, a, value, "one of null, tty, tty-force, tty-fail, file:PATH");
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
        assign_ignored(d, a, value,
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
        assign_ignored(d, a, value, wanted[a->directive->argument]);
    return good;
}

static bool take_path(struct draft *d, const struct assignment *a, const char *value)
{
    if (value_is_path(value))
        return true;
    assign_ignored(d, a, value, "an absolute path without '..'");
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

bool assign_exec(struct draft *d, const struct assignment *a, const char *value)
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
            assign_ignored(d, a, value, "an octal file mode");
        return value_is_mode(value);
    case PARSE_LIMIT:
        return take_limit(d, a, value);
    default: /* PARSE_PRESERVE */
        if (value_index(value, preserve) < 0) {
            assign_ignored(d, a, value, "one of no, yes, restart");
            return false;
        }
        d->preserve = !value_is_false(value);
        return true;
    }
}
