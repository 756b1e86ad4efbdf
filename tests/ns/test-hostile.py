#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Neighbours that flood PID 1, and services that never stop dying: restarts, control, timers and notify go on.

The time to restart a service is measured in the quiet and under each flood, in the same PID 1, by a program inside: the
median of some dozens. It may be three times the quiet one. A busy machine can spoil one measurement, so there are three
tries. What services print goes to the kernel's log or to what PID 1 inherited; there are no log pipes yet that could fill.
"""

import os
import re
import signal
import statistics
import subprocess
import time

from namespace import BUILD, Pid1, SERVICE, prepare, service
from testcase import Failure, add_case, case, check, check_equal, main

HOSTILE = os.path.join(BUILD, "tests/ns/nshostile")
NOBODY = "65534"
RESTARTS = 25
FACTOR = 3
TRIES = 3
CONTROL_BOUND = 5.0  # seconds for a pintlectl to begin, ask and print, on a machine of which a flood has its share

UNITS = {
    "stamp.service": f"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart={HOSTILE} stamp @DIR@/stamps\n"
                     "Restart=always\nRestartSec=0\n",
    "ready.service": service("Type=notify", "NotifyAccess=main", start="notify READY=1"),
    "idle.service": service(start="pause", unit=("StartLimitIntervalSec=0",)),
}


def stamped(p):
    """The file is there a moment before the first stamp is in it."""
    return os.path.exists(p.path("stamps")) and os.path.getsize(p.path("stamps")) > 0


def restarts(p):
    """Median microseconds of a restart."""
    status, text = p.run(HOSTILE, "restarts", p.path("stamps"), str(RESTARTS), timeout=120)
    if status != 0:
        raise Failure(f"a restart did not come: {text!r}", p.ctl("status", "stamp.service")[1] + p.detail())
    return statistics.median(int(word) for word in text.split())


def control(p):
    """Seconds of the slowest of some requests by root."""
    slowest = 0.0
    for words in (("stop", "idle.service"), ("start", "idle.service"), ("restart", "idle.service")):
        begin = time.monotonic()
        status, text = p.ctl(*words, timeout=60)
        slowest = max(slowest, time.monotonic() - begin)
        check_equal((status, text), (0, ""), f"pintlectl {' '.join(words)} under a flood")
    return slowest


class Attack:
    """Programs that flood, inside; each says a word when it is at work."""

    def __init__(self, p, commands, user=None):
        self.processes = []
        for words in commands:
            process = p.start(HOSTILE, *words, user=user)
            self.processes.append(process)
            line = process.stdout.readline()
            if not line.strip():
                self.stop()
                raise Failure(f"{' '.join(words)} did not begin")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()


def bears(p, attack, what):
    """The restart's time is within bounds under the attack, and root gets through."""
    found = []
    for _ in range(TRIES):
        quiet = restarts(p)
        with attack() as running:
            loud = restarts(p)
            slowest = control(p)
            for process in running.processes:
                check(process.poll() is None, f"{what} ended by itself")
        found.append((loud / quiet, f"restart {quiet:.0f} us quiet, {loud:.0f} us under {what}; control {slowest * 1000:.0f} ms"))
        if loud < FACTOR * quiet and slowest < CONTROL_BOUND:
            print("     " + found[-1][1])
            return
    raise Failure(f"{what}: never within {FACTOR} times the quiet value: " + "; ".join(text for _, text in found))


def descriptors(p):
    return len(os.listdir(f"/proc/{p.pid1()}/fd"))


def flood(name, commands, user=None, units=()):
    def run():
        with Pid1({**UNITS, **dict(units)}, debug=False) as p:
            p.expect(r"reached default\.target")
            p.wait_until(lambda: stamped(p), "the first stamp")
            before = descriptors(p)
            bears(p, lambda: Attack(p, commands, user), name)
            p.wait_until(lambda: descriptors(p) <= before + 2, "PID 1 has let go of the flood's descriptors")
            check_equal(p.end(), 0, "exit status")
    add_case("bears_" + re.sub(r"\W+", "_", name), run)


flood("a notify flood by anybody", [["notify-flood"]], user=NOBODY)
flood("a notify flood of true words", [["notify-flood", "STATUS=yet another"]])
flood("10000 silent control clients", [["control", "10000", "silent"]])
flood("1000 control clients that send a byte now and then", [["control", "1000", "byte"]])
flood("1000 control clients that send junk", [["control", "1000", "junk"]])
flood("1000 control clients that vanish before the answer", [["control", "1000", "vanish"]])
flood("10000 waiting readers and one stopped in the middle", [["waiters", "10000"], ["stopped-reader"]], user=NOBODY)


