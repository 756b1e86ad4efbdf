/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sysroot.h"

#include <limits.h>

#include "text.h"

#define MAX_LINKS 40

/* One walk: @done is what has been resolved (without the root), @todo what is left. */
struct walk {
    const char *root;
    char done[PATH_MAX];
    char todo[PATH_MAX];
    unsigned links;
};

static int full_path(const struct walk *w, char *buf)
{
    return snprintf(buf, PATH_MAX, "%s%s", w->root, w->done) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The link at @full: what it says comes before what is left to do. */
static int follow(struct walk *w, const char *full)
{
    char target[PATH_MAX], rest[PATH_MAX];
    ssize_t n = readlink(full, target, sizeof(target) - 1);

    if (n < 0)
        return -errno;
    target[n] = '\0';
    if (++w->links > MAX_LINKS)
        return -ELOOP;
    if (target[0] == '/')
        w->done[0] = '\0';
    else
        *strrchr(w->done, '/') = '\0';
    if ((size_t)n + strlen(w->todo) + 2 > sizeof(rest))
        return -ENAMETOOLONG;
    memcpy(rest, target, (size_t)n);
    rest[n] = '/';
    strcpy(rest + n + 1, w->todo);
    strcpy(w->todo, rest);
    return 0;
}

/* Cut the next component off @todo and append it to @done. Return: 1; 0 at the end; -errno. */
static int step(struct walk *w)
{
    const char *pos = w->todo, *word;
    size_t len, used;
    char *slash;

    word = text_next_word(&pos, "/", &len);
    if (!word)
        return 0;
    if (len == 2 && memcmp(word, "..", 2) == 0) {
        slash = strrchr(w->done, '/');
        if (slash)
            *slash = '\0';
    } else if (len != 1 || word[0] != '.') {
        used = strlen(w->done);
        if (used + len + 2 > sizeof(w->done))
            return -ENAMETOOLONG;
        w->done[used] = '/';
        memcpy(w->done + used + 1, word, len);
        w->done[used + 1 + len] = '\0';
    }
    memmove(w->todo, pos, strlen(pos) + 1);
    return 1;
}

int sysroot_find(const char *root, const char *path, char **ret_found)
{
    struct walk w = {.root = root};
    char full[PATH_MAX];
    struct stat st;
    int r;

    if (path[0] != '/' || !text_copy(w.todo, sizeof(w.todo), path))
        return path[0] != '/' ? -EINVAL : -ENAMETOOLONG;
    while ((r = step(&w)) > 0) {
        r = full_path(&w, full);
        if (r < 0)
            return r;
        if (!w.done[0])
            continue;
        if (lstat(full, &st) < 0)
            return -errno;
        if (S_ISLNK(st.st_mode)) {
            r = follow(&w, full);
            if (r < 0)
                return r;
        }
    }
    if (r >= 0)
        r = full_path(&w, full);
    if (r < 0)
        return r;
    *ret_found = strdup(full[0] ? full : "/");
    return *ret_found ? 0 : -ENOMEM;
}

int sysroot_find_file(const char *root, const char *path, char **ret_found, struct stat *ret_st)
{
    _cleanup_free_ char *found = NULL;
    struct stat st;
    int r;

    r = sysroot_find(root, path, &found);
    if (r < 0)
        return r;
    if (stat(found, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
    *ret_found = TAKE_PTR(found);
    if (ret_st)
        *ret_st = st;
    return 0;
}
