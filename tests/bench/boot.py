#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boot - how long each initramfs takes from power-on to the first instruction of /sbin/init

In virtual time: QEMU counts instructions (-icount shift=0), so a virtual millisecond is a million of them and the
figures repeat, however busy the machine is. One CPU, 1 GiB, q35, one virtio disk with one ext4 partition. The kernel's
log stamps "Run /init" and the first act of the real /sbin/init; neither goes through the serial console.

Everything is compared with the floor, which this project writes itself (boot-floor.c): the same modules loaded in a
fixed order, one fixed partition. The peers are Debian's packages, their images made inside a Debian root.

Usage: boot.py --build DIR --root DIR [--only NAME,NAME] [--runs N] [--json FILE]
  --build  a finished build tree (boot-floor, boot-root-init, stage1, pintle-mkinitrd)
  --root   a Debian root with a kernel, initramfs-tools, dracut-core and busybox (./dev bench makes it)
"""
import argparse
import gzip
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

DISK_UUID = "b007bea7-1111-2222-3333-444455556666"
MODULES = ["virtio/virtio_ring", "virtio/virtio", "virtio/virtio_pci_modern_dev", "virtio/virtio_pci_legacy_dev",
           "virtio/virtio_pci", "block/virtio_blk"]
CMDLINE = ("console=ttyS0 quiet loglevel=0 idle=poll nokaslr norandmaps panic=-1 root=UUID=%s rootfstype=ext4 ro"
           % DISK_UUID)
BUSYBOX_INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
for m in 0 1 2 3 4 5; do /bin/busybox insmod /m/$m; done
for w in $(/bin/busybox cat /proc/cmdline); do case $w in root=*) root=${w#root=};; esac; done
/bin/busybox mount -o ro -t ext4 $(/bin/busybox findfs $root) /root
/bin/busybox umount /proc /sys
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
"""


def run(*args, **kw):
    """Run a command; its output is shown only when it fails."""
    p = subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if p.returncode != 0:
        sys.exit("boot: %s failed (%d):\n%s" % (" ".join(args), p.returncode, p.stdout))
    return p.stdout


def cpio_tree(tree, out, compress=None):
    data = subprocess.run("find . -mindepth 1 | sort | cpio -o -H newc -R 0:0 --reproducible --quiet", shell=True, cwd=tree,
                          stdout=subprocess.PIPE, check=True).stdout
    with open(out, "wb") as f:
        f.write(gzip.compress(data, 9) if compress == "gzip" else data)


