# SPDX-License-Identifier: LGPL-2.1-or-later
"""pintle - what the machine tests share: the image of the built pintle, and roots whose init is testinit."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from image import MIB, Executable, Link, Partition, make_archive, make_disk
from machine import Machine, build_path, need_machine
from testcase import Lock, Skip, environment

BUSYBOX = Path("/bin/busybox")
SHELL_PASSWORD = "let me in"
SHELL_HASH = "$6$pintle$9qOmezdmvgjp35mtpCbw6aUkkDLmAWIqB9lm8zSCunU.SmsxH4wJwuSb1DqZbGMfiX/xqxpw92lcpELjLjlWR0"

_work = tempfile.TemporaryDirectory(prefix="pintle-test-")


def work(name):
    """A file that is gone with the test."""
    return os.path.join(_work.name, name)


def prepare():
    """For main()."""
    need_machine()
    build_path("stage1/stage1")
    build_path("tests/machine/testinit")


def need_busybox():
    if not BUSYBOX.exists():
        raise Skip("busybox-static is not installed")
    return BUSYBOX


def mkinitrd(output, *words):
    """Run the built pintle-mkinitrd for the tests' kernel. Returns what it printed."""
    command = [build_path("pintle-mkinitrd"), "-k", environment("PINTLE_TEST_KERNEL_VERSION"),
               "--moddir", environment("PINTLE_TEST_KERNEL_ROOT"), "--stage1", build_path("stage1/stage1"),
               "-o", output, *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


# What leads to the disks of most tests; an image for any machine takes ten times as long to make and to unpack.
LEAN = ("--modules", "virtio_pci,virtio_blk")


def initrd(*words):
    """An image made with these words for pintle-mkinitrd. Kept in the build folder for the other test files, under a name
    that changes with whatever goes into it."""
    words = words or LEAN
    seed = hashlib.sha256(repr((words, environment("PINTLE_TEST_KERNEL_VERSION"))).encode())
    for part in ("pintle-mkinitrd", "stage1/stage1"):
        seed.update(Path(build_path(part)).read_bytes())
    folder = os.path.join(environment("PINTLE_TEST_BUILDDIR"), "tests/machine")
    path = os.path.join(folder, f"initrd-{seed.hexdigest()[:16]}.img")
    with Lock(os.path.join(folder, "initrd.lock")):
        if not os.path.exists(path):
            mkinitrd(path, *words)
    return path


def with_ballast(image, mib):
    """The image with a second archive behind it that holds a file of random-looking data: memory that must come back."""
    ballast = work("ballast.cpio")
    make_archive(ballast, {"ballast": os.urandom(MIB) * mib})
    path = work(f"{os.path.basename(image)}-{mib}")
    with open(path, "wb") as whole:
        data = Path(image).read_bytes()
        whole.write(data + b"\0" * (-len(data) % 512) + Path(ballast).read_bytes())
    return path


def kernel_module(path):
    """The path of a module of the tests' kernel, in the image."""
    return f"usr/lib/modules/{environment('PINTLE_TEST_KERNEL_VERSION')}/kernel/{path}"


def with_files(image, name, tree):
    """The image with a second archive behind it, whose files take the place of the image's own."""
    make_archive(work(f"{name}.cpio"), tree)
    path = work(f"{name}.img")
    data = Path(image).read_bytes()
    Path(path).write_bytes(data + b"\0" * (-len(data) % 512) + Path(work(f"{name}.cpio")).read_bytes())
    return path


def test_root(name):
    """A root with testinit, which reports `name` as "which"."""
    return {"sbin/init": Path(build_path("tests/machine/testinit")), "etc/testinit": name,
            "dev": None, "proc": None, "sys": None, "run": None, "tmp": None}


def busybox_root(inittab):
    """A root with busybox as its init."""
    return {"bin/busybox": need_busybox(), "bin/sh": Link("busybox"), "sbin/init": Link("../bin/busybox"),
            "etc/inittab": inittab, "dev": None, "proc": None, "sys": None, "run": None}


def boot(append, disks=(), image=None, **options):
    return Machine(image or initrd(), append, disks, **options)


def meminfo(report):
    """The report's /proc/meminfo, in KiB."""
    return {line.split(":")[0]: int(line.split()[1]) for line in report["meminfo"].splitlines() if line}


def mounts(report):
    """The report's mountinfo as {mount point: (type, options, source)}; the topmost where several are stacked."""
    found = {}
    for line in report["mounts"].splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        kind, source, super_options = right.split()[:3]
        found[fields[4]] = (kind, set(fields[5].split(",")) | set(super_options.split(",")), source)
    return found


__all__ = ["BUSYBOX", "Executable", "LEAN", "Link", "Machine", "Partition", "SHELL_HASH", "SHELL_PASSWORD", "boot",
           "busybox_root", "initrd", "kernel_module", "make_disk", "meminfo", "mkinitrd", "mounts", "need_busybox",
           "prepare", "test_root", "with_ballast", "with_files", "work"]
