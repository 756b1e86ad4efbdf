#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""stage2 - how fast each PID 1 starts trivial services and starts one again after a kill

Every candidate is PID 1 of fresh namespaces (bench-init), in turn with the floor, several rounds; medians, and the ratio
to the floor of the same run, which is what lasts: absolute times depend on the machine. A service is bench-service: it
reports through shared memory and pauses. The time is from the exec of PID 1 to the last report, so an init that reads
unit files pays for that too. What each has to offer there: "features" of its class. pintle comes twice: plain, and with all on
(cgroups, readiness, pintle-exec between).

Usage: stage2.py --build DIR [--counts 100,1000] [--rounds N] [--peers DIR] [--json FILE]
  --peers  a directory with the programs of sysvinit and runit unpacked (./dev bench makes it); without: busybox alone
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

UNIT = """[Unit]
Description=bench service %(i)d
StartLimitIntervalSec=0
[Service]
ExecStart=%(service)s %(i)d
Restart=always
RestartSec=0
"""
TARGET = """[Unit]
Description=all services of the bench
DefaultDependencies=no
"""


class Candidate:
    """One PID 1: prepares its files below a directory, says how bench-init is to start it."""
    features = ""

    def __init__(self, args, work, count):
        self.args, self.count = args, count
        self.service = os.path.join(args.build, "tests/bench/bench-service")
        self.dir = os.path.join(work, "%s-%d" % (self.name, count))
        os.makedirs(self.dir)
        self.prepare()

    def prepare(self):
        pass


class Floor(Candidate):
    name, features = "floor", "none"

    def command(self):
        return [], [os.path.join(self.args.build, "tests/bench/bench-floor"), str(self.count), self.service]


class Pintle(Candidate):
    name, features = "pintle", "unit files, restart, limits, run table"
    extra = ""

    def prepare(self):
        units = os.path.join(self.dir, "units")
        wants = os.path.join(units, "bench.target.wants")
        os.makedirs(wants)
        os.makedirs(os.path.join(self.dir, "empty"))
        for i in range(self.count):
            with open(os.path.join(units, "bench-%d.service" % i), "w") as f:
                f.write(UNIT % {"i": i, "service": self.service} + self.extra)
            os.symlink("../bench-%d.service" % i, os.path.join(wants, "bench-%d.service" % i))
        with open(os.path.join(units, "bench.target"), "w") as f:
            f.write(TARGET)
        os.symlink("bench.target", os.path.join(units, "default.target"))

    def command(self):
        empty = os.path.join(self.dir, "empty")
        options = []
        for d in ("/usr/lib/systemd/system", "/usr/local/lib/systemd/system"):
            if os.path.isdir(d):
                options += ["--bind", empty + ":" + d]
        os.makedirs("/etc/systemd/system", exist_ok=True)
        options += ["--bind", os.path.join(self.dir, "units") + ":/etc/systemd/system"]
        # The build's own helper programs, whatever prefix it was configured for.
        return options, ["/usr/bin/env", "PINTLE_LIBEXEC=" + self.args.libexec,
                         os.path.join(self.args.build, "pintle")]


class PintleFull(Pintle):
    """Each service in a cgroup of its own, through pintle-exec, and ready when it has said so."""
    name, features = "pintle-full", "as pintle; cgroups, readiness, sandbox by pintle-exec"
    extra = "Type=notify\nNoNewPrivileges=yes\nUMask=0077\n"

    def command(self):
        options, command = super().command()
        cgroups = os.path.join(self.args.cgroups, "bench-%d" % os.getpid())
        os.makedirs(cgroups, exist_ok=True)
        return options + ["--cgroup", cgroups], command


class Busybox(Candidate):
    name, features = "busybox", "inittab, respawn after 1 s"
    restarts = 0  # a second each, by design

    def prepare(self):
        with open(os.path.join(self.dir, "inittab"), "w") as f:
            for i in range(self.count):
                f.write("::respawn:%s %d\n" % (self.service, i))

    def command(self):
        empty = os.path.join(self.dir, "inittab")
        if not os.path.exists("/etc/inittab"):
            open("/etc/inittab", "a").close()
        return ["--bind", empty + ":/etc/inittab"], [shutil.which("busybox"), "init"]


class Sysvinit(Candidate):
    name, features = "sysvinit", "inittab, respawn"

    def prepare(self):
        with open(os.path.join(self.dir, "inittab"), "w") as f:
            f.write("id:2:initdefault:\n")
            for i in range(self.count):
                f.write("%s:2:respawn:%s %d\n" % (format(i, "04x"), self.service, i))

    def command(self):
        if not os.path.exists("/etc/inittab"):
            open("/etc/inittab", "a").close()
        return (["--bind", os.path.join(self.dir, "inittab") + ":/etc/inittab"],
                [os.path.join(self.args.peers, "sbin/init"), "2"])


