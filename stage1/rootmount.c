/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rootmount.h"

#include <sys/mount.h>

int rootmount_system(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
    return mount(source, target, type, flags, data) < 0 ? -errno : 0;
}

/* Lines are "nodev\tsysfs" or "\text4". */
int rootmount_known(const char *text, bool devices_only, struct strv *ret)
{
    while (*text) {
        const char *end = strchrnul(text, '\n'), *tab = memchr(text, '\t', (size_t)(end - text));

        if (tab && !(devices_only && tab != text)) {
            int r = strv_take(ret, strndup(tab + 1, (size_t)(end - tab - 1)));

            if (r < 0)
                return r;
        }
        text = *end ? end + 1 : end;
    }
    return 0;
}

int rootmount_types(const char *rootfstype, const char *probed, const struct strv *on_devices, struct strv *ret)
{
    const char *word;
    size_t len;
    int r = 0;

    while (rootfstype && r >= 0 && (word = text_next_word(&rootfstype, ",", &len)))
        r = strv_take(ret, strndup(word, len));
    if (r < 0 || ret->n > 0)
        return r;
    if (probed[0])
        return strv_add(ret, probed);
    for (size_t i = 0; i < on_devices->n && r >= 0; i++)
        r = strv_add(ret, on_devices->v[i]);
    return r;
}

static void note(struct rootmount_result *ret, const char *type, const char *what)
{
    size_t at = strlen(ret->tried);

    snprintf(ret->tried + at, sizeof(ret->tried) - at, "%s%s: %s", at ? ", " : "", type, what);
}

/* One pass through the list. Return: 0; -EINVAL when no type fitted; -ENODEV when none is known; else what ended it. */
static int try_list(const struct rootmount_plan *p, rootmount_fn mount_fn, unsigned long flags,
                    struct rootmount_result *ret)
{
    int error = -ENODEV;

    for (size_t i = 0; i < p->types->n; i++) {
        const char *type = p->types->v[i];
        int r;

        if (!strv_has(p->known, type)) {
            ret->any_missing = true;
            note(ret, type, "unknown to the kernel");
            continue;
        }
        text_copy(ret->type, sizeof(ret->type), type);
        r = mount_fn(p->source, p->target, type, flags, p->data);
        if (r >= 0) {
            ret->read_only = flags & MS_RDONLY;
            return 0;
        }
        note(ret, type, strerrordesc_np(-r) ?: "unknown error");
        if (r != -EACCES && r != -EINVAL)
            return r;
        /* EACCES tells more than EINVAL: that type knew the disk, and may read it. */
        if (error != -EACCES)
            error = r;
    }
    return error;
}

int rootmount_try(const struct rootmount_plan *p, rootmount_fn mount_fn, struct rootmount_result *ret)
{
    int r;

    *ret = (struct rootmount_result){0};
    r = try_list(p, mount_fn, p->flags, ret);
    if ((r == -EACCES || r == -EINVAL || r == -EROFS) && !(p->flags & MS_RDONLY)) {
        note(ret, "again", "read-only");
        r = try_list(p, mount_fn, p->flags | MS_RDONLY, ret);
    }
    ret->error = r;
    return r;
}

const char *rootmount_explain(int error)
{
    switch (-error) {
    case EINVAL:
        return "the disk does not hold that type, or an option in rootflags= is not known to it";
    case ENODEV:
        return "the kernel has no such file system type";
    case EBUSY:
        return "the device is in use: mounted already, or part of an array, a volume or a mapping";
    case EIO:
    case ENXIO:
    case ENODATA:
        return "the disk cannot be read";
    case EBADMSG:
    case EUCLEAN:
        return "the file system is damaged (wrong checksum or contents)";
    case EFBIG:
    case EOVERFLOW:
        return "the file system is larger than the device, or than this kernel can take";
    case EROFS:
        return "the device can only be read, and the file system needs to write (a journal to replay?)";
    case EACCES:
        return "the device refuses to be opened so";
    case EOPNOTSUPP:
        return "the file system has features that this kernel lacks";
    case ENOMEM:
        return "there is not enough memory";
    case ENOENT:
        return "a name in rootflags= (a subvolume?) is not there";
    default:
        return "the kernel's log has the reason";
    }
}
