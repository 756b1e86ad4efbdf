/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * unitname - names of units: "ssh.service", "getty@tty1.service", "getty@.service".
 *
 * A name is PREFIX.TYPE, PREFIX@INSTANCE.TYPE (an instance) or PREFIX@.TYPE (a template), of letters, digits
 * and
 * ":-_.\@", 255 bytes at most. What else a name is to hold is escaped: "/" as "-", other bytes as \xNN.
 */
#pragma once

#include "util.h"

#define UNITNAME_MAX 255 /* bytes, without the NUL */

/* Every type of unit that systemd knows; pintle does the first two. */
enum unitname_type {
    UNITNAME_SERVICE,
    UNITNAME_TARGET,
    UNITNAME_SOCKET,
    UNITNAME_TIMER,
    UNITNAME_PATH,
    UNITNAME_MOUNT,
    UNITNAME_AUTOMOUNT,
    UNITNAME_SWAP,
    UNITNAME_DEVICE,
    UNITNAME_SLICE,
    UNITNAME_SCOPE,
    UNITNAME_TYPE_COUNT
};

/* The parts of a name, pointing into it. */
struct unitname {
    const char *prefix;
    size_t prefix_len;
    const char *instance; /* NULL when there is no "@"; of length 0 for a template */
    size_t instance_len;
    const char *suffix; /* "service", to the end of the name */
    enum unitname_type type;
};

/* unitname_parse - Return: 0; -EINVAL when @name is no name of a unit. */
int unitname_parse(const char *name, struct unitname *ret_parts);

bool unitname_is_valid(const char *name) _pure_;
bool unitname_is_template(const char *name) _pure_;
bool unitname_is_instance(const char *name) _pure_;

/* unitname_type_name - "service". */
const char *unitname_type_name(enum unitname_type type) _const_;

/*
 * unitname_template - "getty@tty1.service" -> "getty@.service"
 * @buf: UNITNAME_MAX + 1 bytes.   Return: 0; -EINVAL when @name is no instance.
 */
int unitname_template(const char *name, char *buf);

/* unitname_instantiate - "getty@.service", "tty1" -> "getty@tty1.service". Return: 0; -EINVAL; -ENAMETOOLONG.
 */
int unitname_instantiate(const char *name, const char *instance, size_t instance_len, char *buf);

/*
 * unitname_unescape - "-" becomes "/", \xNN the byte
 * @buf: as large as @len + 1.   Return: 0; -EINVAL for a bad escape or one that makes a NUL.
 */
int unitname_unescape(const char *s, size_t len, char *buf);

/* unitname_escape - the inverse, for any text. Return: 0; -ENAMETOOLONG. */
int unitname_escape(const char *s, char *buf, size_t size);
