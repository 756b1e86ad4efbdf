/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stage one: the /init of the image. An order of calls; what each does is in its own file.
 */
#include <fcntl.h>
#include <stdarg.h>

#include "clock.h"
#include "crash.h"
#include "early.h"
#include "handover.h"
#include "log.h"
#include "modprobe.h"
#include "recovery.h"
#include "rehome.h"
#include "stage1.h"

#define LOOP_ROOM 512

int stage1_warn(struct stage1 *s, int error, const char *format, ...)
{
    char line[400];
    va_list ap;

    va_start(ap, format);
    vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    (void)strv_add(&s->warnings, line);
    return log_warning(error, "%s", line);
}

/* Half an image runs too: the kernel keeps what it unpacked before an error. */
static void read_image(struct stage1 *s)
{
    _cleanup_close_ int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = image_read_conf(root, &s->image);

    if (r < 0) {
        snprintf(s->image_damage, sizeof(s->image_damage), "'%s' is missing or damaged", IMAGE_CONF);
        return;
    }
    r = image_check_end(root, &s->image);
    if (r == -ENODATA)
        snprintf(s->image_damage, sizeof(s->image_damage), "the end marker is missing, not all of the %llu entries came",
                 (unsigned long long)s->image.entries);
    else if (r < 0)
        snprintf(s->image_damage, sizeof(s->image_damage), "the end marker does not belong to the image's first part");
}

static int begin(struct stage1 *s)
{
    int mounted = early_mount(), r = early_console();

    log_open("stage1", LOG_TARGET_KMSG);
    if (mounted < 0)
        stage1_warn(s, mounted, "cannot mount all of /dev, /proc, /sys, /run");
    if (r < 0)
        stage1_warn(s, r, "no console");
    r = cmdline_read(NULL, &s->cmdline);
    if (r < 0)
        stage1_warn(s, r, "cannot read the kernel's command line");
    read_image(s);
    r = loop_init(&s->loop, LOOP_ROOM);
    if (r >= 0)
        r = children_init(&s->children, &s->loop);
    s->times.early = clock_now();
    return r;
}

/* All that is needed of the image is in memory: from here on its files can go. */
static void rehome(struct stage1 *s)
{
    struct rehome_result res;
    char kept[32], freed[32];
    int r = rehome_image(STAGE1_NEWROOT, &res);

    if (r < 0) {
        stage1_warn(s, r, "cannot move the image onto a tmpfs, going on without");
        return;
    }
    s->freed_bytes = res.freed;
    log_info("moved the image onto a tmpfs: kept %s, freed %s", text_format_bytes(res.copied, kept, sizeof(kept)),
             text_format_bytes(res.freed, freed, sizeof(freed)));
}

/* Everything is where it was: the page can be shown, and a person can choose. Return: 0; -errno. */
static int fail_pivot(struct stage1 *s, int error)
{
    struct fail f = {.kind = FAIL_PIVOT, .error = error};
    int r = early_mount(); /* what had no place on the new root is gone */

    if (r < 0)
        stage1_warn(s, r, "cannot mount all of /dev, /proc, /sys, /run");
    r = recovery_init(s);
    if (r < 0)
        return r;
    fail_wanted(&f, "'%s' (%s) as \"/\"", s->root.source, s->root.type);
    fail_found(&f, "the kernel refused: %s", strerrordesc_np(-error) ?: "unknown error");
    fail_todo(&f, "try another root with o; please report this with the kernel's version");
    (void)fail_with(s, &f);
    return 0;
}

/* Return: only on failure: 1 when nothing has been left and the page is shown, -errno when nothing can be asked any more. */
static int leave(struct stage1 *s)
{
    struct pivot_result pivot;
    int r;

    if (cmdline_bool(&s->cmdline, "pintle.rehome", false))
        rehome(s);
    r = pivot_to(STAGE1_NEWROOT, &pivot);
    if (r < 0)
        return fail_pivot(s, log_error(r, "cannot make the new root '/'")) < 0 ? r : 1;
    s->times.pivot = clock_now();
    children_done(&s->children);
    r = handover_exec(s, &pivot);
    return log_error(r, "cannot run '%s'", s->root.init);
}

int main(int argc, char *argv[], char *envp[])
{
    static struct stage1 s;
    int r;

    if (getpid() != 1 && modprobe_is_meant(argv[0]))
        return modprobe_run(argv);
    s.times.start = clock_now();
    s.argv = argv;
    s.envp = envp;
    s.root.fsck_status = -1;
    (void)crash_init(argv, envp, &s.crashed); /* without it a fault panics the kernel, as it does everywhere else */
    r = begin(&s);
    if (r >= 0)
        r = boot_run(&s);
    while (r >= 0) {
        r = leave(&s);
        if (r > 0)
            r = boot_go_on(&s);
    }
    fail_last(&s, r, "stage one cannot go on");
}
