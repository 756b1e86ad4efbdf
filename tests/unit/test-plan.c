/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "log.h"
#include "plan.h"
#include "unittest.h"

static char last_line[1000];

static void keep_line(enum log_level level _unused_, const char *line)
{
    snprintf(last_line, sizeof(last_line), "%s", line);
}

static const char *form(const char *path)
{
    static char buf[PATH_MAX];

    return plan_path(path, buf, sizeof(buf)) < 0 ? "refused" : buf;
}

START_TEST(paths_have_one_form)
{
    char small[8];

    ck_assert_str_eq(form("/a/b"), "/a/b");
    ck_assert_str_eq(form("//a/./b/"), "/a/b");
    ck_assert_str_eq(form("/bin/sh"), "/usr/bin/sh");
    ck_assert_str_eq(form("/lib64/ld.so"), "/usr/lib64/ld.so");
    ck_assert_str_eq(form("/lib/modules"), "/usr/lib/modules");
    ck_assert_str_eq(form("/library/x"), "/library/x");
    ck_assert_str_eq(form("/usr/lib/x"), "/usr/lib/x");
    ck_assert_str_eq(form("/sbin"), "/sbin");
    ck_assert_str_eq(form("/a/../b"), "refused");
    ck_assert_str_eq(form("a/b"), "refused");
    ck_assert_str_eq(form("/"), "refused");
    ck_assert_str_eq(form(""), "refused");
    ck_assert_str_eq(form("/TRAILER!!!"), "refused");
    ck_assert_int_eq(plan_path("/longer/than/that", small, sizeof(small)), -ENAMETOOLONG);
}
END_TEST

START_TEST(entries_are_sorted_with_their_parents_first)
{
    static const char *const want[] = {"/a", "/usr", "/usr-x", "/usr/bin", "/usr/bin/tool"};
    _cleanup_plan_ struct plan p = {0};

    ck_assert_int_eq(plan_text(&p, "/bin/tool", "x"), 1);
    ck_assert_int_eq(plan_dir(&p, "/usr-x", 0755), 1);
    ck_assert_int_eq(plan_link(&p, "/a", "usr"), 1);
    ck_assert_uint_eq(p.n, ARRAY_SIZE(want));
    for (size_t i = 0; i < p.n; i++)
        ck_assert_str_eq(p.v[i]->path, want[i]);
}
END_TEST

START_TEST(the_same_again_is_no_clash)
{
    _cleanup_plan_ struct plan p = {0};

    ck_assert_int_eq(plan_text(&p, "/etc/x", "same"), 1);
    ck_assert_int_eq(plan_text(&p, "/etc/x", "same"), 0);
    ck_assert_int_eq(plan_link(&p, "/l", "etc"), 1);
    ck_assert_int_eq(plan_link(&p, "/l", "etc"), 0);
    ck_assert_int_eq(plan_char(&p, "/dev/null", 0666, 1, 3), 1);
    ck_assert_int_eq(plan_char(&p, "/dev/null", 0666, 1, 3), 0);
    ck_assert_int_eq(plan_dir(&p, "/dev", 0700), 0);
    ck_assert_uint_eq(plan_find(&p, "/dev")->mode, 0755);
}
END_TEST

START_TEST(a_clash_is_refused_and_names_both_sides)
{
    _cleanup_plan_ struct plan p = {0};

    log_set_hook(keep_line);
    ck_assert_int_eq(plan_text(&p, "/etc/x", "one"), 1);
    ck_assert_int_eq(plan_text(&p, "/etc/x", "two"), -EEXIST);
    ck_assert_ptr_nonnull(strstr(last_line, "'/etc/x'"));
    ck_assert_int_eq(plan_file(&p, "/etc/x", "/proc/self/stat", 0644, 1, NULL), -EEXIST);
    ck_assert_ptr_nonnull(strstr(last_line, "/proc/self/stat"));
    ck_assert_int_eq(plan_dir(&p, "/etc/x", 0755), -EEXIST);
    ck_assert_int_eq(plan_link(&p, "/etc", "usr"), -EEXIST);
    ck_assert_int_eq(plan_link(&p, "/l", "a"), 1);
    ck_assert_int_eq(plan_link(&p, "/l", "b"), -EEXIST);
    ck_assert_ptr_nonnull(strstr(last_line, "'b'"));
    ck_assert_int_eq(plan_char(&p, "/dev/null", 0666, 1, 3), 1);
    ck_assert_int_eq(plan_char(&p, "/dev/null", 0666, 1, 5), -EEXIST);
    ck_assert_str_eq(plan_find(&p, "/etc/x")->data, "one");
    log_set_hook(NULL);
}
END_TEST

