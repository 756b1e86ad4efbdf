/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ctl - what the verbs of pintlectl share: the options, the output, the mapped state, and each verb's function.
 *
 * main.c holds the table of verbs and ctloption.c that of options; --help is made from the two. A verb gets the words
 * behind it and returns pintlectl's exit status, or a negative errno, which main turns into a status. What a person
 * reads goes to ctl.out, what went wrong to the log (stderr).
 */
#pragma once

#include "term.h"
#include "text.h"
#include "view.h"

/* systemctl's exit statuses (LSB): packages' scripts compare them. */
enum ctl_exit {
    CTL_EXIT_OK = 0,
    CTL_EXIT_FAILURE = 1,
    CTL_EXIT_USAGE = 2,
    CTL_EXIT_NOT_RUNNING = 3,     /* is-active, status */
    CTL_EXIT_NOT_IMPLEMENTED = 3, /* of an operation */
    CTL_EXIT_NO_PERMISSION = 4,   /* of an operation */
    CTL_EXIT_UNKNOWN = 4,         /* is-active, status: there is no such unit */
    CTL_EXIT_NOT_INSTALLED = 5,   /* of an operation: there is no such unit */
    CTL_EXIT_NOT_CONFIGURED = 6,  /* of an operation: its file was refused */
};

struct ctl_options {
    bool json, quiet, no_legend, plain, full, all, failed, value, no_block, wait, now, runtime;
    unsigned force;
    uint64_t timeout_usec; /* USEC_INFINITY: none */
    const char *root;      /* borrowed; NULL: "/" */
    struct strv types;
    struct strv states;
    struct strv properties;
};

struct ctl {
    struct ctl_options opt;
    FILE *out;          /* borrowed */
    struct term term;   /* of out */
    const char *dir;    /* borrowed: PATH_RUNTIME_DIR, or elsewhere for tests */
    const char *program; /* borrowed: what the person typed: "pintlectl", "systemctl" */
    const char *verb;   /* borrowed */
    bool mapped;        /* view is valid */
    bool container;     /* PID 1 is that of a container: the kernel's start is not its own */
    struct view view;
    uint64_t now_usec;      /* CLOCK_MONOTONIC when the program began */
    uint64_t realtime_usec; /* CLOCK_REALTIME at the same moment */
};

void ctl_init(struct ctl *ctl, FILE *out);
void ctl_done(struct ctl *ctl);

/*
 * ctl_map - map the running system, once
 * Says why not on the log.
 * Return: 0; -ENOENT when pintle does not run here; another -errno.
 */
int ctl_map(struct ctl *ctl);

/* ctl_remap - map again after a reload. Return: as ctl_map. */
int ctl_remap(struct ctl *ctl);

/*
 * ctl_exit_status - the status for an errno that a change ended with
 * -ENOENT is an unknown unit, -EPERM and -EACCES a refusal.
 */
int ctl_exit_status(int error) _const_;

/* A unit named on the command line. */
struct target {
    char *name;    /* owned: full, with suffix */
    uint32_t unit; /* UDB_NONE: there is no such unit */
};

struct targets {
    struct target *v; /* owned */
    size_t n;
};

/*
 * targets_find - the units that words mean
 * "ssh" is ssh.service, "/lib/systemd/system/ssh.service" too; "getty@*" is every unit that fits; digits are a process's
 * unit where @pids is set. Words that mean nothing are there with UDB_NONE, patterns that fit nothing are not.
 * Return: 0; -ENOMEM.
 */
int targets_find(const struct ctl *ctl, char *const *words, bool pids, struct targets *ret_targets);
void targets_clear(struct targets *t);
#define _cleanup_targets_ _cleanup_(targets_clear)

/* The verbs, by file. @words: what stands behind the verb, NULL-terminated. */
typedef int (*ctl_verb_fn)(struct ctl *ctl, char *const *words);

int list_units(struct ctl *ctl, char *const *words);
int list_jobs(struct ctl *ctl, char *const *words);
int list_unit_files(struct ctl *ctl, char *const *words);
int list_dependencies(struct ctl *ctl, char *const *words);

int status_show(struct ctl *ctl, char *const *words);

int show_properties(struct ctl *ctl, char *const *words);
int show_files(struct ctl *ctl, char *const *words);

int answer_is_active(struct ctl *ctl, char *const *words);
int answer_is_failed(struct ctl *ctl, char *const *words);
int answer_is_enabled(struct ctl *ctl, char *const *words);
int answer_is_system_running(struct ctl *ctl, char *const *words);

int change_units(struct ctl *ctl, char *const *words); /* ctl.verb says which way */
int change_isolate(struct ctl *ctl, char *const *words);
int change_reset_failed(struct ctl *ctl, char *const *words);
int change_reload_daemon(struct ctl *ctl, char *const *words);
int change_reexec_daemon(struct ctl *ctl, char *const *words);
int change_wait(struct ctl *ctl, char *const *words);

int final_go(struct ctl *ctl, char *const *words); /* poweroff, reboot, halt, kexec by ctl.verb */
/* final_main - all of `reboot`, `poweroff`, `halt` and `shutdown`, by argv[0]. Return: an exit status. */
int final_main(struct ctl *ctl, int argc, char **argv);

int enable_units(struct ctl *ctl, char *const *words); /* enable, disable, mask, unmask by ctl.verb */

int times_show(struct ctl *ctl, char *const *words);
int verify_units(struct ctl *ctl, char *const *words);

/* ctloption.c: the table of options. */
/* ctloption_parse - Return: 0; 1 when --help or --version was all that was asked; -EINVAL, said on the log. */
int ctloption_parse(struct ctl *ctl, int argc, char **argv, char *const **ret_words);
void ctloption_help(FILE *out);
enum ctloption_only { CTLOPTION_HELP = 1, CTLOPTION_VERSION = 2 };
