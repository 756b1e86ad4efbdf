# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bad unit files: each is said by file and line, costs at most its own unit, and never a crash or a hang."""

import json
import os
import random
import time

from testcase import case, check, check_equal, check_in, main
from unitroot import COMPILE, ETC, LIB, UnitRoot


def good(root):
    root.service("good.service")


def expect_good(root):
    check_equal(root.units()["good.service"].load, "loaded", "the good unit beside it")


@case
def what_is_unknown_is_said_with_what_was_meant():
    with UnitRoot() as root:
        root.file("a.service", "[Unit]\nAftr=b.service\nExecStart=/x\n[Sevice]\nType=simple\n[Service]\nExecStart=/bin/true\n"
                               "Frobnicate=1\nX-Mine=2\nProtectSystem=full\nSlice=x.slice\n[X-Other]\nAnything=1\n")
        for pattern in (r"a\.service:2: warning: unknown directive 'Aftr' in \[Unit\], ignored; 'After' is probably meant",
                        r"a\.service:3: warning: 'ExecStart' belongs into \[Service\], not \[Unit\]",
                        r"a\.service:4: warning: unknown section \[Sevice\], ignored; \[Service\] is probably meant",
                        r"a\.service:8: warning: unknown directive 'Frobnicate' in \[Service\], ignored$",
                        r"a\.service:10: warning: ProtectSystem= is known to systemd, not done by pintle yet: the service "
                        r"runs without this confinement",
                        r"a\.service:11: warning: Slice= is known to systemd, not done by pintle yet"):
            root.expect_note(pattern)
        check_equal(len(root.notes()), 6, "notes")
        check_equal(root.units()["a.service"].load, "loaded", "load")


@case
def a_template_that_multiplies_comes_to_an_end():
    with UnitRoot() as root:
        root.file("t@.service", "[Unit]\nWants=t@%i-a.service t@%i-b.service\n[Service]\nExecStart=/bin/true\n")
        root.file("default.target", "[Unit]\nWants=t@x.service\n")
        root.expect_note(r"error: there are more than 32768 units: 't@x-.*service' and what else is named are left out")


@case
def what_cannot_be_left_out_safely_refuses_the_unit():
    table = ["RootDirectory=/srv", "RootImage=/x", "NetworkNamespacePath=/run/netns/x", "DynamicUser=yes", "PAMName=login",
             "LoadCredentialEncrypted=a:b", "Type=forking", "Type=dbus", "Type=wrong", "BusName=org.x", "Restart=sometimes",
             "KillMode=all", "User=0day", "Group=-1", "StandardInput=socket", "WorkingDirectory=relative",
             "ExecStart=/bin/two", "ExecStart=\"/bin/open", "ExecStart=relative/path", "ExecStart=/dir/"]
    for setting in table:
        with UnitRoot() as root:
            good(root)
            root.service("a.service", f"ExecStart=/bin/true\n{setting}")
            check_equal(root.units()["a.service"].load, "bad-setting", setting)
            check(any(": error: " in n and "a.service" in n for n in root.notes(status=1)), f"{setting}: no error is said")
            expect_good(root)
    for setting in ("RootDirectory=/", "RootDirectory=", "DynamicUser=no", "PrivateTmp=yes", "PAMName="):
        with UnitRoot() as root:
            root.service("a.service", f"ExecStart=/bin/true\n{setting}")
            check_equal(root.units()["a.service"].load, "loaded", setting)


@case
def a_bad_value_leaves_the_default():
    table = ["TimeoutStopSec=soon", "RestartSec=-1", "KillSignal=SIGNONE", "Nice=99", "OOMScoreAdjust=x", "UMask=888",
             "LimitNOFILE=many", "LimitNOFILE=64K", "SendSIGKILL=maybe", "NotifyAccess=some", "StartLimitBurst=x", "RestartPreventExitStatus=999",
             "Environment=1BAD=x", "EnvironmentFile=relative", "RuntimeDirectory=../x", "StandardOutput=nowhere",
             "TTYPath=x", "RuntimeDirectoryPreserve=perhaps"]
    for setting in table:
        with UnitRoot() as root:
            root.service("a.service", f"ExecStart=/bin/true\n{setting}")
            unit = root.units()["a.service"]
            check_equal([unit.load, unit.service()["stop"]], ["loaded", "1min 30s"], setting)
            root.expect_note(r"a\.service:5: warning: .*ignored")


