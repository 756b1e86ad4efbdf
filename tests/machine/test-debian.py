#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole Debian: from the kernel through both stages to a login prompt, at work there, and down again with a clean disk."""

import json
import re
from pathlib import Path

from debian import boot, check_clean, fresh_disk, log_in, maintain, shell, succeeds, write_file
from image import Partition, make_disk, run
from machine import build_path
from pintle import Machine, initrd, prepare, work
from testcase import case, check, check_equal, check_in, check_not_in, environment, main


def see_the_system(m):
    check_equal(succeeds(m, "readlink -f /proc/1/exe"), "/usr/sbin/pintle", "process 1")
    check_equal(succeeds(m, "hostname"), "pintle", "the host's name")
    check_in("rw", succeeds(m, "findmnt -no OPTIONS /").split(","), "the root's mount options")
    listed = succeeds(m, "pintlectl list | cat")
    for unit in ("multi-user.target", "serial-getty@ttyS0.service", "ssh.service"):
        check_in(unit, listed, "pintlectl list")
    check_equal(succeeds(m, "pintlectl is-active multi-user.target"), "active", "multi-user.target")
    check_in("serial-getty@ttyS0.service", succeeds(m, "pintlectl status serial-getty@ttyS0.service | cat"), "status")


def handle_a_service(m):
    """sshd, as Debian packages it: running after the boot, and stopped, started and restarted by hand."""
    check_equal(succeeds(m, "pintlectl is-active ssh.service"), "active", "ssh.service")
    check_in(":22", succeeds(m, "ss -Htln"), "what is listened on")
    first = succeeds(m, "pintlectl show -p MainPID ssh.service")
    succeeds(m, "pintlectl restart ssh.service")
    second = succeeds(m, "pintlectl show -p MainPID ssh.service")
    check(first != second, f"the main process is the same after a restart: {first}")
    succeeds(m, "pintlectl stop ssh.service")
    check_equal(shell(m, "pintlectl is-active ssh.service"), (3, "inactive"), "is-active after stop")
    check_not_in(":22", succeeds(m, "ss -Htln"), "what is listened on after stop")
    succeeds(m, "pintlectl start ssh.service")
    check_equal(shell(m, "pintlectl is-active ssh.service"), (0, "active"), "is-active after start")
    check_equal(shell(m, "pintlectl status nothing.service >/dev/null")[0], 4, "the exit status of 'status' without such a unit")


def read_the_timeline(m):
    times = succeeds(m, "pintlectl times | cat").lower()
    for word in ("kernel", "stage one", "stage two"):
        check_in(word, times, "pintlectl times")


def find_the_image_freed(m):
    match = re.search(r"the ramdisk is released: ([\d.]+) MiB came back", succeeds(m, "dmesg"))
    check(match and float(match.group(1)) > 15, f"the log does not tell of an initramfs given back: {match}")
    unevictable = int(succeeds(m, "awk '/^Unevictable/ {print $2}' /proc/meminfo"))
    check(unevictable < 2048, f"{unevictable} kB cannot be evicted: a part of the ramfs is left")


