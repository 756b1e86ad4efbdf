/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rootspec.h"
#include "text.h"
#include "unittest.h"

#define ROOT_UUID "6c9d2c6b-1a2b-4a53-9e4d-0123456789ab"

static struct blkinfo devices[] = {
    {.name = "vda", .major = 254, .minor = 0, .bytes = 1 << 30, .probed = BLKINFO_PROBED, .pttype = "gpt",
     .links = "disk/by-id/virtio-pintle disk/by-path/pci-0000:00:03.0 "},
    {.name = "vda1", .disk = "vda", .major = 254, .minor = 1, .part = 1, .bytes = 1 << 20, .probed = BLKINFO_PROBED,
     .type = "vfat", .uuid = "ABCD-1234", .label = "EFI", .partuuid = "11111111-2222-3333-4444-555555555555",
     .partlabel = "esp"},
    {.name = "vda2", .disk = "vda", .major = 254, .minor = 2, .part = 2, .bytes = 1 << 29, .probed = BLKINFO_PROBED,
     .type = "ext4", .uuid = ROOT_UUID, .label = "my root,2", .partuuid = "1111aaaa-2222-3333-4444-555555555555",
     .partlabel = "Root Part"},
    {.name = "sda", .major = 8, .minor = 0, .bytes = 1 << 30, .probed = BLKINFO_PROBED, .pttype = "dos"},
    {.name = "sda1", .disk = "sda", .major = 8, .minor = 1, .part = 1, .bytes = 1 << 20, .probed = BLKINFO_UNPROBED,
     .partuuid = "0a1b2c3d-01"},
    {.name = "sda2", .disk = "sda", .major = 8, .minor = 2, .part = 2, .bytes = 1 << 20, .probed = BLKINFO_PROBED,
     .partuuid = "0a1b2c3d-02", .type = "ntfs", .uuid = "01D3A5B6C7D8E9F0", .label = "WIN\033[2J"},
    {.name = "cciss!c0d0p1", .disk = "cciss!c0d0", .major = 104, .minor = 1, .part = 1, .probed = BLKINFO_FAILED,
     .error = -EIO},
    {.name = "dm-0", .major = 253, .minor = 0, .probed = BLKINFO_PROBED, .type = "xfs", .label = "xfs",
     .links = "/dev/mapper/vg-root /dev/vg/root "},
};

static const struct blkinfo *const *all(void)
{
    static const struct blkinfo *list[ARRAY_SIZE(devices)];

    for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
        list[i] = &devices[i];
    return list;
}

static void good(const char *text, struct rootspec *s)
{
    char why[256];
    int r = rootspec_parse(text, s, why, sizeof(why));

    ck_assert_msg(r == 0, "'%s' refused: %s", text, why);
}

