/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "fd.h"
#include "host.h"
#include "unittest.h"

/* A small /sys: a virtio disk on PCI with a partition, a dm device on it, a keyboard. */
static char root[] = "/tmp/pintle-host-XXXXXX";

static void path_of(const char *path, char *full)
{
    snprintf(full, PATH_MAX, "%s%s", root, path);
}

static void put(const char *path, const char *text)
{
    _cleanup_close_ int fd = -EBADF;
    char full[PATH_MAX];

    path_of(path, full);
    *strrchr(full, '/') = '\0';
    ck_assert_int_eq(fd_mkdir_p(full, 0755), 0);
    path_of(path, full);
    fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
}

static void slink(const char *path, const char *target)
{
    char full[PATH_MAX], to[PATH_MAX];

    put(path, "");
    path_of(path, full);
    path_of(target, to);
    ck_assert_int_eq(unlink(full), 0);
    ck_assert_int_eq(symlink(to, full), 0);
}

#define PCI   "/sys/devices/pci0000:00/0000:00:03.0"
#define DISK  PCI "/virtio0/block/vda"
#define DM    "/sys/devices/virtual/block/dm-0"
#define INPUT "/sys/devices/platform/i8042/serio0/input/input2"

static void make_sys(void)
{
    ck_assert_ptr_nonnull(mkdtemp(root));
    put(PCI "/modalias", "pci:v00001AF4d00001042\n");
    slink(PCI "/driver/module", "/sys/module/virtio_pci");
    put(PCI "/virtio0/modalias", "virtio:d00000002v00001AF4\n");
    slink(PCI "/virtio0/driver/module", "/sys/module/virtio_blk");
    put(DISK "/vda1/partition", "1\n");
    slink("/sys/dev/block/254:1", DISK "/vda1");
    slink("/sys/class/block/vda1", DISK "/vda1");
    put(DM "/dm/uuid", "CRYPT-LUKS2-1234-root\n");
    slink(DM "/slaves/vda1", DISK "/vda1");
    slink("/sys/dev/block/253:0", DM);
    put("/sys/devices/platform/i8042/serio0/modalias", "serio:ty06pr00id00ex00\n");
    put(INPUT "/capabilities/key", "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe\n");
    slink("/sys/class/input/input2", INPUT);
    put("/sys/devices/usb1/modalias", "usb:mouse\n");
    put("/sys/devices/usb1/input3/capabilities/key", "70000 0 0 0 0\n");
    slink("/sys/class/input/input3", "/sys/devices/usb1/input3");
}

static int look(const char *mountinfo, struct host_facts *f, char *problem)
{
    char sys[PATH_MAX], file[PATH_MAX];
    const struct host_paths paths = {sys, file};

    put("/mountinfo", mountinfo);
    path_of("/sys", sys);
    path_of("/mountinfo", file);
    return host_read(&paths, f, problem, 500);
}

static void remove_root(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(a_partition_leads_to_its_drivers_and_a_keyboard)
{
    _cleanup_host_ struct host_facts f = {0};
    char problem[500] = "";

    make_sys();
    ck_assert_int_eq(
        look("20 1 0:5 / /proc rw - proc proc rw\n25 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n",
             &f, problem),
        0);
    ck_assert_str_eq(f.fs_type, "ext4");
    ck_assert_str_eq(f.source, "/dev/vda1");
    ck_assert(strv_has(&f.modules, "virtio_blk"));
    ck_assert(strv_has(&f.modules, "virtio_pci"));
    ck_assert(strv_has(&f.modaliases, "virtio:d00000002v00001AF4"));
    ck_assert(strv_has(&f.modaliases, "pci:v00001AF4d00001042"));
    ck_assert(strv_has(&f.modaliases, "serio:ty06pr00id00ex00"));
    ck_assert(!strv_has(&f.modaliases, "usb:mouse"));
    ck_assert_uint_eq(f.stacked.n, 0);
    remove_root();
}
END_TEST

START_TEST(a_stack_leads_through_to_the_disk)
{
    _cleanup_host_ struct host_facts f = {0};
    char problem[500] = "";

    make_sys();
    ck_assert_int_eq(look("25 1 253:0 / / rw - xfs /dev/mapper/root rw\n", &f, problem), 0);
    ck_assert(strv_has(&f.modules, "dm_mod"));
    ck_assert(strv_has(&f.modules, "dm_crypt"));
    ck_assert(strv_has(&f.modules, "virtio_blk"));
    ck_assert(strv_has(&f.stacked, "dm"));
    remove_root();
}
END_TEST

START_TEST(btrfs_is_found_by_its_source)
{
    _cleanup_host_ struct host_facts f = {0};
    char problem[500] = "";

    make_sys();
    ck_assert_int_eq(look("25 1 0:22 /@ / rw - btrfs /dev/vda1 rw\n", &f, problem), 0);
    ck_assert_str_eq(f.fs_type, "btrfs");
    ck_assert(strv_has(&f.modules, "virtio_blk"));
    remove_root();
}
END_TEST

START_TEST(the_last_root_counts_and_others_are_named)
{
    _cleanup_host_ struct host_facts f = {0};
    char problem[500] = "";

    make_sys();
    ck_assert_int_eq(
        look("1 1 254:1 / / rw - ext4 /dev/vda1 rw\n2 1 0:40 / / rw - overlay overlay rw\n", &f, problem),
        -ENODEV);
    ck_assert_ptr_nonnull(strstr(problem, "overlay"));
    ck_assert_ptr_null(f.fs_type);
    ck_assert_int_eq(look("nonsense\n", &f, problem), -ENOENT);
    remove_root();
}
END_TEST

UNITTEST_MAIN("host", a_partition_leads_to_its_drivers_and_a_keyboard, a_stack_leads_through_to_the_disk,
              btrfs_is_found_by_its_source, the_last_root_counts_and_others_are_named)
