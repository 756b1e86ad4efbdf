/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * execproto - what PID 1 and pintle-exec agree on.
 *
 * PID 1 starts it as one of
 *     pintle-exec UNIT KIND LINE NAME      become the command LINE of the kind KIND (enum udb_exec) of the unit
 *     pintle-exec --conditions UNIT NAME   judge Condition*= and Assert*=: exit EXECPROTO_MET...
 *     pintle-exec --cleanup UNIT NAME      remove RuntimeDirectory= of a service that has stopped
 * with UNIT an index into the database at descriptor EXECPROTO_FD_DB, and NAME for people who look at ps. Its environment
 * is the one PID 1 would have given to the program itself.
 *
 * At EXECPROTO_FD_REPORT is the writing end of a pipe. What fails is said there in one record (base/record.h), then
 * pintle-exec exits with systemd's code for that step. The end of the pipe without a record says that the program
 * runs: pintle-exec makes both descriptors close-on-exec first of all.
 */
#pragma once

#define EXECPROTO_FD_DB     3
#define EXECPROTO_FD_REPORT 4

#define EXECPROTO_REPORT_MAX 512 /* bytes; below PIPE_BUF, so a report comes whole */

enum execproto_report {
    EXECPROTO_ERRNO = 1, /* u32: positive errno, 0 when no call failed */
    EXECPROTO_TEXT = 2,  /* what failed, for a person, the reason included */
    EXECPROTO_STEP = 3,  /* text: systemd's name of the step: "EXEC", "USER", "CHDIR" */
};

/* How --conditions ends. */
enum execproto_verdict {
    EXECPROTO_MET = 0,
    EXECPROTO_SKIP = 1,          /* a condition is not met: the start is skipped, which counts as done */
    EXECPROTO_ASSERT_FAILED = 2, /* an assertion is not met: the start fails */
};
