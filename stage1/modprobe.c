/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modprobe.h"

#include "cmdline.h"
#include "loader.h"
#include "log.h"
#include "text.h"

bool modprobe_is_meant(const char *program)
{
    return program && (streq(program, "modprobe") || text_has_suffix(program, "/modprobe"));
}

static void on_module(void *data)
{
}

/* The first word that is no option, and what is behind it. */
static char **names_of(char **argv)
{
    char **name = argv + 1;

    while (*name && **name == '-' && !streq(*name, "--"))
        name++;
    return *name && streq(*name, "--") ? name + 1 : name;
}

int modprobe_run(char **argv)
{
    struct cmdline cmdline = {0};
    struct loader l;
    int r, status = EXIT_SUCCESS;

    log_open("modprobe", LOG_TARGET_KMSG);
    (void)cmdline_read(NULL, &cmdline); /* before /proc is mounted there are no options to be had */
    r = loader_init(&l, MODINDEX_PATH, &cmdline, NULL, on_module, NULL);
    if (r < 0)
        log_error(r, "cannot use the list of modules '%s'", MODINDEX_PATH);
    for (char **name = names_of(argv); *name; name++)
        if (r < 0 || loader_load_here(&l, *name) < 0)
            status = EXIT_FAILURE;
    loader_done(&l);
    cmdline_done(&cmdline);
    return status;
}
