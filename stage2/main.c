/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pintle - PID 1 of the real root, or of a container. This file is the order of calls; stage2.h says how the parts fit.
 */
#include "carry.h"
#include "cgroup.h"
#include "clock.h"
#include "console.h"
#include "controlsock.h"
#include "crash.h"
#include "down.h"
#include "drive.h"
#include "duties.h"
#include "hang.h"
#include "keep.h"
#include "log.h"
#include "logline.h"
#include "oldroot.h"
#include "reap.h"
#include "reexec.h"
#include "reload.h"
#include "signals.h"
#include "state.h"
#include "takeover.h"
#include "text.h"

/* The kernel passes words of its command line that it does not know: those are left alone. */
static void read_options(struct stage2 *s, int argc, char *argv[])
{
    s->options.libexecdir = getenv("PINTLE_LIBEXEC") ?: PINTLE_LIBEXECDIR;
    for (int i = 1; i < argc; i++) {
        const char *value;

        if ((value = text_after(argv[i], "--unit-path=")))
            s->options.unit_path = value;
        else if ((value = text_after(argv[i], "--target=")))
            s->options.target = value;
        else if (streq(argv[i], "--no-cgroups"))
            s->options.no_cgroups = true;
        else if (streq(argv[i], "--no-safe-mode"))
            s->options.no_safe_mode = true;
        else if (streq(argv[i], "--debug"))
            s->options.debug = true;
    }
}

static int start(struct stage2 *s)
{
    struct takeover takeover;
    int r;

    duties_mounts(s);
    takeover_read(&takeover);
    takeover.old_fd = duties_fds(s, s->keep_fd, takeover.old_fd);
    crash_find_program();
    takeover_keep(&takeover);
    if (s->options.debug) /* a signal may change it later */
        keep->log_level = LOG_LEVEL_DEBUG;
    log_set_level((enum log_level)keep->log_level);
    logline_init(s);
    log_info("pintle " PACKAGE_VERSION " is PID 1%s", s->container ? " of a container" : "");
    takeover_report(&takeover);
    duties_host(s);
    r = loop_init(&s->loop, STAGE2_LOOP_ROOM);
    if (r < 0)
        return log_error(r, "cannot make the event loop");
    r = signals_init(s);
    if (r < 0)
        return log_error(r, "cannot receive signals");
    cgroup_init(s);
    console_init(s);
    keep->stage = KEEP_RUNNING; /* from here on a successor looks at what is there instead of doing it again */
    controlsock_init(s);
    state_boot(s);
    oldroot_release(s, &takeover);
    return 0;
}

/* One round: sources, then reaping that was left over, then the engine. Never ends but by down.h. */
static void run(struct stage2 *s)
{
    for (;;) {
        bool reap;
        int r;

        drive_pump(s);
        reload_step(s);
        down_step(s);
        hang_rest();
        reap = s->reap_left;
        r = loop_round(&s->loop, reap ? 0 : drive_deadline(s));
        if (r < 0)
            (void)log_error(r, "the event loop failed for one round");
        if (reap) {
            s->reap_left = false;
            reap_children(s);
        }
    }
}

/* The handlers come first; before that a fault is the kernel's panic. Return: the keep's descriptor, or -errno. */
static int begin(int argc, char *argv[])
{
    const char *value = NULL;
    int fd = -EBADF, r = -ENOENT;
    uint32_t number;

    for (int i = 1; i < argc; i++)
        value = text_after(argv[i], "--carry-on=") ?: value;
    if (value) {
        r = text_parse_u32(value, 10, &number);
        fd = r < 0 ? r : (int)number;
        r = r < 0 ? r : keep_open(fd);
    }
    if (r < 0) {
        fd = keep_init();
        keep->t_start = clock_now();
    }
    crash_init(argc, argv, fd);
    return fd;
}

int main(int argc, char *argv[])
{
    struct stage2 *s = &stage2;
    const char *value = argc == 2 ? text_after(argv[1], "--can-carry-on=") : NULL;
    int r;

    if (value)
        return reexec_can(value);
    if (getpid() != 1) {
        fprintf(stderr, "pintle: this is a PID 1: it runs as the first process of a machine or of a pid namespace\n"
                        "        (to try it: unshare --fork --pid --mount --ipc --uts --mount-proc pintle); "
                        "to talk to the running one use pintlectl\n");
        return EXIT_FAILURE;
    }
    s->keep_fd = begin(argc, argv);
    signals_block();
    read_options(s, argc, argv);
    r = keep->stage == KEEP_RUNNING ? carry_on(s) : start(s);
    if (r < 0)
        down_give_up(s);
    r = hang_init();
    if (r < 0)
        (void)log_warning(r, "nobody watches over PID 1 itself");
    s->loop.woke = hang_wake;
    run(s);
}
