/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rootspec.h"

#include <ctype.h>
#include <stdarg.h>
#include <strings.h>

#include "text.h"

#define FORMS                                                                                                \
    "expected UUID=, LABEL=, PARTUUID=, PARTLABEL=, /dev/NAME, /dev/disk/by-.../NAME, MAJ:MIN or hex"

/* Where the reason goes, and the printable form of the text that it is about. */
struct complaint {
    char *why;
    size_t size;
};

static int complain(const struct complaint *to, const char *format, ...) _printf_(2, 3);
static int complain(const struct complaint *to, const char *format, ...)
{
    va_list ap;

    if (to->why && to->size > 0) {
        va_start(ap, format);
        vsnprintf(to->why, to->size, format, ap);
        va_end(ap);
    }
    return -EINVAL;
}

static const struct {
    const char *prefix;
    enum rootspec_kind kind;
} tags[] = {
    {"UUID=", ROOTSPEC_UUID},
    {"LABEL=", ROOTSPEC_LABEL},
    {"PARTUUID=", ROOTSPEC_PARTUUID},
    {"PARTLABEL=", ROOTSPEC_PARTLABEL},
};

static const struct {
    const char *prefix;
    enum rootspec_kind kind;
    bool encoded; /* udev wrote it with \xNN */
} by_names[] = {
    {"/dev/disk/by-uuid/", ROOTSPEC_UUID, true},
    {"/dev/disk/by-label/", ROOTSPEC_LABEL, true},
    {"/dev/disk/by-partuuid/", ROOTSPEC_PARTUUID, true},
    {"/dev/disk/by-partlabel/", ROOTSPEC_PARTLABEL, true},
    {"/dev/disk/by-id/", ROOTSPEC_ID, false}, /* compared with links, which are written alike */
    {"/dev/disk/by-path/", ROOTSPEC_PATH, false},
};

static const char *const kind_names[] = {
    [ROOTSPEC_UUID] = "UUID",
    [ROOTSPEC_LABEL] = "LABEL",
    [ROOTSPEC_PARTUUID] = "PARTUUID",
    [ROOTSPEC_PARTLABEL] = "PARTLABEL",
    [ROOTSPEC_NAME] = "device name",
    [ROOTSPEC_ID] = "by-id name",
    [ROOTSPEC_PATH] = "by-path name",
    [ROOTSPEC_DEVNO] = "device number",
    [ROOTSPEC_NFS] = "NFS",
    [ROOTSPEC_CIFS] = "CIFS",
    [ROOTSPEC_RAM] = "RAM disk",
    [ROOTSPEC_MTD] = "MTD",
    [ROOTSPEC_UBI] = "UBI",
};

const char *rootspec_kind_name(enum rootspec_kind kind)
{
    return (size_t)kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "?";
}

static bool is_devno(const char *s, size_t n)
{
    size_t digits = strspn(s, "0123456789");
    size_t more = digits > 0 && s[digits] == ':' ? strspn(s + digits + 1, "0123456789") : 0;

    return more > 0 && digits + 1 + more == n;
}

/* Does a text that follows a comma begin with a form that a label is not mistaken for? */
static bool begins_known_form(const char *s)
{
    for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
        if (text_after(s, tags[i].prefix))
            return true;
    return text_after(s, "/dev/") || is_devno(s, strcspn(s, ","));
}

static bool may_hold_commas(const char *s)
{
    return text_after(s, "LABEL=") || text_after(s, "PARTLABEL=");
}

/* The length of the candidate at @s. */
static size_t candidate_length(const char *s)
{
    bool loose = may_hold_commas(s), quoted = false;
    size_t n;

    for (n = 0; s[n]; n++) {
        if (s[n] == '"')
            quoted = !quoted;
        if (s[n] == ',' && !quoted && (!loose || begins_known_form(s + n + 1)))
            break;
    }
    return n;
}

