/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mntopt.h"

#include <stdarg.h>
#include <sys/mount.h>

#include "text.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* 5.10 */
#endif

#define ATIMES (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)

/* Every word of the VFS: the bits that it sets and those that it takes away. */
static const struct {
    const char *name;
    unsigned long set, clear;
} words[] = {
    {"ro", MS_RDONLY, 0},
    {"rw", 0, MS_RDONLY},
    {"nosuid", MS_NOSUID, 0},
    {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0},
    {"dev", 0, MS_NODEV},
    {"noexec", MS_NOEXEC, 0},
    {"exec", 0, MS_NOEXEC},
    {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS},
    {"dirsync", MS_DIRSYNC, 0},
    {"mand", MS_MANDLOCK, 0},
    {"nomand", 0, MS_MANDLOCK},
    {"noatime", MS_NOATIME, ATIMES},
    {"atime", 0, ATIMES},
    {"relatime", MS_RELATIME, ATIMES},
    {"norelatime", 0, MS_RELATIME},
    {"strictatime", MS_STRICTATIME, ATIMES},
    {"nostrictatime", 0, MS_STRICTATIME},
    {"nodiratime", MS_NODIRATIME, 0},
    {"diratime", 0, MS_NODIRATIME},
    {"lazytime", MS_LAZYTIME, 0},
    {"nolazytime", 0, MS_LAZYTIME},
    {"silent", MS_SILENT, 0},
    {"loud", 0, MS_SILENT},
    {"iversion", MS_I_VERSION, 0},
    {"noiversion", 0, MS_I_VERSION},
    {"nosymfollow", MS_NOSYMFOLLOW, 0},
    {"symfollow", 0, MS_NOSYMFOLLOW},
    {"defaults", 0, MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_SYNCHRONOUS},
};

/* For mount(8) and fstab(5) alone. */
static const char *const for_userspace[] = {"auto", "noauto", "user",  "nouser", "users",   "owner", "group",
                                            "nofail", "_netdev", "nouser", "_rnetdev"};

static const char *const senseless[] = {"remount", "bind", "rbind", "move", "private", "shared", "slave", "unbindable"};

static int refuse(char *why, size_t size, int error, const char *format, ...) _printf_(4, 5);
static int refuse(char *why, size_t size, int error, const char *format, ...)
{
    va_list ap;

    if (why && size > 0) {
        va_start(ap, format);
        vsnprintf(why, size, format, ap);
        va_end(ap);
    }
    return error;
}

static bool is_word(const char *s, size_t n, const char *name)
{
    return strlen(name) == n && strncmp(s, name, n) == 0;
}

static bool is_in(const char *s, size_t n, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++)
        if (is_word(s, n, list[i]))
            return true;
    return false;
}

static bool is_for_userspace(const char *s, size_t n)
{
    return is_in(s, n, for_userspace, ARRAY_SIZE(for_userspace)) ||
           (n > 2 && (strncasecmp(s, "x-", 2) == 0)) || (n > 8 && strncmp(s, "comment=", 8) == 0);
}

static int add_data(struct mntopt *m, const char *s, size_t n)
{
    size_t have = strlen(m->data);

    if (have + (have > 0) + n >= sizeof(m->data))
        return -E2BIG;
    if (have > 0)
        m->data[have++] = ',';
    memcpy(m->data + have, s, n);
    m->data[have + n] = '\0';
    return 0;
}

static int add_word(struct mntopt *m, const char *s, size_t n, char *why, size_t why_size)
{
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (is_word(s, n, words[i].name)) {
            m->clear = (m->clear | words[i].clear) & ~words[i].set;
            m->set = (m->set & ~words[i].clear) | words[i].set;
            return 0;
        }
    if (is_for_userspace(s, n))
        return 0;
    if (is_in(s, n, senseless, ARRAY_SIZE(senseless)))
        return refuse(why, why_size, -EINVAL, "'%.*s' makes no sense for the root", (int)n, s);
    if (add_data(m, s, n) < 0)
        return refuse(why, why_size, -E2BIG, "options are longer than the %d bytes that the kernel takes",
                      MNTOPT_DATA_MAX - 1);
    return 0;
}

/* The length of the word at @s: to the next comma outside quotes. -EINVAL when a quote stays open. */
static ssize_t word_length(const char *s)
{
    bool quoted = false;
    size_t n;

    for (n = 0; s[n] && (quoted || s[n] != ','); n++)
        if (s[n] == '"')
            quoted = !quoted;
    return quoted ? -EINVAL : (ssize_t)n;
}

int mntopt_add(struct mntopt *m, const char *options, char *why, size_t why_size)
{
    if (why && why_size > 0)
        *why = '\0';
    for (const char *s = options; *s;) {
        ssize_t n = word_length(s);
        int r;

        if (n < 0)
            return refuse(why, why_size, -EINVAL, "a quote is not closed in '%s'", s);
        r = n > 0 ? add_word(m, s, (size_t)n, why, why_size) : 0;
        if (r < 0)
            return r;
        s += n;
        if (*s == ',')
            s++;
    }
    return 0;
}
