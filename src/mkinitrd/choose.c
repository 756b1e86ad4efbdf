/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choose.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "host.h"
#include "log.h"
#include "modules.h"
#include "sysroot.h"

/* --- modules ------------------------------------------------------------------------------------------- */

/* A name, or else an alias; what this kernel does not have is built in under another name, or not needed. */
static int add_if_there(struct build *b, const char *name)
{
    int r = modules_add(b, name);

    return r == -ENOENT ? modules_add_alias(b, name) : r;
}

static int add_host_filesystem(struct build *b, const char *type)
{
    char alias[96];
    int r;

    snprintf(alias, sizeof(alias), "fs-%s", type);
    r = modules_add_alias(b, alias);
    if (r == 0)
        r = add_if_there(b, type);
    return r < 0 ? r : strv_add(&b->fs_types, type);
}

static int add_host(struct build *b)
{
    static const struct host_paths paths = {.sys = "/sys", .mountinfo = "/proc/self/mountinfo"};
    _cleanup_host_ struct host_facts facts = {0};
    char problem[PATH_MAX * 2] = "";
    int r;

    r = host_read(&paths, &facts, problem, sizeof(problem));
    if (r < 0)
        return log_error(
            r, "cannot tell which drivers this machine's root needs: %s; use --generic, or --modules",
            problem);
    for (size_t i = 0; i < facts.modules.n && r >= 0; i++)
        r = add_if_there(b, facts.modules.v[i]);
    for (size_t i = 0; i < facts.modaliases.n && r >= 0; i++)
        r = modules_add_alias(b, facts.modaliases.v[i]);
    if (r >= 0)
        r = add_host_filesystem(b, facts.fs_type);
    for (size_t i = 0; i < facts.stacked.n && r >= 0; i++)
        r = build_note(b, "the root '%s' is on %s, which this stage one cannot put together yet",
                       facts.source, facts.stacked.v[i]);
    return r < 0 ? r : 0;
}

static int add_generic(struct build *b)
{
    static const char *const types[] = {"exfat", "ext4", "f2fs", "jfs", "vfat"};
    int r;

    r = modules_add_generic(b);
    for (size_t i = 0; i < ARRAY_SIZE(types) && r >= 0; i++)
        r = strv_add(&b->fs_types, types[i]);
    return r;
}

int choose_modules(struct build *b)
{
    int r = 0;

    if (b->opt->mode == MODE_HOST)
        r = add_host(b);
    else if (b->opt->mode == MODE_GENERIC)
        r = add_generic(b);
    if (r >= 0)
        r = modules_add_named(b);
    for (size_t i = 0; i < b->opt->modules.n && r >= 0; i++)
        r = strv_add(&b->fs_types, b->opt->modules.v[i]);
    return r;
}

/* --- compression --------------------------------------------------------------------------------------- */

/*
 * An archive of up to this size is written as it is, a larger one as lz4. Measured with Debian's 6.1, in
 * millions of instructions from power-on to /init: 1.1 MiB 1556 as it is, 1562 with lz4, 1575 with zstd; 6.2
 * MiB 1566, 1591, 1673; 28.6 MiB 1607, 1691 (10.4 MiB to read), 1942 (7.7 MiB). Below 200 MB a second the
 * disk costs more than lz4.
 */
#define SMALL_IMAGE ((size_t)8 << 20)

/* The kernel's own configuration; NULL text when it is nowhere to be found. */
static int read_config(const struct options *o, char **ret_text)
{
    char places[2][PATH_MAX];

    snprintf(places[0], PATH_MAX, "/boot/config-%s", o->kernel);
    snprintf(places[1], PATH_MAX, "/lib/modules/%s/config", o->kernel);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        _cleanup_free_ char *host = NULL;
        size_t size;

        if (sysroot_find_file(o->moddir, places[i], &host, NULL) >= 0)
            return fd_read_file(AT_FDCWD, host, 16 << 20, ret_text, &size);
    }
    *ret_text = NULL;
    return 0;
}

static bool has_option(const char *config, const char *option)
{
    char line[64];
    const char *at;

    snprintf(line, sizeof(line), "%s=y", option);
    at = strstr(config, line);
    return at && (at == config || at[-1] == '\n');
}

/* zstd came with 5.9; a kernel whose configuration is not known is taken for a common one of its time. */
static bool can_unpack(const struct options *o, const char *config, enum compress_method m)
{
    unsigned version = 0, patch = 0;

    if (!compress_config(m))
        return true;
    if (config)
        return has_option(config, compress_config(m));
    if (m != COMPRESS_ZSTD || sscanf(o->kernel, "%u.%u", &version, &patch) != 2)
        return true;
    return version > 5 || (version == 5 && patch >= 9);
}

static int refuse(const struct options *o, const char *config)
{
    char others[64] = "none";

    for (enum compress_method m = COMPRESS_ZSTD; m < COMPRESS_COUNT; m++) {
        if (m != o->compress && compress_is_built(m) && can_unpack(o, config, m)) {
            strcat(others, ", ");
            strcat(others, compress_name(m));
        }
    }
    return log_error(-EOPNOTSUPP,
                     "kernel '%s' was built without %s and could not unpack a %s image; it takes: %s",
                     o->kernel, compress_config(o->compress), compress_name(o->compress), others);
}

int choose_compression(const struct options *o, enum compress_method *ret)
{
    static const enum compress_method wanted[] = {COMPRESS_LZ4, COMPRESS_ZSTD, COMPRESS_GZIP, COMPRESS_NONE};
    _cleanup_free_ char *config = NULL;
    int r;

    r = read_config(o, &config);
    if (r < 0)
        return log_error(r, "cannot read the configuration of kernel '%s'", o->kernel);
    if (o->compress != COMPRESS_AUTO) {
        if (!can_unpack(o, config, o->compress))
            return refuse(o, config);
        *ret = o->compress;
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        if (compress_is_built(wanted[i]) && can_unpack(o, config, wanted[i])) {
            *ret = wanted[i];
            break;
        }
    }
    return 0;
}

enum compress_method choose_for_size(const struct options *o, enum compress_method m, size_t size)
{
    return o->compress == COMPRESS_AUTO && size <= SMALL_IMAGE ? COMPRESS_NONE : m;
}
