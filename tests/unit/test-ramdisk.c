/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "fd.h"
#include "ramdisk.h"
#include "unittest.h"

/* Each test runs in a process of its own (Check forks), so the mounts go with it. Return: false without root. */
static bool make_tmpfs(char *dir)
{
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        return false;
    strcpy(dir, "/tmp/ramdisk.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    return mount("tmpfs", dir, "tmpfs", 0, "mode=0755") == 0;
}

static void put(int dirfd, const char *path, size_t size)
{
    static const char zeros[65536] = {1};
    int fd = openat(dirfd, path, O_WRONLY | O_CREAT, 0644);

    ck_assert_int_ge(fd, 0);
    for (; size > 0; size -= MIN(size, sizeof(zeros)))
        ck_assert_int_eq(fd_write_all(fd, zeros, MIN(size, sizeof(zeros))), 0);
    close(fd);
}

static uint64_t used(const char *dir)
{
    struct statfs fs;

    ck_assert_int_eq(statfs(dir, &fs), 0);
    return (fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
}

START_TEST(all_goes_and_what_is_counted_is_what_came_back)
{
    struct ramdisk_freed freed;
    char dir[32];
    uint64_t before;
    int fd;

    if (!make_tmpfs(dir))
        return;
    fd = open(dir, O_PATH | O_DIRECTORY);
    ck_assert_int_eq(mkdirat(fd, "a", 0755), 0);
    ck_assert_int_eq(mkdirat(fd, "a/b", 0700), 0);
    put(fd, "a/b/file", 300000);
    put(fd, "other", 100);
    ck_assert_int_eq(linkat(fd, "other", fd, "a/hardlink", 0), 0);
    ck_assert_int_eq(symlinkat("/etc/passwd", fd, "link"), 0);
    for (int i = 0; i < 500; i++) {
        char name[16];

        snprintf(name, sizeof(name), "a/f%d", i);
        put(fd, name, 4096);
    }
    before = used(dir);
    ck_assert_int_eq(ramdisk_empty(fd, &freed), 0);
    ck_assert_uint_eq(freed.failed, 0);
    ck_assert_uint_eq(freed.files, 504);
    ck_assert_uint_eq(freed.bytes, 74 * 4096 + 4096 + 500 * 4096);
    ck_assert_uint_ge(before - used(dir), freed.bytes);
    ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
    umount2(dir, MNT_DETACH);
    rmdir(dir);
}
END_TEST

START_TEST(another_file_system_below_is_left_alone_and_told)
{
    struct ramdisk_freed freed;
    char dir[32], below[64];
    int fd;

    if (!make_tmpfs(dir))
        return;
    snprintf(below, sizeof(below), "%s/mnt", dir);
    ck_assert_int_eq(mkdir(below, 0755), 0);
    ck_assert_int_eq(mount("tmpfs", below, "tmpfs", 0, NULL), 0);
    fd = open(dir, O_RDONLY | O_DIRECTORY);
    put(fd, "mnt/precious", 10);
    put(fd, "file", 10);
    ck_assert_int_eq(ramdisk_empty(fd, &freed), -EXDEV);
    ck_assert_uint_eq(freed.failed, 1);
    ck_assert_uint_eq(freed.files, 1);
    ck_assert_int_eq(faccessat(fd, "mnt/precious", F_OK, 0), 0);
    umount2(dir, MNT_DETACH);
    rmdir(dir);
}
END_TEST

START_TEST(a_disk_is_never_emptied)
{
    struct ramdisk_freed freed;
    int fd = open("/proc", O_RDONLY | O_DIRECTORY);

    ck_assert_int_ge(fd, 0);
    ck_assert(!ramdisk_is(fd));
    ck_assert_int_eq(ramdisk_empty(fd, &freed), -EINVAL);
    ck_assert_uint_eq(freed.files, 0);
    close(fd);
}
END_TEST

UNITTEST_MAIN("ramdisk", all_goes_and_what_is_counted_is_what_came_back,
              another_file_system_below_is_left_alone_and_told, a_disk_is_never_emptied)
