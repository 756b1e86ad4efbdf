#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A storm over 1,000 services of each type: PID 1 is struck with SIGSEGV and executed anew at random moments, its helpers are
killed, services crash, change their status, are killed, stopped, started and reloaded. Afterwards what should run does, with the
pid it had; each exit was counted once; nothing is leaked. The counts are printed, and the seed.

By default as much of 2,000 crashes and 500 re-execs as fits in PINTLE_STORM_SECONDS; with PINTLE_TEST_LONG=1 all of it.
"""

import os
import random
import re
import signal
import threading
import time

from namespace import SERVICE, Pid1, need_cgroups, prepare, service
from testcase import Failure, add_case, check, check_equal, main

CRASHES, REEXECS = 2000, 500
LONG = os.environ.get("PINTLE_TEST_LONG") == "1"
SECONDS = 3600 if LONG else float(os.environ.get("PINTLE_STORM_SECONDS", "75"))
SERVICES, CRASHERS, CHATTERERS, ENDERS, CHANGING = 1000, 40, 20, 20, 60
LIFE = "log @DIR@/out {}"

# What a service is started with, and what it says of itself. "{}" is its name.
KINDS = {
    "simple": (("Type=simple",), LIFE),
    "exec": (("Type=exec",), LIFE),
    "idle": (("Type=idle",), LIFE),
    "notify": (("Type=notify",), r"notify READY=1 STATUS={}"),
    "oneshot": (("Type=oneshot", "RemainAfterExit=yes"), "say @DIR@/out {}"),
    "lines": (("Type=simple", "ExecStartPre=@SELF@ say @DIR@/out pre-{}", "ExecStop=@SELF@ say @DIR@/out stop-{}",
               "ExecStopPost=@SELF@ say @DIR@/out post-{}"), LIFE),
    "setup": (("Type=exec", "RuntimeDirectory={}", "WorkingDirectory=/", "UMask=0077", "NoNewPrivileges=yes"), LIFE),
    "instance": (("Type=simple",), LIFE),
}


def one(name, lines, start, again=()):
    text = service(*lines, *again, unit=("StartLimitIntervalSec=0",), start=start)
    return text.replace("{}", name).replace("@SELF@", SERVICE)


def units():
    """{name: text}: those that are left alone, and those whose names begin with crash, chatter, end and change."""
    made, kinds = {}, list(KINDS)
    always = ("Restart=always", "RestartSec=1ms")
    for i in range(CRASHERS):
        post = ("ExecStopPost=@SELF@ say @DIR@/posts {}",) if i % 2 else ()
        made[f"crash{i}.service"] = one(f"crash{i}", post, "crash @DIR@/lives {} @DIR@/calm", always)
    for i in range(CHATTERERS):
        made[f"chatter{i}.service"] = one(f"chatter{i}", ("Type=notify",), "chatter @DIR@/last {} @DIR@/calm")
    for i in range(ENDERS):
        made[f"end{i}.service"] = one(f"end{i}", ("Type=exec",) if i % 2 else (), "pause")
    for i in range(CHANGING):
        lines, start = KINDS[kinds[i % len(kinds)]]
        again = () if "Type=oneshot" in lines else always
        made[f"change{i}.service"] = one(f"change{i}", lines, start.replace("/out", "/changes"), again)
    lines, start = KINDS["instance"]
    made["instance@.service"] = service(*lines, start=start.replace("{}", "instance%i"))
    for i in range(SERVICES - len(made) + 1):
        kind = kinds[i % len(kinds)]
        if kind == "instance":
            made[f"instance@{i}.service"] = None
        else:
            made[f"{kind}{i}.service"] = one(f"{kind}{i}", *KINDS[kind])
    return made


class Worker(threading.Thread):
    """Does something again and again until told to stop or until it has been done often enough."""

    def __init__(self, storm, seed, often, pause):
        super().__init__(daemon=True)
        self.storm, self.p, self.random, self.often, self.pause = storm, storm.p, random.Random(seed), often, pause
        self.done, self.failure = 0, None

    def run(self):
        try:
            while not self.storm.over.is_set() and self.done < self.often:
                if self.storm.over.wait(self.random.expovariate(1 / self.pause)):
                    break
                self.done += self.once()
        except Exception as error:
            self.failure = error


class Striker(Worker):
    """What it cannot hit (PID 1 between exec and its handlers) the kernel ignores: goes on until enough have landed."""
    sent = 0

    def once(self):
        os.kill(self.p.pid1(), signal.SIGSEGV)
        self.sent += 1
        return self.storm.landed >= CRASHES


class Executor(Worker):
    def once(self):
        self.p.ctl("daemon-reexec", timeout=60)
        return 1


class Killer(Worker):
    """Half of the helpers that it sees are killed."""
    known, killed = frozenset(), None

    def once(self):
        pid1 = self.p.pid1()
        with open(f"/proc/{pid1}/task/{pid1}/children") as f:
            children = frozenset(f.read().split())
        self.killed = self.killed or {}
        for pid in children - self.known:
            try:
                with open(f"/proc/{pid}/comm") as f:
                    name = f.read().strip()
                if name in ("pintle-compile", "pintle-exec") and self.random.random() < 0.5:
                    os.kill(int(pid), signal.SIGKILL)
                    self.killed[name] = self.killed.get(name, 0) + 1
            except OSError:
                pass
        self.known = children
        return 0


class Changer(Worker):
    """Restarts, stops, starts, kills and reloads."""
    counts = None

    def once(self):
        self.counts = self.counts or {}
        name = f"change{self.random.randrange(CHANGING)}.service"
        what = self.random.choice(("restart", "stop", "start", "kill", "daemon-reload"))
        self.counts[what] = self.counts.get(what, 0) + 1
        if what == "kill":
            pid = self.p.show(name, "MainPID")
            if pid.isdigit() and int(pid) > 1:
                self.p.run("kill", "-9", pid)
        elif what == "daemon-reload":
            self.p.ctl(what, timeout=60)
        else:
            self.p.ctl(what, "--no-block", name, timeout=60)
        return 1


class Ender(Worker):
    """Ends a service by a signal that it chooses, and wants to read it in the service's status; then starts it again."""

    def once(self):
        name = f"end{self.done % ENDERS}.service"
        wanted = self.random.choice((signal.SIGKILL, signal.SIGUSR1, signal.SIGALRM))
        check_equal(self.p.run("kill", f"-{int(wanted)}", self.p.show(name, "MainPID"))[0], 0, f"kill of {name}")
        self.reaches(name, "failed")
        check_equal(self.p.show(name, "ExecMainStatus"), str(int(wanted)), f"exit status of {name}")
        check_equal(self.p.ctl("start", name, timeout=60), (0, ""), f"start of {name}")
        self.reaches(name, "active")
        return 1

    def reaches(self, name, state):
        deadline = time.monotonic() + 30
        while self.p.show(name, "ActiveState") != state:
            check(time.monotonic() < deadline, f"{name} is not {state} after 30 s")


