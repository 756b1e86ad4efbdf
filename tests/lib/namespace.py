# SPDX-License-Identifier: LGPL-2.1-or-later
"""namespace - the built pintle as PID 1 of fresh namespaces, on units that the test writes; milliseconds each.

    with Pid1({"a.service": "[Service]\nExecStart=..."}) as p:
        p.expect(r"a.service: .* -> running")   # in what PID 1 logs
        p.ctl("stop", "a.service")              # pintlectl, inside of the namespaces
        check_equal(p.end(), 0, "exit status")  # SIGTERM, and wait

Nothing sleeps: expect() watches the log until the line comes or the deadline passes. Every file of the test is below
p.dir, which the services see too. Needs root; without it the test is skipped.
"""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from testcase import Failure, Skip

SOURCE = os.environ.get("PINTLE_TEST_SRCDIR", ".")
BUILD = os.environ.get("PINTLE_TEST_BUILDDIR", ".")
SERVICE = os.path.join(BUILD, "tests/ns/nsservice")

# Run in a private mount namespace: a cgroup of the test's own becomes the root of a new cgroup namespace.
_SETUP = r"""
set -e
dir=$1; cgroups=$2; shift 2
mount --make-rprivate /
if [ "$cgroups" = yes ]; then
  mkdir -p "$dir/cg"
  mount -t cgroup2 none "$dir/cg"
  own=$dir/cg/$(basename "$dir") # a name that no test before this one can have left behind
  mkdir "$own"
  echo $$ > "$own/cgroup.procs"
  exec unshare --cgroup --fork --kill-child --pid --ipc --uts --net --mount sh -c '
    umount -l "$0/cg"; mount -t proc proc /proc; umount -R /sys/fs/cgroup 2>/dev/null || :
    mount -t cgroup2 none /sys/fs/cgroup; mount -t tmpfs -o mode=755,size="$1" tmpfs /run; shift; exec "$@"' "$dir" "$@"
fi
exec unshare --fork --kill-child --pid --ipc --uts --net --mount sh -c '
  mount -t proc proc /proc; mount -t tmpfs -o mode=755,size="$0" tmpfs /run; exec "$@"' "$@"
"""


def prepare():
    """For main()."""
    if os.geteuid() != 0:
        raise Skip("namespaces of all kinds need root here")
    for name in ("pintle", "pintle-compile", "pintle-exec", "pintlectl", "tests/ns/nsservice"):
        if not os.path.exists(os.path.join(BUILD, name)):
            raise RuntimeError(f"{name} is not built")
    trial = subprocess.run(["unshare", "--fork", "--pid", "--mount", "--ipc", "--uts", "--net", "true"],
                           stderr=subprocess.PIPE, text=True)
    if trial.returncode != 0:
        raise Skip(f"no namespaces can be made here: {trial.stderr.strip()}")


def need_cgroups():
    with open("/proc/filesystems") as f:
        if "cgroup2" not in f.read():
            raise Skip("this kernel has no cgroup v2")


