/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What pintlectl prints and answers, from a database and a table in memory. */
#include <signal.h>
#include <sys/wait.h>

#include "ctlfixture.h"

START_TEST(list_shows_what_is_not_inactive)
{
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(list_units(&f.ctl, WORDS()), 0);
    ck_assert_str_eq(fixture_printed(&f),
                     "UNIT              LOAD   ACTIVE     SUB       DESCRIPTION\n"
                     "late.service      loaded inactive   dead      Waits for others\n"
                     "multi-user.target loaded active     active    Multi-User System\n"
                     "network.service   loaded activating start-pre The network\n"
                     "ssh.service       loaded active     running   OpenBSD Secure Shell server\n"
                     "web.service       loaded failed     failed    A web server\n"
                     "\n5 of 8 units, 1 failed. With --all: inactive ones too.\n");
    f.ctl.opt.no_legend = f.ctl.opt.failed = true;
    ck_assert_int_eq(list_units(&f.ctl, WORDS()), 0);
    ck_assert_str_eq(fixture_printed(&f), "web.service loaded failed failed A web server\n");
    f.ctl.opt.failed = false;
    ck_assert_int_eq(list_units(&f.ctl, WORDS("ssh*")), 0);
    ck_assert_str_eq(fixture_printed(&f), "ssh.service loaded active running OpenBSD Secure Shell server\n");
    f.ctl.opt.all = true;
    ck_assert_int_eq(list_units(&f.ctl, WORDS("masked.service", "ghost.service")), 0);
    ck_assert_str_eq(fixture_printed(&f), "ghost.service  not-found inactive dead ghost.service\n"
                                          "masked.service masked    inactive dead masked.service\n");
    fixture_done(&f);
}
END_TEST

START_TEST(list_fits_a_narrow_terminal_and_colours_it)
{
    struct fixture f;

    fixture_init(&f);
    f.ctl.term = (struct term){.is_tty = true, .colour = true, .width = 52};
    f.ctl.opt.no_legend = true;
    ck_assert_int_eq(list_units(&f.ctl, WORDS("web.service", "multi-user.target")), 0);
    ck_assert_str_eq(fixture_printed(&f),
                     "multi-user.target \033[32mloaded\033[0m \033[32mactive\033[0m \033[32mactive\033[0m Multi-User...\n"
                     "web.service       \033[1;31mloaded\033[0m \033[1;31mfailed\033[0m \033[1;31mfailed\033[0m A web server\n");
    fixture_done(&f);
}
END_TEST

START_TEST(list_as_json)
{
    struct fixture f;

    fixture_init(&f);
    f.ctl.opt.json = true;
    ck_assert_int_eq(list_units(&f.ctl, WORDS("network.service")), 0);
    ck_assert_str_eq(fixture_printed(&f), "[\n  {\n    \"unit\": \"network.service\",\n    \"load\": \"loaded\",\n"
                                          "    \"active\": \"activating\",\n    \"sub\": \"start-pre\",\n"
                                          "    \"description\": \"The network\",\n    \"job\": \"start\"\n  }\n]\n");
    fixture_done(&f);
}
END_TEST

START_TEST(status_of_a_running_unit)
{
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("sshd")), 0); /* by its other name */
    ck_assert_str_eq(fixture_printed(&f),
                     "* ssh.service - OpenBSD Secure Shell server\n"
                     "     Loaded: loaded (/lib/systemd/system/ssh.service)\n"
                     "    Drop-In: /etc/systemd/system/ssh.service.d/limit.conf\n"
                     "     Active: active (running) since Sun 2026-11-22 02:57:57 UTC; 2min 3s ago\n"
                     "   Main PID: 999999999\n"
                     "     Status: \"listening on 2 sockets\"\n"
                     "   Restarts: 2 automatic since the last start that was asked for\n"
                     "    Warning: /lib/systemd/system/ssh.service:12: unknown directive 'Colour'\n");
    fixture_done(&f);
}
END_TEST

