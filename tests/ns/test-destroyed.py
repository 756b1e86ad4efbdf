#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The run table, the unit database or both are overwritten under a PID 1 that then crashes: they are made again from the
database, the unit files and the kernel's view. Services go on running, and none is started twice."""

import itertools
import os
import signal
import sys

from namespace import Pid1, need_cgroups, prepare, service
from testcase import add_case, check_equal, check_in, main

TABLE, DATABASE = "/run/pintle/table", "/run/pintle/units.db"
SPOILED = {"a_page_of_junk": lambda size: os.urandom(4096), "zeroes": bytes,
           "ones": lambda size: b"\xff" * size, "junk": os.urandom}
# The table of a database that is lost is not the new one's, so it is made anew as well.
SAID = {(TABLE,): (r"the run table cannot be read", r"the run table is lost"),
        (DATABASE,): (r"the unit database '.*' is refused", r"the unit files are compiled anew", r"the run table is lost"),
        (TABLE, DATABASE): (r"the unit database '.*' is refused", r"the unit files are compiled anew", r"the run table is lost")}
UNITS = {"a.service": service(start="log @DIR@/out a"),
         "n.service": service("Type=notify", start="notify READY=1"),
         "r.service": service("Restart=always", "RestartSec=0", start="log @DIR@/out r"),
         "x.service": service("Type=oneshot", "RemainAfterExit=yes", start="say @DIR@/out x"),
         "o.service": service("Type=oneshot", start="say @DIR@/out o"),
         "s.service": service(start="log @DIR@/out s")}
RUNNING = ("a.service", "n.service", "r.service", "x.service")


def spoil(p, files, make):
    """Overwritten and crashed in one go, so that PID 1 does not look at it in between."""
    words = []
    for number, name in enumerate(files):
        size = int(p.run("stat", "-c", "%s", name)[1])
        with open(p.path(f"spoiled{number}"), "wb") as f:
            f.write(make(size))
        words.append(f"cat {p.path(f'spoiled{number}')} 1<> {name}")
    check_equal(p.run("sh", "-c", "; ".join([*words, "kill -SEGV 1"])), (0, ""), "overwriting")


def lives(p):
    return sorted(line for line in (p.read("out") or "").splitlines() if not line.startswith("stop"))


def check_goes_on(p, pids):
    check_equal({name: p.show(name, "MainPID") for name in RUNNING}, pids, "main pids")
    check_equal(p.ctl("is-active", "-q", *RUNNING)[0], 0, "all are active")
    check_equal(p.show("s.service", "ActiveState"), "inactive", "what was stopped")
    status, text = p.ctl("status", "a.service")
    check_equal(status, 0, f"status: {text}")
    check_in(pids["a.service"], text, "status")


def is_made_again(files, make, cgroups):
    def run():
        if cgroups:
            need_cgroups()
        with Pid1(UNITS, cgroups=cgroups, arguments=["--no-safe-mode"]) as p:
            p.expect(r"reached default\.target")
            p.wait_until(lambda: len(lives(p)) == 5, "all have run")
            check_equal(p.ctl("stop", "s.service")[0], 0, "stop")
            pids = {name: p.show(name, "MainPID") for name in RUNNING}
            fds = None
            for _ in range(2):
                spoil(p, files, make)
                for pattern in SAID[files]:
                    p.expect(pattern)
                p.expect(r"rebuilt from \d+ processes")
                p.wait_until(lambda: p.ctl("is-active", "-q", "a.service")[0] == 0, "answers")
                check_goes_on(p, pids)
                p.signal(signal.SIGSEGV)
                p.expect(r"PID 1 crashed .* carries on")
                check_goes_on(p, pids)
                found = len(p.run("sh", "-c", "ls /proc/1/fd")[1].split())
                check_equal(found, fds or found, "descriptors")
                fds = found
            p.run("kill", "-9", pids["r.service"])
            p.wait_until(lambda: p.show("r.service", "MainPID") not in ("0", pids["r.service"]), "its restart")
            check_equal(p.ctl("restart", "n.service"), (0, ""), "restart")
            check_equal(p.ctl("start", "s.service"), (0, ""), "start")
            p.wait_until(lambda: len(lives(p)) >= 7, "both have written their line")
            check_equal(p.zombies(), 0, "zombies")
            check_equal(p.end(), 0, "exit status")
            check_equal(lives(p), ["a", "o", "r", "r", "s", "s", "x"], "lives")
    return run


def say(p, pid, text):
    """To the socket that the process was given, from another one of the service's (NotifyAccess=all)."""
    check_equal(p.run(sys.executable, "-c", f"""
import socket
words = open("/proc/{pid}/environ").read().split(chr(0))
path = next(word.partition("=")[2] for word in words if word.startswith("NOTIFY_SOCKET="))
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"{text}", path)
"""), (0, ""), "sending")


def who_notifies_is_heard(files):
    def run():
        units = {f"n{i}.service": service("Type=notify", "NotifyAccess=all", start=f"notify READY=1 N={i}") for i in range(3)}
        with Pid1(units, arguments=["--no-safe-mode"]) as p:
            p.expect(r"reached default\.target")
            pids = {name: p.show(name, "MainPID") for name in units}
            spoil(p, files, bytes)
            p.expect(r"rebuilt from 3 processes")
            p.wait_until(lambda: p.ctl("is-active", "-q", *units)[0] == 0, "answers")
            check_equal(p.ctl("restart", "n1.service"), (0, ""), "restart")
            for name in units:
                say(p, p.show(name, "MainPID"), f"STATUS={name} is heard")
            for name in units:
                p.wait_until(lambda name=name: p.show(name, "StatusText") == f"{name} is heard", f"the status of {name}", 3)
            check_equal([p.show(name, "MainPID") == pids[name] for name in units], [True, False, True], "who runs on")
            check_equal(p.ctl("stop", *units), (0, ""), "stop")
            check_equal(p.run("ls", "/run/pintle/notify"), (0, ""), "sockets left")
            check_equal(p.end(), 0, "exit status")
    return run


for made, (how, fill) in itertools.product(SAID, SPOILED.items()):
    what = "_and_".join(os.path.basename(name).replace("units.db", "database") for name in made)
    add_case(f"{what}_overwritten_with_{how}", is_made_again(made, fill, False))
for made in SAID:
    what = "_and_".join(os.path.basename(name).replace("units.db", "database") for name in made)
    add_case(f"{what}_lost_and_who_notifies_is_heard", who_notifies_is_heard(made))
add_case("table_overwritten_with_cgroups", is_made_again((TABLE,), os.urandom, True))
add_case("table_and_database_overwritten_with_cgroups", is_made_again((TABLE, DATABASE), os.urandom, True))

main(prepare)
