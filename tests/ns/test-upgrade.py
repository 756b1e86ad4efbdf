#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PID 1's program is replaced on disk: by one whose records have grown, by the older one again, by what cannot carry on, by
nothing at all. What runs goes on running, and a program that cannot carry on changes nothing."""

import os
import shutil
import signal
import tempfile

from namespace import BUILD, Pid1, prepare, service
from testcase import case, check, check_equal, check_in, main

GROWN, FOREIGN, ORDINARY = "tests/ns/pintle-grown", "tests/ns/pintle-foreign", "pintle"
PROPERTIES = ("ActiveState", "SubState", "MainPID", "NRestarts", "StatusText", "ExecMainStatus", "ActiveEnterTimestampMonotonic")


class Program:
    """The file that PID 1 is executed from: a copy, so that it can be replaced."""

    def __init__(self, source=ORDINARY):
        self.dir = tempfile.mkdtemp(prefix="pintle-upgrade-")
        os.chmod(self.dir, 0o755)
        self.path = os.path.join(self.dir, "pintle")
        self.install(os.path.join(BUILD, source))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)

    def install(self, source):
        """As a package manager does it: a new file takes the name."""
        new = self.path + ".new"
        shutil.copy(os.path.join(BUILD, source), new)
        os.chmod(new, 0o755)
        os.rename(new, self.path)

    def install_script(self, text):
        new = os.path.join(self.dir, "script")
        with open(new, "w") as f:
            f.write("#!/bin/sh\n" + text)
        self.install(new)


def upgrade(p, program, source):
    program.install(source)
    check_equal(p.ctl("daemon-reexec"), (0, ""), f"daemon-reexec into {source}")
    p.expect(r"carries on as PID 1 after")
    check_equal(p.run("cmp", "/proc/1/exe", os.path.join(BUILD, source)), (0, ""), "the program that runs")


def shown(p, names):
    return {name: [p.show(name, one) for one in PROPERTIES] for name in names}


def descriptors(p):
    return len(p.run("sh", "-c", "ls /proc/1/fd")[1].split())


def table_sizes(p):
    """Of the run table's header, record and text, as its header says them (runtab.h)."""
    words = p.run("od", "-A", "n", "-t", "u4", "-N", "56", "/run/pintle/table")[1].split()
    return [int(words[i]) for i in (3, 9, 12)]


@case
def into_larger_records_and_back_nothing_is_lost():
    units = {"a.service": service(start="log @DIR@/out a"),
             "n.service": service("Type=notify", start="notify READY=1 STATUS=kept"),
             "r.service": service("Restart=always", "RestartSec=0", start="log @DIR@/out r"),
             "e.service": service("Type=oneshot", start="exit 7"),
             "x.service": service("Type=oneshot", "RemainAfterExit=yes", start="say @DIR@/out x")}
    with Program() as program, Pid1(units, pid1=program.path) as p:
        p.expect(r"default\.target: .* -> active")
        for i in range(3):
            p.run("kill", "-9", p.show("r.service", "MainPID"))
            p.wait_until(lambda: p.show("r.service", "NRestarts") == str(i + 1), "a restart that is counted")
        p.wait_until(lambda: (p.read("out") or "").split().count("r") == 4, "its fourth life")
        p.wait_until(lambda: p.show("n.service", "StatusText") == "kept", "the status")
        before, sizes, n_fds = shown(p, units), table_sizes(p), descriptors(p)
        for _ in range(2):
            upgrade(p, program, GROWN)
            check_equal(table_sizes(p), [sizes[0] + 16, sizes[1] + 24, sizes[2] + 64], "sizes of the larger table")
            check_equal(shown(p, units), before, "with the larger records")
            p.signal(signal.SIGSEGV)
            p.expect(r"PID 1 crashed .* carries on")
            check_equal(shown(p, units), before, "with the larger records, after a crash")
            upgrade(p, program, ORDINARY)
            check_equal(table_sizes(p), sizes, "sizes of the table")
            check_equal(shown(p, units), before, "with the ordinary records")
        check_equal(descriptors(p), n_fds, "descriptors")
        p.run("kill", "-9", p.show("r.service", "MainPID"))
        p.wait_until(lambda: p.show("r.service", "NRestarts") == "4", "the next restart")
        p.wait_until(lambda: p.read("out").split().count("r") == 5, "its fifth life")
        check_equal(p.end(), 0, "exit status")
        words = p.read("out").split()
        check_equal([words.count(word) for word in "arx"], [2, 6, 1], "lives and ends")