START_TEST(status_says_why_a_unit_failed_and_what_another_waits_for)
{
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("web", "late", "network")), 3);
    ck_assert_str_eq(fixture_printed(&f),
                     "* web.service - A web server\n"
                     "     Loaded: loaded (/lib/systemd/system/web.service)\n"
                     "     Active: failed (failed) since Sun 2026-11-22 02:59:50 UTC; 10s ago\n"
                     "     Result: exit-code: the main process exited with status 3\n"
                     "\n* late.service - Waits for others\n"
                     "     Loaded: loaded (/etc/systemd/system/late.service)\n"
                     "     Active: inactive (dead)\n"
                     "        Job: start, number 8, for 5s\n"
                     "  Waits for: network.service (start)\n"
                     "\n* network.service - The network\n"
                     "     Loaded: loaded (/lib/systemd/system/network.service)\n"
                     "     Active: activating (start-pre) since Sun 2026-11-22 02:59:56 UTC; 4s ago\n"
                     "        Job: start, number 7, for 5s\n"
                     "Control PID: 999999998, line 1 of ExecStartPre=\n"
                     "  Time left: 1min 25s\n");
    text_copy(fixture_text(&f, "web.service")->reason, RUN_REASON_TEXT, "/etc/web.conf:3: no such module");
    ck_assert_int_eq(status_show(&f.ctl, WORDS("web.service")), 3);
    ck_assert_ptr_nonnull(strstr(fixture_printed(&f), "     Result: exit-code: /etc/web.conf:3: no such module\n"));
    fixture_done(&f);
}
END_TEST

START_TEST(status_of_the_system)
{
    struct fixture f;
    const char *text;

    fixture_init(&f);
    ck_assert_int_eq(status_show(&f.ctl, WORDS()), 0);
    text = fixture_printed(&f);
    ck_assert_ptr_nonnull(strstr(text, "      State: degraded, up 16min 40s, pintle "));
    ck_assert_ptr_nonnull(strstr(text, "       Boot: reached multi-user.target 14min 40s after the kernel began\n"));
    ck_assert_ptr_nonnull(strstr(text, "    Ramdisk: held 12.0 MiB, 12.0 MiB given back\n"));
    ck_assert_ptr_nonnull(strstr(text, "     Failed: web.service: the main process exited with status 3\n"));
    ck_assert_ptr_nonnull(strstr(text, "       Jobs: late.service: start, waits for network.service (start)\n"
                                       "             network.service: start, start-pre\n"));
    fixture_done(&f);
}
END_TEST

START_TEST(unknown_units_are_4_and_inactive_ones_3)
{
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("nothing")), 4);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("ghost")), 4);
    ck_assert_int_eq(status_show(&f.ctl, WORDS("bad")), 3);
    ck_assert_str_eq(fixture_log, "there is no unit 'nothing.service'\nthere is no unit 'ghost.service'\n");
    (void)fixture_printed(&f);
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("nothing")), 4);
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("late")), 3);
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("late", "ssh")), 0);
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("network")), 3);
    ck_assert_int_eq(answer_is_failed(&f.ctl, WORDS("ssh")), 1);
    ck_assert_int_eq(answer_is_failed(&f.ctl, WORDS("ssh", "web")), 0);
    ck_assert_str_eq(fixture_printed(&f),
                     "inactive\ninactive\ninactive\nactive\nactivating\nactive\nactive\nfailed\n");
    f.ctl.opt.quiet = true;
    ck_assert_int_eq(answer_is_active(&f.ctl, WORDS("ssh")), 0);
    ck_assert_str_eq(fixture_printed(&f), "");
    fixture_done(&f);
}
END_TEST

START_TEST(the_state_of_the_system_is_one_word)
{
    struct fixture f;
    struct runtab_header *h;

    fixture_init(&f);
    h = f.table.header;
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 1);
    h->n_failed = 0;
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 0);
    h->boot_done = 0;
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 1);
    h->boot_done = 2;
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 1);
    h->final_kind = UDB_FINAL_REBOOT;
    ck_assert_int_eq(answer_is_system_running(&f.ctl, WORDS()), 1);
    ck_assert_str_eq(fixture_printed(&f), "degraded\nrunning\nstarting\nmaintenance\nstopping\n");
    fixture_done(&f);
}
END_TEST

START_TEST(show_gives_systemctls_properties)
{
    struct fixture f;
    const char *text;

    fixture_init(&f);
    ck_assert_int_eq(show_properties(&f.ctl, WORDS("ssh")), 0);
    text = fixture_printed(&f);
    ck_assert_ptr_nonnull(strstr(text, "Id=ssh.service\nNames=ssh.service sshd.service\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nActiveState=active\nSubState=running\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nMainPID=999999999\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nAfter=network.service\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nBefore=multi-user.target\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nCanReload=yes\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nEnvironment=A=1\nEnvironment=B=2\n"));
    ck_assert_int_eq(strv_add(&f.ctl.opt.properties, "LoadState"), 0);
    ck_assert_int_eq(show_properties(&f.ctl, WORDS("masked", "nothing", "bad")), 0);
    ck_assert_str_eq(fixture_printed(&f), "LoadState=masked\n\nLoadState=not-found\n\nLoadState=bad-setting\n");
    f.ctl.opt.value = true;
    ck_assert_int_eq(strv_add(&f.ctl.opt.properties, "Environment"), 0);
    ck_assert_int_eq(show_properties(&f.ctl, WORDS("ssh")), 0);
    ck_assert_str_eq(fixture_printed(&f), "loaded\nA=1 B=2\n");
    fixture_done(&f);
}
END_TEST

