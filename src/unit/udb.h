/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * udb - the unit database: flat, position-independent, checksummed, read-only.
 *
 * pintle-compile writes it from the unit files (udbwrite.h); PID 1, pintle-exec and pintlectl map it and read
 * it in place. udb_open checks every offset, list and index once, so that nothing after it need doubt;
 * what it accepts can be walked without leaving the file, whatever the bytes. It also proves that the ordering
 * is free of cycles (udb_unit.rank) and that each edge has its inverse: the engine relies on both.
 *
 * Layout: header, units, services, commands, refs (u32 unit indices, the edge lists), strs (u32 text
 * offsets: argv and environment lists), props, notes, text (NUL-terminated strings; offset 0 is ""). Tables carry
 * the size of their records, which only grow at the end: an old reader strides over what it does not know, a new
 * reader must check the size before it touches a field that older writers lack.
 *
 * Units are sorted by name (strcmp), so that a name is found by bisection.
 */
#pragma once

#include "util.h"

#define UDB_MAGIC   "PINTLEDB"
#define UDB_VERSION 1
#define UDB_NONE    UINT32_MAX /* no unit, no service */

enum udb_type { UDB_SERVICE, UDB_TARGET, UDB_TYPE_COUNT };

enum udb_load {
    UDB_LOADED,
    UDB_NOT_FOUND, /* somebody names it, no file does */
    UDB_MASKED,    /* a link to /dev/null or an empty file */
    UDB_BAD,       /* the file was refused: a note says where and why */
};

/* Edge kinds; each list holds unit indices, sorted, without doubles, never the unit itself. */
enum udb_edge {
    UDB_AFTER,  /* this starts after those, stops before them */
    UDB_BEFORE, /* inverse */
    UDB_REQUIRES,
    UDB_REQUIRED_BY,
    UDB_WANTS,
    UDB_WANTED_BY,
    UDB_CONFLICTS, /* symmetric: the inverse is merged in, a start of either stops the other */
    UDB_ON_FAILURE,
    UDB_EDGE_COUNT
};

struct udb_list {
    uint32_t first;
    uint32_t count;
};

enum udb_unit_flags {
    UDB_UNIT_CONDITIONS = 1 << 0,  /* has Condition or Assert props: pintle-exec judges them before each start */
    UDB_UNIT_REFUSE_START = 1 << 1, /* RefuseManualStart= */
    UDB_UNIT_REFUSE_STOP = 1 << 2,
    UDB_UNIT_ALLOW_ISOLATE = 1 << 3,
    UDB_UNIT_IGNORE_ON_ISOLATE = 1 << 4,
    UDB_UNIT_CYCLE_VICTIM = 1 << 5, /* an edge of it was dropped to break a cycle: a note names the cycle */
};

/* What PID 1 does when this unit becomes active; set by the compiler for the well-known names. */
enum udb_final {
    UDB_FINAL_NONE,
    UDB_FINAL_HALT,      /* halt.target */
    UDB_FINAL_POWEROFF,  /* poweroff.target */
    UDB_FINAL_REBOOT,    /* reboot.target */
    UDB_FINAL_KEXEC,     /* kexec.target */
    UDB_FINAL_EXIT,      /* exit.target: PID 1 of a container */
};

struct udb_unit {
    uint32_t name;        /* text: "ssh.service" */
    uint32_t description; /* text; the name when the file gives none */
    uint32_t path;        /* text: the unit file; "" when there is none */
    uint8_t type;         /* enum udb_type */
    uint8_t load;         /* enum udb_load */
    uint8_t final_action; /* enum udb_final */
    uint8_t reserved;
    uint32_t flags;
    uint32_t rank; /* every unit of its UDB_AFTER list has a lower one: the proof that there is no cycle */
    uint32_t service; /* index into services; UDB_NONE for targets and what did not load */
    struct udb_list edges[UDB_EDGE_COUNT];
    struct udb_list props; /* every directive given, in order, for pintle-exec and pintlectl show */
    struct udb_list notes; /* what the compiler had to say about its files */
};

enum udb_service_type { UDB_SIMPLE, UDB_EXEC, UDB_ONESHOT, UDB_NOTIFY, UDB_IDLE };

enum udb_restart {
    UDB_RESTART_NO,
    UDB_RESTART_ON_SUCCESS,
    UDB_RESTART_ON_FAILURE,
    UDB_RESTART_ON_ABNORMAL,
    UDB_RESTART_ON_ABORT,
    UDB_RESTART_ON_WATCHDOG,
    UDB_RESTART_ALWAYS,
};

enum udb_kill_mode { UDB_KILL_CONTROL_GROUP, UDB_KILL_MIXED, UDB_KILL_PROCESS, UDB_KILL_NONE };
enum udb_notify_access { UDB_NOTIFY_NONE, UDB_NOTIFY_MAIN, UDB_NOTIFY_EXEC, UDB_NOTIFY_ALL };

