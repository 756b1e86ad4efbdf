/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "clock.h"
#include "fd.h"
#include "text.h"

static void unlink_child(struct children *c, struct child *child)
{
    for (struct child **p = &c->first; *p; p = &(*p)->next)
        if (*p == child) {
            *p = child->next;
            break;
        }
}

static void close_pipe(struct children *c, struct child *child)
{
    if (child->fd < 0)
        return;
    loop_remove(c->loop, child->source);
    close(child->fd);
    child->fd = -EBADF;
    child->source = 0;
}

static void free_child(struct children *c, struct child *child)
{
    close_pipe(c, child);
    free(child);
}

/* Return: true while the pipe may hold more. */
static bool take_packet(struct child *child)
{
    char packet[CHILD_PACKET_MAX];
    ssize_t n = read(child->fd, packet, sizeof(packet));

    if (n > 0 && child->packet && !child->abandoned)
        child->packet(child->data, packet, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

static void on_packet(void *data, int fd, uint32_t events)
{
    struct child *child = data;

    /* All writers are gone: what is left to learn is the exit status. */
    if (!take_packet(child) && events & (EPOLLHUP | EPOLLERR))
        close_pipe(child->all, child);
}

static void reap(struct children *c, pid_t pid, int status)
{
    struct child *child = c->first;

    while (child && child->pid != pid)
        child = child->next;
    if (!child)
        return; /* an orphan */
    /* What it wrote last is still in the pipe. A grandchild may hold the other end: it never blocks us. */
    while (child->fd >= 0 && take_packet(child))
        ;
    unlink_child(c, child);
    if (!child->abandoned) {
        c->n--;
        if (child->exit)
            child->exit(child->data, status);
    }
    free_child(c, child);
}

static void on_sigchld(void *data, int fd, uint32_t events)
{
    struct children *c = data;
    struct signalfd_siginfo si;
    pid_t pid;
    int status;

    /* Signals of one kind merge: one may stand for many children, so the list is asked until it is empty. */
    while (read(fd, &si, sizeof(si)) == sizeof(si))
        ;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        reap(c, pid, status);
}

int children_init(struct children *c, struct loop *loop)
{
    sigset_t mask;
    int r;

    *c = (struct children){.loop = loop, .signal_fd = -EBADF};
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
        return -errno;
    c->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (c->signal_fd < 0)
        return -errno;
    r = loop_add(loop, c->signal_fd, EPOLLIN, LOOP_PRIO_CHILD, on_sigchld, c, &c->source);
    if (r < 0) {
        close(c->signal_fd);
        c->signal_fd = -EBADF;
    }
    return r;
}

static void unblock_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

void children_done(struct children *c)
{
    while (c->first) {
        struct child *child = c->first;

        c->first = child->next;
        free_child(c, child);
    }
    if (c->signal_fd >= 0) {
        loop_remove(c->loop, c->source);
        close(c->signal_fd);
    }
    unblock_signals();
    *c = (struct children){.signal_fd = -EBADF};
}

int child_start(struct children *c, const struct child_job *job, pid_t *ret_pid)
{
    struct child *child = calloc(1, sizeof(*child));
    int fds[2], r;

    if (!child)
        return -ENOMEM;
    /* O_DIRECT: packet mode, so that a reader sees what one write sent and needs no framing (Linux 3.4). */
    if (pipe2(fds, O_CLOEXEC | O_DIRECT) < 0) {
        r = -errno;
        free(child);
        return r;
    }
    *child = (struct child){.fd = fds[0],
                            .since = clock_now(),
                            .packet = job->packet,
                            .exit = job->exit,
                            .data = job->data,
                            .all = c};
    text_copy(child->what, sizeof(child->what), job->what);
    r = fd_set_nonblock(child->fd, true);
    if (r >= 0)
        r = loop_add(c->loop, child->fd, EPOLLIN, LOOP_PRIO_CHILD, on_packet, child, &child->source);
    if (r < 0)
        goto fail;
    child->pid = fork();
    if (child->pid == 0) {
        close(fds[0]);
        unblock_signals();
        _exit(job->run(job->data, fds[1]));
    }
    if (child->pid < 0) {
        r = -errno;
        goto fail;
    }
    close(fds[1]);
    child->next = c->first;
    c->first = child;
    c->n++;
    c->started++;
    if (ret_pid)
        *ret_pid = child->pid;
    return 0;
fail:
    close(fds[1]);
    free_child(c, child);
    return r;
}

static struct child *find(const struct children *c, pid_t pid)
{
    struct child *child = c->first;

    while (child && child->pid != pid)
        child = child->next;
    return child;
}

void child_set_what(struct children *c, pid_t pid, const char *what)
{
    struct child *child = find(c, pid);

    if (!child)
        return;
    child->since = clock_now();
    text_copy(child->what, sizeof(child->what), what);
}

void child_set_service(struct children *c, pid_t pid)
{
    struct child *child = find(c, pid);

    if (child)
        child->service = true;
}

void child_abandon(struct children *c, pid_t pid)
{
    struct child *child = find(c, pid);

    if (!child || child->abandoned)
        return;
    child->abandoned = true;
    c->n--;
    kill(pid, SIGKILL);
    close_pipe(c, child);
}

const struct child *child_eldest(const struct children *c)
{
    const struct child *eldest = NULL;

    for (const struct child *child = c->first; child; child = child->next)
        if (!child->abandoned && !child->service && (!eldest || child->since < eldest->since))
            eldest = child;
    return eldest;
}

int child_exec(char *const argv[])
{
    unblock_signals();
    execv(argv[0], argv);
    return errno == ENOENT ? 127 : 126;
}
