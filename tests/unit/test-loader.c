/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/wait.h>

#include "modprobe.h"
#include "modulefixture.h"

enum { CRC, JBD, EXT4, PCI, BLK, LATE, MODULES };

static const uint32_t order_crc[] = {CRC}, order_jbd[] = {JBD}, order_ext4[] = {CRC, JBD, EXT4}, order_pci[] = {PCI},
                      order_blk[] = {PCI, BLK}, order_late[] = {LATE, CRC};
static const char *const alias_ext4[] = {"fs-ext4"}, *const alias_blk[] = {"virtio:d00000002v*"},
                        *const alias_pci[] = {"pci:v00001AF4d*"};

#define ORDER(list) .order = list, .n_order = ARRAY_SIZE(list)

static struct modindex_source sources[MODULES] = {
    [CRC] = {.name = "crc16", ORDER(order_crc), .options = "a=1"},
    [JBD] = {.name = "jbd2", ORDER(order_jbd)},
    [EXT4] = {.name = "ext4", ORDER(order_ext4), .aliases = alias_ext4, .n_aliases = 1},
    [PCI] = {.name = "virtio_pci", ORDER(order_pci), .aliases = alias_pci, .n_aliases = 1},
    [BLK] = {.name = "virtio_blk", ORDER(order_blk), .aliases = alias_blk, .n_aliases = 1},
    [LATE] = {.name = "late", ORDER(order_late)}, /* with a softdep "post" */
};

static void begin(const char *cmdline, const char *crc, const char *jbd, const char *ext4, const char *pci, const char *blk)
{
    fixture_begin(cmdline, sources, (const char *const[]){crc, jbd, ext4, pci, blk, "fine late"}, MODULES);
}

static struct loader_module *module(const char *name)
{
    uint32_t i;

    ck_assert_int_eq(modindex_find(fixture.loader.index, name, &i), 0);
    return &fixture.loader.modules[i];
}

static bool is_settled(const char *name)
{
    return module(name)->state == LOADER_LOADED || module(name)->state == LOADER_FAILED;
}

static void run_until_settled(const char *name)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    do {
        loader_run(&fixture.loader);
        ck_assert_int_ge(loop_round(&fixture.loop, deadline), 0);
    } while (!is_settled(name) && clock_now() < deadline);
    ck_assert_msg(is_settled(name), "'%s' is neither loaded nor failed", name);
}

static void run_until_idle(void)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    loader_run(&fixture.loader);
    while ((loader_is_busy(&fixture.loader) || fixture.children.n > 0) && clock_now() < deadline) {
        ck_assert_int_ge(loop_round(&fixture.loop, deadline), 0);
        loader_run(&fixture.loader);
    }
    ck_assert(!loader_is_busy(&fixture.loader));
}

static void check_log(const char *want)
{
    _cleanup_free_ char *got = fixture_log();

    ck_assert_str_eq(got, want);
}

static void check_failed(const char *name, int error)
{
    ck_assert_msg(module(name)->state == LOADER_FAILED, "'%s' has not failed", name);
    ck_assert_int_eq(module(name)->error, error);
}

static const char *cause_of(const char *name)
{
    uint32_t i;

    ck_assert_int_eq(modindex_find(fixture.loader.index, name, &i), 0);
    return modindex_name(fixture.loader.index, loader_cause(&fixture.loader, i));
}

START_TEST(dependencies_go_in_first_each_once_with_options)
{
    begin("ext4.x=\"y z\" ext4.flag -- ext4.no=1", "fine crc", "fine jbd", "fine ext4", "fine", "fine");
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "fs-ext4", NULL), 1);
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "fs-ext4", NULL), 1);
    ck_assert_int_eq(loader_want(&fixture.loader, "crc16"), 0);
    ck_assert(loader_is_busy(&fixture.loader));
    run_until_idle();
    check_log("fine crc a=1\nfine jbd\nfine ext4 x=\"y z\" flag\n");
    ck_assert_int_eq(module("ext4")->state, LOADER_LOADED);
    ck_assert_int_eq(module("virtio_blk")->state, LOADER_IDLE);
    fixture_end();
}
END_TEST

