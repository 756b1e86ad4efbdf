/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "controlsock.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control.h"
#include "down.h"
#include "drive.h"
#include "keep.h"
#include "log.h"
#include "paths.h"
#include "reexec.h"
#include "reload.h"
#include "sys.h"

#define CLIENT_MAX  256
#define ACCEPT_MAX  16                    /* a round */
#define ACCEPT_SPAN (10 * USEC_PER_MSEC)  /* ... and twice as many in this time */
#define CLIENT_TIME (200 * USEC_PER_MSEC) /* what a client has for its request when others want its place */
#define RETRY       USEC_PER_SEC

static struct client {
    int fd; /* valid while id != 0 */
    loop_id id;
    uint64_t since;
    enum { WAITS_NOT, WAITS_FOR_RELOAD, WAITS_FOR_REEXEC } waits;
} clients[CLIENT_MAX];

static loop_id listen_id, retry_id; /* the second: a timer, to listen or to let clients in again */
static int last_error; /* of the tries to listen */

static void client_close(struct stage2 *s, struct client *c)
{
    loop_remove(&s->loop, c->id);
    (void)sys.close(c->fd);
    *c = (struct client){.id = 0};
}

static void client_reply(struct stage2 *s, struct client *c, int result, const char *message)
{
    uint64_t room[CONTROL_MAX / 8];
    struct record_writer w;
    ssize_t n;

    record_begin(&w, room, sizeof(room));
    record_put_u32(&w, CONTROL_ERROR, result < 0 ? (uint32_t)-result : 0);
    record_put_u32(&w, CONTROL_JOB, result > 0 ? (uint32_t)result : 0);
    if (result < 0)
        record_put_text(&w, CONTROL_MESSAGE, message);
    n = record_finish(&w);
    if (n > 0)
        (void)sys.send(c->fd, room, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
    client_close(s, c);
}

static const enum engine_event_type unit_ops[] = {
    [CONTROL_OP_START] = ENGINE_EV_START,
    [CONTROL_OP_STOP] = ENGINE_EV_STOP,
    [CONTROL_OP_RESTART] = ENGINE_EV_RESTART,
    [CONTROL_OP_TRY_RESTART] = ENGINE_EV_TRY_RESTART,
    [CONTROL_OP_RELOAD] = ENGINE_EV_RELOAD,
    [CONTROL_OP_RESET_FAILED] = ENGINE_EV_RESET_FAILED,
    [CONTROL_OP_ISOLATE] = ENGINE_EV_ISOLATE,
};

static int unit_request(struct stage2 *s, const struct control_request *req)
{
    if (!s->has_units)
        return s->safe ? -EHOSTDOWN : -ENODATA;
    if (req->db != s->db.header->checksum)
        return -ESTALE;
    if (req->unit >= udb_count(&s->db))
        return -EINVAL;
    return drive_event(s, &(struct engine_event){.type = unit_ops[req->op], .unit = req->unit});
}

static const char *explain(struct stage2 *s, const struct control_request *req, int r)
{
    const char *reason = "";

    switch (r) {
    case -ESTALE:
        return "the unit files were loaded again meanwhile: map the database again";
    case -EHOSTDOWN:
        return "PID 1 crashed too often and is in safe mode: 'pintlectl daemon-reexec' leaves it";
    case -ENODATA:
        return "no units are loaded";
    case -EINVAL:
        return "there is no such unit or operation";
    case -EPERM:
        return "refused: the unit does not allow it, or the machine is going down";
    case -EDEADLK:
        return "it requires what it conflicts with";
    case -ENOENT:
        if (s->has_units && req->unit < udb_count(&s->db))
            reason = runtab_text(&s->table, req->unit)->reason;
        return *reason ? reason : "the unit is not loaded";
    default:
        return strerrordesc_np(-r) ?: "unknown error";
    }
}

static void reload_done(struct stage2 *s, int result, void *data _unused_)
{
    for (size_t i = 0; i < CLIENT_MAX; i++)
        if (clients[i].id != 0 && clients[i].waits == WAITS_FOR_RELOAD)
            client_reply(s, &clients[i], result,
                         "the unit files could not be compiled; the units as they were stay in use");
}

static void reexec_done(struct stage2 *s, int result)
{
    for (size_t i = 0; i < CLIENT_MAX; i++)
        if (clients[i].id != 0 && clients[i].waits == WAITS_FOR_REEXEC)
            client_reply(s, &clients[i], result,
                         "the program at PID 1's path cannot carry on from its state; this PID 1 stays");
}

static void take_request(struct stage2 *s, struct client *c, const struct control_request *req)
{
    int r = -EINVAL;

    switch (req->op) {
    case CONTROL_OP_START:
    case CONTROL_OP_STOP:
    case CONTROL_OP_RESTART:
    case CONTROL_OP_TRY_RESTART:
    case CONTROL_OP_RELOAD:
    case CONTROL_OP_RESET_FAILED:
    case CONTROL_OP_ISOLATE:
        r = unit_request(s, req);
        break;
    case CONTROL_OP_FINAL:
    case CONTROL_OP_FINAL_NOW:
        if (req->flags >> 8 == UDB_FINAL_NONE || req->flags >> 8 > UDB_FINAL_EXIT)
            break;
        if (req->op == CONTROL_OP_FINAL) {
            r = drive_final(s, (enum udb_final)(req->flags >> 8));
            break;
        }
        client_reply(s, c, 0, NULL);
        down_begin(s, (enum udb_final)(req->flags >> 8));
        return;
    case CONTROL_OP_DAEMON_RELOAD:
        r = reload_begin(s, reload_done, NULL);
        if (r == 0) {
            c->waits = WAITS_FOR_RELOAD; /* answered by reload_done */
            return;
        }
        break;
    case CONTROL_OP_DAEMON_REEXEC:
        r = reexec_begin(s, reexec_done);
        if (r == 0) {
            c->waits = WAITS_FOR_REEXEC; /* answered by reexec_done, right before the exec */
            return;
        }
        break;
    case CONTROL_OP_PING:
        r = 0;
        break;
    default:
        break;
    }
    client_reply(s, c, r, r < 0 ? explain(s, req, r) : NULL);
}

static void on_client(void *data, int fd, uint32_t events)
{
    struct client *c = data;
    uint64_t room[CONTROL_MAX / 8];
    struct iovec iov = {.iov_base = room, .iov_len = sizeof(room)};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1}; /* no room for descriptors: the kernel drops them */
    struct control_request req;
    ssize_t n = sys.recvmsg(fd, &msg, MSG_DONTWAIT);

    if (n == -EAGAIN && !(events & (EPOLLHUP | EPOLLERR)))
        return;
    if (n <= 0 || c->waits != WAITS_NOT) { /* it left, or speaks twice */
        client_close(&stage2, c);
        return;
    }
    if ((msg.msg_flags & MSG_TRUNC) || control_parse_request(room, (size_t)n, &req) < 0) {
        client_reply(&stage2, c, -EBADMSG, "this is no request");
        return;
    }
    take_request(&stage2, c, &req);
}

