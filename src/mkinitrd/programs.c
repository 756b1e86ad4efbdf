/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "log.h"
#include "sysroot.h"

/* Who asks for a library, in a chain up to the program: DT_RPATH is inherited along it. */
struct loader {
    const struct loader *by;
    const char *path; /* in the image, which is as the sysroot sees it */
    const char *host;
    const struct elfdeps_info *info;
};

static int add_elf(struct build *b, const struct loader *by, const char *path, const char *host);

/* The DT_RPATHs up the chain, which count only where nobody has a DT_RUNPATH of his own. */
static int inherited_rpath(const struct loader *l, char *buf, size_t size)
{
    size_t used = 0;

    buf[0] = '\0';
    for (const struct loader *by = l->by; by; by = by->by) {
        if (by->info->runpath || !by->info->rpath)
            continue;
        used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ":" : "", by->info->rpath);
        if (used >= size)
            return -ENAMETOOLONG;
    }
    return 0;
}

/* A library that the loader finds through its cache alone must move to where it looks without one. */
static int placed(struct build *b, const struct loader *l, const char *found, bool known, char *buf,
                  size_t size)
{
    _cleanup_free_ char *libc = NULL, *host = NULL;
    const char *base = strrchr(found, '/') + 1;
    bool is_known = false;

    if (known)
        return text_copy(buf, size, found) ? 0 : -ENAMETOOLONG;
    if (elfdeps_find_library(&b->host_libs, "libc.so.6", l->path, l->info, NULL, &libc, &host, &is_known) <
            0 ||
        !is_known)
        return snprintf(buf, size, "/usr/lib/%s", base) < (int)size ? 0 : -ENAMETOOLONG;
    return snprintf(buf, size, "%.*s/%s", (int)(strrchr(libc, '/') - libc), libc, base) < (int)size
               ? 0
               : -ENAMETOOLONG;
}

/* The path under which this very file is in the image already, or NULL. */
static const char *other_name(const struct build *b, const char *path, const char *host)
{
    for (size_t i = 0; i < b->plan.n; i++) {
        const struct plan_entry *e = b->plan.v[i];

        if (e->type == PLAN_FILE && e->source && streq(e->source, host) && !streq(e->path, path))
            return e->path;
    }
    return NULL;
}

/* Put a file in; those that are new to the plan are looked into, those with two names become links. */
static int add_found(struct build *b, const struct loader *by, const char *path, const char *host)
{
    const char *other;
    char form[PATH_MAX];
    struct stat st;
    int r;

    if (stat(host, &st) < 0)
        return log_error(-errno, "cannot read '%s'", host);
    r = plan_path(path, form, sizeof(form));
    if (r < 0)
        return log_error(r, "cannot use '%s' as a path in the image", path);
    other = plan_find(&b->plan, form) ? NULL : other_name(b, form, host);
    if (other)
        return plan_link(&b->plan, form, other);
    r = plan_file(&b->plan, form, host, st.st_mode, (size_t)st.st_size, NULL);
    if (r <= 0)
        return r;
    return add_elf(b, by, form, host);
}

/* libc asks for the loader by name; at run time that is the one which is there already. */
static bool is_own_loader(const struct loader *l, const char *name)
{
    for (; l; l = l->by)
        if (l->info->interp && streq(strrchr(l->info->interp, '/') + 1, name))
            return true;
    return false;
}

static int add_library(struct build *b, const struct loader *l, const char *name)
{
    _cleanup_free_ char *path = NULL, *host = NULL;
    char inherited[PATH_MAX], place[PATH_MAX];
    bool known;
    int r;

    if (is_own_loader(l, name))
        return 0;
    r = inherited_rpath(l, inherited, sizeof(inherited));
    if (r < 0)
        return r;
    r = elfdeps_find_library(&b->host_libs, name, l->path, l->info, *inherited ? inherited : NULL, &path,
                             &host, &known);
    if (r == -ENOENT)
        return log_error(r,
                         "'%s' needs the library '%s', which is not below '%s/': install it, or leave that "
                         "program out",
                         l->host, name, b->opt->sysroot);
    if (r < 0)
        return log_error(r, "cannot look for the library '%s' of '%s'", name, l->host);
    r = placed(b, l, path, known, place, sizeof(place));
    if (r < 0)
        return log_error(r, "cannot place the library '%s'", path);
    return add_found(b, l, place, host);
}