START_TEST(what_is_there_already_counts_as_loaded_and_no_hardware_as_an_answer)
{
    begin("", "there", "there", "fine ext4", "nothing", "fine blk");
    loader_want_alias(&fixture.loader, "fs-ext4", NULL);
    loader_want_alias(&fixture.loader, "virtio:d00000002v00001AF4", "/sys/devices/virtio0");
    run_until_idle();
    ck_assert_int_eq(module("jbd2")->state, LOADER_LOADED);
    ck_assert_int_eq(module("ext4")->state, LOADER_LOADED);
    check_failed("virtio_pci", -ENODEV);
    ck_assert_int_eq(module("virtio_blk")->state, LOADER_LOADED); /* it is tried all the same */
    fixture_end();
}
END_TEST

START_TEST(a_module_that_hangs_holds_up_what_needs_it_and_nobody_else)
{
    uint32_t i;

    begin("", "fine crc", "fine jbd", "fine ext4", "hang", "fine blk");
    loader_want_alias(&fixture.loader, "virtio:d00000002v00001AF4", "/sys/devices/virtio0");
    loader_run(&fixture.loader);
    loader_want_alias(&fixture.loader, "fs-ext4", NULL);
    run_until_settled("ext4");
    ck_assert_int_eq(module("ext4")->state, LOADER_LOADED);
    ck_assert_int_eq(module("virtio_pci")->state, LOADER_LOADING);
    ck_assert_int_eq(loader_alias_state(&fixture.loader, "virtio:d00000002v1", &i), LOADER_WANTED);
    ck_assert(loader_is_busy(&fixture.loader));
    ck_assert_str_eq(child_eldest(&fixture.children)->what, "loading module 'virtio_pci'");
    fixture_end();
}
END_TEST

START_TEST(the_error_of_each_load_is_kept_and_the_cause_is_named)
{
    begin("", "fine crc", "old", "symbol", "missing", "symbol");
    loader_want_alias(&fixture.loader, "fs-ext4", NULL);
    loader_want_alias(&fixture.loader, "virtio:d00000002v00001AF4", "/sys/devices/virtio0");
    run_until_idle();
    check_failed("jbd2", -ENOEXEC);
    check_failed("ext4", -ENOENT);
    ck_assert(!module("ext4")->no_file); /* it was a symbol */
    ck_assert_str_eq(cause_of("ext4"), "jbd2");
    ck_assert_str_eq(cause_of("jbd2"), "jbd2");
    check_failed("virtio_pci", -ENOENT);
    ck_assert(module("virtio_pci")->no_file);
    check_failed("virtio_blk", -ENOENT);
    ck_assert_str_eq(cause_of("virtio_blk"), "virtio_pci");
    ck_assert_str_eq(cause_of("crc16"), "crc16");
    ck_assert_uint_ge(fixture.changes, 5);
    fixture_end();
}
END_TEST

START_TEST(a_module_that_crashes_takes_only_itself)
{
    begin("", "crash", "fine jbd", "fine ext4", "fine", "fine");
    loader_want_alias(&fixture.loader, "fs-ext4", NULL);
    run_until_idle();
    check_failed("crc16", -EFAULT);
    ck_assert_int_eq(module("ext4")->state, LOADER_LOADED); /* by a second child: a soft dependency it may have been */
    check_log("crash a=1\nfine jbd\nfine ext4\n");
    fixture_end();
}
END_TEST

START_TEST(a_retry_loads_what_failed_and_what_that_held_up)
{
    begin("", "fine crc", "missing", "symbol", "fine", "fine");
    loader_want_alias(&fixture.loader, "fs-ext4", NULL);
    run_until_idle();
    ck_assert(module("jbd2")->no_file);
    fixture_write(JBD, "fine jbd"); /* somebody copied it there from a shell */
    fixture_write(EXT4, "fine ext4");
    loader_retry(&fixture.loader);
    run_until_idle();
    ck_assert_int_eq(module("ext4")->state, LOADER_LOADED);
    ck_assert(!module("jbd2")->no_file);
    check_log("fine crc a=1\nsymbol\nfine jbd\nfine ext4\n"); /* what is in is not loaded twice */
    fixture_end();
}
END_TEST

START_TEST(blacklists_are_kept)
{
    begin("module_blacklist=jbd2,virtio-blk modprobe.blacklist=ext4", "fine", "fine", "fine", "fine", "fine");
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "fs-ext4", NULL), 1);
    ck_assert_int_eq(module("ext4")->state, LOADER_IDLE); /* no alias leads to it; by name it can be had */
    ck_assert_int_eq(loader_want(&fixture.loader, "ext4"), 0);
    ck_assert_int_eq(module("ext4")->state, LOADER_WANTED);
    loader_want_alias(&fixture.loader, "virtio:d00000002v00001AF4", "/sys/devices/virtio0");
    check_failed("virtio_blk", -EPERM);
    fixture_end();
}
END_TEST