class Bench:
    def __init__(self, args, work):
        self.build, self.root, self.work = args.build, args.root, work
        self.version = sorted(os.listdir(os.path.join(self.root, "lib/modules")))[-1]
        self.kernel = os.path.join(self.root, "boot/vmlinuz-" + self.version)
        self.modules = os.path.join(self.root, "lib/modules", self.version, "kernel/drivers")

    def bin(self, name):
        return os.path.join(self.build, "tests/bench", name)

    def make_disk(self):
        tree, disk = os.path.join(self.work, "disk.d"), os.path.join(self.work, "disk.img")
        for d in ("dev", "proc", "sys", "run", "tmp", "sbin", "root", "etc", "bin", "usr/lib"):
            os.makedirs(os.path.join(tree, d))
        shutil.copy(self.bin("boot-root-init"), os.path.join(tree, "sbin/init"))
        for name in ("etc/os-release", "usr/lib/os-release", "etc/initrd-release"):  # dracut wants one on a root
            with open(os.path.join(tree, name), "w") as f:
                f.write("ID=bench\n")
        part = os.path.join(self.work, "part.img")
        run("truncate", "-s", "64M", part)
        run("mke2fs", "-q", "-t", "ext4", "-U", DISK_UUID, "-L", "bench", "-d", tree, part)
        run("truncate", "-s", "66M", disk)
        run("sfdisk", "-q", disk, input="label: gpt\nstart=2048, size=131072\n")
        run("dd", "if=" + part, "of=" + disk, "bs=512", "seek=2048", "conv=notrunc,sparse", "status=none")
        return disk

    def small_tree(self, name):
        tree = os.path.join(self.work, name + ".d")
        for d in ("dev", "proc", "sys", "root", "m", "bin"):
            os.makedirs(os.path.join(tree, d))
        for i, m in enumerate(MODULES):
            shutil.copy(os.path.join(self.modules, m + ".ko"), os.path.join(tree, "m", str(i)))
        return tree

    def image_floor(self, out):
        tree = self.small_tree("floor")
        shutil.copy(self.bin("boot-floor"), os.path.join(tree, "init"))
        cpio_tree(tree, out, "gzip")

    def image_busybox(self, out):
        tree = self.small_tree("busybox")
        shutil.copy(os.path.join(self.root, "bin/busybox"), os.path.join(tree, "bin/busybox"))
        for lib in ("ld-linux-x86-64.so.2", "libc.so.6", "libresolv.so.2"):
            for d in ("lib64", "lib/x86_64-linux-gnu"):
                src = os.path.join(self.root, d, lib)
                if os.path.exists(src):
                    os.makedirs(os.path.join(tree, d), exist_ok=True)
                    shutil.copy(src, os.path.join(tree, d, lib))
                    break
        with open(os.path.join(tree, "init"), "w") as f:
            f.write(BUSYBOX_INIT)
        os.chmod(os.path.join(tree, "init"), 0o755)
        cpio_tree(tree, out, "gzip")

    def in_root(self, out, script):
        script = ("mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; "
                  "set -e; rm -f /bench.img; " + script)
        run("unshare", "-m", "--propagation", "private", "chroot", self.root, "/bin/sh", "-c", script)
        shutil.move(os.path.join(self.root, "bench.img"), out)

    def image_initramfs_tools(self, out):
        self.in_root(out, "printf 'virtio_pci\\nvirtio_blk\\n' >/etc/initramfs-tools/modules; "
                          "sed -i 's/^MODULES=.*/MODULES=list/' /etc/initramfs-tools/initramfs.conf; "
                          "mkinitramfs -o /bench.img %s" % self.version)

    def image_initramfs_tools_most(self, out):
        self.in_root(out, ": >/etc/initramfs-tools/modules; "
                          "sed -i 's/^MODULES=.*/MODULES=most/' /etc/initramfs-tools/initramfs.conf; "
                          "mkinitramfs -o /bench.img %s" % self.version)

    def image_dracut_small(self, out):
        self.in_root(out, "dracut -q --force --no-hostonly --no-hostonly-cmdline --drivers 'virtio_pci virtio_blk' "
                          "-m 'base rootfs-block fs-lib udev-rules kernel-modules' /bench.img %s" % self.version)

    def image_dracut(self, out):
        self.in_root(out, "dracut -q --force --no-hostonly --no-hostonly-cmdline /bench.img %s" % self.version)

    def mkinitrd(self, out, *options):
        run(os.path.join(self.build, "pintle-mkinitrd"), "-k", self.version, "-o", out, "--sysroot", self.root,
            "--stage1", os.path.join(self.build, "stage1/stage1"), *options)

    def image_pintle_host(self, out):
        self.mkinitrd(out, "--modules", "virtio_pci,virtio_blk,ext4")

    def image_pintle_generic(self, out):
        self.mkinitrd(out, "--generic")

    def boot(self, image, disk, deadline=150):
        args = ["qemu-system-x86_64", "-machine", "q35", "-cpu", "qemu64", "-accel", "tcg,thread=single", "-icount",
                "shift=0,sleep=off", "-smp", "1", "-m", "1G", "-display", "none", "-nodefaults", "-no-reboot",
                "-serial", "stdio", "-kernel", self.kernel, "-initrd", image, "-append", CMDLINE,
                "-drive", "file=%s,format=raw,if=none,id=d,snapshot=on" % disk,
                "-device", "virtio-blk-pci,drive=d,ioeventfd=off"]
        try:
            p = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               timeout=deadline)
            text = p.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired as e:
            text = (e.stdout or b"").decode(errors="replace")
        m = re.search(r"bench: run_init=(\d+) sbin_init=(\d+) tasks=(\d+) free_kb=(\d+)", text)
        if not m:
            sys.exit("boot: no report from /sbin/init; the console said:\n" + text[-3000:])
        return [int(x) for x in m.groups()]


def unpacked_size(image):
    """Bytes of file content, as any cpio reader sees them."""
    listing = subprocess.run("bsdtar -tvf '%s'" % image, shell=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             text=True).stdout
    sizes = [line.split() for line in listing.splitlines()]
    return sum(int(s[4]) for s in sizes if len(s) > 5 and s[0].startswith("-") and s[4].isdigit())


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("--build", required=True)
    ap.add_argument("--root", required=True)
    ap.add_argument("--only")
    ap.add_argument("--runs", type=int, default=1)
    ap.add_argument("--json")
    args = ap.parse_args()
    args.build = os.path.abspath(args.build)
    kinds = ["floor", "busybox", "pintle_host", "pintle_generic", "initramfs_tools", "initramfs_tools_most",
             "dracut_small", "dracut"]
    if args.only:
        kinds = [k for k in kinds if k == "floor" or k in args.only.split(",")]
    results = {}
    with tempfile.TemporaryDirectory(prefix="pintle-bench.") as work:
        bench = Bench(args, work)
        disk = bench.make_disk()
        print("boot: kernel %s, virtual milliseconds (a million instructions each), median of %d"
              % (bench.version, args.runs), flush=True)
        print("%-22s %10s %8s %10s %8s %11s %11s %6s" % ("image", "init..init", "x floor", "power..init", "x floor",
                                                         "image B", "unpacked B", "tasks"), flush=True)
        for kind in kinds:
            image = os.path.join(work, kind + ".img")
            getattr(bench, "image_" + kind)(image)
            rows = [bench.boot(image, disk) for _ in range(args.runs)]
            run_init, sbin_init = (statistics.median(r[i] for r in rows) / 1000 for i in (0, 1))
            r = results[kind] = {"stage_ms": sbin_init - run_init, "power_ms": sbin_init, "tasks": rows[0][2],
                                 "image": os.path.getsize(image), "unpacked": unpacked_size(image)}
            f = results["floor"]
            r["stage_ratio"], r["power_ratio"] = r["stage_ms"] / f["stage_ms"], r["power_ms"] / f["power_ms"]
            print("%-22s %10.1f %8.2f %10.1f %8.3f %11d %11d %6d"
                  % (kind.replace("_", " "), r["stage_ms"], r["stage_ratio"], r["power_ms"], r["power_ratio"],
                     r["image"], r["unpacked"], r["tasks"] - f["tasks"]), flush=True)
    if args.json:
        with open(args.json, "w") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
