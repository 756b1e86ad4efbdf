/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * modulefixture - modules for the loader that are files with one word, and a load that does what the word says.
 *
 *   "fine"       loads               "there"      is in the kernel already
 *   "old"        of another kernel (ENOEXEC)
 *   "symbol"     lacks a symbol (ENOENT)
 *   "nothing"    finds no device (ENODEV)
 *   "crash"      takes the process that loads it with it
 *   A module without a file is missing in the image. A module whose file is a pipe nobody writes to hangs for ever, as one
 *   whose init waits for its hardware does.
 *
 * What was loaded is written to a file, one line each, with the options.
 */
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "clock.h"
#include "fd.h"
#include "loader.h"
#include "unittest.h"

#define FIXTURE_MAX 8

struct modulefixture {
    char dir[64];
    char paths[FIXTURE_MAX][96];
    struct loop loop;
    struct children children;
    struct loader loader;
    struct cmdline cmdline;
    unsigned changes;
};

static struct modulefixture fixture;

static int fixture_load(int fd, const char *options, int flags)
{
    char word[64] = "", line[300], path[96];
    _cleanup_close_ int log = -EBADF;
    ssize_t n = read(fd, word, sizeof(word) - 1);

    if (n < 0)
        return -errno;
    snprintf(path, sizeof(path), "%s/log", fixture.dir);
    log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    snprintf(line, sizeof(line), "%s%s%s%s\n", word, flags ? " compressed" : "", *options ? " " : "", options);
    if (log < 0 || write(log, line, strlen(line)) < 0)
        return -EIO;
    if (streq(word, "crash"))
        raise(SIGKILL);
    if (text_after(word, "old"))
        return -ENOEXEC;
    if (text_after(word, "symbol"))
        return -ENOENT;
    return streq(word, "nothing") ? -ENODEV : streq(word, "there") ? -EEXIST : 0;
}

/* What was loaded so far. */
static char *fixture_log(void)
{
    char path[96], *text = NULL;

    snprintf(path, sizeof(path), "%s/log", fixture.dir);
    if (fd_read_file(AT_FDCWD, path, 65536, &text, NULL) < 0)
        text = strdup("");
    return text;
}

static void fixture_changed(void *data)
{
    fixture.changes++;
}

static void fixture_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fd_write_all(fd, text, strlen(text)), 0);
    close(fd);
}

static void fixture_write(size_t i, const char *word)
{
    (void)unlink(fixture.paths[i]);
    if (streq(word, "hang"))
        ck_assert_int_eq(mkfifo(fixture.paths[i], 0600), 0);
    else if (!streq(word, "missing"))
        fixture_file(fixture.paths[i], word);
}

/* @sources: their paths are filled in; @words: what the file of each says. */
static void fixture_begin(const char *cmdline, struct modindex_source *sources, const char *const *words, size_t n)
{
    char index[96], *text;
    size_t size;

    fixture = (struct modulefixture){0};
    snprintf(fixture.dir, sizeof(fixture.dir), "/tmp/pintle-modules-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fixture.dir));
    for (size_t i = 0; i < n; i++) {
        snprintf(fixture.paths[i], sizeof(fixture.paths[i]), "%s/%s.ko", fixture.dir, sources[i].name);
        sources[i].path = fixture.paths[i];
        fixture_write(i, words[i]);
    }
    ck_assert_int_eq(modindex_format(sources, n, NULL, 0, &text, &size), 0);
    snprintf(index, sizeof(index), "%s/modules.idx", fixture.dir);
    fixture_file(index, text);
    free(text);
    ck_assert_int_eq(cmdline_parse(cmdline, strlen(cmdline), &fixture.cmdline), 0);
    ck_assert_int_eq(loop_init(&fixture.loop, 64), 0);
    ck_assert_int_eq(children_init(&fixture.children, &fixture.loop), 0);
    ck_assert_int_eq(loader_init(&fixture.loader, index, &fixture.cmdline, &fixture.children, fixture_changed, NULL), 0);
    fixture.loader.load = fixture_load;
}

static void fixture_end(void)
{
    uint64_t deadline = clock_now() + 20 * USEC_PER_SEC;
    char path[96];

    for (struct child *c = fixture.children.first; c; c = c->next)
        kill(c->pid, SIGKILL);
    /* Their ends free what the loader keeps for each. */
    while (fixture.children.n > 0 && clock_now() < deadline)
        ck_assert_int_ge(loop_round(&fixture.loop, deadline), 0);
    children_done(&fixture.children);
    loop_done(&fixture.loop);
    loader_done(&fixture.loader);
    cmdline_done(&fixture.cmdline);
    for (size_t i = 0; i < FIXTURE_MAX; i++)
        (void)unlink(fixture.paths[i]);
    snprintf(path, sizeof(path), "%s/log", fixture.dir);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/modules.idx", fixture.dir);
    (void)unlink(path);
    (void)rmdir(fixture.dir);
}