/* The lines of a service, in the order of its life. */
enum udb_exec {
    UDB_EXEC_CONDITION,
    UDB_EXEC_START_PRE,
    UDB_EXEC_START,
    UDB_EXEC_START_POST,
    UDB_EXEC_RELOAD,
    UDB_EXEC_STOP,
    UDB_EXEC_STOP_POST,
    UDB_EXEC_COUNT
};

enum udb_service_flags {
    UDB_SVC_REMAIN_AFTER_EXIT = 1 << 0,
    UDB_SVC_SEND_SIGKILL = 1 << 1, /* default on */
    UDB_SVC_SEND_SIGHUP = 1 << 2,
    UDB_SVC_RUNTIME_DIR = 1 << 3, /* has RuntimeDirectory=: to be removed when the service has stopped */
};

/* A set of exit statuses and signals: RestartPreventExitStatus=, SuccessExitStatus=... */
struct udb_status_set {
    uint64_t codes[4];
    uint64_t signals; /* bit n is signal n */
};

/* What PID 1 itself needs to run a service. Everything else is in the unit's props, for pintle-exec. */
struct udb_service {
    uint8_t type;          /* enum udb_service_type */
    uint8_t restart;       /* enum udb_restart */
    uint8_t kill_mode;     /* enum udb_kill_mode */
    uint8_t notify_access; /* enum udb_notify_access; PID 1 makes a notify socket when it is not NONE */
    uint8_t kill_signal;
    uint8_t final_kill_signal;
    uint8_t restart_kill_signal;
    uint8_t reserved;
    uint32_t flags;
    uint32_t limit_burst;        /* 0: no limit */
    uint64_t limit_interval_usec;
    uint64_t start_timeout_usec; /* USEC_INFINITY: none */
    uint64_t stop_timeout_usec;
    uint64_t restart_usec;
    uint64_t watchdog_usec; /* 0: none */
    struct udb_list exec[UDB_EXEC_COUNT]; /* into commands */
    struct udb_list environment;          /* into strs: complete "NAME=value" list of a direct exec */
    struct udb_status_set success;        /* beside 0 and the clean signals */
    struct udb_status_set restart_prevent;
    struct udb_status_set restart_force;
};

enum udb_command_flags {
    UDB_CMD_IGNORE_FAILURE = 1 << 0, /* "-" */
    UDB_CMD_DIRECT = 1 << 1, /* PID 1 execs it by itself: absolute path, no "$", nothing for pintle-exec to set up */
    UDB_CMD_NO_EXPAND = 1 << 2,      /* ":" */
    UDB_CMD_FULL_PRIVILEGE = 1 << 3, /* "+" */
    UDB_CMD_AMBIENT = 1 << 4,        /* "!" */
    UDB_CMD_AMBIENT2 = 1 << 5,       /* "!!" */
};

struct udb_command {
    uint32_t path; /* text: what to exec; may lack a slash unless UDB_CMD_DIRECT */
    uint32_t flags;
    struct udb_list argv; /* into strs; argv[0] included, never empty */
};

/*
 * Two props that no file gives: the compiler writes one for each drop-in that was read (value: its path), in the order of
 * reading, and one for each further name by which the unit is known (value: "sshd.service"). Only readers for people
 * look at them.
 */
#define UDB_PROP_DROP_IN "DropInPaths"
#define UDB_PROP_ALIAS   "Names"

/*
 * A directive as given: specifiers expanded, otherwise the file's own text. Values that were bad are not here, and
 * neither are resets: what an empty assignment took away is gone, so a reader takes what it finds, in order.
 * (Environment= is in udb_service.environment too, split and resolved word by word: use that.)
 */
struct udb_prop {
    uint16_t directive; /* index into the table of directives (directive.h), for speed */
    uint16_t section;
    uint32_t name;  /* text: "RuntimeDirectory": what old and new readers agree on */
    uint32_t value; /* text */
};

enum udb_note_level { UDB_NOTE_INFO, UDB_NOTE_WARNING, UDB_NOTE_ERROR };

/* What a person should know about a file: kept so that verify and status say it at any time. */
struct udb_note {
    uint32_t level; /* enum udb_note_level */
    uint32_t unit;  /* index; UDB_NONE for none */
    uint32_t path;  /* text */
    uint32_t line;  /* 0: the file as a whole */
    uint32_t text;
};

struct udb_table {
    uint64_t offset; /* from the start of the file, 8-aligned */
    uint32_t count;
    uint32_t record_size;
};

/* What the machine's hardware watchdog is to do, as [Manager] of system.conf says. */
struct udb_watchdog {
    uint64_t runtime_usec; /* 0: PID 1 leaves it alone; USEC_INFINITY: what the driver was set to */
    uint64_t reboot_usec;  /* the same, for a reboot after the services are down */
    uint32_t device;       /* text; "": the first one */
    uint32_t reserved;
};

#define UDB_REBOOT_WATCHDOG (10 * 60 * USEC_PER_SEC) /* where nobody says otherwise */

