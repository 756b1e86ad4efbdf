#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The life of services: start, restart and its limit, oneshots, failures, the way down."""

import os
import signal
import time

from namespace import BUILD, Pid1, prepare, service
from testcase import case, check, check_equal, check_in, main

SAY = os.path.join(BUILD, "tests/ns/nsservice") + " say"


@case
def starts_reaps_and_ends_with_status_0():
    with Pid1({"a.service": service(start="pause"), "b.service": service(start="pause")}) as p:
        p.expect_all([r"a\.service: .* -> running", r"b\.service: .* -> running"])
        # Before anything but the work itself could wake PID 1: it looks at its jobs after three seconds.
        p.expect(r"reached default\.target", timeout=2.5)
        check_equal(p.ctl("is-active", "a.service")[0], 0, "is-active a")
        check_equal(p.end(), 0, "exit status")


@case
def restarts_what_was_killed():
    with Pid1({"a.service": service("Restart=always", "RestartSec=0", start="pause")}) as p:
        p.expect(r"a\.service: .* -> running")
        first = int(p.show("a.service", "MainPID"))
        p.run("kill", "-9", str(first))
        p.expect(r"a\.service: .* -> running")
        second = int(p.show("a.service", "MainPID"))
        check(second != first and second > 0, f"a new process: {first}, then {second}")
        check_equal(p.show("a.service", "NRestarts"), "1", "NRestarts")
        check_equal(p.end(), 0, "exit status")


@case
def gives_up_at_the_start_limit():
    unit = ("StartLimitIntervalSec=60", "StartLimitBurst=3")
    with Pid1({"a.service": service("Restart=always", "RestartSec=0", unit=unit, start="exit 7")}) as p:
        p.expect(r"a\.service: .* -> failed \(start-limit-hit")
        starts = p.log.count("a.service: start -> running") + p.log.count("a.service: dead -> running")
        check(starts <= 3, f"at most three starts, found {starts}")
        check_equal(p.ctl("is-failed", "a.service")[0], 0, "is-failed")
        check_equal(p.ctl("reset-failed", "a.service")[0], 0, "reset-failed")
        check_equal(p.show("a.service", "ActiveState"), "inactive", "state after reset-failed")


@case
def does_not_restart_what_was_stopped():
    with Pid1({"a.service": service("Restart=always", "RestartSec=0", start="pause")}) as p:
        p.expect(r"a\.service: .* -> running")
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop")
        check_equal(p.show("a.service", "SubState"), "dead", "state")
        check_equal(p.show("a.service", "NRestarts"), "0", "NRestarts")


@case
def oneshot_runs_its_lines_in_order_and_stops_at_the_first_failure():
    out = "@DIR@/out"
    text = service("Type=oneshot", f"ExecStart={SAY} {out} one", f"ExecStart=-{BUILD}/tests/ns/nsservice exit 3",
                   f"ExecStart={SAY} {out} two", f"ExecStart={BUILD}/tests/ns/nsservice exit 4",
                   f"ExecStart={SAY} {out} three")
    with Pid1({"a.service": text}) as p:
        p.expect(r"a\.service: .* -> failed \(exit-code, exit status 4\)")
        check_equal(p.read("out"), "one\ntwo\n", "what ran")


@case
def a_failing_exec_start_pre_fails_the_start():
    text = service(f"ExecStartPre={BUILD}/tests/ns/nsservice exit 9", start="say @DIR@/out main") + \
        f"ExecStopPost={SAY} @DIR@/out post\n"
    with Pid1({"a.service": text}) as p:
        p.expect(r"a\.service: .* -> failed \(exit-code")
        check_equal(p.read("out"), "post\n", "what ran")


@case
def a_program_that_is_not_there_is_said_with_its_path():
    with Pid1({"a.service": "[Service]\nExecStart=/nowhere/to/be/found\n",
               "b.service": "[Service]\nUMask=077\nExecStart=/nowhere/either\n"}) as p:
        p.expect_all([r"a\.service: .* -> failed .*'/nowhere/to/be/found': No such file",
                      r"b\.service: .* -> failed .*'/nowhere/either': No such file"])
        check_in("No such file", p.ctl("status", "a.service")[1], "status")


