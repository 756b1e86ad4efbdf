#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""PID 1 crashes and carries on: what runs goes on running, what ends meanwhile is known, nothing runs twice."""

import os
import signal

from namespace import Pid1, need_cgroups, prepare, service
from testcase import add_case, case, check_equal, main


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
            before = descriptors(p)
            crash(p, number)
            check_equal(p.ctl("is-active", "a.service", "n.service")[0], 0, "both are active")
            check_equal({name: p.show(name, "MainPID") for name in units}, pids, "main pids")
            check_equal(descriptors(p), before, "descriptors")
            p.run("kill", "-9", pids["a.service"])
            p.expect(r"a\.service: .* -> running")
            check_equal(p.end(), 0, "exit status")
    return run


for one in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT, signal.SIGSYS, signal.SIGTRAP):
    add_case(f"{one.name.lower()}_is_survived", is_survived(one))


main(prepare)
