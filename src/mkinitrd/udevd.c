/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What --udevd adds: udev's daemon, the rules that give block devices their links and properties, and the
 * programs that those rules run. Not 80-drivers.rules: stage one loads modules itself, from the index, and
 * only what leads to a root.
 */
#include "build.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "log.h"
#include "sysroot.h"

static const char *const rules[] = {
    "50-udev-default.rules",
    "55-dm.rules",
    "56-dm-mpath.rules",
    "56-dm-parts.rules",
    "56-lvm.rules",
    "60-block.rules",
    "60-cdrom_id.rules",
    "60-multipath.rules",
    "60-persistent-storage.rules",
    "60-persistent-storage-dm.rules",
    "63-md-raid-arrays.rules",
    "64-btrfs.rules",
    "64-md-raid-assembly.rules",
    "69-lvm.rules",
    "95-dm-notify.rules",
};

static const char *const rule_dirs[] = {"/usr/lib/udev/rules.d", "/lib/udev/rules.d"};

/* The program behind IMPORT{program}="..., PROGRAM="... or RUN+="...; those without a path are udev's own. */
static int add_program(struct build *b, const char *text)
{
    static const char *const dirs[] = {"/usr/lib/udev", "/lib/udev"};
    size_t len = strcspn(text, " \t\"\n");
    char path[PATH_MAX];
    int r = -ENOENT;

    if (len == 0 || memchr(text, '$', len) || memchr(text, '%', len))
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == -ENOENT; i++) {
        if (text[0] == '/')
            snprintf(path, sizeof(path), "%.*s", (int)len, text);
        else
            snprintf(path, sizeof(path), "%s/%.*s", dirs[i], (int)len, text);
        r = programs_add(b, path);
    }
    return r == -ENOENT ? 0 : r; /* rules name programs of packages that are not there: udev skips them too */
}

static int add_rule_programs(struct build *b, const char *host)
{
    static const char *const keys[] = {
        "IMPORT{program}=\"", "IMPORT{program}==\"", "PROGRAM=\"", "PROGRAM==\"", "RUN+=\"",
        "RUN{program}+=\""};
    _cleanup_free_ char *text = NULL;
    size_t size;
    int r;

    r = fd_read_file(AT_FDCWD, host, 1 << 20, &text, &size);
    if (r < 0)
        return log_error(r, "cannot read '%s'", host);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *at = text;

        while ((at = strstr(at, keys[i]))) {
            at += strlen(keys[i]);
            r = add_program(b, at);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int add_rule(struct build *b, const char *name)
{
    char path[PATH_MAX];

    for (size_t i = 0; i < ARRAY_SIZE(rule_dirs); i++) {
        _cleanup_free_ char *host = NULL;
        struct stat st;
        int r;

        snprintf(path, sizeof(path), "%s/%s", rule_dirs[i], name);
        if (sysroot_find_file(b->opt->sysroot, path, &host, &st) < 0)
            continue;
        r = plan_file(&b->plan, path, host, 0644, (size_t)st.st_size, NULL);
        return r < 0 ? r : add_rule_programs(b, host);
    }
    return 0;
}

/* Our own rules, wherever this pintle was installed to. */
static int add_own_rules(struct build *b)
{
    _cleanup_free_ char *dir = NULL;
    _cleanup_closedir_ DIR *d = NULL;
    const struct dirent *de;
    int r = 0;

    if (sysroot_find(b->opt->sysroot, rule_dirs[0], &dir) < 0)
        return 0;
    d = opendir(dir);
    while (d && r >= 0 && (de = readdir(d)))
        if (strstr(de->d_name, "pintle") && text_has_suffix(de->d_name, ".rules"))
            r = add_rule(b, de->d_name);
    return r;
}

/* Rules give devices to groups by name. System groups only, and none of their members. */
static int add_groups(struct build *b)
{
    _cleanup_free_ char *host = NULL, *text = NULL, *out = NULL;
    const char *pos, *line;
    size_t size, len, out_size;
    FILE *f;
    int r;

    r = sysroot_find_file(b->opt->sysroot, "/etc/group", &host, NULL);
    if (r >= 0)
        r = fd_read_file(AT_FDCWD, host, 1 << 20, &text, &size);
    if (r < 0)
        return log_error(r, "cannot read '%s/etc/group', by which udev's rules name groups", b->opt->sysroot);
    f = open_memstream(&out, &out_size);
    if (!f)
        return -ENOMEM;
    pos = text;
    while ((line = text_next_word(&pos, "\n", &len))) {
        char name[64];
        unsigned gid;

        if (len < 256 && sscanf(line, "%63[^:\n]:%*[^:\n]:%u", name, &gid) == 2 && gid < 1000)
            fprintf(f, "%s:x:%u:\n", name, gid);
    }
    if (fclose(f) != 0)
        return -ENOMEM;
    r = plan_data(&b->plan, "/etc/group", out, out_size, 0644);
    return r < 0 ? r : plan_text(&b->plan, "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
}

int tools_add_udevd(struct build *b)
{
    static const char *const daemons[] = {"/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd",
                                          "/usr/sbin/udevd", "/sbin/udevd"};
    const char *found = NULL;
    int r;

    if (!b->opt->udevd)
        return 0;
    r = programs_add_first(b, daemons, ARRAY_SIZE(daemons), &found);
    if (r == -ENOENT)
        return log_error(r, "no udev daemon below '%s/': install udev, or leave --udevd out",
                         b->opt->sysroot);
    b->udevd = found;
    for (size_t i = 0; i < ARRAY_SIZE(rules) && r >= 0; i++)
        r = add_rule(b, rules[i]);
    if (r >= 0)
        r = add_own_rules(b);
    return r < 0 ? r : add_groups(b);
}
