/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "build.h"

#include <fcntl.h>

#include "cpio.h"
#include "crypthash.h"
#include "fd.h"
#include "image.h"
#include "log.h"
#include "sysroot.h"

int skeleton_add(struct build *b)
{
    static const struct {
        const char *path;
        mode_t mode;
    } dirs[] = {
        {"/dev", 0755},     {"/etc", 0755},     {"/etc/pintle", 0755}, {"/proc", 0555},     {"/root", 0700},
        {"/run", 0755},     {"/sys", 0555},     {IMAGE_SYSROOT, 0755}, {"/tmp", 01777},     {"/usr", 0755},
        {"/usr/bin", 0755}, {"/usr/lib", 0755}, {"/usr/lib64", 0755},  {"/usr/sbin", 0755},
    };
    static const char *const merged[] = {"/bin", "/lib", "/lib64", "/sbin"};
    char target[32];
    int r = 0;

    b->plan.vital = true; /* until skeleton_add_init() is through */
    for (size_t i = 0; i < ARRAY_SIZE(dirs) && r >= 0; i++)
        r = plan_dir(&b->plan, dirs[i].path, dirs[i].mode);
    for (size_t i = 0; i < ARRAY_SIZE(merged) && r >= 0; i++) {
        snprintf(target, sizeof(target), "usr%s", merged[i]);
        r = plan_link(&b->plan, merged[i], target);
    }
    if (r >= 0)
        r = plan_char(&b->plan, "/dev/console", 0600, 5, 1);
    if (r >= 0)
        r = plan_char(&b->plan, "/dev/null", 0666, 1, 3);
    return r;
}

/* Where stage one is: as told, of the sysroot, or where this program was installed to. */
int skeleton_add_init(struct build *b)
{
    static const char installed[] = PINTLE_LIBEXECDIR "/stage1";
    const char *file = b->opt->stage1;
    _cleanup_free_ char *found = NULL;
    int r;

    if (!file) {
        r = sysroot_find_file(b->opt->sysroot, installed, &found, NULL);
        if (r == -ENOENT && *b->opt->sysroot)
            r = sysroot_find_file("", installed, &found, NULL);
        if (r < 0)
            return log_error(r, "cannot find stage one, '%s': install pintle, or give it with --stage1 FILE",
                             installed);
        file = found;
    }
    r = programs_add_file(b, file, IMAGE_INIT);
    /* Stage one loads it when a password has been typed, and at no other time. */
    if (r >= 0 && (b->opt->shell_hash || b->opt->root_password))
        r = programs_add_library(b, CRYPTHASH_LIBRARY, file, IMAGE_INIT);
    b->plan.vital = false;
    return r;
}

/* root's entry of shadow(5); an empty or locked one opens nothing. */
static int root_hash(const struct build *b, char *buf, size_t size)
{
    _cleanup_free_ char *file = NULL, *text = NULL;
    const char *pos, *line;
    size_t n, len;
    int r;

    r = sysroot_find_file(b->opt->sysroot, "/etc/shadow", &file, NULL);
    if (r >= 0)
        r = fd_read_file(AT_FDCWD, file, 1 << 20, &text, &n);
    if (r < 0)
        return log_error(r, "cannot read root's password from '%s/etc/shadow'", b->opt->sysroot);
    pos = text;
    while ((line = text_next_word(&pos, "\n", &len))) {
        const char *hash = text_after(line, "root:");

        if (!hash || hash > line + len)
            continue;
        snprintf(buf, size, "%.*s", (int)strcspn(hash, ":\n"), hash);
        if (buf[0] && !strchr("!*", buf[0]))
            return 0;
        return log_error(-ENOKEY,
                         "root has no password in '%s/etc/shadow': set one, or give its hash with "
                         "--shell-hash",
                         b->opt->sysroot);
    }
    return log_error(-ENOENT, "no root in '%s/etc/shadow'", b->opt->sysroot);
}

int skeleton_add_conf(struct build *b)
{
    static const char *const modes[] = {
        [MODE_UNSET] = "host", [MODE_HOST] = "host", [MODE_GENERIC] = "generic", [MODE_LIST] = "list"};
    _cleanup_free_ char *text = NULL;
    char hash[512] = "";
    size_t size;
    FILE *f;
    int r;

    if (b->opt->shell_hash && !text_copy(hash, sizeof(hash), b->opt->shell_hash))
        return log_error(-ENAMETOOLONG, "cannot take that --shell-hash");
    if (b->opt->root_password) {
        r = root_hash(b, hash, sizeof(hash));
        if (r < 0)
            return r;
    }
    f = open_memstream(&text, &size);
    if (!f)
        return -ENOMEM;
    fprintf(f, "version=%s\nkernel=%s\nmode=%s\nudev=%s\n", PACKAGE_VERSION, b->opt->kernel,
            modes[b->opt->mode], b->opt->udevd ? "udevd" : "lean");
    if (*hash)
        fprintf(f, "shell-hash=%s\n", hash);
    if (b->shell)
        fprintf(f, "shell=%s\n", b->shell);
    if (b->udevd)
        fprintf(f, "udevd=%s\n", b->udevd);
    /* this file itself is one entry and one page more */
    fprintf(f, "unpacked=%llu\nentries=%zu\n", cpio_unpacked(&b->plan) + 4096, b->plan.n + 1);
    if (fclose(f) != 0)
        return -ENOMEM;
    /* Without it stage one knows of no password and opens nothing; with it, it says what is missing. */
    b->plan.vital = true;
    /* the hash is nobody's business who can read the running ramdisk */
    return plan_data(&b->plan, IMAGE_CONF, text, size, 0600);
}
