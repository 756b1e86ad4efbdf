/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watchdog.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/watchdog.h>

#include "down.h"
#include "keep.h"
#include "log.h"
#include "sys.h"

#define RETRY_FIRST USEC_PER_SEC
#define RETRY_LAST  (64 * USEC_PER_SEC)
#define RETRY_SAY   (16 * USEC_PER_SEC) /* a driver that udev loads has come by then */
#define BLIND_USEC  (2 * USEC_PER_SEC)  /* for a driver that does not tell its time: what all can bear */

static loop_id timer; /* the next meal, or the next try to open */
static uint64_t retry_usec;
static bool starved; /* feeding failed, and that was said */

static bool is_open(void)
{
    return keep->watchdog_fd > 0;
}

static void set_timer(struct stage2 *s, uint64_t delay_usec, loop_fn fn)
{
    int r;

    loop_remove(&s->loop, timer);
    timer = 0;
    r = loop_add_timer(&s->loop, sys.now() + delay_usec, LOOP_PRIO_TIMER, fn, s, &timer);
    if (r < 0)
        (void)log_error(r, "no timer for the hardware watchdog");
}

static void on_meal(void *data, int fd _unused_, uint32_t events _unused_);

static void feed(struct stage2 *s)
{
    int r = sys.ioctl(keep->watchdog_fd, WDIOC_KEEPALIVE, NULL);

    if (r < 0 && !starved)
        (void)log_error(r, "cannot feed the hardware watchdog; the machine is going to be reset");
    starved = r < 0;
    set_timer(s, MAX(keep->watchdog_usec / 2, USEC_PER_SEC / 2), on_meal);
}

static void on_meal(void *data, int fd _unused_, uint32_t events _unused_)
{
    timer = 0;
    if (is_open())
        feed(data);
}

/* Drivers round what they are asked for and have limits; a few cannot be asked. What they say in the end counts. */
static void set_interval(uint64_t usec)
{
    int fd = keep->watchdog_fd, r = 0, seconds = 0;
    uint64_t asked = usec / USEC_PER_SEC + (usec % USEC_PER_SEC > 0);

    if (usec != USEC_INFINITY) {
        seconds = (int)MIN(asked, (uint64_t)INT_MAX);
        r = sys.ioctl(fd, WDIOC_SETTIMEOUT, &seconds);
    }
    if (r < 0)
        (void)log_warning(r, "the hardware watchdog refuses %" PRIu64 " s and keeps its own time", asked);
    if (sys.ioctl(fd, WDIOC_GETTIMEOUT, &seconds) < 0 && (r < 0 || usec == USEC_INFINITY))
        seconds = 0;
    keep->watchdog_usec = seconds > 0 ? (uint64_t)seconds * USEC_PER_SEC : BLIND_USEC;
}

static int open_named(const char *name)
{
    static const char *const usual[] = {"/dev/watchdog0", "/dev/watchdog"}; /* the second: drivers without the core */
    int fd = -ENOENT;

    if (*name)
        return sys.open(name, O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
    for (size_t i = 0; i < ARRAY_SIZE(usual) && (fd == -ENOENT || fd == -ENODEV || fd == -ENXIO); i++)
        fd = sys.open(usual[i], O_WRONLY | O_CLOEXEC | O_NOCTTY, 0);
    return fd;
}

/* Opening arms it. Written down before it is inheritable: what an exec finds and nobody owns is closed. */
static int open_device(const char *name)
{
    struct watchdog_info info = {.options = 0};
    int fd = open_named(name), r;

    if (fd < 0)
        return fd;
    r = sys.ioctl(fd, WDIOC_GETSUPPORT, &info);
    if (r < 0) { /* some other file: nothing was armed */
        (void)sys.close(fd);
        return r;
    }
    keep->watchdog_fd = fd;
    r = keep_inheritable(fd);
    if (r < 0)
        (void)log_warning(r, "the hardware watchdog is opened anew whenever PID 1 executes itself");
    log_info("the hardware watchdog is '%.*s'", (int)sizeof(info.identity), (const char *)info.identity);
    return 0;
}

static void disarm(void)
{
    ssize_t n = sys.write(keep->watchdog_fd, "V", 1);

    if (n != 1)
        (void)log_warning((int)MIN(n, 0), "the hardware watchdog cannot be disarmed");
    (void)sys.close(keep->watchdog_fd);
    keep->watchdog_fd = 0;
}

static void begin(struct stage2 *s, uint64_t usec)
{
    set_interval(usec);
    log_info("the hardware watchdog resets the machine when PID 1 stands still for %" PRIu64 " s",
             keep->watchdog_usec / USEC_PER_SEC);
    feed(s);
}

static void on_retry(void *data, int fd _unused_, uint32_t events _unused_)
{
    timer = 0;
    watchdog_follow(data);
}

static void try_again(struct stage2 *s, const char *name, int error)
{
    if (retry_usec == RETRY_SAY)
        (void)log_warning(error, "cannot open the hardware watchdog '%s' (is its driver loaded?); it is tried again",
                          *name ? name : "/dev/watchdog0");
    set_timer(s, retry_usec, on_retry);
    retry_usec = MIN(2 * retry_usec, RETRY_LAST);
}

void watchdog_follow(struct stage2 *s)
{
    struct udb_watchdog want;
    int r;

    if (s->container || !s->has_units || down_is_under_way())
        return;
    want = udb_watchdog(&s->db);
    retry_usec = MAX(retry_usec, RETRY_FIRST);
    if (want.runtime_usec == 0) {
        loop_remove(&s->loop, timer);
        timer = 0;
        if (is_open())
            disarm();
        return;
    }
    r = is_open() ? 0 : open_device(udb_text(&s->db, want.device));
    if (r < 0)
        try_again(s, udb_text(&s->db, want.device), r);
    else
        begin(s, want.runtime_usec);
}

void watchdog_carry_on(struct stage2 *s)
{
    struct watchdog_info info;

    if (!is_open())
        return;
    if (s->container || sys.ioctl(keep->watchdog_fd, WDIOC_GETSUPPORT, &info) < 0) {
        keep->watchdog_fd = 0; /* whatever it is, it is closed with the other strangers */
        return;
    }
    keep->watchdog_usec = keep->watchdog_usec == 0 ? BLIND_USEC : keep->watchdog_usec;
    feed(s);
}

void watchdog_go_down(struct stage2 *s, enum udb_final final)
{
    struct udb_watchdog want;

    if (s->container || !s->has_units || final != UDB_FINAL_REBOOT)
        return;
    want = udb_watchdog(&s->db);
    if (want.reboot_usec == 0) {
        if (is_open())
            disarm();
        return;
    }
    if (is_open() || open_device(udb_text(&s->db, want.device)) >= 0)
        begin(s, want.reboot_usec);
}

void watchdog_end(enum udb_final final)
{
    if (!is_open())
        return;
    if (final == UDB_FINAL_REBOOT)
        (void)sys.ioctl(keep->watchdog_fd, WDIOC_KEEPALIVE, NULL);
    else
        disarm();
}
