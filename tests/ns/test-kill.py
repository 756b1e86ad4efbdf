#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How services are stopped: KillMode=, timeouts, with cgroups and without."""

import signal

from namespace import Pid1, SERVICE, need_cgroups, prepare, service
from testcase import add_case, case, check, check_equal, check_in, check_not_in, main


def processes(p):
    """Command lines of the test program's processes inside."""
    text = p.run("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '")[1]
    return text.count("nsservice tree")


def kill_mode(mode, cgroups, left):
    def run():
        if cgroups:
            need_cgroups()
        text = service(f"KillMode={mode}", "TimeoutStopSec=700ms", start="tree @DIR@/ready")
        with Pid1({"a.service": text}, cgroups=cgroups) as p:
            p.expect(r"a\.service: .* -> running")
            p.wait_for("ready")
            check_equal(processes(p), 3, "processes before")
            check_equal(p.ctl("stop", "a.service")[0] in (0, 1), True, "stop")
            p.wait_until(lambda: processes(p) == left, f"{left} processes left")
            check(p.show("a.service", "ActiveState") in ("inactive", "failed"), "not active any more")
            check_equal(p.end(), 0, "exit status")
    return run


# The tree: main, a child that ignores SIGTERM, a grandchild in a session of its own.
for _mode, _left in (("control-group", 0), ("mixed", 0), ("process", 2)):
    add_case(f"kill_mode_{_mode}_with_cgroups", kill_mode(_mode, True, _left))
# Without cgroups what has a session of its own gets away: said in pintle(8).
for _mode, _left in (("control-group", 1), ("process", 2)):
    add_case(f"kill_mode_{_mode}_without_cgroups", kill_mode(_mode, False, _left))


@case
def a_service_that_ignores_sigterm_is_killed_after_its_timeout():
    with Pid1({"a.service": service("TimeoutStopSec=300ms", start="stubborn @DIR@/out")}) as p:
        p.wait_for("out")
        p.ctl("stop", "a.service")
        p.expect(r"a\.service: stop-sigterm -> stop-sigkill")
        p.expect(r"a\.service: .* -> failed \(timeout")
        check_equal(p.read("out"), "ready\nterm\n", "SIGTERM came once")


@case
def going_down_ends_though_a_unit_would_wait_for_ever():
    units = {"a.service": service("TimeoutStopSec=infinity", start="stubborn @DIR@/out"),
             "b.service": service(start="pause"),
             "exit.target.d/limit.conf": "[Unit]\nJobTimeoutSec=5s\n"}
    with Pid1(units, wants=("a.service", "b.service")) as p:
        p.wait_for("out")
        p.signal(signal.SIGTERM)
        p.expect(r"waiting for a\.service \(\d\.000s, no limit\); what has not stopped is killed in \d\.000s")
        p.expect(r"going down takes longer than 5.000s: what has not stopped is killed now")
        p.expect(r"not stopped: a\.service \(stop-sigterm\)")
        check_equal(p.wait(), 0, "exit status")
        check_not_in("b.service (", p.log, "what is said of the one that has stopped")


@case
def exec_stop_runs_before_the_signal():
    text = service(f"ExecStop={SERVICE} say @DIR@/out stopping $MAINPID", start="log @DIR@/out main")
    with Pid1({"a.service": text}) as p:
        p.wait_for("out")
        main_pid = p.show("a.service", "MainPID")
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop")
        check_equal(p.read("out"), f"main\nstopping {main_pid}\nstop main\n", "what happened")


@case
def services_are_where_systemd_would_put_them():
    need_cgroups()
    with Pid1({"a.service": service(start="pause"), "serial-x@.service": service(start="pause"),
               "default.target": "[Unit]\nWants=a.service serial-x@1.service\n"}, cgroups=True) as p:
        p.expect(r"reached default\.target")
        for unit, path in (("a.service", "/system.slice/a.service"),
                           ("serial-x@1.service", r"/system.slice/system-serial\x2dx.slice/serial-x@1.service")):
            pid = p.show(unit, "MainPID")
            check_in(f"0::{path}\n", p.run("cat", f"/proc/{pid}/cgroup")[1], unit)
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop")
        check_equal(p.run("test", "-e", "/sys/fs/cgroup/system.slice/a.service")[0], 1, "the cgroup is gone")
        check_equal(p.end(), 0, "exit status")


main(prepare)
