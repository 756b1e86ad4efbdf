# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pintle-compile makes of good unit files: the rules of systemd.unit(5) and systemd.service(5)."""

import re

from testcase import case, check, check_equal, check_in, check_not_in, main
from unitroot import ETC, LIB, UnitRoot

CORE = {
    "sysinit.target": "",
    "basic.target": "Requires=sysinit.target\nAfter=sysinit.target",
    "multi-user.target": "Requires=basic.target\nAfter=basic.target",
    "shutdown.target": "DefaultDependencies=no",
}


def core(root):
    for name, text in CORE.items():
        root.file(name, f"[Unit]\n{text}\n")


@case
def default_dependencies_are_those_of_systemd():
    with UnitRoot() as root:
        core(root)
        root.service("a.service")
        root.service("bare.service", unit="DefaultDependencies=no")
        root.file("t.target", "[Unit]\nWants=a.service bare.service\nRequires=b.service\n")
        root.service("b.service", unit="After=t.target")
        units = root.units()
        a = units["a.service"]
        check_equal(a["requires"], ["sysinit.target"], "requires of a service")
        check_equal(a["after"], ["basic.target", "sysinit.target"], "after of a service")
        check_equal(a["conflicts"], ["shutdown.target"], "conflicts of a service")
        check_in("shutdown.target", a["before"], "before of a service")
        check_equal([units["bare.service"][e] for e in ("requires", "after", "conflicts")], [[], [], []],
                    "a service without defaults")
        # after what it pulls in, but not after what wants no defaults or is itself after the target
        check_equal(units["t.target"]["after"], ["a.service"], "after of a target")
        check_equal(root.notes(), [], "notes: nothing had to be left out")


@case
def what_a_refused_unit_says_of_others_does_not_count():
    with UnitRoot() as root:
        root.service("bad.service", "Type=what\nExecStart=/bin/true", "Conflicts=a.service\nBefore=a.service")
        root.service("a.service", unit="Wants=bad.service")
        a = root.units()["a.service"]
        check_equal([a["conflicts"], a["after"], a["wants"]], [[], [], ["bad.service"]], "edges")


@case
def each_edge_has_its_inverse():
    with UnitRoot() as root:
        root.service("a.service", unit="Requires=b.service\nWants=c.service\nBefore=b.service\nConflicts=d.service\n"
                                       "OnFailure=e.service")
        for name in "bcde":
            root.service(f"{name}.service")
        units = root.units()
        check_equal(units["b.service"]["required-by"], ["a.service"], "required-by")
        check_equal(units["b.service"]["after"], ["a.service"], "after")
        check_equal(units["c.service"]["wanted-by"], ["a.service"], "wanted-by")
        check_equal(units["d.service"]["conflicts"], ["a.service"], "conflicts")
        check_equal(units["a.service"]["on-failure"], ["e.service"], "on-failure")


@case
def dependencies_on_aliases_reach_the_unit_itself():
    with UnitRoot() as root:
        root.service("ssh.service")
        root.link(ETC + "sshd.service", "/lib/systemd/system/ssh.service")
        root.service("a.service", unit="Wants=sshd.service ssh.service\nAfter=sshd.service")
        units = root.units()
        check_equal(units["a.service"]["wants"], ["ssh.service"], "wants")
        check_not_in("sshd.service", units, "units")
        check_equal(units["ssh.service"].props("Names"), ["sshd.service"], "the other names")


@case
def an_empty_assignment_takes_away_what_stands_before_it():
    with UnitRoot() as root:
        root.service("a.service", "ExecStart=/bin/false\nEnvironment=A=1\nConditionPathExists=/x",
                     "After=b.service\nConditionPathExists=/a\nConditionACPower=true\nAssertPathExists=/keep")
        root.service("b.service")
        root.file(ETC + "a.service.d/x.conf", "[Unit]\nAfter=\nConditionPathExists=\nConditionUser=root\n"
                                              "[Service]\nExecStart=\nExecStart=/bin/echo new\nEnvironment=\n")
        a = root.units()["a.service"]
        check_equal(a.commands("ExecStart"), [("/bin/echo", ["/bin/echo", "new"], {"direct"})], "ExecStart")
        check_equal(a.props("Environment"), [], "Environment=")
        check_in("b.service", a["after"], "After=, which cannot be reset")
        check_equal([a.props(p) for p in ("ConditionPathExists", "ConditionACPower", "ConditionUser", "AssertPathExists")],
                    [[], [], ["root"], ["/keep"]], "conditions")
        check_equal(a.props("DropInPaths"), [ETC + "a.service.d/x.conf"], "drop-ins")