struct udb_header {
    char magic[8];
    uint32_t version;
    uint32_t header_size;
    uint64_t size;     /* of the file */
    uint64_t checksum; /* over everything behind this field; names this database (its generation) too */
    struct udb_table units, services, commands, refs, strs, props, notes;
    uint64_t text_offset;
    uint64_t text_size; /* the last byte is NUL */
    uint32_t default_unit; /* what the boot is to reach; UDB_NONE when there is none */
    uint32_t emergency_unit;
    uint32_t rescue_unit;
    uint32_t shutdown_unit; /* shutdown.target */
    uint32_t final_units[6]; /* by enum udb_final, UDB_NONE where none */
    uint64_t final_timeout_usec[6]; /* behind UDB_HEADER_MIN: read by udb_final_timeout */
    struct udb_watchdog watchdog;   /* the same, by udb_watchdog */
};

/* What every writer of this version has written; the fields behind it came later. */
#define UDB_HEADER_MIN offsetof(struct udb_header, final_timeout_usec)

/* Where nobody says otherwise, going down takes no longer than this before services are killed. */
#define UDB_FINAL_TIMEOUT (30 * 60 * USEC_PER_SEC)

/* A checked database. Borrowed memory; plain pointers into it. */
struct udb {
    const uint8_t *data;
    size_t size;
    const struct udb_header *header;
};

/*
 * udb_open - check a database in memory
 * @data: 8-aligned, borrowed as long as @ret_udb is used.
 * @ret_why: what is wrong, static text, on -EBADMSG; may be NULL.
 * Context: start-up and reload; O(size), no allocation.
 * Return: 0; -EBADMSG; -EPROTONOSUPPORT for another version.
 */
int udb_open(const void *data, size_t size, struct udb *ret_udb, const char **ret_why);

/* udb_checksum - over what stands behind the header's checksum field; for the writer. */
uint64_t udb_checksum(const void *data, size_t size) _pure_;

/* Readers: no checks, the caller gives an index that it got from the database or compared with a count. */
static inline const void *udb_at(const struct udb *db, const struct udb_table *t, uint32_t i)
{
    return db->data + t->offset + (uint64_t)i * t->record_size;
}

static inline uint32_t udb_count(const struct udb *db)
{
    return db->header->units.count;
}

static inline const struct udb_unit *udb_unit(const struct udb *db, uint32_t i)
{
    return udb_at(db, &db->header->units, i);
}

/* udb_service - the service of a unit; NULL for a target. */
static inline const struct udb_service *udb_service(const struct udb *db, uint32_t unit)
{
    uint32_t s = udb_unit(db, unit)->service;

    return s == UDB_NONE ? NULL : udb_at(db, &db->header->services, s);
}

static inline const struct udb_command *udb_command(const struct udb *db, uint32_t i)
{
    return udb_at(db, &db->header->commands, i);
}

/* udb_refs - the unit indices of an edge list. */
static inline const uint32_t *udb_refs(const struct udb *db, const struct udb_list *l)
{
    return udb_at(db, &db->header->refs, l->first);
}

static inline const char *udb_text(const struct udb *db, uint32_t offset)
{
    return (const char *)db->data + db->header->text_offset + offset;
}

static inline const char *udb_str(const struct udb *db, const struct udb_list *l, uint32_t i)
{
    const uint32_t *offsets = udb_at(db, &db->header->strs, l->first);

    return udb_text(db, offsets[i]);
}

static inline const struct udb_prop *udb_prop(const struct udb *db, const struct udb_list *l, uint32_t i)
{
    return udb_at(db, &db->header->props, l->first + i);
}

static inline const struct udb_note *udb_note(const struct udb *db, uint32_t i)
{
    return udb_at(db, &db->header->notes, i);
}

static inline const char *udb_name(const struct udb *db, uint32_t unit)
{
    return udb_text(db, udb_unit(db, unit)->name);
}

/* udb_final_timeout - how long stopping in order may take on this way down; USEC_INFINITY: for ever. */
uint64_t udb_final_timeout(const struct udb *db, enum udb_final final) _pure_;

/* udb_watchdog - what the hardware watchdog is to do. */
struct udb_watchdog udb_watchdog(const struct udb *db) _pure_;

/* udb_find - a unit by its full name. Return: its index; UDB_NONE. */
uint32_t udb_find(const struct udb *db, const char *name) _pure_;

/* udb_edge_inverse - the kind of the edge that goes back; UDB_EDGE_COUNT for one that has none. */
enum udb_edge udb_edge_inverse(enum udb_edge kind) _const_;

/* udb_has_edge - whether @to is in the list @kind of @from (bisection). */
bool udb_has_edge(const struct udb *db, uint32_t from, enum udb_edge kind, uint32_t to) _pure_;

/* udb_prop_last - the value that the last assignment of a directive left; NULL when never given. */
const char *udb_prop_last(const struct udb *db, uint32_t unit, const char *name) _pure_;

const char *udb_type_name(enum udb_type type) _const_;     /* "service" */
const char *udb_load_name(enum udb_load load) _const_;     /* "loaded", "not-found", "masked", "bad-setting" */
const char *udb_exec_name(enum udb_exec kind) _const_;     /* "ExecStart" */
