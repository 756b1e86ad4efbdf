#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An image that was cut short anywhere: stage one says so behind its lock, or nothing runs. Never a shell for everybody.

The kernel keeps what it unpacked before the cut, gives a file that was cut its whole size with zeros at the end, and, when
it cannot execute /init, tries /sbin/init, /etc/init, /bin/init and /bin/sh of the image."""

from pathlib import Path

import pintle
from image import archive_entries
from pintle import SHELL_HASH, SHELL_PASSWORD, initrd, need_busybox, prepare, work
from testcase import case, check, main

LOCKED = ("--modules", "virtio_pci,virtio_blk", "--shell-hash", SHELL_HASH)
PROMPT = r"# $"  # busybox's for root, also without a terminal of its own
MENU = r"^> "


def image(*words):
    need_busybox()
    return initrd(*LOCKED, *words)


def uncompressed():
    """The image's bytes and its entries by name."""
    data = Path(image("--compress", "none")).read_bytes()
    return data, {entry.name: entry for entry in archive_entries(data)}


def library(entries, name):
    """A library or a loader, whatever its folder and its version are."""
    return next(entry for path, entry in entries.items() if path.startswith("usr/lib") and f"/{name}" in path)


def middle(entry):
    return (entry.data + entry.end) // 2


def boot(data, cut):
    path = work("cut.img")
    Path(path).write_bytes(data[:cut])
    return pintle.boot("root=LABEL=none rootwait=2", image=path, panic=None)


def check_nothing_runs(data, cut):
    with boot(data, cut) as m:
        m.panic_wanted = True
        found = m.expect(rf"Kernel panic - not syncing|{PROMPT}|{MENU}", 60).group(0)
        check(found.startswith("Kernel panic"), f"something runs and shows {found!r}")


def damage_is_said(m):
    m.expect(r"^\*\*\* pintle: the initramfs image is damaged", 60)
    m.expect(r"image truncated: the end marker is missing, not all of the \d+ entries\s+came")
    m.expect(MENU)


def check_locked_out(m):
    """Someone who does not know the password types what he would to a shell."""
    m.send("s")
    m.expect("root's password")
    m.line("echo open-$((6*7))")
    m.expect("wrong. root's password", 60)
    check(not m.seen("open-42"), "a shell took what was typed")


@case
def a_cut_in_init_leaves_nothing_that_runs():
    data, entries = uncompressed()
    check_nothing_runs(data, entries["init"].data + 100)
    check_nothing_runs(data, middle(entries["init"]))


@case
def a_cut_before_the_last_library_leaves_nothing_that_runs():
    data, entries = uncompressed()
    check_nothing_runs(data, middle(library(entries, "ld-linux")))
    check_nothing_runs(data, middle(library(entries, "libc.so.6")))
    check_nothing_runs(data, library(entries, "libudev").start)


@case
def a_cut_behind_the_libraries_is_explained_and_there_is_no_shell():
    data, entries = uncompressed()
    with boot(data, entries["etc/pintle/modules.idx"].start) as m:
        damage_is_said(m)
        m.send("s")
        m.expect("no shell")
        m.expect(MENU)
        m.send("b")
        m.wait_reboot()


@case
def a_cut_in_the_shell_is_explained_and_stays_locked():
    data, entries = uncompressed()
    with boot(data, middle(entries["usr/bin/busybox"])) as m:
        damage_is_said(m)
        check_locked_out(m)
        m.line(SHELL_PASSWORD)
        m.expect("the shell has ended|cannot run the shell", 60)
        m.expect(MENU)


@case
def a_cut_in_the_modules_is_explained_and_the_password_opens_the_shell():
    data, entries = uncompressed()
    with boot(data, middle(next(one for name, one in entries.items() if name.endswith("/virtio_pci.ko")))) as m:
        damage_is_said(m)
        check_locked_out(m)
        m.line(SHELL_PASSWORD)
        m.expect(r"\(pintle\) # ", 60)
        m.line("ls /bin/sh")
        m.expect("/bin/sh: No such file")


@case
def a_compressed_image_that_was_cut_is_explained_too():
    data = Path(image("--compress", "gzip")).read_bytes()
    with boot(data, len(data) * 9 // 10) as m:
        damage_is_said(m)
        check_locked_out(m)
    check_nothing_runs(data, len(data) // 10)


main(prepare)
