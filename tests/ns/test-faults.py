#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every system call of PID 1 fails once in every place that makes it; PID 1 lives, and its goal is reached or it says why not.

A first run of the scenario (boot, crash, reload, stop, start, new unit files, going down) lists the places and how often each
is come by. Then each place fails, once a run. In the check: the first time and the last time that it is come by, with errnos
that change from place to place; with PINTLE_TEST_LONG=1: each of the first ten times with every errno that the call can give.

    test-faults.py                     test-faults.py --place stage2/state.c:71 [NTH [ERRNO]]   one, with PID 1's log
"""

import errno
import mmap
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time

from namespace import BUILD, Pid1, SERVICE, need_cgroups, prepare, service
from testcase import Failure, case, check, main

PROGRAM = os.path.join(BUILD, "tests/ns/pintle-faults")
LONG = os.environ.get("PINTLE_TEST_LONG") == "1"
SEED = int(os.environ.get("PINTLE_TEST_SEED", time.time_ns() % 1000000))
AT_A_TIME = 2
BUDGET = float(os.environ.get("PINTLE_TEST_BUDGET", "60"))  # seconds of a check; what does not fit is counted and said

MEMORY, FILES = ["ENOMEM"], ["EMFILE", "ENFILE"]
PATH = ["ENOENT", "EACCES", "EROFS", "ENOSPC", "EIO", "ELOOP"] + MEMORY
# What a call can give, from its manual page, without what only a fault of the program's own gives (EFAULT, EBADF, EINVAL).
ERRNOS = {
    "accept4": ["ECONNABORTED", "EAGAIN", "ENOBUFS", "EPERM"] + MEMORY + FILES,
    "access": ["ENOENT", "EACCES", "EIO"],
    "bind": ["EADDRINUSE", "ENOSPC", "EROFS", "EACCES", "ENOENT"] + MEMORY,
    "calloc": MEMORY,
    "chdir": ["ENOENT", "EACCES", "EIO"],
    "clone": ["EAGAIN", "EPERM"] + MEMORY,
    "clonerun_start": ["EAGAIN", "ENOSPC", "EPERM", "EBUSY", "EOPNOTSUPP", "EACCES", "ENODEV"] + MEMORY,
    "close": ["EIO", "EINTR", "ENOSPC"],
    "dup2": ["EMFILE", "EBUSY"],
    "dup3": ["EMFILE", "EBUSY"],
    "epoll_create1": FILES + MEMORY,
    "epoll_ctl": ["ENOSPC", "EPERM"] + MEMORY,
    "epoll_wait": ["EINTR"],
    "execve": ["ENOENT", "EACCES", "ENOEXEC", "ETXTBSY", "E2BIG", "EIO", "EAGAIN"] + MEMORY + FILES,
    "fallocate": ["ENOSPC", "EOPNOTSUPP", "EINTR", "EIO", "EPERM"],
    "fcntl": [],  # with what is asked for here: EBADF alone
    "fork": ["EAGAIN", "ENOSYS"] + MEMORY,
    "fstat": ["EIO"] + MEMORY,
    "fstatfs": ["EIO"] + MEMORY,
    "ftruncate": ["ENOSPC", "EPERM", "EINTR"],
    "futex": ["EFAULT"],
    "getpgid": ["ESRCH"],
    "getrandom": ["EAGAIN", "ENOSYS", "EINTR"],
    "getrlimit": ["EPERM"],
    "getsockname": ["ENOBUFS"],
    "getsockopt": ["ENOMEM"],
    "ioctl": ["ENOTTY", "EPERM", "EIO"],
    "kill": ["EPERM", "ESRCH"],
    "listen": ["EADDRINUSE", "EOPNOTSUPP"],
    "madvise": ["EAGAIN"] + MEMORY,
    "memfd_create": FILES + MEMORY,
    "mkdir": PATH + ["EEXIST"],
    "mkdirat": PATH + ["EEXIST"],
    "mmap": ["EAGAIN", "ENODEV"] + FILES + MEMORY,
    "mount": ["EBUSY", "EPERM", "ENODEV", "ENOENT"] + MEMORY,
    "munmap": MEMORY,
    "open": PATH + FILES,
    "openat": PATH + FILES,
    "pipe2": FILES,
    "pread": ["EIO", "EINTR", "ENODEV"],
    "read": ["EIO", "EINTR", "EAGAIN"],
    "reboot": ["EPERM"],
    "recvmsg": ["EAGAIN", "EINTR", "ENOBUFS", "ECONNRESET"] + MEMORY,
    "rename": PATH,
    "rmdir": ["EBUSY", "ENOTEMPTY", "EROFS"] + MEMORY,
    "send": ["EAGAIN", "EPIPE", "ENOBUFS", "EMSGSIZE"] + MEMORY,
    "sethostname": ["EPERM"],
    "setrlimit": ["EPERM"],
    "setsid": ["EPERM"],
    "setsockopt": ["ENOBUFS"] + MEMORY,
    "signalfd": FILES + MEMORY,
    "sigprocmask": [],
    "socket": ["EAFNOSUPPORT", "EACCES", "ENOBUFS"] + MEMORY + FILES,
    "statfs": ["EIO", "ENOSYS"] + MEMORY,
    "syscall": ["ENOSYS", "EPERM", "EAGAIN"] + MEMORY,
    "umount2": ["EBUSY", "EAGAIN"] + MEMORY,
    "unlink": ["EROFS", "EBUSY", "EIO", "ENOENT"] + MEMORY,
    "unlinkat": ["EROFS", "EBUSY", "EIO", "ENOENT"] + MEMORY,
    "waitid": ["EINTR"],
    "write": ["ENOSPC", "EIO", "EAGAIN", "EINTR", "EPIPE"],
}

HEAD = struct.Struct("IIIIQIIII")
NAME_ROOM, MAGIC, ROOM = 16, 0x746c6166, 1 << 16

UNITS = {
    "plain.service": service("Restart=always", "RestartSec=0", start="pause"),
    "ready.service": service("Type=notify", f"ExecReload={SERVICE} say @DIR@/reloaded $MAINPID", start="notify READY=1"),
    "once.service": service("Type=oneshot", "RemainAfterExit=yes", "RuntimeDirectory=once", f"ExecStop={SERVICE} exit 0",
                            start="exit 0"),
    "one@.service": service("WorkingDirectory=/", "LimitNOFILE=100", start="pause",
                            unit=("ConditionPathExists=/proc",)),
    "default.target": "[Unit]\nWants=plain.service ready.service once.service one@1.service\n",
}
for _name, _text in UNITS.items():
    # Without what every boot pulls in: the same places, a third of the time.
    UNITS[_name] = _text.replace("[Unit]\n", "[Unit]\nDefaultDependencies=no\nConflicts=shutdown.target\nBefore=shutdown.target\n")
    if _name.endswith(".service"):
        UNITS[_name] += "TimeoutStopSec=1s\nTimeoutStartSec=3s\n"
WANTED = ("plain.service", "ready.service", "once.service", "one@1.service")

# One program inside does it all. Each command's words, its status and what it printed.
COMMANDS = ("kill-plain", "reload ready.service", "restart one@1.service", "stop once.service", "start once.service",
            "daemon-reload", "stop plain.service ready.service", "start plain.service ready.service")
SCRIPT = r"""
ctl=$1; shift
for words do
  case $words in
  kill-plain)
    pid=$($ctl show --value -p MainPID plain.service); out=$(kill -9 "${pid#0}" 2>&1); status=$?;;
  *) out=$(timeout 15 $ctl $words 2>&1); status=$?;;
  esac
  printf '== %s\t%s\t%s\n' "$words" $status "$(printf %s "$out" | tr '\n\t' '  ')"
