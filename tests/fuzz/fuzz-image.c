/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stage one reads out of its image: the module index, the configuration, the end marker. */
#include <fcntl.h>
#include <sys/stat.h>

#include "fd.h"
#include "fuzz.h"
#include "image.h"
#include "modindex.h"

static void use_module(const struct modindex *x, uint32_t i)
{
    uint32_t order[16];
    size_t n = modindex_load_order(x, i, order, ARRAY_SIZE(order));

    fuzz_use_text(modindex_name(x, i));
    fuzz_use_text(modindex_path(x, i));
    fuzz_use_text(modindex_options(x, i));
    (void)modindex_is_blacklisted(x, i);
    for (size_t k = 0; k < MIN(n, ARRAY_SIZE(order)); k++)
        FUZZ_MUST(order[k] < modindex_count(x));
}

static void use_index(const uint8_t *data, size_t size)
{
    static const char *const aliases[] = {"pci:v00001AF4d00001001sv", "fs-ext4", "ext4", "virtio:d00000002v00001AF4", ""};
    _cleanup_modindex_ struct modindex *x = NULL;
    _cleanup_strv_ struct strv buses = {0};
    uint32_t found[4];

    if (modindex_parse(fuzz_copy(data, size, true), size, &x) < 0)
        return;
    for (uint32_t i = 0; i < MIN(modindex_count(x), 64u); i++)
        use_module(x, i);
    FUZZ_MUST(!modindex_name(x, (uint32_t)modindex_count(x)));
    for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
        size_t n = modindex_match(x, aliases[i], found, ARRAY_SIZE(found));

        for (size_t k = 0; k < MIN(n, ARRAY_SIZE(found)); k++)
            FUZZ_MUST(found[k] < modindex_count(x));
        (void)modindex_find(x, aliases[i], &found[0]);
        (void)modindex_is_builtin(x, aliases[i]);
    }
    (void)modindex_buses(x, &buses);
}

static void put(int dir, const char *name, const uint8_t *data, size_t size)
{
    _cleanup_close_ int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    FUZZ_MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
}

static int image_dir(void)
{
    static char path[] = "/tmp/pintle-fuzz-XXXXXX";
    int fd;

    FUZZ_MUST(mkdtemp(path));
    fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    FUZZ_MUST(fd >= 0 && mkdirat(fd, "etc", 0700) == 0 && mkdirat(fd, "etc/pintle", 0700) == 0);
    return fd;
}

/* Both are small files at fixed places below a directory. */
static void use_conf(const uint8_t *data, size_t size)
{
    static int dir = -EBADF;
    const uint8_t *cut = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = cut ? (size_t)(cut - data) : size;
    struct image_conf conf;

    if (dir < 0)
        dir = image_dir();
    put(dir, &IMAGE_CONF[1], data, first);
    put(dir, &IMAGE_END_MARKER[1], data + first, size - first);
    if (image_read_conf(dir, &conf) < 0)
        return;
    fuzz_use_text(conf.shell_hash);
    (void)image_check_end(dir, &conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && *data == 'c')
        use_conf(data + 1, size - 1);
    else
        use_index(data, size);
    return 0;
}
