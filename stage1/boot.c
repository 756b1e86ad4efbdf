/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "boot.h"

#include <sys/mount.h>

#include "clock.h"
#include "hardware.h"
#include "log.h"
#include "recovery.h"
#include "stage1.h"
#include "udevd.h"

#define EVENTS_A_ROUND 64

/* --- devices and modules -------------------------------------------------------------------------------- */

static void on_block(struct stage1 *s, const struct udevmon_event *ev)
{
    int r = devices_event(&s->devices, ev);

    if (r < 0)
        log_error(r, "cannot take note of '%s'", ev->sysname);
}

static bool is_block(const struct udevmon_event *ev)
{
    return ev->subsystem && streq(ev->subsystem, "block");
}

/* What a processor asks for (ciphers, frequency, sensors) leads to no root and costs milliseconds each. */
static void want_modules(struct stage1 *s, const struct udevmon_event *ev)
{
    if (ev->modalias && ev->action != UDEVMON_REMOVE && !text_after(ev->modalias, "cpu:"))
        (void)loader_want_alias(&s->loader, ev->modalias, ev->syspath);
}

/*
 * The kernel's own event. Where udevd runs, its word on block devices is waited for: the links that it makes, and which
 * devices are only parts of others.
 */
static void on_device(void *data, const struct udevmon_event *ev)
{
    struct stage1 *s = data;

    if (is_block(ev) && s->udevd_pid <= 0)
        on_block(s, ev);
    want_modules(s, ev);
}

/* A device that was there before: udevd is asked to work through it as if it had just come. */
static void on_enumerated(void *data, const struct udevmon_event *ev)
{
    struct stage1 *s = data;

    if (is_block(ev) && s->udevd_pid > 0)
        (void)udevd_trigger(ev->syspath); /* an error means that it has gone since */
    else if (is_block(ev))
        on_block(s, ev);
    want_modules(s, ev);
}

static void on_udev_device(void *data, const struct udevmon_event *ev)
{
    if (is_block(ev))
        on_block(data, ev);
}

/*
 * Everything that is there. Only the buses that the image has modules for, because opening each of the hundreds of
 * devices in /sys costs more than all else that stage one does by itself (60 of 77 virtual ms were this).
 */
static int look_at_all(struct stage1 *s)
{
    _cleanup_strv_ struct strv buses = {0};
    static const char *const none[] = {NULL};
    int r = s->loader.index ? modindex_buses(s->loader.index, &buses) : -ENOTUNIQ;

    if (r < 0)
        return udevmon_enumerate(&s->monitor, NULL, on_enumerated, s);
    return udevmon_enumerate(&s->monitor, buses.n ? (const char *const *)buses.v : none, on_enumerated, s);
}

static void on_udev_monitor(void *data, int fd, uint32_t events)
{
    struct stage1 *s = data;
    int r = udevmon_receive(&s->udev_monitor, EVENTS_A_ROUND, on_udev_device, s);

    if (r == -ENOBUFS)
        r = look_at_all(s);
    if (r < 0)
        log_error(r, "cannot read udev's events");
}

/* The daemon ended by itself: what it had not told yet is looked at without it. */
static void go_on_without_udevd(struct stage1 *s)
{
    s->image.udevd[0] = '\0';
    (void)look_at_all(s);
}

static void start_udevd(struct stage1 *s)
{
    int r = udevmon_open(&s->udev_monitor, "udev");

    if (r >= 0)
        r = loop_add(&s->loop, udevmon_fd(&s->udev_monitor), EPOLLIN, LOOP_PRIO_NOTIFY, on_udev_monitor, s, NULL);
    if (r >= 0)
        r = udevd_start(s);
    if (r >= 0)
        return;
    stage1_warn(s, r, "cannot start udev's daemon '%s', going on without it", s->image.udevd);
    s->image.udevd[0] = '\0';
}

