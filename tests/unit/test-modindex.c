/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "modindex.h"
#include "unittest.h"

#define MODULE(n, p, ...)                                                                                    \
    {                                                                                                        \
        .name = n, .path = p, __VA_ARGS__                                                                    \
    }
#define LIST(type, ...)                                                                                      \
    (const type[])                                                                                           \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }

static const char *const aliases_blk[] = {"virtio:d00000002v*", "pci:v*d*sv*sd*bc01sc*i*"};
static const char *const aliases_pci[] = {"pci:v00001AF4d*sv*sd*bc*sc*i*", "virtio-pci"};
static const char *const aliases_ext[] = {"fs-ext4", "ext3"};
static const char *const aliases_acpi[] = {"acpi*:PNP0A08:*", "*"};
static const char *const aliases_range[] = {"serio:ty0[1-3]*", "pci:v*d*sv*sd*bc01sc*i*"};
static const uint32_t order_blk[] = {3, 4, 0};
static const uint32_t order_pci[] = {3, 1};
static const uint32_t order_ext[] = {2, 0};
static const uint32_t order_ring[] = {3};
static const uint32_t order_black[] = {4};
static const uint32_t order_range[] = {5};

static const struct modindex_source sources[] = {
    MODULE("virtio-blk", "/lib/modules/virtio_blk.ko", .order = order_blk, .n_order = 3,
           .aliases = aliases_blk, .n_aliases = 2, .options = "queue_depth=4 name=\"a b\""),
    MODULE("virtio_pci", "/lib/modules/virtio_pci.ko", .order = order_pci, .n_order = 2,
           .aliases = aliases_pci, .n_aliases = 2),
    MODULE("ext4", "/lib/modules/ext4.ko", .order = order_ext, .n_order = 2, .aliases = aliases_ext,
           .n_aliases = 2),
    MODULE("virtio_ring", "/lib/modules/virtio_ring.ko", .order = order_ring, .n_order = 1),
    MODULE("catchall", "/lib/modules/catchall.ko", .order = order_black, .n_order = 1,
           .aliases = aliases_acpi, .n_aliases = 2, .blacklisted = true),
    MODULE("atkbd", "/lib/modules/atkbd.ko", .order = order_range, .n_order = 1, .aliases = aliases_range,
           .n_aliases = 2),
};
static const char *const builtin[] = {"usbhid", "ahci", "i8042-x", "ahci"};

static char *format(size_t *ret_size)
{
    char *text = NULL;

    ck_assert_int_eq(
        modindex_format(sources, ARRAY_SIZE(sources), builtin, ARRAY_SIZE(builtin), &text, ret_size), 0);
    return text;
}

static struct modindex *make(void)
{
    struct modindex *x = NULL;
    size_t size;
    char *text = format(&size);

    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    return x;
}

START_TEST(what_was_written_is_read)
{
    _cleanup_modindex_ struct modindex *x = make();
    uint32_t i;

    ck_assert_uint_eq(modindex_count(x), 6);
    ck_assert_int_eq(modindex_find(x, "virtio-blk", &i), 0);
    ck_assert_str_eq(modindex_name(x, i), "virtio_blk");
    ck_assert_str_eq(modindex_path(x, i), "/lib/modules/virtio_blk.ko");
    ck_assert_str_eq(modindex_options(x, i), "queue_depth=4 name=\"a b\"");
    ck_assert_int_eq(modindex_find(x, "ext4", &i), 0);
    ck_assert_ptr_null(modindex_options(x, i));
    ck_assert_int_eq(modindex_find(x, "ext", &i), -ENOENT);
    ck_assert_ptr_null(modindex_name(x, 6));
    ck_assert(modindex_is_builtin(x, "ahci"));
    ck_assert(modindex_is_builtin(x, "i8042_x"));
    ck_assert(!modindex_is_builtin(x, "ext4"));
}
END_TEST

