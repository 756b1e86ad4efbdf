/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "page.h"

#include <stdarg.h>
#include <sys/param.h>

#include "text.h"

#define INDENT         9 /* behind "wanted:  " */
#define HARDWARE_LINES 5 /* of the first page */

/* Text that grows by whole lines. */
struct out {
    char *buf;
    size_t size, used;
    unsigned lines;
};

static void put_line(struct out *o, const char *s, size_t n)
{
    if (o->used + n + 2 > o->size)
        return;
    memcpy(o->buf + o->used, s, n);
    o->buf[o->used + n] = '\n';
    o->used += n + 1;
    o->buf[o->used] = '\0';
    o->lines++;
}

/* How much of @s goes on a line of @room columns: up to a blank where there is one. */
static size_t fitting(const char *s, size_t room)
{
    size_t n = strlen(s), lead = strspn(s, " "), cut;

    if (n <= room)
        return n;
    for (cut = room; cut > lead && s[cut] != ' '; cut--)
        ;
    return cut > lead ? cut : room;
}

static void put_wrapped(struct out *o, const char *s, unsigned indent)
{
    char line[PAGE_COLUMNS + 1];
    size_t lead = 0;

    do {
        size_t n = fitting(s, PAGE_COLUMNS - lead);

        memset(line, ' ', lead);
        memcpy(line + lead, s, n);
        for (size_t i = lead; i < lead + n; i++) /* nothing a terminal could obey, whoever made the text */
            if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7e)
                line[i] = '?';
        put_line(o, line, lead + n);
        s += n + strspn(s + n, " ");
        lead = MIN(indent, PAGE_COLUMNS / 2);
    } while (*s);
}

static void put(struct out *o, unsigned indent, const char *format, ...) _printf_(3, 4);
static void put(struct out *o, unsigned indent, const char *format, ...)
{
    char text[1200];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    put_wrapped(o, text, indent);
}

size_t page_wrap(const char *text, unsigned indent, char *buf, size_t size)
{
    struct out o = {.buf = buf, .size = size};

    *buf = '\0';
    put_wrapped(&o, text, indent);
    return o.used;
}

/* --- the head: what happened ------------------------------------------------ */

static const char *headline(enum fail_kind kind)
{
    switch (kind) {
    case FAIL_IMAGE:
        return "the initramfs image is damaged";
    case FAIL_SPEC:
        return "the kernel command line is wrong: waiting would not help";
    case FAIL_TIMEOUT:
        return "the root file system has not appeared";
    case FAIL_ASKED:
        return "still waiting for the root file system";
    case FAIL_CHECK:
        return "the check of the root file system failed; nothing is mounted";
    case FAIL_MOUNT:
        return "the root file system cannot be mounted";
    case FAIL_INIT:
        return "the root holds no init that can run";
    case FAIL_PIVOT:
        return "the root is mounted but cannot be made /";
    case FAIL_INTERNAL:
        return "stage one itself cannot go on";
    }
    return "the root file system is not there";
}

/* Does the failure leave open where the root is? Then the devices and drivers are what helps. */
static bool is_about_devices(enum fail_kind kind)
{
    return kind == FAIL_TIMEOUT || kind == FAIL_ASKED || kind == FAIL_SPEC;
}

static void put_found(struct out *o, const struct page_input *in)
{
    int root = in->spec ? rootspec_find(in->spec, in->devices, in->n_devices, NULL) : -ENOENT;
    size_t unread = 0;
    char name[80];

    if (*in->fail->found) {
        put(o, INDENT, "found:   %s", in->fail->found);
        return;
    }
    if (!is_about_devices(in->fail->kind))
        return;
    for (size_t i = 0; i < in->n_devices; i++)
        unread += in->devices[i]->probed == BLKINFO_PROBING;
    if (root >= 0)
        put(o, INDENT, "found:   %s, which is it, but it is not mounted yet",
            text_printable(in->devices[root]->name, name, sizeof(name)));
    else if (in->n_devices == 0)
        put(o, INDENT, "found:   no block device at all");
    else if (unread > 0)
        put(o, INDENT, "found:   %zu block device%s, %zu of them still being read", in->n_devices,
            in->n_devices == 1 ? "" : "s", unread);
    else
        put(o, INDENT, "found:   %zu block device%s, %s", in->n_devices, in->n_devices == 1 ? "" : "s",
            in->n_devices == 1 ? "which is not it" : "none of them is it");
}

