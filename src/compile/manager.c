/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "manager.h"

#include <dirent.h>
#include <fcntl.h>

#include "cmdline.h"
#include "grammar.h"
#include "text.h"
#include "value.h"

#define FILE_SIZE_MAX (1024 * 1024)

static const char *const dirs[] = {"/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"};

struct settings {
    struct compiler *c;
    uint64_t runtime_usec, reboot_usec;
    char device[256];
};

static void note(struct settings *s, const char *path, uint32_t line, const char *what, const char *value)
{
    compile_note(s->c, UDB_NONE, UDB_NOTE_WARNING, path, line, "%s '%s' and is left aside", what, value);
}

/* Return: whether @value is such a time: 0 switches off, USEC_INFINITY leaves it to the driver. */
static bool take_time(const char *value, uint64_t unset, uint64_t *ret)
{
    if (*value == '\0')
        *ret = unset;
    else if (streq(value, "default"))
        *ret = USEC_INFINITY;
    else if (value_is_false(value))
        *ret = 0;
    else
        return text_parse_usec(value, USEC_PER_SEC, ret) >= 0;
    return true;
}

static bool take_device(struct settings *s, const char *value)
{
    if (*value && (!value_is_path(value) || strlen(value) >= sizeof(s->device)))
        return false;
    text_copy(s->device, sizeof(s->device), value);
    return true;
}

/* Of [Manager]: the many names that pintle does nothing about are no fault of the file's. */
static void take_assignment(struct settings *s, const char *path, const struct grammar_item *item)
{
    bool good = true;

    if (streq(item->key, "RuntimeWatchdogSec"))
        good = take_time(item->value, 0, &s->runtime_usec);
    else if (streq(item->key, "RebootWatchdogSec") || streq(item->key, "ShutdownWatchdogSec"))
        good = take_time(item->value, UDB_REBOOT_WATCHDOG, &s->reboot_usec);
    else if (streq(item->key, "WatchdogDevice"))
        good = take_device(s, item->value);
    if (!good)
        note(s, path, item->line, streq(item->key, "WatchdogDevice") ? "this is no path of a device:" : "this is no time:",
             item->value);
}

/* Return: 0; -ENOENT; -errno, noted. */
static int read_file(struct settings *s, const char *path)
{
    _cleanup_free_ char *data = NULL;
    bool ours = false;
    struct grammar_item item;
    struct grammar g;
    size_t size;
    int r = unitload_read(s->c->load, path, FILE_SIZE_MAX, &data, &size);

    if (r < 0) {
        if (r != -ENOENT && r != -ENOTDIR)
            note(s, path, 0, "the file cannot be read:", strerror(-r));
        return r;
    }
    grammar_init(&g, data, size);
    while ((item = grammar_next(&g)).kind != GRAMMAR_END && item.kind != GRAMMAR_TOO_LONG) {
        if (item.kind == GRAMMAR_SECTION)
            ours = streq(item.key, "Manager");
        else if (item.kind == GRAMMAR_ASSIGNMENT && ours)
            take_assignment(s, path, &item);
        else if (item.kind == GRAMMAR_BAD)
            note(s, path, item.line, "this line is bad:", item.value);
    }
    return 0;
}

static const char *base_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(base_name(*(char *const *)a), base_name(*(char *const *)b));
}

static bool has_name(const struct strv *paths, const char *name)
{
    for (size_t i = 0; i < paths->n; i++)
        if (streq(base_name(paths->v[i]), name))
            return true;
    return false;
}

static void list_drop_ins(struct settings *s, const char *dir_path, struct strv *paths)
{
    int fd = unitload_open(s->c->load, dir_path, O_RDONLY | O_DIRECTORY);
    _cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *e;
    char *path;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((e = readdir(dir))) {
        size_t n = strlen(e->d_name);

        if (e->d_name[0] == '.' || n <= strlen(".conf") || !streq(e->d_name + n - strlen(".conf"), ".conf") ||
            has_name(paths, e->d_name))
            continue;
        if (asprintf(&path, "%s/%s", dir_path, e->d_name) < 0 || strv_take(paths, path) < 0)
            compile_fail(s->c, -ENOMEM);
    }
}

static void read_files(struct settings *s)
{
    _cleanup_strv_ struct strv paths = {0};
    char path[64];
    int r = -ENOENT;

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
        snprintf(path, sizeof(path), "%s/system.conf", dirs[i]);
        if (r < 0)
            r = read_file(s, path);
        snprintf(path, sizeof(path), "%s/system.conf.d", dirs[i]);
        list_drop_ins(s, path, &paths);
    }
    if (paths.n > 0)
        qsort(paths.v, paths.n, sizeof(*paths.v), compare_names);
    for (size_t i = 0; i < paths.n; i++)
        (void)read_file(s, paths.v[i]);
}

static void read_command_line(struct settings *s, const struct bootenv *env)
{
    static const char path[] = "/proc/cmdline";
    _cleanup_cmdline_ struct cmdline line = {0};

    if ((env->container && !env->cmdline_path) || cmdline_read(env->cmdline_path, &line) < 0)
        return;
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(&line, NULL, w));) {
        if (!w->value)
            continue;
        if (cmdline_key_eq(w->key, "pintle.watchdog") || cmdline_key_eq(w->key, "systemd.watchdog_sec")) {
            if (!take_time(w->value, 0, &s->runtime_usec))
                note(s, path, 0, "this is no time for the watchdog:", w->value);
        } else if (cmdline_key_eq(w->key, "systemd.watchdog_device") && !take_device(s, w->value))
            note(s, path, 0, "this is no path of a watchdog:", w->value);
    }
}

void manager_read(struct compiler *c, const struct bootenv *env)
{
    struct settings s = {.c = c, .reboot_usec = UDB_REBOOT_WATCHDOG};

    read_files(&s);
    if (env)
        read_command_line(&s, env);
    udbwrite_watchdog(c->writer, s.runtime_usec, s.reboot_usec, s.device);
}
