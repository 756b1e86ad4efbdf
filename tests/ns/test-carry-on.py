#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PID 1 crashes and carries on: what runs goes on running, what ends meanwhile is known, nothing runs twice."""

import signal

from namespace import BUILD, Pid1, prepare, service
from testcase import add_case, case, check_equal, check_in, main


def crash(p, number=signal.SIGSEGV):
    p.signal(number)
    p.expect(rf"PID 1 crashed with {signal.Signals(number).name} .* carries on after")


def descriptors(p):
    return sorted(p.run("sh", "-c", "for f in /proc/1/fd/*; do readlink $f; done")[1].split("\n"))


def is_survived(number):
    def run():
        units = {"a.service": service("Restart=always", "RestartSec=0", start="pause"),
                 "n.service": service("Type=notify", start=r"notify READY=1")}
        with Pid1(units) as p:
            p.expect(r"reached default\.target")
            pids = {name: p.show(name, "MainPID") for name in units}
            crash(p, number)
            check_equal(p.ctl("is-active", "a.service", "n.service")[0], 0, "both are active")
            check_equal({name: p.show(name, "MainPID") for name in units}, pids, "main pids")
            p.run("kill", "-9", pids["a.service"])
            p.expect(r"a\.service: .* -> running")
            check_equal(p.end(), 0, "exit status")
    return run


for one in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGSYS, signal.SIGTRAP):
    add_case(f"{one.name.lower()}_is_survived", is_survived(one))


@case
def what_ends_during_the_exec_is_known():
    """The service and PID 1 get their signals one after the other; PID 1 reaps as its own successor."""
    with Pid1({"a.service": service("Restart=no", start="pause")}) as p:
        p.expect(r"reached default\.target")
        pid = p.run("sh", "-c", f"echo {p.show('a.service', 'MainPID')}")[1].strip()
        p.run("sh", "-c", f"kill -TERM {pid}; kill -SEGV 1; kill -SEGV 1")
        p.expect(r"carries on after")
        p.wait_until(lambda: p.show("a.service", "ActiveState") != "active", "its end")
        check_equal(p.show("a.service", "ExecMainStatus"), "15", "signal")


@case
def a_stop_under_way_goes_on_with_its_deadline():
    with Pid1({"a.service": service("TimeoutStopSec=900ms", start="stubborn @DIR@/out")}) as p:
        p.wait_for("out")
        check_equal(p.ctl("stop", "--no-block", "a.service")[0], 0, "stop")
        p.expect(r"a\.service: running -> stop-sigterm")
        crash(p)
        p.expect(r"a\.service: stop-sigterm -> stop-sigkill")
        p.expect(r"a\.service: .* -> failed \(timeout")


@case
def a_start_under_way_goes_on():
    with Pid1({"n.service": service("Type=notify", start=r"notify %%sleep %%sleep %%sleep READY=1"),
               "b.service": service(start="pause", unit=("After=n.service",))}) as p:
        p.expect(r"n\.service: .* -> start")
        crash(p)
        p.expect(r"n\.service: .* -> running \(ready\)")
        p.expect(r"b\.service: .* -> running")
        p.expect(r"reached default\.target")


@case
def a_restart_waits_its_time_out():
    with Pid1({"a.service": service("Restart=always", "RestartSec=700ms", "StartLimitIntervalSec=0",
                                    start="say @DIR@/out x")}) as p:
        p.expect(r"a\.service: .* -> auto-restart")
        crash(p)
        p.expect(r"a\.service: auto-restart -> ")
        p.wait_until(lambda: (p.read("out") or "").count("x") >= 2, "the second life")
        check_equal(int(p.show("a.service", "NRestarts")) >= 1, True, "restarts are counted")


@case
def a_reload_under_way_is_ended():
    with Pid1({"a.service": service(start="pause")}) as p:
        p.expect(r"reached default\.target")
        p.write("0.service", service(start="pause"))
        p.run("sh", "-c", f"{BUILD}/pintlectl daemon-reload & sleep 0.01; kill -SEGV 1; wait")
        p.expect(r"the unit files were loaded again")
        check_equal(p.ctl("start", "0.service")[0], 0, "start of the new one")