START_TEST(every_form_finds_its_device)
{
    static const struct {
        const char *text, *device; /* NULL: none */
    } cases[] = {
        {"UUID=" ROOT_UUID, "vda2"},
        {"UUID=6C9D2C6B-1A2B-4A53-9E4D-0123456789AB", "vda2"},
        {"UUID=\"" ROOT_UUID "\"", "vda2"},
        {"UUID=6c9d2c6b", NULL}, /* no prefixes here */
        {"UUID=abcd-1234", "vda1"},
        {"UUID=01d3a5b6c7d8e9f0", "sda2"},
        {"LABEL=EFI", "vda1"},
        {"LABEL=efi", NULL},
        {"LABEL=my root,2", "vda2"},
        {"LABEL=\"my root,2\"", "vda2"},
        {"LABEL=my\\x20root\\x2c2", "vda2"},
        {"PARTUUID=1111AAAA-2222-3333-4444-555555555555", "vda2"},
        {"PARTUUID=1111a", "vda2"}, /* a prefix, as in the kernel */
        {"PARTUUID=1111", "vda1"},  /* the first */
        {"PARTUUID=0A1B2C3D-02", "sda2"},
        {"PARTUUID=11111111-2222-3333-4444-555555555555/PARTNROFF=1", "vda2"},
        {"PARTUUID=0a1b2c3d-02/PARTNROFF=-1", "sda1"},
        {"PARTUUID=0a1b2c3d-02/PARTNROFF=+0", "sda2"},
        {"PARTUUID=0a1b2c3d-02/PARTNROFF=-2", "sda"},
        {"PARTUUID=0a1b2c3d-02/PARTNROFF=7", NULL},
        {"PARTLABEL=Root Part", "vda2"},
        {"PARTLABEL=root part", NULL},
        {"/dev/vda2", "vda2"},
        {"/dev/vda", "vda"},
        {"/dev/vd", NULL},
        {"/dev/vda22", NULL},
        {"/dev/cciss/c0d0p1", "cciss!c0d0p1"},
        {"/dev/mapper/vg-root", "dm-0"},
        {"/dev/vg/root", "dm-0"},
        {"/dev/vg/roo", NULL},
        {"/dev/disk/by-uuid/" ROOT_UUID, "vda2"},
        {"/dev/disk/by-label/my\\x20root\\x2c2", "vda2"},
        {"/dev/disk/by-partuuid/0a1b2c3d-02", "sda2"},
        {"/dev/disk/by-partuuid/0a1b2c3d", NULL}, /* a link has its whole name */
        {"/dev/disk/by-partlabel/Root\\x20Part", "vda2"},
        {"/dev/disk/by-id/virtio-pintle", "vda"},
        {"/dev/disk/by-id/virtio-pintle-part2", "vda2"},
        {"/dev/disk/by-id/virtio-pintle-part3", NULL},
        {"/dev/disk/by-id/virtio", NULL},
        {"/dev/disk/by-path/pci-0000:00:03.0-part1", "vda1"},
        {"254:2", "vda2"},
        {"8:1:0:", "sda1"},
        {"fe02", "vda2"},
        {"0xFE02", "vda2"},
        {"801", "sda1"},
        {"254:22", NULL},
        {"UUID=0-0,LABEL=nothing,/dev/vda1", "vda1"},
        {"/dev/sdz9,8:0,UUID=abcd-1234", "sda"},
        {"LABEL=my root,2,UUID=abcd-1234", "vda2"}, /* the first candidate that is there, though vda1 comes before */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rootspec s;
        int found;

        good(cases[i].text, &s);
        found = rootspec_find(&s, all(), ARRAY_SIZE(devices), NULL);
        ck_assert_msg(cases[i].device ? found >= 0 && streq(devices[found].name, cases[i].device) : found == -ENOENT,
                      "'%s' found %s", cases[i].text, found < 0 ? "nothing" : devices[found].name);
        rootspec_done(&s);
    }
}
END_TEST

START_TEST(high_minors_in_hex_as_the_kernel_packs_them)
{
    struct rootspec s;

    good("12345678", &s); /* new_decode_dev: major 0x456, minor 0x12378 */
    ck_assert_uint_eq(s.v[0].major, 0x456);
    ck_assert_uint_eq(s.v[0].minor, 0x12378);
    rootspec_done(&s);
}
END_TEST

