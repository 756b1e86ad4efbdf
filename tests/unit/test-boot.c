/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole of boot_run(), from the look at the hardware to an init that could run, on a machine of directories. */
#include <sys/wait.h>

#include "bootworld.h"

START_TEST(a_root_that_is_there_is_taken_without_a_word)
{
    world_begin("root=LABEL=root rw " WORLD_OVERLAY);
    world_disk("vda", "other");
    world_disk("vdb", "root");
    world_init("/lower/sbin/init");
    world_run(NULL, 0);
    ck_assert_int_eq(world.s.state, BOOT_READY);
    ck_assert_str_eq(world.s.root.source, "/dev/vdb");
    ck_assert_str_eq(world.s.root.type, "overlay");
    ck_assert_str_eq(world.s.root.init, "/sbin/init");
    ck_assert(!world.s.root.init_is_pintle);
    ck_assert_uint_eq(world.s.warnings.n, 0);
    ck_assert_str_eq(world.text, ""); /* nothing is shown on a boot that is well */
    ck_assert(world.s.times.start < world.s.times.coldplug && world.s.times.coldplug < world.s.times.root_found &&
              world.s.times.root_found < world.s.times.mounted);
    ck_assert_int_eq(access("/sysroot/sbin/init", F_OK), 0);
}
END_TEST

static void plug_vdc(void)
{
    world_disk("vdc", "root");
    world_event("add", "vdc");
}

START_TEST(a_root_that_comes_late_is_taken_when_it_comes)
{
    world_begin("root=LABEL=root rw " WORLD_OVERLAY);
    world_disk("vda", "other");
    world_init("/lower/sbin/init");
    WORLD_RUN({.expect = "waiting for root LABEL=root", .act = plug_vdc});
    ck_assert_str_eq(world.s.root.source, "/dev/vdc");
    world_says("1 block device seen, not it");
}
END_TEST

START_TEST(time_runs_out_and_another_root_is_typed)
{
    world_begin("root=LABEL=raat rw rootwait=0 " WORLD_OVERLAY);
    world_disk("vda", "root");
    world_init("/lower/sbin/init");
    WORLD_RUN({.expect = "the root file system has not appeared"}, {.expect = "\n> ", .type = "o"},
              {.expect = "> root=LABEL=raat", .type = "\025root=LABEL=root\r"}, {.expect = "another root (answered on con)"});
    ck_assert_str_eq(world.s.root.source, "/dev/vda");
    ck_assert(world.s.root.init[0]);
}
END_TEST

START_TEST(a_root_that_comes_while_the_page_is_there_goes_on_by_itself)
{
    world_begin("root=LABEL=root rw rootwait=0 " WORLD_OVERLAY);
    world_disk("vda", "other");
    world_init("/lower/sbin/init");
    WORLD_RUN({.expect = "the root file system has not appeared"}, {.expect = "\n> ", .act = plug_vdc},
              {.expect = "the root has appeared: vdc; going on"});
    ck_assert_str_eq(world.s.root.source, "/dev/vdc");
}
END_TEST

static void unplug_vdb(void)
{
    world_event("remove", "vdb");
}

START_TEST(a_disk_that_went_is_on_the_page)
{
    world_begin("root=LABEL=root rw rootwait=0");
    world_disk("vda", "other");
    world_disk("vdb", "gone");
    WORLD_RUN({.expect = "\n> ", .act = unplug_vdb, .type = "\r"}, {.expect = "\n> ", .type = "\r"}, WORLD_STOP);
    world_says("gone: vdb was there and has been unplugged");
}
END_TEST

START_TEST(of_two_disks_that_fit_the_first_is_taken_and_the_other_told)
{
    world_begin("root=LABEL=root rw rootdelay=1 " WORLD_OVERLAY); /* a second for both to be read */
    world_disk("vda", "root");
    world_disk("vdb", "root");
    world_init("/lower/sbin/init");
    world_run(NULL, 0);
    ck_assert_uint_eq(world.s.warnings.n, 1);
    ck_assert_ptr_nonnull(strstr(world.s.warnings.v[0], "'LABEL=root' fits '"));
}
END_TEST

