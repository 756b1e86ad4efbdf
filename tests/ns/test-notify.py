#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Readiness and status by the notify protocol."""

from namespace import Pid1, SERVICE, prepare, service
from testcase import case, check, check_equal, check_in, check_not_in, main


@case
def waits_for_ready_before_what_comes_after():
    with Pid1({"a.service": service("Type=notify", start="notify %%sleep READY=1"),
               "b.service": service(unit=("After=a.service",), start="pause")}) as p:
        p.expect(r"b\.service: .* -> running")
        check(p.log.index("a.service: start -> running") < p.log.index("b.service: dead -> "), "a was ready before b began")


@case
def shows_the_status_and_changes_it():
    with Pid1({"a.service": service("Type=notify", start=r"notify 'STATUS=one\nREADY=1' %%sleep STATUS=two")}) as p:
        p.expect(r"a\.service: .* -> running")
        p.wait_until(lambda: p.show("a.service", "StatusText") == "two", "the second status")


@case
def ending_before_ready_is_a_protocol_failure():
    with Pid1({"a.service": service("Type=notify", start="exit 0")}) as p:
        p.expect(r"a\.service: .* -> failed \(protocol")


@case
def never_ready_is_a_timeout():
    with Pid1({"a.service": service("Type=notify", "TimeoutStartSec=300ms", start="pause")}) as p:
        p.expect(r"a\.service: .* -> failed \(timeout")


@case
def extends_its_timeout():
    with Pid1({"a.service": service("Type=notify", "TimeoutStartSec=250ms", start="notify EXTEND_TIMEOUT_USEC=5000000 "
                                    "%%sleep %%sleep %%sleep %%sleep READY=1")}) as p:
        p.expect(r"a\.service: .* -> running")


@case
def junk_is_dropped_and_the_service_lives():
    with Pid1({"a.service": service("Type=notify", start="notify-junk READY")}) as p:
        p.expect(r"a\.service: .* -> running \(ready\)")
        check_equal(p.show("a.service", "StatusText"), "still here", "status")
        main_pid = int(p.show("a.service", "MainPID"))
        check(main_pid > 1, f"MAINPID=1 was refused, main pid is {main_pid}")
        check_not_in("a.service: start -> failed", p.log, "log")
        # Descriptors were sent along, none of them stayed in PID 1: beside its own few there is the unit's socket.
        fds = p.run("ls", "/proc/1/fd")[1].split()
        check(len(fds) < 20, f"{len(fds)} descriptors in PID 1")


@case
def nothing_of_the_junk_counts_as_ready():
    with Pid1({"a.service": service("Type=notify", "TimeoutStartSec=400ms", start="notify-junk")}) as p:
        p.expect(r"a\.service: .* -> failed \(timeout")


@case
def only_who_may_speak_is_heard():
    child = f"sh -c '{SERVICE} notify READY=1 & exec {SERVICE} pause'"
    with Pid1({"a.service": f"[Service]\nType=notify\nTimeoutStartSec=600ms\nExecStart={child}\n",
               "b.service": f"[Service]\nType=notify\nNotifyAccess=all\nExecStart={child}\n"}) as p:
        p.expect_all([r"b\.service: .* -> running \(ready\)", r"a\.service: .* -> failed \(timeout"])


@case
def another_units_process_cannot_become_the_main_one():
    with Pid1({"b.service": service(start="pause"),
               "a.service": service("Type=notify", unit=("After=b.service",), start="notify READY=1")}) as p:
        p.expect(r"a\.service: .* -> running")
        other = p.show("b.service", "MainPID")
        p.write("c.service", service("Type=notify", start=f"notify MAINPID={other} READY=1"))
        check_equal(p.ctl("daemon-reload")[0], 0, "daemon-reload")
        check_equal(p.ctl("start", "c.service")[0], 0, "start")
        p.expect(r"c\.service: MAINPID=\d+ was refused")
        check_not_in(other, p.show("c.service", "MainPID"), "main pid of c")


main(prepare)