class Storm:
    def __init__(self, p, made, seed):
        self.p, self.names, self.seed = p, [name for name in made if name != "instance@.service"], seed
        self.stable = [name for name in self.names if not name.startswith(("crash", "end", "change"))]
        self.landed, self.over = 0, threading.Event()

    def drain(self, seconds=0.05):
        """Take in what PID 1 says; keep the end of it."""
        self.p.listen(seconds)
        check(" is lost" not in self.p.log, "nothing that PID 1 keeps was lost")
        for match in re.finditer(r"this is fault (\d+)\n", self.p.log):
            self.landed = max(self.landed, int(match.group(1)))
        if len(self.p.log) > 100000:
            self.p.log, self.p.at = self.p.log[-20000:], 0

    def show(self, names, *properties):
        """{name: {property: value}}"""
        words = [word for one in ("Id", *properties) for word in ("-p", one)]
        text = self.p.ctl("show", "--all", *words, *names, timeout=60)[1]
        blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in text.strip().split("\n\n")]
        return {block["Id"]: block for block in blocks}

    def pids(self):
        return {name: unit["MainPID"] for name, unit in self.show(self.stable, "MainPID").items()}

    def lines(self, name):
        counted = {}
        for line in (self.p.read(name) or "").splitlines():
            counted[line] = counted.get(line, 0) + 1
        return counted

    def descriptors(self):
        return int(self.p.run("sh", "-c", "ls /proc/1/fd | wc -l")[1])

    def cgroups(self):
        """Of all services but those that come and go by themselves."""
        words = "find /sys/fs/cgroup -name '*.service' -not -name 'crash*' 2>/dev/null"
        return set(self.p.run("sh", "-c", words)[1].split())

    def processes(self):
        """How many children PID 1 has; the programs of the look itself are children of others."""
        pid1 = self.p.pid1()
        with open(f"/proc/{pid1}/task/{pid1}/children") as f:
            return len(f.read().split())

    def rage(self):
        workers = [Striker(self, self.seed, 1, 0.01), Executor(self, self.seed + 1, REEXECS, 0.02),
                   Killer(self, self.seed + 2, 1, 0.003), Ender(self, self.seed + 3, 10 ** 9, 0.01),
                   Changer(self, self.seed + 4, 10 ** 9, 0.02), Changer(self, self.seed + 5, 10 ** 9, 0.02)]
        started = time.monotonic()
        for worker in workers:
            worker.start()
        while time.monotonic() < started + SECONDS and (workers[0].is_alive() or workers[1].is_alive()):
            self.drain()
            for worker in workers:
                if worker.failure:
                    self.over.set()
                    raise worker.failure
        self.over.set()
        for worker in workers:
            while worker.is_alive():
                self.drain()
            if worker.failure:
                raise worker.failure
        return workers, time.monotonic() - started

    def calm(self):
        """All that may run is started; those that crash and talk by themselves see the file and stay."""
        open(self.p.path("calm"), "w").close()
        changed = [name for name in self.names if name.startswith("change")]
        check_equal(self.p.ctl("start", *changed, timeout=60), (0, ""), "start of those that were changed")
        self.p.wait_until(lambda: self.p.ctl("is-active", "-q", *self.names)[0] == 0, "all are active", 60)
        self.p.wait_until(lambda: len(self.lines("calm")) == CRASHERS, "none crashes any more", 60)
        self.p.wait_until(lambda: len(self.lines("last")) == CHATTERERS, "all have said their last", 60)

    def each_exit_counted_once(self):
        """Return: how many were made."""
        check_equal(sum(self.lines("calm").values()), CRASHERS, "last lives of those that crashed")
        units = self.show([f"crash{i}.service" for i in range(CRASHERS)], "NRestarts")
        lives, posts = self.lines("lives"), self.lines("posts")
        for i in range(CRASHERS):
            ended = lives[f"crash{i}"] - 1
            check_equal(int(units[f"crash{i}.service"]["NRestarts"]), ended, f"exits of crash{i} that PID 1 saw")
            if i % 2:
                check_equal(posts.get(f"crash{i}", 0), ended, f"ExecStopPost= of crash{i}")
        return sum(lives.values()) - CRASHERS

    def each_started_once(self):
        out, chatter = self.lines("out"), self.lines("last")
        for name in self.stable:
            word = name.partition(".")[0].replace("@", "")
            if word.startswith("lines"):
                check_equal(out.get(f"pre-{word}"), 1, f"ExecStartPre= of {name}")
                check_equal(out.get(f"stop-{word}", 0) + out.get(f"post-{word}", 0), 0, f"ends of {name}")
            if not word.startswith(("notify", "chatter")):
                check_equal(out.get(word), 1, f"lives of {name}")
        talkers = self.show([f"chatter{i}.service" for i in range(CHATTERERS)], "StatusText")
        self.p.wait_until(lambda: {f"{name.partition('.')[0]} {unit['StatusText']}" for name, unit in self.show(
            list(talkers), "StatusText").items()} == set(chatter), "the last status of each")

    def nothing_leaked(self, descriptors, cgroups, n_units):
        running = sum(unit["MainPID"] != "0" for unit in self.show(self.names, "MainPID").values())
        self.p.wait_until(lambda: self.processes() == running, f"{running} processes, one for each service", 15)
        check_equal(self.p.zombies(), 0, "zombies")
        self.p.wait_until(lambda: self.descriptors() == descriptors, f"{descriptors} descriptors of PID 1", 5)
        check_equal(self.cgroups() ^ cgroups, set(), "cgroups more or less than before")
        check_equal(self.p.ctl("list", "--all", "--json")[1].count('"unit"'), n_units, "units in the table")


