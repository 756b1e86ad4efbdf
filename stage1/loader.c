/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loader.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "clock.h"
#include "log.h"
#include "text.h"

#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4 /* linux/module.h, 5.17 */
#endif

#define ORDER_MAX   256
#define MATCHES_MAX 32

/* One child's list. The parent keeps it too: a word that module k is done means that k + 1 has begun. */
struct chain {
    struct loader *l;
    pid_t pid;
    size_t n;
    size_t at; /* modules reported */
    uint32_t modules[];
};

struct report {
    uint32_t module;
    int32_t error;
    bool no_file;
    uint64_t usec;
};

static int load_system(int fd, const char *options, int flags)
{
    return syscall(SYS_finit_module, fd, options, flags) < 0 ? -errno : 0;
}

int loader_init(struct loader *l, const char *path, const struct cmdline *cmdline, struct children *children,
                loader_fn changed, void *data)
{
    int r;

    *l = (struct loader){
        .cmdline = cmdline, .children = children, .load = load_system, .changed = changed, .data = data};
    r = modindex_load(AT_FDCWD, path, &l->index);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    l->n = modindex_count(l->index);
    l->modules = calloc(l->n ? l->n : 1, sizeof(*l->modules));
    return l->modules ? 0 : -ENOMEM;
}

void loader_done(struct loader *l)
{
    modindex_free(l->index);
    free(l->modules);
    for (size_t i = 0; i < l->n_unmatched; i++) {
        free(l->unmatched[i].modalias);
        free(l->unmatched[i].syspath);
    }
    free(l->unmatched);
    *l = (struct loader){0};
}

/* Is @name one of the comma-separated names in any `key=` of the command line? */
static bool is_listed(const struct loader *l, const char *key, const char *name)
{
    char have[64], word[64];

    if (!modindex_normalize(name, have, sizeof(have)))
        return false;
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(l->cmdline, key, w));) {
        const char *pos = w->value, *start;
        size_t len;

        if (w->for_init)
            continue;
        while (pos && (start = text_next_word(&pos, ",", &len))) {
            char raw[64];

            if (len >= sizeof(raw))
                continue;
            memcpy(raw, start, len);
            raw[len] = '\0';
            if (modindex_normalize(raw, word, sizeof(word)) && streq(word, have))
                return true;
        }
    }
    return false;
}

static void want(struct loader *l, uint32_t i)
{
    struct loader_module *m = &l->modules[i];

    m->target = true;
    if (m->state != LOADER_IDLE)
        return;
    /* The kernel would refuse it with EPERM; so it is not even read. */
    if (is_listed(l, "module_blacklist", modindex_name(l->index, i))) {
        m->state = LOADER_FAILED;
        m->error = -EPERM;
        return;
    }
    m->state = LOADER_WANTED;
    l->dirty = true;
}

static void note_unmatched(struct loader *l, const char *modalias, const char *syspath)
{
    struct loader_unmatched *v;

    for (size_t i = 0; i < l->n_unmatched; i++)
        if (streq(l->unmatched[i].modalias, modalias))
            return;
    v = reallocarray(l->unmatched, l->n_unmatched + 1, sizeof(*v));
    if (!v)
        return;
    l->unmatched = v;
    v[l->n_unmatched].modalias = strdup(modalias);
    v[l->n_unmatched].syspath = strdup(syspath);
    if (v[l->n_unmatched].modalias && v[l->n_unmatched].syspath) {
        l->n_unmatched++;
        return;
    }
    free(v[l->n_unmatched].modalias);
    free(v[l->n_unmatched].syspath);
}

int loader_want_alias(struct loader *l, const char *modalias, const char *syspath)
{
    uint32_t found[MATCHES_MAX];
    size_t n = 0;

    if (l->index)
        n = modindex_match(l->index, modalias, found, ARRAY_SIZE(found));
    if (n == 0 && syspath)
        note_unmatched(l, modalias, syspath);
    for (size_t i = 0; i < MIN(n, ARRAY_SIZE(found)); i++)
        if (!is_listed(l, "modprobe.blacklist", modindex_name(l->index, found[i])))
            want(l, found[i]);
    return (int)n;
}

int loader_want(struct loader *l, const char *name)
{
    uint32_t i;

    if (!l->index)
        return -ENOENT;
    if (modindex_is_builtin(l->index, name))
        return 0;
    if (modindex_find(l->index, name, &i) < 0)
        return -ENOENT;
    want(l, i);
    return 0;
}

