/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "down.h"

#include <linux/reboot.h>
#include <poll.h>
#include <signal.h>

#include "console.h"
#include "controlsock.h"
#include "fd.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "reap.h"
#include "sys.h"
#include "text.h"
#include "watchdog.h"

#define TERM_TIMEOUT   (5 * USEC_PER_SEC) /* for what services left behind: they had their own time before */
#define TERM_CONTAINER (2 * USEC_PER_SEC) /* whoever stops a container counts its seconds (docker stop: ten) */
#define KILL_TIMEOUT   (5 * USEC_PER_SEC)
#define UMOUNT_TIMEOUT (90 * USEC_PER_SEC)
#define ANNOUNCE       (2 * USEC_PER_SEC)

enum phase { PHASE_UP, PHASE_TERM, PHASE_KILL, PHASE_UMOUNT, PHASE_END };

static loop_id timer;

/* All there is to know of the way down is in the keep: PID 1 may crash on it. */
static enum phase phase(void)
{
    return (enum phase)keep->down_phase;
}

static enum udb_final wanted(void)
{
    return keep->down_final > UDB_FINAL_EXIT ? UDB_FINAL_POWEROFF : (enum udb_final)keep->down_final;
}

bool down_is_under_way(void)
{
    return phase() != PHASE_UP;
}

void down_set_status(int status)
{
    keep->down_status = status;
}

/* "sshd (412), cat (507)" of PID 1's own children, from the kernel's list of them. */
static void list_children(char *buf, size_t size)
{
    char pids[256], path[64], comm[32];
    const char *pos = pids;
    size_t n = 0, length;
    const char *word;

    buf[0] = '\0';
    if (fd_read_line(AT_FDCWD, "/proc/1/task/1/children", pids, sizeof(pids)) <= 0) {
        text_copy(buf, size, "of those that are left this kernel gives no list"); /* CONFIG_PROC_CHILDREN is off */
        return;
    }
    for (int i = 0; i < 5 && (word = text_next_word(&pos, " ", &length)); i++) {
        snprintf(path, sizeof(path), "/proc/%.*s/comm", (int)MIN(length, 12), word);
        if (fd_read_line(AT_FDCWD, path, comm, sizeof(comm)) <= 0)
            continue;
        n += (size_t)snprintf(buf + n, size - n, "%s%s (%.*s)", n > 0 ? ", " : "", comm, (int)length, word);
        if (n >= size)
            return;
    }
}

static void on_timer(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;
    char left[200], span[32];
    uint64_t now = sys.now();

    timer = 0;
    if (now < keep->down_deadline) {
        list_children(left, sizeof(left));
        text_format_usec((keep->down_deadline - now + USEC_PER_SEC - 1) / USEC_PER_SEC * USEC_PER_SEC, span, sizeof(span));
        console_say(s, "going down: %s %s, %s more at most",
                    phase() == PHASE_UMOUNT ? "unmounting, waiting for" : "waiting for processes to end:", left, span);
    }
    (void)loop_add_timer(&s->loop, MIN(MAX(now, keep->down_deadline), now + ANNOUNCE), LOOP_PRIO_TIMER, on_timer, s, &timer);
}

static void set_timer(struct stage2 *s, uint64_t now)
{
    loop_remove(&s->loop, timer);
    (void)loop_add_timer(&s->loop, MIN(keep->down_deadline, now + ANNOUNCE), LOOP_PRIO_TIMER, on_timer, s, &timer);
}

static void enter(struct stage2 *s, enum phase next, uint64_t timeout)
{
    uint64_t now = sys.now();

    keep->down_deadline = now + timeout;
    keep->down_phase = next;
    set_timer(s, now);
}

static _noreturn_ void wait_for_ever(void)
{
    for (;;)
        (void)poll(NULL, 0, -1); /* PID 1 must not return: the kernel would panic instead of standing still */
}

static const struct {
    int command;
    const char *name;
} commands[] = {
    [UDB_FINAL_NONE] = {(int)LINUX_REBOOT_CMD_POWER_OFF, "power off"},
    [UDB_FINAL_HALT] = {(int)LINUX_REBOOT_CMD_HALT, "halt"},
    [UDB_FINAL_POWEROFF] = {(int)LINUX_REBOOT_CMD_POWER_OFF, "power off"},
    [UDB_FINAL_REBOOT] = {(int)LINUX_REBOOT_CMD_RESTART, "reboot"},
    [UDB_FINAL_KEXEC] = {(int)LINUX_REBOOT_CMD_KEXEC, "kexec"},
    [UDB_FINAL_EXIT] = {(int)LINUX_REBOOT_CMD_POWER_OFF, "power off"},
};

static _noreturn_ void the_end(struct stage2 *s)
{
    int r;

    if (s->container && wanted() != UDB_FINAL_REBOOT)
        _exit(keep->down_status); /* the kernel ends whatever is left in the namespace */
    watchdog_end(wanted());
    log_info("%s", commands[wanted()].name);
    r = sys.reboot(commands[wanted()].command);
    if (s->container)
        _exit(133); /* not allowed to: what systemd in a container ends with to be started again */
    (void)log_error(r, "cannot %s", commands[wanted()].name);
    if (wanted() == UDB_FINAL_KEXEC)
        (void)sys.reboot((int)LINUX_REBOOT_CMD_RESTART); /* no kernel was loaded: a cold start is what comes nearest */
    (void)sys.reboot((int)LINUX_REBOOT_CMD_HALT);
    wait_for_ever();
}

