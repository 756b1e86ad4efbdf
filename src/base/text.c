/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <ctype.h>
#include <strings.h>

const char *text_after(const char *s, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool text_has_suffix(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);

    return n >= m && streq(s + n - m, suffix);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

int text_parse_u64(const char *s, int base, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (!*s)
        return -EINVAL;
    for (; *s; s++) {
        int d = digit_value(*s);

        if (d >= base)
            return -EINVAL;
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)d, &value))
            return -ERANGE;
    }
    *ret_value = value;
    return 0;
}

int text_parse_u32(const char *s, int base, uint32_t *ret_value)
{
    uint64_t value;
    int r = text_parse_u64(s, base, &value);

    if (r < 0)
        return r;
    if (value > UINT32_MAX)
        return -ERANGE;
    *ret_value = (uint32_t)value;
    return 0;
}

int text_parse_bool(const char *s, bool *ret_value)
{
    static const char *const yes[] = {"1", "yes", "y", "true", "t", "on"};
    static const char *const no[] = {"0", "no", "n", "false", "f", "off"};

    for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
        if (strcasecmp(s, yes[i]) == 0) {
            *ret_value = true;
            return 0;
        }
        if (strcasecmp(s, no[i]) == 0) {
            *ret_value = false;
            return 0;
        }
    }
    return -EINVAL;
}

/* Longest spelling first where one is the beginning of another ("min" before "m"). */
static const struct {
    const char *name;
    uint64_t usec;
} span_units[] = {
    {"seconds", USEC_PER_SEC},
    {"second", USEC_PER_SEC},
    {"sec", USEC_PER_SEC},
    {"s", USEC_PER_SEC},
    {"minutes", 60 * USEC_PER_SEC},
    {"minute", 60 * USEC_PER_SEC},
    {"min", 60 * USEC_PER_SEC},
    {"months", 2629800 * USEC_PER_SEC},
    {"month", 2629800 * USEC_PER_SEC},
    {"msec", USEC_PER_MSEC},
    {"ms", USEC_PER_MSEC},
    {"m", 60 * USEC_PER_SEC},
    {"M", 2629800 * USEC_PER_SEC},
    {"hours", 3600 * USEC_PER_SEC},
    {"hour", 3600 * USEC_PER_SEC},
    {"hr", 3600 * USEC_PER_SEC},
    {"h", 3600 * USEC_PER_SEC},
    {"days", 86400 * USEC_PER_SEC},
    {"day", 86400 * USEC_PER_SEC},
    {"d", 86400 * USEC_PER_SEC},
    {"weeks", 7 * 86400 * USEC_PER_SEC},
    {"week", 7 * 86400 * USEC_PER_SEC},
    {"w", 7 * 86400 * USEC_PER_SEC},
    {"years", 31557600 * USEC_PER_SEC},
    {"year", 31557600 * USEC_PER_SEC},
    {"y", 31557600 * USEC_PER_SEC},
    {"usec", 1},
    {"us", 1},
    {"\xc2\xb5s", 1}, /* U+00B5 and U+03BC, as systemd.time(7) takes them */
    {"\xce\xbcs", 1},
};

