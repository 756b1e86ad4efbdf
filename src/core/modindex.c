/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "modindex.h"

#include <fnmatch.h>
#include <limits.h>

#include "fd.h"
#include "text.h"

#define INDEX_MAX (64u << 20) /* all of a distribution's modules need about 3 MiB */

struct module {
    const char *name;
    const char *path;
    const char *options;
    uint32_t order_first;
    uint32_t order_count;
    bool blacklisted;
};

struct alias {
    const char *pattern;
    uint32_t literal;
    uint32_t module;
};

struct modindex {
    char *text; /* owned; all strings point into it */
    struct module *modules;
    struct alias *aliases;
    uint32_t *orders;
    const char **builtins;
    uint32_t n_modules, n_aliases, n_orders, n_builtins;
};

/* How far the parser is: every number is below the one that the header promised. */
struct parser {
    struct modindex *x;
    char *pos;
    char *end;
    uint32_t n_modules, n_aliases, n_orders, n_builtins;
};

bool modindex_normalize(const char *s, char *buf, size_t size)
{
    bool bracket = false;
    size_t i;

    for (i = 0; s[i]; i++) {
        if (i + 1 >= size)
            return false;
        if (s[i] == '[')
            bracket = true;
        else if (s[i] == ']')
            bracket = false;
        buf[i] = s[i] == '-' && !bracket ? '_' : s[i];
    }
    if (i >= size)
        return false;
    buf[i] = '\0';
    return true;
}

size_t modindex_literal(const char *pattern)
{
    return strcspn(pattern, "*?[\\");
}

int modindex_compare_patterns(const char *a, const char *b)
{
    size_t la = modindex_literal(a), lb = modindex_literal(b);
    int c = memcmp(a, b, MIN(la, lb));

    if (c)
        return c;
    if (la != lb)
        return la < lb ? -1 : 1;
    return strcmp(a + la, b + lb);
}

/* The next line, terminated in place; NULL when there is no whole line left. */
static char *next_line(struct parser *p)
{
    char *line = p->pos, *newline;

    newline = p->pos < p->end ? memchr(p->pos, '\n', (size_t)(p->end - p->pos)) : NULL;
    if (!newline)
        return NULL;
    *newline = '\0';
    p->pos = newline + 1;
    return strlen(line) == (size_t)(newline - line) ? line : NULL;
}

/* Cut the word at *s off and move on behind it; NULL when it is empty. */
static char *next_field(char **s)
{
    char *field = *s, *space;

    if (!field || !*field)
        return NULL;
    space = strchr(field, ' ');
    if (space) {
        *space = '\0';
        *s = space + 1;
    } else {
        *s = NULL;
    }
    return *field ? field : NULL;
}

/* A number below @limit. */
static int next_number(char **s, uint32_t limit, uint32_t *ret)
{
    const char *field = next_field(s);
    uint32_t n;

    if (!field || text_parse_u32(field, 10, &n) < 0 || n >= limit)
        return -EBADMSG;
    *ret = n;
    return 0;
}

static int parse_module(struct parser *p, char *rest)
{
    struct module *m = &p->x->modules[p->n_modules];
    const char *flags = next_field(&rest);

    if (p->n_modules >= p->x->n_modules)
        return -EBADMSG;
    m->name = next_field(&rest);
    m->path = rest;
    if (!flags || !m->name || !m->path || m->path[0] != '/')
        return -EBADMSG;
    if (!streq(flags, "-") && !streq(flags, "b"))
        return -EBADMSG;
    if (p->n_modules > 0 && strcmp(m[-1].name, m->name) >= 0)
        return -EBADMSG;
    m->blacklisted = flags[0] == 'b';
    p->n_modules++;
    return 0;
}

static int parse_order(struct parser *p, char *rest)
{
    struct modindex *x = p->x;
    struct module *m = &x->modules[p->n_modules - 1];
    bool itself = false;
    uint32_t i;

    if (p->n_modules == 0 || m->order_count)
        return -EBADMSG;
    m->order_first = p->n_orders;
    while (rest) {
        if (p->n_orders >= x->n_orders || next_number(&rest, x->n_modules, &i) < 0)
            return -EBADMSG;
        itself = itself || i == p->n_modules - 1;
        x->orders[p->n_orders++] = i;
        m->order_count++;
    }
    return itself ? 0 : -EBADMSG;
}

static int parse_alias(struct parser *p, char *rest)
{
    struct alias *a = &p->x->aliases[p->n_aliases];

    if (p->n_aliases >= p->x->n_aliases || next_number(&rest, p->x->n_modules, &a->module) < 0)
        return -EBADMSG;
    if (!rest || !*rest)
        return -EBADMSG;
    a->pattern = rest;
    a->literal = (uint32_t)modindex_literal(rest);
    if (p->n_aliases > 0 && modindex_compare_patterns(a[-1].pattern, rest) > 0)
        return -EBADMSG;
    p->n_aliases++;
    return 0;
}

