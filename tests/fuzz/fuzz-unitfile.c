/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit files: a whole directory of them, compiled as at boot.
 *
 * The input is a text. A line "== NAME" begins a file of that name below the directory ("a.service",
 * "a.service.d/x.conf"); a line "=> NAME TARGET" makes a link. What stands before the first such line is a.service. Whatever they
 * say, the compile ends in a database that udb_open takes.
 */
#include <ftw.h>
#include <sys/stat.h>

#include "compile.h"
#include "fd.h"
#include "fuzz-db.h"
#include "log.h"

#define FILES_MAX 16

static char top[64]; /* where the files go; empty before the first input */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return at->level <= 1 ? 0 : remove(path); /* top and its "units" stay */
}

static void remove_files(void)
{
    (void)nftw(top, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void remove_top(void)
{
    char units[80];

    remove_files();
    snprintf(units, sizeof(units), "%s/units", top);
    (void)rmdir(units);
    (void)rmdir(top);
}

static void quiet(enum log_level level, const char *line)
{
}

/* In memory where there is a place for it: an input is a handful of small files. */
static void make_top(void)
{
    char units[80];

    if (*top)
        return;
    snprintf(top, sizeof(top), "%s/pintle-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    FUZZ_MUST(mkdtemp(top));
    snprintf(units, sizeof(units), "%s/units", top);
    FUZZ_MUST(mkdir(units, 0700) == 0);
    (void)atexit(remove_top);
    log_set_hook(quiet);
}

/* The input's names must not lead out of the directory; what they are besides is the compiler's affair. */
static bool is_name(const char *name, size_t n)
{
    return n > 0 && n < 200 && *name != '/' && !memmem(name, n, "..", 2) && !memmem(name, n, "//", 2) &&
           !memchr(name, '\0', n) && name[n - 1] != '/' && name[n - 1] != '.' && !memmem(name, n, "./", 2);
}

static bool path_of(const char *name, size_t n, char *path, size_t size)
{
    char *slash;

    if (!is_name(name, n))
        return false;
    snprintf(path, size, "%s/units/%.*s", top, (int)n, name);
    slash = strrchr(path, '/');
    *slash = '\0';
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return false;
    *slash = '/';
    return true;
}

static void put_file(const char *name, size_t n, const char *text, size_t size)
{
    char path[320];
    _cleanup_close_ int fd = -EBADF;

    if (!path_of(name, n, path, sizeof(path)))
        return;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        FUZZ_MUST(fd_write_all(fd, text, size) == 0);
}

static void put_link(const char *line, size_t n)
{
    const char *space = memchr(line, ' ', n);
    char path[320], target[256];

    if (!space || !path_of(line, (size_t)(space - line), path, sizeof(path)))
        return;
    snprintf(target, sizeof(target), "%.*s", (int)MIN(n - (size_t)(space + 1 - line), 255u), space + 1);
    if (*target)
        (void)symlink(target, path); /* resolved inside of the directory alone */
}

static void put_files(const char *text, size_t size)
{
    const char *name = "a.service", *begin = text, *end = text + size, *next;
    size_t name_size = strlen(name);
    unsigned n = 0;

    for (const char *line = text; line < end; line = next) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((newline ?: end) - line);
        bool is_link = length > 3 && memcmp(line, "=> ", 3) == 0;

        next = newline ? newline + 1 : end;
        if (!is_link && (length <= 3 || memcmp(line, "== ", 3) != 0))
            continue;
        if (n++ >= FILES_MAX)
            return;
        if (name)
            put_file(name, name_size, begin, (size_t)(line - begin));
        if (is_link)
            put_link(line + 3, length - 3);
        name = is_link ? NULL : line + 3;
        name_size = length - 3;
        begin = next;
    }
    if (name)
        put_file(name, name_size, begin, (size_t)(end - begin));
}

static void compile_files(void)
{
    static const char *const dirs[] = {"/units", NULL};
    struct compiler c;
    void *data = NULL;
    size_t size;
    struct udb db;

    FUZZ_MUST(compile_init(&c, top, dirs) == 0);
    c.max_units = 64; /* a template that multiplies is stopped before the input takes seconds */
    compile_all(&c);
    (void)compile_default(&c, "default.target");
    /* Cycles are broken and contradictions refused before this; the writer must not find any. */
    FUZZ_MUST(compile_finish(&c, &data, &size) == 0);
    FUZZ_MUST(udb_open(data, size, &db, NULL) == 0);
    fuzzdb_use(&db);
    compile_done(&c);
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_free_ char *text = fuzz_copy(data, size, false);

    make_top();
    put_files(text, size);
    compile_files();
    remove_files();
    return 0;
}
