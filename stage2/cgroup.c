/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "drive.h"
#include "log.h"
#include "spawnslot.h"
#include "sys.h"
#include "text.h"

#define ROOT "/sys/fs/cgroup"

/* A unit's name, a template's slice before it with each "-" as "\x2d". */
#define PATH_ROOM 1100

/* Rounds of reading cgroup.procs in one kill: a fork bomb must not hold PID 1. SIGKILL goes by cgroup.kill. */
#define KILL_ROUNDS 4

static int slice_fd = -EBADF; /* system.slice, O_PATH */

/* Units that are watched without cgroups: a list through unit_rt.watch_next. */
static uint32_t watch_head = RUN_NONE;

void cgroup_init(struct stage2 *s)
{
    struct statfs fs;
    int r;

    if (s->options.no_cgroups || statfs(ROOT, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
        return;
    r = sys.mkdir(ROOT "/system.slice", 0755);
    if (r < 0 && r != -EEXIST) {
        /* A container with a read-only hierarchy: nothing to report, process groups do. */
        if (r != -EROFS && r != -EACCES && r != -EPERM)
            (void)log_warning(r, "cannot make '%s/system.slice', services run without cgroups", ROOT);
        return;
    }
    slice_fd = sys.open(ROOT "/system.slice", O_DIRECTORY | O_RDONLY | O_CLOEXEC, 0);
    (void)sys.mkdir(ROOT "/init.scope", 0755);
    r = sys.open(ROOT "/init.scope/cgroup.procs", O_WRONLY | O_CLOEXEC, 0);
    if (r >= 0) {
        (void)sys.write(r, "0", 1);
        (void)sys.close(r);
    }
}

/* Relative to system.slice. @ret_slice: how much of it is the template's slice, 0 for none. */
static int path_of(struct stage2 *s, uint32_t unit, char *buf, size_t size, size_t *ret_slice)
{
    const char *name = udb_name(&s->db, unit), *at = strchr(name, '@');
    size_t n = 0;

    *ret_slice = 0;
    if (at) {
        n = (size_t)snprintf(buf, size, "system-");
        for (const char *p = name; p < at && n + 16 < size; p++) {
            const char *as = *p == '-' ? "\\x2d" : (char[2]){*p, '\0'};

            n += (size_t)snprintf(buf + n, size - n, "%s", as);
        }
        n += (size_t)snprintf(buf + n, size - n, ".slice");
        *ret_slice = n;
    }
    n += (size_t)snprintf(buf + n, size - n, "%s%s", at ? "/" : "", name);
    return n < size ? 0 : -ENAMETOOLONG;
}

static int make_dir(char *path, size_t slice)
{
    if (mkdirat(slice_fd, path, 0755) == 0 || errno == EEXIST)
        return 0;
    if (errno != ENOENT || slice == 0)
        return -errno;
    path[slice] = '\0';
    if (mkdirat(slice_fd, path, 0755) < 0 && errno != EEXIST)
        return -errno;
    path[slice] = '/';
    return mkdirat(slice_fd, path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static void set_flag(struct run_unit *u, uint32_t flag, bool on)
{
    runtab_begin(u);
    u->flags = on ? u->flags | flag : u->flags & ~flag;
    runtab_end(u);
}

int cgroup_open(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    char path[PATH_ROOM];
    size_t slice;
    int fd, r;

    if (slice_fd < 0)
        return -EOPNOTSUPP;
    r = path_of(s, unit, path, sizeof(path), &slice);
    if (r >= 0 && !(u->flags & RUN_HAS_CGROUP))
        r = make_dir(path, slice);
    if (r < 0)
        return r;
    fd = sys.openat(slice_fd, path, O_DIRECTORY | O_RDONLY | O_CLOEXEC, 0);
    if (fd == -ENOENT) { /* somebody removed it */
        r = make_dir(path, slice);
        fd = r < 0 ? r : sys.openat(slice_fd, path, O_DIRECTORY | O_RDONLY | O_CLOEXEC, 0);
    }
    if (fd >= 0 && !(u->flags & RUN_HAS_CGROUP))
        set_flag(u, RUN_HAS_CGROUP, true);
    return fd;
}

static bool has_cgroup(const struct stage2 *s, uint32_t unit)
{
    return slice_fd >= 0 && (runtab_unit(&s->table, unit)->flags & RUN_HAS_CGROUP);
}

/* Open a file of the unit's cgroup. */
static int open_file(struct stage2 *s, uint32_t unit, const char *name, int flags)
{
    char path[PATH_ROOM];
    size_t slice, n;
    int r = path_of(s, unit, path, sizeof(path), &slice);

    if (r < 0)
        return r;
    n = strlen(path);
    if (snprintf(path + n, sizeof(path) - n, "/%s", name) >= (int)(sizeof(path) - n))
        return -ENAMETOOLONG;
    return sys.openat(slice_fd, path, flags | O_CLOEXEC, 0);
}

static void stop_watching(struct stage2 *s, uint32_t unit)
{
    struct unit_rt *rt = &s->rt[unit];

    if (rt->watch_id != 0) {
        loop_remove(&s->loop, rt->watch_id);
        (void)sys.close(rt->watch_fd);
        rt->watch_id = 0;
    }
    rt->watching = false; /* a member of the list leaves it at the next recheck */
}

void cgroup_remove(struct stage2 *s, uint32_t unit)
{
    struct run_unit *u = runtab_unit(&s->table, unit);
    char path[PATH_ROOM];
    size_t slice;

    stop_watching(s, unit);
    if (has_cgroup(s, unit) && path_of(s, unit, path, sizeof(path), &slice) == 0) {
        /* EBUSY: KillMode=process left processes in it on purpose. ENOTEMPTY never: the kernel says EBUSY too. */
        if (unlinkat(slice_fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
            set_flag(u, RUN_HAS_CGROUP, false);
        if (slice > 0) {
            path[slice] = '\0';
            (void)unlinkat(slice_fd, path, AT_REMOVEDIR); /* while another instance is there: EBUSY */
        }
    }
}

static void kill_one(pid_t pid, int signal)
{
    int r;

    if (pid == 0 || pid == 1 || pid == -1) /* a broken contract: those would be PID 1's group, itself, everybody */
        return;
    r = sys.kill(pid, signal);
    if (r < 0 && r != -ESRCH) /* that is: it ended by itself meanwhile */
        (void)log_warning(r, "cannot send signal %d to %d", signal, (int)pid);
    if (signal == SIGTERM || signal == SIGHUP)
        (void)sys.kill(pid, SIGCONT); /* a stopped process would not notice */
}

/* Calls @fn for each pid in the unit's cgroup. The kernel writes the file: digits and newlines. */
static size_t each_pid(struct stage2 *s, uint32_t unit, bool (*fn)(pid_t pid, void *arg), void *arg)
{
    char buf[4096];
    int fd = open_file(s, unit, "cgroup.procs", O_RDONLY);
    size_t n_pids = 0;
    ssize_t n;
    pid_t pid = 0;

    if (fd < 0)
        return 0;
    for (int i = 0; i < 64; i++) {
        n = sys.read(fd, buf, sizeof(buf));
        if (n <= 0)
            break;
        for (ssize_t j = 0; j < n; j++) {
            if (buf[j] >= '0' && buf[j] <= '9') {
                pid = pid * 10 + (buf[j] - '0');
                continue;
            }
            n_pids++;
            if (pid > 0 && !fn(pid, arg))
                i = 64;
            pid = 0;
        }
    }
    (void)sys.close(fd);
    return n_pids;
}

static bool kill_fn(pid_t pid, void *signal)
{
    kill_one(pid, *(int *)signal);
    return true;
}

struct search {
    pid_t pid;
    bool found;
};

static bool find_fn(pid_t pid, void *data)
{
    struct search *search = data;

    search->found = pid == search->pid;
    return !search->found;
}

/* A child that has not exec'd yet may not have come into its session or cgroup: it is meant by its number. */
static void kill_in_flight(const struct run_unit *u, int signal)
{
    if (u->main_pid > 0 && spawnslot_in_flight(u->main_pid))
        kill_one(u->main_pid, signal);
    if (u->control_pid > 0 && spawnslot_in_flight(u->control_pid))
        kill_one(u->control_pid, signal);
}

static void kill_all(struct stage2 *s, uint32_t unit, int signal)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);

    kill_in_flight(u, signal);
    if (has_cgroup(s, unit)) {
        int fd = signal == SIGKILL ? open_file(s, unit, "cgroup.kill", O_WRONLY) : -ENOENT; /* from 5.14 */

        if (fd >= 0) {
            ssize_t r = sys.write(fd, "1", 1);

            (void)sys.close(fd);
            if (r > 0)
                return;
        }
        for (int i = 0; i < (signal == SIGKILL ? KILL_ROUNDS : 1); i++)
            if (each_pid(s, unit, kill_fn, &signal) == 0)
                break;
    } else {
        if (u->main_group > 0)
            kill_one(-u->main_group, signal);
        if (u->control_group > 0)
            kill_one(-u->control_group, signal);
    }
    /* A main process that came by MAINPID= may live elsewhere. */
    if ((u->flags & RUN_MAIN_FOREIGN) && u->main_pid > 0)
        kill_one(u->main_pid, signal);
}

void cgroup_kill(struct stage2 *s, uint32_t unit, enum engine_whom whom, int signal)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);

    switch (whom) {
    case ENGINE_KILL_MAIN:
        kill_one(u->main_pid, signal);
        break;
    case ENGINE_KILL_CONTROL:
        kill_one(u->control_pid, signal);
        break;
    case ENGINE_KILL_ALL:
        kill_all(s, unit, signal);
        break;
    }
}

static bool group_is_empty(pid_t group)
{
    return group <= 1 || sys.kill(-group, 0) == -ESRCH;
}

static bool groups_are_empty(const struct stage2 *s, uint32_t unit)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);

    return group_is_empty(u->main_group) && group_is_empty(u->control_group);
}

