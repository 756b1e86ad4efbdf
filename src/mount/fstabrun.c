/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fstabrun.h"

#include <sys/swap.h>

#include "clock.h"
#include "devwait.h"
#include "log.h"
#include "mountexplain.h"
#include "mountfsck.h"
#include "mountstatus.h"
#include "mountverbs.h"
#include "runtab.h"

struct run {
    struct fstab_plan plan;
    enum fstab_walk walk;
    uint64_t start_usec;
    int result;
    char failure[RUN_STATUS_TEXT]; /* of the first line that failed */
};

/* --- collecting --- */

/* Each walk reads the whole file; the local one tells what is wrong with it. */
static void skip_bad_line(const char *path, int number, void *data)
{
    const struct run *run = data;

    if (run->walk == FSTAB_LOCAL)
        (void)log_error(0, "%s:%d: this line makes no sense and is skipped; wanted: what where type [options [dump [pass]]]",
                        path, number);
}

static int collect_line(const struct mnt_entry *e, void *data)
{
    struct run *run = data;
    int r = fstabplan_add(&run->plan, run->walk, e);

    if (r == -ENOMEM)
        return r;
    if (run->walk != FSTAB_LOCAL)
        return 0;
    if (r == -EINVAL)
        (void)log_error(0, "fstab: the line of '%s' is skipped: '%s' is no directory (a path that begins with '/')",
                        e->source, e->target);
    if (r == -EEXIST)
        (void)log_error(0, "fstab: the line of '%s' is skipped: another line mounts on '%s'", e->source, e->target);
    return 0;
}

/* What is mounted already, and what another walk had its turn with. */
static void settle(struct run *run)
{
    for (size_t i = 0; i < run->plan.n; i++) {
        struct fstab_line *line = &run->plan.lines[i];

        if (!line->is_swap && mnt_is_mounted(line->target))
            line->state = FSTAB_DONE;
        else if (run->walk == FSTAB_LATE && line->holds_up)
            line->state = FSTAB_FAILED;
    }
}

/* --- what came of a line --- */

/* Lines marked nofail are the late walk's. */
static bool is_ours(const struct run *run, const struct fstab_line *line)
{
    bool all = run->walk == FSTAB_LATE || run->walk == FSTAB_REMOTE;

    return line->state == FSTAB_WAITING && (all || line->holds_up);
}

/* @why: what libmount or we know of it; "": only the error is. */
static bool fail(struct run *run, struct fstab_line *line, int error, const char *why)
{
    bool harmless = line->nofail || (line->is_swap && run->walk == FSTAB_LOCAL);
    const char *advice = line->nofail    ? "; nofail: going on"
                         : line->is_swap ? ""
                                         : "; correct its line in fstab, or add 'nofail' if the boot can do without";

    line->state = FSTAB_FAILED;
    if (line->is_swap)
        (void)log_line(harmless ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, *why ? 0 : error,
                       "cannot use the swap area '%s'%s%s%s", line->source, *why ? ": " : "", why, advice);
    else
        (void)log_line(harmless ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR, *why ? 0 : error, "cannot mount '%s' on '%s'%s%s%s",
                       line->source, line->target, *why ? ": " : "", why, advice);
    if (!*run->failure)
        snprintf(run->failure, sizeof(run->failure), "'%s': %s", line->is_swap ? line->source : line->target,
                 *why ? why : strerrordesc_np(-error) ?: "failed");
    if (!harmless || run->walk == FSTAB_LATE)
        run->result = MOUNT_FAILED;
    return true;
}

static bool fail_absent(struct run *run, struct fstab_line *line)
{
    char there[800];

    log_info("block devices that are there: %s", mountexplain_devices(there, sizeof(there)));
    return fail(run, line, 0, "its device did not appear");
}

/* --- doing a line --- */

static int swap_flags(const char *options)
{
    char value[32];
    uint32_t priority;
    int flags = 0;

    if (mnt_has_option(options, "discard"))
        flags |= SWAP_FLAG_DISCARD;
    if (mnt_option_value(options, "pri", value, sizeof(value)) && text_parse_u32(value, 10, &priority) == 0)
        flags |= SWAP_FLAG_PREFER | (int)MIN(priority, (uint32_t)SWAP_FLAG_PRIO_MASK);
    return flags;
}

static bool use_swap(struct run *run, struct fstab_line *line, const char *what)
{
    char why[256] = "";
    int r;

    if (swapon(what, swap_flags(line->options)) < 0 && errno != EBUSY) { /* busy: in use already */
        r = -errno;
        if (r == -EINVAL && !*mountexplain_type(what, "swap", why, sizeof(why)))
            text_copy(why, sizeof(why), "the kernel does not take it: a file must have no holes, and mkswap its mark on it");
        return fail(run, line, r, why);
    }
    line->state = FSTAB_DONE;
    return true;
}

