#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""crash - how long PID 1 is away when it crashes, and what its readers cost it

pintle with N services in namespaces is struck at rest, from the signal to the next round of its loop; the floor (crash-floor)
is a static program that executes itself and maps copies of the same two files. Then: restarts of a service that is killed, with
PID 1 at rest and with PID 1 struck every few milliseconds; bytes of a unit's record; how long PID 1 ran on a processor, and how often
it was switched to, while its status was asked for.

Usage: crash.py --build DIR [--counts 100,1000] [--rounds N]
"""
import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

QUERIES = 200


def floor(args, directory):
    """The floor as PID 1 of a pid namespace of its own, on copies of the files."""
    files = [os.path.join(directory, name) for name in ("units.db", "table")]
    process = subprocess.Popen(["unshare", "--fork", "--pid", "--kill-child", os.path.join(args.build, "tests/bench/crash-floor"),
                                *files])
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    pid = ""
    while not pid and process.poll() is None:
        with open(children) as f:
            pid = f.read().strip()
    time.sleep(0.1)  # the exec of the child, before anything is measured
    return process, int(pid), files[1]


def strikes(args, pid, table):
    done = subprocess.run([os.path.join(args.build, "tests/bench/bench-crash"), str(pid), table, str(args.rounds)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return {name: float(value) for name, value in (pair.split("=") for pair in done.stdout.split())}


def times_run(pid):
    """Nanoseconds on a processor, and how often it was given one."""
    with open(f"/proc/{pid}/schedstat") as f:
        spent, _, slices = f.read().split()
    return int(spent), int(slices)


def at_rest(pid):
    """times_run() of a PID 1 that has done what it does some time after a boot."""
    while True:
        before = times_run(pid)
        time.sleep(2)
        if times_run(pid) == before:
            return before


def pid_outside(pid1, inside):
    """The pid out here of a child of PID 1; the youngest is the likeliest."""
    with open(f"/proc/{pid1}/task/{pid1}/children") as f:
        children = f.read().split()
    for pid in reversed(children):
        with open(f"/proc/{pid}/status") as f:
            numbers = next(line.split() for line in f if line.startswith("NSpid:"))
        if numbers[-1] == inside:
            return int(pid)
    raise RuntimeError(f"no process {inside} below {pid1}")


def restarts(p, kills):
    """Milliseconds from the kill of a service to its next life: until PID 1 has made its process; median and 90 percent."""
    found = []
    for _ in range(kills):
        pid = p.show("a.service", "MainPID")
        outside = pid_outside(p.pid1(), pid)
        begin = time.clock_gettime(time.CLOCK_MONOTONIC)
        os.kill(outside, signal.SIGKILL)
        deadline = begin + 10
        while p.show("a.service", "MainPID") in ("0", "", pid):
            if time.monotonic() > deadline:
                raise RuntimeError("the service was not started again")
        found.append((int(p.show("a.service", "ExecMainStartTimestampMonotonic")) / 1e6 - begin) * 1000)
    found.sort()
    return statistics.median(found), found[len(found) * 9 // 10]


class Storm(threading.Thread):
    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.over, self.sent = pid, threading.Event(), 0

    def run(self):
        while not self.over.wait(random.expovariate(1 / 0.01)):
            os.kill(self.pid, signal.SIGSEGV)
            self.sent += 1


def drain(p):
    """PID 1 never waits for who reads its log."""
    try:
        while not p.eof:
            p.listen(1)
            p.log = ""
    except (OSError, ValueError):
        pass  # it is over


def measure(args, count):
    from namespace import Pid1, service
    units = {f"s{i}.service": service(start="pause") for i in range(count - 1)}
    units["a.service"] = service("Restart=always", "RestartSec=0", unit=("StartLimitIntervalSec=0",), start="pause")
    with Pid1(units, arguments=["--no-safe-mode"], debug=False) as p, tempfile.TemporaryDirectory() as directory:
        p.expect(r"reached default\.target", 60)
        pid = p.pid1()
        table = f"/proc/{pid}/root/run/pintle/table"
        threading.Thread(target=drain, args=(p,), daemon=True).start()
        before = at_rest(pid)
        for _ in range(QUERIES):
            p.ctl("status", "a.service")
        after = times_run(pid)
        for name in ("units.db", "table"):
            shutil.copy(f"/proc/{pid}/root/run/pintle/{name}", directory)
        mine = strikes(args, pid, table)
        process, floor_pid, floor_table = floor(args, directory)
        try:
            least = strikes(args, floor_pid, floor_table)
        finally:
            process.kill()
            process.wait()
        quiet = restarts(p, 50)
        storm = Storm(pid)
        storm.start()
        struck = restarts(p, 50)
        storm.over.set()
        storm.join()
    print(f"\ncrash: {count} services, {args.rounds} strikes, from the signal to the next round of the loop")
    for name, one in (("floor", least), ("pintle", mine)):
        print("%-8s p50 %8.0f us (%.2fx)   p99 %8.0f us (%.2fx)" % (name, one["p50_us"], one["p50_us"] / least["p50_us"],
                                                                  one["p99_us"], one["p99_us"] / least["p99_us"]))
    print("restart of a service that is killed, p50 (p90) of 50: %.2f (%.2f) ms at rest, %.2f (%.2f) ms while PID 1 is struck (%d "
          "strikes)" % (*quiet, *struck, storm.sent))
    print("a unit's record: %d bytes, and %d of texts that cost nothing until they are used"
          % (mine["unit_bytes"], mine["text_bytes"]))
    print("%d status queries: PID 1 ran for %d ns, in %d slices" % (QUERIES, after[0] - before[0], after[1] - before[1]))


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--build", required=True)
    ap.add_argument("--counts", default="100,1000")
    ap.add_argument("--rounds", type=int, default=1000)
    args = ap.parse_args()
    args.build = os.path.abspath(args.build)
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    os.environ.update(PINTLE_TEST_SRCDIR=os.path.abspath(source), PINTLE_TEST_BUILDDIR=args.build)
    sys.path.insert(0, os.path.join(source, "tests/lib"))
    for count in (int(c) for c in args.counts.split(",")):
        measure(args, count)


if __name__ == "__main__":
    main()
