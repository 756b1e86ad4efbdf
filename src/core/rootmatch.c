/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The second half of rootspec.h: comparing devices with what was asked for, and saying why one is not it.
 */
#include <ctype.h>
#include <strings.h>

#include "rootspec.h"
#include "text.h"

/* Is @path (below /dev) one of the device's further names? */
static bool has_link(const struct blkinfo *dev, const char *dir, const char *name, size_t name_len)
{
    const char *pos = dev->links, *word;
    size_t n, dir_len = strlen(dir);

    while ((word = text_next_word(&pos, " ", &n))) {
        const char *rest = strncmp(word, "/dev/", 5) == 0 ? word + 5 : word;

        n -= (size_t)(rest - word);
        if (n == dir_len + name_len && strncmp(rest, dir, dir_len) == 0 &&
            strncmp(rest + dir_len, name, name_len) == 0)
            return true;
    }
    return false;
}

static const struct blkinfo *disk_of(const struct blkinfo *dev, const struct blkinfo *const *all, size_t n)
{
    for (size_t i = 0; dev->part > 0 && i < n; i++)
        if (all[i]->part == 0 && streq(all[i]->name, dev->disk))
            return all[i];
    return NULL;
}

/* by-id and by-path: the device's own link, or "LINK-partN" where only the disk's is known. */
static bool match_link(const struct rootspec_candidate *c, const char *dir, const struct blkinfo *dev,
                       const struct blkinfo *const *all, size_t n)
{
    const struct blkinfo *disk = disk_of(dev, all, n);
    size_t length = strlen(c->value);
    char part[24];

    if (has_link(dev, dir, c->value, length))
        return true;
    snprintf(part, sizeof(part), "-part%u", dev->part);
    return disk && text_has_suffix(c->value, part) && has_link(disk, dir, c->value, length - strlen(part));
}

static bool match_name(const struct rootspec_candidate *c, const struct blkinfo *dev)
{
    const char *a = c->value, *b = dev->name;

    for (; *a && (*a == *b || (*a == '/' && *b == '!')); a++, b++)
        ;
    return (!*a && !*b) || has_link(dev, "", c->value, strlen(c->value));
}

static bool match_partuuid(const struct rootspec_candidate *c, const struct blkinfo *dev)
{
    if (!*dev->partuuid)
        return false;
    if (c->whole)
        return strcasecmp(dev->partuuid, c->value) == 0;
    return strncasecmp(dev->partuuid, c->value, strlen(c->value)) == 0; /* a prefix is enough, as for the kernel */
}

/* The partition that is @c->partnroff behind the one that has the PARTUUID; number 0 is the disk itself. */
static bool match_partnroff(const struct rootspec_candidate *c, const struct blkinfo *dev,
                            const struct blkinfo *const *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (all[i]->part > 0 && match_partuuid(c, all[i]) &&
            (int64_t)all[i]->part + c->partnroff == (int64_t)dev->part &&
            streq(all[i]->disk, dev->part > 0 ? dev->disk : dev->name))
            return true;
    return false;
}

bool rootspec_match(const struct rootspec_candidate *c, const struct blkinfo *dev, const struct blkinfo *const *all,
                    size_t n)
{
    switch (c->kind) {
    case ROOTSPEC_UUID:
        return *dev->uuid && strcasecmp(dev->uuid, c->value) == 0;
    case ROOTSPEC_LABEL:
        return *dev->label && streq(dev->label, c->value);
    case ROOTSPEC_PARTUUID:
        return c->partnroff ? match_partnroff(c, dev, all, n) : match_partuuid(c, dev);
    case ROOTSPEC_PARTLABEL:
        return *dev->partlabel && streq(dev->partlabel, c->value);
    case ROOTSPEC_NAME:
        return match_name(c, dev);
    case ROOTSPEC_ID:
        return match_link(c, "disk/by-id/", dev, all, n);
    case ROOTSPEC_PATH:
        return match_link(c, "disk/by-path/", dev, all, n);
    case ROOTSPEC_DEVNO:
        return dev->major == c->major && dev->minor == c->minor;
    case ROOTSPEC_NFS:
    case ROOTSPEC_CIFS:
    case ROOTSPEC_RAM:
    case ROOTSPEC_MTD:
    case ROOTSPEC_UBI:
        return false;
    }
    return false;
}