@case
def a_failed_dependency_is_the_reason():
    with Pid1({"a.service": service("Type=oneshot", start="exit 1"),
               "b.service": service(unit=("Requires=a.service", "After=a.service"), start="pause")}) as p:
        p.expect(r"b\.service: start failed \(dependency\): .*a\.service")
        check_equal(p.show("b.service", "ActiveState"), "inactive", "state of b")


@case
def a_start_that_takes_too_long_is_ended():
    with Pid1({"a.service": service("Type=oneshot", "TimeoutStartSec=300ms", start="pause")}) as p:
        p.expect(r"a\.service: .* -> failed \(timeout")


@case
def reaps_a_storm_of_10000_orphans():
    with Pid1({"a.service": service(start="orphans 10000 @DIR@/out"), "b.service": service(start="pause")}) as p:
        p.expect(r"a\.service: .* -> running")
        for _ in range(600):
            if p.read("out"):
                break
            check_equal(p.ctl("is-active", "b.service", timeout=10)[0], 0, "b while the storm lasts")
        check_equal(p.read("out"), "done\n", "the storm's end")
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop after the storm")
        check_equal(p.zombies(), 0, "zombies")


@case
def reaps_a_thousand_that_ended_behind_one_signal():
    with Pid1({"a.service": service(start="burst 1000 @DIR@/fifo @DIR@/out")}) as p:
        os.mkfifo(p.path("fifo"))
        p.wait_for("out")
        p.signal(signal.SIGSTOP)  # SIGCHLD does not queue: all of these are one
        with open(p.path("fifo"), "w"):
            pass
        p.wait_until(lambda: p.zombies() >= 1000, "a thousand zombies")
        p.signal(signal.SIGCONT)
        p.wait_until(lambda: p.zombies() == 0, "all reaped", timeout=5)


@case
def exits_with_status_1_when_there_is_nothing_to_boot():
    with Pid1({"default.target": "[Unit]\nRequires=missing.service\nAfter=missing.service\n"},
              arguments=["--target=nowhere.target"]) as p:
        check_equal(p.wait(), 1, "exit status")
        check_in("nowhere.target", p.log, "log")


@case
def signals_ask_for_the_end_as_systemd_has_it():
    for number, status in ((signal.SIGTERM, 0), (signal.SIGRTMIN + 3, 0), (signal.SIGRTMIN + 4, 0),
                           (signal.SIGRTMIN + 14, 0)):
        with Pid1({"a.service": service(start="pause")}) as p:
            p.expect(r"a\.service: .* -> running")
            p.signal(number)
            check_equal(p.wait(), status, f"exit status after signal {number}")


@case
def a_hundred_services_go_down_at_once():
    units = {f"s{i}.service": service(start="pause") for i in range(100)}
    with Pid1(units, debug=False) as p:
        p.expect(r"reached default\.target")
        check_equal(p.end(timeout=10), 0, "exit status")


@case
def a_log_that_nobody_reads_any_more_leaves_PID_1_idle():
    def processor_ticks(pid):
        with open(f"/proc/{pid}/stat") as f:
            return sum(int(word) for word in f.read().rpartition(")")[2].split()[11:13])

    with Pid1({"a.service": service("Restart=always", "RestartSec=0", start="pause")}) as p:
        p.expect(r"a\.service: .* -> running")
        pid = p.pid1()
        p.process.stdout.close()  # every line from here on is an EPIPE, and a SIGPIPE
        p.run("kill", "-9", p.show("a.service", "MainPID"))
        check_equal(p.ctl("is-active", "a.service")[0], 0, "is-active")
        before = processor_ticks(pid)
        time.sleep(0.5)  # what is measured is this time itself
        check(processor_ticks(pid) - before <= 2, "PID 1 rests while nothing happens")


main(prepare)
