/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spawnslot.h"

#include <sys/mman.h>

#include "clonerun.h"
#include "execproto.h"
#include "rawcall.h"
#include "record.h"

/* A child needs some hundred bytes: it makes system calls, and no signal handler ever runs in it. */
#define STACK_SIZE 2048
#define SLOT_SIZE  8192

struct slot {
    uint8_t stack[STACK_SIZE] __attribute__((aligned(16)));
    struct childsetup setup;
    char room[SLOT_SIZE - STACK_SIZE - sizeof(struct childsetup)]; /* the arrays, behind them the texts */
} __attribute__((aligned(4096)));
_Static_assert(sizeof(struct slot) == SLOT_SIZE, "a slot is whole pages, so that it can be given back");

/* Apart from the slots, so that looking for a free one touches no page of those that were never needed. */
static struct head {
    uint32_t busy; /* cleared by the kernel; read atomically */
    pid_t pid;     /* of the last child, which may have left long ago */
    int error;     /* written by the child before it exits */
} heads[SPAWNSLOT_COUNT];
static struct slot slots[SPAWNSLOT_COUNT];

static bool is_busy(const struct head *h)
{
    return __atomic_load_n(&h->busy, __ATOMIC_ACQUIRE) != 0;
}

static bool is_free(const struct head *h)
{
    return !is_busy(h) && h->error == 0;
}

/* --- copies --- */

static size_t list_size(char *const *list)
{
    size_t size = sizeof(char *);

    for (; *list; list++)
        size += sizeof(char *) + strlen(*list) + 1;
    return size;
}

static struct head *find_free(void)
{
    for (size_t i = 0; RAWCALL_IS_RAW && i < SPAWNSLOT_COUNT; i++)
        if (is_free(&heads[i]))
            return &heads[i];
    return NULL;
}

bool spawnslot_fits(const struct childsetup *c)
{
    return find_free() && strlen(c->path) + 1 + list_size(c->argv) + list_size(c->envp) <= sizeof(slots[0].room);
}

/* @text: where the next text goes, moved on. */
static char *copy_text(char **text, const char *from)
{
    size_t size = strlen(from) + 1;
    char *at = memcpy(*text, from, size);

    *text += size;
    return at;
}

static void copy_list(char **to, char **text, char *const *from)
{
    while (*from)
        *to++ = copy_text(text, *from++);
    *to = NULL;
}

/* spawnslot_fits has said that there is room. */
static void fill(struct slot *slot, const struct childsetup *c)
{
    char **argv = (char **)(void *)slot->room, **envp = argv, **end;
    char *text;

    for (char *const *p = c->argv; *p; p++)
        envp++;
    end = ++envp;
    for (char *const *p = c->envp; *p; p++)
        end++;
    text = (char *)(end + 1);
    slot->setup = *c;
    slot->setup.path = copy_text(&text, c->path);
    slot->setup.argv = argv;
    slot->setup.envp = envp;
    copy_list(argv, &text, c->argv);
    copy_list(envp, &text, c->envp);
}

/* --- children --- */

/* In PID 1's memory. */
_noreturn_ static int run_shared(void *arg)
{
    struct head *h = arg;

    h->error = childsetup_exec(&slots[h - heads].setup);
    for (;;)
        (void)rawcall(SYS_exit_group, CHILD_EXIT_EXEC, 0, 0, 0);
}

/* In memory of its own: it may do what any child of fork may. */
_noreturn_ static int run_copied(void *arg)
{
    struct childsetup *c = arg;
    int error = childsetup_exec(c);
    uint8_t buf[EXECPROTO_REPORT_MAX];
    struct record_writer w;
    char text[EXECPROTO_REPORT_MAX - 64];
    ssize_t size;

    if (c->report) {
        snprintf(text, sizeof(text), "cannot execute '%s': %s", c->path, strerrordesc_np(error) ?: "unknown error");
        record_begin(&w, buf, sizeof(buf));
        record_put_u32(&w, EXECPROTO_ERRNO, (uint32_t)error);
        record_put_text(&w, EXECPROTO_TEXT, text);
        size = record_finish(&w);
        if (size < 0 || write(EXECPROTO_FD_REPORT, buf, (size_t)size) != size) {
            /* PID 1 sees the exit status. */
        }
    }
    _exit(CHILD_EXIT_EXEC);
}

int spawnslot_start(const struct childsetup *c, int cgroup_fd, pid_t *pid_at)
{
    struct head *h = spawnslot_fits(c) ? find_free() : NULL;
    struct slot *slot;
    struct clonerun how = {.fn = run_shared, .arg = h, .cgroup_fd = cgroup_fd};
    pid_t pid;

    if (!h)
        return -ENOBUFS;
    slot = &slots[h - heads];
    fill(slot, c);
    how.setup = &slot->setup;
    how.stack = slot->stack;
    how.stack_size = sizeof(slot->stack);
    how.busy = &h->busy;
    h->busy = 1;
    pid = clonerun_start(&how, pid_at);
    if (pid < 0) {
        h->busy = 0;
        return pid;
    }
    h->pid = pid;
    return 0;
}

int spawnslot_start_copy(const struct childsetup *c, int cgroup_fd, pid_t *pid_at)
{
    struct childsetup setup = *c;
    struct clonerun how = {.fn = run_copied, .arg = &setup, .setup = &setup, .cgroup_fd = cgroup_fd};
    pid_t pid;

    pid = clonerun_start(&how, pid_at);
    return pid < 0 ? pid : 0;
}

static struct head *find(pid_t pid)
{
    for (size_t i = 0; i < SPAWNSLOT_COUNT; i++)
        if (heads[i].pid == pid && !is_free(&heads[i]))
            return &heads[i];
    return NULL;
}

bool spawnslot_in_flight(pid_t pid)
{
    return find(pid) != NULL;
}

int spawnslot_error(pid_t pid, const char **ret_path)
{
    const struct head *h = find(pid);

    if (!h || h->error == 0)
        return 0;
    if (ret_path)
        *ret_path = slots[h - heads].setup.path;
    return h->error;
}

/* Until 5.15 the kernel does not clear the word of a child that dumps core: then it is cleared here. */
void spawnslot_reaped(pid_t pid)
{
    struct head *h = find(pid);

    if (!h)
        return;
    h->busy = 0;
    h->error = 0;
}

void spawnslot_trim(void)
{
    for (size_t i = 0; i < SPAWNSLOT_COUNT; i++)
        if (is_free(&heads[i]))
            (void)madvise(&slots[i], sizeof(slots[i]), MADV_DONTNEED);
}