/* Return: whether "populated 0" is there; a file that cannot be read says the same: the cgroup is gone. */
static bool events_say_empty(int fd)
{
    char buf[256];
    ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);

    if (n <= 0)
        return true;
    buf[n] = '\0';
    return strstr(buf, "populated 0") != NULL;
}

static void tell_empty(struct stage2 *s, uint32_t unit)
{
    (void)drive_event(s, &(struct engine_event){.type = ENGINE_EV_EMPTY, .unit = unit});
}

static void on_events(void *data, int fd, uint32_t events _unused_)
{
    uint32_t unit = stage2_data_unit(data);

    if (!events_say_empty(fd))
        return;
    stop_watching(&stage2, unit);
    tell_empty(&stage2, unit);
}

static void watch_in_list(struct stage2 *s, uint32_t unit)
{
    struct unit_rt *rt = &s->rt[unit];

    rt->watching = true;
    if (rt->in_list)
        return;
    rt->in_list = true;
    rt->watch_next = watch_head;
    watch_head = unit;
}

bool cgroup_watch_empty(struct stage2 *s, uint32_t unit)
{
    struct unit_rt *rt = &s->rt[unit];
    int fd;

    if (!has_cgroup(s, unit)) {
        if (groups_are_empty(s, unit))
            return true;
        watch_in_list(s, unit);
        return false;
    }
    if (rt->watch_id != 0)
        return false;
    fd = open_file(s, unit, "cgroup.events", O_RDONLY);
    if (fd < 0)
        return true;
    /* Watched before it is read: what happens in between is an event. */
    if (loop_add(&s->loop, fd, EPOLLPRI, LOOP_PRIO_CHILD, on_events, stage2_unit_data(unit), &rt->watch_id) < 0) {
        bool empty = events_say_empty(fd);

        (void)sys.close(fd);
        if (!empty)
            watch_in_list(s, unit);
        return empty;
    }
    rt->watch_fd = fd;
    rt->watching = true;
    if (!events_say_empty(fd))
        return false;
    stop_watching(s, unit);
    return true;
}

