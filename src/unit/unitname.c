/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unitname.h"

static const char *const type_names[UNITNAME_TYPE_COUNT] = {
    [UNITNAME_SERVICE] = "service", [UNITNAME_TARGET] = "target",       [UNITNAME_SOCKET] = "socket",
    [UNITNAME_TIMER] = "timer",     [UNITNAME_PATH] = "path",           [UNITNAME_MOUNT] = "mount",
    [UNITNAME_SWAP] = "swap",       [UNITNAME_AUTOMOUNT] = "automount", [UNITNAME_DEVICE] = "device",
    [UNITNAME_SLICE] = "slice",     [UNITNAME_SCOPE] = "scope",
};

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '_' || c == '.';
}

static bool is_name_char(char c)
{
    return is_plain(c) || c == '-' || c == '\\' || c == '@';
}

int unitname_parse(const char *name, struct unitname *ret_parts)
{
    struct unitname parts = {.prefix = name, .type = UNITNAME_TYPE_COUNT};
    const char *dot = strrchr(name, '.'), *at;
    size_t len = strlen(name);

    if (!dot || len > UNITNAME_MAX)
        return -EINVAL;
    for (size_t i = 0; i < len; i++)
        if (!is_name_char(name[i]))
            return -EINVAL;
    parts.suffix = dot + 1;
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
        if (streq(parts.suffix, type_names[i]))
            parts.type = (enum unitname_type)i;
    if (parts.type == UNITNAME_TYPE_COUNT)
        return -EINVAL;
    at = memchr(name, '@', (size_t)(dot - name));
    parts.prefix_len = (size_t)((at ? at : dot) - name);
    if (parts.prefix_len == 0)
        return -EINVAL;
    if (at) {
        parts.instance = at + 1;
        parts.instance_len = (size_t)(dot - at) - 1;
    }
    *ret_parts = parts;
    return 0;
}

bool unitname_is_valid(const char *name)
{
    struct unitname parts;

    return unitname_parse(name, &parts) == 0;
}

bool unitname_is_template(const char *name)
{
    struct unitname parts;

    return unitname_parse(name, &parts) == 0 && parts.instance && parts.instance_len == 0;
}

bool unitname_is_instance(const char *name)
{
    struct unitname parts;

    return unitname_parse(name, &parts) == 0 && parts.instance && parts.instance_len > 0;
}

const char *unitname_type_name(enum unitname_type type)
{
    return type < UNITNAME_TYPE_COUNT ? type_names[type] : "?";
}

int unitname_template(const char *name, char *buf)
{
    struct unitname parts;

    if (unitname_parse(name, &parts) < 0 || !parts.instance)
        return -EINVAL;
    snprintf(buf, UNITNAME_MAX + 1, "%.*s@.%s", (int)parts.prefix_len, name, parts.suffix);
    return 0;
}

int unitname_instantiate(const char *name, const char *instance, size_t instance_len, char *buf)
{
    struct unitname parts;

    if (unitname_parse(name, &parts) < 0 || !parts.instance || parts.instance_len > 0)
        return -EINVAL;
    if (strlen(name) + instance_len > UNITNAME_MAX)
        return -ENAMETOOLONG;
    snprintf(buf, UNITNAME_MAX + 1, "%.*s@%.*s.%s", (int)parts.prefix_len, name, (int)instance_len, instance,
             parts.suffix);
    return unitname_is_valid(buf) ? 0 : -EINVAL;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int unitname_unescape(const char *s, size_t len, char *buf)
{
    const char *end = s + len;

    while (s < end) {
        int high, low;

        if (*s != '\\') {
            *buf++ = *s == '-' ? '/' : *s;
            s++;
            continue;
        }
        if (end - s < 4 || s[1] != 'x')
            return -EINVAL;
        high = hex_value(s[2]);
        low = hex_value(s[3]);
        if (high < 0 || low < 0 || (high == 0 && low == 0))
            return -EINVAL;
        *buf++ = (char)(high << 4 | low);
        s += 4;
    }
    *buf = '\0';
    return 0;
}

int unitname_escape(const char *s, char *buf, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; s[i]; i++) {
        if (used + 5 > size)
            return -ENAMETOOLONG;
        if (s[i] == '/')
            buf[used++] = '-';
        else if (is_plain(s[i]) && !(i == 0 && s[i] == '.'))
            buf[used++] = s[i];
        else
            used += (size_t)snprintf(buf + used, 5, "\\x%02x", (uint8_t)s[i]);
    }
    if (used >= size)
        return -ENAMETOOLONG;
    buf[used] = '\0';
    return 0;
}
