#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a service finds itself in: user, environment, limits, directories, descriptors; and its conditions."""

import re

from namespace import Pid1, SERVICE, prepare, service
from testcase import case, check, check_equal, check_in, check_not_in, main


def context(p, name="out"):
    p.wait_for(name)
    text = p.read(name)
    found = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("env:"))
    env = dict(line[4:].split("=", 1) for line in text.splitlines() if line.startswith("env:"))
    return found, env


@case
def a_plain_service_has_a_clean_process():
    with Pid1({"a.service": service(start="context @DIR@/out")}) as p:
        found, env = context(p)
        check_equal([k for k in found if k.startswith("fd")], ["fd0", "fd1", "fd2"], "descriptors")
        check_equal(found["fd0"], "/dev/null", "standard input")
        for key, value in (("uid", "0"), ("cwd", "/"), ("umask", "022"), ("ppid", "1"), ("sid", "1"), ("blocked", "0"),
                           ("sigpipe", "ignored")):
            check_equal(found[key], value, key)
        check_equal(sorted(env), ["INVOCATION_ID", "PATH"], "environment")
        check(re.fullmatch("[0-9a-f]{32}", env["INVOCATION_ID"]), "INVOCATION_ID is 32 hex digits")


@case
def everything_that_pintle_exec_sets():
    text = service("User=nobody", "Group=daemon", "SupplementaryGroups=audio", "WorkingDirectory=/usr", "UMask=0027",
                   "Nice=5", "LimitNOFILE=100:200", "LimitCORE=0", "IgnoreSIGPIPE=no", "NoNewPrivileges=yes",
                   "Environment=A=1 \"B=two words\"", "EnvironmentFile=@DIR@/units/env", "EnvironmentFile=-/not/there",
                   "PassEnvironment=PASSED", "UnsetEnvironment=GONE", "RuntimeDirectory=one two/three",
                   "RuntimeDirectoryMode=0750", start="context /run/one/out $LIST ${A}x 'a $A' $$B $UNSET end")
    with Pid1({"a.service": text,
               "env": "FROM_FILE='a b'\nA=overridden\nGONE=1\nLIST=\"x y\"\n# no\nbad line\n"}) as p:
        p.expect(r"a\.service: .* -> running")
        p.wait_until(lambda: p.run("test", "-e", "/run/one/out")[0] == 0, "the context")
        text = p.run("cat", "/run/one/out")[1]
        found = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("env:"))
        env = dict(line[4:].split("=", 1) for line in text.splitlines() if line.startswith("env:"))
        for key, value in (("uid", "65534"), ("gid", "1"), ("cwd", "/usr"), ("umask", "027"), ("nice", "5"),
                           ("nofile", "100:200"), ("core", "0:0"), ("sigpipe", "default")):
            check_equal(found[key], value, key)
        check_in("29", found["groups"].split(","), "groups")
        for key, value in (("A", "overridden"), ("B", "two words"), ("FROM_FILE", "a b"), ("PASSED", "passed on"),
                           ("USER", "nobody"), ("LOGNAME", "nobody"),
                           ("RUNTIME_DIRECTORY", "/run/one:/run/two/three")):
            check_equal(env.get(key), value, key)
        check_not_in("GONE", env, "environment")
        check_equal([found.get(f"arg{i}") for i in range(1, 8)], ["x", "y", "overriddenx", "a $A", "$B", "end", None],
                    "arguments")
        check_equal([k for k in found if k.startswith("fd")], ["fd0", "fd1", "fd2"], "descriptors")
        check_equal(p.run("stat", "-c", "%a %u %g", "/run/two/three")[1], "750 65534 1\n", "runtime directory")
        check_equal(p.ctl("restart", "a.service")[0], 0, "restart")
        p.wait_until(lambda: p.run("test", "-e", "/run/one/out")[0] == 0, "the context again")
        check_equal(p.ctl("stop", "a.service")[0], 0, "stop")
        p.wait_until(lambda: p.run("test", "-e", "/run/one")[0] == 1, "the runtime directory is gone")


@case
def a_new_life_begins_when_the_last_ones_directory_is_gone():
    script = "test ! -e /run/many/00001 && seq -f /run/many/%%05g 5000 | xargs touch && echo $$$$ > /run/many/mine && " \
             f"exec {SERVICE} log @DIR@/out up"
    with Pid1({"a.service": f"[Service]\nRuntimeDirectory=many\nExecStart=/bin/sh -c '{script}'\n"}) as p:
        for i in range(1, 4):
            p.wait_until(lambda: (p.read("out") or "").split("\n").count("up") == i, f"life {i}")
            check_equal(p.run("cat", "/run/many/mine")[1].strip(), p.show("a.service", "MainPID"), "whose directory")
            check_equal(p.ctl("restart", "a.service")[0], 0, "restart")


@case
def failures_name_the_step():
    units = {"user.service": service("User=no-such-user", start="pause"),
             "dir.service": service("WorkingDirectory=/no/such/dir", start="pause"),
             "env.service": service("EnvironmentFile=/no/such/file", start="pause"),
             "exec.service": "[Service]\nUMask=0\nExecStart=no-such-program\n"}
    with Pid1(units) as p:
        p.expect_all([r"user\.service: .* -> failed .*User=no-such-user: there is no such user",
                      r"dir\.service: .* -> failed .*WorkingDirectory=/no/such/dir: No such file",
                      r"env\.service: .* -> failed .*EnvironmentFile=/no/such/file: No such file",
                      r"exec\.service: .* -> failed .*cannot execute 'no-such-program'"])
        check_equal(p.show("user.service", "ExecMainStatus"), "217", "exit status of USER")
        check_equal(p.show("dir.service", "ExecMainStatus"), "200", "exit status of CHDIR")
        check_equal(p.show("exec.service", "ExecMainStatus"), "203", "exit status of EXEC")


@case
def output_goes_where_it_is_told():
    text = f"[Service]\nType=oneshot\nStandardOutput=append:@DIR@/out\nExecStart=/bin/echo one\n" \
           "ExecStart=/bin/sh -c 'echo two >&2'\n"
    with Pid1({"a.service": text}) as p:
        p.expect(r"a\.service: start is done: success")
        check_equal(p.read("out"), "one\ntwo\n", "output and error")


@case
def conditions_skip_and_asserts_fail():
    units = {"skip.service": service(unit=("ConditionPathExists=/not/there",), start="pause"),
             "run.service": service(unit=("ConditionPathExists=!/not/there", "ConditionPathIsDirectory=/usr",
                                          "ConditionPathExists=|/not/there", "ConditionPathExists=|/proc",
                                          "ConditionVirtualization=container"), start="pause"),
             "reset.service": service(unit=("ConditionPathExists=/not/there", "ConditionPathExists="), start="pause"),
             "assert.service": service(unit=("AssertPathExists=/not/there",), start="pause"),
             "after.service": service(unit=("Requires=skip.service", "After=skip.service"), start="pause")}
    with Pid1(units) as p:
        p.expect_all([r"skip\.service: start was skipped", r"run\.service: .* -> running",
                      r"reset\.service: .* -> running", r"assert\.service: .*(failed|assert)",
                      r"after\.service: .* -> running"])
        check_equal(p.show("skip.service", "ActiveState"), "inactive", "skip")


main(prepare)
