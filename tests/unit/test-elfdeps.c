/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <limits.h>

#include "elfdeps.h"
#include "fd.h"
#include "unittest.h"

static char root[] = "/tmp/pintle-elfdeps-XXXXXX";

/* A copy of this very program, which is a dynamic one, as a library of the test's root. */
static void put(const char *path, size_t keep)
{
    _cleanup_free_ char *data = NULL;
    _cleanup_close_ int fd = -EBADF;
    char full[PATH_MAX];
    size_t size;

    snprintf(full, sizeof(full), "%s%s", root, path);
    *strrchr(full, '/') = '\0';
    ck_assert_int_eq(fd_mkdir_p(full, 0755), 0);
    snprintf(full, sizeof(full), "%s%s", root, path);
    ck_assert_int_eq(fd_read_file(AT_FDCWD, "/proc/self/exe", 1 << 28, &data, &size), 0);
    fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, data, MIN(size, keep)), 0);
}

static void put_text(const char *path, const char *text)
{
    _cleanup_close_ int fd = -EBADF;
    char full[PATH_MAX];

    put(path, 0);
    snprintf(full, sizeof(full), "%s%s", root, path);
    fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
}

static void remove_root(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(this_program_asks_for_its_loader_and_libc)
{
    _cleanup_elfdeps_ struct elfdeps_info info = {0};
    _cleanup_elfdeps_paths_ struct elfdeps_paths paths = {0};
    _cleanup_free_ char *path = NULL, *host = NULL;
    bool known = false;

    ck_assert_int_eq(elfdeps_read("/proc/self/exe", &info), 0);
    ck_assert(info.dynamic);
    ck_assert_ptr_nonnull(info.interp);
    ck_assert_int_eq(access(info.interp, R_OK), 0);
    ck_assert(strv_has(&info.needed, "libc.so.6"));
    ck_assert_int_eq(elfdeps_paths_init(&paths, ""), 0);
    ck_assert_int_eq(
        elfdeps_find_library(&paths, "libc.so.6", "/proc/self/exe", &info, NULL, &path, &host, &known), 0);
    ck_assert(known);
    ck_assert_int_eq(access(host, R_OK), 0);
    ck_assert_int_eq(
        elfdeps_find_library(&paths, "libnone.so.0", "/proc/self/exe", &info, NULL, &path, &host, &known),
        -ENOENT);
}
END_TEST

START_TEST(what_is_no_program_is_said_so)
{
    struct elfdeps_info info = {0};
    char path[PATH_MAX];

    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(elfdeps_read("/proc/self/stat", &info), -ENOEXEC);
    ck_assert_int_eq(elfdeps_read("/dev/null", &info), -ENOEXEC);
    ck_assert_int_eq(elfdeps_read("/nonexistent/x", &info), -ENOENT);
    put("/cut", 200);
    snprintf(path, sizeof(path), "%s/cut", root);
    ck_assert_int_eq(elfdeps_read(path, &info), -EBADMSG);
    ck_assert_ptr_null(info.interp);
    remove_root();
}
END_TEST

static const char *find(const struct elfdeps_paths *p, const char *object, const struct elfdeps_info *info,
                        const char *inherited, const char *name)
{
    static char buf[PATH_MAX];
    _cleanup_free_ char *path = NULL, *host = NULL;
    bool known;
    int r = elfdeps_find_library(p, name, object, info, inherited, &path, &host, &known);

    if (r < 0)
        return strerrorname_np(-r);
    snprintf(buf, sizeof(buf), "%s%s", path, known ? "" : " by cache");
    return buf;
}

START_TEST(libraries_are_found_where_the_loader_would_look)
{
    _cleanup_elfdeps_ struct elfdeps_info info = {0};
    _cleanup_elfdeps_paths_ struct elfdeps_paths p = {0};

    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(elfdeps_read("/proc/self/exe", &info), 0);
    put("/usr/lib/libplain.so", SIZE_MAX);
    put("/usr/lib/x86_64-linux-gnu/libmulti.so", SIZE_MAX);
    put("/opt/app/lib/libapp.so", SIZE_MAX);
    put("/opt/conf/libconf.so", SIZE_MAX);
    put("/opt/conf/libplain.so", SIZE_MAX);
    put_text("/usr/lib/libtext.so", "INPUT(libplain.so)\n");
    put_text("/etc/ld.so.conf", "# comment\ninclude /etc/ld.so.conf.d/*.conf\n");
    put_text("/etc/ld.so.conf.d/conf.conf", "/opt/conf # ours\n");
    ck_assert_int_eq(elfdeps_paths_init(&p, root), 0);

    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libmulti.so"),
                     "/usr/lib/x86_64-linux-gnu/libmulti.so");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libconf.so"), "/opt/conf/libconf.so by cache");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libplain.so"), "/opt/conf/libplain.so by cache");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libtext.so"), "ENOENT");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libapp.so"), "ENOENT");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "/opt/app/lib/libapp.so"), "/opt/app/lib/libapp.so");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, "/opt/app/lib", "libapp.so"), "/opt/app/lib/libapp.so");
    info.rpath = strdup("/nowhere:/opt/app/lib");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libapp.so"), "/opt/app/lib/libapp.so");
    info.runpath = strdup("$ORIGIN/../lib");
    ck_assert_str_eq(find(&p, "/opt/app/bin/x", &info, NULL, "libapp.so"), "/opt/app/lib/libapp.so");
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, "/opt/app/lib", "libapp.so"),
                     "ENOENT"); /* a runpath wins */
    info.machine++;
    ck_assert_str_eq(find(&p, "/usr/bin/x", &info, NULL, "libplain.so"), "ENOENT");
    remove_root();
}
END_TEST

UNITTEST_MAIN("elfdeps", this_program_asks_for_its_loader_and_libc, what_is_no_program_is_said_so,
              libraries_are_found_where_the_loader_would_look)
