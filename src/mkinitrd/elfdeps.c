/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "elfdeps.h"

#include <fcntl.h>
#include <gelf.h>
#include <glob.h>
#include <limits.h>

#include "fd.h"
#include "sysroot.h"

#define CONF_DEPTH 8

/* --- one file ------------------------------------------------------------------------------------------ */

static int copy_string(Elf *elf, size_t section, size_t offset, char **ret)
{
    const char *s = elf_strptr(elf, section, offset);

    if (!s)
        return -EBADMSG;
    free(*ret);
    *ret = strdup(s);
    return *ret ? 0 : -ENOMEM;
}

static int read_dynamic_entry(Elf *elf, const GElf_Dyn *dyn, size_t strings, struct elfdeps_info *e)
{
    char *name = NULL;
    int r;

    switch (dyn->d_tag) {
    case DT_NEEDED:
        r = copy_string(elf, strings, dyn->d_un.d_val, &name);
        return r < 0 ? r : strv_take(&e->needed, name);
    case DT_RUNPATH:
        return copy_string(elf, strings, dyn->d_un.d_val, &e->runpath);
    case DT_RPATH:
        return copy_string(elf, strings, dyn->d_un.d_val, &e->rpath);
    default:
        return 0;
    }
}

/* libelf reads the dynamic table through its section; stripped files keep that one (it is allocated). */
static int read_dynamic(Elf *elf, struct elfdeps_info *e)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    GElf_Dyn dyn;

    while ((section = elf_nextscn(elf, section))) {
        Elf_Data *data;

        if (!gelf_getshdr(section, &header))
            return -EBADMSG;
        if (header.sh_type != SHT_DYNAMIC)
            continue;
        e->dynamic = true;
        data = elf_getdata(section, NULL);
        if (!data || header.sh_entsize == 0)
            return -EBADMSG;
        for (int i = 0; i < (int)(header.sh_size / header.sh_entsize); i++) {
            int r;

            if (!gelf_getdyn(data, i, &dyn))
                return -EBADMSG;
            if (dyn.d_tag == DT_NULL)
                break;
            r = read_dynamic_entry(elf, &dyn, header.sh_link, e);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int read_interp(Elf *elf, struct elfdeps_info *e)
{
    size_t n, size;
    const char *image = elf_rawfile(elf, &size);

    if (elf_getphdrnum(elf, &n) < 0 || !image)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr ph;

        if (!gelf_getphdr(elf, (int)i, &ph))
            return -EBADMSG;
        if (ph.p_type != PT_INTERP)
            continue;
        if (ph.p_offset >= size || ph.p_filesz > size - ph.p_offset || ph.p_filesz == 0 ||
            image[ph.p_offset + ph.p_filesz - 1] != '\0')
            return -EBADMSG;
        free(e->interp);
        e->interp = strdup(image + ph.p_offset);
        return e->interp ? 0 : -ENOMEM;
    }
    return 0;
}

static int read_headers(Elf *elf, struct elfdeps_info *e)
{
    GElf_Ehdr header;
    int r;

    if (elf_kind(elf) != ELF_K_ELF)
        return -ENOEXEC;
    if (!gelf_getehdr(elf, &header))
        return -EBADMSG;
    e->elf_class = gelf_getclass(elf);
    e->machine = header.e_machine;
    r = read_interp(elf, e);
    return r < 0 ? r : read_dynamic(elf, e);
}

int elfdeps_read(const char *file, struct elfdeps_info *ret)
{
    _cleanup_elfdeps_ struct elfdeps_info e = {0};
    _cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);
    char magic[4];
    Elf *elf;
    int r;

    if (fd < 0)
        return -errno;
    if (pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) || memcmp(magic, ELFMAG, SELFMAG) != 0)
        return -ENOEXEC;
    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf)
        return -EBADMSG;
    r = read_headers(elf, &e);
    elf_end(elf);
    if (r < 0)
        return r;
    *ret = e;
    e = (struct elfdeps_info){0};
    return 0;
}

void elfdeps_done(struct elfdeps_info *e)
{
    free(e->interp);
    free(e->runpath);
    free(e->rpath);
    strv_clear(&e->needed);
    *e = (struct elfdeps_info){0};
}

/* --- where libraries are ------------------------------------------------------------------------------- */

