/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Images made by the file systems' own tools, and what a probe says of them; then what a broken disk may hold. */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "blkprobe.h"
#include "text.h"
#include "unittest.h"

#define UUID "6c9d2c6b-1a2b-4a53-9e4d-0123456789ab"
#define KIB  UINT64_C(1024)
#define MIB  (1024 * KIB)

static char dir[64];

static void run(const char *format, ...) _printf_(1, 2);
static void run(const char *format, ...)
{
    char command[600], whole[700];
    va_list ap;

    va_start(ap, format);
    vsnprintf(command, sizeof(command), format, ap);
    va_end(ap);
    snprintf(whole, sizeof(whole), "PATH=$PATH:/usr/sbin:/sbin; exec >/dev/null 2>&1; %s", command);
    ck_assert_msg(system(whole) == 0, "'%s' failed", command);
}

/* An image of zeros; of @bytes no more than what is written takes place. */
static void begin(uint64_t bytes)
{
    char path[96];

    snprintf(dir, sizeof(dir), "/tmp/pintle-blkprobe-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/img", dir);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ck_assert_int_eq(truncate(path, (off_t)bytes), 0);
}

static void put(uint64_t offset, const void *data, size_t size)
{
    char path[96];
    int fd;

    snprintf(path, sizeof(path), "%s/img", dir);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, data, size, (off_t)offset), (ssize_t)size);
    close(fd);
}

static struct blkinfo probed(int want)
{
    struct blkinfo info = {.name = "img"};
    char path[96];

    snprintf(path, sizeof(path), "%s/img", dir);
    ck_assert_int_eq(blkprobe_read(path, &info), want);
    ck_assert_int_eq(info.probed, want < 0 ? BLKINFO_FAILED : BLKINFO_PROBED);
    ck_assert_int_eq(info.error, want);
    run("rm -r %s", dir);
    return info;
}

static void check(const struct blkinfo *info, const char *type, const char *usage, const char *uuid, const char *label)
{
    ck_assert_str_eq(info->type, type);
    ck_assert_str_eq(info->usage, usage);
    ck_assert_str_eq(info->uuid, uuid);
    ck_assert_str_eq(info->label, label);
}

START_TEST(file_systems_are_known_with_uuid_and_label)
{
    struct blkinfo info;

    begin(2 * MIB);
    run("mkfs.ext4 -q -U " UUID " -L 'a root' %s/img", dir);
    info = probed(0);
    check(&info, "ext4", "filesystem", UUID, "a root");
    begin(320 * MIB);
    run("mkfs.xfs -q -m uuid=" UUID " -L disk %s/img", dir);
    info = probed(0);
    check(&info, "xfs", "filesystem", UUID, "disk");
    begin(128 * MIB);
    run("mkfs.btrfs -q -U " UUID " -L pool %s/img", dir);
    info = probed(0);
    check(&info, "btrfs", "filesystem", UUID, "pool");
    begin(2 * MIB);
    run("mkfs.vfat -i abcd1234 -n EFI %s/img", dir);
    info = probed(0);
    check(&info, "vfat", "filesystem", "ABCD-1234", "EFI");
    begin(0);
    run("rm %s/img && mkdir %s/d && echo x >%s/d/x && mksquashfs %s/d %s/img -quiet", dir, dir, dir, dir, dir);
    info = probed(0);
    check(&info, "squashfs", "filesystem", "", "");
}
END_TEST

START_TEST(what_is_no_file_system_is_named)
{
    struct blkinfo info;
    unsigned char luks[1024] = "LUKS\xba\xbe\0\1";

    begin(2 * MIB);
    run("mkswap -U " UUID " -L pages %s/img", dir);
    info = probed(0);
    check(&info, "swap", "other", UUID, "pages");
    begin(2 * MIB);
    memcpy(luks + 168, UUID, sizeof(UUID));
    put(0, luks, sizeof(luks));
    info = probed(0);
    check(&info, "crypto_LUKS", "crypto", UUID, "");
}
END_TEST

