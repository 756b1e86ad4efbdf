/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bootenv - what the machine asks for at boot beside its unit files: the target named on the kernel's command
 * line, and a login on the console in use.
 */
#pragma once

#include "compile.h"

struct bootenv {
    const char *cmdline_path;  /* NULL: /proc/cmdline */
    const char *consoles_path; /* NULL: /sys/class/tty/console/active */
    bool container;
};

/* bootenv_is_container - from the environment that PID 1 was given, or the marks that container managers
 * leave. */
bool bootenv_is_container(void);

/*
 * bootenv_target - the unit that the command line names: systemd.unit=, pintle.unit=, single, rescue,
 * emergency, 1 to 5
 * @ret_name: UNITNAME_MAX + 1 bytes.
 * Return: 1; 0 when it names none; -errno.
 */
int bootenv_target(const struct bootenv *e, char *ret_name);

/* bootenv_add_gettys - let getty.target want a login on each console in use that is no virtual terminal. */
void bootenv_add_gettys(const struct bootenv *e, struct compiler *c);