done
"""


class Faults:
    """The file that faults.c maps."""

    def __init__(self, key=0, nth=0, error=0):
        self.file = tempfile.NamedTemporaryFile(prefix="pintle-faults-")
        self.file.truncate(ROOM)
        self.map = mmap.mmap(self.file.fileno(), ROOM)
        HEAD.pack_into(self.map, 0, 0, 0, 0, 0, key, nth, error, 1, 0)
        self.path = self.file.name

    def strikes(self):
        return HEAD.unpack_from(self.map)[3]

    def places(self):
        """{key: count}, and the names of the calls."""
        magic, n_calls, n_places = HEAD.unpack_from(self.map)[:3]
        if magic != MAGIC:
            raise Failure("PID 1 did not map the file of the faults")
        at = HEAD.size
        names = [self.map[at + i * NAME_ROOM:at + (i + 1) * NAME_ROOM].rstrip(b"\0").decode() for i in range(n_calls)]
        pairs = struct.iter_unpack("QQ", self.map[at + n_calls * NAME_ROOM:][:n_places * 16])
        return {key: count for key, count in pairs if key != 0}, names

    def close(self):
        self.map.close()
        self.file.close()


class Place:
    def __init__(self, key, count, call, where):
        self.key, self.count, self.call, self.where = key, count, call, where

    def __str__(self):
        return f"{self.call} in {self.where}"


def name_places(counts, names):
    """Addresses to 'stage2/state.c:71', by addr2line (the address is that behind the call)."""
    keys = sorted(counts)
    words = "\n".join(f"{(key >> 8) - 1:#x}" for key in keys)
    done = subprocess.run(["addr2line", "-a", "-i", "-e", PROGRAM], input=words, stdout=subprocess.PIPE, text=True, check=True)
    places = []
    for key, lines in zip(keys, done.stdout.split("\n0x" if done.stdout.startswith("0x") else "0x")):
        # The innermost line of our own: what libc's headers and the cleanup attributes put there is inlined.
        found = re.findall(r"((?:src|stage2)/(?!base/util\.h)\S+:\d+)", lines)
        places.append(Place(key, counts[key], names[key & 255], found[0] if found else f"{key >> 8:#x}"))
    return places


def active(p):
    """The wanted units that are not active, as text."""
    status, text = p.ctl("show", "-p", "Id", "-p", "ActiveState", *WANTED)
    states = re.findall(r"Id=(\S+)\s+ActiveState=(\S+)", text)
    return [f"{name} is {state}" for name, state in states if state != "active"] or ([] if states else [text.strip()])


class Run:
    """The scenario once. complaints: what was not as it should be."""

    def __init__(self, faults):
        self.faults, self.complaints, self.log, self.error = faults, [], "", 0

    def complain(self, text):
        self.complaints.append(text)

    def said_why(self, text):
        """Whether a line tells of the errno that was given: by its text, in the log or by the program."""
        return os.strerror(self.error).lower() in text.lower()

    def boot(self, p):
        p.wait_until(lambda: p.eof or re.search(r"reached default\.target|did not reach|cannot boot|cannot run", p.log),
                     "an end of the boot", 20)
        if re.search(r"cannot boot|cannot run", p.log): # a container ends then, a machine gives a shell
            p.wait()
        return not p.eof

    def commands(self, p):
        text = p.run("sh", "-c", SCRIPT, "script", os.path.join(BUILD, "pintlectl"), *COMMANDS, timeout=150)[1]
        lines = re.findall(r"^== (.*)\t(\d+)\t(.*)$", text, re.M)
        if len(lines) != len(COMMANDS):
            self.complain(f"the commands broke off: {text!r}")
        for words, status, out in lines:
            if status == "124":
                self.complain(f"'{words}' never came back")
            elif status != "0" and not out.strip():
                self.complain(f"'{words}' failed with {status} and said nothing")

    def second_try(self, p):
        """The fault is over: everything has to work, at the latest when PID 1 has tried again what failed."""
        deadline = time.monotonic() + 10
        while True:
            status, text = p.ctl("start", *WANTED)
            missing = active(p)
            if status == 0 and not missing:
                return
            if time.monotonic() > deadline:
                self.complain(f"a second start ended with {status}: {text.strip()} {missing}")
                return
            p.listen(0.3)

    def scenario(self, p):
        if self.boot(p):
            self.commands(p)
            self.second_try(p)
            status = p.end(20)
        else:
            status = p.wait()
            if not self.said_why(p.log):
                self.complain("PID 1 gave up and did not say why")
        if status != 0 and not (status == 1 and self.said_why(p.log)):
            self.complain(f"PID 1 ended with {status}")

    def run(self, error=0):
        self.error = error
        with Pid1(UNITS, cgroups=True, pid1="tests/ns/pintle-faults", wants=WANTED,
                  wrapper=("env", f"PINTLE_FAULTS={self.faults.path}")) as p:
            try:
                self.scenario(p)
            except Failure as failure:
                self.complain(str(failure))
            except ProcessLookupError:
                self.complain("PID 1 is gone" + ("" if self.said_why(p.log) else " and did not say why"))
            except subprocess.TimeoutExpired as late:
                self.complain(f"a command inside took longer than {late.timeout} s")
            for line in re.findall(r".*(?:are lost|\.c:\d+:|stack smashing|SIGSEGV).*", p.log):
                self.complain(f"PID 1 says: {line}")
            self.log = p.log
        return self


def record():
    faults = Faults()
    run = Run(faults).run()
    if run.complaints:
        raise Failure("the scenario does not even work without a fault: " + "; ".join(run.complaints), run.log)
    places = name_places(*faults.places())
    faults.close()
    return places


def plan(places):
    """[(place, nth, errno name)]: in an order that gives every place one try before any has its second."""
    rounds = []
    for i, place in enumerate(places):
        errnos = ERRNOS.get(place.call)
        if errnos == []:
            continue
        if not errnos:
            raise Failure(f"no errnos are listed for {place.call}")
        first = 1 + ("logline" in place.where)  # the first line of the log tells this test that PID 1 is there
        if LONG:
            times = range(first, min(place.count, 10) + 1)
            tries = [(nth, name) for name in errnos for nth in times]
        else:
            tries = [(first, errnos[i % len(errnos)])]
            if place.count > 1:
                tries.append((place.count, errnos[(i + 1) % len(errnos)]))
            tries += [(first, errnos[(i + 2) % len(errnos)])] if len(errnos) > 2 else []
        rounds += [(n, place, nth, name) for n, (nth, name) in enumerate(tries)]
    if not LONG:
        random.Random(SEED).shuffle(rounds)  # what does not fit into the time is another part each time
    rounds.sort(key=lambda one: one[0])
    return [one[1:] for one in rounds]


def strike(place, nth, name):
    faults = Faults(place.key, nth, getattr(errno, name))
    try:
        run = Run(faults).run(getattr(errno, name))
        return run, faults.strikes()
    finally:
        faults.close()


class Workers:
    """Runs of the plan, a few at a time, until the list or the time is used up."""

    def __init__(self, todo):
        self.todo, self.lock, self.failed = list(todo), threading.Lock(), []
        self.done = self.struck = self.silent = 0
        self.until = None if LONG else time.monotonic() + BUDGET

    def next(self):
        with self.lock:
            if not self.todo or (self.until and time.monotonic() > self.until):
                return None
            return self.todo.pop(0)

    def work(self):
        while (one := self.next()) is not None:
            place, nth, name = one
            run, strikes = strike(place, nth, name)
            with self.lock:
                self.done += 1
                self.struck += strikes > 0
                if run.complaints:
                    self.failed.append(f"{name} at the {nth}. {place}: " + "; ".join(run.complaints))
                    print("  " + self.failed[-1], flush=True)

    def run(self):
        threads = [threading.Thread(target=self.work) for _ in range(AT_A_TIME)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


@case
def every_call_may_fail_in_every_place():
    need_cgroups()
    places = record()
    todo = plan(places)
    workers = Workers(todo)
    workers.run()
    print(f"     {len(places)} places, {sum(place.count for place in places)} calls in the scenario; "
          f"{workers.done} of {len(todo)} faults tried, {workers.struck} struck, {len(workers.failed)} ended badly; "
          f"PINTLE_TEST_SEED={SEED}")
    check(workers.struck * 10 >= workers.done * 9, "the scenario does not repeat: too many faults found no call to fail")
    if workers.failed:
        raise Failure(f"{len(workers.failed)} faults ended badly", "\n".join(workers.failed))


def one_place(words):
    for place in record():
        if place.where.startswith(words[0]):
            names = words[2:] or ERRNOS[place.call]
            for name in names:
                run, strikes = strike(place, int(words[1]) if len(words) > 1 else 1, name)
                print(run.log)
                print(f"{name} at {place} (come by {place.count} times): struck {strikes}, {run.complaints}")


if sys.argv[1:2] == ["--place"]:
    prepare()
    one_place(sys.argv[2:])
elif sys.argv[1:] == ["--places"]:
    prepare()
    for one in record():
        print(f"{one.count:5} {one}")
else:
    main(prepare)
