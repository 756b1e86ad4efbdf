/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notify.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "cgroup.h"
#include "drive.h"
#include "keep.h"
#include "log.h"
#include "paths.h"
#include "sys.h"
#include "text.h"

#define DRAIN_MAX 16 /* datagrams a call: one loud service must not starve the rest */

_Static_assert(sizeof(PATH_NOTIFY_DIR) + 12 <= NOTIFY_PATH_MAX, "a notify path does not fit");

static void on_readable(void *data, int fd _unused_, uint32_t events _unused_)
{
    notify_drain(&stage2, stage2_data_unit(data));
}

static int bind_socket(struct stage2 *s, int fd)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    mode_t mask;
    int r, one = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) < 0)
        return -errno;
    snprintf(addr.sun_path, sizeof(addr.sun_path), PATH_NOTIFY_DIR "/%u", ++s->table.header->notify_serial);
    (void)sys.unlink(addr.sun_path);
    mask = umask(0); /* a service of any user may send; who is heard is decided on each message */
    r = sys.bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    if (r == -ENOENT && sys.mkdir(PATH_NOTIFY_DIR, 0755) >= 0) /* not made at boot, or removed since */
        r = sys.bind(fd, (struct sockaddr *)&addr, sizeof(addr));
    umask(mask);
    return r;
}

int notify_open(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    int fd = sys.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), r;

    if (fd < 0)
        return fd;
    r = bind_socket(s, fd);
    if (r >= 0)
        r = keep_inheritable(fd);
    if (r >= 0)
        r = loop_add(&s->loop, fd, EPOLLIN, LOOP_PRIO_NOTIFY, on_readable, stage2_unit_data(unit),
                     &s->rt[unit].notify_id);
    if (r < 0) {
        (void)sys.close(fd);
        return r;
    }
    runtab_begin(u);
    u->notify_fd = fd;
    runtab_end(u);
    return 0;
}

bool notify_carry_on(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    char path[NOTIFY_PATH_MAX];

    if (u->notify_fd < 0)
        return false;
    if (notify_path(u->notify_fd, path, sizeof(path)) == 0 && text_after(path, PATH_NOTIFY_DIR "/") &&
        loop_add(&s->loop, u->notify_fd, EPOLLIN, LOOP_PRIO_NOTIFY, on_readable, stage2_unit_data(unit),
                 &s->rt[unit].notify_id) >= 0)
        return true;
    (void)log_warning(0, "%s: its notify socket is lost", udb_name(&s->db, unit));
    runtab_begin(u);
    u->notify_fd = -EBADF;
    runtab_end(u);
    return false;
}

void notify_move(struct stage2 *s, uint32_t unit, const struct unit_rt *old)
{
    s->rt[unit].notify_id = old->notify_id;
    loop_set_data(&s->loop, old->notify_id, stage2_unit_data(unit));
}

int notify_path(int fd, char *buf, size_t size)
{
    struct sockaddr_un addr;
    socklen_t n = sizeof(addr);

    if (getsockname(fd, (struct sockaddr *)&addr, &n) < 0)
        return -errno;
    if (n <= offsetof(struct sockaddr_un, sun_path) || addr.sun_path[0] == '\0')
        return -ENOENT;
    return snprintf(buf, size, "%s", addr.sun_path) < (int)size ? 0 : -ENAMETOOLONG;
}

void notify_close(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    char path[NOTIFY_PATH_MAX];
    int fd;

    if (u->notify_fd < 0)
        return;
    loop_remove(&s->loop, s->rt[unit].notify_id);
    s->rt[unit].notify_id = 0;
    if (notify_path(u->notify_fd, path, sizeof(path)) == 0)
        (void)sys.unlink(path);
    fd = u->notify_fd;
    runtab_begin(u);
    u->notify_fd = -EBADF;
    runtab_end(u);
    (void)sys.close(fd); /* a successor closes what nobody owns, but would miss what is owned and closed */
}

static bool may_speak(const struct udb_service *svc, const struct run_unit *u, pid_t sender)
{
    switch ((enum udb_notify_access)svc->notify_access) {
    case UDB_NOTIFY_NONE:
        return false;
    case UDB_NOTIFY_MAIN:
        return sender > 0 && sender == u->main_pid;
    case UDB_NOTIFY_EXEC:
        return sender > 0 && (sender == u->main_pid || sender == u->control_pid);
    case UDB_NOTIFY_ALL:
        return true;
    }
    return false;
}

/* Whether the unit may call that process its main one: it is the unit's own, or root says so of nobody else's. */
static bool may_be_main(struct stage2 *s, uint32_t unit, const struct notify_message *m, const struct ucred *cred)
{
    uint32_t other = runtab_pid_find(&s->table, m->main_pid);

    if (other != RUN_NONE && other != unit)
        return false;
    if (cgroup_has(s, unit, m->main_pid))
        return true;
    return cred->uid == 0 && sys.kill(m->main_pid, 0) == 0;
}

static void take_message(struct stage2 *s, uint32_t unit, const char *data, size_t size, const struct ucred *cred)
{
    const struct udb_service *svc = udb_service(&s->db, unit);
    struct notify_message m;
    struct engine_event ev = {.type = ENGINE_EV_NOTIFY, .unit = unit};

    if (notify_parse(data, size, &m) < 0) {
        log_debug("%s: a notify message that is none was dropped", udb_name(&s->db, unit));
        return;
    }
    if (!svc || !may_speak(svc, runtab_unit(&s->table, unit), cred->pid)) {
        log_debug("%s: a notify message of pid %d was dropped: NotifyAccess= does not let it speak",
                  udb_name(&s->db, unit), (int)cred->pid);
        return;
    }
    if ((m.set & ENGINE_NOTIFY_MAINPID) && !may_be_main(s, unit, &m, cred)) {
        (void)log_warning(0, "%s: MAINPID=%d was refused: that process is not the unit's", udb_name(&s->db, unit),
                          (int)m.main_pid);
        m.set &= ~(uint32_t)ENGINE_NOTIFY_MAINPID;
    }
    ev.value = (int)m.set;
    ev.pid = m.main_pid;
    ev.usec = m.extend_usec;
    ev.text = m.set & ENGINE_NOTIFY_STATUS ? m.status : NULL;
    if (m.set != 0)
        (void)drive_event(s, &ev);
}

void notify_drain(struct stage2 *s, uint32_t unit)
{
    for (int i = 0; i < DRAIN_MAX; i++) {
        int fd = runtab_unit(&s->table, unit)->notify_fd;
        char data[NOTIFY_MAX];
        /* Room for the credentials and not one byte more: descriptors cannot follow. */
        union {
            struct cmsghdr align;
            uint8_t bytes[CMSG_SPACE(sizeof(struct ucred))];
        } control;
        struct iovec iov = {.iov_base = data, .iov_len = sizeof(data)};
        struct msghdr msg = {
            .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
        const struct cmsghdr *c;
        struct ucred cred = {.pid = 0, .uid = (uid_t)-1};
        ssize_t n;

        if (fd < 0)
            return;
        n = sys.recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_PEEK);
        if (n < 0)
            return;
        c = CMSG_FIRSTHDR(&msg);
        if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS &&
            c->cmsg_len == CMSG_LEN(sizeof(cred)))
            memcpy(&cred, CMSG_DATA(c), sizeof(cred));
        if (!(msg.msg_flags & MSG_TRUNC))
            take_message(s, unit, data, (size_t)n, &cred);
        /* Only now: had PID 1 crashed before the engine knew, the successor would find the message here. */
        (void)recv(fd, data, 1, MSG_DONTWAIT);
    }
}