static void check_order(const struct modindex *x, const char *name, size_t n, const char *const *want)
{
    uint32_t order[8], i;

    ck_assert_int_eq(modindex_find(x, name, &i), 0);
    ck_assert_uint_eq(modindex_load_order(x, i, order, ARRAY_SIZE(order)), n);
    for (size_t k = 0; k < n; k++)
        ck_assert_str_eq(modindex_name(x, order[k]), want[k]);
}

START_TEST(load_order_survives_the_sorting_of_names)
{
    _cleanup_modindex_ struct modindex *x = make();
    uint32_t one[1] = {77}, i;

    check_order(x, "virtio_blk", 3, LIST(char *const, "virtio_ring", "catchall", "virtio_blk"));
    check_order(x, "ext4", 2, LIST(char *const, "ext4", "virtio_blk"));
    check_order(x, "virtio_ring", 1, LIST(char *const, "virtio_ring"));
    ck_assert_int_eq(modindex_find(x, "virtio_blk", &i), 0);
    ck_assert_uint_eq(modindex_load_order(x, i, one, 1), 3);
    ck_assert_str_eq(modindex_name(x, one[0]), "virtio_ring");
    ck_assert_uint_eq(modindex_load_order(x, 6, one, 1), 0);
}
END_TEST

static void check_match(const struct modindex *x, const char *modalias, size_t n, const char *const *want)
{
    uint32_t found[8];

    ck_assert_msg(modindex_match(x, modalias, found, ARRAY_SIZE(found)) == n, "'%s'", modalias);
    for (size_t k = 0; k < n; k++) {
        bool seen = false;

        for (size_t j = 0; j < n; j++)
            seen = seen || streq(modindex_name(x, found[j]), want[k]);
        ck_assert_msg(seen, "'%s' does not lead to %s", modalias, want[k]);
    }
}

START_TEST(modaliases_lead_to_modules)
{
    _cleanup_modindex_ struct modindex *x = make();

    check_match(x, "virtio:d00000002v00001AF4", 1, LIST(char *const, "virtio_blk"));
    check_match(x, "virtio:d00000003v00001AF4", 0, NULL);
    check_match(x, "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00", 3,
                LIST(char *const, "virtio_pci", "virtio_blk", "atkbd"));
    check_match(x, "pci:v00008086d00001042sv00001AF4sd00001100bc02sc00i00", 0, NULL);
    check_match(x, "fs-ext4", 1, LIST(char *const, "ext4"));
    check_match(x, "fs_ext4", 1, LIST(char *const, "ext4"));
    check_match(x, "fs-ext", 0, NULL);
    check_match(x, "fs-ext44", 0, NULL);
    check_match(x, "virtio-pci", 1, LIST(char *const, "virtio_pci"));
    check_match(x, "serio:ty02pr00", 1, LIST(char *const, "atkbd"));
    check_match(x, "serio:ty04pr00", 0, NULL);
    check_match(x, "", 0, NULL);
}
END_TEST

START_TEST(blacklisted_modules_answer_to_their_name_alone)
{
    _cleanup_modindex_ struct modindex *x = make();
    uint32_t i;

    check_match(x, "acpi:PNP0A08:PNP0A03:", 0, NULL);
    ck_assert_int_eq(modindex_find(x, "catchall", &i), 0);
    ck_assert(modindex_is_blacklisted(x, i));
    ck_assert_int_eq(modindex_find(x, "ext4", &i), 0);
    ck_assert(!modindex_is_blacklisted(x, i));
}
END_TEST

START_TEST(match_counts_beyond_the_room)
{
    _cleanup_modindex_ struct modindex *x = make();
    uint32_t two[3] = {9, 9, 9};

    ck_assert_uint_eq(modindex_match(x, "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00", two, 2), 3);
    ck_assert_uint_eq(two[2], 9);
}
END_TEST

