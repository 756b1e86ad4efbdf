/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spawnenv.h"

#include <inttypes.h>
#include <signal.h>

#include "notify.h"
#include "text.h"

#define DYNAMIC_MAX 8

static char **argv_room, **env_room;
static uint32_t argv_most, env_most; /* what there is room for: never less than before, the reload may yet be refused */

/* What changes from spawn to spawn. One child at a time execs, so one set is enough. */
static struct {
    char notify[sizeof("NOTIFY_SOCKET=") + NOTIFY_PATH_MAX];
    char mainpid[32];
    char invocation[48];
    char watchdog[48];
    char result[48];
    char exit_code[32];
    char exit_status[32];
} text;

int spawnenv_prepare(const struct udb *db)
{
    uint32_t args = argv_most, vars = env_most;
    char **a, **e;

    for (uint32_t i = 0; i < db->header->commands.count; i++)
        args = MAX(args, udb_command(db, i)->argv.count);
    for (uint32_t i = 0; i < udb_count(db); i++)
        if (udb_service(db, i))
            vars = MAX(vars, udb_service(db, i)->environment.count);
    a = calloc((size_t)args + 1, sizeof(*a));
    e = calloc((size_t)vars + DYNAMIC_MAX + 1, sizeof(*e));
    if (!a || !e) {
        free(a);
        free(e);
        return -ENOMEM;
    }
    free(argv_room);
    free(env_room);
    argv_room = a;
    env_room = e;
    argv_most = args;
    env_most = vars;
    return 0;
}

char *const *spawnenv_argv(struct stage2 *s, const struct udb_command *cmd)
{
    for (uint32_t i = 0; i < cmd->argv.count; i++)
        argv_room[i] = (char *)(uintptr_t)udb_str(&s->db, &cmd->argv, i);
    argv_room[cmd->argv.count] = NULL;
    return argv_room;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9); /* splitmix64's finisher */
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The same for all processes of one life, another for each life, and no system call: from the boot's random seed. */
static char *invocation_id(struct stage2 *s, uint32_t unit)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);
    const uint64_t *seed = s->table.header->seed;
    uint64_t a = mix(seed[0] ^ mix(u->start_usec + unit)), b = mix(seed[1] + mix(a ^ u->start_usec));

    snprintf(text.invocation, sizeof(text.invocation), "INVOCATION_ID=%016" PRIx64 "%016" PRIx64, a, b);
    return text.invocation;
}

static size_t add_exit(struct stage2 *s, uint32_t unit, char **env)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);
    size_t n = 0;

    snprintf(text.result, sizeof(text.result), "SERVICE_RESULT=%s", run_result_name((enum run_result)u->result));
    env[n++] = text.result;
    if (u->exit_code == 0)
        return n;
    if (u->exit_code == CLD_EXITED)
        snprintf(text.exit_status, sizeof(text.exit_status), "EXIT_STATUS=%d", u->exit_status);
    else
        snprintf(text.exit_status, sizeof(text.exit_status), "EXIT_STATUS=%s", sigabbrev_np(u->exit_status) ?: "?");
    snprintf(text.exit_code, sizeof(text.exit_code), "EXIT_CODE=%s",
             u->exit_code == CLD_EXITED   ? "exited"
             : u->exit_code == CLD_DUMPED ? "dumped"
                                          : "killed");
    env[n++] = text.exit_code;
    env[n++] = text.exit_status;
    return n;
}

char *const *spawnenv_of(struct stage2 *s, uint32_t unit, enum udb_exec kind)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);
    const struct udb_service *svc = udb_service(&s->db, unit);
    size_t n = 0;

    for (uint32_t i = 0; svc && i < svc->environment.count; i++)
        env_room[n++] = (char *)(uintptr_t)udb_str(&s->db, &svc->environment, i);
    env_room[n++] = invocation_id(s, unit);
    if (u->notify_fd >= 0 && notify_path(u->notify_fd, text.notify + 14, NOTIFY_PATH_MAX) == 0) {
        memcpy(text.notify, "NOTIFY_SOCKET=", 14);
        env_room[n++] = text.notify;
    }
    if (u->main_pid > 0) {
        snprintf(text.mainpid, sizeof(text.mainpid), "MAINPID=%d", (int)u->main_pid);
        env_room[n++] = text.mainpid;
    }
    if (svc && svc->watchdog_usec > 0 && svc->watchdog_usec != USEC_INFINITY) {
        snprintf(text.watchdog, sizeof(text.watchdog), "WATCHDOG_USEC=%" PRIu64, svc->watchdog_usec);
        env_room[n++] = text.watchdog;
    }
    if (kind == UDB_EXEC_STOP || kind == UDB_EXEC_STOP_POST)
        n += add_exit(s, unit, env_room + n);
    env_room[n] = NULL;
    return env_room;
}
