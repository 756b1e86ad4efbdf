/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fstabplan.h"
#include "unittest.h"

static int add_as(struct fstab_plan *p, enum fstab_walk walk, const char *source, const char *target, const char *type,
                  const char *options)
{
    const struct mnt_entry e = {
        .source = source,
        .target = target,
        .type = type,
        .options = options,
        .is_swap = streq(type, "swap"),
        .is_pseudo = streq(type, "tmpfs") || streq(type, "overlay"),
        .is_net = streq(type, "nfs") || mnt_has_option(options, "_netdev"),
    };

    return fstabplan_add(p, walk, &e);
}

static void add(struct fstab_plan *p, const char *source, const char *target, const char *type, const char *options)
{
    ck_assert_int_eq(add_as(p, FSTAB_LOCAL, source, target, type, options), 0);
}

START_TEST(each_line_belongs_to_the_walks_that_can_do_it)
{
    static const struct {
        const char *source, *target, *type, *options;
        const char *walks; /* L local, S swap, N late, R remote */
    } cases[] = {
        {"UUID=1", "/a", "ext4", "defaults", "LN"},
        {"UUID=1", "/a", "ext4", "nofail", "LN"},
        {"UUID=1", "/a", "ext4", "noauto", ""},
        {"UUID=1", "/", "ext4", "defaults", ""},
        {"tmpfs", "/a", "tmpfs", "", "LN"},
        {"LABEL=s", "none", "swap", "", "SN"},
        {"/dev/vda3", "none", "swap", "pri=3", "SN"},
        {"/a/file", "none", "swap", "", "LN"},
        {"h:/s", "/a", "nfs", "", "R"},
        {"/dev/sdx1", "/a", "ext4", "_netdev", "R"},
        {"/dev/sdx2", "none", "swap", "_netdev", "R"},
    };
    static const struct {
        enum fstab_walk walk;
        char letter;
    } walks[] = {{FSTAB_LOCAL, 'L'}, {FSTAB_SWAP, 'S'}, {FSTAB_LATE, 'N'}, {FSTAB_REMOTE, 'R'}};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        for (size_t k = 0; k < ARRAY_SIZE(walks); k++) {
            _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

            ck_assert_int_eq(add_as(&p, walks[k].walk, cases[i].source, cases[i].target, cases[i].type, cases[i].options), 0);
            ck_assert_msg((p.n == 1) == (strchr(cases[i].walks, walks[k].letter) != NULL), "'%s %s' in walk %c",
                          cases[i].source, cases[i].target, walks[k].letter);
        }
}
END_TEST

START_TEST(a_device_is_waited_for_where_the_source_names_one)
{
    static const struct {
        const char *source, *type, *options;
        bool device;
        uint64_t timeout;
    } cases[] = {
        {"UUID=1", "ext4", "", true, 90 * USEC_PER_SEC},
        {"PARTLABEL=x", "auto", "x-systemd.device-timeout=5", true, 5 * USEC_PER_SEC},
        {"/dev/vdb1", "ext4", "x-systemd.device-timeout=2min", true, 120 * USEC_PER_SEC},
        {"/dev/vdb1", "ext4", "x-systemd.device-timeout=0", true, USEC_INFINITY},
        {"/dev/vdb1", "ext4", "x-systemd.device-timeout=soon", true, 90 * USEC_PER_SEC},
        {"/dev/shm", "none", "bind", false, 90 * USEC_PER_SEC},
        {"/image", "ext4", "loop", false, 90 * USEC_PER_SEC},
        {"size=3", "tmpfs", "", false, 90 * USEC_PER_SEC},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

        add(&p, cases[i].source, "/a", cases[i].type, cases[i].options);
        ck_assert_msg(p.lines[0].needs_device == cases[i].device, "%s", cases[i].source);
        ck_assert_msg(p.lines[0].timeout_usec == cases[i].timeout, "%s %s", cases[i].source, cases[i].options);
    }
}
END_TEST

