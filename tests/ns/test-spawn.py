#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lies between the clone and the exec: an exec that never ends, one that fails, one that is too large for a slot.

A permission event of fanotify that nobody answers holds an execve as a dead network file system does.
"""

import ctypes
import os
import shutil

from namespace import Pid1, SERVICE, need_cgroups, prepare, service
from testcase import Skip, add_case, case, check, check_equal, check_in, main

FAN_CLOEXEC, FAN_CLASS_CONTENT, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD = 1, 4, 1, 0x40000, -100
SLOTS = 64  # stage2/spawnslot.h


class Held:
    """A program whose execve hangs until this is released."""

    def __init__(self, path):
        libc = ctypes.CDLL(None, use_errno=True)
        shutil.copy(SERVICE, path)
        self.fd = libc.fanotify_init(FAN_CLOEXEC | FAN_CLASS_CONTENT, os.O_RDONLY | os.O_CLOEXEC)
        if self.fd < 0 or libc.fanotify_mark(self.fd, FAN_MARK_ADD, ctypes.c_uint64(FAN_OPEN_EXEC_PERM), AT_FDCWD,
                                             os.fsencode(path)) < 0:
            raise Skip(f"no permission events of fanotify: {os.strerror(ctypes.get_errno())}")

    def release(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()


def check_alive(p):
    """PID 1 answers, and starts again what dies."""
    check_equal(p.ctl("is-active", "other.service", timeout=5)[0], 0, "other is active")
    before = p.show("other.service", "MainPID")
    check_equal(p.run("kill", "-KILL", before)[0], 0, "kill of other")
    p.expect(r"other\.service: start -> running", timeout=5)
    check(p.show("other.service", "MainPID") != before, "other runs again")


OTHER = service("Restart=always", "RestartSec=0", unit=("StartLimitIntervalSec=0",), start="pause")


@case
def an_exec_that_never_ends_does_not_stop_pid_1():
    units = {"other.service": OTHER, "slow.service": "[Service]\nExecStart=@DIR@/slow log @DIR@/out ran\n"}
    with Pid1(units, wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")) as held:
            check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
            check(int(p.show("slow.service", "MainPID")) > 1, "the process is known")
            check_alive(p)
            check_equal(p.ctl("stop", "slow.service", timeout=5)[0], 0, "stop of one that hangs")
            check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start again")
            check_equal(p.read("out"), None, "what ran")
            held.release()
            p.wait_for("out")
        check_equal(p.ctl("stop", "slow.service", timeout=5)[0], 0, "stop")
        check_equal(p.read("out"), "ran\nstop ran\n", "what ran")
        check_equal(p.end(), 0, "exit status")


@case
def pid_1_goes_down_while_an_exec_hangs():
    with Pid1({"slow.service": "[Service]\nExecStart=@DIR@/slow pause\n", "other.service": OTHER},
              wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")):
            check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
            check_equal(p.end(), 0, "exit status")


@case
def a_frozen_cgroup_does_not_stop_pid_1():
    need_cgroups()
    with Pid1({"slow.service": service(start="log @DIR@/out ran"), "other.service": OTHER}, wants=("other.service",),
              cgroups=True) as p:
        p.expect(r"other\.service: .* -> running")
        group = "/sys/fs/cgroup/system.slice/slow.service"
        check_equal(p.run("sh", "-c", f"mkdir {group} && echo 1 > {group}/cgroup.freeze"), (0, ""), "freeze")
        check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
        check_alive(p)
        check_equal(p.read("out"), None, "what ran")
        check_equal(p.run("sh", "-c", f"echo 0 > {group}/cgroup.freeze"), (0, ""), "thaw")
        p.wait_for("out")
        check_equal(p.ctl("stop", "slow.service", timeout=5)[0], 0, "stop")


@case
def more_execs_hang_than_there_are_slots():
    count = SLOTS + 16
    units = {f"slow-{i}.service": f"[Service]\nExecStart=@DIR@/slow log @DIR@/out {i}\n" for i in range(count)}
    units["slow.target"] = "[Unit]\nWants=" + " ".join(units) + "\n"
    units["other.service"] = OTHER
    units["missing.service"] = "[Service]\nExecStart=/nowhere/to/be/found\n"
    with Pid1(units, wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")) as held:
            check_equal(p.ctl("start", "slow.target", timeout=10)[0], 0, "start of all")
            check_alive(p)
            p.ctl("start", "missing.service")
            p.expect(r"missing\.service: .* -> failed .*'/nowhere/to/be/found': No such file")
            held.release()
            p.wait_until(lambda: len((p.read("out") or "").split()) == count, "all of them run")
        check_equal(sorted(int(word) for word in p.read("out").split()), list(range(count)), "what ran")
        check_alive(p)


def without_clone3(cgroups):
    def run():
        if cgroups:
            need_cgroups()
        with Pid1({"slow.service": "[Service]\nExecStart=@DIR@/slow log @DIR@/out ran\n", "other.service": OTHER},
                  wants=("other.service",), cgroups=cgroups, wrapper=(SERVICE, "no-clone3")) as p:
            p.expect(r"other\.service: .* -> running")
            with Held(p.path("slow")) as held:
                check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
                check_alive(p)
                held.release()
                p.wait_for("out")
            pid = p.show("slow.service", "MainPID")
            if cgroups:
                check_in("system.slice/slow.service", p.run("cat", f"/proc/{pid}/cgroup")[1], "cgroup")
            check_equal(p.ctl("stop", "slow.service", timeout=5)[0], 0, "stop")
            check_equal(p.read("out"), "ran\nstop ran\n", "what ran")
    return run


add_case("does_the_same_without_clone3", without_clone3(False))
add_case("does_the_same_without_clone3_in_cgroups", without_clone3(True))


@case
def a_reload_takes_nothing_from_an_exec_that_hangs():
    with Pid1({"slow.service": "[Service]\nExecStart=@DIR@/slow log @DIR@/out before\n", "other.service": OTHER},
              wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")) as held:
            check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
            pid = p.show("slow.service", "MainPID")
            p.write("slow.service", "[Service]\nExecStart=@DIR@/slow log @DIR@/out after\n")
            check_equal(p.ctl("daemon-reload")[0], 0, "reload")
            held.release()
            p.wait_for("out")
        check_equal(p.read("out"), "before\n", "what ran")
        check_equal(p.show("slow.service", "MainPID"), pid, "its process")


@case
def type_exec_is_active_when_the_program_runs():
    with Pid1({"slow.service": "[Service]\nType=exec\nExecStart=@DIR@/slow pause\n", "other.service": OTHER,
               "missing.service": "[Service]\nType=exec\nExecStart=/nowhere/to/be/found\n"},
              wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")) as held:
            p.ctl("start", "--no-block", "slow.service")
            p.wait_until(lambda: p.show("slow.service", "MainPID") != "0", "the process")
            check_equal(p.show("slow.service", "ActiveState"), "activating", "while the exec hangs")
            held.release()
            p.expect(r"slow\.service: .*-> running")
        status, text = p.ctl("start", "missing.service")
        check(status != 0, "the start of a program that is not there fails")
        check_in("'/nowhere/to/be/found': No such file", p.ctl("status", "missing.service")[1], text)


@case
def a_command_too_long_for_a_slot_runs_too():
    words = " ".join(f"word{i:04}" for i in range(2000))
    with Pid1({"long.service": f"[Service]\nExecStart={SERVICE} say @DIR@/out {words[:3500]}\nEnvironment=LONG={'x' * 9000}\n"
                               f"ExecStopPost={SERVICE} say @DIR@/post done\n",
               "missing.service": f"[Service]\nExecStart=/nowhere/to/be/found\nEnvironment=LONG={'x' * 9000}\n"}) as p:
        p.wait_for("post")
        check_equal(p.read("out"), words[:3500] + "\n", "its words")
        p.expect(r"missing\.service: .* -> failed .*'/nowhere/to/be/found': No such file")


@case
def what_dies_before_its_exec_is_seen():
    with Pid1({"slow.service": service("Restart=always", "RestartSec=0", unit=("StartLimitIntervalSec=0",)) +
               "ExecStart=@DIR@/slow log @DIR@/out ran\n", "other.service": OTHER}, wants=("other.service",)) as p:
        p.expect(r"other\.service: .* -> running")
        with Held(p.path("slow")) as held:
            check_equal(p.ctl("start", "slow.service", timeout=5)[0], 0, "start")
            p.expect(r"slow\.service: start -> running", timeout=5)
            for _ in range(3):
                pid = p.show("slow.service", "MainPID")
                check_equal(p.run("kill", "-KILL", pid)[0], 0, "kill")
                p.expect(r"slow\.service: start -> running", timeout=5)
            held.release()
            p.wait_for("out")
        check_alive(p)


main(prepare)
