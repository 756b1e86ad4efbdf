/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "carry.h"

#include <fcntl.h>
#include <inttypes.h>

#include "cgroup.h"
#include "console.h"
#include "controlsock.h"
#include "crash.h"
#include "down.h"
#include "drive.h"
#include "duties.h"
#include "emergency.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "logline.h"
#include "notify.h"
#include "oldroot.h"
#include "recover.h"
#include "safemode.h"
#include "signals.h"
#include "spawn.h"
#include "state.h"
#include "sys.h"
#include "text.h"
#include "watchdog.h"

static void count_crash(uint32_t *counter)
{
    keep->crash_usec[(keep->n_faults + keep->n_hangs) % KEEP_CRASHES] = sys.now();
    (*counter)++;
}

/* Whether the last KEEP_CRASHES came within KEEP_CRASH_SPAN. */
static bool crashes_too_often(void)
{
    uint64_t now = sys.now();

    for (size_t i = 0; i < KEEP_CRASHES; i++)
        if (keep->crash_usec[i] == 0 || keep->crash_usec[i] + KEEP_CRASH_SPAN < now)
            return false;
    return true;
}

static void say_why(void)
{
    char span[32];

    text_format_usec(sys.now() - keep->exec_usec, span, sizeof(span));
    switch ((enum keep_why)keep->why) {
    case KEEP_WHY_FAULT:
        count_crash(&keep->n_faults);
        (void)log_error(0, "PID 1 crashed with SIG%s (code %d, address %#" PRIx64 ", at %#" PRIx64
                           ") and carries on after %s; this is fault %u",
                        sigabbrev_np(keep->fault_signal) ?: "?", keep->fault_code, keep->fault_address, keep->fault_ip,
                        span, keep->n_faults);
        break;
    case KEEP_WHY_HANG:
        count_crash(&keep->n_hangs);
        (void)log_error(0, "PID 1 was hung at %#" PRIx64 " and carries on after %s; this is hang %u", keep->fault_ip,
                        span, keep->n_hangs);
        break;
    case KEEP_WHY_REEXEC:
        keep->n_reexecs++;
        keep->safe = 0;
        memset(keep->crash_usec, 0, sizeof(keep->crash_usec));
        log_info("pintle " PACKAGE_VERSION " carries on as PID 1 after %s", span);
        break;
    case KEEP_WHY_NONE:
        (void)log_warning(0, "PID 1 was executed again by somebody else, and carries on");
        break;
    }
    keep->why = KEEP_WHY_NONE;
}

#define OWN_MAX 7 /* descriptors of the keep */

static int compare(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return (x > y) - (x < y);
}

/* Every descriptor that outlives an exec on purpose: those of the keep and of the units' records. Return: how many. */
static size_t list_own(struct stage2 *s, int *fds)
{
    int own[OWN_MAX] = {s->keep_fd,       keep->files.db_fd, keep->files.table_fd,
                        keep->control_fd, keep->release_fd,  keep->old_fd,
                        keep->watchdog_fd};
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        fds[n++] = own[i];
    for (uint32_t i = 0; s->table.header && i < udb_count(&s->db); i++) {
        const struct run_unit *u = runtab_unit(&s->table, i);

        fds[n++] = u->notify_fd;
        fds[n++] = u->report_fd[0];
        fds[n++] = u->report_fd[1];
    }
    qsort(fds, n, sizeof(*fds), compare);
    return n;
}

/*
 * What a predecessor had just made inheritable and not written down yet belongs to nobody. Everything of this life is
 * close-on-exec or written down.
 */
