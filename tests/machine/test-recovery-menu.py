#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A boot that cannot go on says what it wanted and what is there, and can be answered: on each console, in each way."""

import re

import pintle
from pintle import (SHELL_HASH, SHELL_PASSWORD, Executable, Link, Partition, initrd, make_disk, need_busybox, prepare,
                    test_root, work)
from testcase import case, check, check_equal, main

UUID_A = "aaaaaaaa-1111-4222-8333-0123456789ab"
UUID_NEAR = "aaaaaaaa-1111-4222-8333-0123456789ac"
MENU = r"^> "
CLEAR = "\x15"

_disks = {}


def boot(append, disks, image=None, panic=None):
    """The kernel's own lines stay off the console, and nothing reboots by itself unless the case says so."""
    return pintle.boot(append, disks, image, panic=panic)


def disk(name="A"):
    """A disk with one root, whose init says which it is."""
    if name not in _disks:
        _disks[name] = make_disk(work(f"{name}.img"), [Partition(test_root(name), uuid=UUID_A if name == "A" else None,
                                                                 label=f"root-{name.lower()}")])
    return _disks[name]


def booted(m, which="A"):
    check_equal(m.report()["which"], which, "the root")
    m.wait_off()


def page(m, first_line, seconds=90):
    """Until a page with that first line and its menu is there."""
    m.expect(r"^\*\*\* pintle: " + first_line, seconds)
    m.expect(MENU)


def check_page_is_short(text):
    """The last page on a console: at most 18 lines, 80 columns, before a menu of at most 6."""
    lines = text[text.rindex("*** pintle:"):].replace("\r", "").split("\n")
    check(len(lines) <= 24, f"page and menu have {len(lines)} lines")
    for line in lines:
        check(len(line) <= 80, f"a line of {len(line)} characters: {line!r}")


@case
def a_wrong_uuid_shows_the_page_and_another_root_boots():
    with boot(f"root=UUID={UUID_NEAR} rootwait=6", [disk()]) as m:
        m.expect(rf"pintle: waiting for root UUID={UUID_NEAR} \(\d s left\)")
        page(m, "the root file system has not appeared")
        check_page_is_short(m.console.text)
        check(m.seen(r"nearest: vda1 has a UUID that differs in one character:"), "the nearest is offered")
        check(m.seen(rf"vda1 +12M ext4 {UUID_A} root-a  other UUID"), "the device is listed with its reason")
        m.send("o")
        m.expect(rf"> root=UUID={UUID_NEAR}")
        m.line(CLEAR + "root=LABLE=x")
        m.expect(r"'LABLE=x' is invalid: expected UUID=")
        m.line(CLEAR + f"UUID={UUID_A}")
        m.expect(r"another root \(answered on ttyS0\)")
        booted(m)


@case
def a_disk_that_comes_late_is_taken_by_itself():
    with boot("root=LABEL=root-b rootwait=3", [disk()]) as m:
        page(m, "the root file system has not appeared")
        m.plug(disk("B"))
        m.expect(r"the root has appeared: vdb1; going on")
        booted(m, "B")


@case
def wait_on_has_no_limit_and_retry_has_one_again():
    with boot("root=LABEL=root-b rootwait=3", [disk()]) as m:
        page(m, "the root file system has not appeared")
        m.send("w")
        m.expect(r"wait on \(answered on ttyS0\); root=LABEL=root-b")
        m.expect(r"waiting for root LABEL=root-b \(no limit\); 2 block devices seen, none\s+matches")
        m.line()
        page(m, "still waiting for the root file system")
        m.send("r")
        m.expect(r"retry \(answered on ttyS0\)")
        page(m, "the root file system has not appeared")
        m.send("w")
        m.plug(disk("B"))
        booted(m, "B")