static int parse_builtin(struct parser *p, char *rest)
{
    const char **b = &p->x->builtins[p->n_builtins];

    if (p->n_builtins >= p->x->n_builtins || !rest || !*rest)
        return -EBADMSG;
    if (p->n_builtins > 0 && strcmp(b[-1], rest) >= 0)
        return -EBADMSG;
    *b = rest;
    p->n_builtins++;
    return 0;
}

static int parse_line(struct parser *p, char *line)
{
    char *rest = line + 2;

    if (line[0] == '\0' || line[1] != ' ')
        return -EBADMSG;
    switch (line[0]) {
    case 'm':
        return parse_module(p, rest);
    case 'o':
        if (p->n_modules == 0)
            return -EBADMSG;
        p->x->modules[p->n_modules - 1].options = rest;
        return 0;
    case 'l':
        return parse_order(p, rest);
    case 'a':
        return parse_alias(p, rest);
    case 'b':
        return parse_builtin(p, rest);
    default:
        return -EBADMSG;
    }
}

/* The header's counts; each counted thing takes at least a byte, so @size bounds what is allocated. */
static int parse_header(struct parser *p, size_t size)
{
    uint32_t limit = (uint32_t)MIN(size, INDEX_MAX);
    struct modindex *x = p->x;
    char *line = next_line(p), *rest;

    rest = line ? (char *)text_after(line, "pintle-modules 1 ") : NULL;
    if (!rest || next_number(&rest, limit, &x->n_modules) < 0 ||
        next_number(&rest, limit, &x->n_aliases) < 0 || next_number(&rest, limit, &x->n_orders) < 0 ||
        next_number(&rest, limit, &x->n_builtins) < 0)
        return -EBADMSG;
    /* one more of each, so that the parser may form the address of the next one */
    x->modules = calloc(x->n_modules + 1u, sizeof(*x->modules));
    x->aliases = calloc(x->n_aliases + 1u, sizeof(*x->aliases));
    x->orders = calloc(x->n_orders + 1u, sizeof(*x->orders));
    x->builtins = calloc(x->n_builtins + 1u, sizeof(*x->builtins));
    return x->modules && x->aliases && x->orders && x->builtins ? 0 : -ENOMEM;
}

static int parse_body(struct parser *p)
{
    const struct modindex *x = p->x;
    char *line;
    int r;

    for (;;) {
        line = next_line(p);
        if (!line)
            return -EBADMSG;
        if (streq(line, "end pintle-modules"))
            break;
        r = parse_line(p, line);
        if (r < 0)
            return r;
    }
    if (p->pos != p->end || p->n_modules != x->n_modules || p->n_aliases != x->n_aliases ||
        p->n_orders != x->n_orders || p->n_builtins != x->n_builtins)
        return -EBADMSG;
    for (uint32_t i = 0; i < x->n_modules; i++)
        if (x->modules[i].order_count == 0)
            return -EBADMSG;
    return 0;
}

int modindex_parse(char *text, size_t size, struct modindex **ret)
{
    _cleanup_modindex_ struct modindex *x = calloc(1, sizeof(*x));
    struct parser p = {.x = x, .pos = text, .end = text + size};
    int r;

    if (!x) {
        free(text);
        return -ENOMEM;
    }
    x->text = text;
    r = parse_header(&p, size);
    if (r < 0)
        return r;
    r = parse_body(&p);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(x);
    return 0;
}

int modindex_load(int dirfd, const char *path, struct modindex **ret)
{
    char *text = NULL;
    size_t size = 0;
    int r;

    r = fd_read_file(dirfd, path, INDEX_MAX, &text, &size);
    if (r < 0)
        return r;
    return modindex_parse(text, size, ret);
}

void modindex_free(struct modindex *x)
{
    if (!x)
        return;
    free(x->text);
    free(x->modules);
    free(x->aliases);
    free(x->orders);
    free(x->builtins);
    free(x);
}

size_t modindex_count(const struct modindex *x)
{
    return x->n_modules;
}

