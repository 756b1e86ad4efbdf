#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What runs out for real: room in /run, PID 1's descriptors, processes to reap. Services live, root gets through, and it mends.

A read-only /run cannot be had: PID 1 maps the run table for writing, so the kernel refuses the remount (EBUSY)."""

import resource

from namespace import Pid1, prepare, service
from testcase import case, check, check_equal, check_in, main

UNITS = {"a.service": service("Restart=always", "RestartSec=0", start="pause", unit=("StartLimitIntervalSec=0",)),
         "n.service": service("Type=notify", start="notify READY=1"),
         "later.service": service(start="pause"),
         "default.target": "[Unit]\nWants=a.service n.service\n"}


def booted(**more):
    p = Pid1(UNITS, **more)
    p.expect(r"reached default\.target")
    return p


def crash_and_restart(p):
    pid = p.show("a.service", "MainPID")
    p.run("kill", "-9", pid)
    p.wait_until(lambda: p.show("a.service", "MainPID") not in ("0", "", pid), "a.service runs again")


@case
def a_run_that_gets_full_changes_nothing_for_what_runs():
    with booted(run_size="4m") as p:
        p.run("sh", "-c", "dd if=/dev/zero of=/run/full bs=4096 2>/dev/null")
        crash_and_restart(p)
        check_equal(p.ctl("start", "later.service"), (0, ""), "start")
        check_equal(p.ctl("restart", "n.service"), (0, ""), "restart of one with a notify socket")
        status, text = p.ctl("daemon-reload")
        check(status != 0 and text.strip(), f"a reload without room says why: {status} {text!r}")
        check_equal(p.show("later.service", "ActiveState"), "active", "what is there stays")
        p.run("rm", "/run/full")
        check_equal(p.ctl("daemon-reload"), (0, ""), "a reload when there is room again")
        check_equal(p.end(), 0, "exit status")


@case
def a_pid_1_out_of_descriptors_says_so_and_goes_on_when_there_are_some():
    with booted() as p:
        limits = resource.prlimit(p.pid1(), resource.RLIMIT_NOFILE)
        crash_and_restart(p)
        resource.prlimit(p.pid1(), resource.RLIMIT_NOFILE, (5, limits[1]))
        status, text = p.ctl("status", "a.service")
        check_equal(status, 0, "looking needs no descriptor of PID 1")
        pid = p.show("a.service", "MainPID")
        p.run("kill", "-9", pid)
        resource.prlimit(p.pid1(), resource.RLIMIT_NOFILE, limits)
        check_equal(p.ctl("restart", "n.service"), (0, ""), "restart with descriptors")
        check_equal(p.ctl("start", "a.service"), (0, ""), "start")
        check_equal(p.show("a.service", "ActiveState"), "active", "a")
        check_equal(p.end(), 0, "exit status")


@case
def fifty_thousand_orphans_and_coalesced_signals_are_all_reaped():
    with Pid1({**UNITS, "many.service": service(start="orphans 50000")}, debug=False) as p:
        p.expect(r"reached default\.target")
        check_equal(p.ctl("start", "--no-block", "many.service"), (0, ""), "start")
        for _ in range(5):
            crash_and_restart(p)
        p.wait_until(lambda: p.zombies() == 0, "all of them reaped", 90)
        check_equal(p.end(30), 0, "exit status")


@case
def a_fork_bomb_in_a_service_is_stopped():
    bomb = "[Service]\nExecStart=/bin/sh -c 'while :; do (while :; do :; done) & sleep 0.02; done'\nTimeoutStopSec=1s\n"
    with Pid1({**UNITS, "bomb.service": bomb}, cgroups=True, debug=False) as p:
        p.expect(r"reached default\.target")
        check_equal(p.ctl("start", "bomb.service"), (0, ""), "start")
        crash_and_restart(p)
        check_in(p.ctl("stop", "bomb.service", timeout=60)[0], (0, 1), "stop")
        p.wait_until(lambda: p.show("bomb.service", "ActiveState") in ("inactive", "failed"), "it is over", 30)
        text = p.run("sh", "-c", "grep -l '[w]hile :' /proc/[0-9]*/cmdline 2>/dev/null | wc -l")[1]
        check(int(text) == 0, f"{text.strip()} processes of it are left")
        check_equal(p.end(30), 0, "exit status")


main(prepare)
