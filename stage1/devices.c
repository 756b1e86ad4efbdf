/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devices.h"

#include "blklinks.h"
#include "blkprobe.h"
#include "clock.h"
#include "log.h"
#include "text.h"

/* What the child of one disk works on: a copy of what was known, taken before the fork. */
struct probe_job {
    struct devices *all;
    size_t n;
    struct blkinfo info[];
};

/* One packet: the whole of what is known of one device. */
_Static_assert(sizeof(struct blkinfo) <= CHILD_PACKET_MAX, "a blkinfo must fit a packet");

void devices_init(struct devices *d, struct children *children, devices_fn changed, void *data)
{
    *d = (struct devices){
        .children = children, .changed = changed, .data = data, .sysfs = "/sys/class/block", .dev = "/dev"};
}

void devices_clear(struct devices *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i]);
    free(d->v);
    d->v = NULL;
    d->n = 0;
}

struct device *devices_find(const struct devices *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++)
        if (streq(d->v[i]->info.name, name))
            return d->v[i];
    return NULL;
}

const struct blkinfo **devices_list(const struct devices *d, bool gone, size_t *ret_n)
{
    const struct blkinfo **list = calloc(d->n + 1, sizeof(*list));

    *ret_n = 0;
    for (size_t i = 0; list && i < d->n; i++)
        if (d->v[i]->gone == gone)
            list[(*ret_n)++] = &d->v[i]->info;
    return list;
}

static char *node_below(const char *dir, const struct blkinfo *info, char *buf, size_t size)
{
    size_t at = strlen(dir);

    snprintf(buf, size, "%s/%s", dir, info->name);
    for (char *p = buf; *p; p++)
        if (*p == '!' && (size_t)(p - buf) > at)
            *p = '/';
    return buf;
}

char *devices_node(const struct blkinfo *info, char *buf, size_t size)
{
    return node_below("/dev", info, buf, size);
}

static const char *disk_of(const struct device *dev)
{
    return dev->info.disk[0] ? dev->info.disk : dev->info.name;
}

static bool has_partitions(const struct devices *d, const struct device *dev)
{
    for (size_t i = 0; i < d->n; i++)
        if (!d->v[i]->gone && streq(d->v[i]->info.disk, dev->info.name))
            return true;
    return false;
}

static struct device *add(struct devices *d, const char *name)
{
    struct device **v = reallocarray(d->v, d->n + 1, sizeof(struct device *));
    struct device *dev;

    if (!v)
        return NULL;
    d->v = v;
    dev = calloc(1, sizeof(*dev));
    if (!dev)
        return NULL;
    text_copy(dev->info.name, sizeof(dev->info.name), name);
    dev->since = clock_now();
    d->v[d->n++] = dev;
    return dev;
}

/* DEVLINKS is "/dev/disk/by-id/x /dev/disk/by-uuid/y"; blkinfo has names below /dev, a space after each. */
static void take_links(struct blkinfo *info, const char *links)
{
    const char *word;
    size_t len, at = 0;

    info->links[0] = '\0';
    while ((word = text_next_word(&links, " ", &len))) {
        if (len <= 5 || strncmp(word, "/dev/", 5) != 0 || at + len - 5 + 2 > sizeof(info->links))
            continue;
        memcpy(info->links + at, word + 5, len - 5);
        at += len - 5;
        info->links[at++] = ' ';
        info->links[at] = '\0';
    }
}

static void take_event(const struct devices *d, struct device *dev, const struct udevmon_event *ev)
{
    dev->info.major = ev->major;
    dev->info.minor = ev->minor;
    if (ev->partn)
        (void)text_parse_u32(ev->partn, 10, &dev->info.part);
    if (ev->partname)
        text_copy(dev->info.partlabel, sizeof(dev->info.partlabel), ev->partname);
    (void)blkprobe_sysfs(d->sysfs, &dev->info);
    if (ev->links)
        take_links(&dev->info, ev->links);
    else
        (void)blklinks_fill(d->sysfs, &dev->info);
}

/* Without a medium there is nothing to read; loop, ram and zram devices wait empty until they are set up. */
static bool is_worth_probing(const struct device *dev)
{
    return dev->info.bytes > 0;
}