int rootspec_find(const struct rootspec *s, const struct blkinfo *const *all, size_t n, size_t *ret_candidate)
{
    for (size_t c = 0; c < s->n; c++)
        for (size_t i = 0; i < n; i++)
            if (rootspec_match(&s->v[c], all[i], all, n)) {
                if (ret_candidate)
                    *ret_candidate = c;
                return (int)i;
            }
    return -ENOENT;
}

/* Why nothing is known of what is on the device; NULL when something is. */
static const char *why_unread(const struct blkinfo *dev, char *buf, size_t size)
{
    switch (dev->probed) {
    case BLKINFO_UNPROBED:
        return "not read yet";
    case BLKINFO_PROBING:
        return "still being read";
    case BLKINFO_FAILED:
        snprintf(buf, size, "cannot be read: %s", strerrordesc_np(-dev->error) ?: "unknown error");
        return buf;
    case BLKINFO_PROBED:
        break;
    }
    if (*dev->type)
        return NULL;
    if (*dev->pttype) {
        snprintf(buf, size, "a disk with a %s partition table", dev->pttype);
        return buf;
    }
    return dev->bytes == 0 ? "has no medium" : "nothing known is on it";
}

/* "UUID is X, wanted Y", or that there is none. */
static void why_value(const char *tag, const char *has, const char *wanted, const char *none, char *buf, size_t size)
{
    char a[140], b[140];

    if (!*has)
        snprintf(buf, size, "%s", none);
    else
        snprintf(buf, size, "%s is %s, wanted %s", tag, text_printable(has, a, sizeof(a)),
                 text_printable(wanted, b, sizeof(b)));
}

static void why_superblock(const struct rootspec_candidate *c, const struct blkinfo *dev, char *buf, size_t size)
{
    const char *unread = why_unread(dev, buf, size), *has = c->kind == ROOTSPEC_UUID ? dev->uuid : dev->label;
    char none[96];

    if (unread && unread != buf)
        snprintf(buf, size, "%s", unread);
    if (unread)
        return;
    snprintf(none, sizeof(none), "%s without a %s", dev->type, rootspec_kind_name(c->kind));
    why_value(rootspec_kind_name(c->kind), has, c->value, none, buf, size);
}

static void why_partition(const struct rootspec_candidate *c, const struct blkinfo *dev, char *buf, size_t size)
{
    const char *has = c->kind == ROOTSPEC_PARTUUID ? dev->partuuid : dev->partlabel;
    char none[64], wanted[160];

    if (dev->part == 0) {
        snprintf(buf, size, "a whole disk has no %s", rootspec_kind_name(c->kind));
        return;
    }
    if (!*has && (dev->probed == BLKINFO_UNPROBED || dev->probed == BLKINFO_PROBING)) {
        snprintf(buf, size, "its partition entry is not read yet");
        return;
    }
    snprintf(none, sizeof(none), "partition without a %s", rootspec_kind_name(c->kind));
    snprintf(wanted, sizeof(wanted), "%s%s", c->value, c->partnroff ? " at an offset" : "");
    why_value(rootspec_kind_name(c->kind), has, wanted, none, buf, size);
}

static void why_candidate(const struct rootspec_candidate *c, const struct blkinfo *dev, char *buf, size_t size)
{
    char name[80];

    switch (c->kind) {
    case ROOTSPEC_UUID:
    case ROOTSPEC_LABEL:
        why_superblock(c, dev, buf, size);
        return;
    case ROOTSPEC_PARTUUID:
    case ROOTSPEC_PARTLABEL:
        why_partition(c, dev, buf, size);
        return;
    case ROOTSPEC_NAME:
        snprintf(buf, size, "is not called /dev/%s", text_printable(c->value, name, sizeof(name)));
        return;
    case ROOTSPEC_ID:
    case ROOTSPEC_PATH:
        snprintf(buf, size, *dev->links ? "other %s" : "has no %s", rootspec_kind_name(c->kind));
        return;
    case ROOTSPEC_DEVNO:
        snprintf(buf, size, "number is %u:%u, wanted %u:%u", dev->major, dev->minor, c->major, c->minor);
        return;
    case ROOTSPEC_NFS:
    case ROOTSPEC_CIFS:
    case ROOTSPEC_RAM:
    case ROOTSPEC_MTD:
    case ROOTSPEC_UBI:
        snprintf(buf, size, "is not %s", rootspec_kind_name(c->kind));
        return;
    }
}

