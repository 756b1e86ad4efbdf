/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "fd.h"
#include "image.h"
#include "unittest.h"

struct tree {
    char path[64];
    int fd, conf_fd;
};

static struct tree tree_new(const char *conf, const char *end)
{
    struct tree t = {.path = "/tmp/pintle-image-XXXXXX", .conf_fd = -EBADF};
    const char *const files[][2] = {{IMAGE_CONF, conf}, {IMAGE_END_MARKER, end}};

    ck_assert_ptr_nonnull(mkdtemp(t.path));
    t.fd = open(t.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(mkdirat(t.fd, "etc", 0755), 0);
    ck_assert_int_eq(mkdirat(t.fd, "etc/pintle", 0755), 0);
    for (size_t i = 0; i < 2; i++) {
        _cleanup_close_ int fd = -EBADF;

        if (!files[i][1])
            continue;
        fd = openat(t.fd, files[i][0] + 1, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(fd_write_all(fd, files[i][1], strlen(files[i][1])), 0);
        if (i == 0)
            t.conf_fd = TAKE_FD(fd);
    }
    return t;
}

static void tree_done(struct tree *t)
{
    unlinkat(t->fd, &IMAGE_CONF[1], 0);
    unlinkat(t->fd, &IMAGE_END_MARKER[1], 0);
    unlinkat(t->fd, "etc/pintle", AT_REMOVEDIR);
    unlinkat(t->fd, "etc", AT_REMOVEDIR);
    rmdir(t->path);
    close(t->conf_fd);
    close(t->fd);
}

static int read_conf(const char *text, struct image_conf *ret)
{
    _cleanup_(tree_done) struct tree t = tree_new(text, NULL);

    return image_read_conf(t.fd, ret);
}

START_TEST(the_conf_is_read_and_unknown_keys_are_skipped)
{
    struct image_conf c;

    ck_assert_int_eq(read_conf("version=0.1\nkernel=6.1.0\nnew-thing=a=b\nmode=host\nudev=udevd\n"
                               "udevd=/usr/lib/systemd/systemd-udevd\nshell=/bin/sh\nshell-hash=$y$j9T$x=$y\n"
                               "unpacked=8192\nentries=12\n",
                               &c),
                     0);
    ck_assert_str_eq(c.version, "0.1");
    ck_assert_str_eq(c.kernel, "6.1.0");
    ck_assert_str_eq(c.mode, "host");
    ck_assert_str_eq(c.udevd, "/usr/lib/systemd/systemd-udevd");
    ck_assert_str_eq(c.shell, "/bin/sh");
    ck_assert_str_eq(c.shell_hash, "$y$j9T$x=$y");
    ck_assert_uint_eq(c.unpacked, 8192);
    ck_assert_uint_eq(c.entries, 12);
}
END_TEST

START_TEST(what_the_conf_leaves_out_is_empty)
{
    struct image_conf c;

    ck_assert_int_eq(read_conf("version=0.1\n", &c), 0);
    ck_assert_str_eq(c.shell, "");
    ck_assert_str_eq(c.shell_hash, "");
    ck_assert_uint_eq(c.entries, 0);
}
END_TEST

START_TEST(a_damaged_conf_is_refused)
{
    struct image_conf c;

    ck_assert_int_eq(read_conf("", &c), -EBADMSG);
    ck_assert_int_eq(read_conf("version=0.1\nentries=1", &c), -EBADMSG);
    ck_assert_int_eq(read_conf("version\n", &c), -EBADMSG);
    ck_assert_int_eq(read_conf("=x\n", &c), -EBADMSG);
    ck_assert_int_eq(read_conf("entries=many\n", &c), -EBADMSG);
    ck_assert_int_eq(read_conf("mode=longer-than-any-mode-will-ever-be\n", &c), -EBADMSG);
    ck_assert_int_eq(read_conf(NULL, &c), -ENOENT);
}
END_TEST

/* The kernel gives a file its whole size before its content: what the cut took away is zeros. */
START_TEST(a_conf_that_was_cut_gives_no_part_of_a_hash)
{
    static const char text[] =
        "version=0.1\nshell-hash=$y$j9T$salt$hash\nshell=/usr/bin/busybox\nentries=12\n";

    for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
        _cleanup_free_ char *part = strndup(text, cut);
        _cleanup_(tree_done) struct tree t = tree_new(part, NULL);
        struct image_conf c = {0};

        if (image_read_conf(t.fd, &c) == 0)
            ck_assert_msg(streq(c.shell_hash, "") || streq(c.shell_hash, "$y$j9T$salt$hash"),
                          "cut at %zu: '%s'", cut, c.shell_hash);
        ck_assert_int_eq(ftruncate(t.conf_fd, sizeof(text) - 1), 0);
        ck_assert_int_eq(image_read_conf(t.fd, &c), -EBADMSG);
    }
}
END_TEST

static int check_end(const char *text)
{
    _cleanup_(tree_done) struct tree t = tree_new("entries=12\n", text);
    struct image_conf c;

    ck_assert_int_eq(image_read_conf(t.fd, &c), 0);
    return image_check_end(t.fd, &c);
}

START_TEST(an_image_without_its_end_is_noticed)
{
    ck_assert_int_eq(check_end("pintle-image-end entries=12 bytes=345\n"), 0);
    ck_assert_int_eq(check_end(NULL), -ENODATA);
    ck_assert_int_eq(check_end(""), -EBADMSG);
    ck_assert_int_eq(check_end("pintle-image-end entries=13 bytes=345\n"), -EBADMSG);
    ck_assert_int_eq(check_end("pintle-image-end entries=12\n"), -EBADMSG);
}
END_TEST

UNITTEST_MAIN("image", the_conf_is_read_and_unknown_keys_are_skipped, what_the_conf_leaves_out_is_empty,
              a_damaged_conf_is_refused, a_conf_that_was_cut_gives_no_part_of_a_hash,
              an_image_without_its_end_is_noticed)
