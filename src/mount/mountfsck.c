/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mountfsck.h"

#include <sys/wait.h>

#include "cmdline.h"
#include "log.h"
#include "mountverbs.h"

static bool has_program(const char *name, char *buf, size_t size)
{
    static const char *const dirs[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};

    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        if (snprintf(buf, size, "%s/%s", dirs[i], name) < (int)size && access(buf, X_OK) == 0)
            return true;
    return false;
}

static int run_child(char *const argv[])
{
    pid_t pid = fork();
    int status;

    if (pid < 0)
        return -errno;
    if (pid == 0) {
        execv(argv[0], argv);
        _exit(8); /* "operational error", in fsck's own numbers */
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 8;
}

/* Return: fsck's exit status (bits: 1 corrected, 2 reboot needed, 4 errors left, 8 could not check...); 0 when there was
 * nothing to run; -errno. */
static int run_fsck(const char *device, const char *type)
{
    _cleanup_cmdline_ struct cmdline cmdline = {.n = 0};
    char fsck[64], checker[64], name[48];
    const char *mode = NULL;
    char *argv[10];
    size_t n = 0;

    if (cmdline_read(NULL, &cmdline) >= 0)
        mode = cmdline_get(&cmdline, "fsck.mode");
    if (mode && streq(mode, "skip")) {
        log_info("'%s' is not checked: fsck.mode=skip", device);
        return 0;
    }
    snprintf(name, sizeof(name), "fsck.%s", type);
    if (!has_program("fsck", fsck, sizeof(fsck)) ||
        (!streq(type, "auto") && !has_program(name, checker, sizeof(checker)))) {
        log_info("'%s' is not checked: there is no %s", device, name);
        return 0;
    }
    argv[n++] = fsck;
    argv[n++] = (char *)"-a";
    argv[n++] = (char *)"-T";
    if (isatty(STDOUT_FILENO))
        argv[n++] = (char *)"-C";
    if (mode && streq(mode, "force"))
        argv[n++] = (char *)"-f";
    argv[n++] = (char *)(uintptr_t)device;
    argv[n] = NULL;
    return run_child(argv);
}

int mountfsck_check(const char *device, const char *type)
{
    int status = run_fsck(device, type);

    if (status < 0)
        return (void)log_error(status, "cannot run fsck on '%s'", device), MOUNT_FAILED;
    if (status & 2) {
        (void)log_warning(0, "fsck repaired '%s' in a way that needs a reboot before anything is written", device);
        return MOUNT_REBOOT;
    }
    if (status & 4) {
        (void)log_error(0, "'%s' has errors that fsck does not repair without asking: run fsck by hand", device);
        return MOUNT_FAILED;
    }
    if (status & ~1)
        return (void)log_error(0, "fsck of '%s' failed with exit status %d", device, status), MOUNT_FAILED;
    if (status & 1)
        log_info("fsck repaired '%s'", device);
    return MOUNT_DONE;
}
