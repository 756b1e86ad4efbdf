/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spawn.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cgroup.h"
#include "drive.h"
#include "helper.h"
#include "keep.h"
#include "log.h"
#include "notify.h"
#include "record.h"
#include "spawnenv.h"
#include "spawnslot.h"
#include "sys.h"

int spawn_process(struct stage2 *s, struct childsetup *c, int cgroup_fd, pid_t *pid_at)
{
    int r;

    /*
     * A shared table costs least, but PID 1 may change it before the child has taken its copy. It leaves 0 to 2 alone, so
     * who needs no more may share; the others get a copy of all.
     */
    c->shares_fds = s->share_fds && !c->report && !c->give_fds;
    r = spawnslot_start(c, cgroup_fd, pid_at);
    if (r == -ENOBUFS) {
        c->shares_fds = false;
        r = spawnslot_start_copy(c, cgroup_fd, pid_at);
    }
    if (r < 0)
        *pid_at = 0;
    return r;
}

static void close_report(struct stage2 *s, uint32_t unit, bool main)
{
    typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];

    if (rep->id == 0)
        return;
    loop_remove(&s->loop, rep->id);
    runtab_unit(&s->table, unit)->report_fd[main] = -EBADF;
    (void)sys.close(rep->fd);
    rep->id = 0;
}

/* What one reading of the pipe means. Return: whether the engine is to be told. */
static bool read_report(struct stage2 *s, uint32_t unit, bool main, ssize_t n, const uint8_t *buf, char *text,
                        struct engine_event *ev)
{
    struct record_reader rd;
    struct record_entry e;

    if (n == 0 && spawnslot_error(ev->pid, NULL) > 0)
        return false; /* not even pintle-exec could be run: the reaper tells it */
    if (n == 0 && (runtab_unit(&s->table, unit)->flags & (main ? RUN_MAIN_EXEC_FAILED : RUN_CONTROL_EXEC_FAILED)))
        return false; /* a predecessor read what was said */
    if (n <= 0 || record_open(&rd, buf, (size_t)n) < 0)
        return true;
    ev->type = ENGINE_EV_EXEC_FAILED;
    ev->text = text;
    while (record_next(&rd, &e)) {
        if (e.tag == EXECPROTO_ERRNO)
            ev->value = (int)record_u32(&e);
        else if (e.tag == EXECPROTO_TEXT)
            record_text(&e, text, RUN_REASON_TEXT);
    }
    return true;
}

void spawn_read_report(struct stage2 *s, uint32_t unit, bool main)
{
    typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];
    struct engine_event ev = {.type = ENGINE_EV_EXEC_DONE, .unit = unit, .pid = rep->pid};
    char text[RUN_REASON_TEXT] = "";
    uint8_t buf[EXECPROTO_REPORT_MAX];
    int fd = rep->fd;
    ssize_t n;

    if (rep->id == 0)
        return;
    n = sys.read(fd, buf, sizeof(buf));
    if (n == -EAGAIN || n == -EINTR)
        return;
    loop_remove(&s->loop, rep->id); /* one record or the end: nothing else ever comes */
    rep->id = 0;
    if (read_report(s, unit, main, n, buf, text, &ev))
        drive_event(s, &ev);
    /* Only now: until the engine knows, a successor has to find the pipe and its end. The next report may be open already. */
    if (runtab_unit(&s->table, unit)->report_fd[main] == fd)
        runtab_unit(&s->table, unit)->report_fd[main] = -EBADF;
    (void)sys.close(fd);
}

static void on_report(void *data, int fd, uint32_t events _unused_)
{
    uint32_t unit = stage2_data_unit(data);

    for (int main = 0; main < 2; main++)
        if (stage2.rt[unit].report[main].id != 0 && stage2.rt[unit].report[main].fd == fd)
            spawn_read_report(&stage2, unit, main);
}

void spawn_forget_reports(struct stage2 *s, uint32_t unit)
{
    close_report(s, unit, false);
    close_report(s, unit, true);
}