/* First alias in [lo, hi) whose byte at @depth is @byte or more; all are longer than @depth there. */
static uint32_t lower_bound(const struct modindex *x, uint32_t lo, uint32_t hi, uint32_t depth, unsigned byte)
{
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if ((unsigned char)x->aliases[mid].pattern[depth] < byte)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void collect(const struct modindex *x, uint32_t module, uint32_t *ret_modules, size_t room, size_t *n)
{
    if (x->modules[module].blacklisted)
        return;
    for (size_t i = 0; i < MIN(*n, room); i++)
        if (ret_modules[i] == module)
            return;
    if (*n < room)
        ret_modules[*n] = module;
    (*n)++;
}

/*
 * A pattern can match only if its literal beginning is a beginning of the modalias. The list is sorted by
 * that, shorter first: so walk down the modalias byte by byte, try those whose literal part ends here, and
 * keep the range that goes on with the next byte. Two searches a byte, until the range is empty.
 */
size_t modindex_match(const struct modindex *x, const char *modalias, uint32_t *ret_modules, size_t room)
{
    uint32_t lo = 0, hi = x->n_aliases;
    char name[PATH_MAX];
    size_t n = 0;

    if (!modindex_normalize(modalias, name, sizeof(name)))
        return 0;
    for (uint32_t depth = 0; lo < hi; depth++) {
        for (; lo < hi && x->aliases[lo].literal == depth; lo++)
            if (fnmatch(x->aliases[lo].pattern, name, 0) == 0)
                collect(x, x->aliases[lo].module, ret_modules, room, &n);
        if (!name[depth])
            break;
        lo = lower_bound(x, lo, hi, depth, (unsigned char)name[depth]);
        hi = lower_bound(x, lo, hi, depth, (unsigned char)name[depth] + 1u);
    }
    return n;
}

static int compare_module(const void *key, const void *item)
{
    return strcmp(key, ((const struct module *)item)->name);
}

static int compare_builtin(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

static int add_bus(struct strv *l, const char *name)
{
    return strv_has(l, name) ? 0 : strv_add(l, name);
}

/* The buses of one alias' prefix. */
static int add_buses_of(struct strv *l, const char *prefix)
{
    static const char *const firmware[] = {"platform", "acpi", "pnp", "i2c", "spi", "serial"};
    int r = 0;

    if (streq(prefix, "cpu"))
        return 0;
    if (streq(prefix, "ieee1394")) /* the aliases kept the old stack's name */
        return add_bus(l, "firewire");
    if (!streq(prefix, "acpi") && !streq(prefix, "of"))
        return add_bus(l, prefix);
    for (size_t i = 0; i < ARRAY_SIZE(firmware) && r >= 0; i++)
        r = add_bus(l, firmware[i]);
    return r;
}

int modindex_buses(const struct modindex *x, struct strv *ret)
{
    char last[32] = "", prefix[32];

    for (uint32_t i = 0; i < x->n_aliases; i++) {
        const char *pattern = x->aliases[i].pattern;
        size_t n = strcspn(pattern, ":");
        int r;

        if (!pattern[n] && pattern[0] != '*')
            continue;                      /* "fs-ext4", "md-raid1": asked for by name, no device has it */
        n = MIN(n, x->aliases[i].literal); /* "acpi*:PNP0A08:*", "dmi*:..." */
        if (n == 0 || n >= sizeof(prefix))
            return -ENOTUNIQ;
        memcpy(prefix, pattern, n);
        prefix[n] = '\0';
        if (streq(prefix, last)) /* sorted: a thousand "pci:" stand together */
            continue;
        memcpy(last, prefix, n + 1);
        r = add_buses_of(ret, prefix);
        if (r < 0)
            return r;
    }
    return 0;
}

int modindex_find(const struct modindex *x, const char *name, uint32_t *ret_module)
{
    const struct module *m;
    char key[NAME_MAX];

    if (!modindex_normalize(name, key, sizeof(key)))
        return -ENOENT;
    m = bsearch(key, x->modules, x->n_modules, sizeof(*m), compare_module);
    if (!m)
        return -ENOENT;
    *ret_module = (uint32_t)(m - x->modules);
    return 0;
}

bool modindex_is_builtin(const struct modindex *x, const char *name)
{
    char key[NAME_MAX];

    return modindex_normalize(name, key, sizeof(key)) &&
           bsearch(key, x->builtins, x->n_builtins, sizeof(*x->builtins), compare_builtin);
}

const char *modindex_name(const struct modindex *x, uint32_t i)
{
    return i < x->n_modules ? x->modules[i].name : NULL;
}

const char *modindex_path(const struct modindex *x, uint32_t i)
{
    return i < x->n_modules ? x->modules[i].path : NULL;
}

const char *modindex_options(const struct modindex *x, uint32_t i)
{
    return i < x->n_modules ? x->modules[i].options : NULL;
}

bool modindex_is_blacklisted(const struct modindex *x, uint32_t i)
{
    return i < x->n_modules && x->modules[i].blacklisted;
}

size_t modindex_load_order(const struct modindex *x, uint32_t i, uint32_t *ret_modules, size_t room)
{
    const struct module *m;

    if (i >= x->n_modules)
        return 0;
    m = &x->modules[i];
    for (size_t k = 0; k < MIN((size_t)m->order_count, room); k++)
        ret_modules[k] = x->orders[m->order_first + k];
    return m->order_count;
}
