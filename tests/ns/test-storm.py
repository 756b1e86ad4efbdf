#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A storm: PID 1 is struck with SIGSEGV at random moments while services start, stop, notify, fail and are killed. Afterwards
everything that should run does, once, with the pid it had; nothing is leaked. The counts are printed, and the seed."""

import mmap
import os
import random
import signal
import struct
import tempfile
import threading
import time

from namespace import BUILD, Pid1, prepare, service
from testcase import Failure, add_case, check, check_equal, check_not_in, main

STRIKES = int(os.environ.get("PINTLE_STORM_STRIKES", "400"))
NEVER = 1 << 31
CALLS_FROM_END = range(700, 1050)  # of a reload; what comes after is the answer and the look around
STABLE, CHANGING, CRASHES = 60, 20, int(os.environ.get("PINTLE_STORM_CRASHES", "500"))


def units():
    """Services of each type that nobody touches, and some that are started, stopped and killed all the time."""
    made = {}
    kinds = {"simple": (("Type=simple",), "log @DIR@/out {}"), "exec": (("Type=exec",), "log @DIR@/out {}"),
             "notify": (("Type=notify",), r"notify READY=1 STATUS={}"),
             "oneshot": (("Type=oneshot", "RemainAfterExit=yes"), "say @DIR@/out {} ."),
             "dirs": (("RuntimeDirectory={}", "WorkingDirectory=/"), "log @DIR@/out {}")}
    for i in range(STABLE):
        kind = list(kinds)[i % len(kinds)]
        lines, start = kinds[kind]
        name = f"{kind}{i}"
        made[name + ".service"] = service(*(line.format(name) for line in lines), start=start.format(name))
    for i in range(CHANGING):
        made[f"c{i}.service"] = service("Restart=always", "RestartSec=1ms", "RuntimeDirectory=c%d" % i if i % 2 else "",
                                        unit=("StartLimitIntervalSec=0",), start=f"log @DIR@/changing c{i}")
    return made


class Striker(threading.Thread):
    """Strikes until told to stop. What it cannot hit (PID 1 between exec and its handlers) the kernel ignores."""

    def __init__(self, pid, seed):
        super().__init__(daemon=True)
        self.pid, self.random, self.sent, self.going = pid, random.Random(seed), 0, True

    def run(self):
        while self.going and self.sent < CRASHES:
            time.sleep(self.random.expovariate(1 / 0.006))
            os.kill(self.pid, signal.SIGSEGV)
            self.sent += 1


def processes(p):
    """{words of the command line: [pids]} of the services."""
    found = {}
    _, text = p.run("sh", "-c", r"for f in /proc/[0-9]*; do printf '%s ' ${f#/proc/}; tr '\0' ' ' < $f/cmdline; echo; done 2>&-")
    for line in text.splitlines():
        pid, _, rest = line.partition(" ")
        if "nsservice" in rest:
            found.setdefault(rest.strip(), []).append(pid)
    return found


def disturb(p, names, rand, counts):
    name = rand.choice(names)
    what = rand.choice(("restart", "stop", "start", "kill", "kill", "reload", "reexec"))
    counts[what] = counts.get(what, 0) + 1
    if what == "kill":
        pid = p.show(name, "MainPID")
        if pid.isdigit() and int(pid) > 1:
            p.run("kill", "-9", pid)
    elif what == "reload":
        p.ctl("daemon-reload", timeout=60)
    elif what == "reexec":
        p.ctl("daemon-reexec", timeout=60)
    else:
        p.ctl(what, "--no-block", name, timeout=60)


def storm():
    seed = int(os.environ.get("PINTLE_STORM_SEED", time.time_ns() % 1000000))
    rand, made, counts = random.Random(seed), units(), {}
    changing = [name for name in made if name[0] == "c"]
    stable = [name for name in made if name[0] != "c"]
    with Pid1(made, arguments=["--no-safe-mode"], debug=False) as p:
        p.expect(r"reached default\.target")
        pids = {name: p.show(name, "MainPID") for name in stable}
        striker = Striker(p.pid1(), seed)
        striker.start()
        while striker.is_alive():
            disturb(p, changing, rand, counts)
            while p._take(time.monotonic() + 0.001):
                pass
        striker.join()
        try:
            check_equal(p.ctl("start", *changing, timeout=60), (0, ""), "start of everything")
            check_equal({name: p.show(name, "MainPID") for name in stable}, pids, "main pids of those left alone")
            check_equal(p.ctl("is-active", "-q", *made)[0], 0, "all are active")
            p.wait_until(lambda: all(len(one) == 1 for one in processes(p).values()), "each service runs once", 5)
            check_equal(len(processes(p)), len([n for n in made if "oneshot" not in n]), "processes of services")
            p.wait_until(lambda: p.zombies() == 0, "no zombies")
            lines = (p.read("out") or "").split()
            for name in stable:
                word = name.partition(".")[0]
                if "notify" not in word:
                    check_equal(lines.count(word), 1, f"lives of {name}")
            crashes = p.run("sh", "-c", "ls /proc/1/fd | wc -l")[1].strip()
            print(f"  seed {seed}: {striker.sent} strikes, {p.log.count('crashed with')} lines of crashes seen, "
                  f"{sum(counts.values())} changes {counts}, {crashes} descriptors")
            check_equal(p.end(), 0, "exit status")
        except Failure as failure:
            raise Failure(f"{failure} (PINTLE_STORM_SEED={seed})", failure.detail or p.detail())


class Order:
    """The file that tells pintle-struck where to fault (struck.c)."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="pintle-struck-")
        self.file.write(bytes(4096))
        self.file.flush()
        os.chmod(self.file.name, 0o666)
        self.map = mmap.mmap(self.file.fileno(), 4096)

    FAULT, HANG, OVERFLOW = range(3)

    def give(self, functions, hang=FAULT):
        struct.pack_into("II", self.map, 0, functions, hang)

    def pending(self):
        return struct.unpack_from("I", self.map, 0)[0] != 0

    def left(self):
        """How many calls are still to come before the strike."""
        return struct.unpack_from("I", self.map, 0)[0]

    def count(self):
        return struct.unpack_from("I", self.map, 8)[0]

    def release(self):
        """A hang that has been left is not entered again."""
        struct.pack_into("I", self.map, 4, 0)


