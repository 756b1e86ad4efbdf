/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fd.h"

#include <sys/stat.h>

#include "unittest.h"

static char dir[] = "/tmp/pintle-fd.XXXXXX";
static char path[128];

static void enter(void)
{
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/file", dir);
}

static void leave(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(dir), 0); /* nothing else was left behind */
}

START_TEST(an_atomic_file_appears_whole_or_not_at_all)
{
    struct fd_atomic a;
    char *data;
    size_t size;

    enter();
    ck_assert_int_eq(fd_atomic_open(&a, path, 0644), 0);
    ck_assert_int_eq(fd_write_all(a.fd, "new", 3), 0);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(fd_atomic_commit(&a), 0);
    fd_atomic_done(&a);
    ck_assert_int_eq(fd_read_file(AT_FDCWD, path, 100, &data, &size), 0);
    ck_assert_str_eq(data, "new");
    free(data);

    ck_assert_int_eq(fd_atomic_open(&a, path, 0644), 0);
    ck_assert_int_eq(fd_write_all(a.fd, "half", 4), 0);
    fd_atomic_done(&a); /* given up: the old file stays, the temporary one goes */
    ck_assert_int_eq(fd_read_file(AT_FDCWD, path, 100, &data, &size), 0);
    ck_assert_str_eq(data, "new");
    free(data);
    leave();
}
END_TEST

START_TEST(a_file_larger_than_allowed_is_refused)
{
    char *data = NULL;
    char line[8];

    enter();
    ck_assert_int_eq(fd_read_file(AT_FDCWD, path, 10, &data, NULL), -ENOENT);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(fd_write_all(fd, "0123456789\nxy", 13), 0);
    close(fd);
    ck_assert_int_eq(fd_read_file(AT_FDCWD, path, 12, &data, NULL), -EFBIG);
    ck_assert_ptr_null(data);
    ck_assert_int_eq(fd_read_line(AT_FDCWD, path, line, sizeof(line)), 7);
    ck_assert_str_eq(line, "0123456");
    leave();
}
END_TEST

START_TEST(parents_are_made)
{
    char deep[160];

    enter();
    snprintf(deep, sizeof(deep), "%s/a/b", dir);
    ck_assert_int_eq(fd_mkdir_p(deep, 0755), 0);
    ck_assert_int_eq(fd_mkdir_p(deep, 0755), 0);
    ck_assert_int_eq(rmdir(deep), 0);
    snprintf(deep, sizeof(deep), "%s/a", dir);
    ck_assert_int_eq(rmdir(deep), 0);
    ck_assert_int_eq(fd_mkdir_p("", 0755), -ENOENT);
    leave();
}
END_TEST

UNITTEST_MAIN("fd", an_atomic_file_appears_whole_or_not_at_all, a_file_larger_than_allowed_is_refused,
              parents_are_made)
