#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the kernel asks for by itself while there is no root is loaded from the image: stage one is its /sbin/modprobe."""

import pintle
from pintle import Partition, initrd, make_disk, need_busybox, prepare, test_root, work
from testcase import case, check, main

IMAGE = ("--modules", "virtio_pci,virtio_blk,vfat,isofs,loop")
PROMPT = r"\(pintle\) # $"


def shell(m, command):
    """What a command prints in the shell of the menu; its typed form does not hold what is looked for."""
    start = m.console.at
    m.line(f"{command}; echo DO\"\"NE=$?")
    status = m.expect(r"^DONE=(\d+)\n").group(1)
    text = m.console.text[start:m.console.at]
    m.expect(PROMPT)
    return int(status), text


def is_loaded(m, module):
    return shell(m, f"grep -q '^{module} ' /proc/modules")[0] == 0


@case
def a_file_system_that_a_person_mounts_brings_its_module():
    need_busybox()
    disk = make_disk(work("disk.img"), [Partition(test_root("A"), label="root-a")])
    with pintle.boot("root=LABEL=none rootwait=2 pintle.shell=open modprobe.blacklist=isofs loop.max_loop=3", [disk],
                     initrd(*IMAGE), panic=None) as m:
        m.expect(r"^> ")
        m.send("s")
        m.expect(PROMPT)
        check(not is_loaded(m, "vfat"), "vfat is there before anybody asked for it: nothing is shown")
        status, text = shell(m, "mount -t vfat /dev/vda1 /sysroot")
        check(status != 0, "a disk with ext4 was mounted as vfat")
        check(is_loaded(m, "vfat") and is_loaded(m, "fat"), f"vfat and what it needs are not loaded; mount said {text!r}")
        shell(m, "mount -t iso9660 /dev/vda1 /sysroot")
        check(not is_loaded(m, "isofs"), "a module that the command line forbids was loaded")
        # By its path: busybox's shell takes its own applet for the bare name.
        check(shell(m, "/sbin/modprobe nosuch")[0] == 1, "a module that there is not was loaded")
        check(shell(m, "/sbin/modprobe -q -- loop")[0] == 0 and is_loaded(m, "loop"), "loop is not loaded")
        check("\n3\n" in shell(m, "cat /sys/module/loop/parameters/max_loop")[1], "the command line's option did not reach loop")
        m.line("exit")
        m.expect(r"^> ")
        m.send("o")
        m.expect("> root=LABEL=none")
        m.line("\x15LABEL=root-a")
        check(m.report()["which"] == "A", "the root")
        m.wait_off()


main(prepare)
