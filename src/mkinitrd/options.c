/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "log.h"

enum {
    OPT_HOST = 256,
    OPT_GENERIC,
    OPT_LIST,
    OPT_SYSROOT,
    OPT_MODDIR,
    OPT_MODULES,
    OPT_UDEVD,
    OPT_NO_SHELL,
    OPT_NO_FSCK,
    OPT_ADD,
    OPT_COMPRESS,
    OPT_STAGE1,
    OPT_SHELL_HASH,
    OPT_ROOT_PASSWORD,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"kernel", required_argument, NULL, 'k'},
    {"output", required_argument, NULL, 'o'},
    {"host", no_argument, NULL, OPT_HOST},
    {"generic", no_argument, NULL, OPT_GENERIC},
    {"list", no_argument, NULL, OPT_LIST},
    {"sysroot", required_argument, NULL, OPT_SYSROOT},
    {"moddir", required_argument, NULL, OPT_MODDIR},
    {"modules", required_argument, NULL, OPT_MODULES},
    {"udevd", no_argument, NULL, OPT_UDEVD},
    {"no-shell", no_argument, NULL, OPT_NO_SHELL},
    {"no-fsck", no_argument, NULL, OPT_NO_FSCK},
    {"add", required_argument, NULL, OPT_ADD},
    {"compress", required_argument, NULL, OPT_COMPRESS},
    {"stage1", required_argument, NULL, OPT_STAGE1},
    {"shell-hash", required_argument, NULL, OPT_SHELL_HASH},
    {"root-password", no_argument, NULL, OPT_ROOT_PASSWORD},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static const char help_text[] =
    "pintle-mkinitrd [OPTION...]\n"
    "pintle-mkinitrd --list [FILE]\n\n"
    "Build an initramfs image that boots through pintle's stage one.\n\n"
    "  -k, --kernel VERSION     the kernel whose modules go in (default: the running one)\n"
    "  -o, --output FILE        where to write (default: /boot/pintle-VERSION.img)\n"
    "      --host               what this machine needs to reach its root (default)\n"
    "      --generic            every driver that can lead to a local root\n"
    "      --modules LIST       these modules, separated by commas, with all that they need;\n"
    "                           alone: no others, with --host or --generic: these too\n"
    "      --list               show what is in an image\n"
    "      --sysroot DIR        take programs, libraries, modules and firmware from below DIR\n"
    "      --moddir DIR         take modules and firmware from below DIR\n"
    "      --stage1 FILE        the program that becomes /init\n"
    "      --add FILE[:DEST]    one file more, with the libraries that it needs; may be repeated\n"
    "      --udevd              with udev's daemon and its storage rules, for LVM and the like\n"
    "      --no-shell           without a recovery shell\n"
    "      --no-fsck            without file system checkers\n"
    "      --shell-hash HASH    crypt(3) hash of the password that opens the recovery shell\n"
    "      --root-password      the hash is root's, from /etc/shadow\n"
    "      --compress METHOD    none, zstd, gzip, xz or lz4 (default: what suits kernel and size)\n"
    "  -v, --verbose            say what goes in and why, and what was left out\n"
    "  -h, --help               this text\n"
    "      --version            pintle's version\n\n"
    "See pintle-mkinitrd(8).\n";

static int usage(const char *format, ...) _printf_(1, 2);
static int usage(const char *format, ...)
{
    char message[512];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    log_error(0, "%s", message);
    fputs("try 'pintle-mkinitrd --help'\n", stderr);
    return OPTIONS_USAGE;
}

static int set_mode(struct options *o, enum options_mode mode)
{
    if (o->mode != MODE_UNSET && o->mode != mode)
        return usage("--host and --generic cannot be used together");
    o->mode = mode;
    return OPTIONS_RUN;
}

static int add_list(struct strv *list, const char *value)
{
    const char *pos = value, *word;
    size_t len;
    int r;

    while ((word = text_next_word(&pos, ", \t\n", &len))) {
        r = strv_take(list, strndup(word, len));
        if (r < 0)
            return r;
    }
    return OPTIONS_RUN;
}

static int set_compress(struct options *o, const char *name)
{
    if (compress_parse(name, &o->compress) < 0)
        return usage("'%s' is no compression method; there are none, zstd, gzip, xz and lz4", name);
    if (!compress_is_built(o->compress))
        return usage("this program was built without '%s'", name);
    return OPTIONS_RUN;
}

/* "/" and "" are this machine; other directories must be there, and come without a slash at the end. */
static int set_dir(const char **ret, char *dir)
{
    struct stat st;
    size_t n = strlen(dir);

    while (n > 0 && dir[n - 1] == '/')
        dir[--n] = '\0';
    errno = 0;
    if (n > 0 && (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)))
        return log_error(errno ? -errno : -ENOTDIR, "cannot use '%s'", dir);
    *ret = dir;
    return OPTIONS_RUN;
}

