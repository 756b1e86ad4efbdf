/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mount.h>

#include "rootmount.h"
#include "unittest.h"

/* What the fake kernel answers, type by type; and what it was asked. */
static struct {
    const char *type;
    int rw, ro; /* answer to a read-write and to a read-only mount */
} answers[4];
static char calls[512];

static int fake_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
    size_t at = strlen(calls);

    snprintf(calls + at, sizeof(calls) - at, "%s%s:%s", at ? " " : "", type, flags & MS_RDONLY ? "ro" : "rw");
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
        if (answers[i].type && streq(answers[i].type, type))
            return flags & MS_RDONLY ? answers[i].ro : answers[i].rw;
    return -EINVAL;
}

static int try_(const char *types, unsigned long flags, struct rootmount_result *res)
{
    static const char filesystems[] = "nodev\tsysfs\nnodev\ttmpfs\n\text4\n\txfs\n\tvfat\n";
    _cleanup_strv_ struct strv list = {0}, known = {0}, none = {0};
    struct rootmount_plan plan = {"/dev/x", "/sysroot", &list, &known, flags, NULL};

    calls[0] = '\0';
    ck_assert_int_eq(rootmount_known(filesystems, false, &known), 0);
    ck_assert_int_eq(rootmount_types(types, "", &none, &list), 0);
    return rootmount_try(&plan, fake_mount, res);
}

START_TEST(the_list_is_what_was_asked_for_else_what_the_disk_holds_else_all)
{
    _cleanup_strv_ struct strv all = {0}, known = {0}, a = {0}, b = {0}, c = {0};

    ck_assert_int_eq(rootmount_known("nodev\tsysfs\n\text3\n\text4\nnodev\ttmpfs", true, &all), 0);
    ck_assert_uint_eq(all.n, 2);
    ck_assert_int_eq(rootmount_known("nodev\tsysfs\n\text3\n\text4\nnodev\ttmpfs", false, &known), 0);
    ck_assert_uint_eq(known.n, 4);
    ck_assert_str_eq(known.v[3], "tmpfs");
    ck_assert_int_eq(rootmount_types(",xfs,,ext4,", "vfat", &all, &a), 0);
    ck_assert_uint_eq(a.n, 2);
    ck_assert_str_eq(a.v[0], "xfs");
    ck_assert_str_eq(a.v[1], "ext4");
    ck_assert_int_eq(rootmount_types(NULL, "vfat", &all, &b), 0);
    ck_assert_uint_eq(b.n, 1);
    ck_assert_str_eq(b.v[0], "vfat");
    ck_assert_int_eq(rootmount_types("", "", &all, &c), 0);
    ck_assert_uint_eq(c.n, 2);
    ck_assert_str_eq(c.v[0], "ext3");
}
END_TEST

START_TEST(a_type_that_does_not_fit_is_followed_by_the_next)
{
    struct rootmount_result res;

    memset(answers, 0, sizeof(answers));
    answers[0].type = "ext4";
    ck_assert_int_eq(try_("xfs,ext4,vfat", 0, &res), 0);
    ck_assert_str_eq(calls, "xfs:rw ext4:rw");
    ck_assert_str_eq(res.type, "ext4");
    ck_assert(!res.read_only);
    ck_assert_str_eq(res.tried, "xfs: Invalid argument");
}
END_TEST

START_TEST(a_hard_error_ends_the_list)
{
    struct rootmount_result res;

    memset(answers, 0, sizeof(answers));
    answers[0].type = "xfs";
    answers[0].rw = answers[0].ro = -EIO;
    answers[1].type = "ext4";
    ck_assert_int_eq(try_("xfs,ext4", 0, &res), -EIO);
    ck_assert_str_eq(calls, "xfs:rw");
    ck_assert_str_eq(res.type, "xfs");
}
END_TEST

START_TEST(what_can_only_be_read_is_mounted_read_only)
{
    struct rootmount_result res;

    memset(answers, 0, sizeof(answers));
    answers[0].type = "ext4";
    answers[0].rw = -EACCES;
    ck_assert_int_eq(try_("ext4", 0, &res), 0);
    ck_assert_str_eq(calls, "ext4:rw ext4:ro");
    ck_assert(res.read_only);
    answers[0].rw = -EROFS;
    ck_assert_int_eq(try_("ext4", 0, &res), 0);
    ck_assert(res.read_only);
    /* asked for read-only already: once is enough */
    answers[0].ro = -EACCES;
    ck_assert_int_eq(try_("ext4", MS_RDONLY, &res), -EACCES);
    ck_assert_str_eq(calls, "ext4:ro");
}
END_TEST

START_TEST(a_type_that_the_kernel_lacks_is_said_and_skipped)
{
    struct rootmount_result res;

    memset(answers, 0, sizeof(answers));
    answers[0].type = "ext4";
    ck_assert_int_eq(try_("btrfs,ext4", 0, &res), 0);
    ck_assert(res.any_missing);
    ck_assert_int_eq(try_("btrfs", 0, &res), -ENODEV);
    ck_assert_str_eq(calls, "");
    ck_assert_str_eq(res.tried, "btrfs: unknown to the kernel");
}
END_TEST

UNITTEST_MAIN("rootmount", the_list_is_what_was_asked_for_else_what_the_disk_holds_else_all,
              a_type_that_does_not_fit_is_followed_by_the_next, a_hard_error_ends_the_list,
              what_can_only_be_read_is_mounted_read_only, a_type_that_the_kernel_lacks_is_said_and_skipped)
