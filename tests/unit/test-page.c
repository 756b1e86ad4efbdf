/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "page.h"
#include "unittest.h"

#define ROOT_UUID "6c9d2c6b-1a2b-4a53-9e4d-0123456789ab"

static const struct blkinfo vda = {.name = "vda", .bytes = UINT64_C(20) << 30, .probed = BLKINFO_PROBED, .pttype = "gpt"};
static const struct blkinfo vda1 = {.name = "vda1", .disk = "vda", .part = 1, .bytes = UINT64_C(512) << 20,
                                    .probed = BLKINFO_PROBED, .type = "vfat", .uuid = "ABCD-1234", .label = "EFI",
                                    .partuuid = "aaaa"};
static const struct blkinfo vda2 = {.name = "vda2", .disk = "vda", .part = 2, .bytes = UINT64_C(3) << 29,
                                    .probed = BLKINFO_PROBED, .type = "ext4", .uuid = ROOT_UUID, .label = "root",
                                    .partuuid = "bbbb"};
static const struct blkinfo hung = {.name = "sda", .bytes = UINT64_C(1) << 40, .probed = BLKINFO_PROBING};
static const struct blkinfo loop0 = {.name = "loop0", .probed = BLKINFO_PROBED};

static char text[PAGE_MAX];

/* What every page must keep, however odd its input: columns, printable ASCII, whole lines. */
static unsigned checked_lines(const char *page)
{
    unsigned lines = 0;
    size_t column = 0;

    for (const char *c = page; *c; c++) {
        if (*c == '\n') {
            lines++;
            column = 0;
            continue;
        }
        ck_assert_msg(*c >= 0x20 && *c < 0x7f, "byte 0x%02x on the page:\n%s", (unsigned char)*c, page);
        ck_assert_msg(++column <= PAGE_COLUMNS, "a line is too long:\n%s", page);
    }
    ck_assert_msg(column == 0, "the last line is cut:\n%s", page);
    return lines;
}

static const char *page(const char *root, const struct fail *fail, const struct blkinfo *const *devices, size_t n,
                        const struct page_hardware *hw, size_t n_hw, bool everything)
{
    struct page_input in = {.fail = fail, .root = root, .devices = devices, .n_devices = n, .hardware = hw,
                            .n_hardware = n_hw};
    struct rootspec spec;
    char why[128];
    unsigned lines;

    if (root && rootspec_parse(root, &spec, why, sizeof(why)) == 0)
        in.spec = &spec;
    ck_assert_uint_eq(page_write(&in, everything, text, sizeof(text)), strlen(text));
    lines = checked_lines(text);
    ck_assert_msg(everything || lines <= PAGE_LINES, "%u lines:\n%s", lines, text);
    if (in.spec)
        rootspec_done(&spec);
    return text;
}

START_TEST(a_wrong_uuid_is_one_look)
{
    const struct blkinfo *devices[] = {&vda, &vda1, &vda2, &loop0};
    const struct fail fail = {.kind = FAIL_TIMEOUT, .error = -ETIMEDOUT,
                              .todo = "press o and give another root=, or w when the disk is still to come"};

    ck_assert_str_eq(
        page("UUID=6c9d2c6b-1a2b-4a53-9e4d-0123456789ac", &fail, devices, 4, NULL, 0, false),
        "*** pintle: the root file system has not appeared\n"
        "wanted:  root=UUID=6c9d2c6b-1a2b-4a53-9e4d-0123456789ac\n"
        "found:   4 block devices, none of them is it\n"
        "nearest: vda2 has a UUID that differs in one character:\n"
        "         6c9d2c6b-1a2b-4a53-9e4d-0123456789ab\n"
        "to do:   press o and give another root=, or w when the disk is still to come\n"
        "\n"
        "DEVICE  SIZE TYPE UUID                                 LABEL\n"
        "vda2    1.5G ext4 6c9d2c6b-1a2b-4a53-9e4d-0123456789ab root  other UUID\n"
        "vda1    512M vfat ABCD-1234                            EFI  other UUID\n"
        "vda      20G gpt  a disk with a gpt partition table\n"
        "... and 1 more (d lists all)\n");
}
END_TEST