static void put_head(struct out *o, const struct page_input *in)
{
    char text[640], near[320] = "";

    put(o, 4, "*** pintle: %s", headline(in->fail->kind));
    if (*in->fail->wanted)
        put(o, INDENT, "wanted:  %s", in->fail->wanted);
    else if (in->root)
        put(o, INDENT, "wanted:  root=%s", text_printable(in->root, text, sizeof(text)));
    put_found(o, in);
    if (in->fail->error && !*in->fail->found && !is_about_devices(in->fail->kind))
        put(o, INDENT, "reason:  %s", strerrordesc_np(-in->fail->error) ?: "unknown error");
    if (in->spec && is_about_devices(in->fail->kind) &&
        rootspec_find(in->spec, in->devices, in->n_devices, NULL) < 0)
        rootspec_nearest(in->spec, in->devices, in->n_devices, near, sizeof(near));
    if (*in->fail->kernel)
        put(o, INDENT, "kernel:  %s", in->fail->kernel);
    if (*near)
        put(o, INDENT, "nearest: %s", near);
    for (size_t i = 0; i < in->n_gone && i < 2; i++)
        put(o, INDENT, "gone:    %s was there and has been unplugged",
            text_printable(in->gone[i]->name, text, sizeof(text)));
    if (*in->fail->todo)
        put(o, INDENT, "to do:   %s", in->fail->todo);
}

/* --- block devices ----------------------------------------------------------- */

/* "512M", "1.5G", "20G": five columns at most. */
static char *short_size(uint64_t bytes, char *buf, size_t size)
{
    static const char units[] = "BKMGTPE";
    uint64_t tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;
    size_t u = 0;

    for (; tenths >= 10240 && u + 2 < sizeof(units); u++)
        tenths /= 1024;
    if (bytes == 0)
        snprintf(buf, size, "-");
    else if (tenths < 100 && u > 0)
        snprintf(buf, size, "%u.%u%c", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[u]);
    else
        snprintf(buf, size, "%u%c", (unsigned)(tenths / 10), units[u]);
    return buf;
}

/* Printable, and no wider than @width: a label of 500 bytes must not push the rest off the page. */
static char *cell(const char *s, size_t width, char *buf, size_t size)
{
    text_printable(s, buf, size);
    if (strlen(buf) > width)
        memcpy(buf + width - 2, "..", 3);
    return buf;
}

static const char *type_of(const struct blkinfo *dev)
{
    if (*dev->type)
        return dev->type;
    if (*dev->pttype)
        return dev->pttype;
    return dev->probed == BLKINFO_PROBED ? "-" : "?";
}

/* Columns as wide as what is in them: 80 columns are few when a UUID takes 36. */
struct widths {
    int name, type;
};

static struct widths measure(const struct page_input *in)
{
    struct widths w = {.name = (int)strlen("DEVICE"), .type = (int)strlen("TYPE")};
    char text[80];

    for (size_t i = 0; i < in->n_devices; i++) {
        w.name = MAX(w.name, (int)strlen(cell(in->devices[i]->name, 14, text, sizeof(text))));
        w.type = MAX(w.type, (int)strlen(cell(type_of(in->devices[i]), 12, text, sizeof(text))));
    }
    return w;
}

static void put_device(struct out *o, const struct page_input *in, const struct widths *w, const struct blkinfo *dev)
{
    char name[80], type[80], uuid[80], label[80], size[16], why[480] = "", row[400];
    int n;

    n = snprintf(row, sizeof(row), *dev->label ? "%-*s %5s %-*s %-36s" : "%-*s %5s %-*s %s", w->name,
                 cell(dev->name, 20, name, sizeof(name)), short_size(dev->bytes, size, sizeof(size)), w->type,
                 cell(type_of(dev), 14, type, sizeof(type)), cell(dev->uuid, 36, uuid, sizeof(uuid)));
    if (*dev->label)
        n += snprintf(row + n, sizeof(row) - (size_t)n, " %s", cell(dev->label, 20, label, sizeof(label)));
    while (n > 0 && row[n - 1] == ' ')
        row[--n] = '\0';
    if (in->spec && is_about_devices(in->fail->kind)) {
        rootspec_why_short(in->spec, dev, in->devices, in->n_devices, why, sizeof(why));
        if (!*why)
            snprintf(why, sizeof(why), "<- this is it");
    }
    if (*why && (size_t)n + 2 + strlen(why) <= PAGE_COLUMNS)
        put(o, INDENT, "%s  %s", row, why);
    else {
        int indent = w->name + w->type + 8;

        put(o, INDENT, "%s", row);
        if (*why)
            put(o, (unsigned)indent, "%*s%s", indent, "", why);
    }
}

/* The order of the table: what was probably meant, file systems, what else is known, the rest, empty drives. */
static int rank_device(const struct page_input *in, size_t i, int nearest)
{
    const struct blkinfo *dev = in->devices[i];

    if ((int)i == nearest)
        return 0;
    if (dev->bytes == 0 && !*dev->type)
        return 4;
    if (*dev->type)
        return 1;
    return dev->probed == BLKINFO_PROBED ? 3 : 2;
}

