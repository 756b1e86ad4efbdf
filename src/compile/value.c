/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value.h"

#include <ctype.h>
#include <signal.h>

#include "text.h"

int value_signal(const char *s, uint8_t *ret_signal)
{
    const char *name = text_after(s, "SIG"), *offset;
    uint32_t n = 0;

    if (!name)
        name = s;
    if (text_parse_u32(s, 10, &n) == 0) {
        if (n == 0 || n > 64)
            return -EINVAL;
        *ret_signal = (uint8_t)n;
        return 0;
    }
    for (int i = 1; i < 32; i++) {
        const char *known = sigabbrev_np(i);

        if (known && streq(known, name)) {
            *ret_signal = (uint8_t)i;
            return 0;
        }
    }
    offset = text_after(name, "RTMIN");
    if (!offset || (*offset && (*offset != '+' || text_parse_u32(offset + 1, 10, &n) < 0)))
        return -EINVAL;
    if ((int)n > SIGRTMAX - SIGRTMIN)
        return -EINVAL;
    *ret_signal = (uint8_t)(SIGRTMIN + (int)n);
    return 0;
}

/* systemd.exec(5), "Process exit codes". */
static const struct {
    const char *name;
    uint8_t status;
} statuses[] = {
    {"SUCCESS", 0},
    {"FAILURE", 1},
    {"INVALIDARGUMENT", 2},
    {"NOTIMPLEMENTED", 3},
    {"NOPERMISSION", 4},
    {"NOTINSTALLED", 5},
    {"NOTCONFIGURED", 6},
    {"NOTRUNNING", 7},
    {"USAGE", 64},
    {"DATAERR", 65},
    {"NOINPUT", 66},
    {"NOUSER", 67},
    {"NOHOST", 68},
    {"UNAVAILABLE", 69},
    {"SOFTWARE", 70},
    {"OSERR", 71},
    {"OSFILE", 72},
    {"CANTCREAT", 73},
    {"IOERR", 74},
    {"TEMPFAIL", 75},
    {"PROTOCOL", 76},
    {"NOPERM", 77},
    {"CONFIG", 78},
    {"CHDIR", 200},
    {"NICE", 201},
    {"FDS", 202},
    {"EXEC", 203},
    {"MEMORY", 204},
    {"LIMITS", 205},
    {"OOM_ADJUST", 206},
    {"SIGNAL_MASK", 207},
    {"STDIN", 208},
    {"STDOUT", 209},
    {"CHROOT", 210},
    {"USER", 217},
    {"GROUP", 216},
    {"STDERR", 222},
    {"RUNTIME_DIRECTORY", 233},
    {"STATE_DIRECTORY", 238},
    {"CACHE_DIRECTORY", 239},
    {"LOGS_DIRECTORY", 240},
    {"CONFIGURATION_DIRECTORY", 241},
    {"EXCEPTION", 255},
};

int value_status(const char *s, struct udb_status_set *set)
{
    uint32_t status = 256;
    uint8_t signal;

    if (text_parse_u32(s, 10, &status) < 0)
        for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
            if (streq(s, statuses[i].name))
                status = statuses[i].status;
    if (status < 256) {
        set->codes[status / 64] |= UINT64_C(1) << status % 64;
        return 0;
    }
    if (isdigit((unsigned char)*s) || value_signal(s, &signal) < 0 || signal > 63)
        return -EINVAL;
    set->signals |= UINT64_C(1) << signal;
    return 0;
}

int value_index(const char *s, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (streq(s, names[i]))
            return i;
    return -EINVAL;
}

bool value_is_false(const char *s)
{
    bool value = true;

    return !*s || (text_parse_bool(s, &value) == 0 && !value);
}

bool value_is_mode(const char *s)
{
    uint32_t mode;

    return text_parse_u32(s, 8, &mode) == 0 && mode <= 07777;
}

static bool is_one_limit(const char *s, enum directive_limit kind)
{
    char number[64];
    uint64_t value;
    size_t n = strlen(s);

    if (streq(s, "infinity"))
        return true;
    if (!text_copy(number, sizeof(number), s) || n == 0)
        return false;
    switch (kind) {
    case LIMIT_TIME:
        return text_parse_usec(s, 1, &value) == 0;
    case LIMIT_NICE:
        if (*s == '+' || *s == '-')
            return text_parse_u64(s + 1, 10, &value) == 0 && value <= (*s == '-' ? 20u : 19u);
        return text_parse_u64(s, 10, &value) == 0 && value <= 40;
    case LIMIT_BYTES:
        if (strchr("KMGTPE", number[n - 1]))
            number[n - 1] = '\0';
        break;
    case LIMIT_COUNT:
        break;
    }
    return text_parse_u64(number, 10, &value) == 0;
}

bool value_is_limit(const char *s, enum directive_limit kind)
{
    char soft[64];
    const char *colon = strchr(s, ':');

    if (!colon)
        return is_one_limit(s, kind);
    if ((size_t)(colon - s) >= sizeof(soft))
        return false;
    snprintf(soft, sizeof(soft), "%.*s", (int)(colon - s), s);
    return is_one_limit(soft, kind) && is_one_limit(colon + 1, kind);
}

bool value_is_user(const char *s)
{
    size_t n = strlen(s);
    uint32_t id;

    if (n == 0 || n > 256)
        return false;
    if (isdigit(
            (unsigned char)*s)) /* "0day" is no id, and a tool that stops at the digits would make it root */
        return text_parse_u32(s, 10, &id) == 0 && id != UINT32_MAX && id != 65535 && (n == 1 || *s != '0');
    if (!isalpha((unsigned char)*s) && *s != '_')
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("_-.$", *s))
            return false;
    return true;
}

static bool has_dotdot(const char *s)
{
    for (; *s; s += strcspn(s, "/"), s += strspn(s, "/"))
        if (s[0] == '.' && s[1] == '.' && (s[2] == '/' || !s[2]))
            return true;
    return false;
}

bool value_is_path(const char *s)
{
    return *s == '/' && !has_dotdot(s + 1) && strlen(s) < 4096;
}

bool value_is_below(const char *s)
{
    return *s && *s != '/' && !has_dotdot(s) && strlen(s) < 4096;
}