static int add_interpreter(struct build *b, const struct loader *l, const char *interp)
{
    _cleanup_free_ char *host = NULL;
    int r;

    r = sysroot_find_file(b->opt->sysroot, interp, &host, NULL);
    if (r < 0)
        return log_error(r, "'%s' needs the loader '%s', which is not below '%s/'", l->host, interp,
                         b->opt->sysroot);
    return add_found(b, l, interp, host);
}

/* "#!/bin/sh -e" and "#!/usr/bin/env python3": the interpreter must be there too. */
static int add_script(struct build *b, const char *host)
{
    char line[PATH_MAX], program[PATH_MAX];
    const char *pos = line, *word;
    size_t len;
    int r;

    if (fd_read_line(AT_FDCWD, host, line, sizeof(line)) < 2 || memcmp(line, "#!", 2) != 0)
        return 0;
    pos += 2;
    word = text_next_word(&pos, " \t\r", &len);
    if (!word)
        return 0;
    snprintf(program, sizeof(program), "%.*s", (int)len, word);
    r = programs_add(b, program);
    if (r == -ENOENT && plan_find(&b->plan, program))
        return 0; /* /bin/sh is a link to busybox in the image */
    if (r == -ENOENT)
        return log_error(r, "'%s' is a script for '%s', which is not below '%s/'", host, program,
                         b->opt->sysroot);
    if (r < 0 || !text_has_suffix(program, "/env"))
        return r;
    word = text_next_word(&pos, " \t\r", &len);
    if (!word)
        return 0;
    for (size_t i = 0; i < 2; i++) {
        snprintf(program, sizeof(program), "%s/%.*s", i ? "/bin" : "/usr/bin", (int)len, word);
        r = programs_add(b, program);
        if (r != -ENOENT)
            return r;
    }
    return log_error(-ENOENT, "'%s' is a script for '%.*s', which is not below '%s/'", host, (int)len, word,
                     b->opt->sysroot);
}

static int add_elf(struct build *b, const struct loader *by, const char *path, const char *host)
{
    _cleanup_elfdeps_ struct elfdeps_info info = {0};
    const struct loader self = {by, path, host, &info};
    int r;

    r = elfdeps_read(host, &info);
    if (r == -ENOEXEC)
        return add_script(b, host);
    if (r < 0)
        return log_error(r, "cannot read the program or library '%s'", host);
    if (info.interp && info.interp[0] != '/')
        return log_error(-EBADMSG, "'%s' names the loader '%s', which is no path", host, info.interp);
    if (info.interp) {
        r = add_interpreter(b, &self, info.interp);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < info.needed.n; i++) {
        r = add_library(b, &self, info.needed.v[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

int programs_add(struct build *b, const char *path)
{
    const struct plan_entry *e = plan_find(&b->plan, path);
    _cleanup_free_ char *host = NULL;
    int r;

    if (e && e->type != PLAN_DIR)
        return 0;
    r = sysroot_find_file(b->opt->sysroot, path, &host, NULL);
    if (r == -ENOENT || r == -ENOTDIR)
        return -ENOENT;
    if (r < 0)
        return log_error(r, "cannot look for '%s' below '%s/'", path, b->opt->sysroot);
    r = add_found(b, NULL, path, host);
    return r == -ENOENT ? -ELIBACC : r; /* it is there; something that it needs is not, and that was logged */
}

int programs_add_first(struct build *b, const char *const *paths, size_t n, const char **ret_path)
{
    int r = -ENOENT;

    for (size_t i = 0; i < n && r == -ENOENT; i++) {
        r = programs_add(b, paths[i]);
        if (r >= 0)
            *ret_path = paths[i];
    }
    return r;
}

int programs_add_file(struct build *b, const char *file, const char *dest)
{
    struct stat st;

    if (stat(file, &st) < 0)
        return log_error(-errno, "cannot read '%s'", file);
    if (!S_ISREG(st.st_mode))
        return log_error(S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL, "cannot take '%s': only files can go in",
                         file);
    return add_found(b, NULL, dest, file);
}

int programs_add_library(struct build *b, const char *name, const char *file, const char *dest)
{
    _cleanup_elfdeps_ struct elfdeps_info info = {0};
    struct loader l = {.path = dest, .host = file, .info = &info};
    int r = elfdeps_read(file, &info);

    if (r < 0 && r != -ENOEXEC)
        return log_error(r, "cannot read the headers of '%s'", file);
    return add_library(b, &l, name);
}