START_TEST(partition_tables_are_known_also_by_their_backup)
{
    struct blkinfo info;
    static const char zeros[512];

    begin(4 * MIB);
    run("echo 'size=1M' | sfdisk -q -X gpt %s/img", dir);
    info = probed(0);
    ck_assert_str_eq(info.pttype, "gpt");
    check(&info, "", "", "", "");
    begin(4 * MIB);
    run("echo 'size=1M' | sfdisk -q -X dos %s/img", dir);
    ck_assert_str_eq(probed(0).pttype, "dos");
    begin(4 * MIB);
    run("echo 'size=1M' | sfdisk -q -X gpt %s/img", dir);
    put(512, zeros, sizeof(zeros)); /* the first header: the one at the end is left */
    ck_assert_str_eq(probed(0).pttype, "gpt");
}
END_TEST

/* What LVM writes into a physical volume's second sector, with a checksum that is not its own. */
static void put_broken_lvm(void)
{
    unsigned char label[512] = "LABELONE\1\0\0\0\0\0\0\0\xde\xad\xbe\xef\x20\0\0\0LVM2 001abcdefghijklmnopqrstuvwxyz012345";

    put(512, label, sizeof(label));
}

START_TEST(a_label_with_a_wrong_checksum_keeps_its_name)
{
    struct blkinfo info;

    begin(2 * MIB);
    put_broken_lvm();
    info = probed(0);
    check(&info, "LVM2_member", "raid", "abcdef-ghij-klmn-opqr-stuv-wxyz-012345", "");
}
END_TEST

START_TEST(a_wrong_checksum_is_no_second_opinion_about_a_whole_file_system)
{
    struct blkinfo info;

    begin(2 * MIB);
    run("mkfs.ext4 -q -U " UUID " %s/img", dir);
    put_broken_lvm(); /* left of what the disk was before */
    info = probed(0);
    check(&info, "ext4", "filesystem", UUID, "");
}
END_TEST

START_TEST(two_whole_file_systems_on_one_device_are_refused)
{
    begin(2 * MIB);
    run("mkdir %s/d && echo x >%s/d/x && mksquashfs %s/d %s/s -quiet && mkfs.ext4 -q %s/img", dir, dir, dir, dir, dir);
    run("dd if=%s/s of=%s/img bs=96 count=1 conv=notrunc", dir, dir);
    probed(-EUCLEAN);
}
END_TEST

START_TEST(an_erased_superblock_is_nothing)
{
    static const char zeros[1024];
    struct blkinfo info;

    begin(2 * MIB);
    run("mkfs.ext4 -q %s/img", dir);
    put(1024, zeros, sizeof(zeros));
    info = probed(0);
    check(&info, "", "", "", "");
    ck_assert_str_eq(info.pttype, "");
}
END_TEST

START_TEST(devices_of_no_size_and_of_a_few_sectors_hold_nothing)
{
    static const uint64_t sizes[] = {0, 1, 511, 512, 1024, 4096, 65536};

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct blkinfo info;

        begin(sizes[i]);
        info = probed(0);
        check(&info, "", "", "", "");
    }
}
END_TEST

START_TEST(noise_is_no_file_system_and_kills_nobody)
{
    unsigned seed = 7;
    char block[4096];

    for (int round = 0; round < 20; round++) {
        struct blkinfo info = {.name = "img"};
        char path[96];

        begin(2 * MIB);
        for (uint64_t at = 0; at < 128 * KIB; at += sizeof(block)) {
            for (size_t i = 0; i < sizeof(block); i++)
                block[i] = (char)rand_r(&seed);
            put(at, block, sizeof(block));
        }
        put(1024 + 56, "\x53\xef", 2);                              /* "I am ext4" */
        put((uint64_t)round * 512, "LUKS\xba\xbe\0\2XFSB", 12); /* and more */
        snprintf(path, sizeof(path), "%s/img", dir);
        (void)blkprobe_read(path, &info);
        ck_assert(info.probed == BLKINFO_PROBED || info.probed == BLKINFO_FAILED);
        ck_assert_ptr_nonnull(memchr(info.type, '\0', sizeof(info.type)));
        ck_assert_ptr_nonnull(memchr(info.label, '\0', sizeof(info.label)));
        run("rm -r %s", dir);
    }
}
END_TEST