class Runit(Candidate):
    """A directory a service with a script "run". PID 1 is the scanner alone; each service has a supervisor of its own."""
    name, features = "runit", "a supervisor a service; a restart waits a second when it lived for less"
    restarts = 0  # a second each, by design

    def prepare(self):
        for i in range(self.count):
            os.makedirs(os.path.join(self.dir, "scan", str(i)))
            run = os.path.join(self.dir, "scan", str(i), "run")
            with open(run, "w") as f:
                f.write("#!/bin/sh\nexec %s %d\n" % (self.service, i))
            os.chmod(run, 0o755)

    def command(self):
        programs = os.path.join(self.args.peers, "usr/bin")
        return [], ["/usr/bin/env", "PATH=%s:/usr/bin:/bin" % programs, os.path.join(programs, "runsvdir"), "-P",
                    os.path.join(self.dir, "scan")]


def sample(args, candidate):
    options, command = candidate.command()
    restarts = getattr(candidate, "restarts", args.restarts)
    with tempfile.TemporaryFile("w+") as said:
        p = subprocess.run([os.path.join(args.build, "tests/bench/bench-init"), *options, "--goal", str(candidate.count),
                            "--restarts", str(restarts), "--", *command],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True)
        said.seek(0)
        lines = [line for line in p.stdout.splitlines() if line.startswith("all_ms=")]
        if p.returncode != 0 or not lines:
            print("stage2: %s with %d services failed (%d): %s\n%s"
                  % (candidate.name, candidate.count, p.returncode, p.stdout[-2000:], said.read()[-2000:]))
            return None
    return {k: float(v) for k, v in (pair.split("=") for pair in lines[-1].split())}


def mount_cgroups(args, work):
    """A cgroup v2 hierarchy below the work directory, once. False where the kernel has none."""
    if args.only and "pintle-full" not in args.only.split(","):
        return False
    if not args.cgroups:
        args.cgroups = os.path.join(work, "cgroups")
        os.mkdir(args.cgroups)
        if subprocess.run(["mount", "-t", "cgroup2", "none", args.cgroups]).returncode != 0:
            args.cgroups = None
    return bool(args.cgroups)


def unmount_cgroups(args):
    if not args.cgroups:
        return
    top = os.path.join(args.cgroups, "bench-%d" % os.getpid())
    for path, _, _ in os.walk(top, topdown=False):
        try:
            os.rmdir(path)
        except OSError:
            pass
    subprocess.run(["umount", "-l", args.cgroups])


def row(name, median, floor):
    def cell(key, form):
        if key not in median:
            return "%16s" % "-"
        ratio = " (%.2fx)" % (median[key] / floor[key]) if floor.get(key) else ""
        return "%16s" % (form % median[key] + ratio)

    print("%-12s %s %s %s %s %s" % (name, cell("all_ms", "%.1f"), cell("cpu_ms", "%.1f"), cell("restart_p10_us", "%.0f"),
                                    cell("restart_p50_us", "%.0f"), cell("pss_kb", "%.0f")), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--build", required=True)
    ap.add_argument("--libexec", help="where pintle-compile and pintle-exec are (default: the build tree)")
    ap.add_argument("--counts", default="100,1000")
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--restarts", type=int, default=100)
    ap.add_argument("--peers")
    ap.add_argument("--only")
    ap.add_argument("--json")
    args = ap.parse_args()
    args.build = os.path.abspath(args.build)
    args.cgroups = None
    args.libexec = os.path.abspath(args.libexec or args.build)
    kinds = [Floor, Pintle, Busybox]
    if args.peers and os.path.exists(os.path.join(args.peers, "sbin/init")):
        kinds.append(Sysvinit)
    if args.peers and os.path.exists(os.path.join(args.peers, "usr/bin/runsvdir")):
        kinds.append(Runit)
    if args.only:
        kinds = [k for k in kinds if k is Floor or k.name in args.only.split(",")]
    results = {}
    with tempfile.TemporaryDirectory(prefix="pintle-bench.") as work:
        for count in (int(c) for c in args.counts.split(",")):
            candidates = [k(args, work, count) for k in kinds]
            if mount_cgroups(args, work):
                candidates.append(PintleFull(args, work, count))
            samples = {c.name: [] for c in candidates}
            for _ in range(args.rounds):
                for c in candidates:
                    samples[c.name].append(sample(args, c))
            for c in [c for c in candidates if None in samples[c.name]]:
                candidates.remove(c)
                del samples[c.name]
            print("\nstage2: %d services, medians of %d rounds, (ratio to the floor)" % (count, args.rounds))
            print("%-12s %16s %16s %16s %16s %16s" % ("PID 1", "all run, ms", "CPU of PID 1, ms", "restart p10, us",
                                                      "restart p50, us", "PSS of PID 1, kB"))
            medians = {n: {k: statistics.median(s[k] for s in ss if k in s) for k in ss[0]}
                       for n, ss in samples.items()}
            for c in candidates:
                row(c.name, medians[c.name], medians["floor"])
            results[count] = medians
        unmount_cgroups(args)
    if args.json:
        with open(args.json, "w") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
