/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "fd.h"
#include "image.h"
#include "log.h"

#define PAGE_SIZE 4096u
#define FILE_MAX  (1u << 30)

/* The archive grows in memory: its compressed form needs to know its whole size. */
struct sink {
    char *data; /* owned */
    size_t size, room;
};

struct writer {
    struct archive *archive;
    struct archive_entry *entry;
    struct sink sink;
    int64_t mtime;
    int64_t inode;
};

static void writer_done(struct writer *w)
{
    archive_write_free(w->archive);
    archive_entry_free(w->entry);
    free(w->sink.data);
}

static la_ssize_t sink_write(struct archive *a, void *data, const void *buf, size_t size)
{
    struct sink *s = data;

    if (s->size + size + 1 > s->room) {
        size_t room = MAX(s->room * 2, s->size + size + (1 << 20));
        char *bigger = realloc(s->data, room);

        if (!bigger) {
            archive_set_error(a, ENOMEM, "out of memory");
            return -1;
        }
        s->data = bigger;
        s->room = room;
    }
    memcpy(s->data + s->size, buf, size);
    s->size += size;
    return (la_ssize_t)size;
}

struct cpio_totals cpio_totals_of(const struct plan *p)
{
    struct cpio_totals t = {.entries = p->n};

    for (size_t i = 0; i < p->n; i++)
        if (p->v[i]->type == PLAN_FILE)
            t.bytes += p->v[i]->size;
    return t;
}

unsigned long long cpio_unpacked(const struct plan *p)
{
    unsigned long long n = 0;

    for (size_t i = 0; i < p->n; i++)
        if (p->v[i]->type == PLAN_FILE)
            n += ALIGN_UP((unsigned long long)p->v[i]->size, PAGE_SIZE);
    return n;
}

/* --- writing ------------------------------------------------------------------------------------------- */

static int writer_init(struct writer *w, int64_t mtime)
{
    *w = (struct writer){.archive = archive_write_new(), .entry = archive_entry_new(), .mtime = mtime};
    w->inode = IMAGE_FIRST_INODE;
    if (!w->archive || !w->entry)
        return -ENOMEM;
    if (archive_write_set_format_cpio_newc(w->archive) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(w->archive, 0) != ARCHIVE_OK ||
        archive_write_open(w->archive, &w->sink, NULL, sink_write, NULL) != ARCHIVE_OK)
        return log_error(0, "cannot start an archive: %s", archive_error_string(w->archive)), -EIO;
    return 0;
}

static void describe(struct writer *w, const struct plan_entry *e, size_t size)
{
    static const mode_t types[] = {
        [PLAN_DIR] = AE_IFDIR, [PLAN_FILE] = AE_IFREG, [PLAN_LINK] = AE_IFLNK, [PLAN_CHAR] = AE_IFCHR};
    struct archive_entry *entry = archive_entry_clear(w->entry);

    archive_entry_set_pathname(entry, e->path + 1);
    archive_entry_set_filetype(entry, types[e->type]);
    archive_entry_set_perm(entry, e->mode);
    archive_entry_set_nlink(entry, e->type == PLAN_DIR ? 2 : 1);
    archive_entry_set_mtime(entry, w->mtime, 0);
    archive_entry_set_ino64(entry, w->inode++);
    archive_entry_set_devmajor(entry, 3);
    archive_entry_set_devminor(entry, 1);
    archive_entry_set_size(entry, (la_int64_t)size);
    if (e->type == PLAN_LINK)
        archive_entry_set_symlink(entry, e->target);
    if (e->type == PLAN_CHAR) {
        archive_entry_set_rdevmajor(entry, e->device_major);
        archive_entry_set_rdevminor(entry, e->device_minor);
    }
}

static int put(struct writer *w, const struct plan_entry *e, const char *data, size_t size)
{
    describe(w, e, size);
    if (archive_write_header(w->archive, w->entry) != ARCHIVE_OK ||
        (size > 0 && archive_write_data(w->archive, data, size) != (la_ssize_t)size))
        return log_error(0, "cannot put '%s' into the archive: %s", e->path,
                         archive_error_string(w->archive)),
               -EIO;
    return 0;
}

static int put_entry(struct writer *w, const struct plan_entry *e)
{
    _cleanup_free_ char *data = NULL;
    size_t size;
    int r;

    if (e->type != PLAN_FILE)
        return put(w, e, NULL, 0);
    if (!e->source)
        return put(w, e, e->data, e->size);
    r = fd_read_file(AT_FDCWD, e->source, FILE_MAX, &data, &size);
    if (r < 0)
        return log_error(r, "cannot read '%s'", e->source);
    if (size != e->size)
        return log_error(-EBUSY, "'%s' changed from %zu to %zu bytes while the image was made: try again",
                         e->source, e->size, size);
    return put(w, e, data, size);
}

static int put_end_marker(struct writer *w, const struct plan *p)
{
    struct cpio_totals totals = cpio_totals_of(p);
    char path[] = IMAGE_END_MARKER, text[128];
    const struct plan_entry e = {.path = path, .type = PLAN_FILE, .mode = 0644};
    int n = snprintf(text, sizeof(text), IMAGE_END_FORMAT, totals.entries, totals.bytes);

    return put(w, &e, text, (size_t)n);
}

int cpio_write(const struct plan *p, int64_t mtime, cpio_progress_fn progress, void *progress_data,
               char **ret_data, size_t *ret_size)
{
    _cleanup_free_ struct plan_entry **order = NULL;
    _cleanup_(writer_done) struct writer w;
    int r;

    r = writer_init(&w, mtime);
    if (r >= 0)
        r = plan_order(p, &order);
    if (r < 0)
        return r;
    for (size_t i = 0; i < p->n; i++) {
        if (progress)
            progress(progress_data, i, p->n);
        r = put_entry(&w, order[i]);
        if (r < 0)
            return r;
    }
    r = put_end_marker(&w, p);
    if (r < 0)
        return r;
    if (archive_write_close(w.archive) != ARCHIVE_OK)
        return log_error(0, "cannot finish the archive: %s", archive_error_string(w.archive)), -EIO;
    *ret_data = TAKE_PTR(w.sink.data);
    *ret_size = w.sink.size;
    return 0;
}