@case
def command_lines_are_split_as_systemd_does():
    table = [
        ("/bin/echo a  'b c' \"d e\"", [("/bin/echo", ["/bin/echo", "a", "b c", "d e"], {"direct"})]),
        ("-@/bin/sh argv0 -c x", [("/bin/sh", ["argv0", "-c", "x"], {"ignore-failure", "direct"})]),
        ("@-/bin/sh argv0", [("/bin/sh", ["argv0"], {"ignore-failure", "direct"})]),
        ("/bin/kill -HUP $MAINPID", [("/bin/kill", ["/bin/kill", "-HUP", "$MAINPID"], set())]),
        (":/bin/echo $X", [("/bin/echo", ["/bin/echo", "$X"], {"no-expand", "direct"})]),
        ("+/bin/true", [("/bin/true", ["/bin/true"], {"full"})]),
        ("!/bin/true", [("/bin/true", ["/bin/true"], {"ambient"})]),
        ("!!/bin/true", [("/bin/true", ["/bin/true"], {"ambient2"})]),
        ("udevadm settle", [("udevadm", ["udevadm", "settle"], set())]),
        ("/bin/echo a ; /bin/echo b", [("/bin/echo", ["/bin/echo", "a"], {"direct"}),
                                       ("/bin/echo", ["/bin/echo", "b"], {"direct"})]),
        ("/bin/echo a \\; b", [("/bin/echo", ["/bin/echo", "a", ";", "b"], {"direct"})]),
        ("/bin/echo 'a;b' \";\"", [("/bin/echo", ["/bin/echo", "a;b", ";"], {"direct"})]),
        ("/sbin/agetty -o '-p -- \\\\u'", [("/sbin/agetty", ["/sbin/agetty", "-o", "-p -- \\u"], {"direct"})]),
        ("/bin//./echo %n 100%%", [("/bin/echo", ["/bin//./echo", "a.service", "100%"], {"direct"})]),
    ]
    for line, wanted in table:
        with UnitRoot() as root:
            root.service("a.service", f"Type=oneshot\nExecStart={line}")
            check_equal(root.units()["a.service"].commands("ExecStart"), wanted, line)


@case
def a_long_shell_line_stays_one_argument():
    with UnitRoot() as root:
        root.service("a.service", "Type=oneshot\nExecStart=/bin/sh -c 'a=1; \\\n  # not a comment here? it is one\n"
                                  "  echo \"$a\" `id` $?; \\\n  exit'")
        check_equal(root.units()["a.service"].commands("ExecStart")[0][1],
                    ["/bin/sh", "-c", "a=1;    echo \"$a\" `id` $?;    exit"], "argv")


@case
def only_what_needs_nothing_is_executed_directly():
    needs = ["User=nobody", "WorkingDirectory=/tmp", "LimitNOFILE=5", "EnvironmentFile=-/etc/default/x", "Nice=5",
             "StandardOutput=null", "StandardInput=tty", "RuntimeDirectory=x", "UMask=077", "IgnoreSIGPIPE=no",
             "OOMScoreAdjust=5", "NoNewPrivileges=yes", "TTYReset=yes", "StandardOutput=inherit", "PassEnvironment=X", "SupplementaryGroups=adm"]
    needs_not = ["StandardOutput=journal", "StandardInput=null", "StandardError=inherit", "IgnoreSIGPIPE=yes",
                 "Restart=always", "KillMode=process", "Environment=A=1", "ProtectSystem=no", "Delegate=yes", "NoNewPrivileges=no",
                 "TTYReset=no"]
    for setting in needs + needs_not:
        with UnitRoot() as root:
            root.service("a.service", f"ExecStart=/bin/true\n{setting}")
            flags = root.units()["a.service"].commands("ExecStart")[0][2]
            check_equal("direct" in flags, setting in needs_not, setting)


