/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"

#define STACK_DEPTH 16
#define KEY_A       30

struct scan {
    const struct host_paths *paths;
    struct host_facts *facts;
    unsigned depth;
};

struct root {
    unsigned major, minor;
    char type[64];
    char source[PATH_MAX];
};

static int add_once(struct strv *l, const char *s)
{
    return !*s || strv_has(l, s) ? 0 : strv_add(l, s);
}

void host_done(struct host_facts *f)
{
    strv_clear(&f->modaliases);
    strv_clear(&f->modules);
    strv_clear(&f->stacked);
    free(f->fs_type);
    free(f->source);
    *f = (struct host_facts){0};
}

/* --- one device and what is above it ------------------------------------------------------------------- */

static int scan_device(struct scan *s, const char *dir);

/* One directory of /sys/devices: its modalias, the module of the driver that it is bound to. */
static int scan_node(struct scan *s, const char *dir)
{
    char path[PATH_MAX * 3], text[PATH_MAX];
    ssize_t n;
    int r = 0;

    snprintf(path, sizeof(path), "%s/modalias", dir);
    if (fd_read_line(AT_FDCWD, path, text, sizeof(text)) > 0)
        r = add_once(&s->facts->modaliases, text);
    if (r < 0)
        return r;
    snprintf(path, sizeof(path), "%s/driver/module", dir);
    n = readlink(path, text, sizeof(text) - 1);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return add_once(&s->facts->modules, strrchr(text, '/') ? strrchr(text, '/') + 1 : text);
}

/* dm, md and loop devices hang on others, and on drivers that no modalias leads to. */
static int scan_stacked(struct scan *s, const char *dir)
{
    char path[PATH_MAX * 3], text[256];
    int r = 0;

    snprintf(path, sizeof(path), "%s/dm/uuid", dir);
    if (fd_read_line(AT_FDCWD, path, text, sizeof(text)) >= 0) {
        r = add_once(&s->facts->stacked, "dm");
        if (r >= 0)
            r = add_once(&s->facts->modules, "dm_mod");
        if (r >= 0 && strncmp(text, "CRYPT-", 6) == 0)
            r = add_once(&s->facts->modules, "dm_crypt");
    }
    snprintf(path, sizeof(path), "%s/md/level", dir);
    if (r >= 0 && fd_read_line(AT_FDCWD, path, text, sizeof(text)) > 0) {
        r = add_once(&s->facts->stacked, "md");
        if (r >= 0) /* "raid1", "linear": the personality's own alias */
            r = add_once(&s->facts->modules, strncmp(text, "raid", 4) == 0 && text[4] >= '4' && text[4] <= '6'
                                                 ? "raid456"
                                                 : text);
    }
    snprintf(path, sizeof(path), "%s/loop/backing_file", dir);
    if (r >= 0 && access(path, F_OK) == 0) {
        r = add_once(&s->facts->stacked, "loop");
        if (r >= 0)
            r = add_once(&s->facts->modules, "loop");
    }
    return r;
}

static int scan_slaves(struct scan *s, const char *dir)
{
    char path[PATH_MAX * 3];
    _cleanup_closedir_ DIR *d = NULL;
    const struct dirent *de;
    int r = 0;

    snprintf(path, sizeof(path), "%s/slaves", dir);
    d = opendir(path);
    while (d && r >= 0 && (de = readdir(d))) {
        char slave[PATH_MAX];

        if (de->d_name[0] == '.')
            continue;
        if (snprintf(slave, sizeof(slave), "%s/slaves/%s", dir, de->d_name) < PATH_MAX)
            r = scan_device(s, slave);
    }
    return r;
}

/* From a device (or a link to it) up to /sys/devices. */
static int scan_device(struct scan *s, const char *dir)
{
    _cleanup_free_ char *real = realpath(dir, NULL);
    char top[PATH_MAX];
    char *slash;
    int r = 0;

    if (!real)
        return -errno;
    if (s->depth >= STACK_DEPTH)
        return -ELOOP;
    s->depth++;
    if (snprintf(top, sizeof(top), "%s/devices", s->paths->sys) >= PATH_MAX)
        return -ENAMETOOLONG;
    while (r >= 0 && text_after(real, top) && strlen(real) > strlen(top)) {
        r = scan_node(s, real);
        if (r >= 0)
            r = scan_stacked(s, real);
        if (r >= 0)
            r = scan_slaves(s, real);
        slash = strrchr(real, '/');
        *slash = '\0';
    }
    s->depth--;
    return r;
}

/* --- the root ------------------------------------------------------------------------------------------ */