static void on_listen_again(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;

    retry_id = 0;
    (void)loop_set_events(&s->loop, listen_id, EPOLLIN);
}

/* Who wants to connect waits in the kernel's queue meanwhile; without this the loop would turn without a pause. */
static void stop_listening(struct stage2 *s, uint64_t until)
{
    if (retry_id == 0 && loop_add_timer(&s->loop, until, LOOP_PRIO_TIMER, on_listen_again, s, &retry_id) >= 0)
        (void)loop_set_events(&s->loop, listen_id, 0);
}

/*
 * A free place, or the one of the client that is silent for the longest time: but each has some time to speak, or thousands
 * that say nothing would push out those that are about to. NULL: nobody can be let in now.
 */
static struct client *free_place(struct stage2 *s)
{
    struct client *oldest = NULL;

    for (size_t i = 0; i < CLIENT_MAX; i++) {
        struct client *c = &clients[i];

        if (c->id == 0)
            return c;
        if (c->waits == WAITS_NOT && (!oldest || c->since < oldest->since))
            oldest = c;
    }
    if (!oldest || sys.now() - oldest->since < CLIENT_TIME) {
        stop_listening(s, oldest ? oldest->since + CLIENT_TIME : sys.now() + CLIENT_TIME);
        return NULL;
    }
    client_close(s, oldest);
    return oldest;
}

