/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * early - what must be there before anything else can be said or done.
 *
 * /proc, /sys, /dev and /run travel to the real root later; /run is a tmpfs with mode=0755,nodev,nosuid and
 * without noexec, because what takes the root apart on the way down is executed from there.
 */
#pragma once

#include "util.h"

/*
 * early_mount - mount the API file systems; what is mounted already is left alone
 * Return: 0; -errno of the first that failed (the rest is tried all the same).
 */
int early_mount(void);

/*
 * early_console - descriptors 0, 1 and 2 on /dev/console, or on /dev/null where there is no console
 * Context: after early_mount: the kernel opened the image's own node, which would pin the image.
 * Return: 0; -errno: not even /dev/null can be opened.
 */
int early_console(void);
