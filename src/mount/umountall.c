/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end: unmount in the reverse of the order in which things were mounted, again and again while that changes
 * anything; what stays is made read-only; last the root. Loop and device-mapper devices are not detached here.
 */
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "log.h"
#include "mnt.h"
#include "mountverbs.h"
#include "text.h"

#define ROUNDS_MAX 32

static const char *const api_dirs[] = {"/proc", "/sys", "/dev", "/run"};

/* The kernel's own file systems in their own places: nothing to lose, and PID 1 still needs them. */
static bool is_api(const struct mnt_entry *e)
{
    for (size_t i = 0; i < ARRAY_SIZE(api_dirs); i++) {
        const char *rest = text_after(e->target, api_dirs[i]);

        if (rest && (*rest == '/' || *rest == '\0'))
            return e->is_pseudo || streq(e->type, "tmpfs") || streq(e->type, "devtmpfs") || streq(e->type, "ramfs");
    }
    return false;
}

struct round {
    unsigned n_done;
    unsigned n_left;
    bool last; /* make read-only what stays, and say so */
};

static int umount_entry(const struct mnt_entry *e, void *data)
{
    struct round *round = data;

    if (streq(e->target, "/") || *e->target != '/' || is_api(e) || streq(e->type, "rootfs"))
        return 0;
    if (umount2(e->target, UMOUNT_NOFOLLOW) == 0) {
        round->n_done++;
        return 0;
    }
    if (errno == EINVAL || errno == ENOENT) /* gone with another one, or hidden below one */
        return 0;
    round->n_left++;
    if (round->last) {
        (void)log_warning(-errno, "cannot unmount '%s', making it read-only", e->target);
        if (!e->is_pseudo && mount(NULL, e->target, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
            (void)log_error(-errno, "cannot make '%s' read-only", e->target);
    }
    return 0;
}

static int root_read_only(void)
{
    struct statvfs vfs;
    char why[512];
    int r;

    if (statvfs("/", &vfs) == 0 && (vfs.f_flag & ST_RDONLY))
        return 0;
    r = mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0 ? -errno : 0;
    if (r == -EINVAL) /* some types want all their options again */
        r = mnt_remount("/", "ro", why, sizeof(why));
    return r;
}

int mountverbs_umount_all(void)
{
    struct round round = {.n_done = 1};
    int r, result;

    result = mountverbs_swap_off();
    sync();
    for (unsigned i = 0; i < ROUNDS_MAX && round.n_done > 0; i++) {
        round = (struct round){.n_done = 0};
        (void)mnt_each_mounted(umount_entry, &round);
    }
    if (round.n_left > 0) {
        round = (struct round){.last = true};
        (void)mnt_each_mounted(umount_entry, &round);
        result = MOUNT_FAILED;
    }
    r = root_read_only();
    if (r < 0) {
        (void)log_error(r, "cannot make the root read-only");
        result = MOUNT_FAILED;
    }
    sync();
    return result;
}
