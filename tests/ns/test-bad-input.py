#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad unit files, junk at the control socket, a full /run: each is said, and nothing that runs is lost."""

import os
import socket

from namespace import BUILD, Pid1, prepare, service
from testcase import case, check, check_equal, check_in, main

GOOD = {"good.service": service(start="pause")}


@case
def bad_unit_files_cost_their_own_unit_only():
    units = dict(GOOD)
    units |= {"garbage.service": "\x01\x02[[[\n=\nExecStart\n[Service\n" + "x" * 5000 + "\n",
              "latin.service": "[Service]\nExecStart=/bin/\udce9\n",
              "empty.service": "",
              "nostart.service": "[Service]\nType=simple\n",
              "badtype.service": "[Service]\nType=wrong\nExecStart=/bin/true\n",
              "self.service": service(unit=("After=self.service", "Requires=self.service"), start="pause"),
              "ring1.service": service(unit=("After=ring2.service",), start="pause"),
              "ring2.service": service(unit=("After=ring1.service",), start="pause")}
    with Pid1(units) as p:
        p.expect_all([r"good\.service: .* -> running", r"ring1\.service: .* -> running", r"ring2\.service: .* -> running",
                      r"self\.service: .* -> running"])
        check_equal(p.show("good.service", "ActiveState"), "active", "the good one")
        check(p.show("badtype.service", "LoadState") in ("bad-setting", "error"), "the bad one is said to be bad")
        status, text = p.ctl("start", "nostart.service")
        check(status != 0, f"a service without ExecStart= does not start: {text}")
        check_equal(p.end(), 0, "exit status")


def connect(p):
    """To the control socket from outside, through PID 1's own root."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(f"/proc/{p.pid1()}/root/run/pintle/control")  # blocks while the queue is full
    s.settimeout(10)
    return s


@case
def junk_at_the_control_socket_is_answered_or_dropped():
    with Pid1(GOOD) as p:
        p.expect(r"good\.service: .* -> running")
        for junk in (b"x", b"\0" * 16, os.urandom(100), b"A" * 512, b"A" * 60000):
            with connect(p) as s:
                s.send(junk)
                reply = s.recv(512)
                check(len(reply) > 16, f"{junk[:10]!r}: a reply that says what is wrong, found {reply!r}")
        silent = [connect(p) for _ in range(100)]  # more than PID 1 has places for: the oldest go
        gone = [connect(p) for _ in range(50)]
        for s in gone:
            s.close()
        check_equal(p.ctl("is-active", "good.service")[0], 0, "is-active")
        check_equal(p.ctl("stop", "good.service")[0], 0, "stop, with a hundred silent clients")
        for s in silent:
            s.close()
        check_equal(p.end(), 0, "exit status")


@case
def nobody_but_root_is_heard():
    with Pid1(GOOD) as p:
        p.expect(r"good\.service: .* -> running")
        status, text = p.run(os.path.join(BUILD, "pintlectl"), "stop", "good.service", user=65534)
        check(status != 0, f"stop by another user: {text}")
        # The mode of the socket is one guard, the peer's user id the other.
        check_equal(p.run("chmod", "0777", "/run/pintle/control")[0], 0, "chmod")
        status, text = p.run(os.path.join(BUILD, "pintlectl"), "stop", "good.service", user=65534)
        check(status != 0, f"stop by another user who reaches the socket: {text}")
        check_equal(p.ctl("is-active", "good.service")[0], 0, "is-active")


@case
def a_full_run_loses_nothing_that_runs():
    units = dict(GOOD) | {"n.service": service("Type=notify", start="notify READY=1"),
                          "late.service": service("Restart=always", "RestartSec=0", start="pause")}
    with Pid1(units, run_size="2m") as p:
        p.expect(r"reached default\.target")
        p.run("sh", "-c", "cat /dev/zero > /run/full 2>/dev/null")
        pid = p.show("late.service", "MainPID")
        p.run("kill", "-9", pid)
        p.expect(r"late\.service: .* -> running")
        check_equal(p.ctl("stop", "good.service")[0], 0, "stop")
        check_equal(p.ctl("start", "good.service")[0], 0, "start")
        check_equal(p.show("n.service", "ActiveState"), "active", "n")
        check_equal(p.end(), 0, "exit status")


@case
def a_person_who_runs_it_is_told_what_it_is():
    with Pid1(GOOD) as p:
        status, text = p.run(os.path.join(BUILD, "pintle"))
        check_equal(status, 1, "exit status")
        check_in("pintlectl", text, "what it says")


main(prepare)