START_TEST(order_of_input_does_not_change_a_byte)
{
    struct modindex_source other[ARRAY_SIZE(sources)];
    _cleanup_free_ uint32_t *orders = calloc(32, sizeof(*orders));
    size_t n = ARRAY_SIZE(sources), size, size2, used = 0;
    _cleanup_free_ char *text = format(&size), *text2 = NULL;

    for (size_t i = 0; i < n; i++) {
        struct modindex_source *o = &other[n - 1 - i];

        *o = sources[i];
        o->order = orders + used;
        for (size_t k = 0; k < o->n_order; k++)
            orders[used++] = (uint32_t)(n - 1 - sources[i].order[k]);
    }
    ck_assert_int_eq(modindex_format(other, n, builtin, ARRAY_SIZE(builtin), &text2, &size2), 0);
    ck_assert_uint_eq(size, size2);
    ck_assert_mem_eq(text, text2, size);
}
END_TEST

START_TEST(an_empty_index_is_valid)
{
    _cleanup_modindex_ struct modindex *x = NULL;
    char *text = NULL;
    uint32_t i;
    size_t size;

    ck_assert_int_eq(modindex_format(NULL, 0, NULL, 0, &text, &size), 0);
    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    ck_assert_uint_eq(modindex_count(x), 0);
    ck_assert_uint_eq(modindex_match(x, "pci:v0", NULL, 0), 0);
    ck_assert_int_eq(modindex_find(x, "ext4", &i), -ENOENT);
}
END_TEST

static int parse_copy(const char *text, size_t size)
{
    struct modindex *x = NULL;
    char *copy = malloc(size + 1);
    int r;

    memcpy(copy, text, size);
    copy[size] = '\0';
    r = modindex_parse(copy, size, &x);
    if (r < 0)
        ck_assert_ptr_null(x);
    modindex_free(x);
    return r;
}

START_TEST(every_cut_is_noticed)
{
    size_t size;
    _cleanup_free_ char *text = format(&size);

    for (size_t i = 0; i < size; i++)
        ck_assert_msg(parse_copy(text, i) == -EBADMSG, "cut at %zu", i);
    ck_assert_int_eq(parse_copy(text, size), 0);
}
END_TEST

/* Whatever one changed byte does, nothing is read outside of the arrays (sanitizers watch). */
START_TEST(changed_bytes_do_no_harm)
{
    size_t size, rejected = 0;
    _cleanup_free_ char *text = format(&size);
    static const char bytes[] = {'\0', '\n', ' ', '9', 'z', '*', '[', (char)0xff};

    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < ARRAY_SIZE(bytes); k++) {
            struct modindex *x = NULL;
            char *copy = malloc(size + 1);
            uint32_t found[4];

            memcpy(copy, text, size + 1);
            copy[i] = bytes[k];
            if (modindex_parse(copy, size, &x) < 0) {
                rejected++;
                continue;
            }
            modindex_match(x, "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00", found, 4);
            for (uint32_t m = 0; m < modindex_count(x); m++)
                ck_assert_uint_gt(modindex_load_order(x, m, found, 4), 0);
            modindex_free(x);
        }
    }
    ck_assert_uint_gt(rejected, size);
}
END_TEST

START_TEST(bad_lines_are_refused)
{
    static const char *const bad[] = {
        "pintle-modules 2 0 0 0 0\nend pintle-modules\n",
        "pintle-modules 1 1 0 0 0\nend pintle-modules\n",
        "pintle-modules 1 1 0 0 0\nm - a /a.ko\nend pintle-modules\n",
        "pintle-modules 1 1 0 1 0\nm - a /a.ko\nl 1\nend pintle-modules\n",
        "pintle-modules 1 1 0 1 0\nm - a a.ko\nl 0\nend pintle-modules\n",
        "pintle-modules 1 1 0 1 0\nm x a /a.ko\nl 0\nend pintle-modules\n",
        "pintle-modules 1 1 1 1 0\nm - a /a.ko\nl 0\na 1 x\nend pintle-modules\n",
        "pintle-modules 1 2 0 2 0\nm - b /b.ko\nl 0\nm - a /a.ko\nl 1\nend pintle-modules\n",
        "pintle-modules 1 1 2 1 0\nm - a /a.ko\nl 0\na 0 y\na 0 x\nend pintle-modules\n",
        "pintle-modules 1 0 0 0 2\nb y\nb x\nend pintle-modules\n",
        "pintle-modules 1 0 0 0 0\nl 0\nend pintle-modules\n",
        "pintle-modules 1 0 0 0 0\no x\nend pintle-modules\n",
        "pintle-modules 1 0 0 0 0\nend pintle-modules\nmore",
        "pintle-modules 1 4000000000 0 0 0\nend pintle-modules\n",
    };

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        ck_assert_msg(parse_copy(bad[i], strlen(bad[i])) == -EBADMSG, "%s", bad[i]);
}
END_TEST

