/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mountexplain.h"

#include "blkprobe.h"
#include "text.h"

#define SYSFS "/sys/class/block"

static size_t put(char *buf, size_t size, size_t n, const char *before, const char *text)
{
    char clean[128];

    if (*text && n < size)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", before, text_printable(text, clean, sizeof(clean)));
    return n;
}

static size_t put_device(char *buf, size_t size, const struct blkinfo *info)
{
    size_t n = (size_t)snprintf(buf, size, "/dev/%s (%s", info->name, *info->type ? info->type : "nothing known");

    for (char *s = buf; *s; s++)
        if (*s == '!')
            *s = '/';
    n = put(buf, size, n, ", LABEL=", info->label);
    n = put(buf, size, n, ", UUID=", info->uuid);
    if (n < size)
        n += (size_t)snprintf(buf + n, size - n, ")");
    return n;
}

char *mountexplain_devices(char *buf, size_t size)
{
    _cleanup_closedir_ DIR *dir = opendir(SYSFS);
    const struct dirent *entry;
    size_t n = 0;

    text_copy(buf, size, "none");
    while (dir && (entry = readdir(dir)) != NULL && n < size) {
        struct blkinfo info = {.probed = BLKINFO_UNPROBED};
        char node[80], text[700];

        if (*entry->d_name == '.' || !text_copy(info.name, sizeof(info.name), entry->d_name) ||
            blkprobe_sysfs(SYSFS, &info) < 0 || info.bytes == 0)
            continue;
        snprintf(node, sizeof(node), "/dev/%s", info.name);
        (void)blkprobe_read(node, &info); /* what it could not find out stays empty */
        if (*info.pttype && !*info.type)
            continue; /* a disk: its partitions tell more */
        put_device(text, sizeof(text), &info);
        n += (size_t)snprintf(buf + n, size - n, "%s%s", n > 0 ? ", " : "", text);
    }
    return buf;
}

char *mountexplain_type(const char *device, const char *wanted, char *buf, size_t size)
{
    struct blkinfo info = {.probed = BLKINFO_UNPROBED};

    *buf = '\0';
    if (blkprobe_read(device, &info) < 0 || streq(wanted, "auto") || streq(info.type, wanted))
        return buf;
    if (!*info.type)
        snprintf(buf, size, "nothing known is on it: neither a file system nor a swap area");
    else
        snprintf(buf, size, "it holds %s, fstab says %s", info.type, wanted);
    return buf;
}
