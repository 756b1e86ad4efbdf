/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What --generic takes: drivers that can lead to a local root, and keyboards to answer a question with.
 * Chosen by where the kernel keeps them, and by the class of device that they drive for those elsewhere.
 */
#include "modules.h"

#include <fnmatch.h>
#include <limits.h>

#include "log.h"
#include "modtree.h"

/* Whole directories below kernel/. */
static const char *const directories[] = {
    "drivers/ata/",
    "drivers/block/",
    "drivers/dax/",
    "drivers/firewire/",
    "drivers/hv/",
    "drivers/input/keyboard/",
    "drivers/input/serio/",
    "drivers/md/",
    "drivers/memstick/",
    "drivers/message/fusion/",
    "drivers/mmc/",
    "drivers/nvdimm/",
    "drivers/nvme/host/",
    "drivers/nvmem/",
    "drivers/pci/controller/",
    "drivers/phy/",
    "drivers/scsi/",
    "drivers/ufs/",
    "drivers/usb/chipidea/",
    "drivers/usb/dwc2/",
    "drivers/usb/dwc3/",
    "drivers/usb/host/",
    "drivers/usb/storage/",
    "drivers/usb/typec/ucsi/",
    "drivers/virtio/",
    "drivers/xen/",
};

/* File systems that a root, or the file behind one, may have. */
static const char *const filesystems[] = {
    "bcachefs", "btrfs",  "erofs", "exfat",   "ext2",     "ext4",     "f2fs", "fat",  "isofs",
    "jfs",      "nilfs2", "ntfs3", "overlay", "reiserfs", "squashfs", "udf",  "vfat", "xfs",
};

/* Inside of the directories, but of no use before the root is there. */
static const char *const unwanted[] = {
    "drivers/block/aoe/*",
    "drivers/block/brd.ko*",
    "drivers/block/drbd/*",
    "drivers/block/null_blk/*",
    "drivers/block/pktcdvd*",
    "drivers/block/rbd.ko*",
    "drivers/block/rnbd/*",
    "drivers/block/zram/*",
    "drivers/hv/hv_balloon*",
    "drivers/hv/hv_utils*",
    "drivers/input/serio/serio_raw*", /* asked for by every PS/2 port; no keyboard needs it */
    "drivers/input/serio/userio*",
    "drivers/md/bcache/*",
    "drivers/md/dm-clone*",
    "drivers/md/dm-dust*",
    "drivers/md/dm-flakey*",
    "drivers/md/dm-log-*",
    "drivers/md/dm-unstripe*",
    "drivers/md/dm-vdo/*",
    "drivers/md/dm-ebs*",
    "drivers/md/dm-zoned*",
    "drivers/md/md-cluster*",
    "drivers/mmc/host/*test*",
    "drivers/phy/*test*",
    "drivers/scsi/be2iscsi/*",
    "drivers/scsi/bnx2fc/*",
    "drivers/scsi/bnx2i/*",
    "drivers/scsi/ch.ko*",
    "drivers/scsi/cxgbi/*",
    "drivers/scsi/fcoe/*",
    "drivers/scsi/osst.ko*",
    "drivers/scsi/qedf/*",
    "drivers/scsi/qedi/*",
    "drivers/scsi/scsi_debug.ko*",
    "drivers/scsi/sg.ko*",
    "drivers/scsi/qla2xxx/tcm_*",
    "drivers/block/floppy.ko*",
    "drivers/block/xen-blkback/*",
    "drivers/xen/xen-pciback/*",
    "drivers/xen/xen-scsiback*",
    "drivers/xen/xen-gnt*",
    "drivers/xen/xen-evtchn*",
    "drivers/xen/xen-privcmd*",
    "drivers/xen/xenfs/*",
    "drivers/ata/pata_legacy*",
    "drivers/scsi/st.ko*",
    "drivers/usb/host/*test*",
    "drivers/virtio/virtio_balloon*",
    "drivers/virtio/virtio_mem*",
    "drivers/xen/xen-*dma*",
    "drivers/scsi/iscsi_*",
    "drivers/scsi/libiscsi*",
    "drivers/usb/storage/ums-realtek*",
    "drivers/nvme/host/nvme-tcp*",
    "drivers/nvme/host/nvme-fc*",
    "drivers/nvme/host/nvme-rdma*",
};

