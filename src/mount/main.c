/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pintle-mount - checks, mounts and unmounts file systems for the units that need it, and for PID 1 at the end. */
#include <sys/stat.h>
#include <sys/sysmacros.h>

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
    {"mount-all", mountverbs_mount_all, "check and mount the local file systems of fstab, use its swap files"},
    {"mount-late", mountverbs_mount_late, "the same for what fstab marks nofail, as the devices come"},
    {"mount-remote", mountverbs_mount_remote, "mount the network file systems of fstab"},
    {"umount-remote", mountverbs_umount_remote, "unmount the network file systems"},
    {"swap-on", mountverbs_swap_on, "use the swap devices of fstab"},
    {"swap-off", mountverbs_swap_off, "stop using all swap areas"},
    {"umount-all", mountverbs_umount_all, "unmount everything, the root read-only, synced"},
};

/* Where PID 1 sends what units say: lines with a level, so that errors reach the console of a quiet boot, too. */
static bool is_kmsg(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 11);
}

int main(int argc, char *argv[])
{
    log_open("pintle-mount", is_kmsg(STDERR_FILENO) ? LOG_TARGET_KMSG : LOG_TARGET_STDERR);
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(verbs); i++)
        if (streq(argv[1], verbs[i].name))
            return verbs[i].run();
    fprintf(stderr, "usage: pintle-mount VERB\n\n");
    for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
        fprintf(stderr, "  %-14s %s\n", verbs[i].name, verbs[i].help);
    return argc == 2 && streq(argv[1], "--help") ? EXIT_SUCCESS : EXIT_FAILURE;
}