class Pid1:
    def __init__(self, units, wants=(), cgroups=False, run_size="64m", arguments=(), debug=True,
                 programs=None, wrapper=(), pid1="pintle"):
        """wrapper: a program that executes PID 1, with its words. pid1: another PID 1 of the build."""
        self.dir = tempfile.mkdtemp(prefix="pintle-ns-")
        self.units = os.path.join(self.dir, "units")
        self.log, self.at, self.eof, self.pid = "", 0, False, None
        os.chmod(self.dir, 0o755)
        os.mkdir(self.units)
        units = dict(units)
        if "default.target" not in units:
            names = wants or [name for name in units if name.endswith(".service") and "@" not in name]
            units["default.target"] = f"[Unit]\nDescription=the test's\nWants={' '.join(names)}\n"
        for name, text in units.items():
            self.write(name, text)
        libexec = self._libexec(programs) if programs else BUILD
        command = [*wrapper, os.path.join(BUILD, pid1), f"--unit-path={self.units}:{BUILD}/units:{SOURCE}/units", *arguments]
        if debug:
            command.append("--debug")
        if not cgroups:
            command.append("--no-cgroups")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", _SETUP, "setup", self.dir, "yes" if cgroups else "no", run_size,
             "env", "-i", f"PINTLE_LIBEXEC={libexec}", "PASSED=passed on", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        subprocess.run(["umount", "-q", "-l", os.path.join(self.dir, "cg")], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.dir, ignore_errors=True)

    # Files

    def _libexec(self, programs):
        """A libexec directory in which scripts take the place of some programs. @DIR@ and @BUILD@ as in a unit."""
        libexec = os.path.join(self.dir, "libexec")
        os.mkdir(libexec)
        for name in ("pintle-compile", "pintle-exec", "pintle-mount"):
            path = os.path.join(libexec, name)
            if name not in programs:
                os.symlink(os.path.join(BUILD, name), path)
                continue
            with open(path, "w") as f:
                f.write(programs[name].replace("@DIR@", self.dir).replace("@BUILD@", BUILD))
            os.chmod(path, 0o755)
        return libexec

    def write(self, name, text):
        """A unit file. @DIR@ in it is the test's directory."""
        text = text.replace("@DIR@", self.dir)
        path = os.path.join(self.units, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", errors="surrogateescape") as f:
            f.write(text)

    def path(self, name):
        return os.path.join(self.dir, name)

    def read(self, name):
        try:
            with open(self.path(name)) as f:
                return f.read()
        except FileNotFoundError:
            return None

    # The log

    def _take(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
            return False
        data = os.read(self.process.stdout.fileno(), 65536)
        self.eof = not data
        self.log += data.decode("utf-8", "replace")
        return not self.eof

    def listen(self, seconds):
        """Take in what PID 1 says for that long, or until it has said something."""
        self._take(time.monotonic() + seconds)

    def expect(self, pattern, timeout=15):
        """Wait for a line of the log behind the last one that was waited for. Returns the match."""
        regex, deadline = re.compile(pattern), time.monotonic() + timeout
        while True:
            match = regex.search(self.log, self.at)
            if match:
                self.at = match.end()
                return match
            if not self._take(deadline):
                raise Failure(f"the log did not say {pattern!r} within {timeout} s", self.detail())

    def expect_all(self, patterns, timeout=15):
        """Wait for lines in whatever order."""
        start, end = self.at, self.at
        for pattern in patterns:
            self.at = start
            self.expect(pattern, timeout)
            end = max(end, self.at)
        self.at = end

    def wait_until(self, truth, what, timeout=15):
        """For what no log line tells of: asked again after each line of the log, and every 20 ms."""
        deadline = time.monotonic() + timeout
        while not truth():
            if time.monotonic() > deadline:
                raise Failure(f"never came: {what}", self.detail())
            self._take(time.monotonic() + 0.02)

    def wait_for(self, name, timeout=15):
        """Wait until a service has written a file in the test's directory."""
        self.wait_until(lambda: self.read(name), f"file '{name}'", timeout)

    def detail(self):
        return "  log: " + self.log[-6000:].replace("\n", "\n  log: ")

    # Inside

    def pid1(self):
        """PID 1's pid outside: the child of the last unshare."""
        if self.pid is None:
            at, self.at = self.at, 0
            self.expect(r"is PID 1")
            self.at = max(at, self.at)
            pid = self.process.pid
            while True:
                with open(f"/proc/{pid}/task/{pid}/children") as f:
                    children = f.read().split()
                if not children:
                    break
                pid = int(children[0])
                with open(f"/proc/{pid}/status") as f:
                    inner = re.search(r"NSpid:\s*(.*)", f.read()).group(1).split()
                if inner[-1] == "1" and len(inner) > 1:
                    break
            self.pid = pid
        return self.pid

    def _words(self, command, user):
        words = ["nsenter", "-t", str(self.pid1()), "-m", "-p", "-i", "-u", "-n", "-C"]
        if user:
            words += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        return words + list(command)

    def run(self, *command, timeout=20, user=None):
        """A program inside. Returns (exit status, output)."""
        try:
            done = subprocess.run(self._words(command, user), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"'{' '.join(command)}' did not end within {timeout} s", self.detail())
        return done.returncode, done.stdout

    def start(self, *command, user=None):
        """A program inside that goes on: a Popen whose output is a pipe. The caller ends it."""
        return subprocess.Popen(self._words(command, user), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def ctl(self, *words, timeout=20):
        return self.run(os.path.join(BUILD, "pintlectl"), *words, timeout=timeout)

    def show(self, unit, prop):
        return self.ctl("show", "--value", "-p", prop, unit)[1].strip()

    def signal(self, number):
        os.kill(self.pid1(), number)

    def zombies(self):
        """Processes inside that have ended and were not reaped."""
        found = 0
        status, text = self.run("sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null")
        for line in text.splitlines():
            found += line.rpartition(")")[2].split()[:1] == ["Z"]
        return found

    def wait(self, timeout=20):
        """Wait until PID 1 has ended. Returns its exit status."""
        deadline = time.monotonic() + timeout
        while not self.eof and self._take(deadline):
            pass
        try:
            return self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Failure(f"PID 1 did not end within {timeout} s", self.detail())

    def end(self, timeout=20):
        self.signal(signal.SIGTERM)
        return self.wait(timeout)


def service(*lines, unit=(), start=None):
    """The text of a service. The first line of the test program's arguments is `start`."""
    text = "[Unit]\n" + "".join(line + "\n" for line in unit) + "[Service]\n"
    if start is not None:
        text += f"ExecStart={SERVICE} {start}\n"
    return text + "".join(line + "\n" for line in lines)


__all__ = ["BUILD", "Pid1", "SERVICE", "need_cgroups", "prepare", "service"]
