/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "fsck.h"
#include "unittest.h"

static enum fsck_mode mode_of(const char *words)
{
    _cleanup_cmdline_ struct cmdline c;

    ck_assert_int_eq(cmdline_parse(words, strlen(words), &c), 0);
    return fsck_mode(&c);
}

START_TEST(the_last_word_decides_whether_there_is_a_check)
{
    ck_assert_int_eq(mode_of(""), FSCK_AUTO);
    ck_assert_int_eq(mode_of("fsck.mode=skip"), FSCK_SKIP);
    ck_assert_int_eq(mode_of("fsck.mode=skip fsck.mode=force"), FSCK_FORCE);
    ck_assert_int_eq(mode_of("fsck.mode=whatever"), FSCK_AUTO);
    ck_assert_int_eq(mode_of("forcefsck fastboot"), FSCK_SKIP);
    ck_assert_int_eq(mode_of("-- fastboot"), FSCK_AUTO);
}
END_TEST

START_TEST(the_command_is_made_from_the_type_and_the_words)
{
    _cleanup_cmdline_ struct cmdline c;
    char dir[] = "/tmp/fsck.XXXXXX", path[64];
    struct fsck_command cmd;
    int fd;

    ck_assert_int_eq(cmdline_parse("fsck.mode=force fsck.repair=yes", 31, &c), 0);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(fsck_command(&c, dir, "ext4", "/dev/vda1", &cmd), -ENOENT);
    snprintf(path, sizeof(path), "%s/fsck.ext4", dir);
    fd = open(path, O_WRONLY | O_CREAT, 0755);
    close(fd);
    ck_assert_int_eq(fsck_command(&c, dir, "ext4", "/dev/vda1", &cmd), 0);
    ck_assert_str_eq(cmd.argv[0], path);
    ck_assert_str_eq(cmd.argv[1], "-y");
    ck_assert_str_eq(cmd.argv[2], "-f");
    ck_assert_str_eq(cmd.argv[3], "/dev/vda1");
    ck_assert_ptr_null(cmd.argv[4]);
    /* a type is a name and no path, whatever a disk says */
    ck_assert_int_eq(fsck_command(&c, dir, "../fsck.ext4", "/dev/vda1", &cmd), -EINVAL);
    ck_assert_int_eq(fsck_command(&c, dir, "", "/dev/vda1", &cmd), -EINVAL);
    unlink(path);
    rmdir(dir);
}
END_TEST

START_TEST(a_status_is_clean_or_a_restart_or_broken)
{
    int status;

    ck_assert_int_eq(fsck_verdict(0, &status), FSCK_CLEAN);
    ck_assert_int_eq(fsck_verdict(1 << 8, &status), FSCK_CLEAN);
    ck_assert_int_eq(fsck_verdict(2 << 8, &status), FSCK_REBOOT);
    ck_assert_int_eq(fsck_verdict(3 << 8, &status), FSCK_REBOOT);
    ck_assert_int_eq(fsck_verdict(4 << 8, &status), FSCK_BROKEN);
    ck_assert_int_eq(fsck_verdict(127 << 8, &status), FSCK_BROKEN);
    ck_assert_int_eq(fsck_verdict(SIGSEGV, &status), FSCK_BROKEN);
    ck_assert_int_eq(status, 128 + SIGSEGV);
    ck_assert_str_eq(fsck_explain(4), "errors are left that it does not repair by itself");
    ck_assert_str_eq(fsck_explain(status), "the checker was killed or crashed");
}
END_TEST

UNITTEST_MAIN("fsck", the_last_word_decides_whether_there_is_a_check, the_command_is_made_from_the_type_and_the_words,
              a_status_is_clean_or_a_restart_or_broken)
