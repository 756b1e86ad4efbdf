/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hardware - which hardware has no driver, for the recovery page, from what the loader remembers.
 */
#pragma once

#include "page.h"

struct stage1;

/*
 * hardware_list - modules that failed or hang, and devices for which the image has nothing
 * @everything: else only what a root can be behind (page_hardware_matters), and no device that has a driver by now.
 * Return: allocated array of @ret_n, its texts borrowed from @s until the loop runs again; NULL when there is none or no
 * memory.
 */
struct page_hardware *hardware_list(const struct stage1 *s, bool everything, size_t *ret_n);
