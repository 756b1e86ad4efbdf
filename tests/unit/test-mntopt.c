/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mount.h>

#include "mntopt.h"
#include "unittest.h"

START_TEST(words_of_the_vfs_become_flags)
{
    static const struct {
        const char *options;
        unsigned long before, flags;
        const char *data;
    } cases[] = {
        {"noatime,subvol=@,ro", 0, MS_NOATIME | MS_RDONLY, "subvol=@"},
        {"", MS_RDONLY, MS_RDONLY, ""},
        {"rw", MS_RDONLY, 0, ""},
        {"ro,rw", 0, 0, ""},
        {"rw,ro", 0, MS_RDONLY, ""},
        {"noexec,exec,nosuid", 0, MS_NOSUID, ""},
        {"exec,noexec", 0, MS_NOEXEC, ""},
        {"noatime,relatime", 0, MS_RELATIME, ""},
        {"strictatime,noatime", 0, MS_NOATIME, ""},
        {"noatime,atime", 0, 0, ""},
        {"noatime,defaults,commit=5", 0, MS_NOATIME, "commit=5"},
        {",,errors=remount-ro,,", 0, 0, "errors=remount-ro"},
        {"x-systemd.automount,nofail,_netdev,comment=hi,data=journal", 0, 0, "data=journal"},
        {"context=\"a,ro,b\",sync", 0, MS_SYNCHRONOUS, "context=\"a,ro,b\""},
        {"Noatime", 0, 0, "Noatime"}, /* for the kernel to refuse: the words are in small letters */
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct mntopt m = {0};

        ck_assert_int_eq(mntopt_add(&m, cases[i].options, NULL, 0), 0);
        ck_assert_msg(mntopt_flags(&m, cases[i].before) == cases[i].flags, "'%s': flags %lx", cases[i].options,
                      mntopt_flags(&m, cases[i].before));
        ck_assert_str_eq(m.data, cases[i].data);
        ck_assert((m.set & m.clear) == 0);
    }
}
END_TEST

START_TEST(texts_add_up)
{
    struct mntopt m = {0};

    ck_assert_int_eq(mntopt_add(&m, "ro,a", NULL, 0), 0);
    ck_assert_int_eq(mntopt_add(&m, "b,rw", NULL, 0), 0);
    ck_assert_str_eq(m.data, "a,b");
    ck_assert(mntopt_flags(&m, MS_RDONLY | MS_SILENT) == MS_SILENT);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_with_its_reason)
{
    struct mntopt m = {0};
    char why[128], big[MNTOPT_DATA_MAX + 10];

    ck_assert_int_eq(mntopt_add(&m, "a,bind", why, sizeof(why)), -EINVAL);
    ck_assert_str_eq(why, "'bind' makes no sense for the root");
    ck_assert_int_eq(mntopt_add(&m, "context=\"a,b", why, sizeof(why)), -EINVAL);
    ck_assert_ptr_nonnull(strstr(why, "quote"));
    memset(big, 'x', sizeof(big));
    m = (struct mntopt){0};
    big[MNTOPT_DATA_MAX] = '\0';
    ck_assert_int_eq(mntopt_add(&m, big, why, sizeof(why)), -E2BIG);
    ck_assert_str_eq(m.data, "");
    big[MNTOPT_DATA_MAX - 1] = '\0'; /* the longest that fits */
    ck_assert_int_eq(mntopt_add(&m, big, why, sizeof(why)), 0);
    ck_assert_int_eq(mntopt_add(&m, "y", why, sizeof(why)), -E2BIG);
}
END_TEST

UNITTEST_MAIN("mntopt", words_of_the_vfs_become_flags, texts_add_up,
              what_makes_no_sense_is_refused_with_its_reason)
