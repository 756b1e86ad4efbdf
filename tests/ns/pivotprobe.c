/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pivotprobe - call stage one's own pivot in whatever root it is started in, and print what it did.
 *
 * Usage: pivotprobe [rehome] [let-go] [no-mount]; the new root is mounted on /sysroot, but with no-mount. Static: a test's root has no libraries.
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "pivot.h"
#include "rehome.h"

static bool has_word(char **argv, const char *word)
{
    for (; *argv; argv++)
        if (streq(*argv, word))
            return true;
    return false;
}

static void list(const char *name, int fd)
{
    _cleanup_closedir_ DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *de;

    printf("%s=", name);
    while (dir && (de = readdir(dir)))
        if (de->d_name[0] != '.')
            printf("%s ", de->d_name);
    printf("\n");
}

static void list_path(const char *name, const char *path)
{
    list(name, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static void print_mounts(void)
{
    char line[1024];
    _cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");

    while (f && fgets(line, sizeof(line), f))
        printf("mount=%s", line);
}

/* A folder where the new root should be: no kernel pivots onto that. */
static void take_newroot_away(void)
{
    umount2("/sysroot", MNT_DETACH);
    mkdir("/sysroot/dev", 0755);
    mkdir("/sysroot/run", 0755);
}

int main(int argc, char *argv[])
{
    struct rehome_result home;
    struct pivot_result p;
    uint64_t bytes;
    int r;

    if (has_word(argv, "rehome")) {
        r = rehome_image("/sysroot", &home);
        printf("rehome=%d\ncopied=%llu\nfreed=%llu\n", r, (unsigned long long)home.copied,
               (unsigned long long)home.freed);
    }
    if (has_word(argv, "no-mount"))
        take_newroot_away();
    r = pivot_to("/sysroot", &p);
    printf("pivot=%d\n", r);
    if (r < 0) {
        list_path("run", "/run");
        list_path("dev", "/dev");
        return 1;
    }
    printf("how=%s\nkind=%d\n", p.how, (int)p.kind);
    list_path("root", "/");
    list_path("run", "/run");
    list_path("dev", "/dev");
    list_path("initramfs", PIVOT_OLD_PATH);
    list("old", p.old_fd >= 0 ? openat(p.old_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    if (has_word(argv, "let-go")) {
        r = pivot_let_go(&p, &bytes);
        printf("let_go=%d\nbytes=%llu\n", r, (unsigned long long)bytes);
        list_path("run_after", "/run");
    } else if (p.kind == HANDOFF_OLD_MOUNT) {
        pivot_done(&p);
        /* what stage two does later: a plain unmount, nothing lazy */
        printf("umount=%d\n", umount2(PIVOT_OLD_PATH, 0) < 0 ? -errno : 0);
    }
    print_mounts();
    return 0;
}
