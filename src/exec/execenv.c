/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glob.h>

#include "envfile.h"
#include "execunit.h"
#include "fd.h"
#include "log.h"

#define ENVFILE_MAX (4 << 20)

static void set_pair(struct execunit *x, const char *name, const char *value)
{
    char *assignment;

    if (asprintf(&assignment, "%s=%s", name, value) < 0)
        execfail_memory();
    execunit_setenv(x, assignment);
    free(assignment);
}

/* PID 1's own environment, as it was given by the kernel: pintle-exec's is the service's already. */
static void pass_on(struct execunit *x)
{
    _cleanup_strv_ struct strv names = {0};
    _cleanup_free_ char *data = NULL;
    size_t size;

    execunit_words(x, "PassEnvironment", &names);
    if (names.n == 0 || fd_read_file(AT_FDCWD, "/proc/1/environ", 1 << 20, &data, &size) < 0)
        return;
    for (const char *s = data; s < data + size; s += strlen(s) + 1)
        for (size_t i = 0; i < names.n; i++) {
            size_t n = strlen(names.v[i]);

            if (strncmp(s, names.v[i], n) == 0 && s[n] == '=' && !execunit_getenv(x, names.v[i], n))
                execunit_setenv(x, s);
        }
}

static int take_assignment(const char *assignment, void *data)
{
    execunit_setenv(data, assignment);
    return 0;
}

static int read_one(struct execunit *x, const char *path)
{
    _cleanup_free_ char *data = NULL;
    size_t size;
    int r = fd_read_file(AT_FDCWD, path, ENVFILE_MAX, &data, &size);

    return r < 0 ? r : envfile_parse(data, size, take_assignment, x);
}

static void read_files(struct execunit *x)
{
    _cleanup_strv_ struct strv paths = {0};

    execunit_list(x, "EnvironmentFile", &paths);
    for (size_t i = 0; i < paths.n; i++) {
        bool may_fail = paths.v[i][0] == '-';
        const char *pattern = paths.v[i] + may_fail;
        glob_t g = {.gl_pathc = 0};
        int r = glob(pattern, GLOB_NOSORT | GLOB_BRACE, NULL, &g) == 0 ? 0 : -ENOENT;

        for (size_t j = 0; r >= 0 && j < g.gl_pathc; j++)
            r = read_one(x, g.gl_pathv[j]);
        globfree(&g);
        if (r < 0 && !may_fail)
            execfail(EXEC_STEP_MEMORY, r, "cannot read EnvironmentFile=%s", pattern); /* 204 is what systemd has here */
    }
}

/* "NAME" takes a variable away, "NAME=value" only if it has that value. */
static void unset(struct execunit *x)
{
    _cleanup_strv_ struct strv names = {0};

    execunit_words(x, "UnsetEnvironment", &names);
    for (size_t i = 0; i < names.n; i++)
        for (size_t j = 0; j < x->env.n; j++) {
            size_t n = strlen(names.v[i]);
            bool same = strchr(names.v[i], '=') ? streq(x->env.v[j], names.v[i])
                                                : strncmp(x->env.v[j], names.v[i], n) == 0 && x->env.v[j][n] == '=';

            if (same) {
                memmove(x->env.v + j, x->env.v + j + 1, (x->env.n - j) * sizeof(x->env.v[0])); /* the NULL, too */
                x->env.n--;
                j--;
            }
        }
}

static void set_term(struct execunit *x)
{
    const char *in = execunit_prop(x, "StandardInput"), *tty = execunit_prop(x, "TTYPath") ?: "/dev/console";
    const char *n;

    if (!tty || ((!in || !text_after(in, "tty")) && !execunit_prop(x, "TTYPath")))
        return;
    n = text_after(tty, "/dev/tty");
    if (!execunit_getenv(x, "TERM", 4))
        set_pair(x, "TERM", n && *n >= '0' && *n <= '9' ? "linux" : streq(tty, "/dev/console") ? "linux" : "vt220");
}

void execenv_make(struct execunit *x)
{
    /* What pintle-exec was given comes first and loses against what follows. */
    for (char **e = environ; e && *e; e++)
        execunit_setenv(x, *e);
    pass_on(x);
    if (x->user) {
        const char *const given[][2] = {
            {"USER", x->user}, {"LOGNAME", x->user}, {"HOME", x->home}, {"SHELL", x->shell}};

        for (size_t i = 0; i < ARRAY_SIZE(given); i++) /* Environment= may have said otherwise */
            if (!execunit_getenv(x, given[i][0], strlen(given[i][0])))
                set_pair(x, given[i][0], given[i][1]);
    }
    set_term(x);
    read_files(x);
    unset(x);
}