START_TEST(show_as_json_has_each_directive_once)
{
    struct fixture f;
    const char *text;

    fixture_init(&f);
    f.ctl.opt.json = true;
    ck_assert_int_eq(show_properties(&f.ctl, WORDS("ssh")), 0);
    text = fixture_printed(&f);
    ck_assert_ptr_nonnull(strstr(text, "\"MainPID\": 999999999,"));
    ck_assert_ptr_nonnull(strstr(text, "\"Environment\": [\n      \"A=1\",\n      \"B=2\"\n    ]"));
    ck_assert_ptr_eq(strstr(strstr(text, "\"Environment\"") + 1, "\"Environment\""), NULL);
    fixture_done(&f);
}
END_TEST

START_TEST(jobs_are_listed_with_what_they_wait_for)
{
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(list_jobs(&f.ctl, WORDS()), 0);
    ck_assert_str_eq(fixture_printed(&f), "JOB UNIT            TYPE  STATE   FOR WAITS FOR\n"
                                          "8   late.service    start waiting 5s  network.service (start)\n"
                                          "7   network.service start running 5s\n"
                                          "\n2 jobs.\n");
    fixture_unit(&f, "late.service")->job = fixture_unit(&f, "network.service")->job = RUN_JOB_NONE;
    ck_assert_int_eq(list_jobs(&f.ctl, WORDS()), 0);
    ck_assert_str_eq(fixture_printed(&f), "No jobs running.\n");
    fixture_done(&f);
}
END_TEST

START_TEST(a_stop_is_waited_for_by_what_comes_before_it_and_a_restart_until_it_has_stopped)
{
    struct fixture f;
    uint32_t net, ssh, pos = 0;

    fixture_init(&f);
    net = udb_find(&f.ctl.view.db, "network.service");
    ssh = udb_find(&f.ctl.view.db, "ssh.service");
    fixture_unit(&f, "late.service")->job = RUN_JOB_NONE;
    fixture_unit(&f, "network.service")->job = RUN_JOB_STOP;
    fixture_unit(&f, "ssh.service")->job = RUN_JOB_RESTART;
    ck_assert_uint_eq(view_blocker(&f.ctl.view, net, &pos), ssh); /* ssh is after it and stops first */
    pos = 0;
    ck_assert_uint_eq(view_blocker(&f.ctl.view, ssh, &pos), UDB_NONE);
    fixture_unit(&f, "ssh.service")->state = RUN_DEAD; /* it has stopped: now it waits for the other */
    pos = 0;
    ck_assert_uint_eq(view_blocker(&f.ctl.view, ssh, &pos), net);
    pos = 0;
    ck_assert_uint_eq(view_blocker(&f.ctl.view, net, &pos), UDB_NONE);
    fixture_unit(&f, "network.service")->job = RUN_JOB_RELOAD; /* a reload is in nobody's way */
    pos = 0;
    ck_assert_uint_eq(view_blocker(&f.ctl.view, ssh, &pos), UDB_NONE);
    fixture_done(&f);
}
END_TEST

START_TEST(what_a_service_calls_itself_cannot_command_a_terminal)
{
    struct fixture f;
    const char *text;

    fixture_init(&f);
    text_copy(fixture_text(&f, "ssh.service")->status, RUN_STATUS_TEXT, "\033]0;owned\007\r\nActive: \x9b" "31m");
    ck_assert_int_eq(status_show(&f.ctl, WORDS("ssh")), 0);
    text = fixture_printed(&f);
    for (const char *p = text; *p; p++)
        ck_assert_msg(*p == '\n' || ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f), "byte %02x", (unsigned char)*p);
    ck_assert_ptr_nonnull(strstr(text, "\\x1b]0;owned\\x07\\x0d\\x0aActive: \\x9b31m"));
    f.ctl.opt.json = true;
    ck_assert_int_eq(status_show(&f.ctl, WORDS("ssh")), 0);
    text = fixture_printed(&f);
    ck_assert_ptr_nonnull(strstr(text, "\"\\u001b]0;owned\\u0007\\r\\nActive: \xef\xbf\xbd" "31m\""));
    fixture_done(&f);
}
END_TEST

