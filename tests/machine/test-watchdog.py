#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The hardware watchdog: a machine whose PID 1 stands still is reset, one whose PID 1 crashes and carries on is not."""

import os

from debian import PARTITION, fresh_disk, write_file
from image import run
from machine import build_path
from pintle import Machine, initrd, prepare
from testcase import case, check, check_equal, environment, main

INTERVAL = 4  # seconds
CONFIG = f"[Manager]\nRuntimeWatchdogSec={INTERVAL}\n"

# None of the root's own units: it holds the modules of another kernel than the one that has the driver.
TARGET = "[Unit]\nDefaultDependencies=no\nRequires=probe.service\n"
SERVICE = """[Unit]
DefaultDependencies=no
[Service]
StandardOutput=tty
StandardError=tty
TTYPath=/dev/console
ExecStart=/bin/bash /probe
"""

# Three intervals, with a crash of PID 1 in them, then the one from which it does not come back.
PROBE = f"""
echo "the device waits $(cat /sys/class/watchdog/watchdog0/timeout) s and is $(cat /sys/class/watchdog/watchdog0/state)"
sleep {INTERVAL}
kill -SEGV 1
sleep {2 * INTERVAL}
echo "three intervals are over"
exec /standstill
"""


def watched_machine():
    root, disk = environment("PINTLE_TEST_FULL_KERNEL_ROOT"), fresh_disk("watchdog.img")
    write_file(disk, "/etc/systemd/system.conf", CONFIG)
    write_file(disk, "/etc/systemd/system/probe.target", TARGET)
    write_file(disk, "/etc/systemd/system/probe.service", SERVICE)
    write_file(disk, "/probe", PROBE)
    run("debugfs", "-w", "-R", f"write {build_path('tests/machine/standstill')} /standstill", f"{disk}?offset={PARTITION}")
    image = initrd("-k", environment("PINTLE_TEST_FULL_KERNEL_VERSION"), "--moddir", root,
                   "--modules", "virtio_pci,virtio_blk,ext4,i6300esb")
    append = f"root=UUID={environment('PINTLE_TEST_ROOT_UUID')} ro pintle.unit=probe.target"
    return Machine(image, append, [disk], kernel=os.path.join(root, "vmlinuz"), memory=1024, cpus=2,
                   arguments=["-device", "i6300esb", "-action", "watchdog=reset"])


def bites(m):
    return [event["data"]["action"] for event in m.events if event["event"] == "WATCHDOG"]


@case
def a_pid_1_that_carries_on_keeps_the_machine_and_one_that_stands_still_loses_it():
    with watched_machine() as m:
        m.expect(f"the device waits {INTERVAL} s and is active\n")
        m.expect("PID 1 crashed with SIGSEGV.* and carries on", 30)
        m.expect("three intervals are over\n", 60)
        check_equal(bites(m), [], "what the watchdog did while PID 1 was well")
        m.expect("PID 1 stands still\n", 20)
        still = m.elapsed()
        m.wait_reboot(60)
        check_equal(bites(m), ["reset"], "what the watchdog did when PID 1 stood still")
        check(m.elapsed() - still < 5 * INTERVAL, f"the reset came only after {m.elapsed() - still:.1f} s")


main(prepare)
