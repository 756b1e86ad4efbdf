/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spawn.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "cgroup.h"
#include "drive.h"
#include "helper.h"
#include "log.h"
#include "notify.h"
#include "record.h"
#include "spawnenv.h"
#include "sys.h"

#define CHILD_STACK 16384

/* Used by one child at a time: PID 1 is stopped meanwhile. */
static uint8_t child_stack[CHILD_STACK] __attribute__((aligned(64)));

#if defined(__x86_64__)
/*
 * The child returns from the system call on a stack of its own, where nothing of this frame is: it goes on in
 * assembly until it has called @fn. PID 1's registers are its own, so only what syscall itself changes is clobbered.
 */
static long clone3_run(struct clone_args *args, void (*fn)(void *), void *arg)
{
    register void (*f)(void *) __asm__("r12") = fn;
    register void *a __asm__("r13") = arg;
    long r;

    __asm__ volatile("syscall\n\t"
                     "testq %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xorl %%ebp, %%ebp\n\t"
                     "movq %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(r)
                     : "0"((long)SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(f), "r"(a)
                     : "rcx", "r11", "cc", "memory");
    return r;
}
#elif defined(__aarch64__)
static long clone3_run(struct clone_args *args, void (*fn)(void *), void *arg)
{
    register long x8 __asm__("x8") = SYS_clone3;
    register long x0 __asm__("x0") = (long)(uintptr_t)args;
    register long x1 __asm__("x1") = sizeof(*args);
    register void (*f)(void *) __asm__("x19") = fn;
    register void *a __asm__("x20") = arg;

    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x20\n\t"
                     "blr x19\n\t"
                     "brk #0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(f), "r"(a)
                     : "cc", "memory");
    return x0;
}
#else
static long clone3_run(struct clone_args *args _unused_, void (*fn)(void *) _unused_, void *arg _unused_)
{
    return -ENOSYS;
}
#endif

static int run_child(void *arg)
{
    childsetup_run(arg);
}

/* Kernels before 5.5 and containers whose seccomp filter does not know clone3. The child joins its cgroup by itself. */
static long clone_run(struct childsetup *c, int cgroup_fd, pid_t *pid_at)
{
    int flags = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | (c->unshare_fds ? CLONE_FILES : 0) | SIGCHLD;

    c->join_fd = cgroup_fd;
    return clone(run_child, child_stack + sizeof(child_stack), flags, c, pid_at) < 0 ? -errno : 0;
}

static bool clone3_is_missing(long r)
{
    return r == -ENOSYS || r == -EPERM || r == -EINVAL;
}

int spawn_process(struct stage2 *s, struct childsetup *c, int cgroup_fd, pid_t *pid_at)
{
    static bool use_clone; /* clone3 was refused once */
    struct clone_args args = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PARENT_SETTID | CLONE_CLEAR_SIGHAND,
        .parent_tid = (uintptr_t)pid_at,
        .exit_signal = SIGCHLD,
        .stack = (uintptr_t)child_stack,
        .stack_size = sizeof(child_stack),
    };
    long r = -ENOSYS;

    c->error = 0;
    c->join_fd = -EBADF;
    c->unshare_fds = s->share_fds;
    if (c->unshare_fds)
        args.flags |= CLONE_FILES;
    if (cgroup_fd >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup_fd;
    }
    if (!use_clone)
        r = clone3_run(&args, childsetup_run, c);
    if (use_clone || clone3_is_missing(r)) {
        r = clone_run(c, cgroup_fd, pid_at);
        use_clone = use_clone || r >= 0;
    }
    if (r >= 0 && c->error == 0)
        return 0;
    *pid_at = 0;
    return r < 0 ? (int)r : -c->error;
}

static void close_report(struct stage2 *s, uint32_t unit, bool main)
{
    typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];

    if (rep->id == 0)
        return;
    loop_remove(&s->loop, rep->id);
    (void)sys.close(rep->fd);
    rep->id = 0;
}

void spawn_read_report(struct stage2 *s, uint32_t unit, bool main)
{
    typeof(s->rt->report[0]) *rep = &s->rt[unit].report[main];
    struct engine_event ev = {.type = ENGINE_EV_EXEC_DONE, .unit = unit, .pid = rep->pid};
    char text[RUN_REASON_TEXT] = "";
    uint8_t buf[EXECPROTO_REPORT_MAX];
    struct record_reader rd;
    struct record_entry e;
    ssize_t n;

    if (rep->id == 0)
        return;
    n = sys.read(rep->fd, buf, sizeof(buf));
    if (n == -EAGAIN || n == -EINTR)
        return;
    close_report(s, unit, main); /* one record or the end: nothing else ever comes */
    if (n > 0 && record_open(&rd, buf, (size_t)n) == 0) {
        ev.type = ENGINE_EV_EXEC_FAILED;
        ev.text = text;
        while (record_next(&rd, &e)) {
            if (e.tag == EXECPROTO_ERRNO)
                ev.value = (int)record_u32(&e);
            else if (e.tag == EXECPROTO_TEXT)
                record_text(&e, text, sizeof(text));
        }
    }
    drive_event(s, &ev);
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
    return 0;
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
        snprintf(text, sizeof(text), "cannot execute '%s': %s", what, strerrordesc_np(-r) ?: "unknown error");
        ev = (struct engine_event){.type = ENGINE_EV_SPAWN_FAILED, .unit = unit, .value = -r, .text = text};
    }
    drive_event(s, &ev);
}

/* Make a process of the unit: cgroup, report pipe where pintle-exec is used, the record's pid and group. */
static int spawn_in_unit(struct stage2 *s, uint32_t unit, struct childsetup *c, bool main)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    int cgroup_fd = cgroup_open(s, unit), r;

    if (cgroup_fd < 0 && cgroup_fd != -EOPNOTSUPP)
        return cgroup_fd;
    c->stdio = s->kmsg ? CHILD_STDIO_KMSG : CHILD_STDIO_INHERIT;
    r = c->give_fds ? open_report(s, unit, main) : 0;
    if (r >= 0)
        r = spawn_process(s, c, cgroup_fd, main ? &u->main_pid : &u->control_pid);
    if (c->give_fds) {
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