static void on_monitor(void *data, int fd, uint32_t events)
{
    struct stage1 *s = data;
    int r = udevmon_receive(&s->monitor, EVENTS_A_ROUND, on_device, s);

    if (r == -ENOBUFS) {
        log_warning(r, "the kernel had to drop events, looking at all devices again");
        r = look_at_all(s);
    }
    if (r < 0)
        log_error(r, "cannot read the kernel's device events");
}

/* The state machine looks at the whole table after each batch; only the page wants to know of each change. */
static void on_device_changed(void *data, struct device *dev)
{
    recovery_changed(data);
}

static void on_module_changed(void *data)
{
    recovery_changed(data);
}

/* --- choosing ------------------------------------------------------------------------------------------- */

/* Two devices that both are what root= asks for: a copied disk. Say so, because the next boot may take the other. */
static void warn_of_twins(struct stage1 *s, const struct rootspec_candidate *c, const struct blkinfo *const *all, size_t n,
                          size_t taken)
{
    for (size_t i = 0; i < n; i++)
        if (i != taken && rootspec_match(c, all[i], all, n))
            stage1_warn(s, 0, "'%s' fits '%s' too; '%s' came first and is taken", c->text, all[i]->name,
                        all[taken]->name);
}

/* Return: the device for the best candidate that is there and its index in @ret_candidate; NULL. */
static struct device *find_root(struct stage1 *s, int *ret_candidate)
{
    size_t candidate = 0, n;
    _cleanup_free_ const struct blkinfo **all = devices_list(&s->devices, false, &n);
    int i = all ? rootspec_find(&s->spec, all, n, &candidate) : -ENOMEM;

    *ret_candidate = -1;
    if (i < 0)
        return NULL;
    *ret_candidate = (int)candidate;
    return devices_find(&s->devices, all[i]->name);
}

static void warn_before_mount(struct stage1 *s, const struct device *dev, int candidate)
{
    size_t n;
    _cleanup_free_ const struct blkinfo **all = devices_list(&s->devices, false, &n);

    for (size_t i = 0; all && i < n; i++)
        if (all[i] == &dev->info)
            warn_of_twins(s, &s->spec.v[candidate], all, n, i);
    if (candidate > 0)
        stage1_warn(s, 0, "'%s' did not come, '%s' is taken instead", s->spec.v[0].text, s->spec.v[candidate].text);
}

/*
 * The type must be known before the mount, unless rootfstype= says it.
 * Return: true when it is, or when the probe can tell no more.
 */
static bool is_type_known(struct stage1 *s, struct device *dev)
{
    if (cmdline_get(&s->cmdline, "rootfstype") || dev->info.probed == BLKINFO_PROBED ||
        dev->info.probed == BLKINFO_FAILED)
        return true;
    devices_want(&s->devices, dev);
    return false;
}

static void fail_timeout(struct stage1 *s)
{
    struct fail f = {.kind = FAIL_TIMEOUT, .error = -ETIMEDOUT};
    _cleanup_free_ struct page_hardware *hardware = NULL;
    size_t present = 0, n_hardware;

    hardware = hardware_list(s, false, &n_hardware);
    for (size_t i = 0; i < s->devices.n; i++)
        present += !s->devices.v[i]->gone && s->devices.v[i]->info.bytes > 0;
    fail_wanted(&f, "root=%s", s->spec.text);
    if (present > 0)
        fail_found(&f, "%zu block device%s, %s", present, present == 1 ? "" : "s",
                   present == 1 ? "which is not it" : "none of them is it");
    else
        fail_found(&f, "no block device at all");
    if (present == 0 && n_hardware > 0)
        fail_todo(&f, "see below what keeps the disk away; w when it is still to come, b to boot another image");
    else
        fail_todo(&f, "press o for another root=, w when its disk is still to come");
    (void)fail_with(s, &f);
}