@case
def times_and_limits_have_their_defaults():
    with UnitRoot() as root:
        root.service("a.service")
        root.service("b.service", "Type=oneshot\nExecStart=/bin/true")
        root.service("c.service", "ExecStart=/bin/true\nTimeoutSec=5\nRestart=on-failure\nRestartSec=2min 3s\n"
                                  "StartLimitInterval=0\nKillSignal=SIGINT\nWatchdogSec=10")
        units = root.units()
        a, b, c = (units[f"{n}.service"].service() for n in "abc")
        check_equal([a[k] for k in ("type", "burst", "interval", "start", "stop", "restart-sec", "signals")],
                    ["0", "5", "10.000s", "1min 30s", "1min 30s", "0.100s", "15,9"], "defaults")
        check_equal(b["start"], "infinity", "a oneshot's start timeout")
        check_equal([c[k] for k in ("start", "stop", "restart", "restart-sec", "burst", "signals", "notify")],
                    ["5.000s", "5.000s", "2", "2min 3s", "0", "2,9", "1"], "what was given")


@case
def instances_are_made_from_templates():
    with UnitRoot() as root:
        root.file("getty@.service", "[Unit]\nDescription=Getty on %I\nWants=helper@.service\n[Service]\n"
                                    "ExecStart=/sbin/agetty %i %I\n")
        root.file("helper@.service", "[Service]\nExecStart=/bin/echo %i\n")
        root.file("getty.target", "[Unit]\n")
        root.link(ETC + "getty.target.wants/getty@a\\x2db.service", LIB + "getty@.service")
        units = root.units()
        unit = units["getty@a\\x2db.service"]
        check_equal(unit.commands("ExecStart")[0][1], ["/sbin/agetty", "a\\x2db", "a-b"], "argv")
        check_in("description: Getty on a-b", unit.lines, "description")
        check_equal(unit["wants"], ["helper@a\\x2db.service"], "a template named in a dependency")
        check_not_in("getty@.service", units, "units")


@case
def masks_win_and_missing_units_are_known_as_such():
    with UnitRoot() as root:
        root.service("a.service", unit="Requires=gone.service\nWants=m.service")
        root.service("m.service")
        root.link(ETC + "m.service", "/dev/null")
        units = root.units()
        check_equal([units[f"{n}.service"].load for n in ("a", "gone", "m")], ["loaded", "not-found", "masked"], "load")


@case
def dependencies_on_types_that_are_not_done_are_dropped_and_said():
    with UnitRoot() as root:
        root.service("a.service", unit="Requires=a.socket\nAfter=a.socket dev-sda.device\nWants=b.service")
        root.file("a.socket", "[Socket]\nListenStream=/run/x\n")
        root.service("b.service")
        check_equal(root.units()["a.service"]["requires"], [], "requires")
        root.expect_note(r"a\.service:2: info: Requires=: 'a\.socket' is of a type that is not done yet")
        root.expect_note(r"a\.socket: info: units of type 'socket' are not done yet")


@case
def a_ring_of_twenty_is_broken_in_one_place_and_named():
    with UnitRoot() as root:
        for i in range(20):
            root.service(f"r{i:02}.service", unit=f"After=r{(i + 1) % 20:02}.service")
        notes = [n for n in root.notes() if "ordering cycle" in n]
        check_equal(len(notes), 1, "notes")
        check_equal(notes[0].count(" after "), 20, "steps that are named")
        check_equal(sum(len(u["after"]) for u in root.units().values()), 19, "edges left")


@case
def the_weakest_edge_of_a_cycle_goes():
    with UnitRoot() as root:
        core(root)
        # implied by the defaults against what the file says: the file wins
        root.service("early.service", unit="Before=sysinit.target")
        # a requirement is worth more than a mere order
        root.service("a.service", unit="DefaultDependencies=no\nRequires=b.service\nAfter=b.service")
        root.service("b.service", unit="DefaultDependencies=no\nAfter=c.service\nWants=c.service")
        root.service("c.service", unit="DefaultDependencies=no\nAfter=a.service")
        units = root.units()
        check_in("sysinit.target", units["early.service"]["before"], "before of early.service")
        check_equal(units["c.service"]["after"], [], "the edge without another tie")
        check_equal([units["a.service"]["after"], units["b.service"]["after"]], [["b.service"], ["c.service"]], "the others")


@case
def the_same_files_give_the_same_bytes():
    with UnitRoot() as root:
        core(root)
        for i in range(50):
            root.service(f"s{i}.service", unit=f"Wants=s{(i * 7) % 50}.service\nAfter=s{(i * 3) % 50}.service")
        outputs = []
        for name in ("one", "two"):
            root.run("--quiet", "--output", f"{root.path}/{name}")
            with open(f"{root.path}/{name}", "rb") as f:
                outputs.append(f.read())
        check(outputs[0] == outputs[1], "two runs differ")