static size_t put_text(char *buf, size_t size, size_t at, const char *text)
{
    int n = snprintf(buf + at, size - at, "%s", text);

    return MIN(at + (size_t)n, size - 1);
}

char *loader_options(const struct loader *l, uint32_t module, char *buf, size_t size)
{
    const char *name = modindex_name(l->index, module);
    const char *own = modindex_options(l->index, module);
    size_t at = 0;

    buf[0] = '\0';
    if (own)
        at = put_text(buf, size, at, own);
    for (const struct cmdline_word *w = NULL; (w = cmdline_next(l->cmdline, NULL, w));) {
        const char *dot = strchr(w->key, '.');
        char prefix[64];

        if (w->for_init || !dot || (size_t)(dot - w->key) >= sizeof(prefix))
            continue;
        memcpy(prefix, w->key, (size_t)(dot - w->key));
        prefix[dot - w->key] = '\0';
        if (!cmdline_key_eq(prefix, name))
            continue;
        if (at > 0)
            at = put_text(buf, size, at, " ");
        at = put_text(buf, size, at, dot + 1);
        if (!w->value)
            continue;
        at = put_text(buf, size, at, strpbrk(w->value, " \t") ? "=\"" : "=");
        at = put_text(buf, size, at, w->value);
        if (strpbrk(w->value, " \t"))
            at = put_text(buf, size, at, "\"");
    }
    return buf;
}

static int load_one(const struct loader *l, uint32_t i, bool *ret_no_file)
{
    const char *path = modindex_path(l->index, i);
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    char options[4096];
    int flags = text_has_suffix(path, ".ko") ? 0 : MODULE_INIT_COMPRESSED_FILE, r;

    if (fd < 0) {
        r = -errno;
        *ret_no_file = r == -ENOENT;
        return r;
    }
    r = l->load(fd, loader_options(l, i, options, sizeof(options)), flags);
    return r == -EEXIST ? 0 : r;
}

static int run_chain(void *data, int out_fd)
{
    struct chain *c = data;

    for (size_t i = 0; i < c->n; i++) {
        uint64_t since = clock_now();
        struct report rep = {.module = c->modules[i]};

        rep.error = load_one(c->l, c->modules[i], &rep.no_file);
        rep.usec = clock_now() - since;
        if (write(out_fd, &rep, sizeof(rep)) < 0)
            return 1;
    }
    return 0;
}

/* What the child is at now: the module behind the last one that it reported. */
static void begin_next(struct chain *c)
{
    char what[CHILD_WHAT_MAX];

    if (c->at >= c->n)
        return;
    c->l->modules[c->modules[c->at]].state = LOADER_LOADING;
    snprintf(what, sizeof(what), "loading module '%s'", modindex_name(c->l->index, c->modules[c->at]));
    child_set_what(c->l->children, c->pid, what);
}

static void settle(struct loader *l, uint32_t i, int error)
{
    struct loader_module *m = &l->modules[i];

    m->state = error < 0 ? LOADER_FAILED : LOADER_LOADED;
    m->error = error;
    m->assigned = false;
    l->dirty = true;
    /* ENODEV: the driver looked and its hardware is not there. That is an answer, no failure. */
    if (error == -ENODEV)
        log_debug("module '%s' found no device", modindex_name(l->index, i));
    else if (error < 0)
        log_warning(error, "cannot load module '%s'%s", modindex_name(l->index, i),
                    m->no_file ? ", its file is not in the image" : "");
    l->changed(l->data);
}

static void on_report(void *data, const void *packet, size_t size)
{
    struct chain *c = data;
    struct report rep;

    if (size != sizeof(rep))
        return;
    memcpy(&rep, packet, sizeof(rep));
    if (c->at >= c->n || rep.module != c->modules[c->at])
        return;
    c->at++;
    begin_next(c);
    c->l->modules[rep.module].usec = rep.usec;
    c->l->modules[rep.module].no_file = rep.no_file;
    settle(c->l, rep.module, rep.error);
}

/* A module whose init crashes takes the child with it: that one has failed, the rest goes back to the queue. */
static void on_chain_exit(void *data, int status)
{
    struct chain *c = data;
    struct loader *l = c->l;

    if (c->at < c->n)
        settle(l, c->modules[c->at++], WIFSIGNALED(status) ? -EFAULT : -EIO);
    for (; c->at < c->n; c->at++) {
        struct loader_module *m = &l->modules[c->modules[c->at]];

        m->assigned = false;
        m->state = m->target ? LOADER_WANTED : LOADER_IDLE;
    }
    l->dirty = true;
    free(c);
}

