/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit files and their links, below a root of the test's own. */
#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fd.h"
#include "unitfile.h"
#include "unittest.h"

static char root[64];

static void put(const char *path, const char *text)
{
    char full[PATH_MAX], *slash;
    FILE *f;

    snprintf(full, sizeof(full), "%s%s", root, path);
    slash = strrchr(full, '/');
    *slash = '\0';
    ck_assert_int_eq(fd_mkdir_p(full, 0755), 0);
    *slash = '/';
    f = fopen(full, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void point(const char *link, const char *to)
{
    char full[PATH_MAX], *slash;

    snprintf(full, sizeof(full), "%s%s", root, link);
    slash = strrchr(full, '/');
    *slash = '\0';
    ck_assert_int_eq(fd_mkdir_p(full, 0755), 0);
    *slash = '/';
    ck_assert_int_eq(symlink(to, full), 0);
}

static const char *read_link(const char *path)
{
    static char to[PATH_MAX];
    char full[PATH_MAX];
    ssize_t n;

    snprintf(full, sizeof(full), "%s%s", root, path);
    n = readlink(full, to, sizeof(to) - 1);
    to[n > 0 ? n : 0] = '\0';
    return to;
}

static void begin(void)
{
    text_copy(root, sizeof(root), "/tmp/test-unitfile.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    put("/lib/systemd/system/ssh.service", "[Unit]\nDescription=x\n[Service]\nExecStart=/x\n"
                                           "[Install]\nWantedBy=multi-user.target \\\n  other.target\nAlias=sshd.service\n");
    put("/lib/systemd/system/static.service", "[Service]\nExecStart=/x\n# [Install]\n#WantedBy=a.target\n");
    put("/lib/systemd/system/getty@.service", "[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n");
    put("/lib/systemd/system/db@.service", "[Install]\nRequiredBy=cluster-%i.target\n");
    put("/lib/systemd/system/also.service", "[Install]\nAlso=ssh.service static.service\n");
}

static void end(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static const char *state(const char *name)
{
    return unitfile_state_name(unitfile_state(root, name));
}

START_TEST(each_state_has_its_word_and_status)
{
    begin();
    point("/etc/systemd/system/masked.service", "/dev/null");
    point("/run/systemd/system/soft.service", "/dev/null");
    point("/lib/systemd/system/other-name.service", "static.service");
    ck_assert_str_eq(state("ssh.service"), "disabled");
    ck_assert_str_eq(state("static.service"), "static");
    ck_assert_str_eq(state("getty@.service"), "disabled");
    ck_assert_str_eq(state("getty@tty7.service"), "disabled");
    ck_assert_str_eq(state("also.service"), "indirect");
    ck_assert_str_eq(state("masked.service"), "masked");
    ck_assert_str_eq(state("soft.service"), "masked-runtime");
    ck_assert_str_eq(state("other-name.service"), "alias");
    ck_assert_str_eq(state("nothing.service"), "not-found");
    ck_assert_str_eq(state("../../../etc/passwd"), "bad");
    point("/run/systemd/system/x.target.wants/ssh.service", "/lib/systemd/system/ssh.service");
    ck_assert_str_eq(state("ssh.service"), "enabled-runtime");
    point("/etc/systemd/system/x.target.wants/ssh.service", "/lib/systemd/system/ssh.service");
    ck_assert_str_eq(state("ssh.service"), "enabled");
    ck_assert(unitfile_state_ok(UNITFILE_STATIC) && unitfile_state_ok(UNITFILE_INDIRECT));
    ck_assert(!unitfile_state_ok(UNITFILE_DISABLED) && !unitfile_state_ok(UNITFILE_MASKED));
    end();
}
END_TEST

START_TEST(enable_makes_the_links_that_install_names_and_disable_takes_them_back)
{
    begin();
    ck_assert_int_eq(unitfile_enable(root, "ssh.service", false, NULL, NULL), 3);
    ck_assert_str_eq(read_link("/etc/systemd/system/multi-user.target.wants/ssh.service"), "/lib/systemd/system/ssh.service");
    ck_assert_str_eq(read_link("/etc/systemd/system/other.target.wants/ssh.service"), "/lib/systemd/system/ssh.service");
    ck_assert_str_eq(read_link("/etc/systemd/system/sshd.service"), "/lib/systemd/system/ssh.service");
    ck_assert_str_eq(state("ssh.service"), "enabled");
    ck_assert_str_eq(state("sshd.service"), "alias");
    ck_assert_int_eq(unitfile_enable(root, "ssh.service", false, NULL, NULL), 0);
    ck_assert_int_eq(unitfile_disable(root, "ssh.service", false, NULL, NULL), 3);
    ck_assert_str_eq(state("ssh.service"), "disabled");
    ck_assert_int_eq(unitfile_disable(root, "ssh.service", false, NULL, NULL), 0);
    ck_assert_int_eq(unitfile_disable(root, "nothing.service", false, NULL, NULL), -ENOENT);
    ck_assert_int_eq(unitfile_enable(root, "static.service", false, NULL, NULL), -EINVAL);
    ck_assert_int_eq(unitfile_enable(root, "also.service", false, NULL, NULL), 3);
    ck_assert_str_eq(state("ssh.service"), "enabled");
    end();
}
END_TEST

START_TEST(templates_are_enabled_by_instance)
{
    begin();
    ck_assert_int_eq(unitfile_enable(root, "getty@.service", false, NULL, NULL), 1);
    ck_assert_str_eq(read_link("/etc/systemd/system/getty.target.wants/getty@tty1.service"),
                     "/lib/systemd/system/getty@.service");
    ck_assert_str_eq(state("getty@.service"), "enabled");
    ck_assert_str_eq(state("getty@tty1.service"), "enabled");
    ck_assert_int_eq(unitfile_enable(root, "db@.service", false, NULL, NULL), -EINVAL);
    ck_assert_int_eq(unitfile_enable(root, "db@main.service", true, NULL, NULL), 1);
    ck_assert_str_eq(read_link("/run/systemd/system/cluster-main.target.requires/db@main.service"),
                     "/lib/systemd/system/db@.service");
    ck_assert_int_eq(unitfile_disable(root, "getty@.service", false, NULL, NULL), 1);
    ck_assert_str_eq(state("getty@tty1.service"), "disabled");
    end();
}
END_TEST

START_TEST(mask_never_takes_the_place_of_a_file)
{
    begin();
    put("/etc/systemd/system/own.service", "[Service]\n");
    ck_assert_int_eq(unitfile_mask(root, "ssh.service", false, NULL, NULL), 1);
    ck_assert_str_eq(state("ssh.service"), "masked");
    ck_assert_int_eq(unitfile_enable(root, "ssh.service", false, NULL, NULL), -ERFKILL);
    ck_assert_int_eq(unitfile_mask(root, "ssh.service", false, NULL, NULL), 0);
    ck_assert_int_eq(unitfile_mask(root, "own.service", false, NULL, NULL), -EEXIST);
    ck_assert_str_eq(state("own.service"), "static");
    ck_assert_int_eq(unitfile_unmask(root, "ssh.service", false, NULL, NULL), 1);
    ck_assert_int_eq(unitfile_unmask(root, "own.service", false, NULL, NULL), 0);
    ck_assert_str_eq(state("ssh.service"), "disabled");
    ck_assert_int_eq(unitfile_mask(root, "../x.service", false, NULL, NULL), -EINVAL);
    end();
}
END_TEST

UNITTEST_MAIN("unitfile", each_state_has_its_word_and_status,
              enable_makes_the_links_that_install_names_and_disable_takes_them_back, templates_are_enabled_by_instance,
              mask_never_takes_the_place_of_a_file)
