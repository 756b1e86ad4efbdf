/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mnt.h"

#include <libmount/libmount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "fd.h"

static struct mnt_entry entry_of(struct libmnt_fs *fs)
{
    struct mnt_entry e = {
        .source = mnt_fs_get_source(fs) ?: mnt_fs_get_srcpath(fs) ?: "",
        .target = mnt_fs_get_target(fs) ?: "",
        .type = mnt_fs_get_fstype(fs) ?: "auto",
        .options = mnt_fs_get_options(fs) ?: "",
        .passno = mnt_fs_get_passno(fs),
        .is_swap = mnt_fs_is_swaparea(fs) == 1,
        .is_pseudo = mnt_fs_is_pseudofs(fs) == 1,
    };

    e.is_net = mnt_fs_is_netfs(fs) == 1 || mnt_has_option(e.options, "_netdev");
    return e;
}

struct bad_lines {
    mnt_badline_fn fn;
    void *data;
};

/* Return: 1: libmount goes on behind the line. */
static int on_bad_line(struct libmnt_table *table, const char *path, int number)
{
    const struct bad_lines *bad = mnt_table_get_userdata(table);

    if (bad && bad->fn)
        bad->fn(path, number, bad->data);
    return 1;
}

static int each(const char *path, bool fstab, int direction, mnt_entry_fn fn, struct bad_lines *bad, void *data)
{
    struct libmnt_table *table = mnt_new_table();
    struct libmnt_iter *iter = mnt_new_iter(direction);
    struct libmnt_fs *fs;
    int r = -ENOMEM;

    if (table && iter) {
        mnt_table_set_userdata(table, bad);
        mnt_table_set_parser_errcb(table, on_bad_line);
        r = fstab ? mnt_table_parse_fstab(table, path) : mnt_table_parse_file(table, path);
    }
    if (r == -ENOENT && fstab)
        r = 0;
    while (r == 0 && mnt_table_next_fs(table, iter, &fs) == 0) {
        struct mnt_entry e = entry_of(fs);

        r = fn(&e, data);
    }
    mnt_free_iter(iter);
    mnt_unref_table(table);
    return r;
}

int mnt_each_fstab(mnt_entry_fn fn, mnt_badline_fn bad, void *data)
{
    struct bad_lines lines = {.fn = bad, .data = data};

    return each(NULL, true, MNT_ITER_FORWARD, fn, &lines, data);
}

int mnt_each_mounted(mnt_entry_fn fn, void *data)
{
    return each("/proc/self/mountinfo", false, MNT_ITER_BACKWARD, fn, NULL, data);
}

static int same_target(const struct mnt_entry *e, void *data)
{
    return streq(e->target, data) ? 1 : 0;
}

bool mnt_is_mounted(const char *target)
{
    return mnt_each_mounted(same_target, (void *)(uintptr_t)target) == 1;
}

bool mnt_has_option(const char *options, const char *name)
{
    return mnt_optstr_get_option(options, name, NULL, NULL) == 0;
}

bool mnt_option_value(const char *options, const char *name, char *buf, size_t size)
{
    char *value;
    size_t n;

    if (mnt_optstr_get_option(options, name, &value, &n) != 0 || !value || n >= size)
        return false;
    memcpy(buf, value, n);
    buf[n] = '\0';
    return true;
}

/* libmount's return is 0, a positive number of its own, or -errno; the context knows the system call's errno. */
static int result_of(struct libmnt_context *cxt, int rc, char *ret_why, size_t size)
{
    int e;

    ret_why[0] = '\0';
    if (rc == 0 && mnt_context_get_status(cxt) == 1)
        return 0;
    mnt_context_get_excode(cxt, rc, ret_why, size);
    e = mnt_context_syscall_called(cxt) ? mnt_context_get_syscall_errno(cxt) : 0;
    if (rc == -MNT_ERR_NOSOURCE || e == ENODEV || e == ENXIO)
        return -ENODEV;
    if (e > 0)
        return -e;
    return rc < 0 && rc > -MNT_ERR_NOFSTAB ? rc : -EIO; /* a helper's failure has no errno */
}

int mnt_attach(const struct mnt_entry *e, char *ret_why, size_t size)
{
    struct libmnt_context *cxt = mnt_new_context();
    struct stat st;
    int r;

    if (!cxt)
        return -ENOMEM;
    if (stat(e->target, &st) < 0)
        (void)fd_mkdir_p(e->target, 0755); /* what it fails with, the mount tells better */
    if ((mnt_has_option(e->options, "bind") || mnt_has_option(e->options, "rbind")) && stat(e->source, &st) < 0)
        (void)fd_mkdir_p(e->source, 0755);
    r = mnt_context_set_source(cxt, e->source);
    if (r == 0)
        r = mnt_context_set_target(cxt, e->target);
    if (r == 0 && !streq(e->type, "auto"))
        r = mnt_context_set_fstype(cxt, e->type);
    if (r == 0)
        r = mnt_context_set_options(cxt, e->options);
    if (r == 0)
        r = mnt_context_disable_mtab(cxt, 0);
    r = r == 0 ? result_of(cxt, mnt_context_mount(cxt), ret_why, size) : r;
    mnt_free_context(cxt);
    return r;
}

int mnt_remount(const char *target, const char *options, char *ret_why, size_t size)
{
    struct libmnt_context *cxt = mnt_new_context();
    int r;

    if (!cxt)
        return -ENOMEM;
    r = mnt_context_set_target(cxt, target);
    if (r == 0)
        r = mnt_context_set_options(cxt, options);
    if (r == 0)
        r = mnt_context_append_options(cxt, "remount");
    if (r == 0) /* what the caller says, not merged with fstab */
        r = mnt_context_set_optsmode(cxt, MNT_OMODE_NOTAB);
    if (r == 0)
        r = result_of(cxt, mnt_context_mount(cxt), ret_why, size);
    mnt_free_context(cxt);
    return r;
}

int mnt_resolve(const char *source, char **ret_device)
{
    /* Without a cache: a device that was not there a moment ago may be there now. */
    char *device = mnt_resolve_spec(source, NULL);

    if (!device || access(device, F_OK) < 0) {
        free(device);
        return -ENODEV;
    }
    *ret_device = device;
    return 0;
}
