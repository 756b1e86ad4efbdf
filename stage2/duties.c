/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "duties.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "fd.h"
#include "keep.h"
#include "log.h"
#include "paths.h"
#include "sys.h"

struct api_mount {
    const char *type, *path, *options;
    unsigned long flags;
    bool make_dir; /* the directory lies on a file system made here */
    bool optional; /* absent in some kernels: no word about it */
};

static const struct api_mount api_mounts[] = {
    {.type = "proc", .path = "/proc", .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {.type = "sysfs", .path = "/sys", .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC},
    {.type = "devtmpfs", .path = "/dev", .options = "mode=0755", .flags = MS_NOSUID},
    {.type = "devpts",
     .path = "/dev/pts",
     .options = "mode=0620,gid=5,ptmxmode=0666",
     .flags = MS_NOSUID | MS_NOEXEC,
     .make_dir = true},
    {.type = "tmpfs", .path = "/dev/shm", .options = "mode=1777", .flags = MS_NOSUID | MS_NODEV, .make_dir = true},
    {.type = "tmpfs", .path = "/run", .options = "mode=0755", .flags = MS_NOSUID | MS_NODEV},
    {.type = "cgroup2",
     .path = "/sys/fs/cgroup",
     .options = "nsdelegate",
     .flags = MS_NOSUID | MS_NODEV | MS_NOEXEC,
     .optional = true},
};

static bool is_mount_point(const char *path)
{
    struct statx here, parent;
    char up[64];

    snprintf(up, sizeof(up), "%s/..", path);
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &here) < 0 ||
        statx(AT_FDCWD, up, 0, STATX_BASIC_STATS, &parent) < 0)
        return false;
    if ((here.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) && (here.stx_attributes & STATX_ATTR_MOUNT_ROOT))
        return true; /* from 5.8: knows a bind mount, too */
    return here.stx_dev_major != parent.stx_dev_major || here.stx_dev_minor != parent.stx_dev_minor;
}

static bool in_pid_namespace(void)
{
    struct stat st;

    /* The first pid namespace has a number fixed in the kernel (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
    return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino != 0xEFFFFFFCU;
}

static void mount_one(const struct stage2 *s, const struct api_mount *m)
{
    int r;

    if (is_mount_point(m->path))
        return;
    if (m->make_dir)
        (void)sys.mkdir(m->path, 0755);
    r = sys.mount(m->type, m->path, m->type, m->flags, m->options);
    if (r == -EINVAL && m->options && streq(m->type, "cgroup2"))
        r = sys.mount(m->type, m->path, m->type, m->flags, NULL); /* a namespace may not set nsdelegate */
    if (r < 0 && !m->optional && !s->container)
        (void)log_error(r, "cannot mount %s on '%s'", m->type, m->path);
}

bool duties_is_container(void)
{
    return getenv("container") || in_pid_namespace();
}

/* Whatever failed before this: no descriptor of PID 1's own may get a number that is a child's. */
static void fill_low_fds(void)
{
    int fd;

    do
        fd = sys.open("/", O_PATH | O_CLOEXEC, 0);
    while (fd >= 0 && fd < STAGE2_FD_FIRST);
    if (fd >= 0)
        (void)sys.close(fd);
}

void duties_low_fds(void)
{
    (void)dup3(STDIN_FILENO, EXECPROTO_FD_DB, O_CLOEXEC);
    (void)dup3(STDIN_FILENO, EXECPROTO_FD_REPORT, O_CLOEXEC);
    fill_low_fds();
}

void duties_mounts(struct stage2 *s)
{
    int r;

    s->container = duties_is_container();
    umask(0);
    for (size_t i = 0; i < ARRAY_SIZE(api_mounts); i++)
        mount_one(s, &api_mounts[i]);
    umask(022);
    s->container = s->container || in_pid_namespace();
    r = sys.mkdir(PATH_RUNTIME_DIR, 0755);
    if (r < 0 && r != -EEXIST)
        (void)log_error(r, "cannot make '%s'", PATH_RUNTIME_DIR);
    r = sys.mkdir(PATH_NOTIFY_DIR, 0755);
    if (r < 0 && r != -EEXIST)
        (void)log_error(r, "cannot make '%s'", PATH_NOTIFY_DIR);
    (void)sys.mkdir("/run/lock", 01777);
    keep->t_early = sys.now();
}