START_TEST(what_lies_on_another_line_waits_for_it_wherever_the_two_stand)
{
    static const struct {
        const char *source, *target, *type, *options;
        bool waits;
    } cases[] = {
        {"UUID=2", "/data/below", "ext4", "", true},     {"UUID=2", "/data/below/", "ext4", "", true},
        {"UUID=2", "/database", "ext4", "", false},      {"/data/x", "/b", "none", "bind", true},
        {"/data", "/b", "none", "rbind", true},          {"/data/image", "/b", "ext4", "loop", true},
        {"/data/swapfile", "none", "swap", "", true},    {"/swapfile", "none", "swap", "", false},
        {"o", "/b", "overlay", "lowerdir=/usr:/data/l,upperdir=/u,workdir=/w", true},
        {"o", "/b", "overlay", "lowerdir=/usr,upperdir=/u,workdir=/w", false},
        {"tmpfs", "/b", "tmpfs", "x-systemd.requires-mounts-for=/data/y", true},
        {"tmpfs", "/b", "tmpfs", "", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

        add(&p, cases[i].source, cases[i].target, cases[i].type, cases[i].options);
        add(&p, "UUID=1", "/data/", "ext4", "");
        fstabplan_close(&p);
        ck_assert_msg((fstabplan_above(&p, &p.lines[0]) == &p.lines[1]) == cases[i].waits, "'%s %s'", cases[i].source,
                      cases[i].target);
        ck_assert_ptr_null(fstabplan_above(&p, &p.lines[1]));
        p.lines[1].state = FSTAB_DONE;
        ck_assert_ptr_null(fstabplan_above(&p, &p.lines[0]));
    }
}
END_TEST

START_TEST(a_line_above_that_failed_comes_before_one_that_waits)
{
    _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

    add(&p, "UUID=3", "/a/b/c", "ext4", "");
    add(&p, "UUID=1", "/a", "ext4", "");
    add(&p, "UUID=2", "/a/b", "ext4", "");
    ck_assert_ptr_eq(fstabplan_above(&p, &p.lines[0]), &p.lines[2]);
    p.lines[1].state = FSTAB_FAILED;
    ck_assert_ptr_eq(fstabplan_above(&p, &p.lines[0]), &p.lines[1]);
}
END_TEST

START_TEST(nofail_holds_up_nothing_unless_something_lies_on_it)
{
    _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

    add(&p, "UUID=1", "/a", "ext4", "nofail");
    add(&p, "UUID=2", "/a/b", "ext4", "nofail");
    add(&p, "UUID=3", "/c", "ext4", "nofail");
    fstabplan_close(&p);
    for (size_t i = 0; i < p.n; i++)
        ck_assert(!p.lines[i].holds_up);
    add(&p, "/a/b/image", "/d", "ext4", "loop");
    fstabplan_close(&p);
    ck_assert(p.lines[0].holds_up && p.lines[1].holds_up && !p.lines[2].holds_up);
}
END_TEST

START_TEST(lines_that_make_no_sense_are_refused)
{
    _cleanup_fstabplan_ struct fstab_plan p = {.lines = NULL};

    add(&p, "UUID=1", "/a", "ext4", "");
    ck_assert_int_eq(add_as(&p, FSTAB_LOCAL, "UUID=2", "/a/", "ext4", ""), -EEXIST);
    ck_assert_int_eq(add_as(&p, FSTAB_LOCAL, "UUID=2", "none", "ext4", ""), -EINVAL);
    ck_assert_int_eq(add_as(&p, FSTAB_LOCAL, "UUID=2", "a", "ext4", ""), -EINVAL);
    ck_assert_int_eq(add_as(&p, FSTAB_LOCAL, "/s1", "none", "swap", ""), 0);
    ck_assert_int_eq(add_as(&p, FSTAB_LOCAL, "/s2", "none", "swap", ""), 0);
    ck_assert(p.n == 3);
}
END_TEST

UNITTEST_MAIN("fstabplan", each_line_belongs_to_the_walks_that_can_do_it, a_device_is_waited_for_where_the_source_names_one,
              what_lies_on_another_line_waits_for_it_wherever_the_two_stand,
              a_line_above_that_failed_comes_before_one_that_waits, nofail_holds_up_nothing_unless_something_lies_on_it,
              lines_that_make_no_sense_are_refused)
