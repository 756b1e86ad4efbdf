/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "takeover.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include "fd.h"
#include "initnote.h"
#include "keep.h"
#include "log.h"
#include "paths.h"
#include "text.h"

/* By this stage one knows that its record will be read and the old root let go here. */
INITNOTE_DEFINE;

static void take_entry(struct takeover *t, const struct record_entry *e)
{
    switch (e->tag) {
    case HANDOFF_OLD_KIND:
        t->old_kind = (enum handoff_old)record_u32(e);
        break;
    case HANDOFF_OLD_FD:
        t->old_fd = (int)record_u32(e);
        break;
    case HANDOFF_OLD_PATH:
        record_text(e, t->old_path, sizeof(t->old_path));
        break;
    case HANDOFF_OLD_DEV:
        t->old_dev = record_u64(e);
        break;
    case HANDOFF_IMAGE_BYTES:
        t->image_bytes = record_u64(e);
        break;
    case HANDOFF_FREED_BYTES:
        t->freed_bytes = record_u64(e);
        break;
    default: /* warnings come with the report; the rest is for pintlectl times, or from a newer stage one */
        break;
    }
}

static void keep_copy(const void *data, size_t size)
{
    _cleanup_fd_atomic_ struct fd_atomic file = {.fd = -EBADF};
    int r = fd_atomic_open(&file, PATH_HANDOFF, 0644);

    if (r >= 0)
        r = fd_write_all(file.fd, data, size);
    if (r >= 0)
        r = fd_atomic_commit(&file);
    if (r < 0)
        (void)log_warning(r, "cannot keep stage one's record in '%s'", PATH_HANDOFF);
}

/* The number is from the environment: it must be a memfd's, not just any descriptor. */
static int find_fd(void)
{
    const char *value = getenv(HANDOFF_ENV);
    uint32_t fd;

    if (!value)
        return -ENOENT;
    if (text_parse_u32(value, 10, &fd) < 0 || fd < 3 || fd > 65535)
        return -EBADMSG;
    return fcntl((int)fd, F_GETFD) < 0 ? -errno : (int)fd;
}

int takeover_decode(struct takeover *t, const void *data, size_t size)
{
    struct record_reader rd;
    struct record_entry e;

    if (record_open(&rd, data, size) < 0)
        return -EBADMSG;
    while (record_next(&rd, &e))
        take_entry(t, &e);
    return 0;
}

static int map_record(struct takeover *t, int fd)
{
    struct stat st;
    void *at;

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size <= 0 || st.st_size > HANDOFF_MAX)
        return -EBADMSG;
    at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    if (takeover_decode(t, at, (size_t)st.st_size) < 0) {
        munmap(at, (size_t)st.st_size);
        return -EBADMSG;
    }
    t->record = at;
    t->record_size = (size_t)st.st_size;
    return 0;
}

void takeover_read(struct takeover *ret)
{
    int fd = find_fd();

    *ret = (struct takeover){.old_fd = -EBADF};
    ret->error = map_record(ret, fd);
    unsetenv(HANDOFF_ENV);
    if (fd >= 0)
        close(fd);
    if (ret->old_kind != HANDOFF_OLD_ROOTFS || ret->old_fd < 3 || fcntl(ret->old_fd, F_SETFD, FD_CLOEXEC) < 0)
        ret->old_fd = -EBADF;
}

void takeover_keep(const struct takeover *t)
{
    keep->image_bytes = t->image_bytes;
    keep->freed_bytes = t->freed_bytes;
    keep->old_dev = t->old_dev;
    keep->old_fd = t->old_fd;
    text_copy(keep->old_path, sizeof(keep->old_path), t->old_path);
    keep->old_kind = t->old_kind;
}

void takeover_carry_on(struct takeover *ret)
{
    *ret = (struct takeover){
        .error = -ENOENT,
        .old_kind = (enum handoff_old)keep->old_kind,
        .old_fd = keep->old_fd,
        .old_dev = keep->old_dev,
        .image_bytes = keep->image_bytes,
        .freed_bytes = keep->freed_bytes,
    };
    text_copy(ret->old_path, sizeof(ret->old_path), keep->old_path);
}

void takeover_report(struct takeover *t)
{
    struct record_reader rd;
    struct record_entry e;
    char text[200];

    if (t->error < 0 && t->error != -ENOENT)
        (void)log_warning(t->error, "'%s' names no record of stage one that can be read", HANDOFF_ENV);
    if (!t->record)
        return;
    if (record_open(&rd, t->record, t->record_size) == 0)
        while (record_next(&rd, &e))
            if (e.tag == HANDOFF_WARNING)
                (void)log_warning(0, "stage one: %s", record_text(&e, text, sizeof(text)));
    keep_copy(t->record, t->record_size);
    munmap(t->record, t->record_size);
    t->record = NULL;
}