static bool is_empty_now(struct stage2 *s, uint32_t unit)
{
    int fd;
    bool empty;

    if (!has_cgroup(s, unit))
        return groups_are_empty(s, unit);
    fd = open_file(s, unit, "cgroup.events", O_RDONLY);
    if (fd < 0)
        return true;
    empty = events_say_empty(fd);
    (void)sys.close(fd);
    return empty;
}

void cgroup_recheck(struct stage2 *s)
{
    uint32_t *link = &watch_head;

    while (*link != RUN_NONE) {
        uint32_t unit = *link;
        struct unit_rt *rt = &s->rt[unit];
        bool empty = rt->watching && is_empty_now(s, unit);

        if (rt->watching && !empty) {
            link = &rt->watch_next;
            continue;
        }
        *link = rt->watch_next;
        rt->in_list = false;
        rt->watching = false;
        /* Told at once: it changes the engine alone, never this list; actions come later, in drive_pump. */
        if (empty)
            tell_empty(s, unit);
    }
}

bool cgroup_has(struct stage2 *s, uint32_t unit, pid_t pid)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);
    struct search search = {.pid = pid};
    pid_t group = getpgid(pid);

    if (has_cgroup(s, unit)) {
        (void)each_pid(s, unit, find_fn, &search);
        return search.found;
    }
    return group > 0 && (group == u->main_group || group == u->control_group);
}

void cgroup_forget_list(void)
{
    watch_head = RUN_NONE;
}

void cgroup_move(struct stage2 *s, uint32_t unit, const struct unit_rt *old)
{
    struct unit_rt *rt = &s->rt[unit];

    rt->watch_id = old->watch_id;
    rt->watch_fd = old->watch_fd;
    rt->watching = old->watching;
    loop_set_data(&s->loop, old->watch_id, stage2_unit_data(unit));
    if (old->in_list && old->watching)
        watch_in_list(s, unit);
}

void cgroup_remember_list(struct stage2 *s)
{
    for (uint32_t i = 0; i < udb_count(&s->db); i++)
        if (s->rt[i].in_list) {
            s->rt[i].in_list = false;
            watch_in_list(s, i);
        }
}