/* Descriptors 0 to 2: nothing to read from; a machine writes to its console, and never waits for it. */
static void fix_stdio(const struct stage2 *s)
{
    int null = sys.open("/dev/null", O_RDWR | O_CLOEXEC | O_NOCTTY, 0), console = -EBADF;

    if (null < 0)
        return; /* /dev could not be mounted: what was inherited is all there is */
    if (!s->container)
        console = sys.open(STAGE2_CONSOLE, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    (void)dup2(null, STDIN_FILENO);
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (console >= 0)
            (void)dup2(console, fd);
        else if (!s->container || fcntl(fd, F_GETFD) < 0)
            (void)dup2(null, fd);
    if (null > STDERR_FILENO)
        (void)sys.close(null);
    if (console > STDERR_FILENO)
        (void)sys.close(console);
}

static void close_range_but(const struct stage2 *s, int first, int last, int a, int b)
{
    if (s->share_fds) { /* the two are in order, and a negative one is below the first */
        if (MIN(a, b) > first)
            (void)syscall(SYS_close_range, first, MIN(a, b) - 1, 0);
        if (MAX(a, b) - 1 >= MAX(first, MIN(a, b) + 1))
            (void)syscall(SYS_close_range, MAX(first, MIN(a, b) + 1), MAX(a, b) - 1, 0);
        (void)syscall(SYS_close_range, MAX(first, MAX(a, b) + 1), last, 0);
        return;
    }
    for (int fd = first; fd < 1024; fd++) /* an old kernel: what one finds there in practice */
        if (fd != a && fd != b)
            (void)sys.close(fd);
}

bool duties_can_share_fds(void)
{
    return syscall(SYS_close_range, INT_MAX, INT_MAX, 0) == 0; /* 5.9: the same kernel knows CLOSE_RANGE_UNSHARE */
}

int duties_fds(struct stage2 *s, int keep_fd, int old_fd)
{
    int high = -EBADF;

    fix_stdio(s);
    if (old_fd >= 0) {
        high = fcntl(old_fd, F_DUPFD, KEEP_FD_FIRST);
        high = high < 0 ? -EBADF : high;
    }
    s->share_fds = duties_can_share_fds();
    close_range_but(s, EXECPROTO_FD_DB, INT_MAX, keep_fd, high);
    duties_low_fds();
    return high;
}

static bool is_host_name(const char *name, ssize_t n)
{
    if (n <= 0 || n > HOST_NAME_MAX || name[0] == '-' || name[0] == '.')
        return false;
    for (ssize_t i = 0; i < n; i++)
        if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= 'A' && name[i] <= 'Z') &&
            !(name[i] >= '0' && name[i] <= '9') && name[i] != '-' && name[i] != '.' && name[i] != '_')
            return false;
    return true;
}

/* A bounded read of one line. What is no name is left aside; in a container the runtime has set one. */
static void set_host_name(const struct stage2 *s)
{
    char name[HOST_NAME_MAX + 2];
    ssize_t n = fd_read_line(AT_FDCWD, "/etc/hostname", name, sizeof(name));

    if (s->container || n == -ENOENT)
        return;
    if (!is_host_name(name, n))
        (void)log_warning(0, "'/etc/hostname' holds no host name and is left aside");
    else if (sethostname(name, (size_t)n) < 0)
        (void)log_warning(-errno, "cannot set the host name to '%s'", name);
}

static bool is_machine_id(const char *id, ssize_t n)
{
    return n == 32 && strspn(id, "0123456789abcdef") == 32;
}

static int make_machine_id(char id[34])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[16];

    if (getrandom(random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random) &&
        getrandom(random, sizeof(random), GRND_INSECURE) != (ssize_t)sizeof(random))
        return -errno;
    random[6] = (random[6] & 0x0f) | 0x40; /* a version 4 UUID, as systemd-machine-id-setup makes */
    random[8] = (random[8] & 0x3f) | 0x80;
    for (size_t i = 0; i < sizeof(random); i++) {
        id[2 * i] = digits[random[i] >> 4];
        id[2 * i + 1] = digits[random[i] & 15];
    }
    id[32] = '\n';
    id[33] = '\0';
    return 0;
}

static int write_new_file(const char *path, const char *text, size_t size)
{
    int fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0444), r;

    if (fd < 0)
        return fd;
    r = fd_write_all(fd, text, size);
    (void)sys.close(fd);
    return r;
}

/* As machine-id(5): kept where it is; written where that is possible; else a file in /run is bound over it. */
static void ensure_machine_id(void)
{
    char id[34];
    ssize_t n = fd_read_line(AT_FDCWD, "/etc/machine-id", id, sizeof(id));
    int r;

    if (is_machine_id(id, n))
        return;
    if (n == -ENOENT || (n > 0 && streq(id, "uninitialized"))) /* an empty file: an image that is no first boot */
        (void)write_new_file(PATH_FIRST_BOOT, "", 0);
    r = make_machine_id(id);
    if (r < 0) {
        (void)log_warning(r, "no machine id: there is nothing random yet");
        return;
    }
    r = write_new_file("/etc/machine-id", id, 33);
    if (r != -EROFS && r != -EACCES)
        return;
    if (write_new_file("/run/machine-id", id, 33) < 0)
        return;
    r = sys.mount("/run/machine-id", "/etc/machine-id", NULL, MS_BIND, NULL);
    if (r < 0 && r != -ENOENT)
        (void)log_warning(r, "cannot put a machine id in place of '/etc/machine-id'");
}

static void loopback_up(void)
{
    struct ifreq ifr = {.ifr_name = "lo"};
    int fd = sys.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return; /* a kernel without networking */
    if (ioctl(fd, SIOCGIFFLAGS, &ifr) == 0 && !(ifr.ifr_flags & IFF_UP)) {
        ifr.ifr_flags |= IFF_UP;
        if (ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 && errno != EPERM)
            (void)log_warning(-errno, "cannot bring the loopback interface up");
    }
    (void)sys.close(fd);
}

/* What services inherit: systemd's limit of descriptors, for programs that count on it. */
static void set_limits(void)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_max < 524288)
        (void)setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = 1024, .rlim_max = 524288});
}

void duties_host(struct stage2 *s)
{
    if (chdir("/") < 0)
        (void)log_warning(-errno, "cannot change to '/'");
    set_limits();
    set_host_name(s);
    ensure_machine_id();
    loopback_up();
}