START_TEST(no_disk_and_no_driver)
{
    static const struct page_hardware hw[] = {
        {.where = "0000:00:1f.2",
         .modalias = "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"},
        {.where = "0000:00:05.0", .module = "virtio_blk", .modalias = "virtio:d00000002v00001AF4", .error = -ENOEXEC},
        {.where = "", .modalias = "", .module = "ext4", .loading_usec = 6500000},
    };
    const struct fail fail = {.kind = FAIL_TIMEOUT, .found = "no block device within 30 s"};

    ck_assert_str_eq(page("/dev/sda1", &fail, NULL, 0, hw, 3, false),
                     "*** pintle: the root file system has not appeared\n"
                     "wanted:  root=/dev/sda1\n"
                     "found:   no block device within 30 s\n"
                     "HARDWARE WITHOUT A DRIVER\n"
                     "  0000:00:1f.2, SATA controller: no module for it in this image\n"
                     "      pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01\n"
                     "  ... and 2 more (d lists all)\n");
    ck_assert_str_eq(page("/dev/sda1", &fail, NULL, 0, hw, 3, true),
                     "*** pintle: the root file system has not appeared\n"
                     "wanted:  root=/dev/sda1\n"
                     "found:   no block device within 30 s\n"
                     "\n"
                     "HARDWARE WITHOUT A DRIVER\n"
                     "  0000:00:1f.2, SATA controller: no module for it in this image\n"
                     "      pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01\n"
                     "  0000:00:05.0: module 'virtio_blk' cannot be loaded: it is damaged or built\n"
                     "    for another kernel: build the image anew (errno 8)\n"
                     "      virtio:d00000002v00001AF4\n"
                     "  module 'ext4' has been loading for 6 s\n");
}
END_TEST

START_TEST(of_everything_the_disks_are_what_is_left_on_the_screen)
{
    static const struct page_hardware hw[] = {
        {.where = "id", .modalias = "dmi:bvnSeaBIOS:bvr1.16.2-debian-1.16.2-1:bd04/01/2014:br0.0:svnQEMU:pnStandardPC:pvrpc"},
    };
    const struct blkinfo *devices[] = {&vda2};
    const struct fail fail = {.kind = FAIL_TIMEOUT, .found = "x"};

    ck_assert_str_eq(page("LABEL=y", &fail, devices, 1, hw, 1, true),
                     "*** pintle: the root file system has not appeared\n"
                     "wanted:  root=LABEL=y\n"
                     "found:   x\n"
                     "\n"
                     "HARDWARE WITHOUT A DRIVER\n"
                     "  id: no module for it in this image\n"
                     "      dmi:bvnSeaBIOS:bvr1.16.2-debian-1.16.2-1:bd04/01/2014:br0.0:svnQEMU:pnSta\n"
                     "      ndardPC:pvrpc\n"
                     "\n"
                     "DEVICE  SIZE TYPE UUID                                 LABEL\n"
                     "vda2    1.5G ext4 6c9d2c6b-1a2b-4a53-9e4d-0123456789ab root  other LABEL\n");
}
END_TEST

