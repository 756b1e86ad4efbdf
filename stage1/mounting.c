/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mounting.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "checking.h"
#include "clock.h"
#include "fd.h"
#include "hardware.h"
#include "initcheck.h"
#include "klog.h"
#include "log.h"
#include "page.h"
#include "rootmount.h"
#include "stage1.h"

_Static_assert(sizeof(struct rootmount_result) <= CHILD_PACKET_MAX, "must fit a packet");
_Static_assert(sizeof(struct initcheck) <= CHILD_PACKET_MAX, "must fit a packet");

int mounting_prepare(struct stage1 *s, char *why, size_t why_size)
{
    struct mounting *m = &s->mounting;
    int r;

    why[0] = '\0';
    m->options = (struct mntopt){0};
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(&s->cmdline, "rootflags", w));) {
        if (w->for_init || !w->value)
            continue;
        r = mntopt_add(&m->options, w->value, why, why_size);
        if (r < 0)
            return r;
    }
    /* As the kernel: ro is what a root begins as; the words ro and rw undo each other, the last one counts. */
    m->flags = mntopt_flags(&m->options, MS_RDONLY | MS_SILENT);
    switch (cmdline_last_of(&s->cmdline, "ro", "rw")) {
    case 0:
        m->flags |= MS_RDONLY;
        break;
    case 1:
        m->flags &= ~(unsigned long)MS_RDONLY;
        break;
    default:
        break;
    }
    return 0;
}

static int read_known(struct mounting *m, struct strv *on_devices)
{
    _cleanup_free_ char *text = NULL;
    int r = fd_read_file(AT_FDCWD, "/proc/filesystems", 65536, &text, NULL);

    if (r < 0)
        return r;
    strv_clear(&m->known);
    r = rootmount_known(text, false, &m->known);
    if (r >= 0 && on_devices)
        r = rootmount_known(text, true, on_devices);
    return r;
}

/* The type's module, if the kernel lacks the type and the image has one. Return: true while it is to be waited for. */
static bool ask_for(struct stage1 *s, const char *type)
{
    char alias[64];
    uint32_t module;
    int state;

    if (strv_has(&s->mounting.known, type))
        return false;
    snprintf(alias, sizeof(alias), "fs-%s", type);
    if (loader_want_alias(&s->loader, alias, NULL) == 0)
        return false;
    state = loader_alias_state(&s->loader, alias, &module);
    return state == LOADER_WANTED || state == LOADER_LOADING;
}

/* What became of the modules of the types that were tried, where they are why a type is missing. Return: true: something. */
static bool tell_modules(const struct stage1 *s, char *buf, size_t size)
{
    const struct mounting *m = &s->mounting;
    char alias[64], text[300];
    struct page_hardware h;
    uint32_t module;
    size_t at = 0;

    buf[0] = '\0';
    for (size_t i = 0; i < m->types.n && at < size; i++) {
        snprintf(alias, sizeof(alias), "fs-%s", m->types.v[i]);
        if (strv_has(&m->known, m->types.v[i]) || loader_alias_state(&s->loader, alias, &module) < 0)
            continue;
        if (hardware_module(s, loader_cause(&s->loader, module), &h))
            at += (size_t)snprintf(buf + at, size - at, "; %s", page_hardware_text(&h, text, sizeof(text)));
    }
    return at > 0;
}

void mounting_preload(struct stage1 *s)
{
    const char *types = cmdline_get(&s->cmdline, "rootfstype"), *word;
    char type[64];
    size_t len;

    if (!types || read_known(&s->mounting, NULL) < 0)
        return;
    while ((word = text_next_word(&types, ",", &len))) {
        snprintf(type, sizeof(type), "%.*s", (int)len, word);
        (void)ask_for(s, type);
    }
}

int mounting_begin(struct stage1 *s, struct device *dev)
{
    struct mounting *m = &s->mounting;
    _cleanup_strv_ struct strv on_devices = {0};
    int r;

    m->device = dev;
    m->pid = 0;
    m->modules_by = MAX(s->wait.deadline, clock_now() + MOUNTING_MODULES_USEC);
    devices_node(&dev->info, s->root.source, sizeof(s->root.source));
    strv_clear(&m->types);
    r = read_known(m, &on_devices);
    if (r >= 0)
        r = rootmount_types(cmdline_get(&s->cmdline, "rootfstype"), dev->info.type, &on_devices, &m->types);
    if (r < 0) {
        struct fail f = {.kind = FAIL_INTERNAL, .error = r};

        fail_wanted(&f, "the list of file systems to try on '%s'", s->root.source);
        return fail_with(s, &f);
    }
    s->state = BOOT_MOUNTING;
    (void)checking_begin(s); /* it sets another state when it has something to do */
    return 0;
}