START_TEST(candidates_and_the_commas_in_labels)
{
    static const struct {
        const char *text;
        size_t n;
        const char *values[3];
    } cases[] = {
        {"LABEL=a,b", 1, {"a,b"}},
        {"LABEL=a,b,UUID=c,/dev/d", 3, {"a,b", "c", "d"}},
        {"LABEL=a,8:1", 2, {"a", "8:1"}},
        {"LABEL=a,8:1x", 1, {"a,8:1x"}},
        {"LABEL=a,801", 1, {"a,801"}}, /* bare hex is too much like a word */
        {"PARTLABEL=a,LABEL=b,", 2, {"a", "b,"}},
        {"LABEL=\"a,UUID=b\",UUID=c", 2, {"a,UUID=b", "c"}},
        {"UUID=a,801", 2, {"a", "801"}},
        {"/dev/disk/by-label/a\\x2cb,/dev/c", 2, {"a,b", "c"}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rootspec s;

        good(cases[i].text, &s);
        ck_assert_msg(s.n == cases[i].n, "'%s' has %zu candidates", cases[i].text, s.n);
        for (size_t j = 0; j < s.n; j++)
            ck_assert_str_eq(s.v[j].value, cases[i].values[j]);
        rootspec_done(&s);
    }
}
END_TEST

START_TEST(a_bad_form_says_what_is_wrong)
{
    static const char kernel[] = "PARTUUID= is invalid. Expected PARTUUID=<valid-uuid-id>[/PARTNROFF=%d]";
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "root= is empty"},
        {",", "an empty candidate"},
        {"/dev/vda1,", "an empty candidate"},
        {"UUID=", "nothing follows 'UUID='"},
        {"UUID=abc_d", "character 4 is in no UUID"},
        {"UUID=a b", "character 2 is in no UUID"},
        {"LABEL=", "nothing follows 'LABEL='"},
        {"LABEL=a\\x00b", "\\x00"},
        {"PARTLABEL=", "nothing follows 'PARTLABEL='"},
        {"PARTUUID=", kernel},
        {"PARTUUID=/PARTNROFF=1", kernel},
        {"PARTUUID=ab/PARTNROFF=", kernel},
        {"PARTUUID=ab/PARTNROFF=1x", kernel},
        {"PARTUUID=ab/PARTNROFF= 1", kernel},
        {"PARTUUID=ab/PARTNROFF=99999999999999999999", kernel},
        {"PARTUUID=ab/PARTNROFF=40000", kernel},
        {"PARTUUID=ab/PARTNROFF=-40000", kernel},
        {"PARTUUID=ab/PARTNR=1", kernel},
        {"PARTUUID=xy", "character 1 is in no UUID"},
        {"/dev/", "no name follows '/dev/'"},
        {"/dev//vda", "no name of a device"},
        {"/dev/../etc", "no name of a device"},
        {"/dev/a b", "no name of a device"},
        {"/dev/vda/", "no name of a device"},
        {"/dev/disk/by-uuid/", "nothing follows"},
        {"/dev/disk/by-label/a/b", "\\x2f"},
        {"/dev", "expected UUID="},
        {"4096:0", "majors end at 4095"},
        {"8:1048576", "majors end at 4095"},
        {"0:0", "major 0"},
        {"0", "major 0"},
        {"0x", "expected UUID="},
        {"8:", "expected UUID="},
        {"8:1:", "expected UUID="},
        {"8:1:2", "expected UUID="},
        {":1", "expected UUID="},
        {"123456789", "expected UUID="},
        {"uuid=" ROOT_UUID, "write UUID= in capitals"},
        {"PartLabel=x", "write PARTLABEL= in capitals"},
        {ROOT_UUID, "did you mean UUID=" ROOT_UUID "?"},
        {"sda1", "did you mean /dev/sda1?"},
        {"nvme0n1p2", "did you mean /dev/nvme0n1p2?"},
        {"zfs:tank/root", "expected UUID="},
        {"a\033[2Jb", "'a\\x1b[2Jb' is invalid"},
        {"/dev/a,/dev/b,/dev/c,/dev/d,/dev/e,/dev/f,/dev/g,/dev/h,/dev/i,/dev/j,/dev/k,/dev/l,/dev/m,/dev/n,/dev/o,"
         "/dev/p,/dev/q", "more than 16 candidates"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char why[256];
        struct rootspec s;
        int r = rootspec_parse(cases[i].text, &s, why, sizeof(why));

        ck_assert_msg(r == -EINVAL, "'%s' gave %d", cases[i].text, r);
        ck_assert_msg(strstr(why, cases[i].why) != NULL, "'%s': %s", cases[i].text, why);
        ck_assert_uint_eq(s.n, 0);
        ck_assert_ptr_null(s.v);
    }
}
END_TEST