static void put_devices(struct out *o, const struct page_input *in, bool everything, unsigned max_lines)
{
    char near[8];
    int nearest = in->spec ? rootspec_nearest(in->spec, in->devices, in->n_devices, near, sizeof(near)) : -1;
    struct widths w = measure(in);
    size_t shown = 0;

    if (in->n_devices == 0 || (!everything && o->lines + 4 > max_lines))
        return;
    put(o, 0, "%-*s %5s %-*s %-36s %s", w.name, "DEVICE", "SIZE", w.type, "TYPE", "UUID", "LABEL");
    for (int rank = 0; rank <= (everything ? 4 : 3); rank++)
        for (size_t i = 0; i < in->n_devices; i++) {
            char block[2048];
            struct out b = {.buf = block, .size = sizeof(block)};

            if (rank_device(in, i, nearest) != rank)
                continue;
            put_device(&b, in, &w, in->devices[i]);
            if (!everything && o->lines + b.lines + 1 > max_lines) /* one line for "and more" */
                goto cut;
            for (char *line = block, *end; *line; line = end + 1) {
                end = strchr(line, '\n');
                put_line(o, line, (size_t)(end - line));
            }
            shown++;
        }
cut:
    if (shown < in->n_devices)
        put(o, 4, "... and %zu more (d lists all)", in->n_devices - shown);
}

/* --- hardware ------------------------------------------------------------------ */

static bool starts(const char *s, const char *prefix)
{
    return text_after(s, prefix) != NULL;
}

/* The class of a PCI device in its modalias: "pci:v...bc01sc06i01". */
static const char *pci_class(const char *modalias)
{
    static const struct {
        const char *code, *name;
    } classes[] = {
        {"bc01sc00", "SCSI or virtio disk controller"}, {"bc01sc01", "IDE controller"},
        {"bc01sc04", "RAID controller"},                {"bc01sc06", "SATA controller"},
        {"bc01sc07", "SAS controller"},                 {"bc01sc08", "NVMe controller"},
        {"bc01", "storage controller"},                 {"bc0Csc03", "USB controller"},
        {"bc0Csc00", "FireWire controller"},            {"bc0Csc04", "Fibre Channel controller"},
        {"bc06sc04", "PCI bridge"},                     {"bc08sc05", "SD card controller"},
    };
    const char *at = starts(modalias, "pci:") ? strstr(modalias, "bc") : NULL;

    for (size_t i = 0; at && i < ARRAY_SIZE(classes); i++)
        if (starts(at, classes[i].code))
            return classes[i].name;
    return NULL;
}

bool page_hardware_matters(const char *modalias)
{
    static const char *const buses[] = {"virtio:d00000002", "virtio:d00000008", "virtio:d0000001A", "scsi:", "mmc:block",
                                        "nvme:", "vmbus:", "xen:vbd", "sdio:", "ieee1394:", "of:Nmmc", "nvdimm:", "nd:", "dax:"};

    if (pci_class(modalias))
        return true;
    if (starts(modalias, "pci:v00001AF4")) /* virtio devices of a class of their own: 1042 and 1001 disk, 1048 SCSI */
        return strstr(modalias, "d00001042") || strstr(modalias, "d00001001") || strstr(modalias, "d00001048") ||
               strstr(modalias, "d00001004");
    if (starts(modalias, "usb:"))
        return strstr(modalias, "ic08") != NULL;
    for (size_t i = 0; i < ARRAY_SIZE(buses); i++)
        if (starts(modalias, buses[i]))
            return true;
    return false;
}

/* What an errno of finit_module(2) means. */
static const char *explain_load(int error)
{
    switch (-error) {
    case ENOENT:
        return "the kernel lacks a symbol that it needs: was it built for another kernel?";
    case ENOEXEC:
        return "it is damaged or built for another kernel: build the image anew";
    case EKEYREJECTED:
    case ENOKEY:
        return "the kernel refuses its signature: it is damaged or of another kernel";
    case EPERM:
        return "module_blacklist= forbids it, or the kernel is locked down";
    case EFAULT:
        return "it crashed in the kernel (dmesg tells more)";
    case ENODEV:
        return "it found no hardware of its kind";
    case EINVAL:
        return "it does not know one of its parameters, or it is damaged";
    case ENOMEM:
        return "not enough memory";
    default:
        return strerrordesc_np(-error) ?: "unknown error";
    }
}

char *page_hardware_text(const struct page_hardware *h, char *buf, size_t size)
{
    char module[80], cause[80];

    text_printable(h->module, module, sizeof(module));
    if (h->loading_usec > 0)
        snprintf(buf, size, "module '%s' has been loading for %llu s", module,
                 (unsigned long long)(h->loading_usec / USEC_PER_SEC));
    else if (h->no_file)
        snprintf(buf, size, "module '%s' cannot be loaded: its file is not in the image (errno %d)", module, -h->error);
    else if (h->error == -ENOENT && h->cause)
        snprintf(buf, size, "module '%s' cannot be loaded: it needs '%s', which cannot be loaded either (errno %d)",
                 module, text_printable(h->cause, cause, sizeof(cause)), -h->error);
    else if (h->error < 0)
        snprintf(buf, size, "module '%s' cannot be loaded: %s (errno %d)", module, explain_load(h->error), -h->error);
    else
        snprintf(buf, size, "module '%s' is in the image but was not loaded", module);
    return buf;
}

