#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""daemon-reload: new, changed and missing unit files under services that run."""

import os

from namespace import Pid1, SERVICE, need_cgroups, prepare, service
from testcase import add_case, case, check, check_equal, check_in, check_not_in, main


def reload(p):
    status, text = p.ctl("daemon-reload")
    check_equal((status, text), (0, ""), "daemon-reload")
    p.expect(r"the unit files were loaded again")


def services_do_not_notice(cgroups):
    def run():
        if cgroups:
            need_cgroups()
        units = {"m.service": service(start="pause"), "z.service": service("Restart=always", "RestartSec=0", start="pause"),
                 "n.service": service("Type=notify", start=r"notify READY=1 %%sleep %%sleep %%sleep STATUS=later")}
        with Pid1(units, cgroups=cgroups) as p:
            p.expect(r"reached default\.target")
            pids = {name: p.show(name, "MainPID") for name in units}
            p.write("a.service", service(start="pause"))  # sorted before the others: every number changes
            reload(p)
            check_equal({name: p.show(name, "MainPID") for name in units}, pids, "main pids")
            p.wait_until(lambda: p.show("n.service", "StatusText") == "later", "a status that came after the reload")
            check_equal(p.ctl("start", "a.service")[0], 0, "start of the new one")
            p.run("kill", "-9", pids["z.service"])
            p.expect(r"z\.service: .* -> running")
            check_equal(p.ctl("stop", "m.service")[0], 0, "stop")
            check_equal(p.show("m.service", "ActiveState"), "inactive", "m")
            check_equal(p.end(), 0, "exit status")
    return run


add_case("services_do_not_notice_with_cgroups", services_do_not_notice(True))
add_case("services_do_not_notice_without_cgroups", services_do_not_notice(False))


@case
def a_unit_whose_file_is_gone_runs_on_and_can_be_stopped():
    with Pid1({"a.service": service(start="log @DIR@/out a"), "b.service": service(start="pause")}) as p:
        p.wait_for("out")
        os.unlink(os.path.join(p.units, "a.service"))
        reload(p)
        check_equal(p.show("a.service", "ActiveState"), "active", "state")
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop")
        p.wait_until(lambda: p.read("out") == "a\nstop a\n", "it was asked to end")


@case
def a_stop_under_way_goes_on():
    with Pid1({"a.service": service("TimeoutStopSec=900ms", start="stubborn @DIR@/out")}) as p:
        p.wait_for("out")
        check_equal(p.ctl("stop", "--no-block", "a.service")[0], 0, "stop")
        p.expect(r"a\.service: running -> stop-sigterm")
        p.write("0.service", service(start="pause"))
        reload(p)
        p.expect(r"a\.service: stop-sigterm -> stop-sigkill")
        p.expect(r"a\.service: .* -> failed \(timeout")


@case
def a_changed_command_counts_from_the_next_start():
    with Pid1({"a.service": service(start="log @DIR@/out one")}) as p:
        p.wait_for("out")
        p.write("a.service", service(start="log @DIR@/out two"))
        reload(p)
        check_equal(p.ctl("restart", "a.service")[0], 0, "restart")
        p.wait_until(lambda: p.read("out") == "one\nstop one\ntwo\n", "the new command")


@case
def many_reloads_leave_nothing_behind():
    with Pid1({"a.service": service(start="pause")}, debug=False) as p:
        p.expect(r"reached default\.target")
        reload(p)
        before = len(p.run("ls", "/proc/1/fd")[1].split())
        maps = p.run("wc", "-l", "/proc/1/maps")[1]
        for _ in range(20):
            reload(p)
        check_equal(len(p.run("ls", "/proc/1/fd")[1].split()), before, "descriptors")
        check_equal(p.run("wc", "-l", "/proc/1/maps")[1], maps, "mappings")


# Its database is made, and where the file "spoil" stands, spoiled behind the checksum's back; "earlier" is what an earlier
# compile left.
SPOILING_COMPILE = """#!/bin/sh
@BUILD@/pintle-compile "$@" || exit
[ ! -e @DIR@/earlier ] || cp /run/pintle/units.db.next /run/pintle/units.db
[ ! -e @DIR@/spoil ] || printf spoiled | dd of=/run/pintle/units.db.next bs=1 seek=400 conv=notrunc status=none
"""


@case
def a_database_that_pid1_refuses_leaves_the_last_good_one_to_readers():
    units = {"a.service": service(start="pause"), "b.service": service(start="log @DIR@/out b")}
    with Pid1(units, wants=("a.service",), programs={"pintle-compile": SPOILING_COMPILE}) as p:
        p.expect(r"reached default\.target")
        pid = p.show("a.service", "MainPID")
        p.write("c.service", service(start="pause"))
        open(p.path("spoil"), "w").close()
        status, text = p.ctl("daemon-reload")
        check(status != 0, f"the reload: {text}")
        p.expect(r"unit database '/run/pintle/units\.db\.next' is refused")
        check_equal(p.show("a.service", "MainPID"), pid, "a reader's view of what runs")
        check_equal(p.ctl("start", "b.service"), (0, ""), "start by the old database")
        p.wait_for("out")
        check_not_in("next", p.run("ls", "/run/pintle")[1], "left behind")
        os.unlink(p.path("spoil"))
        reload(p)
        check_equal(p.ctl("start", "c.service"), (0, ""), "start by the new one")


@case
def a_database_that_pid1_refuses_at_boot_leaves_an_earlier_good_one():
    with Pid1({"a.service": service(start="pause"), "spoil": "", "earlier": ""}, wants=("a.service",),
              programs={"pintle-compile": SPOILING_COMPILE.replace("@DIR@", "@DIR@/units")}) as p:
        p.expect(r"unit database '/run/pintle/units\.db\.next' is refused")
        p.expect(r"reached default\.target")
        check_equal(p.show("a.service", "ActiveState"), "active", "a")


@case
def a_database_that_pid1_refuses_at_boot_is_not_left_to_readers():
    with Pid1({"a.service": service(start="pause"), "spoil": ""}, wants=("a.service",),
              programs={"pintle-compile": SPOILING_COMPILE.replace("@DIR@", "@DIR@/units")}) as p:
        p.expect(r"there is no usable unit database")
        check_not_in("units.db", p.run("ls", "/run/pintle")[1], "left behind")


main(prepare)