/* Return: when to be called again though nothing happens. */
static uint64_t step_waiting(struct stage1 *s)
{
    uint64_t now = clock_now(), again;
    int candidate;
    struct device *dev = find_root(s, &candidate);

    switch (rootwait_decide(&s->wait, candidate, now, &again)) {
    case ROOTWAIT_TAKE:
        if (!is_type_known(s, dev))
            return USEC_INFINITY;
        s->times.root_found = now;
        warn_before_mount(s, dev, candidate);
        (void)mounting_begin(s, dev);
        return 0;
    case ROOTWAIT_TIMEOUT:
        /* The page names the hardware that nothing in the image drives: now it is worth opening every device. */
        (void)udevmon_enumerate(&s->monitor, NULL, on_enumerated, s);
        devices_probe_all(&s->devices);
        fail_timeout(s);
        return 0;
    case ROOTWAIT_WAIT:
        break;
    }
    return again;
}

/* Return: as step_waiting. */
static uint64_t step(struct stage1 *s)
{
    uint64_t again = USEC_INFINITY;

    switch (s->state) {
    case BOOT_WAITING:
        again = step_waiting(s);
        break;
    case BOOT_MOUNTING:
        again = mounting_step(s);
        break;
    case BOOT_COLDPLUG:
    case BOOT_CHECKING:
    case BOOT_INIT:
    case BOOT_FAILED:
    case BOOT_READY:
        break;
    }
    if (s->image.udevd[0] && s->udevd_pid <= 0)
        go_on_without_udevd(s);
    loader_run(&s->loader);
    devices_probe(&s->devices);
    return again;
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static int fail_spec(struct stage1 *s, const char *word, const char *value, int error, const char *why)
{
    struct fail f = {.kind = FAIL_SPEC, .error = error};

    fail_wanted(&f, "%s=%s", word, value);
    fail_found(&f, "%s", why);
    fail_todo(&f, "give another root= here, and correct it in the boot loader");
    return fail_with(s, &f);
}

/* Return: 0; -errno after fail_with(): no waiting makes a wrong word right. */
static int parse_words(struct stage1 *s, const char *root)
{
    char why[512];
    int r = rootspec_parse(root, &s->spec, why, sizeof(why));

    if (r < 0)
        return fail_spec(s, "root", root, r, why);
    for (size_t i = 0; i < s->spec.n; i++) {
        r = rootspec_supported(&s->spec.v[i], why, sizeof(why));
        if (r < 0)
            return fail_spec(s, "root", root, r, why);
    }
    r = mounting_prepare(s, why, sizeof(why));
    if (r < 0)
        return fail_spec(s, "rootflags", cmdline_get(&s->cmdline, "rootflags") ?: "", r, why);
    return 0;
}

/* Stage one has crashed and was run again (crash.h): a person decides, because the same may happen again. */
static int fail_crashed(struct stage1 *s)
{
    struct fail f = {.kind = FAIL_INTERNAL, .error = -EFAULT};

    fail_wanted(&f, "root=%s", s->spec.text);
    fail_found(&f, "stage one crashed (number of the crash, signal, address: %.60s) and was run again", s->crashed);
    fail_todo(&f, "r tries once more; please report it with the kernel's log");
    return fail_with(s, &f);
}

static int fail_image(struct stage1 *s)
{
    struct fail f = {.kind = FAIL_IMAGE, .error = -EBADMSG};

    fail_wanted(&f, "the whole initramfs image, as it was built");
    fail_found(&f, "image truncated: %s", s->image_damage);
    fail_todo(&f, "boot the older image, make room where the image lies and build it anew; or retry, to boot with "
                  "what is there");
    return fail_with(s, &f);
}

/* From the words to the wait. Return: 0; -errno after fail_with(). */
static int start(struct stage1 *s)
{
    const char *root = cmdline_get(&s->cmdline, "root");
    int r;

    if (!root)
        return fail_spec(s, "root", "", -EINVAL, "the kernel's command line has no root=");
    r = parse_words(s, root);
    if (r >= 0)
        s->state = BOOT_WAITING;
    return r;
}

static int coldplug(struct stage1 *s)
{
    int r;

    devices_init(&s->devices, &s->children, on_device_changed, s);
    r = loader_init(&s->loader, MODINDEX_PATH, &s->cmdline, &s->children, on_module_changed, s);
    if (r < 0)
        stage1_warn(s, r, "cannot use the list of modules '%s'", MODINDEX_PATH);
    r = udevmon_open(&s->monitor, "kernel");
    if (r >= 0)
        r = loop_add(&s->loop, udevmon_fd(&s->monitor), EPOLLIN, LOOP_PRIO_NOTIFY, on_monitor, s, NULL);
    if (r < 0)
        return log_error(r, "cannot listen to the kernel's device events");
    if (s->image.udevd[0])
        start_udevd(s);
    mounting_preload(s);
    r = look_at_all(s);
    if (r < 0)
        stage1_warn(s, r, "cannot look at all devices that are there");
    s->times.coldplug = clock_now();
    return 0;
}

static int run_loop(struct stage1 *s)
{
    int r;

    while (s->state != BOOT_READY) {
        uint64_t again = step(s);

        if (s->state == BOOT_READY)
            break;
        r = loop_round(&s->loop, again);
        if (r < 0)
            return log_error(r, "the event loop broke");
    }
    recovery_done(s);
    udevd_stop(s);
    return 0;
}

int boot_run(struct stage1 *s)
{
    char why[128];
    int r = recovery_init(s);

    if (r < 0)
        return log_error(r, "cannot prepare the recovery page");
    r = coldplug(s);
    if (r < 0)
        return r;
    rootwait_init(&s->wait, &s->cmdline, s->times.start, why, sizeof(why));
    if (why[0])
        stage1_warn(s, 0, "%s", why);
    /* A failure is on the page already; the loop goes on. */
    if (s->image_damage[0])
        (void)fail_image(s);
    else if (start(s) >= 0 && s->crashed)
        (void)fail_crashed(s);
    return run_loop(s);
}

int boot_go_on(struct stage1 *s)
{
    return run_loop(s);
}

/* The kernel's command line with a person's words behind it: they win. What they replace stays until all is well. */
static int take_new_root(struct stage1 *s, const char *words)
{
    struct cmdline line, old = s->cmdline;
    struct rootspec spec = {0};
    char why[512] = "";
    int r = cmdline_read(NULL, &line);

    if (r >= 0)
        r = cmdline_append(&line, words, strlen(words));
    if (r >= 0)
        r = rootspec_parse(cmdline_get(&line, "root") ?: "", &spec, why, sizeof(why));
    s->cmdline = line;
    if (r >= 0)
        r = mounting_prepare(s, why, sizeof(why));
    if (r < 0) {
        s->cmdline = old;
        cmdline_done(&line);
        rootspec_done(&spec);
        return r;
    }
    cmdline_done(&old);
    rootspec_done(&s->spec);
    s->spec = spec;
    return 0;
}

/* From the start, but for what is known of the devices: what failed to load or to be read is tried again. */
static void start_again(struct stage1 *s)
{
    int r;

    mounting_undo(s);
    loader_retry(&s->loader);
    devices_retry(&s->devices);
    r = look_at_all(s);
    if (r < 0)
        stage1_warn(s, r, "cannot look at all devices that are there");
    mounting_preload(s);
}

int boot_answer(struct stage1 *s, enum boot_answer answer, const char *text)
{
    int r = 0;

    if (s->state != BOOT_FAILED)
        return -EBUSY;
    if (answer == BOOT_ANSWER_ROOT)
        r = take_new_root(s, text);
    if (r < 0)
        return r;
    start_again(s);
    rootwait_restart(&s->wait, &s->cmdline, clock_now(), answer == BOOT_ANSWER_WAIT);
    rootspec_done(&s->spec);
    (void)start(s); /* what is still wrong is on a new page */
    return 0;
}

uint64_t boot_deadline(const struct stage1 *s)
{
    if (s->state == BOOT_MOUNTING && s->mounting.pid == 0)
        return s->mounting.modules_by;
    return s->state == BOOT_WAITING ? s->wait.deadline : 0;
}