/* What why_candidate says, for a table: the values that have columns of their own are left out. */
static void why_candidate_short(const struct rootspec_candidate *c, const struct blkinfo *dev, char *buf, size_t size)
{
    const char *tag = rootspec_kind_name(c->kind);
    char shown[140];

    switch (c->kind) {
    case ROOTSPEC_UUID:
    case ROOTSPEC_LABEL:
        if (dev->probed == BLKINFO_PROBED && *dev->type)
            snprintf(buf, size, *(c->kind == ROOTSPEC_UUID ? dev->uuid : dev->label) ? "other %s" : "no %s", tag);
        else
            why_superblock(c, dev, buf, size);
        return;
    case ROOTSPEC_PARTUUID:
    case ROOTSPEC_PARTLABEL:
        text_printable(c->kind == ROOTSPEC_PARTUUID ? dev->partuuid : dev->partlabel, shown, sizeof(shown));
        if (*shown)
            snprintf(buf, size, "%s is %s", tag, shown);
        else if (dev->part == 0)
            snprintf(buf, size, "a whole disk");
        else
            why_partition(c, dev, buf, size);
        return;
    case ROOTSPEC_NAME:
        snprintf(buf, size, "other name");
        return;
    case ROOTSPEC_DEVNO:
        snprintf(buf, size, "is %u:%u", dev->major, dev->minor);
        return;
    case ROOTSPEC_ID:
    case ROOTSPEC_PATH:
    case ROOTSPEC_NFS:
    case ROOTSPEC_CIFS:
    case ROOTSPEC_RAM:
    case ROOTSPEC_MTD:
    case ROOTSPEC_UBI:
        why_candidate(c, dev, buf, size);
        return;
    }
}

typedef void why_fn(const struct rootspec_candidate *c, const struct blkinfo *dev, char *buf, size_t size);

static char *join_why(why_fn *fn, const struct rootspec *s, const struct blkinfo *dev, const struct blkinfo *const *all,
                      size_t n, char *buf, size_t size)
{
    size_t used = 0;

    *buf = '\0';
    for (size_t i = 0; i < s->n; i++)
        if (rootspec_match(&s->v[i], dev, all, n))
            return buf;
    for (size_t i = 0; i < s->n && used < size; i++) {
        char one[320], earlier[320];
        bool said = false;

        fn(&s->v[i], dev, one, sizeof(one));
        for (size_t j = 0; j < i && !said; j++) { /* "a whole disk" once, not for each of five candidates */
            fn(&s->v[j], dev, earlier, sizeof(earlier));
            said = streq(one, earlier);
        }
        if (!said)
            used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "; " : "", one);
    }
    return buf;
}

char *rootspec_why_not(const struct rootspec *s, const struct blkinfo *dev, const struct blkinfo *const *all, size_t n,
                       char *buf, size_t size)
{
    return join_why(why_candidate, s, dev, all, n, buf, size);
}

char *rootspec_why_short(const struct rootspec *s, const struct blkinfo *dev, const struct blkinfo *const *all, size_t n,
                         char *buf, size_t size)
{
    return join_why(why_candidate_short, s, dev, all, n, buf, size);
}

#define DISTANCE_FAR  99
#define COMPARE_MAX   64

/* Edit distance of two short texts, regardless of case. */
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned char row[COMPARE_MAX + 1];

    if (n > COMPARE_MAX || m > COMPARE_MAX || n > m + 2 || m > n + 2)
        return DISTANCE_FAR;
    for (size_t j = 0; j <= m; j++)
        row[j] = (unsigned char)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned char diagonal = row[0];

        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned cost = diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));

            diagonal = row[j];
            row[j] = (unsigned char)MIN(cost, MIN(row[j], row[j - 1]) + 1U);
        }
    }
    return row[m];
}

/* What a device has under each tag. */
static const char *value_of(const struct blkinfo *dev, enum rootspec_kind tag)
{
    return tag == ROOTSPEC_UUID       ? dev->uuid
           : tag == ROOTSPEC_LABEL    ? dev->label
           : tag == ROOTSPEC_PARTUUID ? dev->partuuid
                                      : dev->partlabel;
}

/* The number behind the letters of a partition's name: sda3, nvme0n1p3, mmcblk0p3. 0 for a disk. */
static unsigned partition_in_name(const char *name)
{
    size_t n = strlen(name), digits = 0;

    while (digits < n && isdigit((unsigned char)name[n - 1 - digits]))
        digits++;
    if (digits == 0 || digits == n || digits > 4)
        return 0;
    if (n - digits >= 2 && name[n - digits - 1] == 'p' && isdigit((unsigned char)name[n - digits - 2]))
        return (unsigned)atoi(name + n - digits);
    return strpbrk(name, "0123456789") == name + n - digits && !text_after(name, "md") && !text_after(name, "dm-") &&
                   !text_after(name, "loop") && !text_after(name, "ram")
               ? (unsigned)atoi(name + n - digits)
               : 0;
}

