/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include <linux/futex.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "clock.h"
#include "fd.h"
#include "log.h"
#include "paths.h"

#define ANSWER_TIMEOUT_MSEC 30000
#define RELOAD_TIMEOUT_MSEC 120000 /* PID 1 answers a reload when the compile is over; it gives that 90 seconds */
#define STALE_TRIES         5
#define LOST_TRIES          50
#define PATIENCE_USEC       (2 * USEC_PER_SEC) /* so long a wait goes without saying */
#define TICK_USEC           USEC_PER_SEC       /* how often the line on the terminal is renewed */
#define LOOK_AGAIN_USEC     (USEC_PER_SEC / 2) /* a herd of readers is woken in parts; a replaced table may be unmarked */

static int connect_control(const struct ctl *ctl)
{
    _cleanup_close_ int fd = -EBADF;
    struct sockaddr_un sa = {.sun_family = AF_UNIX};

    if ((size_t)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s%s", ctl->dir, strrchr(PATH_CONTROL, '/')) >=
        sizeof(sa.sun_path))
        return -ENAMETOOLONG;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) < 0)
        return -errno;
    return TAKE_FD(fd);
}

static int request_once(const struct ctl *ctl, enum control_op op, uint32_t unit, uint32_t flags,
                        struct control_answer *ret_answer)
{
    _cleanup_close_ int fd = connect_control(ctl);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint8_t buf[CONTROL_MAX];
    struct record_writer w;
    ssize_t n;

    if (fd < 0)
        return fd;
    record_begin(&w, buf, sizeof(buf));
    record_put_u32(&w, CONTROL_OP, op);
    if (unit != UDB_NONE)
        record_put_u32(&w, CONTROL_UNIT, unit);
    if (ctl->mapped)
        record_put_u64(&w, CONTROL_DB, ctl->view.db.header->checksum);
    record_put_u32(&w, CONTROL_FLAGS, flags);
    n = record_finish(&w);
    if (n < 0)
        return (int)n;
    if (send(fd, buf, (size_t)n, MSG_NOSIGNAL) < 0)
        return -errno;
    n = poll(&p, 1, op == CONTROL_OP_DAEMON_RELOAD ? RELOAD_TIMEOUT_MSEC : ANSWER_TIMEOUT_MSEC);
    if (n <= 0)
        return n < 0 ? -errno : -ETIMEDOUT;
    n = recv(fd, buf, sizeof(buf), 0);
    if (n < 0)
        return -errno;
    /* Closed without an answer: PID 1 went down or began again between the two. */
    return n == 0 ? -ECONNRESET : control_parse_answer(buf, (size_t)n, ret_answer);
}

/*
 * A PID 1 that crashed and carried on has lost its connections, not its socket. What was asked is asked again: it may have
 * been done already, and then is found done or under way.
 */
static int request_until_heard(const struct ctl *ctl, enum control_op op, uint32_t unit, uint32_t flags,
                               struct control_answer *ret_answer)
{
    int r = -ECONNRESET;

    for (int tries = 0; tries < LOST_TRIES && (r == -ECONNRESET || r == -EPIPE); tries++)
        r = request_once(ctl, op, unit, flags, ret_answer);
    return r == -EPIPE ? -ECONNRESET : r;
}

int client_request(struct ctl *ctl, enum control_op op, const char *name, uint32_t unit, uint32_t flags,
                   struct control_answer *ret_answer)
{
    int r = -ESTALE;

    for (int tries = 0; tries < STALE_TRIES; tries++) {
        r = request_until_heard(ctl, op, unit, flags, ret_answer);
        if (r < 0 || ret_answer->error != -ESTALE)
            return r;
        r = ctl_remap(ctl);
        if (r < 0)
            return r;
        if (unit != UDB_NONE)
            unit = view_find(&ctl->view, name);
        if (unit == UDB_NONE && name) {
            *ret_answer = (struct control_answer){.error = -ENOENT};
            return 0;
        }
    }
    return r;
}

int client_explain(const struct ctl *ctl, int error)
{
    if (error == -EACCES || error == -EPERM)
        return log_error(0, "only root may change the state of the system; try it with sudo"), error;
    if (error == -ENOENT)
        return log_error(0, "pintle is not running here (no %s/control)", ctl->dir), error;
    if (error == -ECONNREFUSED || error == -ECONNRESET)
        return log_error(0, "PID 1 does not listen on %s/control; it may be going down or beginning again", ctl->dir),
               error;
    if (error == -ETIMEDOUT)
        return log_error(0, "PID 1 gives no answer; 'reboot -ff' works without it"), error;
    return log_error(error, "cannot ask PID 1");
}

/* --- waiting --------------------------------------------------------------------------------------------- */

/* A reload marks the old table. A table that went away unmarked (PID 1 began anew) is noticed by its file. */
static bool table_replaced(const struct ctl *ctl)
{
    char path[4096];
    struct stat st;

    if (view_superseded(&ctl->view))
        return true;
    snprintf(path, sizeof(path), "%s%s", ctl->dir, strrchr(PATH_RUN_TABLE, '/'));
    return stat(path, &st) >= 0 && ctl->view.table_map && st.st_ino != ctl->view.table_inode;
}

