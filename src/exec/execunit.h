/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execunit - pintle-exec's view of its unit: the mapped database, the command, what is being made of it.
 *
 * A short-lived process of one purpose: it allocates and never frees, may block, and ends in exec or in execfail.
 */
#pragma once

#include <sys/types.h>

#include "execfail.h"
#include "text.h"
#include "udb.h"

struct execunit {
    struct udb db;
    uint32_t unit;
    const struct udb_service *service;
    const struct udb_command *command;
    enum udb_exec kind;
    bool privileged; /* "+" or "!": User= and what goes with it do not apply */

    /* Filled in on the way. */
    const char *user; /* NULL: root stays root */
    const char *home;
    const char *shell;
    uid_t uid; /* (uid_t)-1: not changed */
    gid_t gid;
    struct strv env;
};

/* execunit_map - map the database at EXECPROTO_FD_DB and choose the unit by its number as text. Ends in execfail. */
void execunit_map(struct execunit *x, const char *unit);

/* execunit_choose - the command by kind and line, as text. */
void execunit_choose(struct execunit *x, const char *kind, const char *line);

/* execunit_prop - the last value given; NULL when never given or taken back by an empty one. */
const char *execunit_prop(const struct execunit *x, const char *name) _pure_;
bool execunit_bool(const struct execunit *x, const char *name, bool fallback);

/* execunit_list - all values in order, an empty one resets. @ret: initialised. */
void execunit_list(const struct execunit *x, const char *name, struct strv *ret);

/* execunit_words - as execunit_list, each value split at white space, quotes grouping. */
void execunit_words(const struct execunit *x, const char *name, struct strv *ret);

/* execunit_setenv - "NAME=value" replaces an earlier one of that name. */
void execunit_setenv(struct execunit *x, const char *assignment);
const char *execunit_getenv(const struct execunit *x, const char *name, size_t length) _pure_;

/* The steps, in the order of main.c. Each ends in execfail when it fails. */
void execuser_find(struct execunit *x);   /* User=, Group=: names to numbers */
void execdirs_make(struct execunit *x);   /* RuntimeDirectory= and its like, with owner and mode */
void execenv_make(struct execunit *x);    /* PassEnvironment=, EnvironmentFile=, HOME..., UnsetEnvironment= */
void execstdio_set(struct execunit *x);   /* StandardInput=, StandardOutput=, StandardError=, TTY...= */
void execlimits_set(struct execunit *x);  /* Limit...=, Nice=, OOMScoreAdjust=, UMask= */
void execuser_become(struct execunit *x); /* groups, gid, uid, NoNewPrivileges= */
void execdirs_enter(struct execunit *x);  /* WorkingDirectory= */
_noreturn_ void execrun_exec(struct execunit *x);

/* execdirs_cleanup - remove RuntimeDirectory= unless it is to be preserved. Return: an exit status. */
int execdirs_cleanup(struct execunit *x);
