/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/watchdog.h>

#include "clock.h"
#include "keep.h"
#include "sys.h"
#include "udbwrite.h"
#include "unittest.h"
#include "watchdog.h"

#define NAME "/dev/watchdog0"

/* A driver that rounds up to tens and knows no more than a minute, or that can do nothing but be fed. */
static struct {
    int absent; /* opens that find nothing yet */
    bool mute;
    int opens, fed, set, closes, seconds;
    bool armed, magic;
    char opened[64];
} device;

static struct stage2 s;
static void *database;
static int fd_of_device; /* a real one, for what is done to descriptors */

static int fake_open(const char *path, int flags, mode_t mode)
{
    ck_assert_int_eq(mode, 0);
    ck_assert_int_ne(flags & O_CLOEXEC, 0);
    if (device.absent > 0) {
        device.absent--;
        return -ENOENT;
    }
    ck_assert(!device.armed || device.closes > 0);
    snprintf(device.opened, sizeof(device.opened), "%s", path);
    device.opens++;
    device.armed = true;
    device.magic = false;
    fd_of_device = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ck_assert_int_gt(fd_of_device, 0);
    return fd_of_device;
}

static int fake_close(int fd)
{
    ck_assert_int_eq(fd, fd_of_device);
    device.closes++;
    device.armed = !device.magic;
    return close(fd);
}

static ssize_t fake_write(int fd, const void *buf, size_t size)
{
    ck_assert_int_eq(fd, fd_of_device);
    device.magic = size == 1 && memcmp(buf, "V", 1) == 0;
    return (ssize_t)size;
}

static int set_timeout(int *seconds)
{
    if (*seconds < 1 || *seconds > 60)
        return -EINVAL;
    device.set++;
    device.seconds = *seconds == 1 ? 1 : (*seconds + 9) / 10 * 10;
    *seconds = device.seconds;
    return 0;
}

static int fake_ioctl(int fd, unsigned long request, void *argument)
{
    if (fd != fd_of_device)
        return -ENOTTY;
    switch (request) {
    case WDIOC_GETSUPPORT:
        *(struct watchdog_info *)argument = (struct watchdog_info){.identity = "fake"};
        return 0;
    case WDIOC_KEEPALIVE:
        device.fed++;
        return 0;
    case WDIOC_SETTIMEOUT:
        return device.mute ? -EOPNOTSUPP : set_timeout(argument);
    case WDIOC_GETTIMEOUT:
        if (device.mute)
            return -EOPNOTSUPP;
        *(int *)argument = device.seconds;
        return 0;
    default:
        return -ENOTTY;
    }
}

static void load(uint64_t runtime_usec, uint64_t reboot_usec, const char *name)
{
    struct udbwrite *w;
    size_t size;

    ck_assert_int_eq(udbwrite_new(&w), 0);
    udbwrite_watchdog(w, runtime_usec, reboot_usec, name);
    free(database);
    ck_assert_int_eq(udbwrite_finish(w, &database, &size), 0);
    udbwrite_free(w);
    ck_assert_int_eq(udb_open(database, size, &s.db, NULL), 0);
    s.has_units = true;
}

static void begin(uint64_t runtime_usec)
{
    memset(&device, 0, sizeof(device));
    device.seconds = 30;
    if (s.loop.sources)
        loop_done(&s.loop);
    memset(&s, 0, sizeof(s));
    ck_assert_int_eq(loop_init(&s.loop, 16), 0);
    ck_assert_int_ge(keep_init(), 0);
    load(runtime_usec, 20 * USEC_PER_SEC, "");
    sys.open = fake_open;
    sys.close = fake_close;
    sys.write = fake_write;
    sys.ioctl = fake_ioctl;
}

static void rounds_until(const int *counter, int wanted)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;

    while (*counter < wanted && clock_now() < deadline)
        ck_assert_int_ge(loop_round(&s.loop, deadline), 0);
    ck_assert_int_ge(*counter, wanted);
}

START_TEST(nobody_asked_and_it_is_left_alone)
{
    begin(0);
    watchdog_follow(&s);
    ck_assert_int_eq(device.opens, 0);
    watchdog_end(UDB_FINAL_POWEROFF);
    ck_assert_int_eq(device.closes, 0);
}
END_TEST

START_TEST(a_container_never_touches_it)
{
    begin(10 * USEC_PER_SEC);
    s.container = true;
    watchdog_follow(&s);
    watchdog_go_down(&s, UDB_FINAL_REBOOT);
    ck_assert_int_eq(device.opens, 0);
}
END_TEST

/* Behind all that was due before, however late the round is. */
static void on_three_quarters(void *data, int fd, uint32_t events)
{
    *(int *)data = device.fed;
}

START_TEST(rounds_of_the_loop_feed_it_twice_an_interval)
{
    uint64_t start = clock_now();
    int fed = 0;

    begin(USEC_PER_SEC);
    watchdog_follow(&s);
    ck_assert_str_eq(device.opened, NAME);
    ck_assert_int_eq(device.fed, 1);
    ck_assert_uint_eq(keep->watchdog_usec, USEC_PER_SEC);
    ck_assert_int_eq(loop_add_timer(&s.loop, clock_now() + 3 * USEC_PER_SEC / 4, LOOP_PRIO_IDLE, on_three_quarters, &fed,
                                    NULL),
                     0);
    rounds_until(&fed, 2);
    rounds_until(&device.fed, 3);
    ck_assert_uint_ge(clock_now() - start, USEC_PER_SEC - 50000); /* and no oftener */
    ck_assert(device.armed);
}
END_TEST