START_TEST(later_roots_are_known_and_refused_clearly)
{
    static const struct {
        const char *text;
        enum rootspec_kind kind;
    } cases[] = {
        {"/dev/nfs", ROOTSPEC_NFS}, {"/dev/cifs", ROOTSPEC_CIFS}, {"/dev/ram", ROOTSPEC_RAM},
        {"mtd0", ROOTSPEC_MTD},     {"mtd:root", ROOTSPEC_MTD},   {"ubi0:rootfs", ROOTSPEC_UBI},
        {"/dev/nfs2", ROOTSPEC_NAME},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char why[128];
        struct rootspec s;
        int r;

        good(cases[i].text, &s);
        ck_assert_msg(s.v[0].kind == cases[i].kind, "'%s'", cases[i].text);
        r = rootspec_supported(&s.v[0], why, sizeof(why));
        ck_assert_int_eq(r, cases[i].kind == ROOTSPEC_NAME ? 0 : -EOPNOTSUPP);
        ck_assert(r == 0 || strstr(why, "not in this version"));
        rootspec_done(&s);
    }
}
END_TEST

START_TEST(only_what_is_needed_is_read)
{
    static const struct {
        const char *text;
        unsigned needs;
    } cases[] = {
        {"/dev/vda1", 0},
        {"8:1", 0},
        {"UUID=ab", ROOTSPEC_NEEDS_SUPERBLOCK},
        {"/dev/disk/by-label/x", ROOTSPEC_NEEDS_SUPERBLOCK},
        {"PARTUUID=ab", ROOTSPEC_NEEDS_PARTITION},
        {"/dev/disk/by-id/x", ROOTSPEC_NEEDS_LINKS},
        {"/dev/mapper/x", ROOTSPEC_NEEDS_LINKS},
        {"/dev/vda1,LABEL=x,PARTLABEL=y", ROOTSPEC_NEEDS_SUPERBLOCK | ROOTSPEC_NEEDS_PARTITION},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rootspec s;

        good(cases[i].text, &s);
        ck_assert_msg(rootspec_needs(&s) == cases[i].needs, "'%s'", cases[i].text);
        rootspec_done(&s);
    }
}
END_TEST