static int read_conf(struct elfdeps_paths *p, const char *path, unsigned depth);

/* "include /etc/ld.so.conf.d/[star].conf": glob below the root. */
static int include_conf(struct elfdeps_paths *p, const char *pattern, unsigned depth)
{
    char full[PATH_MAX];
    glob_t g = {0};
    int r = 0;

    if (snprintf(full, sizeof(full), "%s%s%s", p->root, pattern[0] == '/' ? "" : "/etc/", pattern) >=
        PATH_MAX)
        return -ENAMETOOLONG;
    if (glob(full, 0, NULL, &g) == 0)
        for (size_t i = 0; i < g.gl_pathc && r >= 0; i++)
            r = read_conf(p, g.gl_pathv[i] + strlen(p->root), depth + 1);
    globfree(&g);
    return r;
}

static int read_conf_line(struct elfdeps_paths *p, const char *line, unsigned depth)
{
    const char *pos = line, *word, *pattern = text_after(line, "include");
    size_t len;

    if (pattern && (*pattern == ' ' || *pattern == '\t')) {
        pattern += strspn(pattern, " \t");
        return include_conf(p, pattern, depth);
    }
    while ((word = text_next_word(&pos, " \t,:", &len))) {
        int r = word[0] == '/' ? strv_take(&p->configured, strndup(word, len)) : 0;

        if (r < 0)
            return r;
    }
    return 0;
}