@case
def escape_shows_the_page_while_it_waits():
    with boot("root=LABEL=root-b rootwait", [disk()]) as m:
        m.expect(r"waiting for root LABEL=root-b \(no limit\).*\n?.*Enter: details and menu")
        m.send("\x1b[A")  # an arrow key is not Esc
        m.expect(r"waiting for root LABEL=root-b")
        m.send("\x1b")
        page(m, "still waiting for the root file system")
        m.plug(disk("B"))
        booted(m, "B")


@case
def an_invalid_root_is_said_at_once():
    with boot("root=PARTUUID=xyz rootwait", [disk()]) as m:
        page(m, "the kernel command line is wrong")
        check(m.seen(r"PARTUUID=.*character 1 is in no UUID"), "what is wrong with it")
        m.send("r")
        page(m, "the kernel command line is wrong")  # no waiting makes it right
        m.send("o")
        m.line(CLEAR + "vda1")
        booted(m)


@case
def panic_reboots_after_its_seconds():
    with boot("root=LABEL=none rootwait=2", [disk()], panic=5) as m:
        page(m, "the root file system has not appeared")
        check(m.seen(r"rebooting in [45] s unless a key is pressed"), "the countdown is said")
        m.expect(r"pintle: nobody answered, rebooting")
        m.wait_reboot()


@case
def a_key_stops_the_countdown():
    with boot("root=LABEL=none rootwait=2", [disk()], panic=15) as m:
        page(m, "the root file system has not appeared")
        m.send(" ")
        m.expect(r"the countdown is stopped")
        m.send("b")
        m.expect(r"a reboot was asked for, rebooting")
        m.wait_reboot()


def second(m, pattern, seconds=90):
    return m._wait(lambda: m.port.search(re.compile(pattern, re.MULTILINE)), seconds, f"/{pattern}/ on the second console")


@case
def two_consoles_at_once_and_the_first_answer_wins():
    with boot("console=ttyS1,115200n8 root=LABEL=none rootwait=3", [disk()]) as m:
        page(m, "the root file system has not appeared")
        second(m, r"\*\*\* pintle: the root file system has not appeared")
        second(m, MENU)
        check_page_is_short(m.port.text)
        m.send("o")  # one is typing ...
        m.expect("> root=LABEL=none")
        m.port.send("o")  # ... the other is faster
        second(m, "> root=LABEL=none")
        m.port.send(CLEAR + "LABEL=root-a\r")
        m.expect(r"another root \(answered on ttyS1\); root=LABEL=root-a")
        second(m, r'"which": "A"')
        m.wait_off()


@case
def an_open_shell_has_job_control_and_goes_back_to_the_menu():
    need_busybox()
    with boot("root=LABEL=root-b rootwait=2 pintle.shell=open", [disk()]) as m:
        page(m, "the root file system has not appeared")
        m.send("s")
        m.expect(r"\(pintle\) # ")
        m.line("echo tty=$(tty) pid1=$(cat /proc/1/comm)")
        m.expect(r"^tty=/dev/ttyS0 pid1=")
        check(not m.seen("can't access tty"), "the shell has job control")
        m.line("sh -c 'echo asleep; exec sleep 1000'")
        m.expect("^asleep")
        m.send("\x03")  # ^C ends the sleep, not the machine
        m.line("echo and-on-$((40+2))")
        m.expect("^and-on-42")
        m.plug(disk("B"))
        m.expect(r"pintle: the root has appeared: vdb1 -- r goes on with it, once this shell is left")
        m.line("exit")
        m.expect("the shell has ended")
        page(m, "the root file system has not appeared")
        check(m.seen("^the root has appeared: vdb1 -- r goes on with it"), "the menu tells")
        m.send("r")
        booted(m, "B")


@case
def a_password_locks_the_shell():
    image = initrd("--generic", "--shell-hash", SHELL_HASH)
    with boot("root=LABEL=root-b rootwait=2", [disk()], image) as m:
        page(m, "the root file system has not appeared")
        m.send("s")
        m.expect("root's password")
        m.line("let me out")
        m.expect("wrong. root's password", 60)
        check(not m.seen("let me out"), "the password is not shown")
        m.line(SHELL_PASSWORD)
        m.expect(r"\(pintle\) # ", 60)
        m.line("exit")
        page(m, "the root file system has not appeared")
        m.send("b")
        m.wait_reboot()


