/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "console.h"

#include <stdarg.h>

#include "down.h"
#include "keep.h"
#include "log.h"
#include "sys.h"
#include "text.h"

#define FIRST_LOOK (3 * USEC_PER_SEC)
#define NEXT_LOOK  (2 * USEC_PER_SEC) /* while nothing is worth a word; then what was said stands for 5 s */
#define NEXT_WORD  (5 * USEC_PER_SEC)
#define SHOWN_MAX  3

static loop_id timer;

void console_say(struct stage2 *s, const char *format, ...)
{
    char line[512];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(line, sizeof(line) - 1, format, ap);
    va_end(ap);
    if (!s->kmsg) {
        log_info("%s", line);
        return;
    }
    n = MIN(n, (int)sizeof(line) - 2);
    line[n++] = '\r'; /* a getty may have the terminal in raw mode by now */
    line[n++] = '\n';
    (void)sys.write(STDERR_FILENO, line, (size_t)n); /* the console, non-blocking: a stopped terminal loses the line */
}

static uint64_t waited_since(const struct run_unit *u)
{
    return u->job == RUN_JOB_START ? MAX(u->start_usec, u->job_usec) : MAX(u->stop_usec, u->job_usec);
}

/* Under way, and for so long that a person begins to wonder. */
static bool is_waited_for(const struct run_unit *u, uint64_t now)
{
    enum run_active a = run_state_active((enum run_state)u->state);

    return u->job != RUN_JOB_NONE && (a == RUN_ACTIVE_ACTIVATING || a == RUN_ACTIVE_DEACTIVATING) &&
           waited_since(u) + FIRST_LOOK <= now;
}

static size_t describe(struct stage2 *s, uint32_t unit, uint64_t now, char *buf, size_t size)
{
    const struct run_unit *u = runtab_unit(&s->table, unit);
    uint64_t since = waited_since(u);
    char so_far[32], limit[32] = "no limit";
    int n;

    text_format_usec((now > since ? now - since : 0) / USEC_PER_SEC * USEC_PER_SEC, so_far, sizeof(so_far));
    if (u->heap_pos != RUN_NONE && u->deadline_usec != USEC_INFINITY && u->deadline_usec > since) {
        text_format_usec((u->deadline_usec - since + USEC_PER_SEC / 2) / USEC_PER_SEC * USEC_PER_SEC, limit,
                         sizeof(limit));
        n = snprintf(buf, size, "%s (%s of %s)", udb_name(&s->db, unit), so_far, limit);
    } else
        n = snprintf(buf, size, "%s (%s, %s)", udb_name(&s->db, unit), so_far, limit);
    n = MIN(n, (int)size - 1);
    if (*runtab_text(&s->table, unit)->status) { /* what it says of itself */
        char said[RUN_STATUS_TEXT + 1];

        snprintf(said, sizeof(said), "%.*s", RUN_STATUS_TEXT, runtab_text(&s->table, unit)->status);
        n += snprintf(buf + n, size - (size_t)n, ": ");
        n = MIN(n, (int)size - 1);
        text_printable(said, buf + n, size - (size_t)n);
        n += (int)strlen(buf + n);
    }
    return (size_t)n;
}

/* While going down: what ends the waiting. */
static const char *describe_down(struct stage2 *s, uint64_t now, char *buf, size_t size)
{
    uint64_t limit = down_limit(s);
    char span[32];

    buf[0] = '\0';
    if (limit == USEC_INFINITY || limit <= now)
        return buf;
    text_format_usec((limit - now + USEC_PER_SEC - 1) / USEC_PER_SEC * USEC_PER_SEC, span, sizeof(span));
    snprintf(buf, size, "; what has not stopped is killed in %s%s", span,
             s->container ? "" : ", at once by 'poweroff -f' or seven times ctrl-alt-del");
    return buf;
}

static void on_timer(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;
    uint64_t now = sys.now();
    uint32_t n_waited = 0;
    char line[400], down[160];
    size_t n = 0;

    timer = 0;
    if (!s->has_units || s->table.header->n_jobs == 0)
        return;
    line[0] = '\0';
    for (uint32_t i = 0; i < udb_count(&s->db); i++) {
        if (!is_waited_for(runtab_unit(&s->table, i), now) || n_waited++ >= SHOWN_MAX)
            continue;
        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s", n > 0 ? ", " : "");
        n = MIN(n, sizeof(line) - 1);
        n += describe(s, i, now, line + n, sizeof(line) - n);
    }
    if (n_waited > SHOWN_MAX)
        console_say(s, "waiting for %s and %u more%s", line, n_waited - SHOWN_MAX,
                    describe_down(s, now, down, sizeof(down)));
    else if (n_waited > 0)
        console_say(s, "waiting for %s%s", line, describe_down(s, now, down, sizeof(down)));
    (void)loop_add_timer(&s->loop, now + (n_waited > 0 ? NEXT_WORD : NEXT_LOOK), LOOP_PRIO_IDLE, on_timer, s, &timer);
}

void console_init(struct stage2 *s)
{
    (void)loop_add_timer(&s->loop, keep->t_early + FIRST_LOOK, LOOP_PRIO_IDLE, on_timer, s, &timer);
}

void console_tick(struct stage2 *s)
{
    if (timer == 0 && s->table.header->n_jobs > 0)
        (void)loop_add_timer(&s->loop, sys.now() + FIRST_LOOK, LOOP_PRIO_IDLE, on_timer, s, &timer);
}

void console_boot_done(struct stage2 *s, uint32_t unit, enum run_result result)
{
    char span[32];
    const char *name = unit == RUN_NONE ? "default.target" : udb_name(&s->db, unit);

    if (result == RUN_RESULT_SUCCESS) {
        log_info("reached %s %s after PID 1 began; %u units failed", name,
                 text_format_usec(sys.now() - keep->t_start, span, sizeof(span)), s->table.header->n_failed);
        return;
    }
    if (result == RUN_RESULT_CANCELED) {
        log_info("%s is no longer what this boot is to reach", name);
        return;
    }
    (void)log_error(0, "the boot did not reach %s (%s)", name, run_result_name(result));
    for (uint32_t i = 0, shown = 0; i < udb_count(&s->db) && shown < 8; i++)
        if (runtab_unit(&s->table, i)->state == RUN_FAILED) {
            const char *reason = runtab_text(&s->table, i)->reason;

            console_say(s, "  failed: %s%s%.*s", udb_name(&s->db, i), *reason ? ": " : "", RUN_REASON_TEXT, reason);
            shown++;
        }
    console_say(s, "  look: pintlectl status UNIT, pintlectl list --failed; go on: pintlectl start %s", name);
}
