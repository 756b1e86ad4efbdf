/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of options: parsing and --help are made from it. */
#include <getopt.h>

#include "ctl.h"
#include "log.h"

enum option_id {
    OPT_HELP = 256,
    OPT_VERSION,
    OPT_JSON,
    OPT_NO_BLOCK,
    OPT_NO_LEGEND,
    OPT_NO_PAGER,
    OPT_PLAIN,
    OPT_FAILED,
    OPT_TYPE,
    OPT_STATE,
    OPT_VALUE,
    OPT_WAIT,
    OPT_TIMEOUT,
    OPT_SYSTEM,
    OPT_JOB_MODE,
    OPT_USER,
    OPT_NO_ASK,
    OPT_NO_WALL,
    OPT_ROOT,
    OPT_NOW,
    OPT_RUNTIME,
};

struct option_def {
    int id; /* the letter of its short form, or an enum option_id */
    const char *name;
    const char *arg;  /* NULL: none */
    const char *help; /* NULL: taken for the sake of scripts, not shown */
};

static const struct option_def defs[] = {
    {'a', "all", NULL, "list: inactive units too; show: empty properties too"},
    {OPT_FAILED, "failed", NULL, "list: only units that failed"},
    {'t', "type", "TYPE", "list: only units of this type (service, target)"},
    {OPT_STATE, "state", "STATE", "list: only units in this load, active or sub state"},
    {'p', "property", "NAME", "show: only this property; NAME,NAME or repeated for more"},
    {'P', NULL, "NAME", "show: -p NAME --value"},
    {OPT_VALUE, "value", NULL, "show: the value without the name"},
    {OPT_JSON, "json", NULL, "list, status, show, times, verify: print JSON"},
    {'l', "full", NULL, "do not cut what is wider than the terminal"},
    {OPT_NO_LEGEND, "no-legend", NULL, "no headings and no summary"},
    {OPT_PLAIN, "plain", NULL, "no colours"},
    {'q', "quiet", NULL, "print nothing but errors"},
    {OPT_NO_BLOCK, "no-block", NULL, "do not wait until the change is made"},
    {OPT_WAIT, "wait", NULL, "is-system-running: wait until the boot is over"},
    {OPT_TIMEOUT, "timeout", "TIME", "wait no longer than this (30s, 5min)"},
    {'f', "force", NULL, "poweroff, reboot, halt: do not stop services in order; twice: at once"},
    {OPT_NOW, "now", NULL, "enable: start too; disable, mask: stop too"},
    {OPT_RUNTIME, "runtime", NULL, "enable, disable, mask, unmask: until the next boot only"},
    {OPT_ROOT, "root", "DIR", "enable, disable, mask, unmask, is-enabled: of the system below DIR"},
    {'h', "help", NULL, "this text"},
    {OPT_VERSION, "version", NULL, "the version"},
    {OPT_NO_PAGER, "no-pager", NULL, NULL},
    {OPT_SYSTEM, "system", NULL, NULL},
    {OPT_USER, "user", NULL, NULL},
    {OPT_NO_ASK, "no-ask-password", NULL, NULL},
    {OPT_NO_WALL, "no-wall", NULL, NULL},
    {OPT_JOB_MODE, "job-mode", "MODE", NULL},
    {'n', "lines", "N", NULL},
    {'o', "output", "FORM", NULL},
};

static int add_words(struct strv *l, const char *text)
{
    const char *word;
    size_t n;

    while ((word = text_next_word(&text, ", ", &n))) {
        int r = strv_take(l, strndup(word, n));

        if (r < 0)
            return log_error(r, "cannot take '%s'", word);
    }
    return 0;
}

static int take_job_mode(const char *mode)
{
    if (streq(mode, "replace") || streq(mode, "replace-irreversibly") || streq(mode, "fail"))
        return 0;
    if (streq(mode, "ignore-dependencies")) {
        log_warning(0, "--job-mode=ignore-dependencies is not supported, the ordering is kept");
        return 0;
    }
    log_error(0, "--job-mode=%s is not supported; 'isolate' is a verb", mode);
    return -EINVAL;
}