@case
def services_that_make_no_sense_are_refused():
    table = {"": "neither ExecStart= nor ExecStop=", "ExecStop=/bin/x\nType=simple": "no ExecStart=",
             "ExecStop=/bin/x\nType=oneshot": "RemainAfterExit", "ExecStart=/a\nExecStart=/b": "more than one ExecStart=",
             "ExecStart=/a ; /b": "more than one ExecStart=", "ExecStart=\nType=simple": "neither",
             "Type=oneshot\nExecStart=/a\nRestart=always": "Restart=always"}
    for text, said in table.items():
        with UnitRoot() as root:
            good(root)
            root.file("a.service", f"[Service]\n{text}\n")
            check_equal(root.units()["a.service"].load, "bad-setting", text)
            root.expect_note(f"a\\.service: error: .*{said}")


@case
def binary_junk_and_cut_files_cost_their_own_unit():
    chance = random.Random(7)
    whole = b"[Unit]\nDescription=x\n[Service]\nExecStart=/bin/sh -c 'a \\\n b'\nEnvironment=\"A=b c\"\n"
    with UnitRoot() as root:
        good(root)
        for i in range(100):
            root.file(f"junk{i}.service", bytes(chance.randrange(256) for _ in range(chance.randrange(2000))))
        for i in range(1, len(whole)):
            root.file(f"cut{i}.service", whole[:i])
        root.file("nul.service", b"[Service]\nExecStart=/bin/true\nDescr\0iption=x\n")
        root.file("utf8.service", b"[Service]\nExecStart=/bin/true\nEnvironment=A=\xff\n")
        root.expect_note(r"nul\.service:3: warning: the line holds a NUL byte")
        root.expect_note(r"utf8\.service:3: warning: the line is not valid UTF-8")
        expect_good(root)


@case
def lines_and_files_that_are_too_long_are_refused():
    with UnitRoot() as root:
        good(root)
        root.file("line.service", "[Service]\nExecStart=/bin/true\nEnvironment=A=" + "x" * (1 << 20) + "\n")
        root.file("file.service", "# comment\n" * (17 << 20 >> 3))
        root.file("many.service", "[Service]\nExecStart=/bin/true\n" + "Environment=\n" * 300000)
        started = time.monotonic()
        root.expect_note(r"line\.service:3: error: the line is longer than 1 MiB")
        root.expect_note(r"file\.service: error: the file cannot be read: it is larger than 16 MiB")
        units = root.units()
        check(time.monotonic() - started < 20, "it takes too long")
        check_equal([units[f"{n}.service"].load for n in ("line", "file", "many")],
                    ["bad-setting", "bad-setting", "loaded"], "load")
        expect_good(root)


@case
def names_that_are_none_are_left_out():
    longest = "a" * (255 - len(".service")) + ".service"
    with UnitRoot() as root:
        good(root)
        root.service(longest)
        for name in ("@.service", "a b.service", "x.servic", "%.service"):
            root.service(name)
        root.service("deps.service", unit=f"Wants=../x.service @.service a/b.service {'b' * 260}.service .service\nAfter=x")
        units = root.units()
        check_in(longest, units, "the longest name")
        check_equal(sorted(units), sorted([longest, "deps.service", "good.service"]), "units")
        check_equal(len([n for n in root.notes() if "is not the name of a unit" in n]), 6, "notes")


@case
def a_unit_may_not_depend_on_itself():
    with UnitRoot() as root:
        root.service("a.service", unit="After=a.service\nRequires=a.service\nConflicts=a.service\nWants=b.service")
        root.service("b.service", unit="Before=a.service\nAfter=a.service")
        units = root.units()
        check_equal(units["a.service"]["requires"], [], "requires")
        check_equal(len([n for n in root.notes() if "names itself" in n]), 3, "notes")
        root.expect_note(r"ordering cycle: a\.service after b\.service after a\.service; left out: ")


@case
def links_that_lead_nowhere_or_in_rings_are_said():
    with UnitRoot() as root:
        good(root)
        root.link(ETC + "a.service", "b.service")
        root.link(ETC + "b.service", "c.service")
        root.link(ETC + "c.service", "a.service")
        root.link(ETC + "gone.service", "/opt/gone.service")
        root.link(ETC + "alias.service", "/opt/gone2.service")
        root.file("t.target", "[Unit]\nWants=a.service\n")
        root.link(ETC + "t.target.wants/nobody.service", "/opt/nobody.service")
        root.link(ETC + "good.service.d/x.conf", "/opt/x.conf")
        for pattern in (r"a\.service: error: the alias leads back to itself", r"gone\.service: error: the file cannot be read",
                        r"alias\.service: warning: the alias leads to 'gone2\.service', which does not exist",
                        r"t\.target\.wants/nobody\.service: warning: the link leads nowhere",
                        r"good\.service\.d/x\.conf: warning: the link leads nowhere"):
            root.expect_note(pattern)
        expect_good(root)