void spawn_move_reports(struct stage2 *s, uint32_t unit, const struct unit_rt *old)
{
    memcpy(s->rt[unit].report, old->report, sizeof(old->report));
    for (int main = 0; main < 2; main++)
        loop_set_data(&s->loop, old->report[main].id, stage2_unit_data(unit));
}

/* The pipe's writing end goes to its fixed place; the reading end is watched. Return: 0; -errno. */
static int open_report(struct stage2 *s, uint32_t unit, bool main)
{
    typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];
    int fds[2], r;

    close_report(s, unit, main);
    r = sys.pipe2(fds, O_CLOEXEC | O_NONBLOCK);
    if (r < 0)
        return r;
    r = dup3(fds[1], EXECPROTO_FD_REPORT, O_CLOEXEC) < 0 ? -errno : 0;
    (void)sys.close(fds[1]);
    if (r >= 0)
        r = loop_add(&s->loop, fds[0], EPOLLIN, LOOP_PRIO_CHILD, on_report, stage2_unit_data(unit), &rep->id);
    if (r < 0) {
        (void)sys.close(fds[0]);
        return r;
    }
    rep->fd = fds[0];
    if (keep_inheritable(fds[0]) >= 0)
        runtab_unit(&s->table, unit)->report_fd[main] = fds[0];
    return 0;
}

void spawn_carry_on(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);

    for (int main = 0; main < 2; main++) {
        typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];
        pid_t pid = main ? u->main_pid : u->control_pid;
        int fd = u->report_fd[main];
        struct stat st;

        if (fd < 0)
            continue;
        if (pid > 0 && fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) &&
            loop_add(&s->loop, fd, EPOLLIN, LOOP_PRIO_CHILD, on_report, stage2_unit_data(unit), &rep->id) >= 0) {
            rep->fd = fd;
            rep->pid = pid;
        } else
            u->report_fd[main] = -EBADF; /* its process was never made: close_strangers has it */
    }
}

static void park_report(void)
{
    (void)dup3(STDIN_FILENO, EXECPROTO_FD_REPORT, O_CLOEXEC);
}

static void answer(struct stage2 *s, uint32_t unit, int r, pid_t pid, const char *what)
{
    struct engine_event ev = {.type = ENGINE_EV_SPAWNED, .unit = unit, .pid = pid};
    char text[RUN_REASON_TEXT];

    if (r < 0) {
        snprintf(text, sizeof(text), "cannot make a process for '%s': %s", what, strerrordesc_np(-r) ?: "unknown error");
        ev = (struct engine_event){.type = ENGINE_EV_SPAWN_FAILED, .unit = unit, .value = -r, .text = text};
    }
    drive_event(s, &ev);
}

/* Whether the engine waits to hear that the program itself runs. */
static bool tells_exec(const struct stage2 *s, uint32_t unit, bool main)
{
    const struct udb_service *svc = udb_service(&s->db, unit);

    return main && svc && svc->type == UDB_EXEC;
}

void spawn_tell_error(struct stage2 *s, uint32_t unit, pid_t pid)
{
    struct engine_event ev = {.type = ENGINE_EV_EXEC_FAILED, .unit = unit, .pid = pid};
    char text[RUN_REASON_TEXT];
    const char *path;

    ev.value = spawnslot_error(pid, &path);
    if (ev.value == 0)
        return;
    snprintf(text, sizeof(text), "cannot execute '%s': %s", path, strerrordesc_np(ev.value) ?: "unknown error");
    ev.text = text;
    (void)drive_event(s, &ev);
}