static bool attach(struct run *run, struct fstab_line *line, const char *device)
{
    const struct mnt_entry e = {
        .source = line->source, .target = line->target, .type = line->type, .options = line->options};
    char why[512], type[256];
    int r = mnt_attach(&e, why, sizeof(why));

    if (r < 0) {
        if (device && *mountexplain_type(device, line->type, type, sizeof(type)))
            return fail(run, line, r, type);
        return fail(run, line, r, why);
    }
    line->state = FSTAB_DONE;
    if (run->walk == FSTAB_LATE)
        log_info("mounted '%s' on '%s'", line->source, line->target);
    return true;
}

static uint64_t deadline_of(const struct run *run, const struct fstab_line *line)
{
    if (run->walk == FSTAB_REMOTE && !line->holds_up)
        return run->start_usec; /* nothing comes back to it later, and nothing may wait for it */
    return line->timeout_usec == USEC_INFINITY ? USEC_INFINITY : run->start_usec + line->timeout_usec;
}

/* How long a line waits for its device: "9 s at most". */
static const char *limit_of(const struct fstab_line *line, char *buf, size_t size)
{
    if (line->timeout_usec == USEC_INFINITY)
        return "with no limit";
    snprintf(buf, size, "%u s at most", (unsigned)(line->timeout_usec / USEC_PER_SEC));
    return buf;
}

static void log_waiting(struct fstab_line *line)
{
    char span[32];

    if (line->said)
        return;
    line->said = true;
    log_info("waiting for the device '%s' of '%s', %s", line->source, line->is_swap ? "swap" : line->target,
             limit_of(line, span, sizeof(span)));
}

/* Return: whether the line is no longer waiting. */
static bool do_line(struct run *run, struct fstab_line *line)
{
    _cleanup_free_ char *device = NULL;
    int r;

    if (line->needs_device) {
        r = mnt_resolve(line->source, &device);
        if (r == -ENODEV && clock_now() < deadline_of(run, line))
            return log_waiting(line), false;
        if (r == -ENODEV)
            return fail_absent(run, line);
        if (r < 0)
            return fail(run, line, r, "");
    }
    if (line->is_swap)
        return use_swap(run, line, device ?: line->source);
    if (device && line->passno > 0) {
        mountstatus_say("checking '%s' for '%s'", line->source, line->target);
        if (mountfsck_check(device, line->type) != MOUNT_DONE)
            return fail(run, line, 0, "its check failed");
    }
    return attach(run, line, device);
}

/* --- the walk --- */

/* Return: whether any line has gone on. @ret_deadline: of the first device to be given up. */
static bool round_of(struct run *run, uint64_t *ret_deadline)
{
    bool moved = false;

    *ret_deadline = USEC_INFINITY;
    for (size_t i = 0; i < run->plan.n; i++) {
        struct fstab_line *line = &run->plan.lines[i];
        const struct fstab_line *above;
        char why[256];

        if (!is_ours(run, line))
            continue;
        above = fstabplan_above(&run->plan, line);
        if (above && above->state == FSTAB_FAILED) {
            snprintf(why, sizeof(why), "'%s', on which it lies, is not mounted", above->target);
            moved = fail(run, line, 0, why);
        } else if (!above && do_line(run, line))
            moved = true;
        else if (!above)
            *ret_deadline = MIN(*ret_deadline, deadline_of(run, line));
    }
    return moved;
}

static struct fstab_line *first_left(struct run *run)
{
    for (size_t i = 0; i < run->plan.n; i++)
        if (is_ours(run, &run->plan.lines[i]))
            return &run->plan.lines[i];
    return NULL;
}

/* The first line that waits for its device, and says so; NULL: none does. */
static const struct fstab_line *say_waiting(const struct run *run)
{
    const struct fstab_line *first = NULL;
    char span[32], more[32] = "";
    unsigned n = 0;

    for (size_t i = 0; i < run->plan.n; i++)
        if (is_ours(run, &run->plan.lines[i]) && run->plan.lines[i].said && n++ == 0)
            first = &run->plan.lines[i];
    if (n > 1)
        snprintf(more, sizeof(more), " (and %u more)", n - 1);
    if (first)
        mountstatus_say("the device '%s' is not there yet, %s%s", first->source, limit_of(first, span, sizeof(span)), more);
    return first;
}

int fstabrun_walk(enum fstab_walk walk)
{
    _cleanup_close_ int events = devwait_open(); /* before the first look: what comes in between is heard */
    struct run run = {.walk = walk, .start_usec = clock_now(), .result = MOUNT_DONE};
    uint64_t deadline;
    int r = mnt_each_fstab(collect_line, skip_bad_line, &run);

    if (r < 0)
        return fstabplan_clear(&run.plan), (void)log_error(r, "cannot read '/etc/fstab'"), MOUNT_FAILED;
    fstabplan_close(&run.plan);
    settle(&run);
    while (first_left(&run)) {
        if (round_of(&run, &deadline))
            continue;
        if (!say_waiting(&run)) /* two lines lie below each other: the first that stands in the file goes first */
            (void)do_line(&run, first_left(&run));
        else if (events < 0 || devwait_wait(events, deadline) < 0)
            (void)fail(&run, first_left(&run), events, "cannot listen for devices");
    }
    mountstatus_say("%s", run.failure);
    fstabplan_clear(&run.plan);
    return run.result;
}
