/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fuzz-db - a good unit database with something in every table, and everything that may be asked of one.
 */
#pragma once

#include "fuzz.h"
#include "udb.h"

/* fuzzdb_make - Return: allocated. */
uint8_t *fuzzdb_make(size_t *ret_size);

/* fuzzdb_checksum - make the checksum right for what is there. */
void fuzzdb_checksum(uint8_t *data, size_t size);

/* fuzzdb_use - call every accessor, and hold the answers against what udb.h promises. */
void fuzzdb_use(const struct udb *db);