START_TEST(nothing_goes_below_a_file_or_a_link)
{
    _cleanup_plan_ struct plan p = {0};

    log_set_hook(keep_line);
    ck_assert_int_eq(plan_text(&p, "/file", "x"), 1);
    ck_assert_int_eq(plan_link(&p, "/link", "usr"), 1);
    ck_assert_int_eq(plan_text(&p, "/file/x", "x"), -ENOTDIR);
    ck_assert_int_eq(plan_text(&p, "/link/x", "x"), -ENOTDIR);
    ck_assert_ptr_nonnull(strstr(last_line, "a link"));
    ck_assert_uint_eq(p.n, 2);
    log_set_hook(NULL);
}
END_TEST

static void check_order(const struct plan *p, const char *const *want, size_t n)
{
    _cleanup_free_ struct plan_entry **order = NULL;

    ck_assert_int_eq(plan_order(p, &order), 0);
    ck_assert_uint_eq(p->n, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(order[i]->path, want[i]);
}

START_TEST(what_is_vital_comes_before_what_may_run_in_its_place)
{
    static const char *const want[] = {"/init",
                                       "/etc",
                                       "/usr",
                                       "/usr/bin",
                                       "/usr/lib",
                                       "/usr/sbin",
                                       "/lib",
                                       "/usr/lib/libz.so",
                                       "/bin",
                                       "/etc/conf",
                                       "/usr/bin/busybox",
                                       "/usr/bin/shell",
                                       "/usr/lib/liba.so",
                                       "/etc/init",
                                       "/usr/bin/init",
                                       "/usr/bin/sh",
                                       "/usr/sbin/init"};
    _cleanup_plan_ struct plan p = {0};

    ck_assert_int_eq(plan_link(&p, "/bin/sh", "busybox"), 1);
    ck_assert_int_eq(plan_text(&p, "/sbin/init", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/bin/init", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/etc/init", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/bin/busybox", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/bin/shell", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/lib/liba.so", "x"), 1);
    ck_assert_int_eq(plan_link(&p, "/bin", "usr/bin"), 1);
    ck_assert_int_eq(plan_text(&p, "/etc/conf", "x"), 1);
    p.vital = true;
    ck_assert_int_eq(plan_link(&p, "/lib", "usr/lib"), 1);
    ck_assert_int_eq(plan_text(&p, "/lib/libz.so", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/init", "x"), 1);
    check_order(&p, want, ARRAY_SIZE(want));
}
END_TEST

/* A library of the shell's that stage one turns out to need too; and a shell stays last whoever asks for it.
 */
START_TEST(what_is_asked_for_again_becomes_vital)
{
    static const char *const want[] = {
        "/usr", "/usr/bin", "/usr/lib", "/usr/lib/libc.so", "/usr/lib/liba.so", "/usr/bin/sh"};
    _cleanup_plan_ struct plan p = {0};

    ck_assert_int_eq(plan_text(&p, "/lib/liba.so", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/lib/libc.so", "x"), 1);
    ck_assert_int_eq(plan_text(&p, "/bin/sh", "x"), 1);
    p.vital = true;
    ck_assert_int_eq(plan_text(&p, "/lib/libc.so", "x"), 0);
    ck_assert_int_eq(plan_text(&p, "/bin/sh", "x"), 0);
    p.vital = false;
    ck_assert_int_eq(plan_text(&p, "/lib/libc.so", "x"), 0);
    check_order(&p, want, ARRAY_SIZE(want));
}
END_TEST

START_TEST(modes_of_files_are_two)
{
    _cleanup_plan_ struct plan p = {0};
    struct plan_entry *e = NULL;

    ck_assert_int_eq(plan_file(&p, "/x", "/dev/null", 04711, 0, &e), 1);
    ck_assert_uint_eq(e->mode, 0755);
    ck_assert_int_eq(plan_file(&p, "/y", "/dev/null", 0600, 0, &e), 1);
    ck_assert_uint_eq(e->mode, 0644);
}
END_TEST

UNITTEST_MAIN("plan", paths_have_one_form, entries_are_sorted_with_their_parents_first,
              the_same_again_is_no_clash, a_clash_is_refused_and_names_both_sides,
              nothing_goes_below_a_file_or_a_link, what_is_vital_comes_before_what_may_run_in_its_place,
              what_is_asked_for_again_becomes_vital, modes_of_files_are_two)