/*
 * What is left to load for a target, in order.
 * Return: how many; 0 when another child is at one of them, so that this has to wait.
 */
static size_t collect(const struct loader *l, uint32_t target, uint32_t *list, size_t room)
{
    uint32_t order[ORDER_MAX];
    size_t n = modindex_load_order(l->index, target, order, ARRAY_SIZE(order)), kept = 0;

    if (n > ARRAY_SIZE(order))
        n = ARRAY_SIZE(order);
    for (size_t i = 0; i < n && kept < room; i++) {
        const struct loader_module *m = &l->modules[order[i]];

        if (m->assigned)
            return 0;
        if (m->state != LOADER_LOADED && m->state != LOADER_FAILED)
            list[kept++] = order[i];
    }
    return kept;
}

static void start_chain(struct loader *l, const uint32_t *list, size_t n)
{
    struct chain *c = malloc(sizeof(*c) + n * sizeof(c->modules[0]));
    char what[CHILD_WHAT_MAX];
    int r = -ENOMEM;

    if (c) {
        *c = (struct chain){.l = l, .n = n};
        memcpy(c->modules, list, n * sizeof(c->modules[0]));
        snprintf(what, sizeof(what), "loading module '%s'", modindex_name(l->index, list[0]));
        r = child_start(l->children,
                        &(struct child_job){.what = what,
                                            .run = run_chain,
                                            .packet = on_report,
                                            .exit = on_chain_exit,
                                            .data = c},
                        &c->pid);
    }
    if (r < 0) {
        free(c);
        for (size_t i = 0; i < n; i++)
            settle(l, list[i], r);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        l->modules[list[i]].assigned = true;
        l->modules[list[i]].state = LOADER_WANTED;
    }
    begin_next(c);
}

void loader_retry(struct loader *l)
{
    for (uint32_t i = 0; i < l->n; i++) {
        struct loader_module *m = &l->modules[i];

        if (m->state != LOADER_FAILED)
            continue;
        m->state = LOADER_IDLE;
        m->error = 0;
        m->no_file = false;
        if (m->target)
            want(l, i);
    }
}

void loader_run(struct loader *l)
{
    if (!l->dirty)
        return;
    l->dirty = false;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t list[ORDER_MAX];
        size_t n;

        if (l->modules[i].state != LOADER_WANTED || l->modules[i].assigned)
            continue;
        n = collect(l, i, list, ARRAY_SIZE(list));
        if (n > 0)
            start_chain(l, list, n);
    }
}

/* What has to be there before a target may fail to load and not matter; what fails of the target itself does. */
static int load_target(struct loader *l, uint32_t target)
{
    uint32_t list[ORDER_MAX];
    size_t n = collect(l, target, list, ARRAY_SIZE(list));

    for (size_t i = 0; i < n; i++) {
        int r = load_one(l, list[i], &l->modules[list[i]].no_file);

        settle(l, list[i], r);
    }
    return l->modules[target].error;
}

int loader_load_here(struct loader *l, const char *alias)
{
    int first = -ENOENT;

    if (loader_want_alias(l, alias, NULL) == 0 && loader_want(l, alias) < 0)
        return -ENOENT;
    if (l->index && modindex_is_builtin(l->index, alias))
        return 0;
    for (uint32_t i = 0; i < l->n; i++) {
        int r;

        if (l->modules[i].state != LOADER_WANTED)
            continue;
        r = load_target(l, i);
        if (first == -ENOENT || first == 0)
            first = r;
    }
    return first;
}

bool loader_is_busy(const struct loader *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->modules[i].state == LOADER_WANTED || l->modules[i].state == LOADER_LOADING)
            return true;
    return false;
}

int loader_alias_state(const struct loader *l, const char *modalias, uint32_t *ret_module)
{
    if (!l->index || modindex_match(l->index, modalias, ret_module, 1) == 0)
        return -ENOENT;
    return (int)l->modules[*ret_module].state;
}

uint32_t loader_cause(const struct loader *l, uint32_t module)
{
    uint32_t order[ORDER_MAX];
    size_t n = modindex_load_order(l->index, module, order, ARRAY_SIZE(order));

    for (size_t i = 0; i < MIN(n, ARRAY_SIZE(order)) && order[i] != module; i++)
        if (l->modules[order[i]].state == LOADER_FAILED)
            return order[i];
    return module;
}