START_TEST(no_record_whatever_its_bytes_leads_outside)
{
    struct fixture f;
    unsigned seed = 1;

    fixture_init(&f);
    for (int round = 0; round < 300; round++) {
        f.ctl.opt.json = round % 2;
        for (uint32_t i = 0; i < view_count(&f.ctl.view); i++) {
            uint8_t *u = (uint8_t *)runtab_unit(&f.table, i), *t = (uint8_t *)runtab_text(&f.table, i);

            for (size_t k = 0; k < sizeof(struct run_unit); k++)
                u[k] = (uint8_t)rand_r(&seed);
            for (size_t k = 0; k < sizeof(struct run_text); k++)
                t[k] = (uint8_t)rand_r(&seed);
            u[0] &= round % 50 ? 0xfe : 0xff; /* an odd counter costs a million tries: not each time */
        }
        f.table.header->boot_unit = (uint32_t)rand_r(&seed);
        f.table.header->final_unit = (uint32_t)rand_r(&seed);
        f.table.header->boot_done = (uint32_t)rand_r(&seed);
        (void)list_units(&f.ctl, WORDS());
        (void)list_jobs(&f.ctl, WORDS());
        (void)status_show(&f.ctl, WORDS());
        (void)status_show(&f.ctl, WORDS("*"));
        (void)show_properties(&f.ctl, WORDS("*"));
        (void)show_properties(&f.ctl, WORDS());
        (void)answer_is_active(&f.ctl, WORDS("*"));
        (void)view_find_pid(&f.ctl.view, 1);
        ck_assert_uint_gt(strlen(fixture_printed(&f)), 0);
    }
    fixture_done(&f);
}
END_TEST

static void seal(struct runtab_header *h)
{
    h->checksum = udb_checksum(h, offsetof(struct runtab_header, checksum));
}

START_TEST(a_table_of_another_database_or_a_cut_one_is_refused)
{
    struct fixture f;
    struct view v;
    size_t size;

    fixture_init(&f);
    size = (size_t)f.table.header->size;
    for (size_t cut = 0; cut < sizeof(struct runtab_header); cut += 8)
        ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, cut), -EBADMSG);
    ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, size - 1), -EBADMSG);
    f.table.header->count--;
    ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, size), -EBADMSG);
    seal(f.table.header);
    ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, size), -ESTALE);
    f.table.header->count++;
    f.table.header->db_checksum++;
    seal(f.table.header);
    ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, size), -ESTALE);
    f.table.header->version++;
    ck_assert_int_eq(view_borrow(&v, f.db, f.ctl.view.db.size, f.table_data, size), -EPROTONOSUPPORT);
    fixture_done(&f);
}
END_TEST

START_TEST(words_become_units)
{
    _cleanup_targets_ struct targets t = {0};
    struct fixture f;

    fixture_init(&f);
    ck_assert_int_eq(targets_find(&f.ctl, WORDS("ssh", "sshd.service", "/lib/systemd/system/web.service", "*.target", "none*",
                                                "x", "999999999", "999999998"),
                                  true, &t),
                     0);
    ck_assert_uint_eq(t.n, 5); /* the double ones are there once */
    ck_assert_str_eq(t.v[0].name, "ssh.service");
    ck_assert_str_eq(t.v[1].name, "web.service");
    ck_assert_str_eq(t.v[2].name, "multi-user.target");
    ck_assert_str_eq(t.v[3].name, "x.service");
    ck_assert_uint_eq(t.v[3].unit, UDB_NONE);
    ck_assert_str_eq(t.v[4].name, "network.service");
    fixture_done(&f);
}
END_TEST

START_TEST(long_text_is_wrapped_and_long_names_are_cut)
{
    struct fixture f;
    const char *text;

    fixture_init(&f);
    f.ctl.term = (struct term){.is_tty = true, .width = 40};
    text_copy(fixture_text(&f, "web.service")->reason, RUN_REASON_TEXT,
              "a long story of what went wrong and why nobody could have known it before it came to this");
    ck_assert_int_eq(status_show(&f.ctl, WORDS("web")), 3);
    text = fixture_printed(&f);
    ck_assert_ptr_nonnull(strstr(text, "     Result: exit-code: a long story of\n"
                                       "             what went wrong and why\n"
                                       "             nobody could have known it\n"));
    fixture_done(&f);
}
END_TEST

UNITTEST_MAIN("ctl", list_shows_what_is_not_inactive, list_fits_a_narrow_terminal_and_colours_it, list_as_json,
              status_of_a_running_unit, status_says_why_a_unit_failed_and_what_another_waits_for, status_of_the_system,
              unknown_units_are_4_and_inactive_ones_3, the_state_of_the_system_is_one_word,
              show_gives_systemctls_properties, show_as_json_has_each_directive_once,
              jobs_are_listed_with_what_they_wait_for,
              a_stop_is_waited_for_by_what_comes_before_it_and_a_restart_until_it_has_stopped,
              what_a_service_calls_itself_cannot_command_a_terminal, no_record_whatever_its_bytes_leads_outside,
              a_table_of_another_database_or_a_cut_one_is_refused, words_become_units,
              long_text_is_wrapped_and_long_names_are_cut)
