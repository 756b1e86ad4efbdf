/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signals.h"

#include <fcntl.h>
#include <linux/kd.h>
#include <linux/reboot.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>

#include "crash.h"
#include "down.h"
#include "drive.h"
#include "keep.h"
#include "log.h"
#include "reap.h"
#include "sys.h"

enum wish {
    WISH_UNIT,      /* start or isolate a target by name */
    WISH_FINAL,     /* go down in order */
    WISH_FINAL_NOW, /* kill, unmount, go */
    WISH_DEBUG_ON,
    WISH_DEBUG_OFF,
};

/* Numbers from SIGRTMIN are glibc's, as systemd's: real-time signal 34. */
static const struct {
    int signal, rtmin;
    enum wish wish;
    enum udb_final final;
    const char *unit;
} wishes[] = {
    {.signal = SIGINT, .wish = WISH_FINAL, .final = UDB_FINAL_REBOOT}, /* ctrl-alt-del */
    {.signal = SIGWINCH, .wish = WISH_UNIT, .unit = "kbrequest.target"},
    {.signal = SIGPWR, .wish = WISH_UNIT, .unit = "sigpwr.target"},
    {.rtmin = 0, .wish = WISH_UNIT, .unit = "default.target"},
    {.rtmin = 1, .wish = WISH_UNIT, .unit = "rescue.target"},
    {.rtmin = 2, .wish = WISH_UNIT, .unit = "emergency.target"},
    {.rtmin = 3, .wish = WISH_FINAL, .final = UDB_FINAL_HALT},
    {.rtmin = 4, .wish = WISH_FINAL, .final = UDB_FINAL_POWEROFF},
    {.rtmin = 5, .wish = WISH_FINAL, .final = UDB_FINAL_REBOOT},
    {.rtmin = 6, .wish = WISH_FINAL, .final = UDB_FINAL_KEXEC},
    {.rtmin = 13, .wish = WISH_FINAL_NOW, .final = UDB_FINAL_HALT},
    {.rtmin = 14, .wish = WISH_FINAL_NOW, .final = UDB_FINAL_POWEROFF},
    {.rtmin = 15, .wish = WISH_FINAL_NOW, .final = UDB_FINAL_REBOOT},
    {.rtmin = 16, .wish = WISH_FINAL_NOW, .final = UDB_FINAL_KEXEC},
    {.rtmin = 22, .wish = WISH_DEBUG_ON},
    {.rtmin = 23, .wish = WISH_DEBUG_OFF},
};

/* Those have a handler, which no mask may keep out (crash.h). */
static void all_but_faults(sigset_t *set)
{
    sigset_t faults;

    crash_signals(&faults);
    sigfillset(set);
    for (int i = 1; i < NSIG; i++)
        if (sigismember(&faults, i) == 1)
            sigdelset(set, i);
}

void signals_block(void)
{
    sigset_t set;

    all_but_faults(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static void start_unit(struct stage2 *s, const char *name)
{
    uint32_t unit = s->has_units ? udb_find(&s->db, name) : UDB_NONE;

    if (unit == UDB_NONE || udb_unit(&s->db, unit)->load != UDB_LOADED) {
        log_info("a signal asked for '%s', which does not exist here", name);
        return;
    }
    (void)drive_event(s, &(struct engine_event){
                             .type = udb_unit(&s->db, unit)->flags & UDB_UNIT_ALLOW_ISOLATE ? ENGINE_EV_ISOLATE
                                                                                          : ENGINE_EV_START,
                             .unit = unit});
}

/* Seven times ctrl-alt-del within two seconds: whoever sits there cannot wait any longer. */
static bool is_impatient(uint64_t now)
{
    static uint64_t begin;
    static unsigned count;

    if (now - begin > 2 * USEC_PER_SEC) {
        begin = now;
        count = 0;
    }
    return ++count >= 7;
}

static void set_log_level(enum log_level level)
{
    keep->log_level = level;
    log_set_level(level);
}

static void take_wish(struct stage2 *s, size_t i)
{
    switch (wishes[i].wish) {
    case WISH_UNIT:
        start_unit(s, wishes[i].unit);
        break;
    case WISH_FINAL:
        if (wishes[i].signal == SIGINT && is_impatient(sys.now()))
            down_begin(s, wishes[i].final);
        else
            (void)drive_final(s, wishes[i].final);
        break;
    case WISH_FINAL_NOW:
        down_begin(s, wishes[i].final);
        break;
    case WISH_DEBUG_ON:
        set_log_level(LOG_LEVEL_DEBUG);
        break;
    case WISH_DEBUG_OFF:
        set_log_level(LOG_LEVEL_INFO);
        break;
    }
}

static void take_signal(struct stage2 *s, int signal)
{
    if (signal == SIGTERM && s->container) { /* what docker stop and kubernetes send */
        (void)drive_final(s, UDB_FINAL_EXIT);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
        int number = wishes[i].signal != 0 ? wishes[i].signal : SIGRTMIN + wishes[i].rtmin;

        if (number == signal) {
            take_wish(s, i);
            return;
        }
    }
    log_debug("signal %d asks for nothing", signal);
}

static void on_signal(void *data, int fd, uint32_t events _unused_)
{
    struct stage2 *s = data;
    struct signalfd_siginfo si[16];
    ssize_t n = sys.read(fd, si, sizeof(si));

    for (size_t i = 0; n > 0 && i < (size_t)n / sizeof(si[0]); i++) {
        if (si[i].ssi_signo == SIGCHLD)
            reap_child(s, (pid_t)si[i].ssi_pid); /* one signal may stand for many: the others come in the next round */
        else
            take_signal(s, (int)si[i].ssi_signo);
    }
}

static void catch_keys(void)
{
    int fd;

    if (sys.reboot(LINUX_REBOOT_CMD_CAD_OFF) < 0) /* from now on the kernel sends SIGINT instead of rebooting */
        return;
    fd = sys.open("/dev/tty0", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
    if (fd >= 0) {
        (void)ioctl(fd, KDSIGACCEPT, SIGWINCH); /* alt-up: kbrequest */
        (void)sys.close(fd);
    }
}

int signals_init(struct stage2 *s)
{
    sigset_t set;
    int fd, r;

    all_but_faults(&set);
    /* Blocked it would be queued although it is ignored, once for each line of a log that nobody reads any more. */
    sigdelset(&set, SIGPIPE);
    sigprocmask(SIG_SETMASK, &set, NULL);
    signal(SIGPIPE, SIG_IGN); /* inherited by services (IgnoreSIGPIPE=yes); pintle-exec undoes it */
    signal(SIGCHLD, SIG_DFL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    r = loop_add(&s->loop, fd, EPOLLIN, LOOP_PRIO_CHILD, on_signal, s, NULL);
    if (r < 0)
        return r;
    if (!s->container)
        catch_keys();
    return 0;
}