@case
def going_down_goes_on():
    with Pid1({"a.service": service("TimeoutStopSec=600ms", start="stubborn @DIR@/out")}) as p:
        p.wait_for("out")
        p.signal(signal.SIGTERM)
        p.expect(r"a\.service: running -> stop-sigterm")
        crash(p)
        check_equal(p.wait(), 0, "exit status")


@case
def a_service_that_notifies_is_heard_by_the_successor():
    with Pid1({"n.service": service("Type=notify", start=r"notify READY=1 %%sleep %%sleep STATUS=later")}) as p:
        p.expect(r"reached default\.target")
        crash(p)
        p.wait_until(lambda: p.show("n.service", "StatusText") == "later", "its status")


@case
def what_is_removed_after_a_service_is_removed_once_and_all():
    units = {f"r{i}.service": service(f"RuntimeDirectory=r{i}", start="pause") for i in range(40)}
    with Pid1(units, arguments=["--no-safe-mode"], debug=False) as p:
        p.expect(r"reached default\.target")
        p.run("sh", "-c", f"{BUILD}/pintlectl stop --no-block {' '.join(units)}")
        for _ in range(10):
            crash(p)
        p.wait_until(lambda: "r" not in [name[0] for name in p.run("ls", "/run")[1].split()], "no runtime directory is left")
        check_equal(p.ctl("start", *units)[0], 0, "start again")


@case
def a_hundred_crashes_lose_nothing():
    units = {f"s{i}.service": service(start=f"log @DIR@/out s{i}") for i in range(20)}
    with Pid1(units, arguments=["--no-safe-mode"], debug=False) as p:
        p.expect(r"reached default\.target")
        before = descriptors(p)
        pids = {name: p.show(name, "MainPID") for name in units}
        for i in range(100):
            p.signal(signal.SIGSEGV)
            p.expect(rf"this is fault {i + 1}")
        check_equal({name: p.show(name, "MainPID") for name in units}, pids, "main pids")
        check_equal(descriptors(p), before, "descriptors")
        check_equal(p.zombies(), 0, "zombies")
        check_equal(p.end(), 0, "exit status")
        lines = p.read("out").split("\n")
        for name in units:
            word = name.split(".")[0]
            check_equal((lines.count(word), lines.count(f"stop {word}")), (1, 1), f"lives and ends of {name}")


@case
def five_crashes_in_ten_seconds_end_in_safe_mode():
    with Pid1({"a.service": service("Restart=always", "RestartSec=0", start="pause"),
               "b.service": service(start="pause")}) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        for _ in range(5):
            crash(p)
        p.expect(r"safe mode; services go on")
        status, text = p.ctl("stop", "b.service")
        check_in("safe mode", text, "answer to a stop")
        p.run("kill", "-9", pid)
        p.run("sh", "-c", "(true &)")
        crash(p)
        check_equal(p.show("b.service", "ActiveState"), "active", "b")
        check_equal(p.ctl("daemon-reexec"), (0, ""), "daemon-reexec")
        p.expect(r"a\.service: .* -> running")
        check_equal(p.show("a.service", "ExecMainStatus"), "0", "of the life that began")
        p.run("kill", "-9", p.show("b.service", "MainPID"))
        p.expect(r"b\.service: .* -> failed \(signal, SIGKILL\)")
        check_equal(p.end(), 0, "exit status")


@case
def a_reexec_loses_nothing():
    units = {"a.service": service(start="pause"), "n.service": service("Type=notify", start=r"notify READY=1")}
    with Pid1(units) as p:
        p.expect(r"reached default\.target")
        pids = {name: p.show(name, "MainPID") for name in units}
        before = descriptors(p)
        for _ in range(20):
            check_equal(p.ctl("daemon-reexec"), (0, ""), "daemon-reexec")
        check_equal({name: p.show(name, "MainPID") for name in units}, pids, "main pids")
        check_equal(descriptors(p), before, "descriptors")
        check_equal(p.end(), 0, "exit status")


@case
def a_crash_before_there_are_units_begins_where_it_was():
    with Pid1({"a.service": service(start="log @DIR@/out a")}, arguments=["--no-safe-mode"]) as p:
        p.expect(r"is PID 1")
        for _ in range(5):
            p.signal(signal.SIGSEGV)
        p.expect(r"reached default\.target")
        p.wait_for("out")
        check_equal(p.end(), 0, "exit status")
        check_equal(p.read("out"), "a\nstop a\n", "one life")


main(prepare)