START_TEST(hardware_without_a_module_is_remembered_once)
{
    begin("", "fine", "fine", "fine", "fine", "fine");
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "pci:v00008086d00002922", "/sys/devices/pci0/1"), 0);
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "pci:v00008086d00002922", "/sys/devices/pci0/2"), 0);
    ck_assert_int_eq(loader_want_alias(&fixture.loader, "fs-xfs", NULL), 0); /* no device: nothing for the page */
    ck_assert_uint_eq(fixture.loader.n_unmatched, 1);
    ck_assert_str_eq(fixture.loader.unmatched[0].syspath, "/sys/devices/pci0/1");
    ck_assert_int_eq(loader_want(&fixture.loader, "nosuch"), -ENOENT);
    fixture_end();
}
END_TEST

START_TEST(an_image_without_an_index_is_an_image_without_modules)
{
    struct loader l;
    uint32_t i;

    ck_assert_int_eq(loader_init(&l, "/nonexistent/modules.idx", NULL, NULL, fixture_changed, NULL), 0);
    ck_assert_int_eq(loader_want_alias(&l, "fs-ext4", "/sys/x"), 0);
    ck_assert_int_eq(loader_want(&l, "ext4"), -ENOENT);
    ck_assert_int_eq(loader_alias_state(&l, "fs-ext4", &i), -ENOENT);
    ck_assert(!loader_is_busy(&l));
    loader_run(&l);
    loader_done(&l);
}
END_TEST

START_TEST(what_stands_behind_a_module_goes_in_behind_it)
{
    begin("", "fine crc", "fine", "fine", "fine", "fine");
    ck_assert_int_eq(loader_want(&fixture.loader, "late"), 0);
    run_until_idle();
    check_log("fine late\nfine crc a=1\n");
    fixture_end();
}
END_TEST

/* What the kernel asks for, by the process that it starts for that. */
START_TEST(a_helper_of_the_kernel_loads_in_its_own_process)
{
    begin("modprobe.blacklist=virtio_blk", "there", "fine jbd", "fine ext4", "symbol", "fine blk");
    ck_assert_int_eq(loader_load_here(&fixture.loader, "fs-ext4"), 0);
    check_log("there a=1\nfine jbd\nfine ext4\n");
    ck_assert_int_eq(loader_load_here(&fixture.loader, "late"), 0);
    check_log("there a=1\nfine jbd\nfine ext4\nfine late\n");
    ck_assert_int_eq(loader_load_here(&fixture.loader, "virtio-pci"), -ENOENT);
    check_failed("virtio_pci", -ENOENT);
    ck_assert_int_eq(loader_load_here(&fixture.loader, "virtio:d00000002v1"), -ENOENT);
    ck_assert_int_eq(module("virtio_blk")->state, LOADER_IDLE);
    ck_assert_int_eq(loader_load_here(&fixture.loader, "dm-crypt"), -ENOENT);
    ck_assert_uint_eq(fixture.children.n, 0);
    fixture_end();
}
END_TEST

START_TEST(the_kernel_calls_its_helper_by_this_name)
{
    ck_assert(modprobe_is_meant("/sbin/modprobe"));
    ck_assert(modprobe_is_meant("modprobe"));
    ck_assert(!modprobe_is_meant("/init"));
    ck_assert(!modprobe_is_meant("/sbin/notmodprobe"));
    ck_assert(!modprobe_is_meant("modprobe/init"));
    ck_assert(!modprobe_is_meant(NULL));
}
END_TEST

UNITTEST_MAIN("loader", dependencies_go_in_first_each_once_with_options,
              what_is_there_already_counts_as_loaded_and_no_hardware_as_an_answer,
              a_module_that_hangs_holds_up_what_needs_it_and_nobody_else,
              the_error_of_each_load_is_kept_and_the_cause_is_named, a_module_that_crashes_takes_only_itself,
              a_retry_loads_what_failed_and_what_that_held_up, blacklists_are_kept,
              hardware_without_a_module_is_remembered_once, an_image_without_an_index_is_an_image_without_modules,
              what_stands_behind_a_module_goes_in_behind_it, a_helper_of_the_kernel_loads_in_its_own_process,
              the_kernel_calls_its_helper_by_this_name)
