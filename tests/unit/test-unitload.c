/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/stat.h>

#include "fd.h"
#include "strmap.h"
#include "unitload.h"
#include "unittest.h"

static char root[] = "/tmp/test-unitload.XXXXXX";
static char reports[4096];

static void path_in(char *buf, const char *path)
{
    char dir[4096];

    snprintf(buf, 4096, "%s%s", root, path);
    snprintf(dir, sizeof(dir), "%.*s", (int)(strrchr(buf, '/') - buf), buf);
    ck_assert_int_eq(fd_mkdir_p(dir, 0755), 0);
}

static void file(const char *path, const char *text)
{
    char full[4096];
    FILE *f;

    path_in(full, path);
    f = fopen(full, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void link_to(const char *path, const char *target)
{
    char full[4096];

    path_in(full, path);
    ck_assert_int_eq(symlink(target, full), 0);
}

static void begin(void)
{
    ck_assert_ptr_nonnull(mkdtemp(root));
    *reports = '\0';
}

static void end(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static void take_report(void *arg _unused_, int level _unused_, const char *path, const char *text)
{
    size_t n = strlen(reports);

    snprintf(reports + n, sizeof(reports) - n, "%s: %s\n", path, text);
}

static struct unitload *load(void)
{
    struct unitload *l = NULL;

    ck_assert_int_eq(unitload_new(root, NULL, take_report, NULL, &l), 0);
    return l;
}

static void expect_path(struct unitload *l, const char *name, const char *path)
{
    const struct unitload_file *f = unitload_find(l, name);

    ck_assert_str_eq(f ? f->path : "none", path);
}

START_TEST(the_first_directory_counts)
{
    struct unitload *l;

    begin();
    file("/usr/lib/systemd/system/a.service", "x");
    file("/run/systemd/system/a.service", "x");
    file("/etc/systemd/system/a.service", "x");
    file("/usr/lib/systemd/system/b.service", "x");
    file(PINTLE_UNITDIR "/b.service", "x");
    file("/usr/lib/systemd/system/c.service", "x");
    link_to("/lib", "usr/lib");
    l = load();
    expect_path(l, "a.service", "/etc/systemd/system/a.service");
    expect_path(l, "b.service", PINTLE_UNITDIR "/b.service");
    expect_path(l, "c.service", "/usr/lib/systemd/system/c.service");
    expect_path(l, "d.service", "none");
    unitload_free(l);
    end();
}
END_TEST

START_TEST(masks_aliases_and_instances_are_followed)
{
    char name[UNITNAME_MAX + 1];
    struct unitload *l;

    begin();
    file("/usr/lib/systemd/system/ssh.service", "x");
    file("/usr/lib/systemd/system/getty@.service", "x");
    file("/usr/lib/systemd/system/getty@tty9.service", "x");
    file("/usr/lib/systemd/system/m.service", "x");
    file("/etc/systemd/system/empty.service", "");
    link_to("/etc/systemd/system/m.service", "/dev/null");
    link_to("/etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
    link_to("/etc/systemd/system/third.service", "sshd.service");
    link_to("/etc/systemd/system/autovt@.service", "getty@.service");
    link_to("/etc/systemd/system/loop-a.service", "loop-b.service");
    link_to("/etc/systemd/system/loop-b.service", "loop-a.service");
    link_to("/etc/systemd/system/odd.service", "ssh.target");
    l = load();
    ck_assert_uint_eq(unitload_find(l, "m.service")->kind, UNITLOAD_MASK);
    ck_assert_uint_eq(unitload_find(l, "empty.service")->kind, UNITLOAD_MASK);
    ck_assert_int_eq(unitload_resolve(l, "third.service", name), 0);
    ck_assert_str_eq(name, "ssh.service");
    ck_assert_int_eq(unitload_resolve(l, "autovt@tty3.service", name), 0);
    ck_assert_str_eq(name, "getty@tty3.service");
    expect_path(l, name, "/usr/lib/systemd/system/getty@.service");
    expect_path(l, "getty@tty9.service", "/usr/lib/systemd/system/getty@tty9.service");
    ck_assert_int_eq(unitload_resolve(l, "loop-a.service", name), -ELOOP);
    ck_assert_ptr_null(unitload_find(l, "odd.service"));
    ck_assert_ptr_nonnull(strstr(reports, "odd.service: the link leads to another type"));
    unitload_free(l);
    end();
}
END_TEST

START_TEST(drop_ins_come_sorted_by_file_name_across_all_directories)
{
    static const char *const wanted[] = {"/usr/lib/systemd/system/service.d/05-all.conf",
                                         "/etc/systemd/system/foo-bar@x.service.d/10-a.conf",
                                         "/usr/lib/systemd/system/foo-.service.d/20-prefix.conf",
                                         "/run/systemd/system/foo-bar@.service.d/30-t.conf",
                                         "/etc/systemd/system/alias@x.service.d/40-alias.conf"};
    _cleanup_strv_ struct strv paths = {0};
    struct unitload *l;

    begin();
    file("/usr/lib/systemd/system/foo-bar@.service", "x");
    link_to("/etc/systemd/system/alias@.service", "/usr/lib/systemd/system/foo-bar@.service");
    file("/usr/lib/systemd/system/service.d/05-all.conf", "x");
    file("/etc/systemd/system/foo-bar@x.service.d/10-a.conf", "x");
    file("/usr/lib/systemd/system/foo-bar@x.service.d/10-a.conf", "hidden by the one in /etc");
    file("/usr/lib/systemd/system/foo-.service.d/20-prefix.conf", "not for instances of foo-bar@");
    file("/run/systemd/system/foo-bar@.service.d/30-t.conf", "x");
    file("/etc/systemd/system/alias@x.service.d/40-alias.conf", "x");
    file("/usr/lib/systemd/system/foo-bar@x.service.d/50-masked.conf", "x");
    link_to("/etc/systemd/system/foo-bar@x.service.d/50-masked.conf", "/dev/null");
    file("/etc/systemd/system/foo-bar@x.service.d/60-empty.conf", "");
    file("/etc/systemd/system/foo-bar@x.service.d/70-no-drop-in.txt", "x");
    link_to("/etc/systemd/system/foo-bar@x.service.d/80-nowhere.conf", "gone");
    l = load();
    ck_assert_int_eq(unitload_drop_ins(l, "foo-bar@x.service", &paths), 0);
    /* "foo-.service.d" is for "foo-bar.service"; an instance looks for "foo-@x" and "foo-@" */
    ck_assert_uint_eq(paths.n, ARRAY_SIZE(wanted) - 1);
    for (size_t i = 0, j = 0; i < paths.n; i++, j++) {
        if (j == 2)
            j++;
        ck_assert_str_eq(paths.v[i], wanted[j]);
    }
    ck_assert_ptr_nonnull(strstr(reports, "80-nowhere.conf: the link leads nowhere"));
    strv_clear(&paths);
    ck_assert_int_eq(unitload_drop_ins(l, "foo-bar.service", &paths), 0);
    ck_assert_uint_eq(paths.n, 2);
    ck_assert_str_eq(paths.v[1], wanted[2]);
    unitload_free(l);
    end();
}
END_TEST

static int count_link(void *arg, const struct unitload_link *link)
{
    char *seen = arg;

    snprintf(seen + strlen(seen), 512 - strlen(seen), "%s%s ", link->name, link->dangling ? "?" : "");
    return 0;
}

START_TEST(wants_come_from_all_directories_and_names)
{
    char seen[512] = "";
    struct unitload *l;

    begin();
    file("/usr/lib/systemd/system/graphical.target", "x");
    file("/usr/lib/systemd/system/b.service", "x");
    link_to("/etc/systemd/system/default.target", "/usr/lib/systemd/system/graphical.target");
    link_to("/usr/lib/systemd/system/graphical.target.wants/b.service", "../b.service");
    link_to("/etc/systemd/system/default.target.wants/a.service", "/gone/a.service");
    link_to("/etc/systemd/system/graphical.target.wants/b.service", "/gone/b.service");
    link_to("/etc/systemd/system/graphical.target.wants/masked.service", "/dev/null");
    file("/etc/systemd/system/graphical.target.wants/not-a-unit", "x");
    l = load();
    ck_assert_int_eq(unitload_links(l, "graphical.target", ".wants", count_link, seen), 0);
    ck_assert_str_eq(seen, "a.service? b.service? ");
    ck_assert_ptr_nonnull(strstr(reports, "not-a-unit: this is no name of a unit"));
    unitload_free(l);
    end();
}
END_TEST

START_TEST(nothing_outside_the_root_is_read)
{
    _cleanup_free_ char *data = NULL;
    struct unitload *l;
    size_t size;

    begin();
    file("/elsewhere/linked.service", "inside");
    link_to("/etc/systemd/system/linked.service", "/elsewhere/linked.service");
    link_to("/etc/systemd/system/out.service", "../../../../../../../../etc/passwd.service");
    link_to("/etc/systemd/system/passwd.service", "../../../../../../../../../etc/hostname");
    l = load();
    ck_assert_int_eq(unitload_read(l, "/etc/systemd/system/linked.service", 100, &data, &size), 0);
    ck_assert_str_eq(data, "inside");
    ck_assert_ptr_null(unitload_find(l, "passwd.service")); /* leads to what is no unit file */
    ck_assert_int_eq(unitload_read(l, "/etc/hostname", 100, &data, &size), -ENOENT);
    ck_assert_int_eq(unitload_read(l, "/etc", 100, &data, &size), -EISDIR);
    unitload_free(l);
    end();
}
END_TEST

START_TEST(what_is_no_file_is_reported)
{
    struct unitload *l;
    char path[4096];

    begin();
    path_in(path, "/etc/systemd/system/dir.service/x");
    path_in(path, "/etc/systemd/system/fifo.service");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    l = load();
    ck_assert_ptr_null(unitload_find(l, "dir.service"));
    ck_assert_ptr_null(unitload_find(l, "fifo.service"));
    ck_assert_ptr_nonnull(strstr(reports, "dir.service: a directory has the name of a unit file"));
    ck_assert_ptr_nonnull(strstr(reports, "fifo.service: what has the name"));
    unitload_free(l);
    end();
}
END_TEST

START_TEST(a_map_holds_many_keys)
{
    _cleanup_strmap_ struct strmap m = {0};
    static char keys[5000][8];

    ck_assert_uint_eq(strmap_get(&m, "none"), STRMAP_NONE);
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(keys[i], sizeof(keys[i]), "k%u", i);
        ck_assert_int_eq(strmap_put(&m, keys[i], i), 1);
    }
    ck_assert_int_eq(strmap_put(&m, "k7", 0), 0);
    for (uint32_t i = 0; i < 5000; i++)
        ck_assert_uint_eq(strmap_get(&m, keys[i]), i);
    ck_assert_uint_eq(strmap_get(&m, "k5000"), STRMAP_NONE);
}
END_TEST

UNITTEST_MAIN("unitload", the_first_directory_counts, masks_aliases_and_instances_are_followed,
              drop_ins_come_sorted_by_file_name_across_all_directories,
              wants_come_from_all_directories_and_names, nothing_outside_the_root_is_read,
              what_is_no_file_is_reported, a_map_holds_many_keys)
