/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blklinks.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>

#include "fd.h"
#include "text.h"

static bool is_pci(const char *s)
{
    unsigned domain, bus, slot, function;
    int end = 0;

    return sscanf(s, "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end) == 4 && !s[end];
}

/* "host" is numbered by the order of appearance, so a path has 0 there (udev counts within the adapter). */
static bool is_scsi(const char *s, char *buf, size_t size)
{
    unsigned host, channel, target, lun;
    int end = 0;

    if (sscanf(s, "%u:%u:%u:%u%n", &host, &channel, &target, &lun, &end) != 4 || s[end])
        return false;
    snprintf(buf, size, "-scsi-0:%u:%u:%u", channel, target, lun);
    return true;
}

static bool is_numbered(const char *s, const char *prefix)
{
    const char *rest = text_after(s, prefix);

    return rest && *rest && rest[strspn(rest, "0123456789")] == '\0';
}

bool blklinks_path(const char *device, unsigned nsid, unsigned ata_port, bool compat, char *buf, size_t size)
{
    char path[PATH_MAX], tail[64] = "";

    if (!text_copy(path, sizeof(path), device))
        return false;
    /* From the disk upwards to the PCI function that it hangs on; bridges above do not matter. */
    for (char *slash; (slash = strrchr(path, '/')); *slash = '\0') {
        const char *part = slash + 1;

        if (is_pci(part))
            return snprintf(buf, size, "pci-%s%s", part, tail) < (int)size;
        if (is_numbered(part, "usb"))
            return false;
        if (is_numbered(part, "ata") && ata_port > 0)
            snprintf(tail, sizeof(tail), compat ? "-ata-%u" : "-ata-%u.0", ata_port);
        else if (is_numbered(part, "nvme") && nsid > 0 && !tail[0])
            snprintf(tail, sizeof(tail), "-nvme-%u", nsid);
        else
            (void)is_scsi(part, tail, sizeof(tail));
    }
    return false;
}

/* As udev's "replace" of blanks and of what is unsafe in a name: leading and trailing blanks go, inner runs are one '_'. */
static void append_safe(char *buf, size_t size, const char *s)
{
    size_t at = strlen(buf);
    bool blank = false;

    s += strspn(s, " \t");
    for (; *s && at + 2 < size; s++) {
        if (*s == ' ' || *s == '\t') {
            blank = true;
            continue;
        }
        if (blank)
            buf[at++] = '_';
        blank = false;
        buf[at++] = isalnum((unsigned char)*s) || strchr("#+-.:=@_", *s) ? *s : '_';
    }
    buf[at] = '\0';
}

static void add_link(struct blkinfo *info, const char *folder, const char *name)
{
    size_t at = strlen(info->links);
    char part[24] = "";
    int n;

    if (info->disk[0])
        snprintf(part, sizeof(part), "-part%u", info->part);
    n = snprintf(info->links + at, sizeof(info->links) - at, "disk/%s/%s%s ", folder, name, part);
    if (n < 0 || (size_t)n >= sizeof(info->links) - at)
        info->links[at] = '\0';
}

static bool read_attr(int disk, const char *name, char *buf, size_t size)
{
    return fd_read_line(disk, name, buf, size) > 0;
}

static void add_ids(int disk, struct blkinfo *info)
{
    char value[128], model[64], name[256];
    const char *number;

    if (text_after(info->disk[0] ? info->disk : info->name, "vd") && read_attr(disk, "serial", value, sizeof(value))) {
        strcpy(name, "virtio-");
        append_safe(name, sizeof(name), value);
        add_link(info, "by-id", name);
    }
    if (text_after(info->name, "nvme") && read_attr(disk, "wwid", value, sizeof(value))) {
        strcpy(name, "nvme-");
        append_safe(name, sizeof(name), value);
        add_link(info, "by-id", name);
    }
    if (text_after(info->name, "nvme") && read_attr(disk, "device/model", model, sizeof(model)) &&
        read_attr(disk, "device/serial", value, sizeof(value))) {
        strcpy(name, "nvme-");
        append_safe(name, sizeof(name), model);
        append_safe(name, sizeof(name), "_");
        append_safe(name, sizeof(name), value);
        add_link(info, "by-id", name);
    }
    if (read_attr(disk, "device/wwid", value, sizeof(value)) &&
        ((number = text_after(value, "naa.")) || (number = text_after(value, "eui.")))) {
        strcpy(name, "wwn-0x");
        append_safe(name, sizeof(name), number);
        add_link(info, "by-id", name);
    }
}

/* ".../ata3/host2/...": the port's number within its controller is in ata3's own folder. */
static unsigned ata_port_of(const char *device)
{
    const char *ata = strstr(device, "/ata");
    char path[PATH_MAX], number[16];
    uint32_t port = 0;
    size_t len;

    if (!ata || !isdigit((unsigned char)ata[4]))
        return 0;
    len = strcspn(ata + 1, "/");
    snprintf(path, sizeof(path), "%.*s/ata_port/%.*s/port_no", (int)(ata + 1 - device + (ptrdiff_t)len), device, (int)len,
             ata + 1);
    if (fd_read_line(AT_FDCWD, path, number, sizeof(number)) > 0)
        (void)text_parse_u32(number, 10, &port);
    return port;
}

static void add_paths(int disk, const char *device, struct blkinfo *info)
{
    char number[16], name[256];
    uint32_t nsid = 0;
    unsigned ata = ata_port_of(device);

    if (read_attr(disk, "nsid", number, sizeof(number)))
        (void)text_parse_u32(number, 10, &nsid);
    if (!blklinks_path(device, nsid, ata, false, name, sizeof(name)))
        return;
    add_link(info, "by-path", name);
    if (ata > 0 && blklinks_path(device, nsid, ata, true, name, sizeof(name)))
        add_link(info, "by-path", name);
    if (strstr(device, "/virtio")) { /* also under its older name */
        char old[300];

        snprintf(old, sizeof(old), "virtio-%s", name);
        add_link(info, "by-path", old);
    }
}

int blklinks_fill(const char *sysfs, struct blkinfo *info)
{
    _cleanup_free_ char *device = NULL;
    _cleanup_close_ int disk = -EBADF;
    char path[PATH_MAX];

    info->links[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", sysfs, info->disk[0] ? info->disk : info->name);
    device = realpath(path, NULL);
    if (!device)
        return -errno;
    disk = open(device, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (disk < 0)
        return -errno;
    add_ids(disk, info);
    add_paths(disk, device, info);
    return 0;
}
