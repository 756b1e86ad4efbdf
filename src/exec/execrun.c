/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "execunit.h"
#include "expand.h"

static const char *get_variable(const char *name, size_t length, void *data)
{
    return execunit_getenv(data, name, length);
}

static void make_argv(struct execunit *x, struct strv *argv)
{
    for (uint32_t i = 0; i < x->command->argv.count; i++) {
        const char *word = udb_str(&x->db, &x->command->argv, i);
        int r = x->command->flags & UDB_CMD_NO_EXPAND ? strv_add(argv, word)
                                                      : expand_word(word, get_variable, x, argv);

        if (r < 0)
            execfail_memory();
    }
}

/* A plain name is looked for where systemd looks, whatever the service's own PATH says. */
static void exec_by_name(struct execunit *x, const char *name, char **argv)
{
    static const char *const dirs[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};
    char path[4200];
    int error = -ENOENT;

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        if (snprintf(path, sizeof(path), "%s/%s", dirs[i], name) >= (int)sizeof(path))
            break;
        execve(path, argv, x->env.v);
        if (errno != ENOENT && errno != ENOTDIR)
            error = -errno;
    }
    execfail(EXEC_STEP_EXEC, error, "cannot execute '%s' (looked for in /usr/local/sbin ... /bin)", name);
}

void execrun_exec(struct execunit *x)
{
    static char *no_env[] = {NULL};
    const char *path = udb_text(&x->db, x->command->path);
    struct strv argv = {0};

    make_argv(x, &argv);
    if (argv.n == 0 && strv_add(&argv, path) < 0)
        execfail_memory();
    if (x->env.n == 0)
        x->env.v = no_env;
    if (!strchr(path, '/'))
        exec_by_name(x, path, argv.v);
    execve(path, argv.v, x->env.v);
    execfail(EXEC_STEP_EXEC, -errno, "cannot execute '%s'", path);
}
