/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modtree - the modules of one kernel version, read through libkmod.
 *
 * Owns libkmod's context. What a module needs (hard dependencies in load order, softdeps, options, firmware,
 * aliases) is read here and nowhere else; what to do with it is the caller's. Names are libkmod's, with '_'.
 *
 * libkmod mixes the module options and blacklists of the running kernel's command line into its own
 * configuration. They belong to this boot and not to an image, so they are taken out again.
 */
#pragma once

#include "text.h"
#include "util.h"

struct modtree;

struct modtree_module {
    char *name;          /* owned, all of them */
    char *path;          /* of the .ko file on this machine, maybe compressed; NULL when builtin */
    char *options;       /* from modprobe.d; NULL when none */
    char *install;       /* modprobe.d's command in place of loading it; NULL when none */
    struct strv depends; /* hard dependencies, in load order */
    struct strv pre;     /* softdep modules to load before */
    struct strv post;    /* and after */
    struct strv aliases;
    struct strv firmware; /* below /lib/firmware */
    bool builtin;
    bool blacklisted;
};

/*
 * modtree_open - read the indexes of one version
 * @dir: DIR/lib/modules/VERSION or what stands for it; holds modules.dep.bin.
 * @root: below it modprobe.d is looked for; "" is this machine.
 * Return: 0; -ENOENT when there is no such directory; -ENOTDIR; -ENODATA when depmod has not been run there;
 * another -errno.
 */
int modtree_open(const char *dir, const char *root, struct modtree **ret);
void modtree_free(struct modtree *t);
static inline void modtree_freep(struct modtree **t)
{
    modtree_free(*t);
}
#define _cleanup_modtree_ _cleanup_(modtree_freep)

/*
 * modtree_lookup - the modules behind a name or a modalias
 * @ret_names: appended to; modules that are built in are among them.
 * Return: how many; 0 when none; -errno.
 */
int modtree_lookup(struct modtree *t, const char *alias, struct strv *ret_names);

/*
 * modtree_get - all about one module, by name
 * @ret: modtree_module_done frees what is in it.
 * Return: 0; -ENOENT when there is no such module in this version; -errno.
 */
int modtree_get(struct modtree *t, const char *name, struct modtree_module *ret);
void modtree_module_done(struct modtree_module *m);
#define _cleanup_modtree_module_ _cleanup_(modtree_module_done)

/* modtree_list - each module's path below the modules' directory ("kernel/fs/ext4/ext4.ko.xz"), sorted. */
int modtree_list(struct modtree *t, struct strv *ret_paths);

/* modtree_builtins - names of what is built into this kernel. Return: 0, also when that is not known. */
int modtree_builtins(struct modtree *t, struct strv *ret_names);

/* modtree_dir - the directory that modtree_open was given, as an absolute path without links. */
const char *modtree_dir(const struct modtree *t) _pure_;

/*
 * modtree_name_of - a module's name from its file's name: "kernel/crypto/sha256-x.ko.zst" -> "sha256_x"
 * Return: true; false when that is no module's file.
 */
bool modtree_name_of(const char *path, char *buf, size_t size);