static int set_option(struct options *o, int option, char *value)
{
    switch (option) {
    case 'k':
        o->kernel = value;
        break;
    case 'o':
        o->output = value;
        break;
    case 'v':
        o->verbose = true;
        break;
    case 'h':
        fputs(help_text, stdout);
        return OPTIONS_DONE;
    case OPT_VERSION:
        puts("pintle-mkinitrd " PACKAGE_VERSION);
        return OPTIONS_DONE;
    case OPT_HOST:
        return set_mode(o, MODE_HOST);
    case OPT_GENERIC:
        return set_mode(o, MODE_GENERIC);
    case OPT_LIST:
        o->list = true;
        break;
    case OPT_SYSROOT:
        return set_dir(&o->sysroot, value);
    case OPT_MODDIR:
        return set_dir(&o->moddir, value);
    case OPT_MODULES:
        return add_list(&o->modules, value);
    case OPT_UDEVD:
        o->udevd = true;
        break;
    case OPT_NO_SHELL:
        o->no_shell = true;
        break;
    case OPT_NO_FSCK:
        o->no_fsck = true;
        break;
    case OPT_ADD:
        return strv_add(&o->add, value);
    case OPT_COMPRESS:
        return set_compress(o, value);
    case OPT_STAGE1:
        o->stage1 = value;
        break;
    case OPT_SHELL_HASH:
        o->shell_hash = value;
        break;
    case OPT_ROOT_PASSWORD:
        o->root_password = true;
        break;
    default:
        return usage("cannot use this command line"); /* getopt_long has said why */
    }
    return OPTIONS_RUN;
}

static int check(struct options *o, int argc, char **argv)
{
    if (o->list && optind < argc)
        o->list_file = argv[optind++];
    if (optind < argc)
        return usage("'%s' is one word too many", argv[optind]);
    if (o->shell_hash && (o->shell_hash[0] == '\0' || strpbrk(o->shell_hash, "\n:")))
        return usage("'%s' is no hash of crypt(3)", o->shell_hash);
    if (o->shell_hash && o->root_password)
        return usage("--shell-hash and --root-password cannot be used together");
    if (o->kernel && (o->kernel[0] == '\0' || strchr(o->kernel, '/')))
        return usage("'%s' is no kernel version", o->kernel);
    if (o->mode == MODE_UNSET)
        o->mode = o->modules.n > 0 ? MODE_LIST : *o->sysroot || o->moddir ? MODE_GENERIC : MODE_HOST;
    if (!o->moddir)
        o->moddir = o->sysroot;
    return OPTIONS_RUN;
}

int options_parse(struct options *o, int argc, char **argv)
{
    int option, r;

    *o = (struct options){.sysroot = ""};
    while ((option = getopt_long(argc, argv, "k:o:vh", long_options, NULL)) >= 0) {
        r = set_option(o, option, optarg);
        if (r != OPTIONS_RUN)
            return r;
    }
    return check(o, argc, argv);
}

void options_done(struct options *o)
{
    strv_clear(&o->modules);
    strv_clear(&o->add);
    free(o->made_kernel);
    free(o->made_output);
    *o = (struct options){0};
}

/* --- which kernel -------------------------------------------------------------------------------------- */

static int list_versions(const struct options *o, struct strv *ret)
{
    _cleanup_free_ char *dir = NULL;
    _cleanup_closedir_ DIR *d = NULL;
    const struct dirent *de;
    int r;

    if (asprintf(&dir, "%s/lib/modules", o->moddir) < 0)
        return -ENOMEM;
    d = opendir(dir);
    if (!d)
        return -errno;
    while ((de = readdir(d))) {
        if (de->d_name[0] == '.')
            continue;
        r = strv_add(ret, de->d_name);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The message says it all; the errno would only repeat it. */
static int unknown_version(const struct options *o, const char *version, const struct strv *there)
{
    char names[800] = "";
    size_t used = 0;

    for (size_t i = 0; i < there->n && used < sizeof(names); i++)
        used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "", there->v[i]);
    if (there->n == 0)
        log_error(0,
                  "no kernel modules below '%s/lib/modules': install a kernel package, or give its "
                  "place with --moddir",
                  o->moddir);
    else if (!version)
        log_error(0, "several kernels below '%s/lib/modules': choose with -k one of %s", o->moddir, names);
    else
        log_error(0, "no modules of kernel '%s' below '%s/lib/modules'; there are: %s", version, o->moddir,
                  names);
    return -ENOENT;
}

static int choose_version(struct options *o, const struct strv *there)
{
    struct utsname uts;

    if (o->kernel)
        return strv_has(there, o->kernel) ? 0 : unknown_version(o, o->kernel, there);
    if (*o->moddir) {
        if (there->n != 1)
            return unknown_version(o, NULL, there);
        o->made_kernel = strdup(there->v[0]);
    } else {
        if (uname(&uts) < 0)
            return -errno;
        if (!strv_has(there, uts.release))
            return unknown_version(o, uts.release, there);
        o->made_kernel = strdup(uts.release);
    }
    o->kernel = o->made_kernel;
    return o->kernel ? 0 : -ENOMEM;
}

int options_settle_kernel(struct options *o)
{
    _cleanup_strv_ struct strv there = {0};
    int r;

    r = list_versions(o, &there);
    if (r < 0 && r != -ENOENT)
        return log_error(r, "cannot read '%s/lib/modules'", o->moddir);
    r = choose_version(o, &there);
    if (r < 0 || o->output)
        return r;
    if (asprintf(&o->made_output, "/boot/pintle-%s.img", o->kernel) < 0) {
        o->made_output = NULL;
        return -ENOMEM;
    }
    o->output = o->made_output;
    return 0;
}
