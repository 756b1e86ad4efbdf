/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checking.h"

#include "fsck.h"
#include "log.h"
#include "stage1.h"

static int run_fsck(void *data, int out_fd)
{
    struct stage1 *s = data;
    struct fsck_command cmd;

    if (fsck_command(&s->cmdline, FSCK_DIR, s->mounting.device->info.type, s->root.source, &cmd) < 0)
        return 16;
    /* fsck.ext4 and others say what they do on the console: a long check is watched, not guessed at. */
    return child_exec(cmd.argv);
}

static void fail_check(struct stage1 *s, int status)
{
    struct fail f = {.kind = FAIL_CHECK, .error = -EUCLEAN};

    fail_wanted(&f, "'%s' checked before it is mounted", s->root.source);
    fail_found(&f, "fsck.%s ended with status %d: %s", s->mounting.device->info.type, status, fsck_explain(status));
    fail_todo(&f, "open a shell and run /sbin/fsck.%s %s; or go on without a check: fsck.mode=skip",
              s->mounting.device->info.type, s->root.source);
    (void)fail_with(s, &f);
}

static void on_fsck_exit(void *data, int wait_status)
{
    struct stage1 *s = data;

    if (s->state != BOOT_CHECKING)
        return;
    switch (fsck_verdict(wait_status, &s->root.fsck_status)) {
    case FSCK_CLEAN:
        if (s->root.fsck_status == 1)
            stage1_warn(s, 0, "errors on '%s' were repaired", s->root.source);
        s->state = BOOT_MOUNTING;
        break;
    case FSCK_REBOOT:
        fail_reboot(s, "the root was repaired and the checker asks for a restart");
    case FSCK_BROKEN:
        fail_check(s, s->root.fsck_status);
        break;
    }
}

int checking_begin(struct stage1 *s)
{
    struct fsck_command cmd;
    char what[CHILD_WHAT_MAX];
    int r;

    s->root.fsck_status = -1;
    if (fsck_mode(&s->cmdline) == FSCK_SKIP ||
        fsck_command(&s->cmdline, FSCK_DIR, s->mounting.device->info.type, s->root.source, &cmd) < 0)
        return 0;
    snprintf(what, sizeof(what), "checking '%.80s'", s->root.source);
    r = child_start(&s->children,
                    &(struct child_job){.what = what, .run = run_fsck, .exit = on_fsck_exit, .data = s}, NULL);
    if (r < 0)
        return stage1_warn(s, r, "cannot check '%s', it is mounted unchecked", s->root.source);
    s->state = BOOT_CHECKING;
    return 1;
}