START_TEST(what_the_driver_makes_of_the_time_counts)
{
    begin(11 * USEC_PER_SEC + 1);
    watchdog_follow(&s);
    ck_assert_uint_eq(keep->watchdog_usec, 20 * USEC_PER_SEC);
    load(90 * USEC_PER_SEC, 0, ""); /* refused: what it has stays */
    watchdog_follow(&s);
    ck_assert_uint_eq(keep->watchdog_usec, 20 * USEC_PER_SEC);
    ck_assert_int_eq(device.opens, 1);
    begin(USEC_INFINITY);
    watchdog_follow(&s);
    ck_assert_int_eq(device.set, 0);
    ck_assert_uint_eq(keep->watchdog_usec, 30 * USEC_PER_SEC);
    begin(10 * USEC_PER_SEC);
    device.mute = true; /* it tells nothing: often is safe */
    watchdog_follow(&s);
    ck_assert_uint_eq(keep->watchdog_usec, 2 * USEC_PER_SEC);
}
END_TEST

START_TEST(one_that_comes_late_is_found)
{
    begin(10 * USEC_PER_SEC);
    device.absent = 2; /* both names */
    watchdog_follow(&s);
    ck_assert_int_eq(device.opens, 0);
    rounds_until(&device.opens, 1);
    ck_assert_int_eq(device.fed, 1);
}
END_TEST

START_TEST(the_name_that_is_given_is_the_one_that_is_opened)
{
    begin(0);
    load(10 * USEC_PER_SEC, 0, "/dev/watchdog7");
    watchdog_follow(&s);
    ck_assert_str_eq(device.opened, "/dev/watchdog7");
}
END_TEST

START_TEST(a_reload_that_wants_it_no_more_disarms_it)
{
    begin(10 * USEC_PER_SEC);
    watchdog_follow(&s);
    load(0, 0, "");
    watchdog_follow(&s);
    ck_assert_int_eq(device.closes, 1);
    ck_assert(!device.armed);
    ck_assert_int_eq(keep->watchdog_fd, 0);
}
END_TEST

START_TEST(it_survives_an_exec_and_is_fed_at_once)
{
    begin(10 * USEC_PER_SEC);
    watchdog_follow(&s);
    ck_assert_int_eq(fcntl(keep->watchdog_fd, F_GETFD) & FD_CLOEXEC, 0);
    loop_done(&s.loop);
    ck_assert_int_eq(loop_init(&s.loop, 16), 0);
    device.fed = 0;
    watchdog_carry_on(&s);
    ck_assert_int_eq(device.fed, 1);
    watchdog_follow(&s);
    ck_assert_int_eq(device.opens, 1);
    keep->watchdog_fd = STDERR_FILENO; /* not what it was: it is not believed */
    watchdog_carry_on(&s);
    ck_assert_int_eq(keep->watchdog_fd, 0);
}
END_TEST

START_TEST(a_reboot_has_a_time_of_its_own_and_leaves_it_armed)
{
    begin(10 * USEC_PER_SEC);
    watchdog_follow(&s);
    watchdog_go_down(&s, UDB_FINAL_REBOOT);
    ck_assert_uint_eq(keep->watchdog_usec, 20 * USEC_PER_SEC);
    watchdog_end(UDB_FINAL_REBOOT);
    ck_assert_int_eq(device.closes, 0);
    ck_assert(device.armed);
    begin(0); /* also where none was fed before */
    watchdog_go_down(&s, UDB_FINAL_REBOOT);
    ck_assert_int_eq(device.opens, 1);
    begin(10 * USEC_PER_SEC);
    load(10 * USEC_PER_SEC, 0, "");
    watchdog_follow(&s);
    watchdog_go_down(&s, UDB_FINAL_REBOOT);
    ck_assert(!device.armed);
}
END_TEST

START_TEST(another_end_keeps_it_until_the_last_and_disarms_it)
{
    begin(10 * USEC_PER_SEC);
    watchdog_follow(&s);
    watchdog_go_down(&s, UDB_FINAL_POWEROFF);
    ck_assert_uint_eq(keep->watchdog_usec, 10 * USEC_PER_SEC);
    ck_assert(device.armed);
    watchdog_end(UDB_FINAL_POWEROFF);
    ck_assert(!device.armed);
}
END_TEST

UNITTEST_MAIN("watchdog", nobody_asked_and_it_is_left_alone, a_container_never_touches_it,
              rounds_of_the_loop_feed_it_twice_an_interval, what_the_driver_makes_of_the_time_counts,
              one_that_comes_late_is_found, the_name_that_is_given_is_the_one_that_is_opened,
              a_reload_that_wants_it_no_more_disarms_it, it_survives_an_exec_and_is_fed_at_once,
              a_reboot_has_a_time_of_its_own_and_leaves_it_armed, another_end_keeps_it_until_the_last_and_disarms_it)