static int read_conf(struct elfdeps_paths *p, const char *path, unsigned depth)
{
    _cleanup_free_ char *host = NULL, *text = NULL;
    const char *pos, *start;
    size_t size, len;
    int r;

    if (depth > CONF_DEPTH)
        return 0;
    r = sysroot_find_file(p->root, path, &host, NULL);
    if (r >= 0)
        r = fd_read_file(AT_FDCWD, host, 1 << 20, &text, &size);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    pos = text;
    while ((start = text_next_word(&pos, "\n", &len))) {
        _cleanup_free_ char *line = strndup(start, len);

        if (!line)
            return -ENOMEM;
        line[strcspn(line, "#")] = '\0';
        r = read_conf_line(p, line, depth);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The loader's own directories: with multiarch, without, and both words of 64 bit. */
static int add_builtin_paths(struct elfdeps_paths *p)
{
    static const char *const dirs[] = {"/lib64", "/usr/lib64", "/lib", "/usr/lib"};
    static const char *const multiarch[] = {"/lib/*-linux-*", "/usr/lib/*-linux-*"};
    int r = 0;

    for (size_t i = 0; i < ARRAY_SIZE(multiarch); i++) {
        char full[PATH_MAX];
        glob_t g = {0};

        if (snprintf(full, sizeof(full), "%s%s", p->root, multiarch[i]) >= PATH_MAX)
            return -ENAMETOOLONG;
        if (glob(full, GLOB_ONLYDIR, NULL, &g) == 0)
            for (size_t k = 0; k < g.gl_pathc && r >= 0; k++)
                r = strv_add(&p->builtin, g.gl_pathv[k] + strlen(p->root));
        globfree(&g);
    }
    for (size_t i = 0; i < ARRAY_SIZE(dirs) && r >= 0; i++)
        r = strv_add(&p->builtin, dirs[i]);
    return r;
}

int elfdeps_paths_init(struct elfdeps_paths *p, const char *root)
{
    int r;

    *p = (struct elfdeps_paths){.root = root};
    r = read_conf(p, "/etc/ld.so.conf", 0);
    if (r >= 0)
        r = add_builtin_paths(p);
    if (r < 0)
        elfdeps_paths_done(p);
    return r;
}

void elfdeps_paths_done(struct elfdeps_paths *p)
{
    strv_clear(&p->configured);
    strv_clear(&p->builtin);
}

/* --- the search ---------------------------------------------------------------------------------------- */

struct search {
    const struct elfdeps_paths *paths;
    const char *name;
    const char *object;
    const struct elfdeps_info *info;
    char **ret_path;
    char **ret_host;
};

static int try_file(const struct search *s, const char *path)
{
    _cleanup_elfdeps_ struct elfdeps_info info = {0};
    _cleanup_free_ char *host = NULL;
    int r;

    r = sysroot_find_file(s->paths->root, path, &host, NULL);
    if (r < 0)
        return -ENOENT;
    r = elfdeps_read(host, &info);
    if (r == -ENOEXEC ||
        (r >= 0 && (info.elf_class != s->info->elf_class || info.machine != s->info->machine)))
        return -ENOENT; /* another architecture's: the loader goes on, too */
    if (r < 0)
        return r;
    *s->ret_path = strdup(path);
    if (!*s->ret_path)
        return -ENOMEM;
    *s->ret_host = TAKE_PTR(host);
    return 0;
}

/* One directory of a run path, with $ORIGIN put in. */
static int expand(const struct search *s, const char *dir, size_t len, char *buf, size_t size)
{
    static const char *const words[] = {"$ORIGIN", "${ORIGIN}"};
    const char *slash = strrchr(s->object, '/');

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        size_t n = strlen(words[i]);

        if (len >= n && memcmp(dir, words[i], n) == 0)
            return snprintf(buf, size, "%.*s%.*s", (int)(slash - s->object), s->object, (int)(len - n),
                            dir + n);
    }
    return snprintf(buf, size, "%.*s", (int)len, dir);
}

/* "/opt/x/bin/../lib" is "/opt/x/lib" in the image, where no directory of a program is a link. */
static void clean(char *dir)
{
    char out[PATH_MAX] = "";
    const char *pos = dir, *word;
    size_t used = 0, len;

    while ((word = text_next_word(&pos, "/", &len))) {
        if (len == 2 && memcmp(word, "..", 2) == 0) {
            char *slash = strrchr(out, '/');

            used = slash ? (size_t)(slash - out) : 0;
            out[used] = '\0';
        } else if (len != 1 || *word != '.') {
            used += (size_t)snprintf(out + used, sizeof(out) - used, "/%.*s", (int)len, word);
        }
    }
    strcpy(dir, out); /* never longer: it starts with a slash, as each word does here */
}

static int try_run_path(const struct search *s, const char *list)
{
    const char *pos = list, *word;
    char dir[PATH_MAX], path[PATH_MAX];
    size_t len;
    int r;

    while (list && (word = text_next_word(&pos, ":", &len))) {
        if (expand(s, word, len, dir, sizeof(dir)) >= PATH_MAX || dir[0] != '/')
            continue;
        clean(dir);
        if (snprintf(path, sizeof(path), "%s/%s", dir, s->name) >= PATH_MAX)
            continue;
        r = try_file(s, path);
        if (r != -ENOENT)
            return r;
    }
    return -ENOENT;
}

static int try_dirs(const struct search *s, const struct strv *dirs)
{
    char path[PATH_MAX];
    int r;

    for (size_t i = 0; i < dirs->n; i++) {
        if (snprintf(path, sizeof(path), "%s/%s", dirs->v[i], s->name) >= PATH_MAX)
            continue;
        r = try_file(s, path);
        if (r != -ENOENT)
            return r;
    }
    return -ENOENT;
}

static bool is_builtin_place(const struct elfdeps_paths *p, const char *path)
{
    size_t len = (size_t)(strrchr(path, '/') - path);

    for (size_t i = 0; i < p->builtin.n; i++)
        if (strlen(p->builtin.v[i]) == len && memcmp(p->builtin.v[i], path, len) == 0)
            return true;
    return false;
}

int elfdeps_find_library(const struct elfdeps_paths *p, const char *name, const char *object,
                         const struct elfdeps_info *info, const char *inherited, char **ret_path,
                         char **ret_host, bool *ret_known)
{
    const struct search s = {p, name, object, info, ret_path, ret_host};
    int r;

    *ret_known = true;
    if (strchr(name, '/'))
        return try_file(&s, name);
    r = -ENOENT;
    if (!info->runpath) {
        r = try_run_path(&s, info->rpath);
        if (r == -ENOENT)
            r = try_run_path(&s, inherited);
    } else {
        r = try_run_path(&s, info->runpath);
    }
    if (r != -ENOENT)
        return r;
    /* ldconfig puts the configured directories before its own */
    r = try_dirs(&s, &p->configured);
    if (r == -ENOENT)
        r = try_dirs(&s, &p->builtin);
    if (r >= 0)
        *ret_known = is_builtin_place(p, *ret_path);
    return r;
}
