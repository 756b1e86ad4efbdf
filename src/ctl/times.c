/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "times.h"

struct stamp {
    enum times_stage stage; /* of the phase that ends here */
    const char *name;
    uint64_t usec; /* 0: missing */
};

/* The stamps of the handoff, in the order in which they are mostly reached. */
static const struct {
    enum handoff_tag tag;
    enum times_stage stage;
    const char *name;
} handoff_stamps[] = {
    {HANDOFF_T_START, TIMES_KERNEL, "kernel, until stage one runs"},
    {HANDOFF_T_EARLY, TIMES_STAGE1, "kernel's file systems, command line"},
    {HANDOFF_T_COLDPLUG, TIMES_STAGE1, "devices that were there, their modules"},
    {HANDOFF_T_ROOT_FOUND, TIMES_STAGE1, "until the root's device appeared"},
    {HANDOFF_T_MOUNTED, TIMES_STAGE1, "root checked and mounted"},
    {HANDOFF_T_PIVOT, TIMES_STAGE1, "pivot"},
    {HANDOFF_T_EXEC, TIMES_STAGE1, "handing over"},
};

static void take_module(struct times *t, const struct record_entry *e)
{
    char text[128], *usec, *error;
    struct times_module *m;
    uint32_t number = 0;

    if (t->n_modules++ >= TIMES_MODULES)
        return;
    m = &t->modules[t->n_modules - 1];
    record_text(e, text, sizeof(text));
    usec = strchr(text, ' ');
    error = usec ? strchr(usec + 1, ' ') : NULL;
    if (usec)
        *usec++ = '\0';
    if (error)
        *error++ = '\0';
    text_copy(m->name, sizeof(m->name), text);
    if (usec)
        (void)text_parse_u64(usec, 10, &m->usec);
    if (error && text_parse_u32(error + (*error == '-'), 10, &number) >= 0)
        m->error = (int)MIN(number, 4095u);
}

static void read_record(struct times *t, const void *record, size_t size, struct stamp *stamps)
{
    struct record_reader rd;
    struct record_entry e;

    if (!record || record_open(&rd, record, size) < 0)
        return;
    t->has_handoff = true;
    while (record_next(&rd, &e)) {
        for (size_t i = 0; i < ARRAY_SIZE(handoff_stamps); i++)
            if (e.tag == handoff_stamps[i].tag)
                stamps[i].usec = record_u64(&e); /* a repeated tag is a second try: the last counts */
        if (e.tag == HANDOFF_MODULE)
            take_module(t, &e);
    }
}

/* By time; equal ones stay in their order. A handful of entries. */
static void sort_stamps(struct stamp *s, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && s[k - 1].usec > s[k].usec; k--) {
            struct stamp swap = s[k];

            s[k] = s[k - 1];
            s[k - 1] = swap;
        }
}

static void make_phases(struct times *t, struct stamp *stamps, size_t n)
{
    uint64_t from = t->begin_usec;

    sort_stamps(stamps, n);
    for (size_t i = 0; i < n; i++) {
        if (stamps[i].usec <= t->begin_usec)
            continue;
        t->phases[t->n_phases++] = (struct times_phase){
            .stage = stamps[i].stage, .name = stamps[i].name, .from_usec = from, .to_usec = stamps[i].usec};
        from = stamps[i].usec;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct times_unit *x = a, *y = b;

    if (x->to_usec != y->to_usec)
        return x->to_usec < y->to_usec ? -1 : 1;
    return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static int collect_units(const struct ctl *ctl, struct times *t, uint64_t until)
{
    t->units = calloc((size_t)view_count(&ctl->view) + 1, sizeof(*t->units));
    if (!t->units)
        return -ENOMEM;
    for (uint32_t i = 0; i < view_count(&ctl->view); i++) {
        struct run_unit u;

        view_unit(&ctl->view, i, &u, NULL);
        if (u.active_usec == 0 || u.active_usec > until)
            continue;
        t->units[t->n_units++] = (struct times_unit){
            .unit = i,
            .from_usec = u.start_usec > 0 && u.start_usec <= u.active_usec ? u.start_usec : u.active_usec,
            .to_usec = u.active_usec,
        };
    }
    qsort(t->units, t->n_units, sizeof(*t->units), by_time);
    return 0;
}

int times_collect(const struct ctl *ctl, const void *record, size_t record_size, bool everything, struct times *ret_times)
{
    const struct runtab_header *h = ctl->view.table.header;
    struct stamp stamps[ARRAY_SIZE(handoff_stamps) + 4] = {0};
    size_t n = ARRAY_SIZE(handoff_stamps);
    struct times t = {.done = h->boot_done != 0};
    uint64_t end = t.done ? h->t_boot_done : ctl->now_usec;
    int r;

    for (size_t i = 0; i < n; i++)
        stamps[i] = (struct stamp){.stage = handoff_stamps[i].stage, .name = handoff_stamps[i].name};
    read_record(&t, record, record_size, stamps);
    stamps[n++] = (struct stamp){t.has_handoff ? TIMES_STAGE2 : TIMES_KERNEL,
                                 t.has_handoff ? "stage two is loaded" : "kernel and initramfs, until stage two runs", h->t_stage2};
    stamps[n++] = (struct stamp){TIMES_STAGE2, "mounts, console, host name", h->t_early};
    stamps[n++] = (struct stamp){TIMES_STAGE2, "unit files compiled", h->t_compiled};
    stamps[n++] = (struct stamp){TIMES_STAGE2, t.done ? "units" : "units, so far", end};
    if (ctl->container && !t.has_handoff)
        t.begin_usec = h->t_stage2; /* what the kernel did before is not this system's affair */
    make_phases(&t, stamps, n);
    r = collect_units(ctl, &t, everything ? USEC_INFINITY : end);
    if (r < 0)
        return r;
    *ret_times = t;
    return 0;
}

void times_clear(struct times *t)
{
    free(t->units);
    *t = (struct times){0};
}