START_TEST(unwritable_sources_are_refused)
{
    static const uint32_t self[] = {0}, far[] = {1};
    static const char *const spaced[] = {"a b"};
    const struct modindex_source good = MODULE("a", "/a.ko", .order = self, .n_order = 1);
    struct modindex_source two[2] = {good, good};
    char *text = NULL;
    size_t size;

    ck_assert_int_eq(modindex_format(two, 2, NULL, 0, &text, &size), -EEXIST);
    two[0].path = "a.ko";
    ck_assert_int_eq(modindex_format(two, 1, NULL, 0, &text, &size), -EINVAL);
    two[0] = good, two[0].order = far;
    ck_assert_int_eq(modindex_format(two, 1, NULL, 0, &text, &size), -EINVAL);
    two[0] = good, two[0].aliases = spaced, two[0].n_aliases = 1;
    ck_assert_int_eq(modindex_format(two, 1, NULL, 0, &text, &size), -EINVAL);
    two[0] = good, two[0].options = "a=1\nb=2";
    ck_assert_int_eq(modindex_format(two, 1, NULL, 0, &text, &size), -EINVAL);
    ck_assert_ptr_null(text);
}
END_TEST

/* The walk by literal prefix finds what trying every pattern would find. */
START_TEST(only_buses_that_a_module_is_for_are_named)
{
    static const uint32_t self[] = {0};
    static const char *const some[] = {"pci:v1*", "pci:v2*",       "usb:v1p2*",
                                       "fs-xfs",  "cpu:type:x86*", "acpi*:PNP0A08:*", "ieee1394:ven*"};
    struct modindex_source source =
        MODULE("m", "/m.ko", .order = self, .n_order = 1, .aliases = some, .n_aliases = ARRAY_SIZE(some));
    static const char *const wild[] = {"*:v1"};
    struct modindex *x = NULL;
    struct strv buses = {0};
    char *text = NULL;
    size_t size;

    ck_assert_int_eq(modindex_format(&source, 1, NULL, 0, &text, &size), 0);
    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    ck_assert_int_eq(modindex_buses(x, &buses), 0);
    modindex_free(x);
    ck_assert(strv_has(&buses, "pci") && strv_has(&buses, "usb") && strv_has(&buses, "firewire"));
    ck_assert(strv_has(&buses, "platform") && strv_has(&buses, "acpi")); /* both have acpi: aliases */
    ck_assert(!strv_has(&buses, "cpu") && !strv_has(&buses, "fs-xfs"));
    ck_assert_uint_eq(buses.n, 3 + 6);
    strv_clear(&buses);

    source.aliases = wild;
    source.n_aliases = 1;
    ck_assert_int_eq(modindex_format(&source, 1, NULL, 0, &text, &size), 0);
    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    ck_assert_int_eq(modindex_buses(x, &buses), -ENOTUNIQ);
    strv_clear(&buses);
    modindex_free(x);
}
END_TEST