static int run_mount(void *data, int out_fd)
{
    struct stage1 *s = data;
    struct rootmount_plan plan = {.source = s->root.source,
                                  .target = STAGE1_NEWROOT,
                                  .types = &s->mounting.types,
                                  .known = &s->mounting.known,
                                  .flags = s->mounting.flags,
                                  .data = s->mounting.options.data[0] ? s->mounting.options.data : NULL};
    struct rootmount_result res;
    _cleanup_close_ int log = klog_open();
    struct initcheck init;
    int fd;

    if (mkdir(STAGE1_NEWROOT, 0755) < 0 && errno != EEXIST)
        return 1;
    if (rootmount_try(&plan, rootmount_system, &res) < 0)
        klog_last(log, 2, res.kernel, sizeof(res.kernel));
    if (write(out_fd, &res, sizeof(res)) < 0 || res.error < 0)
        return 0;
    fd = open(STAGE1_NEWROOT, O_PATH | O_DIRECTORY | O_CLOEXEC);
    (void)initcheck_find(fd, cmdline_get(&s->cmdline, "init"), &init);
    return write(out_fd, &init, sizeof(init)) < 0 ? 1 : 0;
}

/* What the device holds, for a person: "ext4, label 'root'". */
static char *describe(const struct blkinfo *info, char *buf, size_t size)
{
    char type[64], label[128];

    text_printable(info->type, type, sizeof(type));
    text_printable(info->label, label, sizeof(label));
    if (!info->type[0])
        snprintf(buf, size, "nothing that is known");
    else
        snprintf(buf, size, "%s%s%s%s", type, label[0] ? ", label '" : "", label, label[0] ? "'" : "");
    return buf;
}

/* The probe saw that very type there, and the kernel refuses it: what it read beyond the label is wrong. */
static bool is_damaged(const struct blkinfo *info, const struct rootmount_result *res)
{
    return res->error == -EBADMSG || res->error == -EUCLEAN || res->error == -EIO ||
           (res->error == -EINVAL && streq(info->type, res->type));
}

static char *checker_of(const char *type, char *buf, size_t size)
{
    snprintf(buf, size, "/sbin/fsck.%s", type);
    return buf;
}

static void fail_mount(struct stage1 *s, const struct rootmount_result *res)
{
    const struct blkinfo *info = &s->mounting.device->info;
    struct fail f = {.kind = FAIL_MOUNT, .error = res->error};
    char holds[256], checker[64], modules[320];
    bool is_module = tell_modules(s, modules, sizeof(modules));

    describe(info, holds, sizeof(holds));
    fail_wanted(&f, "'%s' mounted as the root%s%s", s->root.source,
                cmdline_get(&s->cmdline, "rootfstype") ? ", rootfstype=" : "",
                cmdline_get(&s->cmdline, "rootfstype") ?: "");
    fail_found(&f, "%s; the device holds %s; tried %s%s", rootmount_explain(res->error), holds, res->tried, modules);
    text_copy(f.kernel, sizeof(f.kernel), res->kernel);
    if (res->any_missing && strv_has(&s->mounting.known, info->type))
        fail_todo(&f, "boot with rootfstype=%s", info->type);
    else if (res->any_missing && is_module)
        fail_todo(&f, "boot another kernel with its own image, or build this one anew; r tries once more");
    else if (res->any_missing)
        fail_todo(&f, "build the image with the module of that file system, or boot another kernel");
    else if (is_damaged(info, res) && access(checker_of(res->type, checker, sizeof(checker)), X_OK) == 0)
        fail_todo(&f, "check it from a shell (s): fsck.%s %s", res->type, s->root.source);
    else if (is_damaged(info, res))
        fail_todo(&f, "check it from another system: fsck.%s", res->type);
    else
        fail_todo(&f, "check rootfstype= and rootflags=, and the kernel's log (dmesg)");
    (void)fail_with(s, &f);
}