static int hex_value(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/*
 * Undo \xNN in place. What is no whole escape stays as it is: a label may hold a backslash.
 * Return: false when a NUL was written that way, which no label holds.
 */
static bool undo_escapes(char *s)
{
    char *to = s;

    while (*s) {
        int hi = s[0] == '\\' && s[1] == 'x' ? hex_value(s[2]) : -1;
        int lo = hi >= 0 ? hex_value(s[3]) : -1;

        if (lo < 0) {
            *to++ = *s++;
            continue;
        }
        if (hi == 0 && lo == 0)
            return false;
        *to++ = (char)(hi * 16 + lo);
        s += 4;
    }
    *to = '\0';
    return true;
}

/* root=LABEL="a b": the kernel leaves quotes inside a value alone, fstab takes them away, so do we. */
static void strip_quotes(char *s)
{
    size_t n = strlen(s);

    if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
        memmove(s, s + 1, n - 2);
        s[n - 2] = '\0';
    }
}

static int check_uuid(const struct complaint *to, const char *tag, const char *value, bool hex_only)
{
    char shown[80];
    size_t good;

    for (good = 0; value[good] == '-' || (hex_only ? isxdigit((unsigned char)value[good])
                                                   : isalnum((unsigned char)value[good]));)
        good++;
    if (!value[good] && good < sizeof(((struct blkinfo *)0)->uuid))
        return 0;
    text_printable(value, shown, sizeof(shown));
    if (!value[good])
        return complain(to, "%s '%s...' is longer than any UUID", tag, shown);
    return complain(to, "%s '%s' is invalid: character %zu is in no UUID", tag, shown, good + 1);
}

/* PARTUUID=HEX[/PARTNROFF=%d], in the kernel's own words where it is wrong. */
static int parse_partuuid(const struct complaint *to, struct rootspec_candidate *c)
{
    static const char expected[] = "PARTUUID= is invalid. Expected PARTUUID=<valid-uuid-id>[/PARTNROFF=%d]";
    char *slash = strchr(c->value, '/'), *end;
    const char *digits;
    long offset;

    if (slash) {
        *slash = '\0';
        digits = text_after(slash + 1, "PARTNROFF=");
        if (!digits || !*digits || isspace((unsigned char)*digits))
            return complain(to, "%s", expected);
        errno = 0;
        offset = strtol(digits, &end, 10);
        if (*end || errno || offset > INT16_MAX || offset < INT16_MIN)
            return complain(to, "%s", expected);
        c->partnroff = (int)offset;
    }
    if (!*c->value)
        return complain(to, "%s", expected);
    return check_uuid(to, "PARTUUID=", c->value, true);
}

static int check_value(const struct complaint *to, struct rootspec_candidate *c, const char *prefix)
{
    if (!*c->value)
        return complain(to, "nothing follows '%s'; " FORMS, prefix);
    if (c->kind == ROOTSPEC_UUID)
        return check_uuid(to, prefix, c->value, false);
    if (c->kind == ROOTSPEC_PARTUUID)
        return c->whole ? check_uuid(to, prefix, c->value, true) : parse_partuuid(to, c);
    return 0;
}

static int parse_tag(const struct complaint *to, struct rootspec_candidate *c, const char *prefix, enum rootspec_kind kind)
{
    c->kind = kind;
    c->value = strdup(c->text + strlen(prefix));
    if (!c->value)
        return -ENOMEM;
    strip_quotes(c->value);
    if (kind == ROOTSPEC_PARTUUID && !*c->value)
        return parse_partuuid(to, c);
    if (!undo_escapes(c->value))
        return complain(to, "'%s' with a \\x00, which no name holds", prefix);
    return check_value(to, c, prefix);
}

static int parse_by_name(const struct complaint *to, struct rootspec_candidate *c, size_t form)
{
    const char *prefix = by_names[form].prefix;

    c->kind = by_names[form].kind;
    c->whole = c->kind == ROOTSPEC_PARTUUID;
    c->value = strdup(c->text + strlen(prefix));
    if (!c->value)
        return -ENOMEM;
    if (strchr(c->value, '/'))
        return complain(to, "a '/' in the name behind '%s': udev writes it \\x2f", prefix);
    if (by_names[form].encoded && !undo_escapes(c->value))
        return complain(to, "'%s' with a \\x00, which no name holds", prefix);
    return check_value(to, c, prefix);
}

