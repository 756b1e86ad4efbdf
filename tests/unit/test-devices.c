/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of block devices, with a sysfs of directories and a /dev of files: probing is real, in real children. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "clock.h"
#include "devices.h"
#include "unittest.h"

static char dir[64], sysfs[96], dev[96];
static struct loop loop;
static struct children children;
static struct devices devices;
static unsigned changes;

static void on_changed(void *data, struct device *d)
{
    changes++;
}

static void begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/pintle-devices-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(sysfs, sizeof(sysfs), "%s/class", dir);
    snprintf(dev, sizeof(dev), "%s/dev", dir);
    ck_assert(mkdir(sysfs, 0700) == 0 && mkdir(dev, 0700) == 0);
    changes = 0;
    ck_assert_int_eq(loop_init(&loop, 64), 0);
    ck_assert_int_eq(children_init(&children, &loop), 0);
    devices_init(&devices, &children, on_changed, NULL);
    devices.sysfs = sysfs;
    devices.dev = dev;
}

static void end(void)
{
    char command[128];

    for (struct child *c = children.first; c; c = c->next)
        kill(c->pid, SIGKILL);
    while (children.n > 0) /* each gives back what it was started with */
        ck_assert_int_ge(loop_round(&loop, clock_now() + 20 * USEC_PER_SEC), 0);
    devices_clear(&devices);
    children_done(&children);
    loop_done(&loop);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}

static void put_attribute(const char *path, const char *name, const char *value)
{
    char file[400];
    FILE *f;

    snprintf(file, sizeof(file), "%s/%s", path, name);
    f = fopen(file, "we");
    ck_assert_ptr_nonnull(f);
    fputs(value, f);
    fclose(f);
}

/* A device of sysfs; @parent: NULL for a whole disk. */
static void make_sysfs(const char *name, const char *parent, const char *part, const char *sectors)
{
    char path[300], link[300];

    if (parent)
        snprintf(path, sizeof(path), "%s/%s/%s", dir, parent, name);
    else
        snprintf(path, sizeof(path), "%s/%s", dir, name);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    put_attribute(path, "size", sectors);
    if (part)
        put_attribute(path, "partition", part);
    snprintf(link, sizeof(link), "%s/%s", sysfs, name);
    ck_assert_int_eq(symlink(path, link), 0);
}

/* As much of an ext4 as makes a probe say so. */
static void make_ext4(const char *name, const char *label)
{
    unsigned char super[1024] = {0};
    char path[300];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dev, name);
    fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    memcpy(super + 56, "\x53\xef", 2);
    super[92] = 4;    /* has_journal */
    super[96] = 0x40; /* extents: ext4 */
    memcpy(super + 120, label, strlen(label));
    ck_assert_int_eq(pwrite(fd, super, sizeof(super), 1024), sizeof(super));
    ck_assert_int_eq(ftruncate(fd, 1 << 20), 0);
    close(fd);
}

static void event(enum udevmon_action action, const char *name)
{
    const struct udevmon_event ev = {
        .action = action, .subsystem = "block", .sysname = name, .major = 254, .minor = (uint32_t)devices.n};

    ck_assert_int_eq(devices_event(&devices, &ev), 0);
}

static struct blkinfo *info(const char *name)
{
    struct device *d = devices_find(&devices, name);

    ck_assert_msg(d != NULL, "no '%s' in the table", name);
    return &d->info;
}

static void run_until(const char *name, enum blkinfo_probed state)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    while (info(name)->probed != state && clock_now() < deadline)
        ck_assert_int_ge(loop_round(&loop, deadline), 0);
    ck_assert_msg(info(name)->probed == state, "'%s' is at %d", name, (int)info(name)->probed);
}

static void run_until_no_child(void)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    while (children.n > 0 && clock_now() < deadline)
        ck_assert_int_ge(loop_round(&loop, deadline), 0);
    ck_assert_uint_eq(children.n, 0);
}

START_TEST(a_disk_and_its_partitions_are_read_by_one_child)
{
    begin();
    make_sysfs("vda", NULL, NULL, "4096");
    make_sysfs("vda1", "vda", "1", "2048");
    make_sysfs("vda2", "vda", "2", "2048");
    make_ext4("vda", "whole");
    make_ext4("vda1", "one");
    make_ext4("vda2", "two");
    event(UDEVMON_ADD, "vda");
    event(UDEVMON_ADD, "vda1");
    event(UDEVMON_ADD, "vda2");
    ck_assert_uint_eq(changes, 3);
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 1);
    ck_assert_str_eq(child_eldest(&children)->what, "reading disk 'vda'");
    run_until("vda2", BLKINFO_PROBED);
    run_until_no_child();
    ck_assert_str_eq(info("vda1")->label, "one");
    ck_assert_str_eq(info("vda2")->label, "two");
    ck_assert_str_eq(info("vda2")->disk, "vda");
    ck_assert_uint_eq(info("vda2")->part, 2);
    ck_assert_uint_eq(info("vda")->bytes, 4096 * 512);
    ck_assert_int_eq(info("vda")->probed, BLKINFO_UNPROBED); /* it holds partitions: nobody asked */
    ck_assert_uint_eq(changes, 5);
    devices_probe_all(&devices);
    run_until("vda", BLKINFO_PROBED);
    ck_assert_str_eq(info("vda")->label, "whole");
    end();
}
END_TEST