START_TEST(why_a_module_is_not_in_is_one_sentence)
{
    static const struct {
        struct page_hardware hw;
        const char *text;
    } cases[] = {
        {{.module = "ext4", .error = -ENOENT, .no_file = true},
         "module 'ext4' cannot be loaded: its file is not in the image (errno 2)"},
        {{.module = "ext4", .error = -ENOENT, .cause = "jbd2"},
         "module 'ext4' cannot be loaded: it needs 'jbd2', which cannot be loaded either (errno 2)"},
        {{.module = "ext4", .error = -ENOENT},
         "module 'ext4' cannot be loaded: the kernel lacks a symbol that it needs: was it built for another kernel? (errno 2)"},
        {{.module = "ext4", .error = -EFAULT}, "module 'ext4' cannot be loaded: it crashed in the kernel (dmesg tells more) (errno 14)"},
        {{.module = "ext4", .loading_usec = 61500000}, "module 'ext4' has been loading for 61 s"},
        {{.module = "ext4"}, "module 'ext4' is in the image but was not loaded"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        ck_assert_str_eq(page_hardware_text(&cases[i].hw, text, sizeof(text)), cases[i].text);
}
END_TEST

START_TEST(a_failure_of_the_mount_names_it_first)
{
    const struct blkinfo *devices[] = {&vda, &vda2};
    const struct fail fail = {.kind = FAIL_MOUNT, .error = -ENODEV, .wanted = "/dev/vda2 as xfs",
                              .found = "the kernel has no file system type 'xfs'; the device holds ext4",
                              .todo = "boot with rootfstype=ext4"};

    /* No reasons against devices: the root was found. No errno beside a text that explains it. */
    ck_assert_str_eq(page("/dev/vda2", &fail, devices, 2, NULL, 0, false),
                     "*** pintle: the root file system cannot be mounted\n"
                     "wanted:  /dev/vda2 as xfs\n"
                     "found:   the kernel has no file system type 'xfs'; the device holds ext4\n"
                     "to do:   boot with rootfstype=ext4\n"
                     "\n"
                     "DEVICE  SIZE TYPE UUID                                 LABEL\n"
                     "vda2    1.5G ext4 6c9d2c6b-1a2b-4a53-9e4d-0123456789ab root\n"
                     "vda      20G gpt\n");
}
END_TEST

START_TEST(what_reads_for_ever_and_what_went)
{
    const struct blkinfo *devices[] = {&hung}, *gone[] = {&vda};
    const struct fail fail = {.kind = FAIL_TIMEOUT};
    struct page_input in = {.fail = &fail, .root = "LABEL=x", .devices = devices, .n_devices = 1, .gone = gone,
                            .n_gone = 1};

    page_write(&in, false, text, sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, "1 block device, 1 of them still being read\n"));
    ck_assert_ptr_nonnull(strstr(text, "gone:    vda was there and has been unplugged\n"));
}
END_TEST

START_TEST(a_hundred_disks_leave_room_for_the_menu)
{
    static struct blkinfo many[100];
    const struct blkinfo *devices[100];
    struct page_hardware hw[20];
    const struct fail fail = {.kind = FAIL_TIMEOUT};
    const char *p;

    for (size_t i = 0; i < 100; i++) {
        many[i] = vda2;
        snprintf(many[i].name, sizeof(many[i].name), "sd%c%zu", (char)('a' + i / 10), i % 10);
        devices[i] = &many[i];
    }
    for (size_t i = 0; i < ARRAY_SIZE(hw); i++)
        hw[i] = (struct page_hardware){.where = "0000:00:1f.2", .modalias = "pci:v1d1sv1sd1bc01sc06i01"};
    p = page("LABEL=nothing", &fail, devices, 100, hw, 20, false);
    ck_assert_ptr_nonnull(strstr(p, "more (d lists all)"));
    ck_assert_ptr_nonnull(strstr(p, "HARDWARE WITHOUT A DRIVER"));
    ck_assert_uint_ge(checked_lines(p), PAGE_LINES - 2);
    p = page("LABEL=nothing", &fail, devices, 100, hw, 20, true);
    ck_assert_ptr_null(strstr(p, "more (d lists all)"));
    ck_assert_ptr_nonnull(strstr(p, "sdj9 "));
}
END_TEST

START_TEST(nothing_that_a_disk_calls_itself_reaches_the_terminal)
{
    struct blkinfo evil = {.name = "v\033c", .probed = BLKINFO_PROBED, .type = "\033[2J", .uuid = "\a\a", .bytes = 4096,
                           .partuuid = "\x9b", .pttype = "\r"};
    const struct blkinfo *devices[] = {&evil};
    static const char *const roots[] = {"LABEL=\033]0;x\a", "PARTUUID=a", "UUID=b", "/dev/x", "8:1", NULL};
    const struct page_hardware hw = {.where = "\033", .modalias = "\xff\033[m", .module = "\b\b"};
    struct fail fail = {.kind = FAIL_TIMEOUT, .found = "\033[31mred"};

    memset(evil.label, '\x9b', sizeof(evil.label) - 1);
    for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
        for (unsigned kind = FAIL_IMAGE; kind <= FAIL_INTERNAL; kind++) {
            fail.kind = (enum fail_kind)kind;
            page(roots[i], &fail, devices, 1, &hw, 1, false);
            page(roots[i], &fail, devices, 1, &hw, 1, true);
        }
}
END_TEST

START_TEST(a_small_buffer_gets_whole_lines)
{
    const struct blkinfo *devices[] = {&vda, &vda1, &vda2};
    const struct fail fail = {.kind = FAIL_TIMEOUT};
    struct page_input in = {.fail = &fail, .root = "LABEL=x", .devices = devices, .n_devices = 3};

    for (size_t size = 1; size < 700; size++) {
        char *small = malloc(size);

        page_write(&in, false, small, size);
        ck_assert_uint_lt(strlen(small), size);
        checked_lines(small);
        free(small);
    }
}
END_TEST

START_TEST(the_waiting_line_says_what_for_and_how_long)
{
    static const struct {
        struct page_wait wait;
        const char *text;
    } cases[] = {
        {{.root = "LABEL=r", .left_usec = 28000000, .n_devices = 2, .busy = "loading 'ahci'", .busy_usec = 6100000},
         "pintle: waiting for root LABEL=r (28 s left); 2 block devices seen, none\n"
         "        matches; loading 'ahci' for 6 s\n"},
        {{.root = "/dev/vda", .left_usec = USEC_INFINITY, .n_devices = 0},
         "pintle: waiting for root /dev/vda (no limit); no block device yet\n"},
        {{.root = "8:1", .left_usec = 1600000, .n_devices = 1},
         "pintle: waiting for root 8:1 (2 s left); 1 block device seen, not it\n"},
        {{.root = "8:1", .left_usec = 900000, .n_devices = 3, .n_unread = 1, .hint = true},
         "pintle: waiting for root 8:1 (1 s left); 3 block devices seen, 1 still being\n"
         "        read -- Enter: details and menu\n"},
        {{.left_usec = USEC_INFINITY, .instead = "the check of /dev/vda1", .busy = "checking '/dev/vda1'",
          .busy_usec = 61000000},
         "pintle: waiting for the check of /dev/vda1; checking '/dev/vda1' for 61 s\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        page_waiting(&cases[i].wait, text, sizeof(text));
        ck_assert_str_eq(text, cases[i].text);
        checked_lines(text);
    }
}
END_TEST

START_TEST(only_storage_matters)
{
    ck_assert(page_hardware_matters("pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01"));
    ck_assert(page_hardware_matters("pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00"));
    ck_assert(page_hardware_matters("pci:v00001AF4d00001048sv00001AF4sd00001100bc00sc00i00"));
    ck_assert(page_hardware_matters("virtio:d00000002v00001AF4"));
    ck_assert(page_hardware_matters("usb:v0781p5567d0100dc00dsc00dp00ic08isc06ip50in00"));
    ck_assert(!page_hardware_matters("pci:v00008086d00002668sv00001AF4sd00001100bc04sc03i00")); /* sound */
    ck_assert(!page_hardware_matters("cpu:type:x86,ven0000fam0006mod0055:feature:,0000,0001"));
    ck_assert(!page_hardware_matters("virtio:d00000001v00001AF4"));
    ck_assert(!page_hardware_matters("usb:v046DpC077d7200dc00dsc00dp00ic03isc01ip02in00")); /* a mouse */
    ck_assert(!page_hardware_matters(""));
}
END_TEST

UNITTEST_MAIN("page", a_wrong_uuid_is_one_look, no_disk_and_no_driver, of_everything_the_disks_are_what_is_left_on_the_screen,
              why_a_module_is_not_in_is_one_sentence, a_failure_of_the_mount_names_it_first,
              what_reads_for_ever_and_what_went, a_hundred_disks_leave_room_for_the_menu,
              nothing_that_a_disk_calls_itself_reaches_the_terminal, a_small_buffer_gets_whole_lines,
              the_waiting_line_says_what_for_and_how_long, only_storage_matters)