/* A finding: the smaller the score, the nearer. */
struct finding {
    unsigned score;
    size_t index;
    char *text;
    size_t size;
};

static void offer(struct finding *f, unsigned score, size_t index, const char *name, const char *format, const char *a,
                  const char *b)
{
    char x[96], y[96];
    size_t n;

    if (score >= f->score)
        return;
    f->score = score;
    f->index = index;
    text_printable(a, x, sizeof(x));
    text_printable(b, y, sizeof(y));
    n = (size_t)snprintf(f->text, f->size, "%s ", name);
    for (const char *p = format; *p && n + 1 < f->size; p++) /* %1 and %2: the formats are ours, the texts are not */
        if (p[0] == '%' && (p[1] == '1' || p[1] == '2'))
            n += (size_t)snprintf(f->text + n, f->size - n, "%s", *++p == '1' ? x : y);
        else {
            f->text[n++] = *p;
            f->text[n] = '\0';
        }
}

static void try_other_tags(struct finding *f, const struct rootspec_candidate *c, const struct blkinfo *dev, size_t i)
{
    static const enum rootspec_kind kinds[] = {ROOTSPEC_UUID, ROOTSPEC_PARTUUID, ROOTSPEC_LABEL, ROOTSPEC_PARTLABEL};

    for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
        const char *has = value_of(dev, kinds[k]);

        if (kinds[k] != c->kind && *has && strcasecmp(has, c->value) == 0)
            offer(f, 1, i, dev->name, "has that as its %1: did you mean root=%1=%2?", rootspec_kind_name(kinds[k]), has);
    }
}

static void try_same_tag(struct finding *f, const struct rootspec_candidate *c, const struct blkinfo *dev, size_t i)
{
    const char *has = value_of(dev, c->kind), *tag = rootspec_kind_name(c->kind);
    size_t length = strlen(has);
    unsigned far;

    if (length == 0)
        return;
    if (strcasecmp(has, c->value) == 0) {
        offer(f, 2, i, dev->name, "has the %1 in other letters: did you mean root=%1=%2?", tag, has);
        return;
    }
    far = distance(has, c->value);
    if (far == 1 && length >= 3)
        offer(f, 3, i, dev->name, "has a %1 that differs in one character: %2", tag, has);
    else if (far == 2 && length >= 6)
        offer(f, 4, i, dev->name, "has a %1 that differs in two characters: %2", tag, has);
    else if (c->kind == ROOTSPEC_LABEL && length >= 11 && text_after(c->value, has))
        offer(f, 5, i, dev->name, "has the beginning of it as its %1 (file systems cut them): %2", tag, has);
}

static void try_name(struct finding *f, const struct rootspec_candidate *c, const struct blkinfo *dev, size_t i)
{
    unsigned part = partition_in_name(c->value);

    if (strcasecmp(dev->name, c->value) == 0)
        offer(f, 2, i, dev->name, "is there: did you mean root=/dev/%1?", dev->name, "");
    else if (part > 0 && dev->part == part && *dev->uuid)
        offer(f, 8, i, dev->name, "is partition %1 of a disk with another name: did you mean root=UUID=%2?",
              c->value + strlen(c->value) - (part > 9 ? 2 : 1), dev->uuid);
    else if (part > 0 && dev->part == part)
        offer(f, 9, i, dev->name, "is that partition of a disk with another name: did you mean root=/dev/%1?", dev->name, "");
}

int rootspec_nearest(const struct rootspec *s, const struct blkinfo *const *all, size_t n, char *buf, size_t size)
{
    struct finding f = {.score = DISTANCE_FAR, .text = buf, .size = size};

    *buf = '\0';
    for (size_t c = 0; c < s->n; c++)
        for (size_t i = 0; i < n; i++) {
            if (s->v[c].kind <= ROOTSPEC_PARTLABEL) {
                try_other_tags(&f, &s->v[c], all[i], i);
                try_same_tag(&f, &s->v[c], all[i], i);
            } else if (s->v[c].kind == ROOTSPEC_NAME)
                try_name(&f, &s->v[c], all[i], i);
        }
    return f.score == DISTANCE_FAR ? -ENOENT : (int)f.index;
}
