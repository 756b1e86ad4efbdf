/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keep.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fd.h"
#include "log.h"

#define MAGIC    "PINTLEKP"
/* The first one that was released; none is smaller. */
#define KEEP_SIZE_FIRST 1240
_Static_assert(sizeof(struct keep) >= KEEP_SIZE_FIRST, "the keep only grows");
#define MAP_SIZE ALIGN_UP(sizeof(struct keep), 4096)

/* What is kept until there is a memfd, and where there never is one. */
static struct keep nowhere;
struct keep *keep = &nowhere;

static void format(struct keep *k)
{
    memset(k, 0, sizeof(*k));
    memcpy(k->magic, MAGIC, sizeof(k->magic));
    k->version = KEEP_VERSION;
    k->size = sizeof(*k);
    k->files.db_fd = k->files.table_fd = k->control_fd = k->release_fd = k->old_fd = -1;
    k->log_level = LOG_LEVEL_INFO;
}

int keep_init(void)
{
    int low = memfd_create("pintle-keep", MFD_CLOEXEC), fd, r;
    void *at;

    format(&nowhere);
    keep = &nowhere;
    fd = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, KEEP_FD_FIRST);
    r = -errno;
    if (low >= 0)
        close(low);
    if (fd < 0)
        return r;
    /* All of it now: a page that is first written when memory is out would be SIGBUS. */
    r = fallocate(fd, 0, 0, (off_t)MAP_SIZE) < 0 ? -errno : keep_inheritable(fd);
    at = r < 0 ? MAP_FAILED : mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        r = r < 0 ? r : -errno;
        close(fd);
        return r;
    }
    keep = at;
    format(keep);
    return fd;
}

/* A shorter one is an older pintle's: what it did not know reads as zero. Of a longer one the rest is left alone. */
int keep_check(const void *data, size_t size)
{
    const struct keep *k = data;

    if (size < KEEP_SIZE_FIRST || memcmp(k->magic, MAGIC, sizeof(k->magic)) != 0 || k->size < KEEP_SIZE_FIRST)
        return -EBADMSG;
    if (k->version != KEEP_VERSION)
        return -EPROTONOSUPPORT;
    return 0;
}

int keep_open(int fd)
{
    struct stat st;
    void *at;
    int r;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || st.st_size <= 0)
        return -EBADMSG;
    if (st.st_size < (off_t)MAP_SIZE && fallocate(fd, 0, 0, (off_t)MAP_SIZE) < 0)
        return -errno;
    at = mmap(NULL, MAP_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return -errno;
    r = keep_check(at, MAP_SIZE);
    if (r < 0) {
        munmap(at, MAP_SIZE);
        return r;
    }
    keep = at;
    keep->size = MAX(keep->size, sizeof(*keep));
    return 0;
}

void keep_set_files(int db_fd, int table_fd)
{
    union keep_files files = {.db_fd = db_fd, .table_fd = table_fd};

    __atomic_store_n(&keep->files.both, files.both, __ATOMIC_RELEASE);
}

int keep_inheritable(int fd)
{
    return fd_set_cloexec(fd, false);
}