static void close_strangers(struct stage2 *s)
{
    _cleanup_free_ int *own = calloc(3 * (s->table.header ? (size_t)udb_count(&s->db) : 0) + OWN_MAX, sizeof(*own));
    _cleanup_closedir_ DIR *dir = opendir("/proc/self/fd");
    const struct dirent *e;
    unsigned n_closed = 0;
    uint32_t number;
    size_t n;

    if (!own || !dir || keep->lost)
        return; /* they stay: a leak is better than a loss. Where the units are lost, some of them are theirs (notify_find) */
    n = list_own(s, own);
    while ((e = readdir(dir))) {
        int fd, flags;

        if (text_parse_u32(e->d_name, 10, &number) < 0 || number < STAGE2_FD_FIRST)
            continue;
        fd = (int)number;
        flags = fcntl(fd, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) || bsearch(&fd, own, n, sizeof(fd), compare))
            continue;
        (void)sys.close(fd);
        n_closed++;
    }
    if (n_closed > 0)
        log_debug("%u descriptors that nobody owned were closed", n_closed);
}

/* Group numbers are noted after the pid; each child leads its own session and group. */
static void complete_groups(struct run_unit *u)
{
    if (u->main_pid > 0 && !(u->flags & RUN_MAIN_FOREIGN))
        u->main_group = u->main_pid;
    if (u->control_pid > 0)
        u->control_group = u->control_pid;
}

static void carry_units(struct stage2 *s)
{
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        complete_groups(runtab_unit(&s->table, i));
        (void)notify_carry_on(s, i);
        spawn_carry_on(s, i);
    }
}

/* For readers: pintlectl status. */
static void tell_header(struct stage2 *s)
{
    struct runtab_header *h = s->table.header;

    h->n_faults = keep->n_faults;
    h->n_hangs = keep->n_hangs;
    h->n_reexecs = keep->n_reexecs;
    h->safe = keep->safe;
    s->changed = true;
}

/* Return: 0; -ENODATA: there is nothing yet; -errno: not even a database. */
static int carry_table(struct stage2 *s)
{
    int r = state_carry_on(s);

    if (r >= 0 && keep->safe) {
        tell_header(s);
        safemode_begin(s);
        return 0;
    }
    if (r >= 0)
        r = recover_units(s);
    if (r == -ENODATA)
        return r;
    if (r < 0) {
        keep->lost = 1;
        r = state_carry_database(s);
        if (r < 0)
            return r;
        recover_lost(s);
    }
    state_publish(s);
    keep->lost = 0;
    carry_units(s);
    tell_header(s);
    return 0;
}

/* The units, or the helper that makes them, or once more from the beginning. */
static void carry_state(struct stage2 *s)
{
    int r = carry_table(s);

    if (r >= 0)
        return;
    if (r != -ENODATA)
        (void)log_error(r, "the unit database is lost: the unit files are compiled anew");
    if (!helper_runs(HELPER_COMPILE_BOOT) && !keep->shell)
        state_boot(s);
}

static void release_old_root(struct stage2 *s)
{
    struct takeover takeover;

    takeover_carry_on(&takeover);
    if (takeover.old_kind != HANDOFF_OLD_NONE && !helper_runs(HELPER_RELEASE))
        oldroot_release(s, &takeover);
}

int carry_on(struct stage2 *s)
{
    int r;

    duties_low_fds();
    crash_find_program();
    log_set_level((enum log_level)keep->log_level);
    s->container = duties_is_container();
    s->share_fds = duties_can_share_fds();
    logline_init(s);
    say_why();
    if (!s->options.no_safe_mode && crashes_too_often())
        keep->safe = 1;
    r = loop_init(&s->loop, STAGE2_LOOP_ROOM);
    if (r < 0)
        return log_error(r, "cannot make the event loop");
    watchdog_carry_on(s);
    r = signals_init(s);
    if (r < 0)
        return log_error(r, "cannot receive signals");
    cgroup_init(s);
    if (!down_is_under_way())
        carry_state(s);
    watchdog_follow(s);
    helper_adopt(s);
    console_init(s);
    if (down_is_under_way())
        down_carry_on(s);
    else
        controlsock_init(s);
    emergency_carry_on(s);
    release_old_root(s);
    close_strangers(s);
    if (s->has_units)
        recover_actions(s);
    s->reap_left = true; /* the signal for those that ended meanwhile may have been taken already */
    return 0;
}