START_TEST(each_device_is_told_why_it_is_not_it)
{
    static const struct {
        const char *text;
        size_t device;
        const char *why;
    } cases[] = {
        {"UUID=0-1", 2, "UUID is " ROOT_UUID ", wanted 0-1"},
        {"UUID=0-1", 0, "a disk with a gpt partition table"},
        {"UUID=0-1", 4, "not read yet"},
        {"UUID=0-1", 6, "cannot be read: Input/output error"},
        {"UUID=0-1", 7, "xfs without a UUID"},
        {"LABEL=x", 5, "LABEL is WIN\\x1b[2J, wanted x"},
        {"PARTUUID=ff", 0, "a whole disk has no PARTUUID"},
        {"PARTUUID=ff", 5, "PARTUUID is 0a1b2c3d-02, wanted ff"},
        {"PARTLABEL=ff", 5, "partition without a PARTLABEL"},
        {"PARTLABEL=ff", 4, "its partition entry is not read yet"},
        {"/dev/vdb", 0, "is not called /dev/vdb"},
        {"8:9", 0, "number is 254:0, wanted 8:9"},
        {"/dev/disk/by-id/x", 0, "other by-id name"},
        {"/dev/disk/by-id/x", 3, "has no by-id name"},
        {"/dev/nfs", 0, "is not NFS"},
        {"UUID=0-1,UUID=0-2", 0, "a disk with a gpt partition table"}, /* said once */
        {"UUID=0-1,/dev/vdb", 0, "a disk with a gpt partition table; is not called /dev/vdb"},
        {"UUID=0-1,/dev/vda", 0, ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rootspec s;
        char why[256];

        good(cases[i].text, &s);
        rootspec_why_not(&s, &devices[cases[i].device], all(), ARRAY_SIZE(devices), why, sizeof(why));
        ck_assert_msg(streq(why, cases[i].why), "'%s', %s: %s", cases[i].text, devices[cases[i].device].name, why);
        rootspec_done(&s);
    }
}
END_TEST

START_TEST(the_nearest_is_offered)
{
    static const struct {
        const char *text, *near; /* NULL: nothing is near */
    } cases[] = {
        {"UUID=1111aaaa-2222-3333-4444-555555555555",
         "vda2 has that as its PARTUUID: did you mean root=PARTUUID=1111aaaa-2222-3333-4444-555555555555?"},
        {"PARTUUID=" ROOT_UUID, "vda2 has that as its UUID: did you mean root=UUID=" ROOT_UUID "?"},
        {"LABEL=esp", "vda1 has that as its PARTLABEL: did you mean root=PARTLABEL=esp?"},
        {"LABEL=efi", "vda1 has the LABEL in other letters: did you mean root=LABEL=EFI?"},
        {"LABEL=EFI ", "vda1 has a LABEL that differs in one character: EFI"},
        {"UUID=6c9d2c6b-1a2b-4a53-9e4d-0123456789ac", "vda2 has a UUID that differs in one character: " ROOT_UUID},
        {"UUID=6c9d2c6b-1a2b-4a53-9e4d-0123456789", "vda2 has a UUID that differs in two characters: " ROOT_UUID},
        {"UUID=ABCD-1243", "vda1 has a UUID that differs in two characters: ABCD-1234"},
        {"/dev/hda2", "vda2 is partition 2 of a disk with another name: did you mean root=UUID=" ROOT_UUID "?"},
        {"/dev/nvme0n1p2", "vda2 is partition 2 of a disk with another name: did you mean root=UUID=" ROOT_UUID "?"},
        {"/dev/VDA2", "vda2 is there: did you mean root=/dev/vda2?"},
        {"/dev/md2", NULL},
        {"LABEL=somethingelse", NULL},
        {"UUID=aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", NULL},
        {"8:9", NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct rootspec s;
        char near[256];
        int r;

        good(cases[i].text, &s);
        r = rootspec_nearest(&s, all(), ARRAY_SIZE(devices), near, sizeof(near));
        ck_assert_msg(streq(near, cases[i].near ?: ""), "'%s': %s", cases[i].text, near);
        ck_assert_msg(cases[i].near ? r >= 0 : r == -ENOENT, "'%s' gave %d", cases[i].text, r);
        rootspec_done(&s);
    }
}
END_TEST

/* Pieces of every form, put together at random with random bytes in between. */
START_TEST(any_bytes_are_parsed_or_refused)
{
    static const char *const pieces[] = {"UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "/dev/", "disk/by-label/", ",",
                                         "/PARTNROFF=", "\\x2", "\\x00", "\"", "8:1", "0x", "-", ROOT_UUID, ":", "mtd"};
    unsigned state = 7;

    for (unsigned round = 0; round < 20000; round++) {
        char text[300] = "", why[64], small[8];
        struct rootspec s;
        size_t n = 0;
        int r;

        while (n < 200) {
            state = state * 1103515245 + 12345;
            if ((state >> 16) % 7 == 0)
                break;
            if ((state >> 20) % 3)
                n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", pieces[(state >> 16) % ARRAY_SIZE(pieces)]);
            else {
                text[n++] = (char)((state >> 16) % 255 + 1);
                text[n] = '\0';
            }
        }
        r = rootspec_parse(text, &s, why, sizeof(why));
        ck_assert_msg(r == 0 || r == -EINVAL, "'%s' gave %d", text, r);
        ck_assert(r == 0 ? s.n > 0 : *why != '\0');
        for (const char *c = why; *c; c++)
            ck_assert_msg(*c >= 0x20 && *c < 0x7f, "a control byte reached the text: '%s'", why);
        if (r == 0) {
            (void)rootspec_find(&s, all(), ARRAY_SIZE(devices), NULL);
            (void)rootspec_nearest(&s, all(), ARRAY_SIZE(devices), why, sizeof(why));
            for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
                (void)rootspec_why_not(&s, &devices[i], all(), ARRAY_SIZE(devices), small, sizeof(small));
            (void)rootspec_nearest(&s, all(), ARRAY_SIZE(devices), small, sizeof(small));
        }
        rootspec_done(&s);
    }
}
END_TEST

UNITTEST_MAIN("rootspec", every_form_finds_its_device, high_minors_in_hex_as_the_kernel_packs_them,
              candidates_and_the_commas_in_labels, a_bad_form_says_what_is_wrong,
              later_roots_are_known_and_refused_clearly, only_what_is_needed_is_read,
              each_device_is_told_why_it_is_not_it, the_nearest_is_offered, any_bytes_are_parsed_or_refused)
