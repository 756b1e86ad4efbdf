#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Order up and down."""

from namespace import Pid1, prepare, service
from testcase import case, check_equal, main


def chain(n):
    units = {}
    for i in range(n):
        after = (f"After=s{i - 1}.service", f"Requires=s{i - 1}.service") if i > 0 else ()
        units[f"s{i}.service"] = service(unit=after, start=f"log @DIR@/out s{i}")
    return units


@case
def stops_in_the_reverse_of_the_order_of_starting():
    n = 8
    units = chain(n)
    for i in range(n):  # ready when it has written its line
        units[f"s{i}.service"] = units[f"s{i}.service"].replace("[Service]", "[Service]\nType=simple\n")
    with Pid1(units) as p:
        p.expect(r"reached default\.target")
        p.wait_until(lambda: (p.read("out") or "").count("\n") == n, "all have begun")
        check_equal(p.end(), 0, "exit status")
        lines = p.read("out").split("\n")
        check_equal([line for line in lines if line.startswith("stop")], [f"stop s{i}" for i in reversed(range(n))], "stops")


@case
def stopping_what_others_require_stops_them_first():
    with Pid1(chain(4)) as p:
        p.wait_until(lambda: (p.read("out") or "").count("\n") == 4, "all have begun")
        check_equal(p.ctl("stop", "s1.service")[0], 0, "stop")
        stops = [line for line in p.read("out").split("\n") if line.startswith("stop")]
        check_equal(stops, ["stop s3", "stop s2", "stop s1"], "stops")
        check_equal(p.show("s0.service", "ActiveState"), "active", "s0")


@case
def conflicts_stop_before_the_other_starts():
    units = {"a.service": service(start="log @DIR@/out a"),
             "b.service": service(unit=("Conflicts=a.service", "After=a.service"), start="log @DIR@/out b")}
    with Pid1(units, wants=("a.service",)) as p:
        p.wait_for("out")
        check_equal(p.ctl("start", "b.service")[0], 0, "start")
        p.wait_until(lambda: (p.read("out") or "").count("\n") == 3, "three lines")
        check_equal(p.read("out"), "a\nstop a\nb\n", "what happened")


main(prepare)
