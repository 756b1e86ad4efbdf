/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices - the table of block devices that have been seen, and their probing.
 *
 * What the kernel's event says is enough for root=/dev/NAME and MAJ:MIN. The rest is read by one child a
 * disk (a disk hangs as a whole) which sends one blkinfo a device. A whole disk that has partitions is probed
 * only when somebody asks (devices_probe_all), because what it holds is a partition table.
 */
#pragma once

#include "blkinfo.h"
#include "child.h"
#include "udevmon.h"

struct device {
    struct blkinfo info;
    bool gone;      /* unplugged since; kept, so that the page can say so */
    uint64_t since; /* CLOCK_MONOTONIC: first seen */
    bool wanted;    /* to be probed by the next child for its disk */
    bool forced;    /* also if it is a whole disk with partitions */
};

/* devices_fn - a device appeared, was probed or went: ask again whether it is the root. */
typedef void (*devices_fn)(void *data, struct device *dev);

struct devices {
    struct device **v; /* owned, in the order of appearance */
    size_t n;
    struct children *children; /* borrowed */
    devices_fn changed;
    void *data;
    bool eager;            /* probe whole disks with partitions too */
    const char *sysfs;     /* borrowed; "/sys/class/block" ... */
    const char *dev;       /* ... and "/dev", but in tests */
};

void devices_init(struct devices *d, struct children *children, devices_fn changed, void *data);
void devices_clear(struct devices *d);

/* devices_event - take in an event of the "block" subsystem. Return: 0; -ENOMEM. */
int devices_event(struct devices *d, const struct udevmon_event *ev);

/* devices_probe - start children for what came in since the last call. Call once after a batch of events. */
void devices_probe(struct devices *d);

/* devices_probe_all - probe whole disks with partitions too, from now on: the page shows them. */
void devices_probe_all(struct devices *d);

/* devices_want - somebody needs to know what is on this one, whole disk or not. */
void devices_want(struct devices *d, struct device *dev);

/* devices_retry - read again what could not be read. */
void devices_retry(struct devices *d);

/*
 * devices_list - what is known of those that are there, or of those that went (@gone), for root= and the page
 * Return: allocated, @ret_n of them, borrowed until the loop runs again; NULL: no memory.
 */
const struct blkinfo **devices_list(const struct devices *d, bool gone, size_t *ret_n);

/* devices_find - by the kernel's name. Return: borrowed; NULL. */
struct device *devices_find(const struct devices *d, const char *name) _pure_;

/* devices_node - "/dev/NAME" with '!' as '/'. Return: @buf. */
char *devices_node(const struct blkinfo *info, char *buf, size_t size);