static void take_mounted(struct stage1 *s, const struct rootmount_result *res)
{
    struct stat st;

    if (res->error < 0) {
        fail_mount(s, res);
        return;
    }
    s->times.mounted = clock_now();
    s->root.read_only = res->read_only;
    text_copy(s->root.type, sizeof(s->root.type), res->type);
    text_copy(s->root.options, sizeof(s->root.options), s->mounting.options.data);
    if (stat(STAGE1_NEWROOT, &st) == 0)
        s->root.dev = st.st_dev;
    if (res->read_only && !(s->mounting.flags & MS_RDONLY))
        stage1_warn(s, 0, "'%s' could only be mounted read-only (%s)", s->root.source, res->tried);
    log_info("mounted '%s' (%s) %s", s->root.source, res->type, res->read_only ? "read-only" : "read-write");
    s->state = BOOT_INIT;
}

static void take_init(struct stage1 *s, const struct initcheck *init)
{
    const char *asked = cmdline_get(&s->cmdline, "init");
    struct fail f = {.kind = FAIL_INIT, .error = -ENOENT};

    if (init->path[0]) {
        text_copy(s->root.init, sizeof(s->root.init), init->path);
        s->root.init_is_pintle = init->is_pintle;
        s->state = BOOT_READY;
        return;
    }
    fail_wanted(&f, "%s on '%s' as the first program", asked ?: "an init", s->root.source);
    fail_found(&f, "%s", init->problem);
    fail_todo(&f, "boot with init=PATH of a program that is there, or with another root=; the root is mounted on %s",
              STAGE1_NEWROOT);
    (void)fail_with(s, &f);
}

static void on_packet(void *data, const void *packet, size_t size)
{
    struct stage1 *s = data;
    union {
        struct rootmount_result mount;
        struct initcheck init;
    } u;

    if (s->state == BOOT_MOUNTING && size == sizeof(u.mount)) {
        memcpy(&u.mount, packet, size);
        take_mounted(s, &u.mount);
    } else if (s->state == BOOT_INIT && size == sizeof(u.init)) {
        memcpy(&u.init, packet, size);
        take_init(s, &u.init);
    }
}

static void on_exit_(void *data, int status)
{
    struct stage1 *s = data;
    struct fail f = {.kind = FAIL_MOUNT, .error = -EIO};

    s->mounting.pid = 0;
    if (s->state != BOOT_MOUNTING && s->state != BOOT_INIT)
        return;
    fail_wanted(&f, "'%s' mounted as the root", s->root.source);
    fail_found(&f, "the process that mounts ended with status 0x%x and no answer (a fault in the kernel?)", status);
    fail_todo(&f, "look at the kernel's log (dmesg)");
    (void)fail_with(s, &f);
}

uint64_t mounting_step(struct stage1 *s)
{
    struct mounting *m = &s->mounting;
    bool wait = false;
    char what[CHILD_WHAT_MAX];
    int r;

    if (m->pid != 0)
        return USEC_INFINITY;
    for (size_t i = 0; i < m->types.n; i++)
        wait |= ask_for(s, m->types.v[i]);
    if (wait && clock_now() < m->modules_by)
        return m->modules_by;
    r = read_known(m, NULL); /* again: the modules have brought new ones */
    snprintf(what, sizeof(what), "mounting '%.80s'", s->root.source);
    if (r >= 0)
        r = child_start(&s->children,
                        &(struct child_job){
                            .what = what, .run = run_mount, .packet = on_packet, .exit = on_exit_, .data = s},
                        &m->pid);
    if (r < 0) {
        struct fail f = {.kind = FAIL_INTERNAL, .error = r};

        fail_wanted(&f, "a process that mounts '%s'", s->root.source);
        (void)fail_with(s, &f);
    }
    return USEC_INFINITY;
}

/* The child that looked for an init may be on its way out, with a file of it open: then it goes when that one has gone. */
static int take_off(const char *path)
{
    if (umount2(path, UMOUNT_NOFOLLOW) == 0)
        return 0;
    if (errno == EBUSY && umount2(path, UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
        return 0;
    return errno == EINVAL || errno == ENOENT ? 0 : -errno; /* nothing was mounted */
}

void mounting_undo(struct stage1 *s)
{
    int r;

    if (s->mounting.pid != 0)
        child_abandon(&s->children, s->mounting.pid);
    s->mounting.pid = 0;
    s->mounting.device = NULL;
    r = take_off(STAGE1_NEWROOT);
    if (r < 0)
        stage1_warn(s, r, "cannot take '%s' off again", STAGE1_NEWROOT);
}
