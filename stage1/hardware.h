/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hardware - which hardware has no driver, for the recovery page, from what the loader remembers.
 */
#pragma once

#include "page.h"

struct stage1;

/*
 * hardware_module - what became of one module
 * @ret: texts borrowed from @s.   Return: true when it failed, or has been loading for a second or more.
 */
bool hardware_module(const struct stage1 *s, uint32_t module, struct page_hardware *ret);

/*
 * hardware_list - modules that failed or hang, and devices for which the image has nothing
 * @everything: else only what a root can be behind (page_hardware_matters), and no device that has a driver by now.
 * What failed by itself stands before what failed because of it.
 * Return: allocated array of @ret_n, its texts borrowed from @s until the loop runs again; NULL when there is none or no
 * memory.
 */
struct page_hardware *hardware_list(const struct stage1 *s, bool everything, size_t *ret_n);
