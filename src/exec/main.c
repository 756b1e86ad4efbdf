/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pintle-exec - sets up what a service asked for, then becomes it. Started by PID 1 alone; execproto.h says how.
 */
#include <fcntl.h>

#include "conditions.h"
#include "execproto.h"
#include "execunit.h"
#include "log.h"

static _noreturn_ void run_command(const char *unit, const char *kind, const char *line)
{
    static struct execunit x;

    execunit_map(&x, unit);
    execunit_choose(&x, kind, line);
    execuser_find(&x);
    execdirs_make(&x);
    execenv_make(&x);
    execstdio_set(&x);
    execlimits_set(&x);
    execuser_become(&x);
    execdirs_enter(&x);
    execrun_exec(&x);
}

int main(int argc, char *argv[])
{
    static struct execunit x;

    log_open("pintle-exec", LOG_TARGET_STDERR);
    if (argc < 3 || fcntl(EXECPROTO_FD_DB, F_SETFD, FD_CLOEXEC) < 0) {
        fprintf(stderr, "pintle-exec: PID 1 runs this to set up a service; there is nothing to do for a person\n");
        return EXIT_FAILURE;
    }
    (void)fcntl(EXECPROTO_FD_REPORT, F_SETFD, FD_CLOEXEC);
    if (streq(argv[1], "--conditions")) {
        execunit_map(&x, argv[2]);
        return conditions_judge(&x.db, x.unit);
    }
    if (streq(argv[1], "--cleanup")) {
        execunit_map(&x, argv[2]);
        return execdirs_cleanup(&x);
    }
    if (argc < 4)
        execfail(EXEC_STEP_EXEC, 0, "no command was named");
    run_command(argv[1], argv[2], argv[3]);
}
