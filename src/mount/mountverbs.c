/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mountverbs.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>

#include "fd.h"
#include "fstabrun.h"
#include "handoff.h"
#include "log.h"
#include "machineid.h"
#include "mnt.h"
#include "mountfsck.h"
#include "paths.h"
#include "text.h"

/* Pass 0 in fstab: not checked. */
struct root_line {
    bool found;
    int passno;
    char options[512];
};

static int find_root_line(const struct mnt_entry *e, void *data)
{
    struct root_line *root = data;

    if (!streq(e->target, "/") || e->is_swap)
        return 0;
    root->found = true;
    root->passno = e->passno;
    text_copy(root->options, sizeof(root->options), e->options);
    return 1;
}

struct mounted_root {
    char source[256];
    char type[64];
};

static int find_mounted_root(const struct mnt_entry *e, void *data)
{
    struct mounted_root *root = data;

    if (!streq(e->target, "/"))
        return 0;
    text_copy(root->source, sizeof(root->source), e->source);
    text_copy(root->type, sizeof(root->type), e->type);
    return 1;
}

/* mountinfo may say "/dev/root", which no node is: the device number is what counts. */
static int root_device(char *buf, size_t size)
{
    struct mounted_root root = {.source = ""};
    char path[64], target[256];
    struct stat st, dev;
    ssize_t n;

    (void)mnt_each_mounted(find_mounted_root, &root);
    if (stat("/", &st) < 0)
        return -errno;
    if (stat(root.source, &dev) == 0 && S_ISBLK(dev.st_mode) && dev.st_rdev == st.st_dev)
        return text_copy(buf, size, root.source) ? 0 : -ENAMETOOLONG;
    snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
    n = readlink(path, target, sizeof(target) - 1);
    if (n < 0)
        return -errno; /* btrfs, overlay, nfs: no block device of that number */
    target[n] = '\0';
    return snprintf(buf, size, "/dev/%s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target) < (int)size
               ? 0
               : -ENAMETOOLONG;
}

/* Stage one says in its record with what status its check ended. */
static bool was_checked(void)
{
    _cleanup_free_ char *data = NULL;
    struct record_reader rd;
    struct record_entry e;
    bool checked = false;
    size_t size;

    if (fd_read_file(AT_FDCWD, PATH_HANDOFF, HANDOFF_MAX, &data, &size) < 0 || record_open(&rd, data, size) < 0)
        return false;
    while (record_next(&rd, &e))
        if (e.tag == HANDOFF_ROOT_CHECKED)
            checked = record_u32(&e) <= 1; /* clean, or repaired */
    return checked;
}

int mountverbs_fsck_root(void)
{
    struct root_line line = {.found = false};
    struct mounted_root root = {.type = "auto"};
    struct statvfs vfs;
    char device[300];
    int r;

    (void)mnt_each_fstab(find_root_line, NULL, &line);
    if (!line.found || line.passno == 0) {
        log_info("the root is not checked: %s", line.found ? "its sixth field in fstab is 0" : "fstab has no line for it");
        return MOUNT_DONE;
    }
    if (was_checked()) {
        log_info("the root is not checked again: stage one did");
        return MOUNT_DONE;
    }
    if (statvfs("/", &vfs) == 0 && !(vfs.f_flag & ST_RDONLY)) {
        log_info("the root is not checked: it is mounted writable already");
        return MOUNT_DONE;
    }
    r = root_device(device, sizeof(device));
    if (r < 0) {
        log_info("the root is not checked: it is on no block device");
        return MOUNT_DONE;
    }
    (void)mnt_each_mounted(find_mounted_root, &root);
    r = mountfsck_check(device, root.type);
    if (r == MOUNT_REBOOT)
        (void)kill(1, SIGINT); /* as ctrl-alt-del: PID 1 reboots in order */
    return r;
}

int mountverbs_remount_root(void)
{
    struct root_line line = {.found = false};
    char why[512];
    int r;

    (void)mnt_each_fstab(find_root_line, NULL, &line);
    if (!line.found) {
        log_info("the root stays as it is mounted: fstab has no line for it");
        return MOUNT_DONE;
    }
    r = mnt_remount("/", line.options, why, sizeof(why));
    if (r < 0)
        return (void)log_error(r, "cannot give the root the options '%s' (%s)", line.options, why), MOUNT_FAILED;
    machineid_commit();
    return MOUNT_DONE;
}

int mountverbs_mount_all(void)
{
    return fstabrun_walk(FSTAB_LOCAL);
}

int mountverbs_mount_late(void)
{
    return fstabrun_walk(FSTAB_LATE);
}

int mountverbs_mount_remote(void)
{
    return fstabrun_walk(FSTAB_REMOTE);
}

int mountverbs_swap_on(void)
{
    return fstabrun_walk(FSTAB_SWAP);
}

int mountverbs_swap_off(void)
{
    _cleanup_free_ char *text = NULL;
    size_t size;
    const char *pos;
    int result = MOUNT_DONE;

    if (fd_read_file(AT_FDCWD, "/proc/swaps", 1 << 20, &text, &size) < 0)
        return MOUNT_DONE; /* a kernel without swap */
    pos = strchr(text, '\n');
    while (pos && *++pos) {
        size_t n = strcspn(pos, " \t\n");
        _cleanup_free_ char *path = strndup(pos, n);

        /* The kernel shows a space in a path as \040: such a one is left to the kernel's own end. */
        if (path && swapoff(path) < 0) {
            (void)log_error(-errno, "cannot stop using the swap area '%s'", path);
            result = MOUNT_FAILED;
        }
        pos = strchr(pos, '\n');
    }
    return result;
}
