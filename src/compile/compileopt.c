/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "compileopt.h"

#include <getopt.h>

#include "log.h"

static const char usage[] =
    "usage: pintle-compile [options] [-o FILE]\n"
    "       pintle-compile [options] --verify [UNIT|FILE...]\n"
    "\n"
    "Reads the unit files of the system and writes the unit database that PID 1 maps.\n"
    "\n"
    "  -o, --output FILE     write the database to FILE, whole or not at all; - is standard output\n"
    "      --boot            also take what the kernel's command line and the console in use ask for\n"
    "      --keep            every unit that PID 1 has running stays one, even when its file is gone\n"
    "      --verify          print what is wrong with the unit files; exit status 1 when there are errors\n"
    "      --json            with --verify: as JSON\n"
    "      --dump            print the database\n"
    "      --directives      print the table of directives: section, name, status, meaning\n"
    "      --root DIR        look below DIR\n"
    "      --unit-path A:B   look in these directories instead, the first counts most\n"
    "      --cmdline FILE    with --boot: instead of /proc/cmdline\n"
    "      --consoles FILE   with --boot: instead of /sys/class/tty/console/active\n"
    "  -q, --quiet           no summary\n"
    "  -h, --help            this text\n";

enum {
    OPT_BOOT = 256,
    OPT_KEEP,
    OPT_VERIFY,
    OPT_JSON,
    OPT_DUMP,
    OPT_DIRECTIVES,
    OPT_ROOT,
    OPT_UNIT_PATH,
    OPT_CMDLINE,
    OPT_CONSOLES
};

#define MAX_DIRS 16

/* Cuts the argument itself into pieces. */
static int split_dirs(char *arg, struct compileopt *o)
{
    static const char *dirs[MAX_DIRS + 1];
    size_t n = 0;

    for (char *dir; (dir = strsep(&arg, ":"));) {
        if (!*dir)
            continue;
        if (n == MAX_DIRS)
            return log_error(-E2BIG, "--unit-path names more than %d directories", MAX_DIRS);
        dirs[n++] = dir;
    }
    dirs[n] = NULL;
    o->dirs = dirs;
    return 0;
}

static int take_option(int option, struct compileopt *o)
{
    switch (option) {
    case 'o':
        o->output = optarg;
        break;
    case 'q':
        o->quiet = true;
        break;
    case OPT_BOOT:
        o->boot = true;
        break;
    case OPT_KEEP:
        o->keep = true;
        break;
    case OPT_VERIFY:
        o->verify = true;
        break;
    case OPT_JSON:
        o->json = true;
        break;
    case OPT_DUMP:
        o->dump = true;
        break;
    case OPT_DIRECTIVES:
        o->directives = true;
        break;
    case OPT_ROOT:
        o->root = streq(optarg, "/") ? "" : optarg;
        break;
    case OPT_UNIT_PATH:
        return split_dirs(optarg, o);
    case OPT_CMDLINE:
        o->env.cmdline_path = optarg;
        break;
    case OPT_CONSOLES:
        o->env.consoles_path = optarg;
        break;
    case 'h':
        fputs(usage, stdout);
        return 1;
    default:
        fputs("try 'pintle-compile --help'\n", stderr);
        return -EINVAL;
    }
    return 0;
}

int compileopt_parse(int argc, char **argv, struct compileopt *ret)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {"boot", no_argument, NULL, OPT_BOOT},
        {"keep", no_argument, NULL, OPT_KEEP},
        {"verify", no_argument, NULL, OPT_VERIFY},
        {"json", no_argument, NULL, OPT_JSON},
        {"dump", no_argument, NULL, OPT_DUMP},
        {"directives", no_argument, NULL, OPT_DIRECTIVES},
        {"root", required_argument, NULL, OPT_ROOT},
        {"unit-path", required_argument, NULL, OPT_UNIT_PATH},
        {"cmdline", required_argument, NULL, OPT_CMDLINE},
        {"consoles", required_argument, NULL, OPT_CONSOLES},
        {0},
    };
    struct compileopt o = {.root = ""};
    int option, r = 0;

    while (r == 0 && (option = getopt_long(argc, argv, "o:qh", table, NULL)) >= 0)
        r = take_option(option, &o);
    if (r != 0)
        return r;
    o.names = argv + optind;
    o.n_names = (size_t)(argc - optind);
    if (o.n_names > 0 && !o.verify)
        return log_error(-EINVAL, "'%s' is too much: names go with --verify", o.names[0]);
    *ret = o;
    return 0;
}
