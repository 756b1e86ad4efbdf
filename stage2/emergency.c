/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emergency.h"

#include "console.h"
#include "down.h"
#include "drive.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "safemode.h"
#include "state.h"
#include "sys.h"

/* A shell that ends at once, again and again, is no help: then it is tried once in this time. */
#define RETRY_USEC (5 * USEC_PER_SEC)

static uint64_t shell_since;
static size_t shell_index; /* of the one that runs */

static void start_shell(struct stage2 *s, size_t first);

static void on_retry(void *data, int fd _unused_, uint32_t events _unused_)
{
    start_shell(data, 0);
}

/* Who leaves the shell wants to go on: with units, to the target again; without, by compiling once more. */
void emergency_shell_ended(struct stage2 *s, const siginfo_t *info, bool timed_out _unused_, uint32_t unit _unused_)
{
    if (down_is_under_way())
        return;
    if (info && info->si_errno > 0) { /* it is there, but does not run: the next one */
        start_shell(s, shell_index + 1);
        return;
    }
    if (sys.now() - shell_since < USEC_PER_SEC &&
        loop_add_timer(&s->loop, sys.now() + RETRY_USEC, LOOP_PRIO_TIMER, on_retry, s, NULL) == 0)
        return;
    keep->shell = 0;
    if (s->safe)
        safemode_leave(s);
    else if (!s->has_units)
        state_boot(s);
    else
        drive_boot(s);
}

static const char *const shells[][3] = {
    {"/sbin/sulogin", NULL},
    {"/usr/sbin/sulogin", NULL},
    {"/bin/sh", "-l", NULL},
    {"/bin/busybox", "sh", NULL},
};

static void start_shell(struct stage2 *s, size_t first)
{
    int r = -ENOENT;

    for (size_t i = first; i < ARRAY_SIZE(shells) && r < 0; i++) {
        struct helper_spec spec = {
            .kind = HELPER_SHELL,
            .argv = shells[i],
            .timeout_usec = USEC_INFINITY,
            .console = true,
        };

        if (access(shells[i][0], X_OK) == 0)
            r = helper_start(s, &spec);
        shell_index = i;
    }
    if (r < 0) {
        keep->shell = 0;
        (void)log_error(r, "no shell could be started; ctrl-alt-del reboots");
        return;
    }
    shell_since = sys.now();
}

static void give_shell(struct stage2 *s)
{
    if (keep->shell || down_is_under_way())
        return;
    if (s->container) { /* whoever started it has a better place to look */
        down_set_status(EXIT_FAILURE);
        down_begin(s, UDB_FINAL_EXIT);
        return;
    }
    console_say(s, "this is the emergency shell: leave it (exit) to try the boot again; ctrl-alt-del reboots");
    keep->shell = 1;
    start_shell(s, 0);
}

void emergency_carry_on(struct stage2 *s)
{
    if (keep->shell && !helper_runs(HELPER_SHELL) && !down_is_under_way())
        start_shell(s, 0);
}

void emergency_give_shell(struct stage2 *s)
{
    if (s->container) /* whoever started it has a better place to look */
        return;
    keep->shell = 1;
    emergency_carry_on(s);
}

void emergency_no_units(struct stage2 *s, const char *why)
{
    (void)log_error(0, "cannot boot: %s", why);
    console_say(s, "look: '%s/pintle-compile' and the unit files in /etc/systemd/system, %s", s->options.libexecdir,
                PINTLE_UNITDIR);
    give_shell(s);
}

void emergency_boot_failed(struct stage2 *s, uint32_t unit)
{
    uint32_t rescue = s->db.header->emergency_unit;

    if (rescue != UDB_NONE && rescue != unit && udb_unit(&s->db, rescue)->load == UDB_LOADED) {
        log_info("the engine starts %s", udb_name(&s->db, rescue));
        return;
    }
    give_shell(s);
}
