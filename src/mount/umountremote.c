/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network file systems go while there is a network: later their servers could not be reached, and unmounting would hang.
 */
#include <sys/mount.h>

#include "log.h"
#include "mnt.h"
#include "mountverbs.h"
#include "text.h"

/* mountinfo does not tell _netdev; fstab does. */
static int add_remote(const struct mnt_entry *e, void *data)
{
    return e->is_net && !e->is_swap && *e->target == '/' && !streq(e->target, "/") ? strv_add(data, e->target) : 0;
}

static bool is_remote(const struct mnt_entry *e, const struct strv *dirs)
{
    if (e->is_net)
        return true;
    for (size_t i = 0; i < dirs->n; i++) {
        const char *rest = text_after(e->target, dirs->v[i]);

        if (rest && (*rest == '/' || *rest == '\0')) /* what is mounted below it has to go first */
            return true;
    }
    return false;
}

struct going {
    struct strv dirs;
    int result;
};

static int umount_entry(const struct mnt_entry *e, void *data)
{
    struct going *g = data;

    if (streq(e->target, "/") || !is_remote(e, &g->dirs) || umount2(e->target, UMOUNT_NOFOLLOW) == 0)
        return 0;
    (void)log_warning(-errno, "cannot unmount '%s' while there is a network", e->target);
    g->result = MOUNT_FAILED;
    return 0;
}

int mountverbs_umount_remote(void)
{
    struct going g = {.result = MOUNT_DONE};

    (void)mnt_each_fstab(add_remote, NULL, &g.dirs);
    (void)mnt_each_mounted(umount_entry, &g); /* the last mounted first */
    strv_clear(&g.dirs);
    return g.result;
}