@case
def directories_and_unreadable_files_are_said():
    with UnitRoot() as root:
        good(root)
        root.file("dir.service/x", "")
        os.mkfifo(root.path + LIB + "fifo.service")
        root.expect_note(r"dir\.service: warning: a directory has the name of a unit file")
        root.expect_note(r"fifo\.service: warning: what has the name of a unit file is no file")
        if os.geteuid() != 0:  # root reads everything
            os.chmod(root.file("secret.service", "[Service]\n"), 0)
            root.expect_note(r"secret\.service: error: the file cannot be read: Permission denied")
        expect_good(root)


@case
def a_mesh_of_cycles_ends():
    with UnitRoot() as root:
        names = [f"m{i}.service" for i in range(150)]
        for name in names:
            root.service(name, unit="After=" + " ".join(names))
        started = time.monotonic()
        units = root.units()
        check(time.monotonic() - started < 10, "it takes too long")
        check_equal(len(units), 150, "units")
        root.expect_note("more than 50 ordering cycles")


@case
def ten_thousand_units_take_well_under_a_second():
    with UnitRoot() as root:
        root.file("sysinit.target", "[Unit]\n")
        root.file("shutdown.target", "[Unit]\n")
        for i in range(10000):
            root.service(f"u{i}.service", f"ExecStart=/bin/sleep {i}\nUser=nobody",
                         f"Description=Service {i}\nAfter=u{i // 2}.service\nWants=u{i // 3}.service")
        root.run("--quiet", "--output", f"{root.path}/db")
        times = []
        for _ in range(3):
            started = time.monotonic()
            root.run("--quiet", "--output", f"{root.path}/db")
            times.append(time.monotonic() - started)
        print(f"     10,000 units: {min(times) * 1000:.0f} ms, {os.path.getsize(root.path + '/db')} bytes")
        check(min(times) < (20 if "sanitize" in os.environ.get("CFLAGS", "") else 5), f"it took {min(times):.1f} s")


@case
def nothing_usable_is_a_failure_and_the_old_database_stays():
    with UnitRoot() as root:
        out = root.file("/db", "the last good one")
        root.run("--quiet", "--output", out, status=1)
        root.file("a.service", "[Service]\n")
        root.run("--quiet", "--output", out, status=1)
        with open(out, encoding="utf-8") as f:
            check_equal(f.read(), "the last good one", "the old database")
        good(root)
        root.run("--quiet", "--output", root.path + "/no/such/dir/db", status=1)
        root.run("--quiet", "--output", out)
        with open(out, "rb") as f:
            check_equal(f.read(8), b"PINTLEDB", "the new one")


@case
def verify_speaks_of_what_it_was_asked_and_ends_with_a_status():
    with UnitRoot() as root:
        good(root)
        root.file("warn.service", "[Service]\nExecStart=/bin/true\nFoo=1\n")
        root.file("bad.service", "[Service]\nType=what\nExecStart=/bin/true\n")
        root.file("tmpl@.service", "[Service]\nExecStart=/bin/true %i\nBar=1\n")
        check_equal(root.notes("good.service", status=0), [], "good.service")
        check_equal(len(root.notes("warn.service", status=0)), 1, "warn.service")
        check_equal(len(root.notes("bad.service", status=1)), 1, "bad.service")
        check_equal(len(root.notes("tmpl@.service", status=0)), 1, "a template")
        check_equal(root.notes("none.service", status=1), ["none.service: error: there is no such unit"], "none.service")
        summary = root.run("--verify", status=1).stdout.splitlines()[-1]
        check_equal(summary, "3 units: 1 errors, 2 warnings, 0 remarks", "summary")
        found = json.loads(root.run("--verify", "--json", status=1).stdout)
        check("bad.service" in json.dumps(found), "the JSON does not name the unit")


@case
def a_single_file_is_verified_wherever_it_lies():
    with UnitRoot() as root:
        good(root)
        full = root.file("/tmp/mine.service", "[Service]\nExecStart=/bin/true\nFoo=1\n")
        check(any("mine.service:3: warning: unknown directive 'Foo'" in n for n in root.notes("/tmp/mine.service")),
              f"{full} is not verified")


@case
def options_that_are_wrong_are_said():
    with UnitRoot() as root:
        for args in (["--nonsense"], ["name.service"], ["--root"]):
            root.run(*args, status=1)
        check_in("usage:", root.run("--help").stdout, "--help")
        rows = root.run("--directives").stdout.splitlines()
        check(len(rows) > 600 and all(len(row.split("\t")) == 4 for row in rows), f"{COMPILE} --directives")


main()