/* The last line for "/" is what is visible there. */
static int find_root(const char *mountinfo, struct root *ret)
{
    _cleanup_free_ char *text = NULL;
    const char *pos, *line;
    size_t size, len;
    int r, found = -ENOENT;

    r = fd_read_file(AT_FDCWD, mountinfo, 16 << 20, &text, &size);
    if (r < 0)
        return r;
    pos = text;
    while ((line = text_next_word(&pos, "\n", &len))) {
        char copy[PATH_MAX * 2], point[PATH_MAX];
        const char *dash;
        struct root root;

        snprintf(copy, sizeof(copy), "%.*s", (int)len, line);
        dash = strstr(copy, " - ");
        if (!dash || sscanf(copy, "%*d %*d %u:%u %*s %4095s", &root.major, &root.minor, point) != 3 ||
            !streq(point, "/") || sscanf(dash, " - %63s %4095s", root.type, root.source) != 2)
            continue;
        *ret = root;
        found = 0;
    }
    return found;
}

/* btrfs and the like mount under a device number of their own; the source names one of their devices. */
static int scan_by_source(struct scan *s, const struct root *root)
{
    _cleanup_free_ char *real = realpath(root->source, NULL);
    const char *name = strrchr(real ? real : root->source, '/');
    char path[PATH_MAX * 2];

    if (!name)
        return -ENODEV;
    snprintf(path, sizeof(path), "%s/class/block/%s", s->paths->sys, name + 1);
    return access(path, F_OK) == 0 ? scan_device(s, path) : -ENODEV;
}

/* Other members of the btrfs that has @name among its devices. */
static int scan_btrfs(struct scan *s, const struct root *root)
{
    _cleanup_free_ char *real = realpath(root->source, NULL);
    const char *name = real ? strrchr(real, '/') : NULL;
    char dir[PATH_MAX], path[PATH_MAX * 2];
    _cleanup_closedir_ DIR *d = NULL;
    const struct dirent *de, *member;
    int r = 0;

    snprintf(dir, sizeof(dir), "%s/fs/btrfs", s->paths->sys);
    d = opendir(dir);
    while (name && d && r >= 0 && (de = readdir(d))) {
        _cleanup_closedir_ DIR *members = NULL;

        snprintf(path, sizeof(path), "%s/%s/devices%s", dir, de->d_name, name);
        if (de->d_name[0] == '.' || access(path, F_OK) < 0)
            continue;
        *strrchr(path, '/') = '\0';
        members = opendir(path);
        while (members && r >= 0 && (member = readdir(members))) {
            char device[PATH_MAX * 3];

            snprintf(device, sizeof(device), "%s/class/block/%s", s->paths->sys, member->d_name);
            if (member->d_name[0] != '.')
                r = scan_device(s, device);
        }
    }
    return r;
}

static int scan_root(struct scan *s, const struct root *root)
{
    char path[PATH_MAX * 3];
    int r;

    snprintf(path, sizeof(path), "%s/dev/block/%u:%u", s->paths->sys, root->major, root->minor);
    if (root->major != 0 && access(path, F_OK) == 0)
        r = scan_device(s, path);
    else
        r = root->source[0] == '/' ? scan_by_source(s, root) : -ENODEV;
    if (r >= 0 && streq(root->type, "btrfs"))
        r = scan_btrfs(s, root);
    return r;
}

/* --- keyboards ----------------------------------------------------------------------------------------- */

static bool has_letters(const char *dir)
{
    char path[PATH_MAX * 3], text[1024];
    const char *last;

    snprintf(path, sizeof(path), "%s/capabilities/key", dir);
    if (fd_read_line(AT_FDCWD, path, text, sizeof(text)) <= 0)
        return false;
    last = strrchr(text, ' ');
    return strtoull(last ? last + 1 : text, NULL, 16) >> KEY_A & 1;
}

static int scan_keyboards(struct scan *s)
{
    char dir[PATH_MAX];
    _cleanup_closedir_ DIR *d = NULL;
    const struct dirent *de;
    int r = 0;

    snprintf(dir, sizeof(dir), "%s/class/input", s->paths->sys);
    d = opendir(dir);
    while (d && r >= 0 && (de = readdir(d))) {
        char path[PATH_MAX * 2];

        snprintf(path, sizeof(path), "%s/%s", dir, de->d_name);
        if (strncmp(de->d_name, "input", 5) == 0 && has_letters(path))
            r = scan_device(s, path);
    }
    return r;
}

int host_read(const struct host_paths *paths, struct host_facts *ret, char *problem, size_t problem_size)
{
    _cleanup_host_ struct host_facts facts = {0};
    struct scan s = {.paths = paths, .facts = &facts};
    struct root root = {0};
    int r;

    r = find_root(paths->mountinfo, &root);
    if (r < 0) {
        snprintf(problem, problem_size, "'%s' does not name a root", paths->mountinfo);
        return r;
    }
    r = scan_root(&s, &root);
    if (r < 0) {
        snprintf(problem, problem_size, "'/' is '%s' of type %s (device %u:%u)", root.source, root.type,
                 root.major, root.minor);
        return r;
    }
    r = scan_keyboards(&s);
    if (r < 0) {
        snprintf(problem, problem_size, "a keyboard cannot be followed through '%s'", paths->sys);
        return r;
    }
    facts.fs_type = strdup(root.type);
    facts.source = strdup(root.source);
    if (!facts.fs_type || !facts.source)
        return -ENOMEM;
    *ret = facts;
    facts = (struct host_facts){0};
    return 0;
}