@case
def without_a_password_the_shell_is_refused():
    with boot("root=LABEL=root-b rootwait=2", [disk()]) as m:
        page(m, "the root file system has not appeared")
        m.send("s")
        m.expect("no shell: this image holds no password")
        m.expect("pintle.shell=open")
        m.send("b")
        m.wait_reboot()


@case
def a_wrong_type_is_named_with_what_the_disk_holds():
    with boot("root=LABEL=root-a rootfstype=xfs", [disk()]) as m:
        page(m, "the root file system cannot be mounted")
        check(m.seen("the device holds ext4"), "what the disk holds")
        m.send("o")
        m.expect("> root=LABEL=root-a rootfstype=xfs")
        m.line("\x17" + "rootfstype=ext4")  # ^W takes the word away
        booted(m)


@case
def a_broken_superblock_is_said_to_be_one():
    broken = make_disk(work("broken.img"), [Partition(test_root("broken"), label="root-broken")], table=None)
    with open(broken, "r+b") as file:
        file.seek(1024 + 0x20)  # s_blocks_per_group and what follows: the magic number and the label stay
        file.write(b"\xff" * 8)
    with boot("root=LABEL=root-broken", [broken, disk()]) as m:
        page(m, "the root file system cannot be mounted")
        check(m.seen(r"found: .*damaged"), "what errno means")
        check(m.seen(r"kernel: +EXT4-fs \(vda\): "), "the kernel's own words")
        check(m.seen(r"to do: +check it from (a shell \(s\): fsck.ext4 /dev/vda|another system: fsck.ext4)"), "what to do")
        check_page_is_short(m.console.text)
        m.send("o")
        m.line(CLEAR + "LABEL=root-a")
        booted(m)


@case
def a_root_without_an_init_names_what_was_tried():
    tree = {"sbin/init": Link("/lib/systemd/systemd"), "bin/sh": Executable(b"#!/bin/missing\n"), "etc/x": "",
            "usr/bin/other": test_root("C")["sbin/init"], "etc/testinit": "C", "dev": None, "proc": None, "sys": None,
            "run": None}
    bare = make_disk(work("bare.img"), [Partition(tree, label="bare")])
    with boot("root=LABEL=bare", [bare]) as m:
        page(m, "the root holds no init that can run")
        check(m.seen(r"no '/sbin/init'"), "the dangling link is named")
        check(m.seen(r"'/bin/sh' needs\s+'/bin/missing'"), "the missing interpreter is named")
        m.send("o")
        m.line(" init=/usr/bin/other")
        booted(m, "C")


@case
def hardware_without_a_driver_is_listed():
    image = initrd("--modules", "virtio_pci,ext4")
    with boot("root=LABEL=root-a rootwait=2", [disk()], image) as m:
        page(m, "the root file system has not appeared")
        check(m.seen(r"found: +.*no block device|0 block devices"), "no device is there")
        check(m.seen("HARDWARE WITHOUT A DRIVER"), "the hardware is listed")
        check(m.seen(r"virtio:d00000002v00001AF4"), "the modalias of the disk")
        m.send("d")
        m.expect(r"pintle .*, Linux ")
        m.expect(MENU)
        m.send("b")
        m.wait_reboot()


@case
def a_crash_of_stage_one_shows_the_page_again():
    need_busybox()
    with boot("root=LABEL=root-b rootwait=2 pintle.shell=open", [disk()]) as m:
        page(m, "the root file system has not appeared")
        m.send("s")
        m.expect(r"\(pintle\) # ")
        m.line("kill -SEGV 1")
        page(m, "stage one itself cannot go on")
        check(m.seen("SIGSEGV"), "the signal is named")
        m.send("o")
        m.line(CLEAR + "LABEL=root-a")
        booted(m)


main(prepare)