@case
def a_stop_and_a_restart_under_way_go_on_in_larger_records():
    units = {"s.service": service("TimeoutStopSec=3s", start="stubborn @DIR@/stubborn"),
             "d.service": service("Restart=always", "RestartSec=3s", start="say @DIR@/out d"),
             "b.service": service("Type=notify", "TimeoutStartSec=60s", start="pause"),
             "w.service": service(start="log @DIR@/out w", unit=("After=b.service",))}
    with Program() as program, Pid1(units, pid1=program.path) as p:
        p.expect_all((r"d\.service: .* -> auto-restart", r"b\.service: .* -> start\b"))
        p.wait_for("stubborn")
        check_equal(p.ctl("stop", "--no-block", "s.service")[0], 0, "stop")
        p.expect(r"s\.service: running -> stop-sigterm")
        pids = {name: p.show(name, "MainPID") for name in ("s.service", "b.service")}
        upgrade(p, program, GROWN)
        upgrade(p, program, ORDINARY)
        upgrade(p, program, GROWN)
        check_equal({name: p.show(name, "MainPID") for name in pids}, pids, "main pids")
        check_equal(p.show("s.service", "SubState"), "stop-sigterm", "the stop")
        check_equal(p.show("d.service", "SubState"), "auto-restart", "the restart")
        check_equal(p.read("out"), "d\n", "what ran before")
        p.expect_all((r"s\.service: .* -> failed \(timeout", r"d\.service: auto-restart -> start"))
        check_equal(p.ctl("stop", "b.service")[0], 0, "stop of what never was ready")
        p.expect(r"w\.service: .* -> running")
        check_equal(p.read("stubborn").split().count("term"), 1, "SIGTERMs")


def refused(p, program, before, pattern):
    status, text = p.ctl("daemon-reexec", timeout=30)
    check(status != 0, f"daemon-reexec failed; it said {text!r}")
    check_in("PID 1 goes on as it is", text, "message")
    p.expect(pattern)
    p.expect(r"cannot carry on from here: this PID 1 stays")
    check_equal(p.show("a.service", "MainPID"), before, "main pid")
    check_equal(p.run("cmp", "/proc/1/exe", os.path.join(BUILD, GROWN)), (0, ""), "the program that runs")


@case
def a_program_that_cannot_carry_on_changes_nothing():
    """The PID 1 of this case is pintle-grown because it waits 300 ms for an answer."""
    with Program(GROWN) as program, Pid1({"a.service": service(start="log @DIR@/out a")}, pid1=program.path) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        program.install(FOREIGN)
        refused(p, program, pid, "cannot read the run table")
        program.install("/bin/false")
        refused(p, program, pid, "")
        program.install_script("exec sleep 1000\n")
        refused(p, program, pid, "")
        program.install_script("kill -SEGV $$\n")
        refused(p, program, pid, "")
        with open(program.path, "wb"):
            pass
        refused(p, program, pid, "")
        os.unlink(program.path)
        refused(p, program, pid, "")
        check("carries on" not in p.log, "PID 1 was not executed")
        check_equal(p.run("sh", "-c", "cat /proc/[0-9]*/comm")[1].split().count("sleep"), 0, "who hung is gone")
        upgrade(p, program, ORDINARY)
        check_equal(p.show("a.service", "MainPID"), pid, "main pid after the upgrade")
        check_equal(p.end(), 0, "exit status")
        check_equal(p.read("out"), "a\nstop a\n", "one life")


@case
def a_crash_carries_on_when_the_program_is_gone_or_another():
    with Program() as program, Pid1({"a.service": service(start="log @DIR@/out a")}, pid1=program.path,
                                    arguments=["--no-safe-mode"]) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        os.unlink(program.path)
        for i in range(3):
            p.signal(signal.SIGSEGV)
            p.expect(rf"this is fault {i + 1}")
        check_equal(p.show("a.service", "MainPID"), pid, "main pid")
        program.install("/bin/false")
        p.signal(signal.SIGSEGV)
        p.expect(r"this is fault 4")
        check_equal(p.show("a.service", "MainPID"), pid, "main pid")
        upgrade(p, program, ORDINARY)
        check_equal(p.end(), 0, "exit status")
        check_equal(p.read("out"), "a\nstop a\n", "one life")


main(prepare)
