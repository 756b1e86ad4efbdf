/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pintlectl - the person's tool: shows the state of the system and asks PID 1 to change it.
 *
 * Also runs as `systemctl`, and as `reboot`, `poweroff`, `halt` and `shutdown` (final.c), by the name it is called.
 */
#include "ctl.h"
#include "log.h"

struct verb {
    const char *name;
    const char *aliases; /* separated by spaces; not in --help */
    const char *args;
    int min_words, max_words; /* -1: any number */
    ctl_verb_fn run;
    const char *help;
};

static const struct verb verbs[] = {
    {"list", "list-units", "[PATTERN...]", 0, -1, list_units, "units and their states (the default)"},
    {"status", "", "[UNIT|PID...]", 0, -1, status_show, "the system, or units in detail"},
    {"show", "", "[UNIT...]", 0, -1, show_properties, "properties, for programs"},
    {"cat", "", "UNIT...", 1, -1, show_files, "unit files with their drop-ins"},
    {"list-jobs", "", "[PATTERN...]", 0, -1, list_jobs, "what is under way and what it waits for"},
    {"list-unit-files", "", "[PATTERN...]", 0, -1, list_unit_files, "unit files and whether they are enabled"},
    {"list-dependencies", "", "[UNIT]", 0, 1, list_dependencies, "what a unit pulls in"},
    {"times", "", "", 0, 0, times_show, "where the boot's time went"},
    {"verify", "", "[FILE...]", 0, -1, verify_units, "check unit files"},
    {"is-active", "", "UNIT...", 1, -1, answer_is_active, "status 0 when one is active"},
    {"is-failed", "", "UNIT...", 1, -1, answer_is_failed, "status 0 when one has failed"},
    {"is-enabled", "", "UNIT...", 1, -1, answer_is_enabled, "status 0 when one is enabled"},
    {"is-system-running", "", "", 0, 0, answer_is_system_running, "status 0 when all is well"},
    {"wait", "", "[UNIT...]", 0, -1, change_wait, "until units are active, or the boot is over"},
    {"start", "", "UNIT...", 1, -1, change_units, "start units and what they require"},
    {"stop", "", "UNIT...", 1, -1, change_units, "stop units and what requires them"},
    {"restart", "", "UNIT...", 1, -1, change_units, "stop and start; start what is not active"},
    {"try-restart", "condrestart", "UNIT...", 1, -1, change_units, "restart what is active"},
    {"reload", "", "UNIT...", 1, -1, change_units, "let services read their configuration again"},
    {"reload-or-restart", "force-reload", "UNIT...", 1, -1, change_units, "reload where that is possible"},
    {"try-reload-or-restart", "", "UNIT...", 1, -1, change_units, "the same for what is active"},
    {"isolate", "", "TARGET", 1, 1, change_isolate, "start a target and stop everything else"},
    {"default", "", "", 0, 0, change_isolate, "isolate the default target"},
    {"rescue", "", "", 0, 0, change_isolate, "isolate rescue.target"},
    {"emergency", "", "", 0, 0, change_isolate, "isolate emergency.target"},
    {"reset-failed", "", "[UNIT...]", 0, -1, change_reset_failed, "forget failures and start limits"},
    {"enable", "", "UNIT...", 1, -1, enable_units, "start units at boot"},
    {"disable", "", "UNIT...", 1, -1, enable_units, "do not start units at boot"},
    {"mask", "", "UNIT...", 1, -1, enable_units, "make it impossible to start units"},
    {"unmask", "", "UNIT...", 1, -1, enable_units, "undo mask"},
    {"daemon-reload", "", "", 0, 0, change_reload_daemon, "read the unit files again"},
    {"daemon-reexec", "", "", 0, 0, change_reexec_daemon, "PID 1 executes itself anew, after an upgrade"},
    {"poweroff", "", "", 0, 0, final_go, "stop everything and switch off"},
    {"reboot", "", "", 0, 0, final_go, "stop everything and start again"},
    {"halt", "", "", 0, 0, final_go, "stop everything and halt"},
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        const char *pos = verbs[i].aliases, *word;
        size_t n;

        if (streq(verbs[i].name, name))
            return &verbs[i];
        while ((word = text_next_word(&pos, " ", &n)))
            if (strlen(name) == n && strncmp(word, name, n) == 0)
                return &verbs[i];
    }
    return NULL;
}

static void print_help(const struct ctl *ctl)
{
    fprintf(ctl->out, "Usage: %s [OPTION...] [VERB [WORD...]]\n\nVerbs:\n", ctl->program);
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
        char form[64];

        snprintf(form, sizeof(form), "%s %s", verbs[i].name, verbs[i].args);
        fprintf(ctl->out, "  %-33s %s\n", form, verbs[i].help);
    }
    fputs("\nOptions:\n", ctl->out);
    ctloption_help(ctl->out);
    fputs("\nThe manual page is pintlectl(1).\n", ctl->out);
}

static void print_version(const struct ctl *ctl)
{
    /* Debian's deb-systemd-invoke takes the number out of "systemd NUMBER (": as systemctl, answer in that form. */
    if (streq(ctl->program, "systemctl"))
        fprintf(ctl->out, "systemd 252 (pintle %s)\n", PACKAGE_VERSION);
    else
        fprintf(ctl->out, "pintlectl %s\n", PACKAGE_VERSION);
}

static int run_verb(struct ctl *ctl, char *const *words)
{
    const struct verb *v = find_verb(words[0] ?: "list");
    int n = 0;

    if (!v) {
        log_error(0, "there is no verb '%s'; see %s --help", words[0], ctl->program);
        return CTL_EXIT_USAGE;
    }
    if (words[0])
        words++;
    while (words[n])
        n++;
    if (n < v->min_words || (v->max_words >= 0 && n > v->max_words)) {
        log_error(0, "%s: %s; usage: %s %s %s", v->name, n < v->min_words ? "the unit is missing" : "too many words",
                  ctl->program, v->name, v->args);
        return CTL_EXIT_USAGE;
    }
    ctl->verb = v->name;
    return v->run(ctl, words);
}

int main(int argc, char **argv)
{
    const char *name = argc > 0 && strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argc > 0 ? argv[0] : "pintlectl";
    static const char *const finals[] = {"reboot", "poweroff", "halt", "shutdown"};
    char *const *words = NULL;
    struct ctl ctl;
    int r;

    log_open(name, LOG_TARGET_STDERR);
    ctl_init(&ctl, stdout);
    ctl.program = name;
    for (size_t i = 0; i < ARRAY_SIZE(finals); i++)
        if (streq(name, finals[i])) {
            r = final_main(&ctl, argc, argv);
            goto out;
        }
    r = ctloption_parse(&ctl, argc, argv, &words);
    if (r == CTLOPTION_HELP)
        print_help(&ctl);
    else if (r == CTLOPTION_VERSION)
        print_version(&ctl);
    if (r != 0) {
        r = r < 0 ? CTL_EXIT_USAGE : CTL_EXIT_OK;
        goto out;
    }
    r = run_verb(&ctl, words);
out:
    ctl_done(&ctl);
    if (fflush(stdout) != 0 && r == 0)
        r = log_error(-errno, "cannot write the output");
    return r < 0 ? CTL_EXIT_FAILURE : r;
}