START_TEST(a_disk_without_partitions_is_read_and_one_with_them_when_it_is_wanted)
{
    begin();
    make_sysfs("vda", NULL, NULL, "2048");
    make_sysfs("vdb", NULL, NULL, "2048");
    make_sysfs("vdb1", "vdb", "1", "2048");
    make_ext4("vda", "a");
    make_ext4("vdb", "b");
    make_ext4("vdb1", "b1");
    event(UDEVMON_ADD, "vda");
    event(UDEVMON_ADD, "vdb");
    event(UDEVMON_ADD, "vdb1");
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 2); /* a disk hangs as a whole, and for itself */
    run_until("vda", BLKINFO_PROBED);
    run_until("vdb1", BLKINFO_PROBED);
    devices_want(&devices, devices_find(&devices, "vdb"));
    devices_probe(&devices);
    run_until("vdb", BLKINFO_PROBED);
    ck_assert_str_eq(info("vdb")->label, "b");
    run_until_no_child();
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 3); /* nothing is read twice */
    end();
}
END_TEST

/* The next child stops before it does anything: as good as a read that does not return. */
static bool stop_next, stop_this;

static void before_fork(void)
{
    stop_this = stop_next;
    stop_next = false;
}

static void in_child(void)
{
    if (stop_this)
        raise(SIGSTOP);
}

START_TEST(a_disk_that_hangs_holds_up_no_other)
{
    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    make_sysfs("sdb", NULL, NULL, "2048");
    make_ext4("sdb", "fine");
    event(UDEVMON_ADD, "sda");
    event(UDEVMON_ADD, "sdb");
    ck_assert_int_eq(pthread_atfork(before_fork, NULL, in_child), 0);
    stop_next = true;
    devices_probe(&devices);
    run_until("sdb", BLKINFO_PROBED);
    ck_assert_str_eq(child_eldest(&children)->what, "reading disk 'sda'");
    ck_assert_int_eq(info("sda")->probed, BLKINFO_PROBING);
    end();
}
END_TEST

START_TEST(what_cannot_be_read_says_why_and_is_read_again_when_asked)
{
    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    event(UDEVMON_ADD, "sda"); /* without a node */
    devices_probe(&devices);
    run_until("sda", BLKINFO_FAILED);
    ck_assert_int_eq(info("sda")->error, -ENOENT);
    make_ext4("sda", "now");
    run_until_no_child();
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 1);
    devices_retry(&devices);
    devices_probe(&devices);
    run_until("sda", BLKINFO_PROBED);
    ck_assert_str_eq(info("sda")->label, "now");
    end();
}
END_TEST

START_TEST(a_child_that_dies_leaves_no_device_without_an_answer)
{
    begin();
    make_sysfs("sda", NULL, NULL, "4096");
    make_sysfs("sda1", "sda", "1", "2048");
    make_sysfs("sda2", "sda", "2", "2048");
    event(UDEVMON_ADD, "sda1");
    event(UDEVMON_ADD, "sda2");
    devices_probe(&devices);
    kill(children.first->pid, SIGKILL);
    run_until_no_child();
    ck_assert_int_ne(info("sda1")->probed, BLKINFO_PROBING);
    ck_assert_int_eq(info("sda2")->probed, BLKINFO_FAILED);
    ck_assert(info("sda2")->error == -EIO || info("sda2")->error == -ENOENT); /* it may have been faster */
    end();
}
END_TEST

START_TEST(an_unplugged_disk_is_remembered_and_a_new_one_of_its_name_read_anew)
{
    const struct blkinfo **list;
    size_t n;
    char path[300];

    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    make_ext4("sda", "old");
    event(UDEVMON_ADD, "sda");
    devices_probe(&devices);
    run_until("sda", BLKINFO_PROBED);
    run_until_no_child();
    event(UDEVMON_REMOVE, "sda");
    event(UDEVMON_REMOVE, "sda");
    event(UDEVMON_REMOVE, "never-seen");
    list = devices_list(&devices, false, &n);
    ck_assert_uint_eq(n, 0);
    free(list);
    list = devices_list(&devices, true, &n);
    ck_assert_uint_eq(n, 1);
    ck_assert_str_eq(list[0]->label, "old");
    free(list);
    ck_assert_uint_eq(changes, 3);
    snprintf(path, sizeof(path), "%s/sda", dev);
    ck_assert_int_eq(unlink(path), 0);
    make_ext4("sda", "new");
    event(UDEVMON_ADD, "sda");
    ck_assert_int_eq(info("sda")->probed, BLKINFO_UNPROBED);
    devices_probe(&devices);
    run_until("sda", BLKINFO_PROBED);
    ck_assert_str_eq(info("sda")->label, "new");
    ck_assert_uint_eq(devices.n, 1);
    end();
}
END_TEST