static void sleep_on(const struct ctl *ctl, uint32_t seen, uint64_t usec)
{
    struct timespec ts = {.tv_sec = (time_t)(usec / USEC_PER_SEC), .tv_nsec = (long)(usec % USEC_PER_SEC * 1000)};

    /* Not FUTEX_PRIVATE: the word is in a file that PID 1 maps too. Every way of waking up is a reason to look. */
    syscall(SYS_futex, &ctl->view.table.header->events, FUTEX_WAIT, seen, &ts, NULL, 0);
}

static void show_progress(struct ctl *ctl, client_progress_fn progress, void *arg, bool *shown)
{
    char text[256] = "";
    struct winsize ws = {0};
    unsigned width = ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) >= 0 && ws.ws_col > 0 ? ws.ws_col : 80;

    progress(ctl, arg, text, sizeof(text));
    if (text[0]) {
        fprintf(stderr, "\r%.*s\033[K", (int)width - 1, text);
        *shown = true;
    }
}

int client_wait_until(struct ctl *ctl, client_done_fn is_done, client_progress_fn progress, void *arg)
{
    uint64_t begin = clock_now(), limit = ctl->opt.timeout_usec;
    bool talk = progress && !ctl->opt.quiet && isatty(STDERR_FILENO), shown = false;
    int r;

    for (;;) {
        uint32_t seen = __atomic_load_n(&ctl->view.table.header->events, __ATOMIC_ACQUIRE);
        uint64_t waited = clock_now() - begin, nap = talk ? TICK_USEC : LOOK_AGAIN_USEC;

        r = is_done(ctl, arg);
        if (r != 0)
            break;
        if (table_replaced(ctl)) {
            r = ctl_remap(ctl);
            if (r < 0)
                break;
            continue;
        }
        if (waited >= limit) {
            r = -ETIMEDOUT;
            break;
        }
        if (talk && waited >= PATIENCE_USEC)
            show_progress(ctl, progress, arg, &shown);
        sleep_on(ctl, seen, MIN(nap, limit - waited));
    }
    if (shown)
        fputs("\r\033[K", stderr);
    return r;
}

struct job_list {
    struct client_job *v;
    size_t n;
    uint64_t db_checksum; /* of the database that the indices belong to */
};

static int jobs_done(struct ctl *ctl, void *arg)
{
    struct job_list *l = arg;
    bool moved = l->db_checksum != ctl->view.db.header->checksum;
    size_t left = 0;

    l->db_checksum = ctl->view.db.header->checksum;
    for (size_t i = 0; i < l->n; i++) {
        struct client_job *j = &l->v[i];
        struct run_unit u;

        if (moved)
            j->unit = view_find(&ctl->view, j->name);
        if (j->done)
            continue;
        if (j->unit == UDB_NONE) {
            j->done = j->vanished = true;
            continue;
        }
        view_unit(&ctl->view, j->unit, &u, NULL);
        if (run_job_ended(&u, j->id)) {
            j->done = true;
            j->result = u.done_job_id == j->id ? (enum run_result)u.done_result : RUN_RESULT_CANCELED;
        } else
            left++;
    }
    return left == 0;
}

/* "waiting for ssh.service: start-pre since 3s, gives up in 1min 27s (2 more)" */
static void jobs_progress(struct ctl *ctl, void *arg, char *buf, size_t size)
{
    const struct job_list *l = arg;
    const struct client_job *first = NULL;
    uint64_t now = clock_now();
    char since[32], until[32], name[128];
    struct run_unit u;
    size_t left = 0, n;
    uint32_t pos = 0, other;

    for (size_t i = 0; i < l->n; i++) {
        if (l->v[i].done)
            continue;
        first = first ?: &l->v[i];
        left++;
    }
    if (!first)
        return;
    view_unit(&ctl->view, first->unit, &u, NULL);
    term_span(now > u.job_usec ? now - u.job_usec : 0, since, sizeof(since));
    n = (size_t)snprintf(buf, size, "waiting for %s: %s since %s", text_printable(first->name, name, sizeof(name)),
                         run_job_name(u.job), since);
    other = view_blocker(&ctl->view, first->unit, &pos);
    if (other != UDB_NONE && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", behind %s",
                              text_printable(udb_name(&ctl->view.db, other), name, sizeof(name)));
    else if (n < size)
        n += (size_t)snprintf(buf + n, size - n, ", %s", run_state_name(u.state));
    if (u.heap_pos != RUN_NONE && u.deadline_usec > now && n < size)
        n += (size_t)snprintf(buf + n, size - n, ", at most %s more",
                              term_span(u.deadline_usec - now, until, sizeof(until)));
    if (left > 1 && n < size)
        snprintf(buf + n, size - n, " (and %zu more)", left - 1);
}

int client_wait_jobs(struct ctl *ctl, struct client_job *jobs, size_t n)
{
    struct job_list l = {.v = jobs, .n = n, .db_checksum = 0};
    int r = client_wait_until(ctl, jobs_done, jobs_progress, &l);

    return r < 0 ? r : 0;
}