void down_unmounted(struct stage2 *s _unused_, const siginfo_t *info, bool timed_out, uint32_t unit _unused_)
{
    if (!helper_succeeded(info, timed_out))
        (void)log_error(0, "not everything could be unmounted; the file systems will be checked at the next boot");
    keep->down_phase = PHASE_END;
}

static void begin_umount(struct stage2 *s)
{
    struct helper_spec spec = {
        .kind = HELPER_UMOUNT,
        .program = "pintle-mount",
        .argv = (const char *const[]){"pintle-mount", "umount-all", NULL},
        .timeout_usec = UMOUNT_TIMEOUT,
    };
    int r;

    if (s->container) { /* the mounts end with the namespace, the file systems are the host's */
        keep->down_phase = PHASE_END;
        return;
    }
    enter(s, PHASE_UMOUNT, UMOUNT_TIMEOUT + USEC_PER_SEC);
    r = helper_start(s, &spec);
    if (r < 0) {
        (void)log_error(r, "cannot start '%s'; syncing only", spec.program);
        sync();
        keep->down_phase = PHASE_END;
    }
}

static void signal_all(enum phase to)
{
    (void)sys.kill(-1, to == PHASE_KILL ? SIGKILL : SIGTERM);
    if (to == PHASE_TERM)
        (void)sys.kill(-1, SIGCONT);
}

static void begin_kill(struct stage2 *s)
{
    char left[200];

    list_children(left, sizeof(left));
    if (phase() == PHASE_TERM)
        (void)log_warning(0, "killing what did not end: %s", left);
    enter(s, PHASE_KILL, KILL_TIMEOUT);
    signal_all(PHASE_KILL);
}

static void begin_term(struct stage2 *s)
{
    enter(s, PHASE_TERM, s->container ? TERM_CONTAINER : TERM_TIMEOUT);
    if (s->childless)
        return;
    signal_all(PHASE_TERM);
}

void down_begin(struct stage2 *s, enum udb_final final)
{
    if (phase() != PHASE_UP) {
        keep->down_deadline = 0; /* who asks again does not want to wait */
        return;
    }
    keep->down_final = final;
    controlsock_close(s);
    watchdog_go_down(s, final);
    s->has_units = false; /* the engine is done: from here on processes are only counted */
    reap_children(s);
    begin_term(s);
}

/* By the job of the final unit, which a re-exec and a reload carry over; else by when it was first looked at. */
uint64_t down_limit(const struct stage2 *s)
{
    static uint64_t first_seen;
    const struct runtab_header *h = s->has_units ? s->table.header : NULL;
    uint64_t timeout, begun;

    if (phase() != PHASE_UP || !h || h->final_kind == UDB_FINAL_NONE)
        return USEC_INFINITY;
    if (first_seen == 0)
        first_seen = sys.now();
    begun = h->final_unit == RUN_NONE ? first_seen : runtab_unit(&s->table, h->final_unit)->job_usec;
    timeout = udb_final_timeout(&s->db, (enum udb_final)h->final_kind);
    return timeout >= USEC_INFINITY - begun ? USEC_INFINITY : begun + timeout;
}

static void end_waiting(struct stage2 *s)
{
    enum udb_final final = (enum udb_final)s->table.header->final_kind;
    char span[32];

    text_format_usec(udb_final_timeout(&s->db, final), span, sizeof(span));
    console_say(s, "going down takes longer than %s: what has not stopped is killed now", span);
    for (uint32_t i = 0, shown = 0; i < udb_count(&s->db) && shown < 8; i++) {
        enum run_active a = run_state_active((enum run_state)runtab_unit(&s->table, i)->state);

        if (a == RUN_ACTIVE_DEACTIVATING || a == RUN_ACTIVE_ACTIVATING) {
            console_say(s, "  not stopped: %s (%s)", udb_name(&s->db, i),
                        run_state_name((enum run_state)runtab_unit(&s->table, i)->state));
            shown++;
        }
    }
    down_begin(s, final);
}

void down_carry_on(struct stage2 *s)
{
    if (phase() == PHASE_UP)
        return;
    if (phase() > PHASE_END)
        keep->down_phase = PHASE_TERM;
    if (phase() == PHASE_UMOUNT && !helper_runs(HELPER_UMOUNT)) {
        begin_umount(s);
        return;
    }
    if (phase() == PHASE_TERM || phase() == PHASE_KILL) /* perhaps for the second time */
        signal_all(phase());
    set_timer(s, sys.now());
}

void down_step(struct stage2 *s)
{
    uint64_t limit = down_limit(s);
    bool late;

    if (limit != USEC_INFINITY && sys.now() >= limit)
        end_waiting(s);
    if (phase() == PHASE_UP)
        return;
    late = sys.now() >= keep->down_deadline;
    if (phase() == PHASE_TERM && s->childless)
        begin_umount(s);
    else if (phase() == PHASE_TERM && late)
        begin_kill(s);
    else if (phase() == PHASE_KILL && (s->childless || late)) {
        if (!s->childless)
            (void)log_error(0, "processes are left that even SIGKILL does not end (waiting for a device?)");
        begin_umount(s);
    } else if (phase() == PHASE_UMOUNT && late)
        keep->down_phase = PHASE_END;
    if (phase() == PHASE_END)
        the_end(s);
}

void down_give_up(struct stage2 *s)
{
    if (s->container)
        _exit(EXIT_FAILURE);
    (void)log_error(0, "PID 1 cannot run; rebooting in 60 seconds");
    (void)poll(NULL, 0, 60 * 1000); /* there is no loop to wait in, and nothing else to do */
    sync();
    (void)sys.reboot((int)LINUX_REBOOT_CMD_RESTART);
    wait_for_ever();
}