@case
def boots_to_a_login_works_and_powers_off():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        see_the_system(m)
        handle_a_service(m)
        m.line("poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def tells_how_it_booted_frees_the_image_and_reboots():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        read_the_timeline(m)
        find_the_image_freed(m)
        units = json.loads(succeeds(m, "pintlectl list --json | cat"))
        check_in("ssh.service", json.dumps(units), "pintlectl list --json")
        m.line("pintlectl reboot")
        m.wait_reboot(120)
    check_clean(disk)


@case
def a_rehomed_image_boots_debian_too():
    disk = fresh_disk("debian.img")
    with boot(disk, "pintle.rehome") as m:
        log_in(m)
        check_not_in("initramfs", succeeds(m, "cat /proc/self/mountinfo"), "the mounts")
        shmem = int(succeeds(m, "awk '/^Shmem:/ {print $2}' /proc/meminfo"))
        check(shmem < 8192, f"{shmem} kB of shared memory: a part of the tmpfs is left")
        m.line("pintlectl poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def ctrl_alt_del_reboots_cleanly():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        m.expect("pintle login: $", 240)
        m.press_ctrl_alt_del()
        m.wait_reboot(120)
    check_clean(disk)


@case
def a_default_target_that_cannot_be_reached_ends_in_a_shell_that_says_why():
    disk = fresh_disk("debian.img")
    units = "/etc/systemd/system"
    write_file(disk, f"{units}/broken.target", "[Unit]\nRequires=broken.service multi-user.target\nAfter=broken.service\n")
    write_file(disk, f"{units}/broken.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
    with boot(disk, "pintle.unit=broken.target") as m:
        maintain(m)
        check(m.seen(r"broken\.service.*(exit|status|fail)"), "the console does not say what failed and why")
        m.line("pintlectl poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def a_unit_that_is_not_there_is_named_on_the_way_to_the_shell():
    disk = fresh_disk("debian.img")
    with boot(disk, "pintle.unit=nosuch.target") as m:
        maintain(m)
        check(m.seen("nosuch.target"), "the console does not name what was wanted")
        m.line("poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def rescue_is_a_shell_with_the_local_file_systems():
    disk = fresh_disk("debian.img")
    with boot(disk, "rescue") as m:
        maintain(m)
        check_equal(succeeds(m, "pintlectl is-active rescue.target"), "active", "rescue.target")
        check_in("rw", succeeds(m, "findmnt -no OPTIONS /").split(","), "the root's mount options")
        m.line("pintlectl poweroff")
        m.wait_off(120)
    check_clean(disk)


def libraries_of(program):
    """name -> path of what a program of the build machine is linked with, its loader as "ld.so"."""
    lines = [line.split() for line in run("ldd", program).splitlines()]
    found = {words[0]: Path(words[2]) for words in lines if words[1:2] == ["=>"]}
    return found | {"ld.so": Path(next(words[0] for words in lines if words[0].startswith("/") and "ld-" in words[0]))}


# Process 1 of the machine whose image is made. The builder's own libraries come from the disk that takes the image, because
# the root has not all of them; stage one and what goes in beside it are the root's.
MAKE_IMAGE = """#!/bin/bash
mount /dev/vdb /mnt &&
    /mnt/lib/ld.so --library-path /mnt/lib /usr/bin/pintle-mkinitrd --host --root-password -o /mnt/host.img
echo "the builder's exit status: $?"
umount /mnt
echo o >/proc/sysrq-trigger
exec sleep 60
"""


@case
def an_image_made_for_the_machine_on_which_it_is_made_boots_that_machine():
    tree = {f"lib/{name}": path for name, path in libraries_of(build_path("pintle-mkinitrd")).items()}
    disk, shuttle, image = fresh_disk("debian.img"), work("shuttle.img"), work("host.img")
    make_disk(shuttle, [Partition(tree, mib=96)], table=None)
    write_file(disk, "/make-image", MAKE_IMAGE, 0o755)
    root = f"root=UUID={environment('PINTLE_TEST_ROOT_UUID')} ro"
    with Machine(initrd(), f"{root} init=/make-image", [disk, shuttle], memory=1024, cpus=2) as m:
        m.expect(r"the builder's exit status: 0\n", 120)
        m.wait_off()
    run("debugfs", "-R", f"dump /host.img {image}", shuttle)
    listed = run(build_path("pintle-mkinitrd"), "--list", image)
    check_in("/virtio_blk.ko", listed, "the image's files")
    check_in("/e2fsck", listed, "the image's files")
    check_not_in("/xfs.ko", listed, "the image's files: that is no machine with xfs")
    check(listed.count(".ko\n") < 30, "the image holds modules that this machine has no use for:\n" + listed)
    with Machine(image, root, [disk], memory=1024, cpus=2) as m:
        m.expect("pintle login: $", 240)
        m.press_ctrl_alt_del()
        m.wait_reboot(120)
    check_clean(disk)


main(prepare)
