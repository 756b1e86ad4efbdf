# SPDX-License-Identifier: LGPL-2.1-or-later
"""The units in units/: they compile without a remark, and reach a login and a power off."""

import os
import subprocess

from testcase import case, check, check_equal, check_in, main
from unitroot import ETC, LIB, UnitRoot

SOURCE = os.environ.get("PINTLE_TEST_SRCDIR", "..")
BUILD = os.environ.get("PINTLE_TEST_BUILDDIR", ".")


class ShippedRoot(UnitRoot):
    """Laid out where the distribution's units are: the directory that is compiled in depends on the prefix."""

    def __init__(self):
        super().__init__()
        os.makedirs(self.path + LIB)
        for name in os.listdir(f"{SOURCE}/units"):
            if not name.endswith((".in", ".mk")):
                with open(f"{SOURCE}/units/{name}", "rb") as f:
                    self.file(name, f.read())
            elif name.endswith(".in"):
                with open(f"{BUILD}/units/{name[:-3]}", "rb") as f:
                    self.file(name[:-3], f.read())
        subprocess.run(["make", "-s", "unit-links", f"DESTDIR={self.path}", f"unitdir={LIB[:-1]}"], cwd=BUILD, check=True,
                       stdout=subprocess.DEVNULL)
        self.boot = ["--boot", "--cmdline", self.file("/cmdline", "quiet\n"), "--consoles", self.file("/consoles", "ttyS0\n")]


def reached(units, start):
    """All that a start pulls in."""
    seen, work = set(), [start]
    while work:
        name = work.pop()
        if name not in seen and name in units:
            seen.add(name)
            work += units[name]["requires"] + units[name]["wants"]
    return seen


def comes_before(units, first, later):
    seen, work = set(), [later]
    while work:
        name = work.pop()
        if name == first:
            return True
        if name not in seen:
            seen.add(name)
            work += units[name]["after"]
    return False


@case
def they_compile_without_a_remark():
    with ShippedRoot() as root:
        check_equal(root.notes(status=0), [], "notes")


@case
def the_default_reaches_file_systems_udev_and_a_login():
    with ShippedRoot() as root:
        check_equal(root.default(*root.boot), "graphical.target", "default")
        units = root.units(*root.boot)
        pulled = reached(units, "graphical.target")
        for name in ("sysinit.target", "basic.target", "multi-user.target", "local-fs.target", "swap.target", "remote-fs.target",
                     "pintle-mounts.service", "systemd-remount-fs.service", "pintle-fsck-root.service", "systemd-udevd.service",
                     "systemd-udev-trigger.service", "getty@tty1.service", "serial-getty@ttyS0.service", "systemd-user-sessions.service"):
            check_in(name, pulled, "what the boot pulls in")
            check_equal(units[name].load, "loaded", name)
        chain = ["pintle-fsck-root.service", "systemd-remount-fs.service", "pintle-mounts.service", "local-fs.target",
                 "sysinit.target", "basic.target", "systemd-user-sessions.service", "serial-getty@ttyS0.service", "getty.target",
                 "multi-user.target", "graphical.target"]
        for first, later in zip(chain, chain[1:]):
            check(comes_before(units, first, later), f"{first} does not come before {later}")
        check(comes_before(units, "systemd-udevd.service", "systemd-udev-trigger.service"), "coldplug comes before udev")


@case
def each_way_down_stops_the_services_first():
    with ShippedRoot() as root:
        units = root.units()
        for number, name in enumerate(["halt", "poweroff", "reboot", "kexec", "exit"], 1):
            unit = units[f"{name}.target"]
            check_equal(unit.fields["final"], str(number), f"final action of {name}.target")
            check_in("shutdown.target", unit["requires"], f"requires of {name}.target")
            check_in("shutdown.target", unit["after"], f"after of {name}.target")
        for name in ("multi-user.target", "basic.target", "systemd-user-sessions.service", "local-fs.target"):
            check_in("shutdown.target", units[name]["conflicts"], f"conflicts of {name}")
            check_in("shutdown.target", units[name]["before"], f"before of {name}")