START_TEST(a_second_add_says_nothing_new_and_a_change_does)
{
    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    make_ext4("sda", "x");
    event(UDEVMON_ADD, "sda");
    devices_probe(&devices);
    event(UDEVMON_ADD, "sda"); /* while it is being read: the monitor and the enumeration both name it */
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 1);
    run_until("sda", BLKINFO_PROBED);
    run_until_no_child();
    event(UDEVMON_ADD, "sda");
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 1);
    event(UDEVMON_CHANGE, "sda"); /* a medium, a new table */
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 2);
    run_until_no_child();
    end();
}
END_TEST

START_TEST(a_change_while_it_is_being_read_is_not_lost)
{
    char path[300];

    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    make_ext4("sda", "old");
    event(UDEVMON_ADD, "sda");
    devices_probe(&devices);
    while (children.n > 0 && waitid(P_PID, (id_t)children.first->pid, &(siginfo_t){0}, WEXITED | WNOWAIT) < 0) {
    } /* it has read; its word is still in the pipe */
    snprintf(path, sizeof(path), "%s/sda", dev);
    ck_assert_int_eq(unlink(path), 0);
    make_ext4("sda", "new");
    put_attribute(dir, "sda/size", "4096");
    event(UDEVMON_CHANGE, "sda");
    devices_probe(&devices);
    run_until("sda", BLKINFO_PROBED);
    ck_assert_uint_eq(info("sda")->bytes, 4096 * 512);
    run_until_no_child();
    devices_probe(&devices);
    run_until_no_child();
    ck_assert_str_eq(info("sda")->label, "new");
    ck_assert_uint_eq(children.started, 2);
    end();
}
END_TEST

START_TEST(an_empty_drive_is_not_read_until_it_has_a_medium)
{
    begin();
    make_sysfs("sr0", NULL, NULL, "0");
    make_ext4("sr0", "disc");
    event(UDEVMON_ADD, "sr0");
    devices_probe(&devices);
    ck_assert_uint_eq(children.started, 0);
    put_attribute(dir, "sr0/size", "2048");
    event(UDEVMON_CHANGE, "sr0");
    devices_probe(&devices);
    run_until("sr0", BLKINFO_PROBED);
    ck_assert_str_eq(info("sr0")->label, "disc");
    end();
}
END_TEST

START_TEST(a_slash_in_a_name_is_one_in_dev)
{
    char text[80], path[300];

    begin();
    make_sysfs("cciss!c0d0", NULL, NULL, "2048");
    snprintf(path, sizeof(path), "%s/cciss", dev);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    make_ext4("cciss/c0d0", "raid");
    event(UDEVMON_ADD, "cciss/c0d0"); /* as libudev has it */
    ck_assert_str_eq(devices_node(info("cciss!c0d0"), text, sizeof(text)), "/dev/cciss/c0d0");
    devices_probe(&devices);
    run_until("cciss!c0d0", BLKINFO_PROBED);
    ck_assert_str_eq(info("cciss!c0d0")->label, "raid");
    end();
}
END_TEST

START_TEST(udevs_links_are_kept_below_dev_and_survive_a_probe)
{
    struct udevmon_event ev = {.action = UDEVMON_ADD, .subsystem = "block", .sysname = "sda",
                               .links = "/dev/disk/by-id/x /run/elsewhere /dev/disk/by-uuid/y", .partn = "3",
                               .partname = "root part"};

    begin();
    make_sysfs("sda", NULL, NULL, "2048");
    make_ext4("sda", "x");
    ck_assert_int_eq(devices_event(&devices, &ev), 0);
    ck_assert_str_eq(info("sda")->links, "disk/by-id/x disk/by-uuid/y ");
    ck_assert_str_eq(info("sda")->partlabel, "root part");
    devices_probe(&devices);
    ev.action = UDEVMON_CHANGE;
    ev.links = "/dev/disk/by-id/z";
    ck_assert_int_eq(devices_event(&devices, &ev), 0); /* udev was there while the child read */
    run_until("sda", BLKINFO_PROBED);
    ck_assert_str_eq(info("sda")->links, "disk/by-id/z ");
    end();
}
END_TEST

UNITTEST_MAIN("devices", a_disk_and_its_partitions_are_read_by_one_child,
              a_disk_without_partitions_is_read_and_one_with_them_when_it_is_wanted, a_disk_that_hangs_holds_up_no_other,
              what_cannot_be_read_says_why_and_is_read_again_when_asked,
              a_child_that_dies_leaves_no_device_without_an_answer,
              an_unplugged_disk_is_remembered_and_a_new_one_of_its_name_read_anew,
              a_second_add_says_nothing_new_and_a_change_does, a_change_while_it_is_being_read_is_not_lost,
              an_empty_drive_is_not_read_until_it_has_a_medium,
              a_slash_in_a_name_is_one_in_dev, udevs_links_are_kept_below_dev_and_survive_a_probe)
