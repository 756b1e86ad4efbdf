/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boot's time line: one line, no hole, no overlap, whatever the stamps are. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ctlfixture.h"
#include "fd.h"
#include "times.h"

static size_t make_record(uint8_t *buf, size_t size, const uint64_t stamps[7])
{
    struct record_writer w;

    record_begin(&w, buf, size);
    for (uint32_t i = 0; i < 7; i++)
        if (stamps[i])
            record_put_u64(&w, HANDOFF_T_START + i, stamps[i]);
    record_put_text(&w, HANDOFF_MODULE, "virtio_blk 4200 0");
    record_put_text(&w, HANDOFF_MODULE, "ext4 9100 -17");
    record_put_text(&w, HANDOFF_MODULE, "broken");
    record_put_text(&w, 4711, "from the future");
    return (size_t)record_finish(&w);
}

static void set_table_stamps(struct fixture *f, uint64_t stage2, uint64_t early, uint64_t compiled, uint64_t done)
{
    struct runtab_header *h = f->table.header;

    h->t_stage2 = stage2;
    h->t_early = early;
    h->t_compiled = compiled;
    h->t_boot_done = done;
}

/* Begins at 0, ends at @end, each phase where the one before it ended. */
static void check_unbroken(const struct times *t, uint64_t end)
{
    uint64_t at = 0, sum = 0;

    ck_assert_uint_gt(t->n_phases, 0);
    for (size_t i = 0; i < t->n_phases; i++) {
        ck_assert_uint_eq(t->phases[i].from_usec, at);
        ck_assert_uint_ge(t->phases[i].to_usec, at);
        at = t->phases[i].to_usec;
        sum += t->phases[i].to_usec - t->phases[i].from_usec;
    }
    ck_assert_uint_eq(at, end);
    ck_assert_uint_eq(sum, times_total(t));
}

START_TEST(the_line_goes_from_the_kernel_through_both_stages_to_the_last_unit)
{
    static const uint64_t stamps[7] = {1000, 1500, 4000, 9000, 12000, 12500, 12600};
    struct times t;
    struct fixture f;
    uint8_t buf[1024];
    size_t size;

    fixture_init(&f);
    size = make_record(buf, sizeof(buf), stamps);
    set_table_stamps(&f, 13000, 15000, 30000, 90000);
    fixture_unit(&f, "ssh.service")->active_usec = 80000;
    fixture_unit(&f, "ssh.service")->start_usec = 50000;
    fixture_unit(&f, "multi-user.target")->active_usec = 90000;
    ck_assert_int_eq(times_collect(&f.ctl, buf, size, false, &t), 0);
    check_unbroken(&t, 90000);
    ck_assert_uint_eq(t.n_phases, 11);
    ck_assert_str_eq(t.phases[0].name, "kernel, until stage one runs");
    ck_assert_uint_eq(t.phases[0].to_usec, 1000);
    ck_assert_int_eq(t.phases[6].stage, TIMES_STAGE1);
    ck_assert_int_eq(t.phases[7].stage, TIMES_STAGE2);
    ck_assert_uint_eq(t.n_modules, 3);
    ck_assert_str_eq(t.modules[1].name, "ext4");
    ck_assert_uint_eq(t.modules[1].usec, 9100);
    ck_assert_int_eq(t.modules[1].error, 17);
    ck_assert_uint_eq(t.n_units, 2);
    ck_assert_uint_eq(t.units[0].to_usec - t.units[0].from_usec, 30000);
    times_clear(&t);
    fixture_done(&f);
}
END_TEST

START_TEST(without_stage_ones_record_the_kernels_span_takes_its_place)
{
    struct times t;
    struct fixture f;
    uint8_t garbage[64] = "this is no record";

    fixture_init(&f);
    set_table_stamps(&f, 13000, 15000, 30000, 90000);
    ck_assert_int_eq(times_collect(&f.ctl, NULL, 0, false, &t), 0);
    check_unbroken(&t, 90000);
    ck_assert_uint_eq(t.n_phases, 4);
    ck_assert(!t.has_handoff);
    ck_assert_int_eq(t.phases[0].stage, TIMES_KERNEL);
    ck_assert_uint_eq(t.phases[0].to_usec, 13000);
    times_clear(&t);
    ck_assert_int_eq(times_collect(&f.ctl, garbage, sizeof(garbage), false, &t), 0);
    ck_assert(!t.has_handoff);
    times_clear(&t);
    fixture_done(&f);
}
END_TEST