@case
def bears_a_service_that_floods_its_own_notify_socket():
    units = {**UNITS, "loud.service": "[Service]\nType=notify\nNotifyAccess=all\nTimeoutStopSec=2s\n"
                                      f"ExecStart={HOSTILE} notify-flood 'READY=1 STATUS=still'\n"}
    units["loud.service"] = units["loud.service"].replace("'READY=1 STATUS=still'", r"READY=1\nSTATUS=still")
    with Pid1({**units, "default.target": "[Unit]\nWants=stamp.service ready.service idle.service\n"}, debug=False) as p:
        p.expect(r"reached default\.target")
        p.wait_until(lambda: stamped(p), "the first stamp")
        found = []
        for _ in range(TRIES):
            quiet = restarts(p)
            check_equal(p.ctl("start", "loud.service"), (0, ""), "start of the loud service")
            loud, slowest = restarts(p), control(p)
            check_equal(p.ctl("stop", "loud.service"), (0, ""), "stop of the loud service")
            quiet = max(quiet, restarts(p))
            found.append(f"restart {quiet:.0f} us quiet, {loud:.0f} us with the loud service; control {slowest * 1000:.0f} ms")
            if loud < FACTOR * quiet and slowest < CONTROL_BOUND:
                print("     " + found[-1])
                return
        raise Failure("never within bounds: " + "; ".join(found))


@case
def nobody_but_root_reaches_the_control_socket():
    with Pid1(UNITS, debug=False) as p:
        p.expect(r"reached default\.target")
        status, text = p.run(HOSTILE, "control", "10", "silent", user=NOBODY)
        check_equal((status, text), (1, "refused\n"), "a connection by nobody")


@case
def control_timers_and_notify_are_served_while_100_services_die_for_ever():
    dying = {f"dying{i}.service": "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/true\nRestart=always\nRestartSec=0\n"
             for i in range(100)}
    late = service("Type=oneshot", "TimeoutStartSec=700ms", start="pause")
    units = {**UNITS, **dying, "late.service": late, "say.service": service("Type=notify", start="notify READY=1"),
             "default.target": "[Unit]\nWants=stamp.service idle.service ready.service\n"}
    with Pid1(units, debug=False) as p:
        p.expect(r"reached default\.target")
        p.wait_until(lambda: stamped(p), "the first stamp")
        check_equal(p.ctl("start", *dying)[0] in (0, 1), True, "start of the dying")
        slowest = control(p)
        begin = time.monotonic()
        p.ctl("start", "late.service")
        timer = time.monotonic() - begin
        check_equal(p.show("late.service", "Result"), "timeout", "what ended the late one")
        begin = time.monotonic()
        check_equal(p.ctl("start", "say.service"), (0, ""), "start of one that says READY=1")
        notify = time.monotonic() - begin
        count = int(p.show("dying7.service", "NRestarts"))
        p.wait_until(lambda: int(p.show("dying7.service", "NRestarts")) > count + 2, "they still die and start")
        text = f"control {slowest * 1000:.0f} ms, a timer of 700 ms {timer * 1000:.0f} ms, notify {notify * 1000:.0f} ms"
        print("     " + text)
        check(slowest < CONTROL_BOUND and timer < 0.7 + CONTROL_BOUND and notify < CONTROL_BOUND, "too slow: " + text)
        check_equal(p.end(60), 0, "exit status")


@case
def control_is_served_between_20000_orphans():
    units = {**UNITS, "orphans.service": service(start=r"orphans 20000"),
             "default.target": "[Unit]\nWants=stamp.service idle.service ready.service\n"}
    with Pid1(units, debug=False) as p:
        p.expect(r"reached default\.target")
        check_equal(p.ctl("start", "--no-block", "orphans.service"), (0, ""), "start")
        slowest = max(control(p) for _ in range(3))
        print(f"     control {slowest * 1000:.0f} ms")
        check(slowest < CONTROL_BOUND, f"control took {slowest:.1f} s")
        p.wait_until(lambda: p.zombies() == 0, "all of them reaped", 60)
        check_equal(p.ctl("stop", "orphans.service"), (0, ""), "stop")
        check_equal(p.end(), 0, "exit status")


main(prepare)
