#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the root's init is handed: words, environment, mounts, descriptors, and the memory of the image, by both pivots."""

import re

from pintle import (LEAN, Partition, boot, busybox_root, initrd, make_disk, meminfo, mounts, prepare, test_root,
                    with_ballast, work)
from testcase import case, check, check_equal, check_in, check_not_in, main

BALLAST_MIB = 40
_made = {}


def disk(name="root", tree=None):
    if name not in _made:
        _made[name] = make_disk(work(f"{name}.img"), [Partition(tree or test_root(name), label=name)])
    return _made[name]


def handed(append, image=None, disks=None):
    """Boot to testinit; its report."""
    with boot(append, disks or [disk()], image) as m:
        got = m.report()
        m.wait_off()
    return got


@case
def words_go_to_init_and_the_kernels_own_do_not():
    got = handed("root=LABEL=root rw single rootwait -- after key=after --dashes")
    check_equal(got["argv"], ["/sbin/init", "single", "after", "key=after", "--dashes"], "argv")
    check_equal(got["pid"], 1, "its process id")


@case
def words_with_a_value_are_its_environment_and_nothing_is_added():
    got = handed("root=LABEL=root rw word=one other=two")
    check_equal(sorted(got["environ"]), ["HOME=/", "TERM=linux", "other=two", "word=one"], "the environment")


@case
def only_the_console_is_open_and_it_is_the_roots_own():
    got = handed("root=LABEL=root rw")
    check_equal(got["fds"], [f"{fd} /dev/console" for fd in range(3)], "what is open")
    check_equal(got["cwd"], "/", "the working directory")


@case
def the_api_file_systems_come_along():
    found = mounts(handed("root=LABEL=root rw"))
    for where, kind in {"/dev": "devtmpfs", "/proc": "proc", "/sys": "sysfs", "/run": "tmpfs"}.items():
        check(where in found, f"{where} is not mounted")
        check_equal(found[where][0], kind, f"what is on {where}")
    check_equal(found["/"][0], "ext4", "the root's type")
    check_equal(found["/"][2], "/dev/vda1", "the root's source")


@case
def the_root_is_read_only_unless_rw_comes_last():
    check_in("ro", mounts(handed("root=LABEL=root"))["/"][1], "the options without ro or rw")
    check_in("rw", mounts(handed("root=LABEL=root ro rw"))["/"][1], "the options with ro rw")
    check_in("ro", mounts(handed("root=LABEL=root rw ro"))["/"][1], "the options with rw ro")


@case
def rootflags_are_split_between_the_mount_and_the_file_system():
    options = mounts(handed("root=LABEL=root rw rootfstype=xfs,ext4 rootflags=noatime,data=journal"))["/"][1]
    check_in("noatime", options, "the root's options")
    check_in("data=journal", options, "the root's options")


@case
def init_names_the_program():
    tree = dict(test_root("other"), **{"opt/mine": test_root("other")["sbin/init"]})
    got = handed("root=LABEL=other rw init=/opt/mine word", disks=[disk("other", tree)])
    check_equal(got["argv"], ["/opt/mine", "word"], "argv")


@case
def rootdelay_waits_and_no_longer():
    before = float(handed("root=LABEL=root rw")["uptime"].split()[0])
    after = float(handed("root=LABEL=root rw rootdelay=4")["uptime"].split()[0])
    check(after - before > 2.5, f"init at {before} s without and {after} s with rootdelay=4")
    check(after - before < 20, f"init at {before} s without and {after} s with rootdelay=4")


def freed(kmsg):
    """What the log says came back, in MiB."""
    match = re.search(r"freed (\d+(?:\.\d+)?) (KiB|MiB|B) of the initramfs", kmsg)
    check(match, "the log does not say how much of the initramfs was freed")
    return float(match.group(1)) / {"B": 1 << 20, "KiB": 1024, "MiB": 1}[match.group(2)]


def check_memory(append, how):
    """The image with 40 MiB of ballast, and without: the memory that init finds must be the same, but for noise."""
    plain = handed(append)
    heavy = handed(append, with_ballast(initrd(), BALLAST_MIB))
    check(freed(heavy["kmsg"]) > BALLAST_MIB, f"{how}: freed {freed(heavy['kmsg'])} MiB of more than {BALLAST_MIB}")
    for key in ("Unevictable", "Shmem"):
        check(meminfo(heavy)[key] < meminfo(plain)[key] + 1024,
              f"{how}: {key} is {meminfo(heavy)[key]} kB with the ballast, {meminfo(plain)[key]} kB without")
    lost = meminfo(plain)["MemFree"] - meminfo(heavy)["MemFree"]
    check(lost < 8 * 1024, f"{how}: {lost} kB of memory did not come back")
    return heavy


@case
def moving_the_root_gives_the_images_memory_back():
    got = check_memory("root=LABEL=root rw", "move and chroot")
    check(meminfo(got)["Unevictable"] < 1024, f"{meminfo(got)['Unevictable']} kB of the ramfs are left")


@case
def pivot_root_from_a_rehomed_image_gives_it_back_too():
    got = check_memory("root=LABEL=root rw pintle.rehome", "pivot_root")
    found = mounts(got)
    check_not_in("/sysroot", found, "the mounts")
    check(not any(where.startswith("/run/") for where in found), f"a part of the image is still mounted: {sorted(found)}")


# busybox's init: another init than pintle and than our own.
INITTAB = """::sysinit:/bin/busybox echo BUSYBOX IS INIT $(/bin/busybox cat /proc/1/comm)
ttyS0::respawn:/bin/busybox sh -i
::ctrlaltdel:/bin/busybox reboot
::shutdown:/bin/busybox echo BUSYBOX GOES DOWN
"""


@case
def busybox_is_handed_the_machine_and_powers_it_off():
    with boot("root=LABEL=busybox rw", [disk("busybox", busybox_root(INITTAB))]) as m:
        m.expect("BUSYBOX IS INIT init")
        m.expect(r"[#$] $")
        m.line("busybox grep -c . /proc/self/mountinfo; busybox ls /proc/1/fd; echo LISTED")
        m.expect("^LISTED")
        m.line("busybox poweroff")
        m.expect("BUSYBOX GOES DOWN")
        m.wait_off()


@case
def busybox_reboots():
    with boot("root=LABEL=busybox rw", [disk("busybox", busybox_root(INITTAB))]) as m:
        m.expect(r"[#$] $")
        m.line("busybox reboot")
        m.wait_reboot()


main(prepare)
