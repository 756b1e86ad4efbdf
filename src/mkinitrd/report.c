/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cpio.h"
#include "fd.h"
#include "image.h"
#include "log.h"
#include "modules.h"

#define IMAGE_MAX ((size_t)2 << 30)
#define LARGEST   5

void report_step(const char *what, size_t done, size_t total)
{
    static bool shown;

    if (!isatty(STDERR_FILENO))
        return;
    if (!what) {
        if (shown)
            fputs("\r\033[K", stderr);
        shown = false;
        return;
    }
    if (total > 0)
        fprintf(stderr, "\r\033[K%s %zu/%zu", what, done, total);
    else
        fprintf(stderr, "\r\033[K%s", what);
    fflush(stderr);
    shown = true;
}

/* --- the final table ----------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    const struct plan_entry *x = *(const struct plan_entry *const *)a,
                            *y = *(const struct plan_entry *const *)b;

    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return strcmp(x->path, y->path);
}

static void print_largest(const struct plan *p)
{
    _cleanup_free_ struct plan_entry **files = calloc(p->n + 1, sizeof(struct plan_entry *));
    char size[32];
    size_t n = 0;

    if (!files)
        return;
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i]->type == PLAN_FILE)
            files[n++] = p->v[i];
    qsort(files, n, sizeof(*files), by_size);
    for (size_t i = 0; i < MIN(n, (size_t)LARGEST); i++)
        printf("%-12s %10s  %s\n", i ? "" : "largest", text_format_bytes(files[i]->size, size, sizeof(size)),
               files[i]->path);
}

static void print_missing(const struct build *b)
{
    if (b->missing_firmware.n == 0)
        return;
    printf("%-12s %10zu  firmware files that modules name are not on this machine%s\n", "left out",
           b->missing_firmware.n, b->opt->verbose ? ":" : " (--verbose lists them)");
    for (size_t i = 0; b->opt->verbose && i < b->missing_firmware.n; i++)
        printf("%-12s %10s  %s\n", "", "", b->missing_firmware.v[i]);
}

void report_table(const struct build *b, enum compress_method method, size_t unpacked, size_t packed)
{
    size_t files = 0, links = 0;
    char size[32];

    for (size_t i = 0; i < b->plan.n; i++) {
        files += b->plan.v[i]->type == PLAN_FILE;
        links += b->plan.v[i]->type == PLAN_LINK;
    }
    printf("%-12s %s\n", "image", b->opt->output);
    printf("%-12s %s\n", "kernel", b->opt->kernel);
    printf("%-12s %10zu  and %zu links, %zu entries in all\n", "files", files, links, b->plan.n + 1);
    printf("%-12s %10zu\n", "modules", modules_count(b));
    printf("%-12s %10s\n", "unpacked", text_format_bytes(unpacked, size, sizeof(size)));
    printf("%-12s %10s  %s\n", "packed", text_format_bytes(packed, size, sizeof(size)),
           compress_name(method));
    print_largest(&b->plan);
    print_missing(b);
    for (size_t i = 0; i < b->notes.n; i++)
        printf("%-12s %10s  %s\n", "note", "", b->notes.v[i]);
}

/* --- the list of an image ------------------------------------------------------------------------------ */

struct listing {
    size_t entries, marker_entries;
    unsigned long long bytes, marker_bytes;
    bool ours;   /* it has stage one's file or marker: it must be whole */
    bool marked; /* the end marker was there; what comes behind it is another archive's */
    bool first;  /* and in the image's first archive, so that all was counted */
};

static char type_letter(uint32_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFLNK:
        return 'l';
    case S_IFCHR:
        return 'c';
    case S_IFBLK:
        return 'b';
    case S_IFIFO:
        return 'p';
    case S_IFSOCK:
        return 's';
    default:
        return '-';
    }
}

static void print_entry(const struct cpio_entry *e)
{
    static const char bits[] = "rwxrwxrwx";
    char mode[11] = "", name[PATH_MAX], target[PATH_MAX], raw[PATH_MAX], size[32];

    mode[0] = type_letter(e->mode);
    for (unsigned i = 0; i < 9; i++)
        mode[i + 1] = e->mode & (0400u >> i) ? bits[i] : '-';
    if (e->mode & S_ISUID)
        mode[3] = 's';
    if (e->mode & S_ISVTX)
        mode[9] = 't';
    if (mode[0] == 'c' || mode[0] == 'b')
        snprintf(size, sizeof(size), "%u:%u", e->device_major, e->device_minor);
    else
        snprintf(size, sizeof(size), "%zu", e->size);
    printf("%s %10s %s", mode, size, text_printable(e->name, name, sizeof(name)));
    if (mode[0] == 'l') {
        snprintf(raw, sizeof(raw), "%.*s", (int)MIN(e->size, sizeof(raw) - 1), e->data);
        printf(" -> %s", text_printable(raw, target, sizeof(target)));
    }
    putchar('\n');
}

static int list_entry(void *data, const struct cpio_entry *e)
{
    struct listing *l = data;
    char text[128];

    print_entry(e);
    l->ours = l->ours || streq(e->name, &IMAGE_CONF[1]);
    if (l->marked)
        return 0;
    l->marked = streq(e->name, &IMAGE_END_MARKER[1]);
    if (l->marked) {
        l->first = e->segment == 0;
        snprintf(text, sizeof(text), "%.*s", (int)MIN(e->size, sizeof(text) - 1), e->data);
        if (sscanf(text, IMAGE_END_FORMAT, &l->marker_entries, &l->marker_bytes) != 2)
            l->marked = false;
        return 0;
    }
    l->entries++;
    if (S_ISREG(e->mode))
        l->bytes += e->size;
    return 0;
}

static int check_marker(const char *file, const struct listing *l)
{
    if (!l->ours)
        return 0; /* another builder's: it says nothing about its end */
    if (!l->marked) {
        log_error(0, "'%s' has no end marker: it was cut short after %zu entries", file, l->entries);
        return -EBADMSG;
    }
    if (!l->first || (l->marker_entries == l->entries && l->marker_bytes == l->bytes))
        return 0;
    log_error(0, "'%s' holds %zu entries with %llu bytes, but its end marker says %zu with %llu", file,
              l->entries, l->bytes, l->marker_entries, l->marker_bytes);
    return -EBADMSG;
}

int report_list(const char *file)
{
    _cleanup_free_ char *image = NULL;
    struct listing l = {0};
    size_t size, where;
    int r;

    r = fd_read_file(AT_FDCWD, file, IMAGE_MAX, &image, &size);
    if (r < 0)
        return log_error(r, "cannot read '%s'", file);
    if (size == 0)
        return log_error(0, "'%s' is empty", file), -ENODATA;
    r = cpio_read(image, size, list_entry, &l, &where);
    fflush(stdout);
    if (r == -ENODATA)
        log_error(0, "'%s' holds no archive: it is no initramfs image", file);
    else if (r == -EBADMSG)
        log_error(0, "'%s' is damaged or cut short at byte %zu, after %zu entries", file, where, l.entries);
    else if (r < 0)
        log_error(r, "cannot read '%s'", file);
    return r < 0 ? r : check_marker(file, &l);
}
