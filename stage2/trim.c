/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trim.h"

#include <link.h>
#include <sys/mman.h>

#include "spawnslot.h"
#include "sys.h"

#define CALM_USEC USEC_PER_SEC

static loop_id timer;

static void drop(uintptr_t at, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = at / page * page;

    (void)madvise((void *)begin, at + size - begin, MADV_DONTNEED);
}

/* Text and constants of the program itself, which no relocation has written to. The first object is the program. */
static int drop_program(struct dl_phdr_info *info, size_t size _unused_, void *data _unused_)
{
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];

        if (h->p_type == PT_LOAD && !(h->p_flags & PF_W))
            drop((uintptr_t)(info->dlpi_addr + h->p_vaddr), h->p_memsz);
    }
    return 1;
}

static void on_calm(void *data, int fd _unused_, uint32_t events _unused_)
{
    struct stage2 *s = data;

    timer = 0;
    spawnslot_trim();
    (void)dl_iterate_phdr(drop_program, NULL);
    if (!s->has_units)
        return;
    drop((uintptr_t)s->db.data, s->db.size);
    drop((uintptr_t)s->table.data, s->table.size);
}

void trim_later(struct stage2 *s)
{
    if (timer == 0)
        (void)loop_add_timer(&s->loop, sys.now() + CALM_USEC, LOOP_PRIO_IDLE, on_calm, s, &timer);
}