static void put_hardware_entry(struct out *o, const struct page_hardware *h, bool everything)
{
    const char *class = pci_class(h->modalias);
    char where[80], modalias[200], text[400];

    text_printable(h->where, where, sizeof(where));
    text_printable(h->modalias, modalias, sizeof(modalias));
    if (!h->module)
        put(o, 4, "  %s%s%s: no module for it in this image", where, *where && class ? ", " : "", class ?: "");
    else
        put(o, 4, "  %s%s%s", where, *where ? ": " : "", page_hardware_text(h, text, sizeof(text)));
    if (*modalias && (everything || !h->module))
        put(o, 6, "      %s", modalias);
}

static void put_hardware(struct out *o, const struct page_input *in, bool everything, unsigned max_lines)
{
    size_t shown = 0;

    if (in->n_hardware == 0)
        return;
    put(o, 0, "HARDWARE WITHOUT A DRIVER");
    for (size_t i = 0; i < in->n_hardware; i++) {
        char block[1024];
        struct out b = {.buf = block, .size = sizeof(block)};

        put_hardware_entry(&b, &in->hardware[i], everything);
        if (!everything && shown > 0 && o->lines + b.lines + (i + 1 < in->n_hardware) > max_lines)
            break;
        for (char *line = block, *end; *line; line = end + 1) {
            end = strchr(line, '\n');
            put_line(o, line, (size_t)(end - line));
        }
        shown++;
    }
    if (shown < in->n_hardware)
        put(o, 4, "  ... and %zu more (d lists all)", in->n_hardware - shown);
}

/* --- the whole ------------------------------------------------------------------ */

size_t page_write(const struct page_input *in, bool everything, char *buf, size_t size)
{
    struct out o = {.buf = buf, .size = size};
    char hardware[8192];
    struct out h = {.buf = everything ? NULL : hardware, .size = everything ? 0 : sizeof(hardware)};
    unsigned room;

    *buf = '\0';
    *hardware = '\0';
    put_head(&o, in);
    if (everything) {
        put_line(&o, "", 0);
        put_hardware(&o, in, true, 0); /* it may be long: the disks are what is left on the screen */
        if (in->n_hardware > 0 && in->n_devices > 0)
            put_line(&o, "", 0);
        put_devices(&o, in, true, 0);
        if (in->about)
            put(&o, 4, "%s", in->about);
        return o.used;
    }
    if (is_about_devices(in->fail->kind))
        put_hardware(&h, in, false, HARDWARE_LINES);
    room = PAGE_LINES - MIN(h.lines, PAGE_LINES - 2U);
    if (o.lines + 2 < room && in->n_devices > 0)
        put_line(&o, "", 0);
    put_devices(&o, in, false, room);
    for (char *line = hardware, *end; *line; line = end + 1) {
        end = strchr(line, '\n');
        put_line(&o, line, (size_t)(end - line));
    }
    return o.used;
}

size_t page_waiting(const struct page_wait *w, char *buf, size_t size)
{
    char text[900], root[300];
    size_t n = 0;

    if (w->instead)
        n += (size_t)snprintf(text, sizeof(text), "pintle: waiting for %.200s", w->instead);
    else
        n += (size_t)snprintf(text, sizeof(text), "pintle: waiting for root %s",
                              text_printable(w->root ?: "", root, sizeof(root)));
    if (w->left_usec != USEC_INFINITY)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " (%llu s left)",
                              (unsigned long long)((w->left_usec + USEC_PER_SEC / 2) / USEC_PER_SEC));
    else if (!w->instead)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " (no limit)");
    if (!w->instead) {
        if (w->n_devices == 0)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "; no block device yet");
        else
            n += (size_t)snprintf(text + n, sizeof(text) - n, "; %zu block device%s seen, ", w->n_devices,
                                  w->n_devices == 1 ? "" : "s");
        if (w->n_unread > 0)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%zu still being read", w->n_unread);
        else if (w->n_devices > 0)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", w->n_devices == 1 ? "not it" : "none matches");
    }
    if (w->busy)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "; %.150s for %llu s", w->busy,
                              (unsigned long long)(w->busy_usec / USEC_PER_SEC));
    if (w->hint)
        snprintf(text + n, sizeof(text) - n, " -- Enter: details and menu");
    return page_wrap(text, 8, buf, size);
}