static bool is_device_path(const char *s)
{
    for (const char *part = s; *part;) {
        size_t n = strcspn(part, "/");

        if (n == 0 || (n == 1 && *part == '.') || (n == 2 && strncmp(part, "..", 2) == 0))
            return false;
        part += n;
        if (*part == '/' && !*++part)
            return false;
    }
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || *s == 0x7f)
            return false;
    return true;
}

static int parse_device(const struct complaint *to, struct rootspec_candidate *c)
{
    const char *name = c->text + strlen("/dev/");
    char shown[80];

    if (streq(name, "nfs"))
        c->kind = ROOTSPEC_NFS;
    else if (streq(name, "cifs"))
        c->kind = ROOTSPEC_CIFS;
    else if (streq(name, "ram"))
        c->kind = ROOTSPEC_RAM;
    else
        c->kind = ROOTSPEC_NAME;
    if (!*name)
        return complain(to, "no name follows '/dev/'; " FORMS);
    if (!is_device_path(name))
        return complain(to, "'%s' is no name of a device", text_printable(c->text, shown, sizeof(shown)));
    c->value = strdup(name);
    return c->value ? 0 : -ENOMEM;
}

/* A decimal number of the kernel's %u; false when it is longer than any device number. */
static bool read_number(const char **s, uint32_t max, uint32_t *ret)
{
    uint64_t value = 0;
    const char *at = *s;

    for (; isdigit((unsigned char)*at) && value <= max; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    if (at == *s || value > max || isdigit((unsigned char)*at))
        return false;
    *s = at;
    *ret = (uint32_t)value;
    return true;
}

/* MAJ:MIN, and the MAJ:MIN:OFFSET: of old initrds, whose offset the kernel ignores too. */
static bool parse_major_minor(const char *s, struct rootspec_candidate *c)
{
    uint32_t offset;

    if (!read_number(&s, 0xfff, &c->major) || *s++ != ':' || !read_number(&s, 0xfffff, &c->minor))
        return false;
    if (!*s)
        return true;
    return *s++ == ':' && read_number(&s, UINT32_MAX, &offset) && streq(s, ":");
}

/* Hex as the kernel's new_decode_dev takes it apart: minor's high bits, major, minor's low byte. */
static bool parse_hex(const char *s, struct rootspec_candidate *c)
{
    uint32_t dev;

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
        s += 2;
    if (text_parse_u32(s, 16, &dev) < 0)
        return false;
    c->major = (dev & 0xfff00) >> 8;
    c->minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
    return true;
}

static bool looks_like_uuid(const char *s)
{
    return strspn(s, "0123456789abcdefABCDEF-") == strlen(s) && strchr(s, '-') && strlen(s) >= 9;
}

/* What a person may have meant who wrote no known form. */
static int complain_form(const struct complaint *to, const char *text)
{
    static const char *const drivers[] = {"sd", "vd", "xvd", "nvme", "mmcblk", "md", "dm-", "hd"};
    char shown[80];

    text_printable(text, shown, sizeof(shown));
    for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
        if (strncasecmp(text, tags[i].prefix, strlen(tags[i].prefix)) == 0)
            return complain(to, "'%s' is invalid: write %s in capitals", shown, tags[i].prefix);
    if (looks_like_uuid(text))
        return complain(to, "'%s' is invalid: did you mean UUID=%s?", shown, shown);
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        if (text_after(text, drivers[i]) && is_device_path(text))
            return complain(to, "'%s' is invalid: did you mean /dev/%s?", shown, shown);
    return complain(to, "'%s' is invalid: " FORMS, shown);
}

static int parse_number(const struct complaint *to, struct rootspec_candidate *c)
{
    char shown[80];

    c->kind = ROOTSPEC_DEVNO;
    if (strchr(c->text, ':') ? !parse_major_minor(c->text, c) : !parse_hex(c->text, c)) {
        if (is_devno(c->text, strlen(c->text)))
            return complain(to, "'%s' is invalid: majors end at 4095, minors at 1048575",
                            text_printable(c->text, shown, sizeof(shown)));
        return complain_form(to, c->text);
    }
    if (c->major == 0)
        return complain(to, "'%s' is invalid: major 0 is no block device",
                        text_printable(c->text, shown, sizeof(shown)));
    c->value = strdup(c->text);
    return c->value ? 0 : -ENOMEM;
}

static int parse_flash(struct rootspec_candidate *c, enum rootspec_kind kind)
{
    c->kind = kind;
    c->value = strdup(c->text);
    return c->value ? 0 : -ENOMEM;
}

/* The order is the kernel's: mtd and ubi before all else. */
static int parse_candidate(const struct complaint *to, struct rootspec_candidate *c)
{
    if (text_after(c->text, "mtd"))
        return parse_flash(c, ROOTSPEC_MTD);
    if (text_after(c->text, "ubi"))
        return parse_flash(c, ROOTSPEC_UBI);
    for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
        if (text_after(c->text, tags[i].prefix))
            return parse_tag(to, c, tags[i].prefix, tags[i].kind);
    for (size_t i = 0; i < ARRAY_SIZE(by_names); i++)
        if (text_after(c->text, by_names[i].prefix))
            return parse_by_name(to, c, i);
    if (text_after(c->text, "/dev/"))
        return parse_device(to, c);
    return parse_number(to, c);
}

static int add_candidate(const struct complaint *to, struct rootspec *s, const char *text, size_t n)
{
    struct rootspec_candidate *c = &s->v[s->n];

    if (s->n == ROOTSPEC_CANDIDATES_MAX)
        return complain(to, "more than %d candidates", ROOTSPEC_CANDIDATES_MAX);
    if (n == 0)
        return complain(to, s->text[0] ? "an empty candidate, a comma too many; " FORMS : "root= is empty; " FORMS);
    *c = (struct rootspec_candidate){.text = strndup(text, n)};
    s->n++;
    return c->text ? parse_candidate(to, c) : -ENOMEM;
}

int rootspec_parse(const char *text, struct rootspec *ret, char *why, size_t why_size)
{
    struct complaint to = {.why = why, .size = why_size};
    int r = 0;

    *ret = (struct rootspec){0};
    if (why && why_size > 0)
        *why = '\0';
    if (strlen(text) > ROOTSPEC_TEXT_MAX)
        return complain(&to, "root= is longer than %d bytes", ROOTSPEC_TEXT_MAX);
    ret->text = strdup(text);
    ret->v = calloc(ROOTSPEC_CANDIDATES_MAX, sizeof(*ret->v));
    if (!ret->text || !ret->v)
        r = -ENOMEM;
    for (const char *s = text; r == 0;) {
        size_t n = candidate_length(s);

        r = add_candidate(&to, ret, s, n);
        if (!s[n])
            break;
        s += n + 1;
    }
    if (r < 0)
        rootspec_done(ret);
    return r;
}

void rootspec_done(struct rootspec *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->v[i].text);
        free(s->v[i].value);
    }
    free(s->v);
    free(s->text);
    *s = (struct rootspec){0};
}

