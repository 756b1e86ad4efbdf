/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "condtest.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <glob.h>
#include <grp.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "cmdline.h"
#include "fd.h"
#include "paths.h"
#include "text.h"

static bool path_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool path_exists_glob(const char *pattern)
{
    glob_t g = {.gl_pathc = 0};
    bool found = glob(pattern, GLOB_NOSORT | GLOB_BRACE, NULL, &g) == 0 && g.gl_pathc > 0;

    globfree(&g);
    return found;
}

static bool path_is_directory(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool path_is_symbolic_link(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static bool path_is_mount_point(const char *path)
{
    struct statx sx;

    return statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, &sx) == 0 && (sx.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static bool path_is_read_write(const char *path)
{
    struct statvfs vfs;

    return statvfs(path, &vfs) == 0 && !(vfs.f_flag & ST_RDONLY);
}

static bool directory_not_empty(const char *path)
{
    _cleanup_closedir_ DIR *dir = opendir(path);
    const struct dirent *e;

    while (dir && (e = readdir(dir)))
        if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
            return true;
    return false;
}

static bool file_not_empty(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

static bool file_is_executable(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

/* A word, "key=value", or a key that may have a value. */
static bool kernel_command_line(const char *value)
{
    _cleanup_cmdline_ struct cmdline cmdline = {.n = 0};
    _cleanup_free_ char *copy = strdup(value);
    char *equals = copy ? strchr(copy, '=') : NULL;
    const char *found;

    if (!copy || cmdline_read(NULL, &cmdline) < 0)
        return false;
    if (!equals)
        return cmdline_has(&cmdline, copy) || cmdline_get(&cmdline, copy);
    *equals = '\0';
    found = cmdline_get(&cmdline, copy);
    return found && streq(found, equals + 1);
}

static bool first_boot(const char *value)
{
    bool wanted;

    return text_parse_bool(value, &wanted) == 0 &&
           wanted == (path_exists(PATH_FIRST_BOOT) || path_exists("/run/systemd/first-boot"));
}

/* "/etc" or "/var": older than /usr, as the stamp .updated says. */
static bool needs_update(const char *path)
{
    char stamp[4096];
    struct stat usr, updated;
    struct statvfs vfs;

    if (statvfs(path, &vfs) < 0 || (vfs.f_flag & ST_RDONLY) || stat("/usr/", &usr) < 0)
        return false;
    snprintf(stamp, sizeof(stamp), "%s/.updated", path);
    if (lstat(stamp, &updated) < 0)
        return true;
    return usr.st_mtim.tv_sec > updated.st_mtim.tv_sec ||
           (usr.st_mtim.tv_sec == updated.st_mtim.tv_sec && usr.st_mtim.tv_nsec > updated.st_mtim.tv_nsec);
}

/* PID 1 is root, and in no other group: that is all these can be asked about. */
static bool user_is(const char *value)
{
    return streq(value, "root") || streq(value, "0") || streq(value, "@system");
}

static bool group_is(const char *value)
{
    return streq(value, "root") || streq(value, "0");
}

static bool environment_has(const char *value)
{
    _cleanup_free_ char *data = NULL;
    size_t size, n = strlen(value);

    if (fd_read_file(AT_FDCWD, "/proc/1/environ", 1 << 20, &data, &size) < 0)
        return false;
    for (const char *s = data; s < data + size; s += strlen(s) + 1)
        if (strchr(value, '=') ? streq(s, value) : strncmp(s, value, n) == 0 && s[n] == '=')
            return true;
    return false;
}

static bool control_group_controller(const char *value)
{
    char line[512];
    const char *pos = line, *word;
    size_t n;
    bool v2 = fd_read_line(AT_FDCWD, "/sys/fs/cgroup/cgroup.controllers", line, sizeof(line)) >= 0;

    if (streq(value, "v2") || streq(value, "v1"))
        return v2 == streq(value, "v2");
    while (v2 && (word = text_next_word(&pos, " ", &n)))
        if (n == strlen(value) && strncmp(word, value, n) == 0)
            return true;
    return false;
}

/* Longest first: "<=" is not "<". */
static const char *const operators[] = {"<=", ">=", "!=", "<", ">", "="};
enum op { OP_LE, OP_GE, OP_NE, OP_LT, OP_GT, OP_EQ, OP_NONE };

static enum op take_operator(const char **s)
{
    for (int i = 0; i < OP_NONE; i++) {
        const char *rest = text_after(*s, operators[i]);

        if (rest) {
            *s = rest + strspn(rest, " \t");
            return (enum op)i;
        }
    }
    return OP_NONE;
}

static bool holds(enum op op, int order)
{
    switch (op) {
    case OP_LE:
        return order <= 0;
    case OP_GE:
    case OP_NONE:
        return order >= 0;
    case OP_NE:
        return order != 0;
    case OP_LT:
        return order < 0;
    case OP_GT:
        return order > 0;
    case OP_EQ:
        return order == 0;
    }
    return false;
}

enum condtest_result condtest_compare(const char *expression, uint64_t actual)
{
    enum op op = take_operator(&expression);
    static const char suffixes[] = "KMGT";
    char digits[24];
    size_t n = strspn(expression, "0123456789");
    const char *suffix = expression[n] ? strchr(suffixes, expression[n]) : NULL;
    uint64_t wanted;

    if (n == 0 || n >= sizeof(digits) || (expression[n] && (!suffix || expression[n + 1])))
        return CONDTEST_UNKNOWN;
    memcpy(digits, expression, n);
    digits[n] = '\0';
    if (text_parse_u64(digits, 10, &wanted) < 0)
        return CONDTEST_UNKNOWN;
    if (suffix)
        wanted <<= 10 * (suffix - suffixes + 1);
    return holds(op, (actual > wanted) - (actual < wanted)) ? CONDTEST_TRUE : CONDTEST_FALSE;
}

enum condtest_result condtest_version(const char *expression, const char *actual)
{
    enum op op = take_operator(&expression);

    if (op == OP_NONE || strpbrk(expression, "*?["))
        return fnmatch(expression, actual, 0) == 0 ? CONDTEST_TRUE : CONDTEST_FALSE;
    return holds(op, strverscmp(actual, expression)) ? CONDTEST_TRUE : CONDTEST_FALSE;
}

static enum condtest_result kernel_version(const char *value)
{
    struct utsname u;

    return uname(&u) < 0 ? CONDTEST_UNKNOWN : condtest_version(value, u.release);
}

static enum condtest_result memory(const char *value)
{
    struct sysinfo si;

    return sysinfo(&si) < 0 ? CONDTEST_UNKNOWN : condtest_compare(value, (uint64_t)si.totalram * si.mem_unit);
}

static enum condtest_result cpus(const char *value)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof(set), &set) < 0 ? CONDTEST_UNKNOWN
                                                       : condtest_compare(value, (uint64_t)CPU_COUNT(&set));
}

static const struct {
    const char *name;
    bool (*test)(const char *value);
    enum condtest_result (*test3)(const char *value);
} tests[] = {
    {"PathExists", path_exists, NULL},
    {"PathExistsGlob", path_exists_glob, NULL},
    {"PathIsDirectory", path_is_directory, NULL},
    {"PathIsSymbolicLink", path_is_symbolic_link, NULL},
    {"PathIsMountPoint", path_is_mount_point, NULL},
    {"PathIsReadWrite", path_is_read_write, NULL},
    {"DirectoryNotEmpty", directory_not_empty, NULL},
    {"FileNotEmpty", file_not_empty, NULL},
    {"FileIsExecutable", file_is_executable, NULL},
    {"KernelCommandLine", kernel_command_line, NULL},
    {"KernelVersion", NULL, kernel_version},
    {"Memory", NULL, memory},
    {"CPUs", NULL, cpus},
    {"Virtualization", condhost_virtualization, NULL},
    {"Architecture", condhost_architecture, NULL},
    {"Host", condhost_host, NULL},
    {"Capability", condhost_capability, NULL},
    {"Security", condhost_security, NULL},
    {"ACPower", condhost_ac_power, NULL},
    {"FirstBoot", first_boot, NULL},
    {"NeedsUpdate", needs_update, NULL},
    {"User", user_is, NULL},
    {"Group", group_is, NULL},
    {"Environment", environment_has, NULL},
    {"ControlGroupController", control_group_controller, NULL},
};

enum condtest_result condtest_run(const char *name, const char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
        if (!streq(tests[i].name, name))
            continue;
        if (tests[i].test3)
            return tests[i].test3(value);
        return tests[i].test(value) ? CONDTEST_TRUE : CONDTEST_FALSE;
    }
    return CONDTEST_UNKNOWN;
}
