/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * directive - the table of directives: section, name, what pintle makes of it, one line of documentation.
 *
 * The one place that says which directives there are. The compiler dispatches by @parser, pintlectl verify
 * and the man page are made from it, udb_prop.directive is an index into it. The rows stand in
 * directive-list.h.
 */
#pragma once

#include "util.h"

enum directive_section {
    SECTION_UNIT,
    SECTION_SERVICE,
    SECTION_INSTALL,
    SECTION_SOCKET,
    SECTION_MOUNT,
    SECTION_AUTOMOUNT,
    SECTION_SWAP,
    SECTION_TIMER,
    SECTION_PATH,
    SECTION_SLICE,
    SECTION_SCOPE,
    SECTION_COUNT,
    SECTION_IGNORED = SECTION_COUNT, /* begins with "X-": other programs' */
    SECTION_UNKNOWN,
    SECTION_NONE, /* before the first header of a file */
};

enum directive_status {
    DIRECTIVE_DONE,
    DIRECTIVE_PARTLY,     /* taken with a warning that says what is missing (the doc does) */
    DIRECTIVE_IGNORED,    /* taken in silence: nothing is lost */
    DIRECTIVE_UNCONFINED, /* a confinement: taken with a warning, the service runs without it */
    DIRECTIVE_KNOWN,      /* known to systemd, not done by pintle yet: a warning */
    DIRECTIVE_REFUSED, /* not done, and ignoring it would widen privilege or lose data: the unit does not load
                        */
};

/* How the compiler reads the value. */
enum directive_parser {
    PARSE_NONE, /* kept as a property, not looked at */
    PARSE_DESCRIPTION,
    PARSE_DEPS, /* argument: enum udb_edge */
    PARSE_MOUNTS_FOR,
    PARSE_CONDITION,
    PARSE_INSTALL,       /* names of units */
    PARSE_BOOL,          /* checked and kept */
    PARSE_BOOL_UNIT,     /* argument: enum udb_unit_flags */
    PARSE_BOOL_SVC,      /* argument: enum udb_service_flags */
    PARSE_BOOL_DEFAULTS, /* DefaultDependencies= */
    PARSE_USEC,          /* argument: offset in struct udb_service; 0: checked and kept */
    PARSE_U32,           /* the same */
    PARSE_SIGNAL,        /* the same */
    PARSE_STATUS_SET,    /* argument: offset in struct udb_service */
    PARSE_TIMEOUT_START,
    PARSE_TIMEOUT_STOP,
    PARSE_TIMEOUT_BOTH,
    PARSE_JOB_TIMEOUT, /* JobTimeoutSec= */
    PARSE_WATCHDOG,
    PARSE_COMMAND, /* argument: enum udb_exec */
    PARSE_TYPE,
    PARSE_RESTART,
    PARSE_KILL_MODE,
    PARSE_NOTIFY_ACCESS,
    PARSE_ENVIRONMENT,
    PARSE_ENVIRONMENT_FILE,
    PARSE_WORKING_DIRECTORY,
    PARSE_USER,
    PARSE_MODE,
    PARSE_NICE,
    PARSE_OOM_SCORE,
    PARSE_LIMIT,     /* argument: enum directive_limit */
    PARSE_DIRECTORY, /* argument: enum udb_service_flags to set */
    PARSE_PRESERVE,
    PARSE_INPUT,
    PARSE_OUTPUT,
    PARSE_PATH,
    PARSE_COUNT
};

/* What a resource limit counts. */
enum directive_limit { LIMIT_BYTES, LIMIT_COUNT, LIMIT_TIME, LIMIT_NICE };

enum directive_flags {
    DIRECTIVE_LIST = 1 << 0, /* assignments add up; an empty one takes away those before it */
    DIRECTIVE_EXEC = 1 << 1, /* a service that uses it cannot be exec'd by PID 1 directly */
};

struct directive {
    const char *name;
    uint16_t sections; /* bits, 1 << enum directive_section */
    uint8_t status;    /* enum directive_status */
    uint8_t parser;    /* enum directive_parser */
    uint16_t argument;
    uint16_t flags;
    const char *doc;
};

#define DIRECTIVE_ROOM 1024 /* the table is smaller: for arrays by directive_index */

/* directive_count, directive_at - all rows, sorted by name. */
size_t directive_count(void) _const_;
const struct directive *directive_at(size_t i) _const_;

/* directive_find - the row for a name in a section. Return: NULL when that section has no such directive. */
const struct directive *directive_find(enum directive_section section, const char *name) _pure_;

/* directive_index - what udb_prop.directive holds. */
uint16_t directive_index(const struct directive *d) _const_;

/*
 * directive_nearest - what was probably meant by an unknown name
 * @ret_section: a section that has it; @section itself when that has.
 * Return: the name; NULL when nothing is near.
 */
const char *directive_nearest(enum directive_section section, const char *name,
                              enum directive_section *ret_section);

/* directive_section - by name: "Service"; SECTION_IGNORED for "X-...". */
enum directive_section directive_section(const char *name) _pure_;
const char *directive_section_name(enum directive_section section) _const_;
const char *directive_nearest_section(const char *name);

/* directive_section_done - does pintle do units of this section? */
bool directive_section_done(enum directive_section section) _const_;

const char *directive_status_name(enum directive_status status) _const_; /* "done" */