/* Make a process of the unit: cgroup, report pipe where pintle-exec is used, the record's pid and group. */
static int spawn_in_unit(struct stage2 *s, uint32_t unit, struct childsetup *c, bool main)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    int cgroup_fd = cgroup_open(s, unit), r;

    if (cgroup_fd < 0 && cgroup_fd != -EOPNOTSUPP)
        return cgroup_fd;
    c->stdio = s->kmsg ? CHILD_STDIO_KMSG : CHILD_STDIO_INHERIT;
    c->report = c->give_fds || tells_exec(s, unit, main) || !spawnslot_fits(c);
    r = c->report ? open_report(s, unit, main) : 0;
    if (r >= 0)
        r = spawn_process(s, c, cgroup_fd, main ? &u->main_pid : &u->control_pid);
    if (c->report) {
        park_report();
        if (r < 0)
            close_report(s, unit, main);
        else
            s->rt[unit].report[main].pid = main ? u->main_pid : u->control_pid;
    }
    if (cgroup_fd >= 0)
        (void)sys.close(cgroup_fd);
    if (r < 0)
        return r;
    runtab_begin(u);
    if (main)
        u->main_group = u->main_pid;
    else
        u->control_group = u->control_pid;
    runtab_end(u);
    return 0;
}

static void spawn_exec_program(struct stage2 *s, uint32_t unit, struct childsetup *c, const char *const *args,
                               bool main)
{
    static char path[512];
    int r = -ENAMETOOLONG;
    struct run_unit *u = runtab_unit(&s->table, unit);

    if (snprintf(path, sizeof(path), "%s/pintle-exec", s->options.libexecdir) < (int)sizeof(path)) {
        c->path = path;
        c->argv = (char *const *)(uintptr_t)args;
        c->give_fds = true;
        r = spawn_in_unit(s, unit, c, main);
    }
    answer(s, unit, r, main ? u->main_pid : u->control_pid, path);
}

void spawn_command(struct stage2 *s, const struct engine_action *a)
{
    const struct udb_service *svc = udb_service(&s->db, a->unit);
    const struct udb_list *lines;
    struct run_unit *u = runtab_unit(&s->table, a->unit);
    const struct udb_command *cmd;
    struct childsetup c = {.path = NULL};
    char numbers[3][16];
    int r;

    lines = svc && a->spawn.exec_kind < UDB_EXEC_COUNT ? &svc->exec[a->spawn.exec_kind] : NULL;
    if (!lines || a->spawn.exec_index >= lines->count) {
        answer(s, a->unit, -EINVAL, 0, udb_name(&s->db, a->unit));
        return;
    }
    if (svc->notify_access != UDB_NOTIFY_NONE && u->notify_fd < 0) {
        r = notify_open(s, a->unit);
        if (r < 0) {
            answer(s, a->unit, r, 0, "notify socket");
            return;
        }
    }
    cmd = udb_command(&s->db, lines->first + a->spawn.exec_index);
    c.envp = spawnenv_of(s, a->unit, (enum udb_exec)a->spawn.exec_kind);
    if (cmd->flags & UDB_CMD_DIRECT) {
        c.path = udb_text(&s->db, cmd->path);
        c.argv = spawnenv_argv(s, cmd);
        r = spawn_in_unit(s, a->unit, &c, a->spawn.main);
        answer(s, a->unit, r, a->spawn.main ? u->main_pid : u->control_pid, c.path);
        return;
    }
    snprintf(numbers[0], sizeof(numbers[0]), "%u", a->unit);
    snprintf(numbers[1], sizeof(numbers[1]), "%u", a->spawn.exec_kind);
    snprintf(numbers[2], sizeof(numbers[2]), "%u", a->spawn.exec_index);
    spawn_exec_program(s, a->unit, &c,
                       (const char *const[]){"pintle-exec", numbers[0], numbers[1], numbers[2],
                                             udb_name(&s->db, a->unit), NULL},
                       a->spawn.main);
}

void spawn_conditions(struct stage2 *s, const struct engine_action *a)
{
    struct childsetup c = {.envp = spawnenv_of(s, a->unit, UDB_EXEC_CONDITION)};
    char number[16];

    snprintf(number, sizeof(number), "%u", a->unit);
    spawn_exec_program(s, a->unit, &c,
                       (const char *const[]){"pintle-exec", "--conditions", number, udb_name(&s->db, a->unit), NULL},
                       false);
}
