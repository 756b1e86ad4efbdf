/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * specifier - resolves %i, %n, %H and their like in the values of unit files (systemd.unit(5), "Specifiers").
 *
 * What the machine has to be asked for is asked once, when it is first wanted. The system's own manager is
 * meant: %u is root, %t is /run.
 */
#pragma once

#include "unitname.h"

struct specifier_host {
    const char *root; /* borrowed; "" for the running system: where /etc/machine-id and os-release are read */
    char hostname[65];
    char kernel[65];
    char arch[65];
    char machine_id[33];
    char boot_id[33];
    char *os_release; /* owned */
    unsigned asked;   /* bits: what has been looked up */
};

void specifier_host_init(struct specifier_host *h, const char *root);
void specifier_host_done(struct specifier_host *h);

/*
 * specifier_expand - resolve all specifiers of @text
 * @unit: the unit's full name.   @path: of its file, may be NULL.
 * @ret: allocated, the caller frees it; on failure unchanged.
 * An unknown "%x" stays as it is, as in systemd; *@ret_odd (may be NULL) is set to its letter.
 * Return: 0; -ENOMEM; -ENXIO when a specifier has no value here (%m without a machine-id, %I that cannot be
 * unescaped): *@ret_odd is its letter.
 */
int specifier_expand(struct specifier_host *h, const char *unit, const char *path, const char *text,
                     char **ret, char *ret_odd);
