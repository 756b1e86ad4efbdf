/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modules - the kernel modules of an image: closed under dependencies and softdeps, with their firmware, and
 * the index that stage one reads.
 */
#pragma once

#include "build.h"

struct modset;
struct modtree;

/* modules_open - read the module tree of the kernel that was asked for; logs what is wrong. */
int modules_open(struct build *b);
void modules_free(struct modset *s);

/*
 * modules_add - a module by name or alias, with all that it needs
 * Return: 1; 0 when it is part of the kernel or modprobe.d forbids it; -ENOENT when this kernel does not have
 * it (not logged); another -errno (logged).
 */
int modules_add(struct build *b, const char *name);

/* modules_add_alias - every module that a modalias leads to, but for blacklisted ones. Return: how many;
 * -errno. */
int modules_add_alias(struct build *b, const char *modalias);

/* modules_add_named - those of --modules; an unknown name is an error that names the nearest. */
int modules_add_named(struct build *b);

/* modules_add_generic - every module that can lead to a local root (generic.c). */
int modules_add_generic(struct build *b);

/* modules_tree - the tree that modules_open opened. */
struct modtree *modules_tree(const struct build *b);

/* modules_finish - put the files, the firmware and the index into the plan. */
int modules_finish(struct build *b);

size_t modules_count(const struct build *b);