def storm():
    need_cgroups()
    seed = int(os.environ.get("PINTLE_STORM_SEED", time.time_ns() % 1000000))
    made = units()
    names = [name for name in made if name != "instance@.service"]
    with Pid1({name: text for name, text in made.items() if text}, wants=names, cgroups=True,
              arguments=["--no-safe-mode"], debug=False) as p:
        p.expect(r"reached default\.target", 60)
        s = Storm(p, made, seed)
        check_equal(len(s.names), SERVICES, "services")
        try:
            p.wait_until(lambda: p.ctl("is-active", "-q", *s.stable)[0] == 0, "all are active", 60)
            before, pids = (s.descriptors(), s.cgroups(), p.ctl("list", "--all", "--json")[1].count('"unit"')), s.pids()
            workers, seconds = s.rage()
            s.calm()
            check_equal({k: v for k, v in s.pids().items() if v != pids[k]}, {}, "main pids that are others now")
            s.each_started_once()
            made_exits = s.each_exit_counted_once()
            s.nothing_leaked(*before)
            striker, executor, killer, ender, *changers = workers
            print(f"  seed {seed}, {seconds:.0f} s, {SERVICES} services: {striker.sent} strikes sent, {s.landed} landed, "
                  f"{executor.done} re-execs, helpers killed {killer.killed}, {made_exits} exits made and seen by counter, "
                  f"{ender.done} by status, changes {[c.counts for c in changers]}, {before[0]} descriptors")
            check(s.landed >= (CRASHES if LONG else 50), f"only {s.landed} strikes landed")
            check_equal(p.end(60), 0, "exit status")
        except Failure as failure:
            raise Failure(f"{failure} (PINTLE_STORM_SEED={seed})", failure.detail or p.detail())


add_case("a_thousand_services_outlast_a_storm", storm)

main(prepare)
