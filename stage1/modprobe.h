/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modprobe - stage one as the kernel's own helper: what the kernel asks for by itself before there is a root (the
 * target of a device mapper's table, a cipher, a character set) comes out of the same index.
 *
 * The image has /sbin/modprobe as a link to /init. The kernel runs it for each request_module() and waits for it,
 * beside the stage one that is process 1 and with no word between them: a module that both load is loaded once, and
 * the one that comes second waits in finit_module(2). From the pivot on /sbin/modprobe is the real root's.
 */
#pragma once

#include "util.h"

/* modprobe_is_meant - was this program called by that name? Pure. */
bool modprobe_is_meant(const char *program);

/*
 * modprobe_run - load the modules that the words name, by alias or by name, with what they depend on
 * @argv: as main's; options are skipped, as the kernel's own call ("modprobe -q -- NAME") needs none.
 * Return: an exit status: 0; 1 when one was not found or did not load. Nothing is logged of what is not found, because
 * the kernel often asks for what may be.
 */
int modprobe_run(char **argv);
