/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build.h"

#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "log.h"
#include "sysroot.h"

/* --- the recovery shell -------------------------------------------------------------------------------- */

/* Links to busybox: what a person reaches for when a root does not come up. */
static const char *const applets[] = {
    "ash",     "awk",   "basename", "blkid",   "cat",         "chmod",    "chroot", "cp",     "cut",
    "date",    "dd",    "df",       "dirname", "dmesg",       "echo",     "env",    "false",  "fdisk",
    "find",    "free",  "grep",     "gunzip",  "head",        "hexdump",  "insmod", "kill",   "ln",
    "losetup", "ls",    "lsmod",    "mkdir",   "mknod",       "modprobe", "more",   "mount",  "mv",
    "od",      "ps",    "readlink", "reboot",  "reset",       "rm",       "rmmod",  "sed",    "sh",
    "sleep",   "sort",  "stat",     "stty",    "switch_root", "sync",     "tail",   "tar",    "test",
    "time",    "top",   "touch",    "true",    "tty",         "umount",   "uname",  "uptime", "vi",
    "wc",      "which", "xargs",    "zcat",
};

/* Where there is no busybox: what the root itself has of the same. */
static const char *const plain_tools[] = {
    "blkid", "cat", "chmod",   "cp",    "dd",    "df",    "dmesg", "fdisk",  "grep",
    "head",  "ln",  "losetup", "ls",    "lsblk", "mkdir", "mknod", "more",   "mount",
    "mv",    "ps",  "rm",      "sleep", "stty",  "sync",  "tail",  "umount", "uname",
};

/* The shell is known by its own name, because /bin/sh comes last (plan_order): a cut takes it first. */
static int add_busybox(struct build *b)
{
    static const char *const places[] = {"/usr/bin/busybox", "/bin/busybox", "/usr/sbin/busybox",
                                         "/sbin/busybox"};
    const char *found = NULL;
    char path[PATH_MAX], target[PATH_MAX];
    int r;

    r = programs_add_first(b, places, ARRAY_SIZE(places), &found);
    if (r >= 0)
        b->shell = found;
    for (size_t i = 0; i < ARRAY_SIZE(applets) && r >= 0; i++) {
        snprintf(path, sizeof(path), "/usr/bin/%s", applets[i]);
        if (plan_find(&b->plan, path))
            continue;
        snprintf(target, sizeof(target), "%s%s", strstr(found, "/sbin/") ? "../sbin/" : "", "busybox");
        r = plan_link(&b->plan, path, target);
    }
    return r;
}

static int add_plain_shell(struct build *b)
{
    static const char *const shells[] = {"/usr/bin/bash", "/bin/bash", "/usr/bin/dash", "/bin/dash"};
    static const char *const dirs[] = {"/usr/bin", "/bin", "/usr/sbin", "/sbin"};
    const char *found = NULL;
    char path[PATH_MAX];
    int r;

    r = programs_add_first(b, shells, ARRAY_SIZE(shells), &found);
    if (r < 0)
        return r;
    b->shell = found;
    r = plan_find(&b->plan, "/usr/bin/sh") ? 0 : plan_link(&b->plan, "/usr/bin/sh", strrchr(found, '/') + 1);
    for (size_t i = 0; i < ARRAY_SIZE(plain_tools) && r >= 0; i++) {
        for (size_t k = 0; k < ARRAY_SIZE(dirs); k++) {
            snprintf(path, sizeof(path), "%s/%s", dirs[k], plain_tools[i]);
            r = programs_add(b, path);
            if (r != -ENOENT)
                break;
        }
        if (r == -ENOENT)
            r = 0;
    }
    return r;
}

int tools_add_shell(struct build *b)
{
    int r;

    if (b->opt->no_shell)
        return build_note(b, "no recovery shell: --no-shell");
    r = add_busybox(b);
    if (r == -ENOENT)
        r = add_plain_shell(b);
    if (r == -ENOENT)
        return build_note(b, "no recovery shell: neither busybox nor bash nor dash is below '%s/'",
                          b->opt->sysroot);
    return r;
}

/* --- file system checkers ------------------------------------------------------------------------------ */

static int add_checker(struct build *b, const char *type)
{
    static const char *const dirs[] = {"/usr/sbin", "/sbin"};
    char path[PATH_MAX];
    int r = -ENOENT;

    for (size_t i = 0; i < ARRAY_SIZE(dirs) && r == -ENOENT; i++) {
        snprintf(path, sizeof(path), "%s/fsck.%s", dirs[i], type);
        r = programs_add(b, path);
    }
    return r == -ENOENT ? 0 : r;
}

/* ext2 to ext4 have one checker under four names. */
static int add_ext_checker(struct build *b)
{
    static const char *const places[] = {"/usr/sbin/e2fsck", "/sbin/e2fsck"};
    static const char *const links[] = {"/usr/sbin/fsck.ext2", "/usr/sbin/fsck.ext3", "/usr/sbin/fsck.ext4"};
    const char *found;
    int r;

    r = programs_add_first(b, places, ARRAY_SIZE(places), &found);
    for (size_t i = 0; i < ARRAY_SIZE(links) && r >= 0; i++)
        r = plan_link(&b->plan, links[i], "e2fsck");
    return r == -ENOENT ? 0 : r;
}

/* Not for xfs and btrfs: what they install as fsck does nothing. */
int tools_add_checkers(struct build *b)
{
    static const char *const checked[] = {"exfat", "f2fs", "jfs", "vfat"};
    bool ext = false;
    int r = 0;

    if (b->opt->no_fsck)
        return 0;
    for (size_t i = 0; i < b->fs_types.n && r >= 0; i++) {
        const char *type = b->fs_types.v[i];

        ext = ext || text_after(type, "ext");
        for (size_t k = 0; k < ARRAY_SIZE(checked) && r >= 0; k++)
            if (streq(type, checked[k]))
                r = add_checker(b, type);
    }
    if (ext && r >= 0)
        r = add_ext_checker(b);
    return r;
}

/* --- what the kernel asks for
 * ------------------------------------------------------------------------------- */

/* Stage one under another name; not where --add has brought another one. */
int tools_add_modprobe(struct build *b)
{
    static const char path[] = "/usr/sbin/modprobe";
    int r = plan_find(&b->plan, path) ? 0 : plan_link(&b->plan, path, "../../init");

    return r < 0 ? r : 0;
}

/* --- add ----------------------------------------------------------------------------------------------- */

int tools_add_extra(struct build *b)
{
    for (size_t i = 0; i < b->opt->add.n; i++) {
        _cleanup_free_ char *file = strdup(b->opt->add.v[i]), *full = NULL;
        char *dest = file ? strrchr(file, ':') : NULL;
        int r;

        if (!file)
            return -ENOMEM;
        if (dest && dest[1] == '/') {
            *dest++ = '\0';
        } else {
            full = realpath(file, NULL);
            if (!full)
                return log_error(-errno, "cannot add '%s'", file);
            dest = full;
        }
        r = programs_add_file(b, file, dest);
        if (r < 0)
            return r;
    }
    return 0;
}
