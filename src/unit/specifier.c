/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "specifier.h"

#include <sys/utsname.h>

#include "fd.h"
#include "text.h"

enum { ASKED_UNAME = 1, ASKED_MACHINE = 2, ASKED_BOOT = 4, ASKED_OS = 8 };

void specifier_host_init(struct specifier_host *h, const char *root)
{
    *h = (struct specifier_host){.root = root};
}

void specifier_host_done(struct specifier_host *h)
{
    free(h->os_release);
    h->os_release = NULL;
}

static bool first_time(struct specifier_host *h, unsigned bit)
{
    bool first = !(h->asked & bit);

    h->asked |= bit;
    return first;
}

static void ask_uname(struct specifier_host *h)
{
    struct utsname u;

    if (!first_time(h, ASKED_UNAME) || uname(&u) < 0)
        return;
    text_copy(h->hostname, sizeof(h->hostname), u.nodename);
    text_copy(h->kernel, sizeof(h->kernel), u.release);
    text_copy(h->arch, sizeof(h->arch), streq(u.machine, "x86_64") ? "x86-64" : u.machine);
}

/* 32 hexadecimal digits, with or without dashes. */
static void read_id(const char *path, char id[static 33])
{
    char line[64];
    size_t n = 0;

    if (fd_read_line(AT_FDCWD, path, line, sizeof(line)) < 0)
        return;
    for (const char *s = line; *s && n < 32; s++)
        if (strchr("0123456789abcdef", *s))
            id[n++] = *s;
        else if (*s != '-')
            break;
    id[n == 32 ? n : 0] = '\0';
}

static const char *machine_id(struct specifier_host *h)
{
    char path[4096];

    if (first_time(h, ASKED_MACHINE) &&
        snprintf(path, sizeof(path), "%s/etc/machine-id", h->root) < (int)sizeof(path))
        read_id(path, h->machine_id);
    return *h->machine_id ? h->machine_id : NULL;
}

static const char *boot_id(struct specifier_host *h)
{
    if (first_time(h, ASKED_BOOT))
        read_id("/proc/sys/kernel/random/boot_id", h->boot_id);
    return *h->boot_id ? h->boot_id : NULL;
}

/* The value of KEY= in os-release; "" when it is not there, as os-release(5) says. */
static const char *os_release(struct specifier_host *h, const char *key, char *buf, size_t size)
{
    size_t n = strlen(key), len;
    char path[4096];

    if (first_time(h, ASKED_OS)) {
        size_t ignored;

        snprintf(path, sizeof(path), "%s/etc/os-release", h->root);
        if (fd_read_file(AT_FDCWD, path, 65536, &h->os_release, &ignored) < 0)
            h->os_release = NULL;
    }
    *buf = '\0';
    for (const char *s = h->os_release; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
        if (strncmp(s, key, n) != 0 || s[n] != '=')
            continue;
        s += n + 1;
        len = strcspn(s, "\n");
        if (len >= 2 && (*s == '"' || *s == '\'') && s[len - 1] == *s) {
            s++;
            len -= 2;
        }
        snprintf(buf, size, "%.*s", (int)len, s);
        break;
    }
    return buf;
}

static const char *fixed(char letter)
{
    switch (letter) {
    case 't':
        return "/run";
    case 'S':
        return "/var/lib";
    case 'C':
        return "/var/cache";
    case 'L':
        return "/var/log";
    case 'E':
        return "/etc";
    case 'T':
        return "/tmp";
    case 'V':
        return "/var/tmp";
    case 'u':
    case 'g':
        return "root";
    case 'U':
    case 'G':
        return "0";
    case 'h':
        return "/root";
    case 's':
        return "/bin/sh";
    case '%':
        return "%";
    default:
        return NULL;
    }
}

static const char *unescaped(const char *s, size_t len, char *buf)
{
    return unitname_unescape(s, len, buf) < 0 ? NULL : buf;
}

static const char *cut(const char *s, size_t len, char *buf)
{
    memcpy(buf, s, len);
    buf[len] = '\0';
    return buf;
}

