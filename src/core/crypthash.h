/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crypthash - is this the password of that crypt(3) hash?
 *
 * libcrypt.so.1 is loaded when it is asked for and not before: few boots ever need it, and an image without a
 * shell-hash= does not carry it.
 */
#pragma once

#include "util.h"

#define CRYPTHASH_LIBRARY "libcrypt.so.1"

/* crypthash_is_locked - "", "*", "!...": no password opens it (shadow(5)). */
bool crypthash_is_locked(const char *hash) _pure_;

/*
 * crypthash_check - compare
 * @hash: as in shadow(5): "$6$salt$...".
 * Context: in a child: allocates, loads a library, takes as long as the hash was made to take.
 * Return: 1 when it fits, 0 when not; -ELIBACC when the library is not in the image; -EINVAL when it does not know
 * this kind of hash (or the hash is locked); -ENOMEM.
 */
int crypthash_check(const char *password, const char *hash);