int rootspec_supported(const struct rootspec_candidate *c, char *why, size_t why_size)
{
    if (c->kind < ROOTSPEC_NFS)
        return 0;
    snprintf(why, why_size, "a root on %s is not in this version of pintle: use a block device",
             rootspec_kind_name(c->kind));
    return -EOPNOTSUPP;
}

unsigned rootspec_needs(const struct rootspec *s)
{
    unsigned needs = 0;

    for (size_t i = 0; i < s->n; i++)
        switch (s->v[i].kind) {
        case ROOTSPEC_UUID:
        case ROOTSPEC_LABEL:
            needs |= ROOTSPEC_NEEDS_SUPERBLOCK;
            break;
        case ROOTSPEC_PARTUUID:
        case ROOTSPEC_PARTLABEL:
            needs |= ROOTSPEC_NEEDS_PARTITION;
            break;
        case ROOTSPEC_ID:
        case ROOTSPEC_PATH:
            needs |= ROOTSPEC_NEEDS_LINKS;
            break;
        case ROOTSPEC_NAME: /* a plain kernel name needs none; mapper/x and other paths are links */
            needs |= strchr(s->v[i].value, '/') ? ROOTSPEC_NEEDS_LINKS : 0;
            break;
        case ROOTSPEC_DEVNO:
        case ROOTSPEC_NFS:
        case ROOTSPEC_CIFS:
        case ROOTSPEC_RAM:
        case ROOTSPEC_MTD:
        case ROOTSPEC_UBI:
            break;
        }
    return needs;
}
