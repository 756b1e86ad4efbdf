#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pintlectl beside a running PID 1."""

import json
import os
import pty
import re
import select
import subprocess
import time

from namespace import BUILD, Pid1, prepare, service
from testcase import Failure, case, check, check_equal, check_in, main

CTL = os.path.join(BUILD, "pintlectl")

# The stages of a slow oneshot are told apart by a FIFO: it starts when the test lets it.
GATED = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'read x < @DIR@/gate'\n"


def booted(units, **more):
    p = Pid1(units, **more)
    p.expect(r"reached default\.target")
    return p


@case
def lists_and_shows_json_that_is_json():
    with booted({"a.service": service(start="pause"), "b.service": service("Colour=blue", start="exit 3")}) as p:
        p.expect(r"b\.service: .* -> failed")
        units = {u["unit"]: u for u in json.loads(p.ctl("list", "--json")[1])}
        check_equal(units["a.service"]["sub"], "running", "a")
        check_equal(units["b.service"]["active"], "failed", "b")
        system = json.loads(p.ctl("status", "--json")[1])
        check_equal(system["state"], "degraded", "state")
        check_in("b.service", system["failed"], "failed units")
        status, text = p.ctl("status", "--json", "b")
        check_equal(status, 3, "status of a failed unit")
        unit = json.loads(text)[0]
        check_equal(unit["result"], "exit-code", "result")
        check_in("status 3", unit["reason"], "reason")
        check_in("Colour", unit["notes"][0]["text"], "the compiler's note")
        shown = json.loads(p.ctl("show", "--json", "a")[1])[0]
        check_equal(shown["ActiveState"], "active", "show")
        check(isinstance(shown["MainPID"], int) and shown["MainPID"] > 1, "MainPID is a number")


@case
def prints_valid_json_whatever_units_call_themselves():
    odd = 'a "quoted" \\\\ one, \x1b[31m\x7f, \u20ac'
    with booted({"odd.service": f"[Unit]\nDescription={odd}\n"
                                + service("Type=notify", start=r'notify "READY=1\nSTATUS=\x01 \"\xff\xe2\x82 \u20ac\""')}) as p:
        for words in (["list", "--json", "--all"], ["status", "--json", "odd"], ["show", "--json", "odd"], ["times", "--json"]):
            told = json.loads(p.ctl(*words)[1])  # which is UTF-8 throughout, or reading it fails
            if words[0] == "list":
                check_equal([u["description"] for u in told if u["unit"] == "odd.service"], [odd], "the description")
            if words[0] == "status":
                check_equal(told[0]["status"], '? "\ufffd\ufffd\ufffd \u20ac"', "the status text")


@case
def a_unit_is_found_by_the_pid_of_its_process():
    with booted({"a.service": service(start="pause")}) as p:
        pid = p.show("a.service", "MainPID")
        status, text = p.ctl("status", pid)
        check_equal(status, 0, "status")
        check_in("* a.service", text, "status by pid")
        check_equal(p.ctl("status", "999999")[0], 4, "a pid of nobody")


@case
def the_time_line_has_no_hole():
    with booted({f"s{i}.service": service(start="pause") for i in range(5)}) as p:
        times = json.loads(p.ctl("times", "--json")[1])
        check(times["done"], "the boot is over")
        at = times["begin_usec"]
        for phase in times["phases"]:
            check_equal(phase["from_usec"], at, f"the beginning of '{phase['name']}'")
            check(phase["to_usec"] >= at, "time goes forward")
            at = phase["to_usec"]
        check_equal(at - times["begin_usec"], times["total_usec"], "the sum")
        check({u["unit"] for u in times["units"]} >= {f"s{i}.service" for i in range(5)}, "all units are there")
        text = p.ctl("times")[1]
        check_in("unit files compiled", text, "times")


@case
def anybody_may_look_and_root_alone_may_change():
    with booted({"a.service": service(start="pause")}) as p:
        status, text = p.run(CTL, "status", "a", user=65534)
        check_equal(status, 0, f"status as nobody: {text}")
        check_equal(p.run(CTL, "is-active", "a", user=65534), (0, "active\n"), "is-active as nobody")
        status, text = p.run(CTL, "stop", "a", user=65534)
        check_equal(status, 4, "stop as nobody")
        check_in("only root may change", text, "what is said")
        check_equal(p.run(CTL, "poweroff", user=65534)[0], 4, "poweroff as nobody")
        check_equal(p.ctl("is-active", "a")[0], 0, "it still runs")


