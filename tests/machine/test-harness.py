#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The harness by itself, with no part of pintle in the machine: an initramfs of busybox finds disks, and a failure of the
other machine tests is then not one of the harness."""

import subprocess
import tempfile
from pathlib import Path

from image import Executable, Node, Partition, make_archive, make_disk
from machine import Machine, build_path, need_machine
from testcase import Failure, Skip, case, check, check_equal, check_in, environment, main

BUSYBOX = Path("/bin/busybox")
WORK = tempfile.TemporaryDirectory()

# Waits for events of the kernel and not for time: a line of the console, then a command.
INIT = """#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /new
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in %s; do insmod /modules/$module; done
echo READY
while read -r line; do
    eval "$line"
    echo "DONE $?"
done
"""


def modules():
    """virtio's modules for a disk on PCI, in the order that loads."""
    root = environment("PINTLE_TEST_KERNEL_ROOT")
    listed = subprocess.run(["modprobe", "-d", root, "-S", environment("PINTLE_TEST_KERNEL_VERSION"), "-D", "-a",
                             "virtio_pci", "virtio_blk"], stdout=subprocess.PIPE, text=True, check=True).stdout
    paths = [line.split()[1] for line in listed.splitlines() if line.startswith("insmod")]
    return list(dict.fromkeys(paths))


def prepare():
    need_machine()
    if not BUSYBOX.exists():
        raise Skip("busybox-static is not installed")
    paths = modules()
    names = " ".join(Path(path).name for path in paths)
    tree = {"init": Executable(INIT % names), "bin/sh": BUSYBOX, "bin/busybox": BUSYBOX, "dev/console": Node("c", 5, 1)}
    tree.update({f"modules/{Path(path).name}": Path(path) for path in paths})
    make_archive(f"{WORK.name}/initrd", tree)
    root = {"sbin/init": Path(build_path("tests/machine/testinit")), "name": "one", "proc": None, "dev": None}
    make_disk(f"{WORK.name}/gpt.img", [Partition(root, label="first"), Partition({"name": "two"})])
    make_disk(f"{WORK.name}/dos.img", [Partition({"name": "three"})], table="dos", disk_id="0x12345678")


def boot(append="", disks=(), **options):
    return Machine(f"{WORK.name}/initrd", append, [f"{WORK.name}/{disk}" for disk in disks], **options)


@case
def console_and_disks():
    with boot(disks=["gpt.img", "dos.img"]) as m:
        m.expect("^READY")
        for node, wanted in (("/dev/vda1", "one"), ("/dev/vda2", "two"), ("/dev/vdb1", "three")):
            # The kernel may still be reading the partition table.
            m.line(f"until [ -b {node} ]; do usleep 50000; done; mount -o ro {node} /new; "
                   f"echo {node} holds $(cat /new/name); umount /new")
            # Up to the line's end: what is read from a serial line may stop anywhere.
            check_equal(m.expect(f"^{node} holds ([^\\r\\n]*)[\\r\\n]", 30).group(1), wanted, f"what is on {node}")
            m.expect("^DONE 0")
        m.line("poweroff -f")
        m.wait_off()


@case
def a_disk_plugged_in_later_appears():
    with boot() as m:
        m.expect("^READY")
        m.plug(f"{WORK.name}/gpt.img")
        m.line("until [ -b /dev/vda1 ]; do usleep 50000; done; findfs LABEL=first")
        m.expect("^/dev/vda1", 30)
        m.line("reboot -f")
        m.wait_reboot()


@case
def testinit_reports_what_it_was_handed():
    with boot("testinit.do=serve", ["gpt.img"]) as m:
        m.expect("^READY")
        m.line("mount /dev/vda1 /new && mount --move /dev /new/dev && mount --move /proc /new/proc "
               "&& exec env -i A=b switch_root /new /sbin/init one 'two three'")
        got = m.report(30)
        check_equal(got["argv"], ["/sbin/init", "one", "two three"], "argv")
        check_equal(got["environ"], ["A=b"], "the environment")
        check_equal(got["pid"], 1, "its process id")
        check_in(" / / rw", got["mounts"], "the mounts")
        check_in("testinit.do=serve", m.order("read /proc/cmdline"), "a file that was asked for")
        check_equal(m.order("report")["argv"], got["argv"], "argv in the second report")
        m.port.send("poweroff\n")
        m.wait_off()


@case
def what_does_not_come_is_a_failure_that_says_so():
    try:
        with boot() as m:
            m.expect("^READY")
            m.expect("nobody says this", 1)
    except Failure as failure:
        check_in("nobody says this", str(failure), "the message")
        check_in("READY", failure.detail, "the console in the failure")
        return
    raise Failure("a text that never came was found")


@case
def a_panic_ends_the_wait_at_once():
    try:
        with boot() as m:
            m.expect("^READY")
            m.line("echo c >/proc/sysrq-trigger")
            m.expect("nobody says this", 60)
    except Failure as failure:
        check_in("Kernel panic", str(failure), "the message")
        check(m.elapsed() < 50, "it was waited on after the panic")
        return
    raise Failure("the panic was not noticed")


main(prepare)