int devices_event(struct devices *d, const struct udevmon_event *ev)
{
    char name[sizeof(((struct blkinfo *)0)->name)];
    struct device *dev;
    bool is_new;

    text_copy(name, sizeof(name), ev->sysname);
    for (char *p = name; *p; p++)
        if (*p == '/')
            *p = '!';
    dev = devices_find(d, name);
    if (ev->action == UDEVMON_REMOVE) {
        if (dev && !dev->gone) {
            dev->gone = true;
            d->changed(d->data, dev);
        }
        return 0;
    }
    is_new = !dev || dev->gone;
    if (!dev)
        dev = add(d, name);
    if (!dev)
        return -ENOMEM;
    dev->gone = false;
    if (is_new)
        dev->info.probed = BLKINFO_UNPROBED;
    take_event(d, dev, ev);
    /* Enumerating and the monitor may both name it: an "add" of a device that is known says nothing new. */
    if (is_new || ev->action == UDEVMON_CHANGE)
        dev->wanted = is_worth_probing(dev);
    d->changed(d->data, dev);
    return 0;
}

static int run_probe(void *data, int out_fd)
{
    struct probe_job *job = data;

    for (size_t i = 0; i < job->n; i++) {
        char node[PATH_MAX];

        (void)blkprobe_read(node_below(job->all->dev, &job->info[i], node, sizeof(node)), &job->info[i]);
        if (write(out_fd, &job->info[i], sizeof(job->info[i])) < 0)
            return 1;
    }
    return 0;
}

static void on_probed(void *data, const void *packet, size_t size)
{
    struct probe_job *job = data;
    struct devices *d = job->all;
    struct blkinfo info;
    struct device *dev;

    if (size != sizeof(info))
        return;
    memcpy(&info, packet, sizeof(info));
    dev = devices_find(d, info.name);
    if (!dev || dev->gone || dev->info.probed != BLKINFO_PROBING)
        return;
    /* What an event may have changed meanwhile. */
    memcpy(info.links, dev->info.links, sizeof(info.links));
    info.bytes = dev->info.bytes;
    info.read_only = dev->info.read_only;
    dev->info = info;
    d->changed(d->data, dev);
}

/* A child that died has left devices without an answer. */
static void on_probe_exit(void *data, int status)
{
    struct probe_job *job = data;
    struct devices *d = job->all;

    for (size_t i = 0; i < job->n; i++) {
        struct device *dev = devices_find(d, job->info[i].name);

        if (!dev || dev->info.probed != BLKINFO_PROBING)
            continue;
        dev->info.probed = BLKINFO_FAILED;
        dev->info.error = -EIO;
        log_error(0, "probing '%s' ended with status 0x%x and no answer", dev->info.name, status);
        d->changed(d->data, dev);
    }
    free(job);
}

static bool is_due(const struct devices *d, const struct device *dev)
{
    return dev->wanted && !dev->gone && dev->info.probed != BLKINFO_PROBING &&
           (d->eager || dev->forced || dev->info.disk[0] || !has_partitions(d, dev));
}

static void probe_disk(struct devices *d, const char *disk)
{
    struct probe_job *job = calloc(1, sizeof(*job) + d->n * sizeof(job->info[0]));
    char what[CHILD_WHAT_MAX];
    int r;

    if (!job) {
        log_error(-ENOMEM, "cannot probe '%s'", disk);
        return;
    }
    job->all = d;
    for (size_t i = 0; i < d->n; i++)
        if (is_due(d, d->v[i]) && streq(disk_of(d->v[i]), disk)) {
            job->info[job->n++] = d->v[i]->info;
            d->v[i]->info.probed = BLKINFO_PROBING;
            d->v[i]->wanted = false;
        }
    snprintf(what, sizeof(what), "reading disk '%s'", disk);
    r = child_start(d->children,
                    &(struct child_job){.what = what,
                                        .run = run_probe,
                                        .packet = on_probed,
                                        .exit = on_probe_exit,
                                        .data = job},
                    NULL);
    if (r < 0) {
        log_error(r, "cannot probe '%s'", disk);
        on_probe_exit(job, 0);
    }
}

void devices_probe(struct devices *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (is_due(d, d->v[i]))
            probe_disk(d, disk_of(d->v[i]));
}

void devices_want(struct devices *d, struct device *dev)
{
    dev->forced = true;
    if (dev->info.probed == BLKINFO_UNPROBED)
        dev->wanted = true;
}

void devices_probe_all(struct devices *d)
{
    d->eager = true;
    devices_probe(d);
}

void devices_retry(struct devices *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->v[i]->info.probed == BLKINFO_FAILED)
            d->v[i]->wanted = true;
}
