/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fd.h"
#include "initcheck.h"
#include "initnote.h"
#include "unittest.h"

INITNOTE_DEFINE; /* so this program is an init of pintle's, as far as anyone can tell */

static char root[64];
static int rootfd;

static void setup_root(void)
{
    strcpy(root, "/tmp/initcheck.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    rootfd = open(root, O_PATH | O_DIRECTORY);
    ck_assert_int_eq(mkdirat(rootfd, "sbin", 0755), 0);
    ck_assert_int_eq(mkdirat(rootfd, "bin", 0755), 0);
}

static void remove_root(void)
{
    char command[128];

    close(rootfd);
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static void put(const char *path, const void *data, size_t size, mode_t mode)
{
    int fd = openat(rootfd, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, data, size), 0);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

static void put_text(const char *path, const char *text, mode_t mode)
{
    put(path, text, strlen(text), mode);
}

/* A static ELF program as far as the kernel looks before it maps it: a header, no program headers. */
static void put_elf(const char *path, unsigned machine)
{
    Elf64_Ehdr eh = {.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_ehsize = sizeof(eh)};

    memcpy(eh.e_ident, ELFMAG, SELFMAG);
    eh.e_ident[EI_CLASS] = ELFCLASS64;
    eh.e_ident[EI_DATA] = ELFDATA2LSB;
    eh.e_machine = (Elf64_Half)machine;
    put(path, &eh, sizeof(eh), 0755);
}

static void put_myself(const char *path)
{
    _cleanup_free_ char *data = NULL;
    size_t size;

    ck_assert_int_eq(fd_read_file(AT_FDCWD, "/proc/self/exe", 1 << 27, &data, &size), 0);
    put(path, data, size, 0755);
}

#if defined(__x86_64__)
#define OWN EM_X86_64
#elif defined(__aarch64__)
#define OWN EM_AARCH64
#else
#define OWN EM_NONE
#endif

START_TEST(the_default_list_is_the_kernels_own)
{
    struct initcheck c;

    setup_root();
    put_elf("bin/sh", OWN);
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), 0);
    ck_assert_str_eq(c.path, "/bin/sh");
    put_elf("sbin/init", OWN);
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), 0);
    ck_assert_str_eq(c.path, "/sbin/init");
    ck_assert(!c.is_pintle);
    remove_root();
}
END_TEST

START_TEST(a_root_without_any_init_names_each_that_was_looked_for)
{
    struct initcheck c;

    setup_root();
    put_text("sbin/init", "", 0755);
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), -ENOENT);
    ck_assert_str_eq(c.problem, "'/sbin/init' is empty; no '/etc/init'; no '/bin/init'; no '/bin/sh'");
    ck_assert_str_eq(c.path, "");
    remove_root();
}
END_TEST

START_TEST(a_named_init_has_no_substitute)
{
    struct initcheck c;

    setup_root();
    put_elf("sbin/init", OWN);
    ck_assert_int_eq(initcheck_find(rootfd, "/sbin/other", &c), -ENOENT);
    ck_assert_str_eq(c.problem, "no '/sbin/other'");
    remove_root();
}
END_TEST

START_TEST(absolute_links_stay_below_the_root)
{
    struct initcheck c;

    setup_root();
    put_elf("bin/real", OWN);
    ck_assert_int_eq(symlinkat("/bin/real", rootfd, "sbin/init"), 0);
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), 0);
    /* /proc/self/exe exists outside; below the new root it does not */
    ck_assert_int_eq(symlinkat("../../../../../proc/self/exe", rootfd, "sbin/out"), 0);
    ck_assert_int_eq(initcheck_find(rootfd, "/sbin/out", &c), -ENOENT);
    remove_root();
}
END_TEST

START_TEST(what_cannot_be_run_is_said)
{
    struct initcheck c;

    setup_root();
    put_text("sbin/a", "#!/bin/sh\n", 0644);
    ck_assert_int_lt(initcheck_find(rootfd, "/sbin/a", &c), 0);
    ck_assert_str_eq(c.problem, "'/sbin/a' is not executable (mode 0644)");
    ck_assert_int_lt(initcheck_find(rootfd, "/sbin", &c), 0);
    ck_assert_str_eq(c.problem, "'/sbin' is no regular file");
    put_text("sbin/b", "just text\n", 0755);
    ck_assert_int_lt(initcheck_find(rootfd, "/sbin/b", &c), 0);
    ck_assert_str_eq(c.problem, "'/sbin/b' is neither an ELF program nor a script");
    put_elf("sbin/c", EM_SPARC);
    ck_assert_int_lt(initcheck_find(rootfd, "/sbin/c", &c), 0);
    ck_assert_str_eq(c.problem, "'/sbin/c' is a program for another machine (ELF machine 2)");
    remove_root();
}
END_TEST

START_TEST(an_interpreter_that_the_root_lacks_is_named)
{
    struct initcheck c;

    setup_root();
    put_text("sbin/init", "#! /bin/nosh -x\n", 0755);
    ck_assert_int_eq(initcheck_find(rootfd, "/sbin/init", &c), -ENOENT);
    ck_assert_str_eq(c.problem, "'/sbin/init' needs '/bin/nosh', which the root lacks");
    put_elf("bin/nosh", OWN);
    ck_assert_int_eq(initcheck_find(rootfd, "/sbin/init", &c), 0);
    put_text("bin/x", "#!/bin/x\n", 0755);
    ck_assert_int_lt(initcheck_find(rootfd, "/bin/x", &c), 0);
    ck_assert_ptr_nonnull(strstr(c.problem, "interpreters that name each other"));
    remove_root();
}
END_TEST

START_TEST(a_dynamic_program_needs_its_loader_and_the_note_tells_a_pintle)
{
    struct initcheck c;

    setup_root();
    put_myself("sbin/init");
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), -ENOENT);
    ck_assert_ptr_nonnull(strstr(c.problem, "'/sbin/init' needs '/lib"));
    ck_assert_int_eq(mkdirat(rootfd, "lib64", 0755), 0);
    ck_assert_int_eq(mkdirat(rootfd, "lib", 0755), 0);
    put_elf("lib64/ld-linux-x86-64.so.2", OWN);
    put_elf("lib/ld-linux-aarch64.so.1", OWN);
    ck_assert_int_eq(initcheck_find(rootfd, NULL, &c), 0);
    ck_assert(c.is_pintle);
    ck_assert_uint_eq(c.handoff, 1);
    remove_root();
}
END_TEST

START_TEST(a_header_that_lies_leads_nowhere)
{
    Elf64_Ehdr eh = {.e_machine = OWN, .e_phoff = UINT64_MAX - 3, .e_phnum = 65535};
    struct initcheck c;

    setup_root();
    memcpy(eh.e_ident, ELFMAG, SELFMAG);
    eh.e_ident[EI_CLASS] = ELFCLASS64;
    put("sbin/init", &eh, sizeof(eh), 0755);
    ck_assert_int_lt(initcheck_find(rootfd, "/sbin/init", &c), 0);
    ck_assert_str_eq(c.problem, "'/sbin/init' is cut short");
    remove_root();
}
END_TEST

UNITTEST_MAIN("initcheck", the_default_list_is_the_kernels_own, a_root_without_any_init_names_each_that_was_looked_for,
              a_named_init_has_no_substitute, absolute_links_stay_below_the_root, what_cannot_be_run_is_said,
              an_interpreter_that_the_root_lacks_is_named,
              a_dynamic_program_needs_its_loader_and_the_note_tells_a_pintle, a_header_that_lies_leads_nowhere)
