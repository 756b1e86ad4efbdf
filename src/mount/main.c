/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pintle-mount - checks, mounts and unmounts file systems for the units that need it, and for PID 1 at the end. */
#include "log.h"
#include "mountverbs.h"
#include "util.h"

static const struct {
    const char *name;
    int (*run)(void);
    const char *help;
} verbs[] = {
    {"fsck-root", mountverbs_fsck_root, "check the root file system, if fstab asks for it"},
    {"remount-root", mountverbs_remount_root, "give the root the options that fstab has for it"},
    {"mount-all", mountverbs_mount_all, "check and mount the local file systems of fstab"},
    {"mount-remote", mountverbs_mount_remote, "mount the network file systems of fstab"},
    {"swap-on", mountverbs_swap_on, "use the swap areas of fstab"},
    {"swap-off", mountverbs_swap_off, "stop using all swap areas"},
    {"umount-all", mountverbs_umount_all, "unmount everything, the root read-only, synced"},
};

int main(int argc, char *argv[])
{
    log_open("pintle-mount", LOG_TARGET_STDERR);
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(verbs); i++)
        if (streq(argv[1], verbs[i].name))
            return verbs[i].run();
    fprintf(stderr, "usage: pintle-mount VERB\n\n");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        fprintf(stderr, "  %-14s %s\n", verbs[i].name, verbs[i].help);
    return argc == 2 && streq(argv[1], "--help") ? EXIT_SUCCESS : EXIT_FAILURE;
}
