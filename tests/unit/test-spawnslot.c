/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* More children than there are slots, one after the other and at once; what a slot knows, and when it forgets. */
#include "spawnslot.h"

#include <signal.h>
#include <sys/wait.h>

#include "unittest.h"

static char *const no_words[] = {NULL};

static pid_t start(const char *path, char *const *argv, char *const *envp)
{
    struct childsetup c = {.path = path, .argv = argv, .envp = envp};
    pid_t pid = 0;
    int r = spawnslot_start(&c, -EBADF, &pid);

    ck_assert_int_eq(r, 0);
    ck_assert_int_gt(pid, 0);
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

START_TEST(a_program_runs_with_its_words)
{
    char *const argv[] = {(char *)"sh", (char *)"-c", (char *)"test \"$1 $KEY\" = \"one two\"", (char *)"sh", (char *)"one", NULL};
    char *const envp[] = {(char *)"KEY=two", NULL};
    pid_t pid = start("/bin/sh", argv, envp);

    ck_assert_int_eq(status_of(pid), 0);
    ck_assert_int_eq(spawnslot_error(pid, NULL), 0);
}
END_TEST

START_TEST(the_kernel_says_when_a_slot_is_free)
{
    for (int i = 0; i < 3 * SPAWNSLOT_COUNT; i++) {
        pid_t pid = start("/bin/true", no_words, no_words);

        ck_assert_int_eq(status_of(pid), 0);
        ck_assert(!spawnslot_in_flight(pid));
    }
}
END_TEST

START_TEST(an_error_stays_until_its_process_is_reaped)
{
    const char *path = NULL;
    pid_t pid[SPAWNSLOT_COUNT];
    struct childsetup c = {.path = "/bin/true", .argv = no_words, .envp = no_words};

    for (size_t i = 0; i < SPAWNSLOT_COUNT; i++) {
        ck_assert(spawnslot_fits(&c));
        pid[i] = start("/nowhere/to/be/found", no_words, no_words);
        ck_assert_int_eq(status_of(pid[i]), CHILD_EXIT_EXEC << 8);
    }
    ck_assert(!spawnslot_fits(&c));
    ck_assert_int_eq(spawnslot_start(&c, -EBADF, &(pid_t){0}), -ENOBUFS);
    spawnslot_trim(); /* takes nothing of these */
    for (size_t i = 0; i < SPAWNSLOT_COUNT; i++) {
        ck_assert_int_eq(spawnslot_error(pid[i], &path), ENOENT);
        ck_assert_str_eq(path, "/nowhere/to/be/found");
        spawnslot_reaped(pid[i]);
        ck_assert_int_eq(spawnslot_error(pid[i], NULL), 0);
    }
    ck_assert(spawnslot_fits(&c));
    spawnslot_trim();
    ck_assert_int_eq(status_of(start("/bin/true", no_words, no_words)), 0);
}
END_TEST

START_TEST(what_does_not_fit_gets_a_copy)
{
    static char text[20000];
    char *const argv[] = {(char *)"true", text, NULL};
    struct childsetup c = {.path = "/bin/true", .argv = argv, .envp = no_words};
    pid_t pid = 0;

    memset(text, 'x', sizeof(text) - 1);
    ck_assert(!spawnslot_fits(&c));
    ck_assert_int_eq(spawnslot_start(&c, -EBADF, &pid), -ENOBUFS);
    ck_assert_int_eq(spawnslot_start_copy(&c, -EBADF, &pid), 0);
    ck_assert_int_eq(status_of(pid), 0);
    c.path = "/nowhere/to/be/found";
    ck_assert_int_eq(spawnslot_start_copy(&c, -EBADF, &pid), 0);
    ck_assert_int_eq(status_of(pid), CHILD_EXIT_EXEC << 8);
}
END_TEST

START_TEST(a_clone_that_fails_takes_no_slot)
{
    struct childsetup c = {.path = "/bin/true", .argv = no_words, .envp = no_words};
    pid_t pid = 0;

    for (int i = 0; i < 2 * SPAWNSLOT_COUNT; i++)
        ck_assert_int_lt(spawnslot_start(&c, 1000000, &pid), 0); /* no such cgroup */
    ck_assert(spawnslot_fits(&c));
    ck_assert_int_eq(status_of(start("/bin/true", no_words, no_words)), 0);
}
END_TEST

UNITTEST_MAIN("spawnslot", a_program_runs_with_its_words, the_kernel_says_when_a_slot_is_free,
              an_error_stays_until_its_process_is_reaped, what_does_not_fit_gets_a_copy,
              a_clone_that_fails_takes_no_slot)