START_TEST(what_cannot_be_opened_says_why)
{
    struct blkinfo info = {.name = "x"};

    ck_assert_int_eq(blkprobe_read("/nonexistent/x", &info), -ENOENT);
    ck_assert_int_eq(info.probed, BLKINFO_FAILED);
    ck_assert_int_eq(info.error, -ENOENT);
    ck_assert_int_lt(blkprobe_read("/dev/null", &info), 0);
    ck_assert_int_lt(blkprobe_read("/tmp", &info), 0);
}
END_TEST

START_TEST(what_the_kernel_said_of_a_partition_is_kept)
{
    struct blkinfo info = {.name = "img", .part = 3, .partlabel = "kernel's", .partuuid = "keep"};
    char path[96];

    begin(2 * MIB);
    run("mkfs.ext4 -q %s/img", dir);
    snprintf(path, sizeof(path), "%s/img", dir);
    ck_assert_int_eq(blkprobe_read(path, &info), 0);
    ck_assert_uint_eq(info.part, 3);
    ck_assert_str_eq(info.partlabel, "kernel's");
    ck_assert_str_eq(info.partuuid, "keep");
    run("rm -r %s", dir);
}
END_TEST

START_TEST(sysfs_tells_size_disk_and_protection)
{
    struct blkinfo disk = {.name = "vda", .part = 9, .disk = "old"}, part = {.name = "vda2"}, none = {.name = "vdb"},
                   slash = {.name = "cciss!c0d0"};
    char path[96];

    begin(0);
    run("cd %s && mkdir -p devices/pci0/vda/vda2 devices/pci0/cciss!c0d0 class && echo 2048 >devices/pci0/vda/size && "
        "echo 0 >devices/pci0/vda/ro && echo 1024 >devices/pci0/vda/vda2/size && echo 1 >devices/pci0/vda/vda2/ro && "
        "echo 2 >devices/pci0/vda/vda2/partition && ln -s ../devices/pci0/vda ../devices/pci0/vda/vda2 "
        "../devices/pci0/cciss!c0d0 class",
        dir);
    snprintf(path, sizeof(path), "%s/class", dir);
    ck_assert_int_eq(blkprobe_sysfs(path, &disk), 0);
    ck_assert_uint_eq(disk.bytes, MIB);
    ck_assert(!disk.read_only);
    ck_assert_uint_eq(disk.part, 0);
    ck_assert_str_eq(disk.disk, "");
    ck_assert_int_eq(blkprobe_sysfs(path, &part), 0);
    ck_assert_uint_eq(part.bytes, 512 * KIB);
    ck_assert(part.read_only);
    ck_assert_uint_eq(part.part, 2);
    ck_assert_str_eq(part.disk, "vda");
    ck_assert_int_eq(blkprobe_sysfs(path, &slash), 0);
    ck_assert_uint_eq(slash.bytes, 0); /* an empty drive */
    ck_assert_int_eq(blkprobe_sysfs(path, &none), -ENOENT);
    run("rm -r %s", dir);
}
END_TEST

UNITTEST_MAIN("blkprobe", file_systems_are_known_with_uuid_and_label, what_is_no_file_system_is_named,
              partition_tables_are_known_also_by_their_backup, a_label_with_a_wrong_checksum_keeps_its_name,
              a_wrong_checksum_is_no_second_opinion_about_a_whole_file_system,
              two_whole_file_systems_on_one_device_are_refused, an_erased_superblock_is_nothing,
              devices_of_no_size_and_of_a_few_sectors_hold_nothing, noise_is_no_file_system_and_kills_nobody,
              what_cannot_be_opened_says_why, what_the_kernel_said_of_a_partition_is_kept,
              sysfs_tells_size_disk_and_protection)