static void welcome(struct stage2 *s, struct client *c, int fd)
{
    struct ucred cred = {.uid = (uid_t)-1};
    socklen_t size = sizeof(cred);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0 || cred.uid != 0) {
        (void)sys.close(fd); /* the socket's mode lets root alone in; this holds when somebody changed it */
        return;
    }
    c->fd = fd;
    c->since = sys.now();
    c->waits = WAITS_NOT;
    if (loop_add(&s->loop, fd, EPOLLIN, LOOP_PRIO_CONTROL, on_client, c, &c->id) < 0) {
        c->id = 0;
        (void)sys.close(fd);
        return;
    }
    on_client(c, fd, 0); /* it has mostly spoken by now */
}

/* A flood of clients has a share of PID 1, not all of it: one that never sleeps waits for the scheduler when a service ends. */
static bool is_too_fast(struct stage2 *s)
{
    static uint64_t since;
    static unsigned n_accepted;
    uint64_t now = sys.now();

    if (now - since >= ACCEPT_SPAN) {
        since = now;
        n_accepted = 0;
    }
    if (++n_accepted <= 2 * ACCEPT_MAX)
        return false;
    stop_listening(s, since + ACCEPT_SPAN);
    return true;
}

static void on_listen(void *data, int fd, uint32_t events _unused_)
{
    struct stage2 *s = data;

    for (int i = 0; i < ACCEPT_MAX; i++) {
        struct client *c = is_too_fast(s) ? NULL : free_place(s);
        int client = c ? sys.accept4(fd, SOCK_CLOEXEC | SOCK_NONBLOCK) : -EAGAIN;

        if (client == -EMFILE || client == -ENFILE || client == -ENOMEM || client == -ENOBUFS)
            stop_listening(s, sys.now() + CLIENT_TIME); /* until others have closed something */
        if (client < 0)
            return;
        welcome(s, c, client);
    }
}

static int make_socket(void)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = PATH_CONTROL};
    int fd = sys.socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r;
    mode_t mask;

    if (fd < 0)
        return fd;
    (void)sys.unlink(PATH_CONTROL);
    mask = umask(0177);
    r = sys.bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    umask(mask);
    if (r >= 0)
        r = sys.listen(fd, 128);
    if (r >= 0)
        r = keep_inheritable(fd);
    if (r >= 0)
        return fd;
    (void)sys.close(fd);
    return r;
}

/* A socket that listens at that very path: clients of a predecessor wait in its queue. */
static bool is_ours(int fd)
{
    struct sockaddr_un addr = {.sun_family = AF_UNSPEC};
    socklen_t size = sizeof(addr), one = sizeof(int);
    int listens = 0;

    return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &one) == 0 && listens &&
           getsockname(fd, (struct sockaddr *)&addr, &size) == 0 && addr.sun_family == AF_UNIX &&
           strncmp(addr.sun_path, PATH_CONTROL, sizeof(addr.sun_path)) == 0 && access(PATH_CONTROL, F_OK) == 0;
}

static void on_retry(void *data, int fd _unused_, uint32_t events _unused_);

/* A full /run, too many files open in the whole system: without this socket nobody could mend that. */
static void open_socket(struct stage2 *s)
{
    int fd = keep->control_fd, r;

    if (!is_ours(fd)) {
        fd = make_socket();
        keep->control_fd = fd < 0 ? -1 : fd;
    }
    r = fd < 0 ? fd : loop_add(&s->loop, fd, EPOLLIN, LOOP_PRIO_CONTROL, on_listen, s, &listen_id);
    if (r < 0)
        controlsock_close(s);
    if (r < 0 && r != last_error)
        (void)log_error(r, "cannot listen at '%s': pintlectl can only look; tried again every second", PATH_CONTROL);
    else if (r >= 0 && last_error < 0)
        log_info("listening at '%s' now", PATH_CONTROL);
    last_error = r;
    if (r < 0)
        (void)loop_add_timer(&s->loop, sys.now() + RETRY, LOOP_PRIO_TIMER, on_retry, s, &retry_id);
}

static void on_retry(void *data, int fd _unused_, uint32_t events _unused_)
{
    retry_id = 0;
    open_socket(data);
}

void controlsock_init(struct stage2 *s)
{
    open_socket(s);
    reload_carry_on(s, reload_done);
}

void controlsock_close(struct stage2 *s)
{
    int fd = keep->control_fd;

    loop_remove(&s->loop, retry_id);
    retry_id = 0;
    if (fd < 0)
        return;
    loop_remove(&s->loop, listen_id);
    keep->control_fd = -1;
    (void)sys.close(fd);
    (void)sys.unlink(PATH_CONTROL);
}
