/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "blklinks.h"
#include "fd.h"
#include "text.h"
#include "unittest.h"

static char top[64];

static void put(const char *path, const char *text)
{
    char whole[512];
    char *slash;
    int fd;

    snprintf(whole, sizeof(whole), "%s/%s", top, path);
    slash = strrchr(whole, '/');
    *slash = '\0';
    ck_assert_int_eq(fd_mkdir_p(whole, 0755), 0);
    *slash = '/';
    fd = open(whole, O_WRONLY | O_CREAT, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

/* A disk at @device below the fake /sys, and its entry in class/block. */
static const char *links_of(const char *device, const char *name, const char *disk, unsigned part)
{
    static struct blkinfo info;
    char link[256], target[512], class[128];

    info = (struct blkinfo){.part = part};
    text_copy(info.name, sizeof(info.name), name);
    text_copy(info.disk, sizeof(info.disk), disk);
    snprintf(class, sizeof(class), "%s/class", top);
    ck_assert_int_eq(fd_mkdir_p(class, 0755), 0);
    snprintf(link, sizeof(link), "%s/%s", class, disk[0] ? disk : name);
    snprintf(target, sizeof(target), "%s/%s", top, device);
    unlink(link);
    ck_assert_int_eq(symlink(target, link), 0);
    ck_assert_int_eq(blklinks_fill(class, &info), 0);
    return info.links;
}

static void begin(void)
{
    strcpy(top, "/tmp/blklinks.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
}

static void end(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", top);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(a_virtio_disk_has_its_serial_and_its_pci_address)
{
    static const char device[] = "devices/pci0000:00/0000:00:02.0/0000:01:00.0/virtio0/block/vda";

    begin();
    put("devices/pci0000:00/0000:00:02.0/0000:01:00.0/virtio0/block/vda/serial", "my disk\n");
    ck_assert_str_eq(links_of(device, "vda", "", 0), "disk/by-id/virtio-my_disk disk/by-path/pci-0000:01:00.0 "
                                                     "disk/by-path/virtio-pci-0000:01:00.0 ");
    ck_assert_str_eq(links_of(device, "vda2", "vda", 2),
                     "disk/by-id/virtio-my_disk-part2 disk/by-path/pci-0000:01:00.0-part2 "
                     "disk/by-path/virtio-pci-0000:01:00.0-part2 ");
    end();
}
END_TEST

START_TEST(an_nvme_disk_has_model_and_serial_and_its_namespace)
{
    static const char device[] = "devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1";

    begin();
    put("devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/wwid", "eui.0025388b\n");
    put("devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/nsid", "1\n");
    put("devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/device/model", "Some SSD 1TB    \n");
    put("devices/pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1/device/serial", "S1234/5 \n");
    ck_assert_str_eq(links_of(device, "nvme0n1p1", "nvme0n1", 1),
                     "disk/by-id/nvme-eui.0025388b-part1 disk/by-id/nvme-Some_SSD_1TB_S1234_5-part1 "
                     "disk/by-path/pci-0000:00:03.0-nvme-1-part1 ");
    end();
}
END_TEST

START_TEST(an_ata_disk_has_its_port_in_both_spellings_and_a_wwn)
{
    static const char ata[] = "devices/pci0000:00/0000:00:1f.2/ata3";
    char device[256], attr[300];

    begin();
    snprintf(device, sizeof(device), "%s/host2/target2:0:0/2:0:0:0/block/sda", ata);
    snprintf(attr, sizeof(attr), "%s/device/wwid", device);
    put(attr, "naa.5000c500a1b2c3d4\n");
    snprintf(attr, sizeof(attr), "%s/ata_port/ata3/port_no", ata);
    put(attr, "1\n");
    ck_assert_str_eq(links_of(device, "sda", "", 0), "disk/by-id/wwn-0x5000c500a1b2c3d4 "
                                                     "disk/by-path/pci-0000:00:1f.2-ata-1.0 "
                                                     "disk/by-path/pci-0000:00:1f.2-ata-1 ");
    end();
}
END_TEST

START_TEST(a_scsi_disk_has_channel_target_and_lun)
{
    char buf[128];

    ck_assert(blklinks_path("/sys/devices/pci0000:00/0000:00:05.0/virtio2/host7/target7:0:1/7:0:1:4/block/sdb", 0, 0,
                            false, buf, sizeof(buf)));
    ck_assert_str_eq(buf, "pci-0000:00:05.0-scsi-0:0:1:4");
    /* what is not understood has no name, rather than a wrong one */
    ck_assert(!blklinks_path("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host8/target8:0:0/8:0:0:0/block/sdc",
                             0, 0, false, buf, sizeof(buf)));
    ck_assert(!blklinks_path("/sys/devices/virtual/block/loop0", 0, 0, false, buf, sizeof(buf)));
}
END_TEST

UNITTEST_MAIN("blklinks", a_virtio_disk_has_its_serial_and_its_pci_address,
              an_nvme_disk_has_model_and_serial_and_its_namespace,
              an_ata_disk_has_its_port_in_both_spellings_and_a_wwn, a_scsi_disk_has_channel_target_and_lun)
