/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pintle - PID 1 of the real root, or of a container. This file is the order of calls; stage2.h says how the parts fit.
 */
#include "cgroup.h"
#include "clock.h"
#include "console.h"
#include "controlsock.h"
#include "down.h"
#include "drive.h"
#include "duties.h"
#include "log.h"
#include "logline.h"
#include "oldroot.h"
#include "reap.h"
#include "reload.h"
#include "signals.h"
#include "state.h"
#include "takeover.h"
#include "text.h"

/*
 * Sources: five of PID 1's own, its helpers' timers, the control clients, and up to four a unit. Memory that no source
 * ever used is never touched, so this costs nothing.
 */
#define LOOP_ROOM 131072

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
        else if (streq(argv[i], "--debug"))
            log_set_level(LOG_LEVEL_DEBUG);
    }
}

static int start(struct stage2 *s)
{
    struct takeover takeover;
    int r;

    duties_mounts(s);
    takeover_read(&takeover);
    takeover.old_fd = duties_fds(s, takeover.old_fd);
    logline_init(s);
    log_info("pintle " PACKAGE_VERSION " is PID 1%s", s->container ? " of a container" : "");
    takeover_report(&takeover);
    duties_host(s);
    r = loop_init(&s->loop, LOOP_ROOM);
    if (r < 0)
        return log_error(r, "cannot make the event loop");
    r = signals_init(s);
    if (r < 0)
        return log_error(r, "cannot receive signals");
    cgroup_init(s);
    console_init(s);
    controlsock_init(s);
    state_boot(s);
    oldroot_release(s, &takeover);
    return 0;
}

/* One round: sources, then reaping that was left over, then the engine. Never ends but by down.h. */
static void run(struct stage2 *s)
{
    for (;;) {
        int r;

        drive_pump(s);
        reload_step(s);
        down_step(s);
        r = loop_round(&s->loop, s->reap_left ? 0 : drive_deadline(s));
        if (r < 0)
            (void)log_error(r, "the event loop failed for one round");
        if (s->reap_left) {
            s->reap_left = false;
            reap_children(s);
        }
    }
}

int main(int argc, char *argv[])
{
    struct stage2 *s = &stage2;

    s->t_start = clock_now();
    if (getpid() != 1) {
        fprintf(stderr, "pintle: this is a PID 1: it runs as the first process of a machine or of a pid namespace\n"
                        "        (to try it: unshare --fork --pid --mount --ipc --uts --mount-proc pintle); "
                        "to talk to the running one use pintlectl\n");
        return EXIT_FAILURE;
    }
    signals_block();
    read_options(s, argc, argv);
    if (start(s) < 0)
        down_give_up(s);
    run(s);
}
