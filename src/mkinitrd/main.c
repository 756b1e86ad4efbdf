/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pintle-mkinitrd - see image.h for what it makes, doc/pintle-mkinitrd.8 for how it is used. */
#include <signal.h>
#include <sys/stat.h>

#include "build.h"
#include "choose.h"
#include "cpio.h"
#include "fd.h"
#include "log.h"
#include "modules.h"
#include "report.h"
#include "text.h"

/* Everything that goes in. The plan is empty before and whole after. */
static int make_plan(struct build *b)
{
    static int (*const parts[])(struct build *) = {
        skeleton_add,    skeleton_add_init,  modules_open,       choose_modules,
        modules_finish,  tools_add_shell,    tools_add_checkers, tools_add_udevd,
        tools_add_extra, tools_add_modprobe, skeleton_add_conf,
    };
    int r = 0;

    report_step("reading modules and programs", 0, 0);
    for (size_t i = 0; i < ARRAY_SIZE(parts) && r >= 0; i++)
        r = parts[i](b);
    report_step(NULL, 0, 0);
    if (r == -ENOMEM)
        log_error(r, "cannot plan the image");
    return r;
}

static void show_progress(void *data, size_t done, size_t total)
{
    report_step(data, done, total);
}

/* SOURCE_DATE_EPOCH (reproducible-builds.org), or 0. */
static int64_t archive_mtime(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint32_t t;

    return epoch && text_parse_u32(epoch, 10, &t) >= 0 ? t : 0;
}

/* Known before the work is done: is there a place for the image? */
static int check_output(const char *output)
{
    _cleanup_free_ char *dir = strdup(output);
    struct stat st;
    char *slash;

    if (!dir)
        return -ENOMEM;
    if (stat(output, &st) == 0 && !S_ISREG(st.st_mode))
        return log_error(S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL, "cannot write the image to '%s'", output);
    slash = strrchr(dir, '/');
    if (slash)
        slash[slash == dir ? 1 : 0] = '\0';
    return access(slash ? dir : ".", W_OK) < 0 ? log_error(-errno, "cannot write the image to '%s'", output)
                                               : 0;
}

/* Signals wait for the few moments in which there is a temporary file, so that none is left behind. */
static void hold_signals(bool hold)
{
    static const int held[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < ARRAY_SIZE(held); i++)
        sigaddset(&set, held[i]);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static int write_image(const char *output, const char *data, size_t size)
{
    _cleanup_fd_atomic_ struct fd_atomic file = {.fd = -EBADF};
    bool replaces = access(output, F_OK) == 0;
    int r;

    /* an image may hold a password's hash */
    r = fd_atomic_open(&file, output, 0600);
    if (r >= 0)
        r = fd_write_all(file.fd, data, size);
    if (r >= 0)
        r = fd_atomic_commit(&file);
    if (r < 0)
        return log_error(r, "cannot write '%s'%s", output,
                         replaces ? " (the image that was there is untouched)" : "");
    return 0;
}

static int build_image(struct build *b)
{
    _cleanup_free_ char *archive = NULL, *packed = NULL;
    enum compress_method method;
    size_t size, packed_size;
    int r;

    r = check_output(b->opt->output);
    if (r >= 0)
        r = choose_compression(b->opt, &method);
    if (r >= 0)
        r = make_plan(b);
    if (r < 0)
        return r;
    r = cpio_write(&b->plan, archive_mtime(), show_progress, (char[]){"reading files"}, &archive, &size);
    report_step(NULL, 0, 0);
    if (r < 0)
        return r;
    method = choose_for_size(b->opt, method, size);
    report_step("compressing", 0, 0);
    r = compress_buffer(method, archive, size, &packed, &packed_size);
    report_step(NULL, 0, 0);
    if (r < 0)
        return log_error(r, "cannot compress the image with %s", compress_name(method));
    hold_signals(true);
    r = write_image(b->opt->output, packed, packed_size);
    hold_signals(false);
    if (r < 0)
        return r;
    report_table(b, method, size, packed_size);
    return 0;
}

int main(int argc, char **argv)
{
    _cleanup_options_ struct options opt = {0};
    _cleanup_build_ struct build build = {0};
    int r;

    log_open("pintle-mkinitrd", LOG_TARGET_STDERR);
    r = options_parse(&opt, argc, argv);
    if (r == OPTIONS_DONE)
        return EXIT_SUCCESS;
    if (r == OPTIONS_USAGE)
        return 2;
    if (r >= 0 && (!opt.list || !opt.list_file))
        r = options_settle_kernel(&opt);
    if (r < 0)
        return EXIT_FAILURE;
    if (opt.list)
        return report_list(opt.list_file ? opt.list_file : opt.output) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (build_init(&build, &opt) < 0)
        return log_error(-ENOMEM, "cannot start"), EXIT_FAILURE;
    return build_image(&build) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
