/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Going down: the verbs, and the programs poweroff, reboot, halt and shutdown. */
#include <getopt.h>
#include <linux/reboot.h>

#include "client.h"
#include "ctl.h"
#include "log.h"
#include "sys.h"

static const struct {
    const char *name;
    enum udb_final final;
    int command;
} ways[] = {
    {"poweroff", UDB_FINAL_POWEROFF, (int)LINUX_REBOOT_CMD_POWER_OFF},
    {"reboot", UDB_FINAL_REBOOT, LINUX_REBOOT_CMD_RESTART},
    {"halt", UDB_FINAL_HALT, (int)LINUX_REBOOT_CMD_HALT},
};

/* Twice --force: the kernel does it now. Nothing is stopped, nothing unmounted; what is in the caches is written. */
static int go_at_once(size_t way)
{
    int r;

    sync();
    r = sys.reboot(ways[way].command);
    if (r == -EPERM) {
        log_error(0, "only root may %s the machine; try it with sudo", ways[way].name);
        return CTL_EXIT_NO_PERMISSION;
    }
    if (r < 0)
        return log_error(r, "the kernel refuses to %s", ways[way].name);
    return CTL_EXIT_OK;
}

static int go(struct ctl *ctl, enum udb_final final)
{
    struct control_answer a;
    size_t way = 0;
    int r;

    while (way + 1 < ARRAY_SIZE(ways) && ways[way].final != final)
        way++;
    if (ctl->opt.force >= 2)
        return go_at_once(way);
    r = client_request(ctl, ctl->opt.force ? CONTROL_OP_FINAL_NOW : CONTROL_OP_FINAL, NULL, UDB_NONE,
                       (uint32_t)final << 8 | CONTROL_FLAG_IRREVERSIBLE, &a);
    if (r < 0) {
        client_explain(ctl, r);
        if (r != -EACCES && r != -EPERM)
            log_info("'%s -ff' asks the kernel, without stopping anything first", ways[way].name);
        return r == -ENOENT ? CTL_EXIT_FAILURE : ctl_exit_status(r);
    }
    if (a.error < 0) {
        log_error(a.message[0] ? 0 : a.error, "PID 1 refuses to %s%s%s", ways[way].name, a.message[0] ? ": " : "",
                  a.message);
        return ctl_exit_status(a.error);
    }
    return CTL_EXIT_OK;
}

static enum udb_final final_of(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
        if (streq(ways[i].name, name))
            return ways[i].final;
    return UDB_FINAL_NONE;
}

int final_go(struct ctl *ctl, char *const *words)
{
    return go(ctl, final_of(ctl->verb));
}

static int usage(const struct ctl *ctl, bool is_shutdown, int status)
{
    if (is_shutdown)
        fputs("Usage: shutdown [-h|-P|-H|-r] now\n\n"
              "  -h, -P  power off (the default)\n  -H      halt\n  -r      reboot\n\n"
              "Now is the only time that this version knows.\n",
              ctl->out);
    else
        fprintf(ctl->out,
                "Usage: %s [-f]\n\n"
                "  -f             do not stop services in order: kill, unmount, go\n"
                "  -ff            ask the kernel at once: nothing is stopped or unmounted\n"
                "  -p, --poweroff, --reboot, --halt\n                 do that instead\n"
                "  -h, --help     this text\n",
                ctl->program);
    return status;
}

/* poweroff, reboot, halt: options of systemd's and sysvinit's that scripts use are taken, with no effect where we have none. */
static int main_of_three(struct ctl *ctl, int argc, char **argv)
{
    static const struct option longs[] = {
        {"force", no_argument, NULL, 'f'},   {"poweroff", no_argument, NULL, 'p'}, {"reboot", no_argument, NULL, 'R'},
        {"halt", no_argument, NULL, 'H'},    {"help", no_argument, NULL, 'h'},     {"no-wall", no_argument, NULL, 'd'},
        {"no-wtmp", no_argument, NULL, 'd'}, {"wtmp-only", no_argument, NULL, 'w'}, {NULL, 0, NULL, 0},
    };
    enum udb_final final = final_of(ctl->program);
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, "fpdniwh", longs, NULL)) >= 0) {
        switch (c) {
        case 'f':
            ctl->opt.force++;
            break;
        case 'p':
            final = UDB_FINAL_POWEROFF;
            break;
        case 'R':
            final = UDB_FINAL_REBOOT;
            break;
        case 'H':
            final = UDB_FINAL_HALT;
            break;
        case 'w': /* only writes a wtmp entry, which we leave to others: nothing is done */
            return CTL_EXIT_OK;
        case 'h':
            return usage(ctl, false, CTL_EXIT_OK);
        case 'd':
        case 'n':
        case 'i':
            break;
        default:
            return CTL_EXIT_USAGE;
        }
    }
    if (argv[optind]) {
        log_error(0, "'%s' is not understood; see %s --help", argv[optind], ctl->program);
        return CTL_EXIT_USAGE;
    }
    return go(ctl, final);
}

static int main_of_shutdown(struct ctl *ctl, int argc, char **argv)
{
    static const struct option longs[] = {
        {"poweroff", no_argument, NULL, 'P'}, {"reboot", no_argument, NULL, 'r'}, {"halt", no_argument, NULL, 'H'},
        {"help", no_argument, NULL, 'E'},     {"no-wall", no_argument, NULL, 'q'}, {NULL, 0, NULL, 0},
    };
    enum udb_final final = UDB_FINAL_POWEROFF;
    const char *when;
    int c;

    optind = 0;
    while ((c = getopt_long(argc, argv, "hPHrkcfFa", longs, NULL)) >= 0) {
        switch (c) {
        case 'h':
        case 'P':
            final = UDB_FINAL_POWEROFF;
            break;
        case 'H':
            final = UDB_FINAL_HALT;
            break;
        case 'r':
            final = UDB_FINAL_REBOOT;
            break;
        case 'E':
            return usage(ctl, true, CTL_EXIT_OK);
        case 'c':
            log_error(0, "there is no shutdown to cancel: this version goes down now or not at all");
            return CTL_EXIT_FAILURE;
        case 'k':
            log_error(0, "-k (only warn) is not supported");
            return CTL_EXIT_NOT_IMPLEMENTED;
        case 'f':
        case 'F':
        case 'a':
        case 'q':
            break;
        default:
            return CTL_EXIT_USAGE;
        }
    }
    when = argv[optind];
    if (!when || (!streq(when, "now") && !streq(when, "+0") && !streq(when, "0"))) {
        log_error(0, "'%s' is not supported: the only time that this version knows is 'now'; nothing was done",
                  when ?: "in a minute, the usual meaning of no time,");
        return CTL_EXIT_NOT_IMPLEMENTED;
    }
    return go(ctl, final);
}

int final_main(struct ctl *ctl, int argc, char **argv)
{
    ctl->verb = ctl->program;
    return streq(ctl->program, "shutdown") ? main_of_shutdown(ctl, argc, argv) : main_of_three(ctl, argc, argv);
}