static const char *skip_blank(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static int parse_span_unit(const char **pos, uint64_t default_usec, uint64_t *ret_usec)
{
    const char *s = skip_blank(*pos);

    if (!*s || isdigit((unsigned char)*s)) {
        *ret_usec = default_usec;
        *pos = s;
        return 0;
    }
    for (size_t i = 0; i < ARRAY_SIZE(span_units); i++) {
        const char *rest = text_after(s, span_units[i].name);

        if (rest && !isalpha((unsigned char)*rest)) {
            *ret_usec = span_units[i].usec;
            *pos = skip_blank(rest);
            return 0;
        }
    }
    return -EINVAL;
}

int text_parse_usec(const char *s, uint64_t default_unit_usec, uint64_t *ret_usec)
{
    uint64_t total = 0;

    s = skip_blank(s);
    if (strncmp(s, "infinity", 8) == 0 && !*skip_blank(s + 8)) {
        *ret_usec = USEC_INFINITY;
        return 0;
    }
    if (!*s)
        return -EINVAL;
    while (*s) {
        uint64_t whole = 0, unit, fraction = 0, scale = 1, part;
        bool any = false;
        int r;

        for (; isdigit((unsigned char)*s); s++, any = true)
            if (__builtin_mul_overflow(whole, UINT64_C(10), &whole) ||
                __builtin_add_overflow(whole, (uint64_t)(*s - '0'), &whole))
                return -ERANGE;
        if (*s == '.') {
            for (s++; isdigit((unsigned char)*s); s++, any = true)
                if (scale < UINT64_C(1000000)) { /* finer than a millionth of the unit is dropped */
                    fraction = fraction * 10 + (uint64_t)(*s - '0');
                    scale *= 10;
                }
        }
        if (!any)
            return -EINVAL;
        r = parse_span_unit(&s, default_unit_usec, &unit);
        if (r < 0)
            return r;
        if (__builtin_mul_overflow(whole, unit, &part) ||
            __builtin_add_overflow(part, unit / scale * fraction + unit % scale * fraction / scale, &part) ||
            __builtin_add_overflow(total, part, &total))
            return -ERANGE;
    }
    *ret_usec = total;
    return 0;
}

char *text_format_usec(uint64_t usec, char *buf, size_t size)
{
    if (usec == USEC_INFINITY)
        snprintf(buf, size, "infinity");
    else if (usec < USEC_PER_MSEC)
        snprintf(buf, size, "%uus", (unsigned)usec);
    else if (usec < 100 * USEC_PER_MSEC)
        snprintf(buf, size, "%u.%ums", (unsigned)(usec / 1000), (unsigned)(usec % 1000 / 100));
    else if (usec < 60 * USEC_PER_SEC)
        snprintf(buf, size, "%u.%03us", (unsigned)(usec / USEC_PER_SEC),
                 (unsigned)(usec % USEC_PER_SEC / 1000));
    else if (usec < 3600 * USEC_PER_SEC)
        snprintf(buf, size, "%umin %us", (unsigned)(usec / USEC_PER_SEC / 60),
                 (unsigned)(usec / USEC_PER_SEC % 60));
    else
        snprintf(buf, size, "%lluh %umin", (unsigned long long)(usec / USEC_PER_SEC / 3600),
                 (unsigned)(usec / USEC_PER_SEC / 60 % 60));
    return buf;
}

char *text_format_bytes(uint64_t bytes, char *buf, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    uint64_t tenths = bytes * 10;
    size_t u = 0;

    if (bytes > UINT64_MAX / 10)
        tenths = UINT64_MAX;
    while (tenths >= 10240 && u + 1 < ARRAY_SIZE(units)) {
        tenths /= 1024;
        u++;
    }
    if (u == 0 || tenths >= 1000)
        snprintf(buf, size, "%llu %s", (unsigned long long)(tenths / 10), units[u]);
    else
        snprintf(buf, size, "%llu.%llu %s", (unsigned long long)(tenths / 10),
                 (unsigned long long)(tenths % 10), units[u]);
    return buf;
}

const char *text_next_word(const char **pos, const char *separators, size_t *ret_len)
{
    const char *word = *pos + strspn(*pos, separators);

    if (!*word) {
        *pos = word;
        return NULL;
    }
    *ret_len = strcspn(word, separators);
    *pos = word + *ret_len;
    return word;
}

char *text_printable(const char *s, char *buf, size_t size)
{
    size_t n = 0;

    if (size == 0)
        return buf;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c >= 0x20 && c < 0x7f) {
            if (n + 1 >= size)
                break;
            buf[n++] = (char)c;
        } else {
            if (n + 4 >= size)
                break;
            n += (size_t)snprintf(buf + n, size - n, "\\x%02x", c);
        }
    }
    buf[n] = '\0';
    return buf;
}

bool text_copy(char *buf, size_t size, const char *s)
{
    size_t n = strlen(s);
    bool fits = n < size;

    if (size == 0)
        return false;
    if (!fits)
        n = size - 1;
    memcpy(buf, s, n);
    buf[n] = '\0';
    return fits;
}

int strv_take(struct strv *l, char *s)
{
    char **v;

    if (!s)
        return -ENOMEM;
    v = reallocarray(l->v, l->n + 2, sizeof(*v));
    if (!v) {
        free(s);
        return -ENOMEM;
    }
    l->v = v;
    l->v[l->n++] = s;
    l->v[l->n] = NULL;
    return 0;
}

int strv_add(struct strv *l, const char *s)
{
    return strv_take(l, strdup(s));
}

bool strv_has(const struct strv *l, const char *s)
{
    for (size_t i = 0; i < l->n; i++)
        if (streq(l->v[i], s))
            return true;
    return false;
}

void strv_clear(struct strv *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->v[i]);
    free(l->v);
    *l = (struct strv){0};
}