@case
def the_boot_reaches_what_the_command_line_names():
    table = [("ro quiet", "default.target"), ("single", "rescue.target"), ("quiet S", "rescue.target"), ("1", "rescue.target"),
             ("emergency", "emergency.target"), ("3", "multi-user.target"), ("5", "graphical.target"),
             ("systemd.unit=rescue.target", "rescue.target"), ("rescue pintle.unit=multi-user.target", "multi-user.target"),
             ("systemd.unit=gone.target", "gone.target"), ("systemd.unit=../x", "default.target"),
             ("root=/dev/x -- single", "rescue.target")]
    with UnitRoot() as root:
        for name in ("default", "rescue", "emergency", "multi-user", "graphical"):
            root.file(f"{name}.target", "[Unit]\n")
        for line, wanted in table:
            cmdline = root.file("/cmdline", line + "\n")
            consoles = root.file("/consoles", "tty0\n")
            check_equal(root.default("--boot", "--cmdline", cmdline, "--consoles", consoles), wanted, line)


@case
def a_serial_console_in_use_gets_a_login():
    with UnitRoot() as root:
        for name in ("getty", "multi-user"):
            root.file(f"{name}.target", "[Unit]\n")
        root.file("serial-getty@.service", "[Service]\nExecStart=/sbin/agetty %I\n")
        cmdline = root.file("/cmdline", "quiet\n")
        consoles = root.file("/consoles", "tty0 ttyS0 hvc1\n")
        units = root.units("--boot", "--cmdline", cmdline, "--consoles", consoles)
        check_equal(units["getty.target"]["wants"], ["serial-getty@hvc1.service", "serial-getty@ttyS0.service"], "wants")


def watchdog(root, line="quiet"):
    """What the database says of the hardware watchdog: runtime, reboot, device."""
    root.file("a.target", "[Unit]\n")
    boot = ["--boot", "--cmdline", root.file("/cmdline", line + "\n"), "--consoles", root.file("/consoles", "tty0\n")]
    for dumped in root.run("--dump", "--quiet", *boot).stdout.splitlines():
        if dumped.startswith("hardware watchdog: "):
            return re.fullmatch("hardware watchdog: runtime=(.*) reboot=(.*) device=(.*)", dumped).groups()
    return None


@case
def the_hardware_watchdog_is_as_system_conf_and_the_command_line_say():
    with UnitRoot() as root:
        check_equal(watchdog(root), ("0us", "10min 0s", ""), "without any word")
        root.file("/usr/lib/systemd/system.conf.d/50-a.conf", "[Manager]\nRuntimeWatchdogSec=1min\nRebootWatchdogSec=off\n")
        check_equal(watchdog(root), ("1min 0s", "0us", ""), "a vendor's drop-in")
        root.file("/etc/systemd/system.conf", "[Other]\nRuntimeWatchdogSec=9\n[Manager]\nLogLevel=info\n"
                                              "RuntimeWatchdogSec=20\nWatchdogDevice=/dev/watchdog1\n")
        root.file("/usr/lib/systemd/system.conf", "[Manager]\nWatchdogDevice=/dev/watchdog2\n")
        check_equal(watchdog(root), ("1min 0s", "0us", "/dev/watchdog1"), "a drop-in is behind the file")
        root.file("/etc/systemd/system.conf.d/50-a.conf", "[Manager]\nRuntimeWatchdogSec=default\n")
        check_equal(watchdog(root), ("infinity", "10min 0s", "/dev/watchdog1"), "the administrator's hides the vendor's")
        check_equal(watchdog(root, "pintle.watchdog=45")[0], "45.000s", "the command line")
        check_equal(watchdog(root, "systemd.watchdog_sec=off systemd.watchdog_device=/dev/w"), ("0us", "10min 0s", "/dev/w"),
                    "the command line in systemd's words")
        check_equal(watchdog(root, "pintle.watchdog=soon")[0], "infinity", "a bad word")
        root.file("/etc/systemd/system.conf.d/60-b.conf", "[Manager]\nRuntimeWatchdogSec=soon\nWatchdogDevice=w\n")
        check_equal(watchdog(root), ("infinity", "10min 0s", "/dev/watchdog1"), "bad lines")
        root.expect_note("60-b.conf:2: .*no time.*soon")
        root.expect_note("60-b.conf:3: .*no path of a device.*'w'")


main()
