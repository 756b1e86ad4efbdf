/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oldroot.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "helper.h"
#include "holders.h"
#include "keep.h"
#include "log.h"
#include "sys.h"
#include "text.h"

#define RELEASE_TIMEOUT (60 * USEC_PER_SEC)
#define DEPTH_MAX       64

/* What the child is given, and what it says over the pipe in one write. */
static struct {
    struct takeover takeover;
    int pipe[2];
} job = {.pipe = {-EBADF, -EBADF}};

struct outcome {
    uint64_t freed;
    uint32_t n_left; /* entries that could not be removed */
    int error;       /* of the unmount */
};

/* From here to run_release: the child. It may block and allocate. */

static void empty_dir(int dirfd, dev_t dev, unsigned depth, struct outcome *o);

static void empty_entry(int dirfd, const char *name, dev_t dev, unsigned depth, struct outcome *o)
{
    struct stat st;

    if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return;
    if (st.st_dev != dev) { /* something is mounted there: not the ramdisk's */
        o->n_left++;
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (fd >= 0)
            empty_dir(fd, dev, depth + 1, o);
        if (unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
            o->n_left++;
        return;
    }
    if (unlinkat(dirfd, name, 0) < 0) {
        o->n_left++;
        return;
    }
    if (S_ISREG(st.st_mode) && st.st_nlink == 1) /* the last name: now its blocks are free, unless it is held open */
        o->freed += (uint64_t)st.st_blocks * 512;
}

/* Takes @dirfd. Never crosses onto another file system. */
static void empty_dir(int dirfd, dev_t dev, unsigned depth, struct outcome *o)
{
    _cleanup_closedir_ DIR *dir = fdopendir(dirfd);
    const struct dirent *e;
    struct stat st;

    if (!dir) {
        close(dirfd);
        o->n_left++;
        return;
    }
    if (depth > DEPTH_MAX || fstat(dirfd, &st) < 0 || st.st_dev != dev) {
        o->n_left++;
        return;
    }
    while ((e = readdir(dir)))
        if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
            empty_entry(dirfd, e->d_name, dev, depth, o);
}

/* An initramfs is ramfs or tmpfs, and nothing else is ever emptied. */
static bool is_ramdisk(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && ((uint32_t)fs.f_type == 0x858458f6U || fs.f_type == 0x01021994);
}

static void release_rootfs(const struct takeover *t, struct outcome *o)
{
    struct stat st, root;
    int fd;

    if (fstat(t->old_fd, &st) < 0 || stat("/", &root) < 0 || st.st_dev == root.st_dev ||
        (t->old_dev != 0 && st.st_dev != t->old_dev) || !is_ramdisk(t->old_fd)) {
        o->error = -EXDEV;
        (void)log_error(0, "the old root is not the ramdisk that stage one spoke of: nothing is removed");
        return;
    }
    fd = openat(t->old_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        empty_dir(fd, st.st_dev, 0, o);
}

static void release_mount(const struct takeover *t, struct outcome *o)
{
    struct statfs fs;
    struct stat st, parent;
    char up[sizeof(t->old_path) + 4];

    snprintf(up, sizeof(up), "%s/..", t->old_path);
    if (stat(t->old_path, &st) < 0 || stat(up, &parent) < 0 || st.st_dev == parent.st_dev) {
        o->error = -ENOENT;
        (void)log_error(0, "no old root is mounted at '%s'", t->old_path);
        return;
    }
    if (statfs(t->old_path, &fs) == 0)
        o->freed = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
    /* Plain: MNT_DETACH would hide who still holds it, and free nothing. */
    if (umount2(t->old_path, UMOUNT_NOFOLLOW) < 0) {
        o->error = -errno;
        o->freed = 0;
        (void)log_error(o->error, "cannot unmount the old root '%s'", t->old_path);
        holders_report(st.st_dev);
        return;
    }
    (void)rmdir(t->old_path);
}

static void say_outcome(const struct takeover *t, const struct outcome *o)
{
    char freed[32], held[32];

    text_format_bytes(o->freed + t->freed_bytes, freed, sizeof(freed));
    text_format_bytes(t->image_bytes, held, sizeof(held));
    if (o->error < 0)
        return;
    /* A tenth may be lost to rounding: the image counts bytes, the file system pages. */
    if (t->image_bytes > 0 && o->freed + t->freed_bytes < t->image_bytes - t->image_bytes / 10)
        (void)log_warning(0, "the ramdisk held %s, %s came back%s", held, freed,
                          o->n_left > 0 ? ": not everything could be removed" : "");
    else
        log_info("the ramdisk is released: %s came back of %s", freed, held);
}

static void run_release(void)
{
    struct takeover *t = &job.takeover;
    struct outcome o = {.freed = 0};
    struct stat st;

    if (t->old_kind == HANDOFF_OLD_ROOTFS) {
        release_rootfs(t, &o);
        if (o.error == 0 && fstat(t->old_fd, &st) == 0)
            holders_report(st.st_dev);
    } else
        release_mount(t, &o);
    say_outcome(t, &o);
    if (write(job.pipe[1], &o, sizeof(o)) < 0)
        (void)log_warning(-errno, "cannot tell PID 1 what came back of the ramdisk");
}

/* PID 1 again. */

void oldroot_released(struct stage2 *s, const siginfo_t *info _unused_, bool timed_out, uint32_t unit _unused_)
{
    int fd = keep->release_fd;
    struct outcome o;

    if (fd < 0) /* told already, by a PID 1 that crashed just then */
        return;
    if (sys.read(fd, &o, sizeof(o)) == (ssize_t)sizeof(o)) {
        keep->freed_bytes += o.freed;
        if (s->has_units)
            s->table.header->freed_bytes = keep->freed_bytes;
    } else if (!timed_out)
        (void)log_error(0, "releasing the old root ended without a word");
    keep->release_fd = -1;
    (void)sys.close(fd);
}

void oldroot_release(struct stage2 *s, struct takeover *t)
{
    struct helper_spec spec = {
        .kind = HELPER_RELEASE,
        .run = run_release,
        .timeout_usec = RELEASE_TIMEOUT,
    };
    int r;

    if (t->old_kind == HANDOFF_OLD_NONE || (t->old_kind == HANDOFF_OLD_ROOTFS && t->old_fd < 0))
        return;
    job.takeover = *t;
    r = sys.pipe2(job.pipe, O_CLOEXEC | O_NONBLOCK);
    if (r >= 0)
        r = keep_inheritable(job.pipe[0]);
    if (r >= 0) {
        keep->release_fd = job.pipe[0];
        r = helper_start(s, &spec);
    }
    if (r < 0)
        (void)log_error(r, "the old root is not released");
    keep->old_kind = HANDOFF_OLD_NONE;
    keep->old_fd = -1;
    if (t->old_fd >= 0)
        (void)sys.close(TAKE_FD(t->old_fd)); /* the child has its own; PID 1 must not be who holds it */
    if (job.pipe[1] >= 0)
        (void)sys.close(TAKE_FD(job.pipe[1]));
}
