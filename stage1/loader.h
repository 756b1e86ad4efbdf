/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * loader - kernel modules: what a device asks for, with what it depends on, each once, in children.
 *
 * The index that the image builder wrote (modindex.h) says which modules an alias leads to and in which order
 * they go in. A child loads one such chain with finit_module(2) and tells of each module when it is done with
 * it; chains that share nothing run side by side, one that needs a module which another child is at waits for
 * that child's word on it and for nothing else. A module that hangs holds up what depends on it, nobody else.
 *
 * The result of each module is kept: for the handoff record, for the trace, for the recovery page.
 */
#pragma once

#include "child.h"
#include "cmdline.h"
#include "modindex.h"

enum loader_state {
    LOADER_IDLE,     /* nobody asked for it */
    LOADER_WANTED,   /* in the queue, or a child has it on its list */
    LOADER_LOADING,  /* the child is at it now */
    LOADER_LOADED,   /* by us, or it was there already */
    LOADER_FAILED,   /* @error */
};

struct loader_module {
    enum loader_state state;
    bool target;   /* asked for itself, not only as a dependency */
    bool assigned; /* a child has it on its list */
    bool no_file;  /* the image lacks its file: ENOENT of the open, not of the load */
    int error;     /* -errno of a failed load */
    uint64_t usec; /* how long the load took */
};

/* A modalias for which the image has nothing: the page shows it as hardware without a driver. */
struct loader_unmatched {
    char *modalias; /* owned */
    char *syspath;  /* owned */
};

/*
 * loader_load_fn - finit_module(2), but in tests
 * Context: a child; may block for ever. Return: 0; -EEXIST when it is there already; another -errno.
 */
typedef int (*loader_load_fn)(int fd, const char *options, int flags);

/* loader_fn - a module has been loaded or has failed. */
typedef void (*loader_fn)(void *data);

struct loader {
    struct modindex *index;        /* owned; NULL: the image has none */
    struct loader_module *modules; /* owned, one for each module of the index */
    size_t n;
    struct loader_unmatched *unmatched; /* owned */
    size_t n_unmatched;
    const struct cmdline *cmdline; /* borrowed */
    struct children *children;     /* borrowed */
    loader_load_fn load;
    bool dirty;                    /* the queue may hold something that can start */
    loader_fn changed;
    void *data;
};

/*
 * loader_init - read the index
 * @path: MODINDEX_PATH but in tests.
 * Return: 0, also when there is none (every module is then said to be missing); -EBADMSG; -errno.
 */
int loader_init(struct loader *l, const char *path, const struct cmdline *cmdline, struct children *children,
                loader_fn changed, void *data);
void loader_done(struct loader *l);

/*
 * loader_want_alias - ask for what a modalias leads to
 * @syspath: of the device, for the page; may be NULL.
 * Return: how many modules it leads to, 0 when the image has none for it.
 */
int loader_want_alias(struct loader *l, const char *modalias, const char *syspath);

/* loader_want - ask for one by name. Return: 0; -ENOENT when the image does not have it. */
int loader_want(struct loader *l, const char *name);

/* loader_retry - ask again for what failed, and for all that a failure kept from loading. */
void loader_retry(struct loader *l);

/* loader_run - start children for what can start. Call once after a batch of events. */
void loader_run(struct loader *l);

/*
 * loader_load_here - load what an alias or else a name leads to, one after the other in this process
 * Context: not in process 1: may block for ever.
 * Return: 0, also for what is built in; -ENOENT when the image has none for it or a blacklist keeps it out; the first
 * -errno of one that was asked for and failed.
 */
int loader_load_here(struct loader *l, const char *alias);

/* loader_is_busy - is anything wanted and neither loaded nor failed? */
bool loader_is_busy(const struct loader *l) _pure_;

/*
 * loader_alias_state - what became of the first module that an alias ("fs-xfs") leads to
 * @ret_module: its number in the index. Return: its state; -ENOENT when the image has none.
 */
int loader_alias_state(const struct loader *l, const char *modalias, uint32_t *ret_module);

/*
 * loader_cause - why a module failed: the first that failed of those that have to be there before it, or itself
 * Return: its number in the index.
 */
uint32_t loader_cause(const struct loader *l, uint32_t module);

/*
 * loader_options - what is given to a module: the index's options, then `name.param=value` of the command line
 * Return: @buf, cut at @size.
 */
char *loader_options(const struct loader *l, uint32_t module, char *buf, size_t size);
