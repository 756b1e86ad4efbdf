/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pintle-compile - unit files in, unit database out. */
#include <getopt.h>

#include "bootenv.h"
#include "compileopt.h"
#include "dbreport.h"
#include "fd.h"
#include "running.h"
#include "log.h"
#include "manager.h"

static int write_database(const char *path, const void *data, size_t size)
{
    _cleanup_free_ char *temp = NULL;
    _cleanup_close_ int fd = -EBADF;
    int r;

    if (streq(path, "-"))
        return fd_write_all(STDOUT_FILENO, data, size);
    if (asprintf(&temp, "%s.new", path) < 0)
        return -ENOMEM;
    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return -errno;
    r = fd_write_all(fd, data, size); /* no sync: it lives on a tmpfs, and is made anew at each boot */
    if (r == 0 && rename(temp, path) < 0)
        r = -errno;
    if (r < 0)
        unlink(temp);
    return r;
}

/* What the boot is to reach; something must be left when what was asked for does not load. */
static void choose_default(struct compiler *c, const struct compileopt *o)
{
    static const char *const fallbacks[] = {"default.target", "multi-user.target", "rescue.target",
                                            "emergency.target"};
    char name[UNITNAME_MAX + 1];

    if (o->boot) {
        int r = bootenv_target(&o->env, name);

        if (r > 0 && compile_default(c, name))
            return;
        if (r > 0) {
            /* Whoever asked for one unit does not want all the others: PID 1 says so and opens the emergency shell. */
            compile_note(c, UDB_NONE, UDB_NOTE_ERROR, "", 0, "the command line asks for '%s', which does not load",
                         name);
            compile_default_missing(c, name);
            return;
        }
        if (r < 0)
            log_warning(r, "cannot read the kernel's command line");
    }
    for (size_t i = 0; i < ARRAY_SIZE(fallbacks); i++)
        if (compile_default(c, fallbacks[i]))
            return;
}

static int add_named_files(struct compiler *c, const struct compileopt *o)
{
    for (size_t i = 0; i < o->n_names; i++)
        if (strchr(o->names[i], '/')) {
            int r = unitload_add_file(c->load, o->names[i]);

            if (r < 0)
                return log_error(r, "'%s' is not the name of a unit file", o->names[i]);
        }
    return 0;
}

static bool any_loaded(const struct compiler *c)
{
    for (uint32_t i = 0; i < c->n_units; i++)
        if (c->units[i].load == UDB_LOADED)
            return true;
    return false;
}

/* The notes of what was asked for; of everything when nothing was named. Return: exit status. */
static int verify(const struct compiler *c, const struct udb *db, const struct compileopt *o)
{
    _cleanup_free_ uint32_t *units = calloc(o->n_names + 1, sizeof(*units));
    _cleanup_free_ const char **paths = calloc(o->n_names + 1, sizeof(*paths));
    struct dbreport_filter filter = {.units = units, .paths = paths, .n = o->n_names};
    struct dbreport_counts counts;
    unsigned missing = 0;

    if (!units || !paths)
        return EXIT_FAILURE;
    for (size_t i = 0; i < o->n_names; i++) {
        const char *slash = strrchr(o->names[i], '/'), *name = slash ? slash + 1 : o->names[i];
        char own[UNITNAME_MAX + 1];
        const struct unitload_file *f = NULL;

        if (unitload_resolve(c->load, name, own) == 0)
            f = unitload_find(c->load, own);
        units[i] = f ? udb_find(db, own) : UDB_NONE;
        paths[i] = f ? f->path : NULL;
        if (!f) {
            fprintf(o->json ? stderr : stdout, "%s: error: there is no such unit\n", name);
            missing++;
        }
    }
    counts = (o->json ? dbreport_notes_json : dbreport_notes)(db, o->n_names > 0 ? &filter : NULL, stdout);
    counts.notes[UDB_NOTE_ERROR] += missing;
    if (!o->quiet && !o->json)
        printf("%u units: %u errors, %u warnings, %u remarks\n", udb_count(db), counts.notes[UDB_NOTE_ERROR],
               counts.notes[UDB_NOTE_WARNING], counts.notes[UDB_NOTE_INFO]);
    return counts.notes[UDB_NOTE_ERROR] > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(const struct compileopt *o, struct compiler *c)
{
    _cleanup_free_ void *data = NULL;
    size_t size;
    struct udb db;
    int r = add_named_files(c, o);

    if (r < 0)
        return EXIT_FAILURE;
    if (o->keep)
        running_add(c);
    compile_all(c);
    if (o->boot)
        bootenv_add_gettys(&o->env, c);
    choose_default(c, o);
    manager_read(c, o->boot ? &o->env : NULL);
    r = compile_finish(c, &data, &size);
    if (r == 0)
        r = udb_open(data, size, &db, NULL);
    if (r < 0)
        return log_error(r, "cannot make the unit database"), EXIT_FAILURE;
    if (o->verify)
        return verify(c, &db, o);
    if (o->dump)
        dbreport_dump(&db, stdout);
    if (!o->quiet && c->n_notes[UDB_NOTE_ERROR] + c->n_notes[UDB_NOTE_WARNING] > 0)
        log_warning(0, "%u errors and %u warnings in unit files, see 'pintlectl verify'",
                    c->n_notes[UDB_NOTE_ERROR], c->n_notes[UDB_NOTE_WARNING]);
    if (!any_loaded(c))
        return log_error(0, "no unit could be loaded, the database would be empty"), EXIT_FAILURE;
    if (o->output) {
        r = write_database(o->output, data, size);
        if (r < 0)
            return log_error(r, "cannot write the unit database '%s'", o->output), EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct compileopt o = {0};
    struct compiler c;
    int r;

    log_open("pintle-compile", LOG_TARGET_STDERR);
    r = compileopt_parse(argc, argv, &o);
    if (r != 0)
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (o.directives) {
        dbreport_directives(stdout);
        return EXIT_SUCCESS;
    }
    /* A command line or consoles given by hand are those of the machine that is meant. */
    o.env.container = o.boot && !o.env.cmdline_path && !o.env.consoles_path && bootenv_is_container();
    r = compile_init(&c, o.root, o.dirs);
    if (r < 0) {
        log_error(r, "cannot look for unit files below '%s'", *o.root ? o.root : "/");
        return EXIT_FAILURE;
    }
    r = run(&o, &c);
    compile_done(&c);
    return r;
}