START_TEST(a_containers_line_begins_with_its_pid_1)
{
    struct times t;
    struct fixture f;

    fixture_init(&f);
    f.ctl.container = true;
    set_table_stamps(&f, 13000, 15000, 30000, 90000);
    ck_assert_int_eq(times_collect(&f.ctl, NULL, 0, false, &t), 0);
    ck_assert_uint_eq(t.n_phases, 3);
    ck_assert_uint_eq(t.phases[0].from_usec, 13000);
    ck_assert_uint_eq(times_total(&t), 77000);
    times_clear(&t);
    fixture_done(&f);
}
END_TEST

START_TEST(any_set_of_stamps_makes_a_line_without_hole_or_overlap)
{
    struct fixture f;
    unsigned seed = 7;

    fixture_init(&f);
    for (int round = 0; round < 5000; round++) {
        uint64_t stamps[7], end = 0;
        uint8_t buf[1024];
        struct times t;
        size_t size;

        for (size_t i = 0; i < 7; i++) {
            stamps[i] = rand_r(&seed) % 4 ? (uint64_t)rand_r(&seed) % 100000 : 0;
            end = MAX(end, stamps[i]);
        }
        set_table_stamps(&f, (uint64_t)rand_r(&seed) % 200000, rand_r(&seed) % 2 ? (uint64_t)rand_r(&seed) % 200000 : 0,
                         (uint64_t)rand_r(&seed) % 200000, 300000);
        f.table.header->boot_done = (uint32_t)round % 3;
        f.ctl.now_usec = 300000;
        size = make_record(buf, sizeof(buf), stamps);
        ck_assert_int_eq(times_collect(&f.ctl, buf, size, round % 2, &t), 0);
        check_unbroken(&t, 300000);
        times_clear(&t);
    }
    fixture_done(&f);
}
END_TEST

START_TEST(times_prints_the_line_for_a_person)
{
    static const uint64_t stamps[7] = {1000, 1500, 4000, 9000, 12000, 12500, 12600};
    char dir[] = "/tmp/test-ctltimes.XXXXXX", path[64];
    struct fixture f;
    uint8_t buf[1024];
    FILE *out;
    size_t size;

    fixture_init(&f);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/handoff", dir);
    size = make_record(buf, sizeof(buf), stamps);
    out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(buf, 1, size, out), size);
    ck_assert_int_eq(fclose(out), 0);
    f.ctl.dir = dir;
    f.ctl.term.width = 80;
    set_table_stamps(&f, 13000, 15000, 30000, 90000);
    fixture_unit(&f, "ssh.service")->active_usec = 80000;
    fixture_unit(&f, "ssh.service")->start_usec = 50000;
    fixture_unit(&f, "multi-user.target")->active_usec = 0;
    ck_assert_int_eq(times_show(&f.ctl, WORDS()), 0);
    unlink(path);
    rmdir(dir);
    ck_assert_str_eq(fixture_printed(&f),
                     "   FROM ms    TOOK ms  WHO        WHAT\n"
                     "     0.000      1.000  kernel     kernel, until stage one runs\n"
                     "     1.000      0.500  stage one  kernel's file systems, command line\n"
                     "     1.500      2.500  stage one  devices that were there, their modules\n"
                     "     4.000      5.000  stage one  until the root's device appeared\n"
                     "     9.000      3.000  stage one  root checked and mounted\n"
                     "    12.000      0.500  stage one  pivot\n"
                     "    12.500      0.100  stage one  handing over\n"
                     "    12.600      0.400  stage two  stage two is loaded\n"
                     "    13.000      2.000  stage two  mounts, console, host name\n"
                     "    15.000     15.000  stage two  unit files compiled\n"
                     "    30.000     60.000  stage two  units\n"
                     "               90.000  in all: kernel 1.000, stage one 11.600, stage two 77.400\n"
                     "\nModules that stage one loaded (they overlap):\n"
                     "                4.200  virtio_blk\n"
                     "                9.100  ext4: File exists\n"
                     "                0.000  broken\n"
                     "               13.300  in all, 3 modules\n"
                     "\nUnits, in the order in which they became active during the boot:\n"
                     "    50.000     30.000  ssh.service\n");
    fixture_done(&f);
}
END_TEST

UNITTEST_MAIN("ctltimes", the_line_goes_from_the_kernel_through_both_stages_to_the_last_unit,
              without_stage_ones_record_the_kernels_span_takes_its_place,
              a_containers_line_begins_with_its_pid_1, any_set_of_stamps_makes_a_line_without_hole_or_overlap, times_prints_the_line_for_a_person)
