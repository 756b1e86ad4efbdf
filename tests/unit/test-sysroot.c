/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "sysroot.h"
#include "unittest.h"

static char root[] = "/tmp/pintle-sysroot-XXXXXX";

static void file(const char *path)
{
    char full[PATH_MAX];
    int fd;

    snprintf(full, sizeof(full), "%s%s", root, path);
    *strrchr(full, '/') = '\0';
    ck_assert_int_eq(fd_mkdir_p(full, 0755), 0);
    snprintf(full, sizeof(full), "%s%s", root, path);
    fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void slink(const char *path, const char *target)
{
    char full[PATH_MAX];

    snprintf(full, sizeof(full), "%s%s", root, path);
    ck_assert_int_eq(symlink(target, full), 0);
}

static void make_root(void)
{
    ck_assert_ptr_nonnull(mkdtemp(root));
    file("/usr/lib/libx.so.1.2");
    file("/usr/bin/tool");
    slink("/lib", "usr/lib");
    slink("/usr/lib/libx.so.1", "libx.so.1.2");
    slink("/usr/lib/abs.so", "/usr/lib/libx.so.1");
    slink("/usr/bin/up", "../../../../lib/libx.so.1");
    slink("/usr/bin/escape", "/../../../etc/hostname");
    slink("/usr/bin/loop", "loop");
    slink("/usr/bin/gone", "/nowhere");
}

static void remove_root(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static const char *found(const char *path)
{
    static char buf[PATH_MAX];
    _cleanup_free_ char *host = NULL;
    int r = sysroot_find_file(root, path, &host, NULL);

    if (r < 0)
        snprintf(buf, sizeof(buf), "%s", strerrorname_np(-r));
    else
        snprintf(buf, sizeof(buf), "%s", strncmp(host, root, strlen(root)) == 0 ? host + strlen(root) : host);
    return buf;
}

START_TEST(links_are_followed_inside_of_the_root)
{
    make_root();
    ck_assert_str_eq(found("/usr/bin/tool"), "/usr/bin/tool");
    ck_assert_str_eq(found("/lib/libx.so.1"), "/usr/lib/libx.so.1.2");
    ck_assert_str_eq(found("/lib/abs.so"), "/usr/lib/libx.so.1.2");
    ck_assert_str_eq(found("/usr/bin/up"), "/usr/lib/libx.so.1.2");
    ck_assert_str_eq(found("/lib/.././bin//tool"), "/usr/bin/tool");
    ck_assert_str_eq(found("/../../usr/bin/tool"), "/usr/bin/tool");
    ck_assert_str_eq(found("/usr/bin/escape"), "ENOENT");
    ck_assert_str_eq(found("/usr/bin/loop"), "ELOOP");
    ck_assert_str_eq(found("/usr/bin/gone"), "ENOENT");
    ck_assert_str_eq(found("/usr/bin"), "EISDIR");
    ck_assert_str_eq(found("usr/bin"), "EINVAL");
    remove_root();
}
END_TEST

START_TEST(the_machine_itself_is_a_root_too)
{
    _cleanup_free_ char *dir = NULL;

    ck_assert_int_eq(sysroot_find("", "/", &dir), 0);
    ck_assert_str_eq(dir, "/");
}
END_TEST

UNITTEST_MAIN("sysroot", links_are_followed_inside_of_the_root, the_machine_itself_is_a_root_too)