/* Parts of the unit's own name. @buf: UNITNAME_MAX + 2 bytes. Return: NULL when it has no value. */
static const char *from_name(const struct unitname *u, const char *name, char letter, char *buf)
{
    const char *dash = memrchr(u->prefix, '-', u->prefix_len);
    const char *last = dash ? dash + 1 : u->prefix;
    size_t last_len = u->prefix_len - (size_t)(last - u->prefix);

    switch (letter) {
    case 'n':
        return name;
    case 'N':
        return cut(name, (size_t)(u->suffix - name) - 1, buf);
    case 'p':
        return cut(u->prefix, u->prefix_len, buf);
    case 'P':
        return unescaped(u->prefix, u->prefix_len, buf);
    case 'i':
        return u->instance ? cut(u->instance, u->instance_len, buf) : "";
    case 'I':
        return u->instance ? unescaped(u->instance, u->instance_len, buf) : "";
    case 'j':
        return cut(last, last_len, buf);
    case 'J':
        return unescaped(last, last_len, buf);
    case 'f': /* as a path: the instance, or the prefix where there is none */
        *buf = '/';
        if (!unescaped(u->instance ? u->instance : u->prefix, u->instance ? u->instance_len : u->prefix_len,
                       buf + 1))
            return NULL;
        return buf[1] == '/' ? buf + 1 : buf;
    default:
        return NULL;
    }
}

static const char *from_host(struct specifier_host *h, char letter, char *buf, size_t size)
{
    ask_uname(h);
    switch (letter) {
    case 'H':
        return h->hostname;
    case 'l':
        snprintf(buf, size, "%.*s", (int)strcspn(h->hostname, "."), h->hostname);
        return buf;
    case 'v':
        return h->kernel;
    case 'a':
        return h->arch;
    case 'm':
        return machine_id(h);
    case 'b':
        return boot_id(h);
    case 'o':
        return os_release(h, "ID", buf, size);
    case 'w':
        return os_release(h, "VERSION_ID", buf, size);
    case 'W':
        return os_release(h, "VARIANT_ID", buf, size);
    case 'B':
        return os_release(h, "BUILD_ID", buf, size);
    case 'M':
        return os_release(h, "IMAGE_ID", buf, size);
    case 'A':
        return os_release(h, "IMAGE_VERSION", buf, size);
    default:
        return NULL;
    }
}

static const char *from_path(const char *path, char letter, char *buf, size_t size)
{
    if (!path)
        return NULL;
    if (letter == 'Y') {
        snprintf(buf, size, "%.*s", (int)(strrchr(path, '/') ? strrchr(path, '/') - path : 0), path);
        return buf;
    }
    return path;
}

int specifier_expand(struct specifier_host *h, const char *unit, const char *path, const char *text,
                     char **ret, char *ret_odd)
{
    struct unitname parts;
    char buf[4096];
    char *out = NULL;
    size_t size;
    FILE *f;
    bool failed = unitname_parse(unit, &parts) < 0;

    if (!strchr(text, '%')) { /* nearly always */
        out = strdup(text);
        if (!out)
            return -ENOMEM;
        *ret = out;
        return 0;
    }
    f = open_memstream(&out, &size);
    if (!f)
        return -ENOMEM;
    for (; *text && !failed; text++) {
        const char *value;

        if (*text != '%' || !text[1]) {
            fputc(*text, f);
            continue;
        }
        text++;
        if (strchr("nNpPiIjJf", *text)) {
            value = from_name(&parts, unit, *text, buf);
            failed = !value;
        } else if (strchr("HlvambowWBMA", *text)) {
            value = from_host(h, *text, buf, sizeof(buf));
            failed = !value;
        } else if (strchr("yY", *text)) {
            value = from_path(path, *text, buf, sizeof(buf));
            failed = !value;
        } else {
            value = fixed(*text);
        }
        if ((failed || !value) && ret_odd)
            *ret_odd = *text;
        if (value)
            fputs(value, f);
        else
            fprintf(f, "%%%c", *text);
    }
    if (fclose(f) != 0 || failed) {
        free(out);
        return failed ? -ENXIO : -ENOMEM;
    }
    *ret = out;
    return 0;
}
