/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trim - give memory back that a burst of work touched and what comes after does not need.
 *
 * The check of a database, a boot and a reload touch all of the mappings, most of the program, and a slot for each
 * child that was on its way. Nothing is lost: pages of files are dropped from the page tables alone and come back by minor
 * faults; a slot that is free holds nothing.
 */
#pragma once

#include "stage2.h"

/* trim_later - trim when things have calmed down, a moment from now. Context: main loop; as often as one likes. */
void trim_later(struct stage2 *s);
