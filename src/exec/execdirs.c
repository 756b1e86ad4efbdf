/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "execunit.h"
#include "fd.h"
#include "log.h"

static const struct {
    const char *key, *mode_key, *base, *variable;
    enum exec_step step;
    bool to_user; /* ConfigurationDirectory= stays root's */
} kinds[] = {
    {"RuntimeDirectory", "RuntimeDirectoryMode", "/run", "RUNTIME_DIRECTORY", EXEC_STEP_RUNTIME_DIRECTORY, true},
    {"StateDirectory", "StateDirectoryMode", "/var/lib", "STATE_DIRECTORY", EXEC_STEP_STATE_DIRECTORY, true},
    {"CacheDirectory", "CacheDirectoryMode", "/var/cache", "CACHE_DIRECTORY", EXEC_STEP_CACHE_DIRECTORY, true},
    {"LogsDirectory", "LogsDirectoryMode", "/var/log", "LOGS_DIRECTORY", EXEC_STEP_LOGS_DIRECTORY, true},
    {"ConfigurationDirectory", "ConfigurationDirectoryMode", "/etc", "CONFIGURATION_DIRECTORY",
     EXEC_STEP_CONFIGURATION_DIRECTORY, false},
};

/* Relative, and nothing in it that leads elsewhere. */
static bool is_plain_path(const char *s)
{
    const char *pos = s, *word;
    size_t n;

    if (!*s || *s == '/')
        return false;
    while ((word = text_next_word(&pos, "/", &n)))
        if (word[0] == '.' && (n == 1 || (n == 2 && word[1] == '.')))
            return false;
    return true;
}

static mode_t parse_mode(const char *text, mode_t fallback)
{
    uint32_t mode;

    return text && text_parse_u32(text, 8, &mode) == 0 && mode <= 07777 ? (mode_t)mode : fallback;
}

static void make_one(struct execunit *x, size_t kind, const char *path)
{
    mode_t mode = parse_mode(execunit_prop(x, kinds[kind].mode_key), 0755);
    _cleanup_close_ int fd = -EBADF;
    int r = fd_mkdir_p(path, 0755);

    if (r >= 0) {
        /* Through a descriptor, so that nobody slips a link in between. */
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        r = fd < 0 ? -errno : 0;
    }
    if (r >= 0 && fchmod(fd, mode) < 0)
        r = -errno;
    if (r >= 0 && kinds[kind].to_user && (x->uid != (uid_t)-1 || x->gid != (gid_t)-1) && fchown(fd, x->uid, x->gid) < 0)
        r = -errno;
    if (r < 0)
        execfail(kinds[kind].step, r, "cannot make '%s' for %s=", path, kinds[kind].key);
}

static void make_kind(struct execunit *x, size_t kind)
{
    _cleanup_strv_ struct strv names = {0};
    char path[4096], variable[8192];
    size_t n;

    execunit_words(x, kinds[kind].key, &names);
    if (names.n == 0)
        return;
    n = (size_t)snprintf(variable, sizeof(variable), "%s=", kinds[kind].variable);
    for (size_t i = 0; i < names.n; i++) {
        char *link = strchr(names.v[i], ':');

        if (link) /* NAME:SYMLINK, from systemd 251: the directory is what counts */
            *link = '\0';
        if (!is_plain_path(names.v[i]))
            execfail(kinds[kind].step, 0, "%s=%s is no path below '%s'", kinds[kind].key, names.v[i], kinds[kind].base);
        snprintf(path, sizeof(path), "%s/%s", kinds[kind].base, names.v[i]);
        make_one(x, kind, path);
        if (n < sizeof(variable))
            n += (size_t)snprintf(variable + n, sizeof(variable) - n, "%s%s", i > 0 ? ":" : "", path);
    }
    execunit_setenv(x, variable);
}

void execdirs_make(struct execunit *x)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        make_kind(x, i);
}

void execdirs_enter(struct execunit *x)
{
    const char *dir = execunit_prop(x, "WorkingDirectory");
    bool may_fail = dir && *dir == '-';

    if (may_fail)
        dir++;
    if (!dir || !*dir)
        return; /* PID 1's own: the root */
    if (streq(dir, "~")) {
        dir = x->home ?: x->uid == (uid_t)-1 ? "/root" : NULL;
        if (!dir)
            execfail(EXEC_STEP_CHDIR, 0, "WorkingDirectory=~, but user %u has no entry that names a home", x->uid);
    }
    if (chdir(dir) < 0 && !may_fail)
        execfail(EXEC_STEP_CHDIR, -errno, "cannot change to WorkingDirectory=%s", dir);
}

static int remove_below(int dirfd, const char *name, dev_t dev)
{
    _cleanup_closedir_ DIR *dir = NULL;
    const struct dirent *e;
    struct stat st;
    int fd;

    if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) < 0 || st.st_dev != dev) { /* mounted there: not ours to empty */
        close(fd);
        return -EXDEV;
    }
    dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return -ENOMEM;
    }
    while ((e = readdir(dir)))
        if (!streq(e->d_name, ".") && !streq(e->d_name, ".."))
            (void)remove_below(fd, e->d_name, dev);
    return unlinkat(dirfd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

int execdirs_cleanup(struct execunit *x)
{
    _cleanup_strv_ struct strv names = {0};
    const char *preserve = execunit_prop(x, "RuntimeDirectoryPreserve");
    _cleanup_close_ int run = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat st;
    int result = EXIT_SUCCESS;
    bool keep;

    if (preserve && ((text_parse_bool(preserve, &keep) == 0 && keep) || streq(preserve, "restart")))
        return EXIT_SUCCESS;
    execunit_words(x, "RuntimeDirectory", &names);
    if (run < 0 || fstat(run, &st) < 0)
        return EXIT_FAILURE;
    for (size_t i = 0; i < names.n; i++) {
        int r = 0;

        names.v[i][strcspn(names.v[i], ":")] = '\0';
        if (is_plain_path(names.v[i]))
            r = remove_below(run, names.v[i], st.st_dev);
        if (r < 0) {
            (void)log_warning(r, "cannot remove '/run/%s'", names.v[i]);
            result = EXIT_FAILURE;
        }
    }
    return result;
}
