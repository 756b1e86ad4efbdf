/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mountverbs.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>

#include "devwait.h"
#include "fd.h"
#include "handoff.h"
#include "log.h"
#include "machineid.h"
#include "mnt.h"
#include "mountfsck.h"
#include "paths.h"
#include "text.h"

#define DEVICE_TIMEOUT (90 * USEC_PER_SEC)

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

static int judge_fsck(const char *device, int status)
{
    if (status < 0)
        return (void)log_error(status, "cannot run fsck on '%s'", device), MOUNT_FAILED;
    if (status & 2) {
        (void)log_warning(0, "fsck repaired '%s' in a way that needs a reboot before anything is written", device);
        return MOUNT_REBOOT;
    }
    if (status & 4) {
        (void)log_error(0, "'%s' has errors that fsck does not repair without asking: run fsck by hand", device);
        return MOUNT_FAILED;
    }
    if (status & ~1)
        return (void)log_error(0, "fsck of '%s' failed with exit status %d", device, status), MOUNT_FAILED;
    if (status & 1)
        log_info("fsck repaired '%s'", device);
    return MOUNT_DONE;
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

    (void)mnt_each_fstab(find_root_line, &line);
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
    r = judge_fsck(device, mountfsck_run(device, root.type));
    if (r == MOUNT_REBOOT)
        (void)kill(1, SIGINT); /* as ctrl-alt-del: PID 1 reboots in order */
    return r;
}

int mountverbs_remount_root(void)
{
    struct root_line line = {.found = false};
    char why[512];
    int r;

    (void)mnt_each_fstab(find_root_line, &line);
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

/* One walk over fstab. */
struct walk {
    bool net; /* the network's lines, else the local ones */
    int result;
};

static uint64_t device_timeout(const struct mnt_entry *e)
{
    char value[64];
    uint64_t usec;

    if (mnt_option_value(e->options, "x-systemd.device-timeout", value, sizeof(value)) &&
        text_parse_usec(value, USEC_PER_SEC, &usec) == 0)
        return usec;
    return DEVICE_TIMEOUT;
}

/* A line fails: does that matter? */
static int line_failed(struct walk *w, const struct mnt_entry *e, int error, const char *why)
{
    bool nofail = mnt_has_option(e->options, "nofail");

    (void)log_line(nofail ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, error, "cannot mount '%s' on '%s'%s%s%s%s", e->source,
                   e->target, *why ? " (" : "", why, *why ? ")" : "",
                   nofail ? "; nofail: going on" : "; add 'nofail' in fstab if the boot can do without");
    if (!nofail)
        w->result = MOUNT_FAILED;
    return 0;
}

static bool is_local_source(const struct mnt_entry *e)
{
    return !e->is_net && !e->is_pseudo && (text_after(e->source, "/dev/") || strchr(e->source, '='));
}

static int mount_line(const struct mnt_entry *e, void *data)
{
    struct walk *w = data;
    _cleanup_free_ char *device = NULL;
    char why[512] = "";
    int r;

    if (e->is_swap || e->is_net != w->net || streq(e->target, "/") || streq(e->target, "none") || *e->target != '/' ||
        mnt_has_option(e->options, "noauto") || mnt_is_mounted(e->target))
        return 0;
    if (is_local_source(e)) {
        r = devwait_resolve(e->source, mnt_has_option(e->options, "nofail") ? MIN(device_timeout(e), 5 * USEC_PER_SEC)
                                                                           : device_timeout(e),
                            &device);
        if (r < 0)
            return line_failed(w, e, r, "its device did not appear");
        if (e->passno > 0 && judge_fsck(device, mountfsck_run(device, e->type)) != MOUNT_DONE)
            return line_failed(w, e, 0, "its check failed");
    }
    r = mnt_attach(e, why, sizeof(why));
    return r < 0 ? line_failed(w, e, r, why) : 0;
}

static int mount_lines(bool net)
{
    struct walk w = {.net = net, .result = MOUNT_DONE};
    int r = mnt_each_fstab(mount_line, &w);

    if (r < 0)
        return (void)log_error(r, "cannot read '/etc/fstab'"), MOUNT_FAILED;
    return w.result;
}

int mountverbs_mount_all(void)
{
    return mount_lines(false);
}

int mountverbs_mount_remote(void)
{
    return mount_lines(true);
}

static int swap_flags(const char *options)
{
    char value[32];
    uint32_t priority;
    int flags = 0;

    if (mnt_has_option(options, "discard"))
        flags |= SWAP_FLAG_DISCARD;
    if (mnt_option_value(options, "pri", value, sizeof(value)) && text_parse_u32(value, 10, &priority) == 0)
        flags |= SWAP_FLAG_PREFER | (int)MIN(priority, (uint32_t)SWAP_FLAG_PRIO_MASK);
    return flags;
}

static int swap_on_line(const struct mnt_entry *e, void *data)
{
    struct walk *w = data;
    _cleanup_free_ char *device = NULL;
    int r;

    if (!e->is_swap || mnt_has_option(e->options, "noauto"))
        return 0;
    r = devwait_resolve(e->source, mnt_has_option(e->options, "nofail") ? 5 * USEC_PER_SEC : device_timeout(e), &device);
    if (r == 0 && swapon(device, swap_flags(e->options)) < 0 && errno != EBUSY) /* busy: in use already */
        r = -errno;
    if (r < 0) {
        (void)log_error(r, "cannot use the swap area '%s'", e->source);
        if (!mnt_has_option(e->options, "nofail"))
            w->result = MOUNT_FAILED;
    }
    return 0;
}

int mountverbs_swap_on(void)
{
    struct walk w = {.result = MOUNT_DONE};

    (void)mnt_each_fstab(swap_on_line, &w);
    return w.result;
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