START_TEST(thousands_of_patterns_match_as_one_by_one)
{
    enum { N = 3000 };
    static char names[N][16], paths[N][24], patterns[N][64];
    static const char *lists[N][1];
    static uint32_t self[N];
    static struct modindex_source many[N];
    _cleanup_modindex_ struct modindex *x = NULL;
    char *text = NULL;
    size_t size;

    for (uint32_t i = 0; i < N; i++) {
        snprintf(names[i], sizeof(names[i]), "m%u", i);
        snprintf(paths[i], sizeof(paths[i]), "/m%u.ko", i);
        snprintf(patterns[i], sizeof(patterns[i]), i % 7 ? "pci:v%08Xd%08Xsv*" : "usb:v%04Xp*d*ic%04X*",
                 i % 64, i);
        lists[i][0] = patterns[i];
        self[i] = i;
        many[i] = (struct modindex_source)MODULE(names[i], paths[i], .order = &self[i], .n_order = 1,
                                                 .aliases = lists[i], .n_aliases = 1);
    }
    ck_assert_int_eq(modindex_format(many, N, NULL, 0, &text, &size), 0);
    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    for (uint32_t i = 0; i < N; i++) {
        char modalias[64];
        uint32_t found[2];

        snprintf(modalias, sizeof(modalias), i % 7 ? "pci:v%08Xd%08Xsv0" : "usb:v%04Xp12d0ic%04Xzz", i % 64,
                 i);
        ck_assert_uint_eq(modindex_match(x, modalias, found, 2), 1);
        ck_assert_str_eq(modindex_name(x, found[0]), names[i]);
    }
}
END_TEST

/* Shorter and longer literals among each other: none hides the one behind it. */
START_TEST(patterns_that_share_a_beginning_are_all_found)
{
    static const char *const names[] = {"any", "ab", "abc", "ac", "a"};
    static const char *const patterns[] = {"*z", "x:ab*", "x:abc*", "x:ac*", "x:a*"};
    static const uint32_t self[] = {0, 1, 2, 3, 4};
    struct modindex_source many[ARRAY_SIZE(names)];
    _cleanup_modindex_ struct modindex *x = NULL;
    char *text = NULL;
    size_t size;

    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        many[i] = (struct modindex_source)MODULE(names[i], "/m.ko", .order = &self[i], .n_order = 1,
                                                 .aliases = &patterns[i], .n_aliases = 1);
    ck_assert_int_eq(modindex_format(many, ARRAY_SIZE(names), NULL, 0, &text, &size), 0);
    ck_assert_int_eq(modindex_parse(text, size, &x), 0);
    check_match(x, "x:abcz", 4, LIST(char *const, "any", "a", "ab", "abc"));
    check_match(x, "x:acz", 3, LIST(char *const, "any", "a", "ac"));
    check_match(x, "x:ab", 2, LIST(char *const, "a", "ab"));
    check_match(x, "z", 1, LIST(char *const, "any"));
}
END_TEST

START_TEST(load_says_what_is_wrong)
{
    struct modindex *x = NULL;
    char path[] = "/tmp/pintle-modindex-XXXXXX";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(modindex_load(AT_FDCWD, path, &x), -EBADMSG);
    ck_assert_int_eq(write(fd, "pintle-modules 1 0 0 0 0\nend pintle-modules\n", 44), 44);
    ck_assert_int_eq(modindex_load(AT_FDCWD, path, &x), 0);
    modindex_free(x);
    close(fd);
    unlink(path);
    ck_assert_int_eq(modindex_load(AT_FDCWD, path, &x), -ENOENT);
}
END_TEST

UNITTEST_MAIN("modindex", what_was_written_is_read, load_order_survives_the_sorting_of_names,
              modaliases_lead_to_modules, blacklisted_modules_answer_to_their_name_alone,
              match_counts_beyond_the_room, order_of_input_does_not_change_a_byte, an_empty_index_is_valid,
              every_cut_is_noticed, changed_bytes_do_no_harm, bad_lines_are_refused,
              unwritable_sources_are_refused, only_buses_that_a_module_is_for_are_named,
              thousands_of_patterns_match_as_one_by_one, patterns_that_share_a_beginning_are_all_found,
              load_says_what_is_wrong)