START_TEST(a_fallback_is_taken_and_said_when_the_first_choice_stays_away)
{
    world_begin("root=LABEL=best,LABEL=root rw rootwait=1 " WORLD_OVERLAY);
    world_disk("vda", "root");
    world_init("/lower/sbin/init");
    world_run(NULL, 0);
    ck_assert_str_eq(world.s.root.source, "/dev/vda");
    ck_assert_uint_eq(world.s.warnings.n, 1);
    ck_assert_str_eq(world.s.warnings.v[0], "'LABEL=best' did not come, 'LABEL=root' is taken instead");
}
END_TEST

START_TEST(what_no_waiting_makes_right_is_said_at_once)
{
    static const struct {
        const char *words, *page;
    } cases[] = {
        {"rw", "the kernel's command line has no root="},
        {"root=UUID= rw", "the kernel command line is wrong"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        pid_t pid = fork();
        int status;

        if (pid == 0) {
            world_begin(cases[i].words);
            world_disk("vda", "x");
            WORLD_RUN({.expect = "to do:"}, WORLD_STOP);
            world_says(cases[i].page);
            ck_assert(clock_now() - world.s.times.start < 10 * USEC_PER_SEC);
            _exit(0);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_msg(status == 0, "case %zu", i);
    }
}
END_TEST

START_TEST(a_root_that_cannot_be_mounted_is_tried_again_with_other_words)
{
    world_begin("root=LABEL=root rw rootfstype=nosuchfs");
    world_disk("vda", "root");
    world_init("/lower/sbin/init");
    WORLD_RUN({.expect = "the root file system cannot be mounted"}, {.expect = "\n> ", .type = "o"},
              {.expect = "rootfstype=nosuchfs", .type = "\025root=LABEL=root " WORLD_OVERLAY "\r"},
              {.expect = "another root (answered on con)"});
    world_says("tried nosuchfs: unknown to the kernel");
    ck_assert_str_eq(world.s.root.type, "overlay");
}
END_TEST

static void make_init(void)
{
    world_init("/lower/sbin/init");
}

START_TEST(a_root_without_an_init_is_taken_off_again_before_a_retry)
{
    _cleanup_free_ char *mounts = NULL;
    unsigned n = 0;

    world_begin("root=LABEL=root rw " WORLD_OVERLAY);
    world_disk("vda", "root");
    WORLD_RUN({.expect = "the root holds no init that can run"}, {.expect = "\n> ", .act = make_init, .type = "r"},
              {.expect = "retry (answered on con)"});
    ck_assert_str_eq(world.s.root.init, "/sbin/init");
    ck_assert_uint_eq(world.s.warnings.n, 0);
    ck_assert_int_eq(fd_read_file(AT_FDCWD, "/proc/self/mountinfo", 1 << 20, &mounts, NULL), 0);
    for (const char *at = mounts; (at = strstr(at, " /sysroot ")); at++)
        n++;
    ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(a_damaged_image_is_said_first_and_a_person_may_go_on)
{
    world_begin("root=LABEL=root rw " WORLD_OVERLAY);
    world_disk("vda", "root");
    world_init("/lower/sbin/init");
    snprintf(world.s.image_damage, sizeof(world.s.image_damage), "the end marker is missing");
    WORLD_RUN({.expect = "the initramfs image is damaged"}, {.expect = "\n> ", .type = "r"},
              {.expect = "retry (answered on con)"});
    ck_assert_str_eq(world.s.root.source, "/dev/vda");
}
END_TEST

START_TEST(the_page_can_be_asked_for_and_waiting_goes_on)
{
    world_begin("root=LABEL=root rw " WORLD_OVERLAY);
    world_disk("vda", "other");
    world_init("/lower/sbin/init");
    WORLD_RUN({.expect = "Enter: details and menu", .type = "\r"}, {.expect = "still waiting for the root file system"},
              {.expect = "\n> ", .type = "w"}, {.expect = "wait on (answered on con)"}, {.expect = "(no limit)", .act = plug_vdc});
    ck_assert_str_eq(world.s.root.source, "/dev/vdc");
}
END_TEST

/* A module that a file system type leads to; its file is missing, or hangs whoever opens it. */
static void world_module(const char *name, bool hangs)
{
    char path[64], alias[64], *text;
    const char *aliases[] = {alias};
    const uint32_t order[] = {0};
    struct modindex_source source = {
        .name = name, .path = path, .order = order, .n_order = 1, .aliases = aliases, .n_aliases = 1};
    size_t size;

    snprintf(path, sizeof(path), "/%s.ko", name);
    snprintf(alias, sizeof(alias), "fs-%s", name);
    ck_assert_int_eq(modindex_format(&source, 1, NULL, 0, &text, &size), 0);
    world_file(MODINDEX_PATH, text);
    free(text);
    if (hangs)
        ck_assert_int_eq(mkfifo(path, 0600), 0);
}

START_TEST(a_file_systems_module_that_fails_is_on_the_page_with_its_errno)
{
    world_begin("root=LABEL=root rw rootfstype=badfs");
    world_module("badfs", false);
    world_disk("vda", "root");
    WORLD_RUN({.expect = "the root file system cannot be mounted"}, WORLD_STOP);
    world_says("module 'badfs' cannot be loaded: its file is not in the image (errno 2)");
    world_says("to do: boot with rootfstype=ext4");
}
END_TEST

START_TEST(a_file_systems_module_that_hangs_holds_up_the_boot_for_a_time_that_is_shown)
{
    world_begin("root=LABEL=root rw rootwait=1 rootfstype=hangfs");
    world_module("hangfs", true);
    world_disk("vda", "root");
    /* Enter shows the line again: a page would offer to begin what is being done. */
    WORLD_RUN({.expect = "waiting for '/dev/vda' to be mounted (", .type = "\r"},
              {.expect = "waiting for '/dev/vda' to be mounted ("}, {.expect = "the root file system cannot be mounted"},
              WORLD_STOP);
    world_says("loading module 'hangfs' for");
    world_says("module 'hangfs' has been loading for 10 s");
    ck_assert_ptr_null(strstr(world.text, "still waiting for the root"));
    ck_assert_ptr_null(strstr(world.text, "details and menu"));
}
END_TEST

START_TEST(with_a_second_type_a_module_that_hangs_is_waited_for_and_then_done_without)
{
    world_begin("root=LABEL=root rw rootwait=1 rootfstype=hangfs,overlay rootflags=lowerdir=/lower:/empty");
    world_module("hangfs", true);
    world_disk("vda", "root");
    world_init("/lower/sbin/init");
    world_run(NULL, 0);
    ck_assert_str_eq(world.s.root.type, "overlay");
    ck_assert_ptr_null(strstr(world.text, "***"));
}
END_TEST

UNITTEST_MAIN("boot", a_root_that_is_there_is_taken_without_a_word, a_root_that_comes_late_is_taken_when_it_comes,
              time_runs_out_and_another_root_is_typed, a_root_that_comes_while_the_page_is_there_goes_on_by_itself,
              a_disk_that_went_is_on_the_page, of_two_disks_that_fit_the_first_is_taken_and_the_other_told,
              a_fallback_is_taken_and_said_when_the_first_choice_stays_away, what_no_waiting_makes_right_is_said_at_once,
              a_root_that_cannot_be_mounted_is_tried_again_with_other_words,
              a_root_without_an_init_is_taken_off_again_before_a_retry,
              a_damaged_image_is_said_first_and_a_person_may_go_on, the_page_can_be_asked_for_and_waiting_goes_on,
              a_file_systems_module_that_fails_is_on_the_page_with_its_errno,
              a_file_systems_module_that_hangs_holds_up_the_boot_for_a_time_that_is_shown,
              with_a_second_type_a_module_that_hangs_is_waited_for_and_then_done_without)