def a_reload_struck_at_its_end_loses_nothing():
    """The moment when one database and table take the place of others: each function of it, one after the other."""
    order, made = Order(), {f"s{i}.service": service(start="pause") for i in range(3)}
    with Pid1(made, arguments=["--no-safe-mode"], debug=False, pid1="tests/ns/pintle-struck",
              wrapper=("env", f"PINTLE_STRUCK={order.file.name}")) as p:
        p.expect(r"reached default\.target")
        pids = {name: p.show(name, "MainPID") for name in made}
        order.give(NEVER)
        check_equal(p.ctl("daemon-reload", timeout=60), (0, ""), "a reload")
        calls = NEVER - order.left()
        for back in CALLS_FROM_END:
            p.write("new.service", f"[Unit]\nDescription={back}\n[Service]\nExecStart=/bin/true\n")
            order.give(calls - back)
            p.ctl("daemon-reload", timeout=60)
            p.listen(0.01)
        order.give(0)
        struck = order.count()
        check_equal(p.ctl("daemon-reload", timeout=60), (0, ""), "a reload in peace")
        p.listen(0.1)
        check_not_in(" is lost", p.log, "log")
        check_equal({name: p.show(name, "MainPID") for name in made}, pids, "main pids")
        check(struck > len(CALLS_FROM_END) // 2, f"only {struck} strikes of {len(CALLS_FROM_END)}")
        print(f"  {calls} calls of a reload, struck {struck} times")
        check_equal(p.end(), 0, "exit status")


def a_start_struck_while_its_exec_is_reported_comes_to_its_end():
    """Type=exec: PID 1 reads the end of a pipe, and tells the engine; struck in each few functions around that."""
    order, rest = Order(), "[Unit]\nDescription=nothing yet\n"
    with Pid1({"a.service": service("Type=exec", start="pause", unit=("StartLimitIntervalSec=0",)), "default.target": rest},
              arguments=["--no-safe-mode"], debug=False, pid1="tests/ns/pintle-struck",
              wrapper=("env", f"PINTLE_STRUCK={order.file.name}")) as p:
        p.expect(r"reached default\.target")
        order.give(NEVER)
        check_equal(p.ctl("start", "a.service"), (0, ""), "a start")
        calls = NEVER - order.left()
        order.give(0)
        for at in range(calls * 2 // 5, calls // 2, 8):
            p.ctl("stop", "a.service")
            order.give(at)
            p.ctl("start", "--no-block", "a.service")
            p.wait_until(lambda: p.show("a.service", "SubState") == "running", f"running, struck at call {at}", 5)
            order.give(0)
        check(order.count() > 5, f"only {order.count()} strikes")
        print(f"  {calls} calls of a start, struck {order.count()} times")
        check_equal(p.end(), 0, "exit status")


def struck_inside_its_functions():
    """Each change of a service is hit once, somewhere between its first and its last function."""
    seed = int(os.environ.get("PINTLE_STORM_SEED", time.time_ns() % 1000000))
    rand, made, counts, order = random.Random(seed), units(), {}, Order()
    changing = [name for name in made if name[0] == "c"]
    stable = [name for name in made if name[0] != "c"]
    with Pid1(made, arguments=["--no-safe-mode"], debug=False, pid1="tests/ns/pintle-struck",
              wrapper=("env", f"PINTLE_STRUCK={order.file.name}")) as p:
        p.expect(r"reached default\.target")
        pids = {name: p.show(name, "MainPID") for name in stable}
        try:
            for _ in range(STRIKES):
                order.give(int(rand.expovariate(1 / 400)) + 1)
                disturb(p, changing, rand, counts)
                while p._take(time.monotonic() + 0.001):
                    pass
            order.give(0)
            check_equal(p.ctl("start", *changing, timeout=60), (0, ""), "start of everything")
            check_equal({name: p.show(name, "MainPID") for name in stable}, pids, "main pids of those left alone")
            check_equal(p.ctl("is-active", "-q", *made)[0], 0, "all are active")
            p.wait_until(lambda: all(len(one) == 1 for one in processes(p).values()), "each service runs once", 5)
            p.wait_until(lambda: p.zombies() == 0, "no zombies")
            print(f"  seed {seed}: struck {order.count()} times, changes {counts}")
            check_equal(p.end(), 0, "exit status")
        except Failure as failure:
            raise Failure(f"{failure} (PINTLE_STORM_SEED={seed})", failure.detail or p.detail())


def a_hang_is_left():
    order = Order()
    with Pid1({"a.service": service(start="pause")}, pid1="tests/ns/pintle-struck",
              wrapper=("env", f"PINTLE_STRUCK={order.file.name}")) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        order.give(50, Order.HANG)
        p.run("sh", "-c", f"{BUILD}/pintlectl stop --no-block nothing.service; {BUILD}/pintlectl reset-failed a.service")
        p.expect(r"PID 1 was hung .* carries on")
        order.release()
        check_equal(p.show("a.service", "MainPID"), pid, "main pid")
        check_equal(p.ctl("stop", "a.service"), (0, ""), "stop")
        check_equal(p.end(), 0, "exit status")


def an_overflow_of_the_stack_is_survived():
    order = Order()
    with Pid1({"a.service": service(start="pause")}, pid1="tests/ns/pintle-struck",
              wrapper=("env", f"PINTLE_STRUCK={order.file.name}")) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        for i in range(3):
            order.give(50, Order.OVERFLOW)
            p.run("sh", "-c", f"{BUILD}/pintlectl stop --no-block nothing.service; {BUILD}/pintlectl reset-failed a.service")
            p.expect(rf"PID 1 crashed with SIGSEGV .* carries on .* this is fault {i + 1}")
        check_equal(p.show("a.service", "MainPID"), pid, "main pid")
        check_equal(p.ctl("stop", "a.service"), (0, ""), "stop")
        check_equal(p.end(), 0, "exit status")


add_case("nothing_is_lost_when_struck_inside_any_function", struck_inside_its_functions)
add_case("a_reload_struck_at_its_end_loses_nothing", a_reload_struck_at_its_end_loses_nothing)
add_case("a_start_struck_while_its_exec_is_reported_comes_to_its_end",
         a_start_struck_while_its_exec_is_reported_comes_to_its_end)
add_case("a_hang_is_left", a_hang_is_left)
add_case("an_overflow_of_the_stack_is_survived", an_overflow_of_the_stack_is_survived)
add_case("nothing_is_lost_without_cgroups", storm)

main(prepare)
