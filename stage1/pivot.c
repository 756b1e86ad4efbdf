/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pivot.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "ramdisk.h"

/* /proc last: nothing needs it after that, but the order costs nothing. */
static const char *const travellers[] = {"/run", "/dev", "/sys", "/proc"};

/* The directory on the new root that a traveller goes to. Return: O_PATH descriptor; -errno. */
static int open_target(int newroot, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, newroot, path, &how, sizeof(how));

    return fd < 0 ? -errno : (int)fd;
}

/* Is something mounted there? Only that can be moved; a plain directory of the image stays behind. */
static bool is_mount(const char *path)
{
    struct stat st, root;

    return stat("/", &root) == 0 && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_dev != root.st_dev;
}

int pivot_move_mount(int newroot, const char *path)
{
    _cleanup_close_ int target = -EBADF;
    int r;

    if (!is_mount(path))
        return 0;
    r = open_target(newroot, path);
    if (r >= 0) {
        target = r;
        /* With descriptors, because a path through a link would be resolved against the old root. */
        if (syscall(SYS_move_mount, AT_FDCWD, path, target, "", MOVE_MOUNT_T_EMPTY_PATH) == 0)
            return 0;
        r = -errno;
    }
    umount2(path, MNT_DETACH);
    return r;
}

/* pivot_root(2) with the old root below the new root's /run, wherever that leads to. Return: 0; -errno. */
static int pivot_under_run(const char *newroot, int new_fd)
{
    _cleanup_close_ int run = open_target(new_fd, "/run");

    if (run < 0)
        return run;
    if (fchdir(run) < 0 || (mkdir(PIVOT_OLD_DIR, 0700) < 0 && errno != EEXIST))
        return -errno;
    if (syscall(SYS_pivot_root, newroot, PIVOT_OLD_DIR) < 0) {
        int r = -errno;

        rmdir(PIVOT_OLD_DIR);
        return r;
    }
    return 0;
}

/* Stacked in one place and taken from below at once: no directory is needed. Return: 0; -errno. */
static int pivot_and_detach(const char *newroot)
{
    if (chdir(newroot) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return -errno;
    return umount2(".", MNT_DETACH) < 0 ? -errno : 0;
}

static int move_over_root(const char *newroot)
{
    if (chdir(newroot) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
        return -errno;
    return 0;
}

int pivot_make_private(void)
{
    /* EINVAL: "/" is a folder of some mount (a chroot): there is nothing that could be set, nor is it needed. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 && errno != EINVAL)
        return -errno;
    return 0;
}

/* Mounts that were moved ahead, by descriptors on them: those lead to them wherever they are now. */
struct moved {
    int fd[ARRAY_SIZE(travellers)];
    bool is_moved[ARRAY_SIZE(travellers)];
};

static void move_ahead(int new_fd, struct moved *m)
{
    for (size_t i = 0; i < ARRAY_SIZE(travellers); i++) {
        m->fd[i] = is_mount(travellers[i]) ? open(travellers[i], O_PATH | O_DIRECTORY | O_CLOEXEC) : -EBADF;
        m->is_moved[i] = m->fd[i] >= 0 && pivot_move_mount(new_fd, travellers[i]) >= 0;
    }
}

/* The pivot failed: what is left of the old root must be able to say so, and to try again. */
static void move_back(const struct moved *m)
{
    (void)!chdir("/");
    for (size_t i = 0; i < ARRAY_SIZE(travellers); i++)
        if (m->is_moved[i])
            (void)syscall(SYS_move_mount, m->fd[i], "", AT_FDCWD, travellers[i], MOVE_MOUNT_F_EMPTY_PATH);
}

static void forget_moved(struct moved *m)
{
    for (size_t i = 0; i < ARRAY_SIZE(travellers); i++)
        if (m->fd[i] >= 0)
            close(m->fd[i]);
}

static int pivot_now(const char *newroot, int new_fd, struct pivot_result *ret)
{
    int r;

    ret->how = "pivot_root";
    ret->kind = ret->run_moved ? HANDOFF_OLD_MOUNT : HANDOFF_OLD_NONE;
    r = ret->run_moved ? pivot_under_run(newroot, new_fd) : pivot_and_detach(newroot);
    if (r == -EINVAL) {
        ret->how = "move";
        ret->kind = HANDOFF_OLD_ROOTFS;
        r = move_over_root(newroot);
    }
    return r;
}

int pivot_to(const char *newroot, struct pivot_result *ret)
{
    _cleanup_close_ int new_fd = open(newroot, O_PATH | O_DIRECTORY | O_CLOEXEC);
    _cleanup_close_ int old_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct moved moved;
    struct stat old;
    int r;

    *ret = (struct pivot_result){.old_fd = -EBADF};
    if (new_fd < 0 || old_fd < 0 || fstat(old_fd, &old) < 0)
        return -errno;
    r = pivot_make_private();
    if (r < 0)
        return r;
    move_ahead(new_fd, &moved);
    ret->run_moved = moved.is_moved[0];
    r = pivot_now(newroot, new_fd, ret);
    if (r < 0)
        move_back(&moved);
    forget_moved(&moved);
    if (r < 0)
        return r;
    if (chdir("/") < 0)
        return -errno;
    ret->old_dev = old.st_dev;
    if (ret->kind != HANDOFF_OLD_NONE)
        ret->old_fd = TAKE_FD(old_fd);
    return 0;
}

void pivot_done(struct pivot_result *p)
{
    if (p->old_fd >= 0)
        close(p->old_fd);
    p->old_fd = -EBADF;
}

int pivot_let_go(struct pivot_result *p, uint64_t *ret_bytes)
{
    struct ramdisk_freed freed = {0};
    int r = 0;

    *ret_bytes = 0;
    if (p->kind == HANDOFF_OLD_NONE)
        return 0;
    /* Emptied in both cases: a detached tmpfs lives as long as anything on it is open, and this program is. */
    if (ramdisk_is(p->old_fd))
        r = ramdisk_empty(p->old_fd, &freed);
    *ret_bytes = freed.bytes;
    pivot_done(p);
    if (p->kind == HANDOFF_OLD_MOUNT) {
        if (umount2(PIVOT_OLD_PATH, MNT_DETACH) < 0)
            r = -errno;
        else
            rmdir(PIVOT_OLD_PATH);
    }
    p->kind = HANDOFF_OLD_NONE;
    return r;
}
