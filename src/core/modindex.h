/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modindex - which modules the image holds, what leads to each and in which order they go in.
 *
 * The image builder knows all of this through libkmod and writes it down once, as a small text file; stage
 * one reads that file and needs no libkmod (nor the libcrypto behind it) in a lean image. The file:
 *
 *     pintle-modules 1 MODULES ALIASES ORDERS BUILTINS
 *     m FLAGS NAME PATH          one a module, sorted by name; FLAGS is "b" (blacklisted) or "-"
 *     o OPTIONS                  options from modprobe.d, only if there are any
 *     l N N N                    load order: softdep pre, hard dependencies, itself, softdep post
 *     a N PATTERN                sorted by the literal text before the first wildcard, then as a whole
 *     b NAME                     built into the kernel, sorted
 *     end pintle-modules
 *
 * Module names and patterns are kept with '_' for '-', as depmod does. A file system type is asked for as
 * "fs-TYPE": those aliases are in the list for every file system module, also where the module has none.
 *
 * The reader takes the whole file into memory once; all strings that it returns are borrowed and live as
 * long as the index. It trusts nothing: counts, order, names and numbers are checked at load, so that
 * afterwards no number in it can lead outside of its arrays.
 */
#pragma once

#include "text.h"
#include "util.h"

#define MODINDEX_PATH "/etc/pintle/modules.idx"

struct modindex;

/*
 * modindex_load - read and check an index
 * @dirfd, @path: as in openat(2).   @ret: free with modindex_free.
 * Return: 0; -ENOENT when there is none; -EBADMSG when it is cut short or damaged; -ENOMEM; another -errno.
 */
int modindex_load(int dirfd, const char *path, struct modindex **ret);

/*
 * modindex_parse - as modindex_load, from memory
 * @text: allocated, @size bytes and a NUL behind them; taken over, also on failure.
 */
int modindex_parse(char *text, size_t size, struct modindex **ret);

/* modindex_free - NULL is fine. */
void modindex_free(struct modindex *x);
static inline void modindex_freep(struct modindex **x)
{
    modindex_free(*x);
}
#define _cleanup_modindex_ _cleanup_(modindex_freep)

/* modindex_count - number of modules; they are numbered from 0 in the order of their names. */
size_t modindex_count(const struct modindex *x) _pure_;

/*
 * modindex_match - the modules that a modalias (or "fs-TYPE") leads to
 * @ret_modules: the first @room of them, each once; blacklisted ones are left out, as modprobe does for
 * aliases (by name they can still be asked for).
 * Return: how many there are, which may be more than @room.
 */
size_t modindex_match(const struct modindex *x, const char *modalias, uint32_t *ret_modules, size_t room);

/*
 * modindex_buses - whose devices the image's modules could be for: what stands before the colon of their
 * aliases Looking at those devices alone is what makes a coldplug of a lean image cost a tenth: /sys has
 * hundreds of others. "cpu" is left out (see boot.c); for "acpi" and "of", which name a firmware's table and
 * not a bus, the buses whose devices have such aliases are given.
 * @ret: names are added, each once.
 * Return: 0; -ENOTUNIQ when an alias has a wildcard there: every device has to be looked at; -ENOMEM.
 */
int modindex_buses(const struct modindex *x, struct strv *ret);

/* modindex_find - by name, '-' and '_' taken as equal. Return: 0; -ENOENT. */
int modindex_find(const struct modindex *x, const char *name, uint32_t *ret_module);

/* modindex_is_builtin - true for a module that is part of this kernel itself, by name. */
bool modindex_is_builtin(const struct modindex *x, const char *name);

/* What is known of module @i; NULL (false) when there is no such number. Options are NULL when none. */
const char *modindex_name(const struct modindex *x, uint32_t i) _pure_;
const char *modindex_path(const struct modindex *x, uint32_t i) _pure_;
const char *modindex_options(const struct modindex *x, uint32_t i) _pure_;
bool modindex_is_blacklisted(const struct modindex *x, uint32_t i) _pure_;

/*
 * modindex_load_order - everything to load for module @i, in order, itself included
 * @ret_modules: the first @room of them. Those behind @i itself are its softdep "post" modules.
 * A soft dependency that fails to load does not matter; a hard one shows when @i itself fails.
 * Return: how many there are; 0 when there is no such number.
 */
size_t modindex_load_order(const struct modindex *x, uint32_t i, uint32_t *ret_modules, size_t room);

/* --- writing (modindexwrite.c) ------------------------------------------------------------------------- */

struct modindex_source {
    const char *name;    /* borrowed, all of them */
    const char *path;    /* absolute, in the image */
    const char *options; /* or NULL */
    bool blacklisted;
    const uint32_t *order; /* load order as positions in the array given to modindex_format */
    size_t n_order;
    const char *const *aliases; /* without the module's own name */
    size_t n_aliases;
};

/*
 * modindex_format - write an index
 * @modules: in any order; equal input gives equal bytes whatever the order.
 * @ret_text: allocated, NUL behind @ret_size bytes.
 * Return: 0; -EINVAL for a name, path, alias or number that the format cannot hold; -EEXIST for a module
 * named twice; -ENOMEM.
 */
int modindex_format(const struct modindex_source *modules, size_t n_modules, const char *const *builtin,
                    size_t n_builtin, char **ret_text, size_t *ret_size);

/* --- shared by both sides ------------------------------------------------------------------------------ */

/*
 * modindex_normalize - copy with '_' for every '-' outside of brackets
 * Return: true; false when it does not fit in @size.
 */
bool modindex_normalize(const char *s, char *buf, size_t size);

/* modindex_literal - length of the text before the first wildcard of a pattern. */
size_t modindex_literal(const char *pattern) _pure_;

/* modindex_compare_patterns - the order of "a" lines. Return: as strcmp(3). */
int modindex_compare_patterns(const char *a, const char *b) _pure_;
