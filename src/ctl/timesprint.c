/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* times: the line of times.h for a person, or as JSON. */
#include <inttypes.h>

#include "fd.h"
#include "jsonout.h"
#include "log.h"
#include "paths.h"
#include "times.h"

#define BAR_WIDTH 24
#define SLOWEST   5

static const char *stage_name(enum times_stage s)
{
    switch (s) {
    case TIMES_KERNEL:
        return "kernel";
    case TIMES_STAGE1:
        return "stage one";
    case TIMES_STAGE2:
        return "stage two";
    }
    return "?";
}

/* Milliseconds with three digits behind the point: columns line up and small phases do not vanish. */
static char *milliseconds(uint64_t usec, char *buf, size_t size)
{
    snprintf(buf, size, "%" PRIu64 ".%03u", usec / 1000, (unsigned)(usec % 1000));
    return buf;
}

static void print_bar(const struct ctl *ctl, const struct times_phase *p, uint64_t begin, uint64_t total)
{
    unsigned from = total ? (unsigned)((double)(p->from_usec - begin) / (double)total * BAR_WIDTH) : 0;
    unsigned to = total ? (unsigned)((double)(p->to_usec - begin) / (double)total * BAR_WIDTH + 0.5) : 0;

    to = MIN(MAX(to, from + 1), (unsigned)BAR_WIDTH);
    from = MIN(from, to - 1);
    fprintf(ctl->out, "%*s", (int)from, "");
    for (unsigned i = from; i < to; i++)
        fputc('#', ctl->out);
    fputc('\n', ctl->out);
}

static void print_phases(const struct ctl *ctl, const struct times *t)
{
    uint64_t total = times_total(t), sums[TIMES_STAGE2 + 1] = {0};
    char from[32], took[32];

    fprintf(ctl->out, "%s%10s %10s  %-9s  %s%s\n", term_on(&ctl->term, TERM_BOLD), "FROM ms", "TOOK ms", "WHO", "WHAT",
            term_off(&ctl->term, TERM_BOLD));
    for (size_t i = 0; i < t->n_phases; i++) {
        const struct times_phase *p = &t->phases[i];

        sums[p->stage] += p->to_usec - p->from_usec;
        fprintf(ctl->out, "%10s %10s  %-9s  %s", milliseconds(p->from_usec - t->begin_usec, from, sizeof(from)),
                milliseconds(p->to_usec - p->from_usec, took, sizeof(took)), stage_name(p->stage), p->name);
        if (ctl->term.width >= 78 + BAR_WIDTH) {
            fprintf(ctl->out, "%*s", (int)(43 - MIN(strlen(p->name), (size_t)42)), "");
            print_bar(ctl, p, t->begin_usec, total);
        } else
            fputc('\n', ctl->out);
    }
    fprintf(ctl->out, "%10s %10s  in all%s: ", "", milliseconds(total, took, sizeof(took)), t->done ? "" : " so far");
    if (t->begin_usec > 0) {
        fputs("a container, from the start of its PID 1\n", ctl->out);
        return;
    }
    fprintf(ctl->out, "kernel %s", milliseconds(sums[TIMES_KERNEL], from, sizeof(from)));
    if (t->has_handoff)
        fprintf(ctl->out, ", stage one %s", milliseconds(sums[TIMES_STAGE1], from, sizeof(from)));
    fprintf(ctl->out, ", stage two %s\n", milliseconds(sums[TIMES_STAGE2], from, sizeof(from)));
    if (!t->has_handoff)
        fputs("           (no record of stage one: another initramfs, or none)\n", ctl->out);
}

static void print_modules(const struct ctl *ctl, const struct times *t)
{
    uint64_t sum = 0;
    char took[32], name[256];

    if (t->n_modules == 0)
        return;
    fputs("\nModules that stage one loaded (they overlap):\n", ctl->out);
    for (size_t i = 0; i < MIN(t->n_modules, (size_t)TIMES_MODULES); i++) {
        const struct times_module *m = &t->modules[i];

        sum += m->usec;
        fprintf(ctl->out, "%21s  %s%s%s\n", milliseconds(m->usec, took, sizeof(took)),
                text_printable(m->name, name, sizeof(name)), m->error ? ": " : "",
                m->error ? strerrordesc_np(m->error) ?: "failed" : "");
    }
    fprintf(ctl->out, "%21s  in all, %zu modules\n", milliseconds(sum, took, sizeof(took)), t->n_modules);
}

