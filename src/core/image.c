/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image.h"

#include "fd.h"
#include "text.h"

#define CONF_MAX 65536

static int take_number(const char *value, uint64_t *ret)
{
    return text_parse_u64(value, 10, ret) < 0 ? -EBADMSG : 0;
}

static int take_text(const char *value, char *buf, size_t size)
{
    return text_copy(buf, size, value) ? 0 : -EBADMSG;
}

static int take_line(struct image_conf *c, char *line)
{
    char *value = strchr(line, '=');

    if (!value || value == line)
        return -EBADMSG;
    *value++ = '\0';
    if (streq(line, "version"))
        return take_text(value, c->version, sizeof(c->version));
    if (streq(line, "kernel"))
        return take_text(value, c->kernel, sizeof(c->kernel));
    if (streq(line, "mode"))
        return take_text(value, c->mode, sizeof(c->mode));
    if (streq(line, "udevd"))
        return take_text(value, c->udevd, sizeof(c->udevd));
    if (streq(line, "shell"))
        return take_text(value, c->shell, sizeof(c->shell));
    if (streq(line, "shell-hash"))
        return take_text(value, c->shell_hash, sizeof(c->shell_hash));
    if (streq(line, "unpacked"))
        return take_number(value, &c->unpacked);
    if (streq(line, "entries"))
        return take_number(value, &c->entries);
    return 0; /* a newer builder's */
}

int image_read_conf(int dirfd, struct image_conf *ret)
{
    _cleanup_free_ char *text = NULL;
    struct image_conf c = {0};
    char *save = NULL;
    size_t size;
    int r;

    r = fd_read_file(dirfd, &IMAGE_CONF[1], CONF_MAX, &text, &size);
    if (r < 0)
        return r;
    if (strlen(text) != size || size == 0 || text[size - 1] != '\n')
        return -EBADMSG;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        r = take_line(&c, line);
        if (r < 0)
            return r;
    }
    *ret = c;
    return 0;
}

int image_check_end(int dirfd, const struct image_conf *conf)
{
    unsigned long long bytes;
    size_t entries;
    char text[128];
    ssize_t n;

    n = fd_read_line(dirfd, &IMAGE_END_MARKER[1], text, sizeof(text));
    if (n < 0)
        return n == -ENOENT ? -ENODATA : (int)n;
    if (sscanf(text, IMAGE_END_FORMAT, &entries, &bytes) != 2 || entries != conf->entries)
        return -EBADMSG;
    return 0;
}