@case
def a_failed_local_file_system_leads_to_the_emergency_shell():
    with ShippedRoot() as root:
        units = root.units()
        check_equal(units["local-fs.target"]["on-failure"], ["emergency.target"], "on-failure")
        check_in("pintle-mounts.service", units["local-fs.target"]["requires"], "requires")
        check_in("emergency.service", units["emergency.target"]["requires"], "requires")
        check_in("sysinit.target", units["emergency.service"]["conflicts"], "conflicts")
        check_equal(units["emergency.service"].props("StandardInput"), ["tty-force"], "its input")
        for name in ("rescue.service", "emergency.service"):
            (command,) = units[name].commands("ExecStart")
            check(command[0] == "/bin/sh" and len(command[1]) == 3, f"{name}: {command}")
            done = subprocess.run(["/bin/sh", "-n", "-c", command[1][2]], check=False)
            check_equal(done.returncode, 0, f"the shell's opinion of {name}")


@case
def every_shell_line_is_one_that_a_shell_can_read():
    with ShippedRoot() as root:
        for unit in root.units().values():
            for kind in ("ExecStart", "ExecStop"):
                for path, argv, _ in unit.commands(kind):
                    if path == "/bin/sh":
                        done = subprocess.run(["/bin/sh", "-n", "-c", argv[2]], check=False)
                        check_equal(done.returncode, 0, f"{unit.name}: {argv[2]}")


@case
def no_unit_waits_for_an_ordering_that_was_left_out():
    with ShippedRoot() as root:
        # What Debian's packages look like: udev with socket units, ssh, a network, a service of the old kind.
        root.file("/usr/local/lib/systemd/system/ssh.service",
                  "[Unit]\nAfter=network.target auditd.service\nConditionPathExists=!/etc/ssh/sshd_not_to_be_run\n[Service]\n"
                  "EnvironmentFile=-/etc/default/ssh\nExecStartPre=/usr/sbin/sshd -t\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"
                  "ExecReload=/usr/sbin/sshd -t\nExecReload=/bin/kill -HUP $MAINPID\nKillMode=process\nRestart=on-failure\n"
                  "RestartPreventExitStatus=255\nType=notify\nRuntimeDirectory=sshd\nRuntimeDirectoryMode=0755\n"
                  "[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n")
        root.link(ETC + "multi-user.target.wants/ssh.service", "/lib/systemd/system/ssh.service")
        root.link(ETC + "sshd.service", "/lib/systemd/system/ssh.service")
        root.file("/usr/local/lib/systemd/system/networking.service",
                  "[Unit]\nDefaultDependencies=no\nRequires=ifupdown-pre.service\nWants=network.target\nAfter=local-fs.target "
                  "network-pre.target apparmor.service systemd-sysctl.service systemd-modules-load.service ifupdown-pre.service\n"
                  "Before=network.target shutdown.target network-online.target\nConflicts=shutdown.target\n[Service]\nType=oneshot\n"
                  "ExecStart=/sbin/ifup -a --read-environment\nExecStop=/sbin/ifdown -a --read-environment\nRemainAfterExit=true\n"
                  "TimeoutStartSec=5min\n[Install]\nWantedBy=multi-user.target network-online.target\n")
        root.link(ETC + "sysinit.target.wants/systemd-udevd.service", "/gone/systemd-udevd.service")
        root.link(ETC + "sockets.target.wants/systemd-udevd-control.socket", "/gone/systemd-udevd-control.socket")
        units = root.units(*root.boot)
        check_in("ssh.service", reached(units, "graphical.target"), "what the boot pulls in")
        check_equal(units["ssh.service"].load, "loaded", "ssh.service")
        check_equal(units["networking.service"].load, "loaded", "networking.service")
        check_equal([n for n in root.notes() if "cycle" in n or "error" in n], [], "notes")


main()
