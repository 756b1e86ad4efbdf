/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machineid.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "fd.h"
#include "log.h"
#include "mnt.h"

#define MACHINE_ID "/etc/machine-id"

/* In a mount namespace of its own, where the binding can be taken away before the file below is written: a reader
 * outside never sees a machine without an id. */
static int write_below(const char *id, size_t size)
{
    _cleanup_fd_atomic_ struct fd_atomic file = {.fd = -EBADF};
    int r;

    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        umount2(MACHINE_ID, MNT_DETACH) < 0)
        return -errno;
    r = fd_atomic_open(&file, MACHINE_ID, 0444);
    if (r >= 0)
        r = fd_write_all(file.fd, id, size);
    return r >= 0 ? fd_atomic_commit(&file) : r;
}

void machineid_commit(void)
{
    _cleanup_close_ int outside = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    _cleanup_free_ char *id = NULL;
    struct statvfs vfs;
    size_t size;
    int r;

    if (outside < 0 || !mnt_is_mounted(MACHINE_ID) || statvfs("/etc", &vfs) < 0 || (vfs.f_flag & ST_RDONLY) ||
        fd_read_file(AT_FDCWD, MACHINE_ID, 64, &id, &size) < 0 || size < 32)
        return;
    r = write_below(id, size);
    if (setns(outside, CLONE_NEWNS) < 0)
        r = -errno;
    /* The rename has detached the binding in every namespace already (from 3.18); an older kernel refuses the rename. */
    if (r >= 0 && umount2(MACHINE_ID, MNT_DETACH) < 0 && errno != EINVAL)
        r = -errno;
    if (r < 0)
        (void)log_warning(r, "the new machine id lasts until the next boot only");
}