@case
def start_waits_and_says_why_it_failed():
    with booted({"good.service": service("Type=oneshot", start="exit 0"),
                 "bad.service": service("Type=oneshot", start="exit 9"),
                 "needs.service": service(unit=("Requires=bad.service", "After=bad.service"), start="pause")},
                wants=("nothing.service",)) as p:
        check_equal(p.ctl("start", "good"), (0, ""), "a good one")
        status, text = p.ctl("start", "bad")
        check_equal(status, 1, "a bad one")
        check_in("bad.service: start failed (exit-code)", text, "the reason")
        check_in("pintlectl status bad.service", text, "where to look")
        status, text = p.ctl("start", "needs")
        check_equal(status, 1, "what needs it")
        check_in("dependency", text, "the reason")
        check_equal(p.ctl("start", "nonsense")[0], 5, "an unknown one")
        check_equal(p.ctl("isolate", "good.service")[0], 4, "isolate without AllowIsolate=")


@case
def wait_and_no_block_and_what_a_job_waits_for():
    with booted({"slow.service": GATED, "after.service": service(unit=("After=slow.service",), start="pause")},
                wants=("nothing.service",)) as p:
        os.mkfifo(p.path("gate"))
        check_equal(p.ctl("start", "--no-block", "slow", "after")[0], 0, "start --no-block")
        p.expect(r"slow\.service: .* -> start")  # it has waited for sysinit.target itself
        status, text = p.ctl("list-jobs")
        check(re.search(r"after\.service +start +waiting .* slow\.service \(start\)", text), f"list-jobs: {text}")
        check_in("Waits for: slow.service (start)", p.ctl("status", "after")[1], "status")
        check_equal(p.ctl("is-active", "slow"), (3, "activating\n"), "is-active")
        check_equal(p.ctl("wait", "slow", "--timeout=100ms")[0], 1, "wait with a timeout")
        with open(p.path("gate"), "w") as gate:
            gate.write("go\n")
        check_equal(p.ctl("wait", "slow", "after")[0], 0, "wait")
        check_equal(p.ctl("is-active", "after"), (0, "active\n"), "is-active")
        check_equal(p.ctl("list-jobs"), (0, "No jobs running.\n"), "list-jobs")


@case
def a_terminal_is_told_what_is_waited_for():
    with booted({"slow.service": GATED}, wants=("nothing.service",)) as p:
        os.mkfifo(p.path("gate"))
        master, slave = pty.openpty()
        start = subprocess.Popen(["nsenter", "-t", str(p.pid1()), "-m", "-p", "-i", "-u", "-n", "-C", CTL, "start", "slow"],
                                 stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        seen, deadline = "", time.monotonic() + 15
        while not re.search(r"waiting for slow\.service: start since \d+s, start", seen):
            if time.monotonic() > deadline or not select.select([master], [], [], deadline - time.monotonic())[0]:
                start.kill()
                raise Failure("nothing was said on the terminal", seen)
            seen += os.read(master, 4096).decode()
        with open(p.path("gate"), "w") as gate:
            gate.write("go\n")
        check_equal(start.wait(15), 0, "start")
        os.close(master)


@case
def reload_brings_new_files_and_keeps_what_runs():
    with booted({"a.service": service(start="pause")}) as p:
        pid = p.show("a.service", "MainPID")
        check_equal(p.ctl("start", "new.service")[0], 5, "before")
        p.write("new.service", service(start="pause"))
        status, text = p.ctl("daemon-reload")
        check_equal(status, 0, f"daemon-reload: {text}")
        check_equal(p.ctl("start", "new.service"), (0, ""), "after")
        check_equal(p.show("a.service", "MainPID"), pid, "the process that ran before")


@case
def poweroff_ends_it():
    with booted({"a.service": service(start="log @DIR@/out a")}) as p:
        p.wait_for("out")
        # The namespace may end, and pintlectl in it, before it has said that all is well.
        check_in(p.ctl("poweroff")[0], (0, -9, 137), "poweroff")
        p.wait()
        check_equal(p.read("out"), "a\nstop a\n", "the service was stopped in order")


main(prepare)
