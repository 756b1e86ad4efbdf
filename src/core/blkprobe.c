/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blkprobe.h"

#include <blkid.h>
#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "text.h"

static void cleanup_probe(blkid_probe *pr)
{
    if (*pr)
        blkid_free_probe(*pr);
}

static void take(blkid_probe pr, const char *name, char *buf, size_t size)
{
    const char *value = NULL;

    if (blkid_probe_lookup_value(pr, name, &value, NULL) == 0 && value)
        text_copy(buf, size, value);
}

static int fail(struct blkinfo *info, int error)
{
    info->probed = BLKINFO_FAILED;
    info->error = error;
    return error;
}

/* What libblkid found, whatever it thinks of it. */
static void take_all(blkid_probe pr, struct blkinfo *info)
{
    char number[16] = "";

    take(pr, "TYPE", info->type, sizeof(info->type));
    take(pr, "USAGE", info->usage, sizeof(info->usage));
    take(pr, "UUID", info->uuid, sizeof(info->uuid));
    take(pr, "LABEL", info->label, sizeof(info->label));
    take(pr, "PTTYPE", info->pttype, sizeof(info->pttype));
    take(pr, "PART_ENTRY_UUID", info->partuuid, sizeof(info->partuuid));
    if (!info->partlabel[0])
        take(pr, "PART_ENTRY_NAME", info->partlabel, sizeof(info->partlabel));
    take(pr, "PART_ENTRY_NUMBER", number, sizeof(number));
    if (!info->part && number[0])
        (void)text_parse_u32(number, 10, &info->part);
}

/* Return: as blkid_do_safeprobe: 0 found, 1 nothing, -2 ambivalent, -1 with errno. */
static int probe(blkid_probe pr, int flags)
{
    int r;

    blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE |
                                              BLKID_SUBLKS_USAGE | flags);
    errno = 0;
    r = blkid_do_safeprobe(pr);
    if (r == -1 && errno == 0)
        errno = EIO;
    return r;
}

int blkprobe_read(const char *node, struct blkinfo *info)
{
    /* O_NONBLOCK: an empty drive (optical, card reader) answers instead of waiting for a medium. */
    _cleanup_close_ int fd = open(node, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    _cleanup_(cleanup_probe) blkid_probe pr = NULL;
    int r;

    if (fd < 0)
        return fail(info, -errno);
    pr = blkid_new_probe();
    if (!pr)
        return fail(info, -ENOMEM);
    errno = 0;
    if (blkid_probe_set_device(pr, fd, 0, 0) < 0)
        return fail(info, errno ? -errno : -EIO);
    blkid_probe_enable_superblocks(pr, true);
    blkid_probe_enable_partitions(pr, true);
    blkid_probe_set_partitions_flags(pr, BLKID_PARTS_ENTRY_DETAILS);
    r = probe(pr, 0);
    if (r == -1)
        return fail(info, -errno);
    take_all(pr, info);
    /*
     * Nothing whole is there. A superblock with a wrong checksum is worth a name on the recovery page and an
     * attempt to mount, but only now: stale remains of another file system must not make this one ambivalent.
     */
    if (r >= 0 && !info->type[0] && !info->pttype[0] && probe(pr, BLKID_SUBLKS_BADCSUM) == 0)
        take_all(pr, info);
    if (r == -2)
        return fail(info, -EUCLEAN);
    info->probed = BLKINFO_PROBED;
    info->error = 0;
    return 0;
}

static bool read_number(int dirfd, const char *name, uint64_t *ret)
{
    char line[32];

    return fd_read_line(dirfd, name, line, sizeof(line)) > 0 && text_parse_u64(line, 10, ret) >= 0;
}

/* The entry in /sys/class/block is a link ".../block/vda/vda1": the folder above a partition is its disk. */
static int parent_disk(const char *link, char *buf, size_t size)
{
    _cleanup_free_ char *path = realpath(link, NULL);
    char *slash;

    if (!path)
        return -errno;
    slash = strrchr(path, '/');
    if (!slash)
        return -EINVAL;
    *slash = '\0';
    slash = strrchr(path, '/');
    text_copy(buf, size, slash ? slash + 1 : path);
    return 0;
}

int blkprobe_sysfs(const char *sysfs, struct blkinfo *info)
{
    _cleanup_close_ int dirfd = -EBADF;
    char path[PATH_MAX];
    uint64_t n;

    if (snprintf(path, sizeof(path), "%s/%s", sysfs, info->name) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return -errno;
    info->bytes = read_number(dirfd, "size", &n) ? n * 512 : 0;
    info->read_only = read_number(dirfd, "ro", &n) && n;
    if (!read_number(dirfd, "partition", &n)) {
        info->part = 0;
        info->disk[0] = '\0';
        return 0;
    }
    info->part = (uint32_t)n;
    return parent_disk(path, info->disk, sizeof(info->disk));
}
