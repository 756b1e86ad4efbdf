/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unitload-impl - what the files of unitload share with each other, and with nobody else.
 *
 * unitload looks names up, unitload-scan fills the tables of names, unitload-gather reads the directories of drop-ins and
 * links that belong to one unit.
 */
#pragma once

#include "strmap.h"
#include "unitload.h"

/* A directory of drop-ins or links: its name without the path, and every place where one of that name stands.
 */
struct subdir {
    char *name;
    struct strv paths;
    uint8_t levels[32]; /* for each path: which search directory it is in */
};

struct unitload {
    int root_fd;
    bool in_root; /* a root other than "/": resolve inside it */
    unitload_report_fn report;
    void *arg;
    struct unitload_file *files;
    uint32_t n_files, room_files;
    struct strmap names; /* name -> files */
    struct subdir *subdirs;
    uint32_t n_subdirs, room_subdirs;
    struct strmap subdir_names;
    dev_t seen_dev[32]; /* directories scanned: /lib may be a link to /usr/lib */
    ino_t seen_ino[32];
    size_t n_seen;
    unsigned n_levels; /* search directories begun */
};


/* unitload_say - tell the caller's person. @level: enum udb_note_level. */
void unitload_say(const struct unitload *l, int level, const char *path, const char *text);

/* unitload_join - Return: "DIR/NAME", allocated; NULL. */
char *unitload_join(const char *dir, const char *name);

/* unitload_is_mask - a mask by its text: a root that is not running has no /dev/null of its own. */
bool unitload_is_mask(const char *target) _pure_;

/* unitload_scan - take in what stands in one search directory. Return: 0, also when there is none; -errno. */
int unitload_scan(struct unitload *l, const char *dir);