static void print_unit_line(const struct ctl *ctl, const struct times_unit *u, uint64_t begin)
{
    char from[32], took[32], name[512];

    fprintf(ctl->out, "%10s %10s  %s\n", milliseconds(u->from_usec - MIN(begin, u->from_usec), from, sizeof(from)),
            milliseconds(u->to_usec - u->from_usec, took, sizeof(took)),
            text_printable(udb_name(&ctl->view.db, u->unit), name, sizeof(name)));
}

static int by_length(const void *a, const void *b)
{
    const struct times_unit *x = a, *y = b;
    uint64_t lx = x->to_usec - x->from_usec, ly = y->to_usec - y->from_usec;

    if (lx != ly)
        return lx > ly ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void print_units(const struct ctl *ctl, struct times *t)
{
    if (t->n_units == 0)
        return;
    fprintf(ctl->out, "\nUnits, in the order in which they became active%s:\n", ctl->opt.all ? "" : " during the boot");
    for (size_t i = 0; i < t->n_units; i++)
        print_unit_line(ctl, &t->units[i], t->begin_usec);
    if (t->n_units <= SLOWEST)
        return;
    qsort(t->units, t->n_units, sizeof(*t->units), by_length);
    fputs("\nThe slowest:\n", ctl->out);
    for (size_t i = 0; i < SLOWEST; i++)
        print_unit_line(ctl, &t->units[i], t->begin_usec);
}

static void print_json(const struct ctl *ctl, const struct times *t)
{
    struct jsonout j = {.out = ctl->out};

    jsonout_object(&j, NULL);
    jsonout_u64(&j, "total_usec", times_total(t));
    jsonout_u64(&j, "begin_usec", t->begin_usec);
    jsonout_bool(&j, "done", t->done);
    jsonout_bool(&j, "stage_one_known", t->has_handoff);
    jsonout_array(&j, "phases");
    for (size_t i = 0; i < t->n_phases; i++) {
        jsonout_object(&j, NULL);
        jsonout_text(&j, "stage", stage_name(t->phases[i].stage));
        jsonout_text(&j, "name", t->phases[i].name);
        jsonout_u64(&j, "from_usec", t->phases[i].from_usec);
        jsonout_u64(&j, "to_usec", t->phases[i].to_usec);
        jsonout_end(&j);
    }
    jsonout_end(&j);
    jsonout_array(&j, "modules");
    for (size_t i = 0; i < MIN(t->n_modules, (size_t)TIMES_MODULES); i++) {
        jsonout_object(&j, NULL);
        jsonout_text(&j, "module", t->modules[i].name);
        jsonout_u64(&j, "usec", t->modules[i].usec);
        jsonout_i64(&j, "error", t->modules[i].error);
        jsonout_end(&j);
    }
    jsonout_end(&j);
    jsonout_array(&j, "units");
    for (size_t i = 0; i < t->n_units; i++) {
        jsonout_object(&j, NULL);
        jsonout_text(&j, "unit", udb_name(&ctl->view.db, t->units[i].unit));
        jsonout_u64(&j, "from_usec", t->units[i].from_usec);
        jsonout_u64(&j, "to_usec", t->units[i].to_usec);
        jsonout_end(&j);
    }
    jsonout_end(&j);
    jsonout_end(&j);
}

int times_show(struct ctl *ctl, char *const *words)
{
    _cleanup_times_ struct times t = {0};
    _cleanup_free_ char *record = NULL;
    char path[4096];
    size_t size = 0;
    int r;

    if (ctl_map(ctl) < 0)
        return CTL_EXIT_FAILURE;
    snprintf(path, sizeof(path), "%s%s", ctl->dir, strrchr(PATH_HANDOFF, '/'));
    r = fd_read_file(AT_FDCWD, path, HANDOFF_MAX, &record, &size);
    if (r < 0 && r != -ENOENT)
        log_warning(r, "cannot read stage one's record '%s'", path);
    r = times_collect(ctl, record, size, ctl->opt.all, &t);
    if (r < 0)
        return log_error(r, "cannot put the times together");
    if (ctl->opt.json) {
        print_json(ctl, &t);
        return CTL_EXIT_OK;
    }
    print_phases(ctl, &t);
    print_modules(ctl, &t);
    print_units(ctl, &t);
    return CTL_EXIT_OK;
}