static int take_option(struct ctl *ctl, int id, const char *arg)
{
    struct ctl_options *o = &ctl->opt;

    switch (id) {
    case 'a': o->all = true; return 0;
    case OPT_FAILED: o->failed = true; return 0;
    case 't': return add_words(&o->types, arg);
    case OPT_STATE: return add_words(&o->states, arg);
    case 'P': o->value = true; return add_words(&o->properties, arg);
    case 'p': return add_words(&o->properties, arg);
    case OPT_VALUE: o->value = true; return 0;
    case OPT_JSON: o->json = true; return 0;
    case 'l': o->full = true; return 0;
    case OPT_NO_LEGEND: o->no_legend = true; return 0;
    case OPT_PLAIN: o->plain = true; return 0;
    case 'q': o->quiet = true; return 0;
    case OPT_NO_BLOCK: o->no_block = true; return 0;
    case OPT_WAIT: o->wait = true; return 0;
    case 'f': o->force++; return 0;
    case OPT_NOW: o->now = true; return 0;
    case OPT_RUNTIME: o->runtime = true; return 0;
    case OPT_ROOT: o->root = arg; return 0;
    case OPT_JOB_MODE: return take_job_mode(arg);
    case OPT_TIMEOUT:
        if (text_parse_usec(arg, USEC_PER_SEC, &o->timeout_usec) < 0)
            return log_error(0, "--timeout=%s is no span of time (30s, 5min)", arg), -EINVAL;
        return 0;
    case OPT_USER: return log_error(0, "--user: pintle has no service managers of users"), -EINVAL;
    case 'o':
        o->json = o->json || text_after(arg, "json");
        return 0;
    case OPT_NO_PAGER:
    case OPT_SYSTEM:
    case OPT_NO_ASK:
    case OPT_NO_WALL:
    case 'n': return 0;
    default: return -EINVAL;
    }
}

int ctloption_parse(struct ctl *ctl, int argc, char **argv, char *const **ret_words)
{
    struct option longs[ARRAY_SIZE(defs) + 1] = {0};
    char shorts[ARRAY_SIZE(defs) * 2 + 2] = ":";
    size_t n_longs = 0, n_shorts = 1;
    int id, r;

    for (size_t i = 0; i < ARRAY_SIZE(defs); i++) {
        const struct option_def *d = &defs[i];

        if (d->name)
            longs[n_longs++] = (struct option){d->name, d->arg ? required_argument : no_argument, NULL, d->id};
        if (d->id < OPT_HELP) {
            shorts[n_shorts++] = (char)d->id;
            if (d->arg)
                shorts[n_shorts++] = ':';
        }
    }
    optind = 0;
    while ((id = getopt_long(argc, argv, shorts, longs, NULL)) >= 0) {
        if (id == 'h')
            return CTLOPTION_HELP;
        if (id == OPT_VERSION)
            return CTLOPTION_VERSION;
        if (id == '?' || id == ':')
            return log_error(0, "option '%s' %s; see %s --help", argv[optind - 1],
                             id == ':' ? "needs a value" : "is not known", ctl->program),
                   -EINVAL;
        r = take_option(ctl, id, optarg);
        if (r < 0)
            return r;
    }
    if (ctl->opt.plain)
        ctl->term.colour = false;
    if (ctl->opt.full)
        ctl->term.width = 0;
    *ret_words = argv + optind;
    return 0;
}

void ctloption_help(FILE *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(defs); i++) {
        const struct option_def *d = &defs[i];
        char form[40], letter[8] = "    ";

        if (!d->help)
            continue;
        if (d->id < OPT_HELP)
            snprintf(letter, sizeof(letter), "-%c%s ", d->id, d->name ? "," : " ");
        snprintf(form, sizeof(form), "%s%s%s%s%s", letter, d->name ? "--" : "", d->name ?: "",
                 d->arg ? (d->name ? "=" : "") : "", d->arg ?: "");
        fprintf(out, "  %-22s %s\n", form, d->help);
    }
}