/* By name: keyboards (the rest of drivers/hid is for mice, tablets and toys), and the character sets that
 * vfat and isofs ask for. */
static const char *const names[] = {
    "atkbd",
    "hid",
    "hid_a4tech",
    "hid_apple",
    "hid_asus",
    "hid_belkin",
    "hid_cherry",
    "hid_chicony",
    "hid_cypress",
    "hid_ezkey",
    "hid_generic",
    "hid_gyration",
    "hid_holtek_kbd",
    "hid_hyperv",
    "hid_kensington",
    "hid_lenovo",
    "hid_logitech",
    "hid_logitech_dj",
    "hid_logitech_hidpp",
    "hid_microsoft",
    "hid_monterey",
    "hid_multitouch",
    "hid_samsung",
    "hid_semitek",
    "hid_sunplus",
    "hid_topseed",
    "hid_zydacron",
    "hyperv_keyboard",
    "i2c_hid_acpi",
    "i2c_hid_of",
    "i8042",
    "intel_lpss_pci",
    "surface_kbd",
    "surface_hid",
    "usbhid",
    "virtio_input",
    "crc32c_intel",
    "nls_ascii",
    "nls_cp437",
    "nls_iso8859_1",
    "nls_utf8",
};

/* Devices by class, wherever their driver lives: storage, USB hosts, SD hosts; USB disks and keyboards. */
static const char *const modaliases[] = {
    "pci:v00000000d00000000sv00000000sd00000000bc01sc00i00",
    "pci:v00000000d00000000sv00000000sd00000000bc01sc01i80",
    "pci:v00000000d00000000sv00000000sd00000000bc01sc04i00",
    "pci:v00000000d00000000sv00000000sd00000000bc01sc06i01",
    "pci:v00000000d00000000sv00000000sd00000000bc01sc07i00",
    "pci:v00000000d00000000sv00000000sd00000000bc01sc08i02",
    "pci:v00000000d00000000sv00000000sd00000000bc08sc05i01",
    "pci:v00000000d00000000sv00000000sd00000000bc0Csc03i00",
    "pci:v00000000d00000000sv00000000sd00000000bc0Csc03i10",
    "pci:v00000000d00000000sv00000000sd00000000bc0Csc03i20",
    "pci:v00000000d00000000sv00000000sd00000000bc0Csc03i30",
    "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00",
    "usb:v0000p0000d0000dc00dsc00dp00ic08isc06ip50in00",
    "usb:v0000p0000d0000dc00dsc00dp00ic08isc06ip62in00",
    "usb:v0000p0000d0000dc00dsc00dp00ic03isc01ip01in00",
    "virtio:d00000002v00001AF4",
    "virtio:d00000008v00001AF4",
    "virtio:d0000001Bv00001AF4",
};

static bool is_wanted(const char *path)
{
    bool wanted = false;

    for (size_t i = 0; i < ARRAY_SIZE(directories) && !wanted; i++)
        wanted = text_after(path, directories[i]);
    for (size_t i = 0; i < ARRAY_SIZE(unwanted) && wanted; i++)
        wanted = fnmatch(unwanted[i], path, 0) != 0;
    return wanted;
}

static int add_directories(struct build *b, struct modtree *tree)
{
    _cleanup_strv_ struct strv paths = {0};
    int r;

    r = modtree_list(tree, &paths);
    if (r < 0)
        return log_error(r, "cannot read the list of modules in '%s'", modtree_dir(tree));
    for (size_t i = 0; i < paths.n; i++) {
        const char *below = text_after(paths.v[i], "kernel/");
        char name[NAME_MAX];

        if (!below || !is_wanted(below) || !modtree_name_of(below, name, sizeof(name)))
            continue;
        r = modules_add(b, name);
        if (r < 0 && r != -ENOENT)
            return r;
    }
    return 0;
}

int modules_add_generic(struct build *b)
{
    int r;

    r = add_directories(b, modules_tree(b));
    for (size_t i = 0; i < ARRAY_SIZE(filesystems) && r >= 0; i++) {
        r = modules_add(b, filesystems[i]);
        if (r == -ENOENT)
            r = 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(names) && r >= 0; i++) {
        r = modules_add(b, names[i]);
        if (r == -ENOENT)
            r = 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(modaliases) && r >= 0; i++)
        r = modules_add_alias(b, modaliases[i]);
    return r < 0 ? r : 0;
}
