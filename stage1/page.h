/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * page - the texts of the recovery console, for a tired person before an 80x24 serial terminal.
 *
 * Pure: everything that is said comes in as plain data, so that a test compares the text. Lines end in '\n' and have
 * at most PAGE_COLUMNS characters, all of them printable ASCII: no control codes, whatever a disk calls itself.
 * The most important line comes first; the first page leaves room for the menu below it.
 */
#pragma once

#include "blkinfo.h"
#include "fail.h"
#include "rootspec.h"

#define PAGE_COLUMNS 79
#define PAGE_LINES   18 /* of the first page; with the menu below it 24 */
#define PAGE_MAX     65536

/* Hardware that has no driver. */
struct page_hardware {
    const char *where;    /* "0000:00:1f.2"; empty when a module has no device of its own */
    const char *modalias; /* empty when not known */
    const char *module;   /* NULL: the image has none for it */
    int error;            /* -errno of the load; 0: it was not tried, or it hangs */
    bool no_file;         /* the image lacks the module's file */
    const char *cause;    /* a module that has to be there before and failed; NULL: none */
    uint64_t loading_usec; /* it is being loaded for so long; 0: it is not */
};

struct page_input {
    const struct fail *fail;
    const char *root;            /* root= as given; NULL: there is none */
    const struct rootspec *spec; /* NULL: none, or it is invalid */
    const struct blkinfo *const *devices;
    size_t n_devices;
    const struct blkinfo *const *gone; /* unplugged since */
    size_t n_gone;
    const struct page_hardware *hardware;
    size_t n_hardware;
    const char *about; /* last line: versions of pintle, kernel, image; may be NULL */
};

/*
 * page_write - the page
 * @everything: all devices and all hardware with their modaliases, however long; else PAGE_LINES.
 * Return: the length; the text is cut at a line's end when @size is too small.
 */
size_t page_write(const struct page_input *in, bool everything, char *buf, size_t size);

/* page_hardware_text - what became of a module, in one sentence. Return: @buf. */
char *page_hardware_text(const struct page_hardware *h, char *buf, size_t size);

/* What is being waited for. */
struct page_wait {
    const char *root;     /* root= as given */
    uint64_t left_usec;   /* USEC_INFINITY: for ever */
    const char *instead;  /* not the root's device, but: "the check of /dev/vda1"; NULL */
    size_t n_devices;     /* seen */
    size_t n_unread;      /* of these, still being read */
    const char *busy;     /* what a child is at: "loading 'virtio_pci'"; NULL */
    uint64_t busy_usec;
    bool hint;            /* say which key shows the page */
};

/* page_waiting - one line or two for the console while nothing has failed. Return: the length. */
size_t page_waiting(const struct page_wait *w, char *buf, size_t size);

/*
 * page_hardware_matters - can a root be behind this? Storage, and the buses that storage hangs on.
 * A sound card without a driver is nothing for a person who looks for a disk.
 */
bool page_hardware_matters(const char *modalias) _pure_;

/* page_wrap - @text as lines of PAGE_COLUMNS, the second and further ones indented. Return: the length. */
size_t page_wrap(const char *text, unsigned indent, char *buf, size_t size);
