#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Roots that come late or cannot be used: the boot goes on when it can, and otherwise says what is wrong with the root.
(What can be answered on the page is in test-recovery.py.)"""

import re
from pathlib import Path

from image import Node
from pintle import LEAN, Partition, boot, initrd, kernel_module, make_disk, prepare, test_root, with_files, work
from testcase import case, check, check_equal, check_in, environment, main

UUID = "c0ffee00-1111-4222-8333-0123456789ab"
_made = {}


def disk(name, parts=None):
    if name not in _made:
        _made[name] = make_disk(work(f"{name}.img"), parts or [Partition(test_root(name), uuid=UUID, label=name)])
    return _made[name]


def fails(append, disks):
    """A machine that is expected to show the page: without panic=, which would reboot it."""
    return boot(append, disks, panic=None)


def page(m, headline):
    """The page and the menu below it, without line breaks: a sentence may be wrapped anywhere."""
    start = m.expect(r"\*\*\* pintle: " + headline).start()
    end = m.expect("^> ", 20).end()
    return re.sub(r"\s+", " ", m.console.text[start:end])


def reboot(m):
    m.send("b")
    m.wait_reboot()


@case
def a_disk_plugged_in_five_seconds_late_boots_without_a_page():
    with boot(f"root=UUID={UUID} rw") as m:
        m.expect("waiting for root UUID=")  # the first line comes two seconds after the start,
        first = m.elapsed()
        m.expect("waiting for root UUID=")  # the second after five
        m.plug(disk("root"))
        got = m.report()
        check_equal(got["which"], "root", "the root")
        uptime = float(got["uptime"].split()[0])
        check(uptime > 5, f"init ran {uptime} s after the kernel's start, before the disk was there")
        check(m.elapsed() - first < 30, f"it took {m.elapsed() - first:.0f} s from the first line to init")
        check(not m.seen(r"\*\*\* pintle"), "the page was shown")
        m.wait_off()


@case
def a_command_line_without_a_root_is_said_at_once():
    with fails("", [disk("root")]) as m:
        page(m, "the kernel command line is wrong")
        m.send("o")
        m.expect("> root=")
        m.line("LABEL=root")
        check_equal(m.report()["which"], "root", "the root")
        m.wait_off()


@case
def a_type_that_the_kernel_lacks_is_named_with_the_one_that_helps():
    with fails("root=LABEL=root rw rootfstype=nosuchfs", [disk("root")]) as m:
        text = page(m, "the root file system cannot be mounted")
        check_in("nosuchfs", text, "the page")
        check_in("the device holds ext4", text, "the page")
        check_in("rootfstype=ext4", text, "what to do")
        reboot(m)


@case
def a_type_that_the_kernel_has_and_the_disk_has_not():
    """squashfs is built into no kernel of Debian and is not in this image; iso9660 neither: both are said."""
    with fails("root=LABEL=root ro rootfstype=squashfs,iso9660", [disk("root")]) as m:
        text = page(m, "the root file system cannot be mounted")
        check_in("squashfs", text, "the page")
        check_in("iso9660", text, "the page")
        check_in("the device holds ext4", text, "the page")
        reboot(m)


@case
def a_blank_partition_is_said_to_hold_nothing():
    with fails("root=/dev/vda1 rw", [disk("blank", [Partition(kind=None)])]) as m:
        text = page(m, "the root file system cannot be mounted")
        check_in("vda1", text, "the page")
        check("nothing" in text or "no file system" in text, f"the page does not say that it is empty: {text}")
        reboot(m)


@case
def a_swap_partition_is_said_to_be_one():
    swap = Partition(kind=None, content=b"\0" * 1024 + (1).to_bytes(4, "little") + (3000).to_bytes(4, "little")
                     + b"\0" * (4096 - 1032 - 10) + b"SWAPSPACE2")
    with fails("root=/dev/vda1 rw", [disk("swap", [swap])]) as m:
        check_in("swap", page(m, "the root file system cannot be mounted"), "the page")
        reboot(m)


@case
def an_init_that_is_not_there_is_named_and_no_other_is_taken():
    with fails("root=LABEL=root rw init=/no/such", [disk("root")]) as m:
        check_in("/no/such", page(m, "the root holds no init that can run"), "the page")
        check(not m.port.text, "an init was started all the same")
        reboot(m)


@case
def an_image_that_was_cut_short_is_said_to_be_damaged():
    """The end marker is missing: half an image must not be mistaken for a whole one."""
    whole = Path(initrd(*LEAN, "--compress", "none")).read_bytes()
    cut = work("cut.img")
    # The marker is the last entry; an entry's header has 110 bytes before its name.
    Path(cut).write_bytes(whole[:whole.rindex(b"etc/pintle/image.end") - 110])
    with boot(f"root=UUID={UUID} rw", [disk("root")], cut, panic=None) as m:
        page(m, "the initramfs image is damaged")
        reboot(m)


BLK = "drivers/block/virtio_blk.ko"


@case
def a_module_of_another_kernel_is_named_with_its_errno():
    """The disk's own driver is refused: without it there is no disk, and the page says which file is to blame."""
    path = kernel_module(BLK)
    module = (Path(environment("PINTLE_TEST_KERNEL_ROOT")) / path.removeprefix("usr/")).read_bytes()
    magic = b"~Module signature appended~\n"
    if module.endswith(magic):  # a wrong one is another error; none is none
        module = module[:-len(magic) - 12 - int.from_bytes(module[-len(magic) - 4:-len(magic)], "big")]
    # Not the version: where symbols have versions of their own the kernel does not compare that.
    other = with_files(initrd(), "other", {path: module.replace(b" SMP preempt ", b" UMP preempt ")})
    with boot("root=LABEL=root rw rootwait=2", [disk("root")], other, panic=None) as m:
        text = page(m, "the root file system has not appeared")
        check_in("no block device at all", text, "the page")
        check_in("module 'virtio_blk' cannot be loaded: it is damaged or built for another kernel", text, "the page")
        check_in("(errno 8)", text, "the page")
        reboot(m)


@case
def a_module_that_hangs_is_named_with_the_time_it_has_taken():
    """In place of the module there is a pipe that nobody writes to: whoever opens it waits for ever."""
    hangs = with_files(initrd(), "hangs", {kernel_module(BLK): Node("p")})
    with boot("root=LABEL=root rw rootwait=8", [disk("root")], hangs, panic=None) as m:
        m.expect(r"loading\s+module\s+'virtio_blk'\s+for")
        check_in("module 'virtio_blk' has been loading for", page(m, "the root file system has not appeared"), "the page")
        reboot(m)


main(prepare)
