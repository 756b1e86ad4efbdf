#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Both pivots of stage one, in a mount namespace: the probe's root is a tmpfs (pivot_root works) or a folder of one
(EINVAL, as on a rootfs before Linux 7.0: the new root is moved over it)."""
import ctypes
import os
import shutil
import sys
import tempfile
import unittest

BUILD = os.environ.get("PINTLE_TEST_BUILDDIR", ".")
PROBE = os.path.join(BUILD, "tests/ns/pivotprobe")
CLONE_NEWNS = 0x00020000
MS_REC, MS_PRIVATE, MS_SHARED = 0x4000, 1 << 18, 1 << 20
LIBC = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), "%s: %s" % (what, os.strerror(ctypes.get_errno())))


def mount(source, target, fstype, flags=0, data=None):
    check(LIBC.mount(source.encode() if source else None, target.encode(), fstype.encode() if fstype else None,
                     ctypes.c_ulong(flags), data.encode() if data else None), "mount " + target)


def write(path, size):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(b"x" * size)


def build_image(image, newroot):
    for name in ("dev", "proc", "sys", "run", "sysroot", "etc"):
        os.makedirs(os.path.join(image, name))
    write(os.path.join(image, "init"), 100000)
    write(os.path.join(image, "usr/lib/modules/6.1/a.ko"), 200000)
    os.symlink("usr/lib", os.path.join(image, "lib"))
    os.mknod(os.path.join(image, "etc/console"), 0o20600, os.makedev(5, 1))
    mount("proc", os.path.join(image, "proc"), "proc")
    for name in ("dev", "sys", "run", "sysroot"):
        mount("tmpfs", os.path.join(image, name), "tmpfs", 0, "mode=0755")
    write(os.path.join(image, "dev/marker-dev"), 1)
    write(os.path.join(image, "run/marker-run"), 1)
    root = os.path.join(image, "sysroot")
    for name in newroot:
        if "->" in name:
            link, target = name.split("->")
            os.symlink(target, os.path.join(root, link))
        else:
            os.makedirs(os.path.join(root, name))
    write(os.path.join(root, "marker-root"), 1)


def run_probe(words, plain_folder, newroot, propagation):
    """Fork, build everything in a new mount namespace, become the probe. Returns its output as a dict."""
    probe = os.open(PROBE, os.O_RDONLY)
    base = tempfile.mkdtemp(prefix="pintle-pivot.")
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(w, 1)
            check(LIBC.unshare(CLONE_NEWNS), "unshare")
            mount(None, "/", None, MS_REC | MS_PRIVATE)
            mount("tmpfs", base, "tmpfs", 0, "mode=0755")
            image = os.path.join(base, "folder") if plain_folder else base
            os.makedirs(image, exist_ok=True)
            build_image(image, newroot)
            mount(None, base, None, MS_REC | propagation)
            os.chroot(image)
            os.chdir("/")
            os.set_inheritable(probe, False)
            os.execve(probe, ["pivotprobe"] + words, {})
        except BaseException as e:  # the child must never go on as the test
            os.write(2, ("test-pivot: %s\n" % e).encode())
        os._exit(99)
    os.close(w)
    with os.fdopen(r) as f:
        lines = f.read().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(probe)
    shutil.rmtree(base, ignore_errors=True)
    out = {"status": status, "mounts": [line[6:].split() for line in lines if line.startswith("mount=")]}
    for line in lines:
        key, _, value = line.partition("=")
        if key != "mount":
            out[key] = value
    return out


WHOLE = ("dev", "proc", "sys", "run", "sbin")


class Pivot(unittest.TestCase):
    def probe(self, *words, plain=False, newroot=WHOLE, propagation=MS_PRIVATE):
        out = run_probe(list(words), plain, newroot, propagation)
        self.assertEqual(out["status"], 0, out)
        return out

    def targets(self, out):
        return [m[4] for m in out["mounts"]]

    def check_new_root(self, out):
        self.assertIn("marker-root", out["root"].split())
        self.assertIn("marker-run", out["run"].split())
        self.assertIn("marker-dev", out["dev"].split())
        for target in ("/", "/dev", "/proc", "/sys", "/run"):
            self.assertEqual(self.targets(out).count(target), 1, target)

    def test_pivot_root_puts_the_old_root_under_run_and_a_plain_umount_frees_it(self):
        out = self.probe()
        self.check_new_root(out)
        self.assertEqual((out["how"], out["kind"]), ("pivot_root", "1"))
        self.assertIn("init", out["initramfs"].split())
        self.assertIn("init", out["old"].split())
        self.assertEqual(out["umount"], "0")
        self.assertNotIn("/run/initramfs", self.targets(out))

    def test_a_root_that_is_no_mount_is_hidden_and_reachable_by_its_descriptor(self):
        out = self.probe(plain=True)
        self.check_new_root(out)
        self.assertEqual((out["how"], out["kind"]), ("move", "2"))
        self.assertIn("init", out["old"].split())
        self.assertNotIn("initramfs", out["run"].split())

    def test_for_a_strange_init_the_old_root_is_emptied_before_the_exec(self):
        for plain in (False, True):
            out = self.probe("let-go", plain=plain)
            self.check_new_root(out)
            self.assertEqual(out["let_go"], "0")
            self.assertGreaterEqual(int(out["bytes"]), 300000)
            self.assertNotIn("initramfs", out["run_after"].split())

    def test_shared_mounts_are_made_private_first(self):
        out = self.probe(propagation=MS_SHARED)
        self.check_new_root(out)
        self.assertEqual(out["how"], "pivot_root")

    def test_run_as_a_link_is_followed_within_the_new_root(self):
        out = self.probe(newroot=("dev", "proc", "sys", "var/run", "run->/var/run"))
        self.assertIn("marker-run", out["run"].split())
        self.assertIn("/var/run", self.targets(out))
        self.assertEqual((out["how"], out["kind"]), ("pivot_root", "1"))

    def test_without_run_the_old_root_is_detached_at_once(self):
        out = self.probe(newroot=("dev", "proc", "sys"))
        self.assertEqual((out["how"], out["kind"]), ("pivot_root", "0"))
        self.assertIn("marker-root", out["root"].split())
        self.assertEqual(sorted(self.targets(out)), ["/", "/dev", "/proc", "/sys"])

    def test_a_missing_target_is_left_out_and_nothing_is_written(self):
        out = self.probe(newroot=("proc", "run"))
        self.assertEqual(sorted(out["root"].split()), ["marker-root", "proc", "run"])
        self.assertEqual(out["how"], "pivot_root")

    def test_a_pivot_that_fails_puts_back_what_went_ahead(self):
        for plain in (False, True):
            out = run_probe(["no-mount"], plain, WHOLE, MS_PRIVATE)
            self.assertEqual(out["status"], 1, out)
            self.assertIn(out["pivot"], ("-16", "-22"))  # EBUSY, EINVAL
            self.assertIn("marker-run", out["run"].split())
            self.assertIn("marker-dev", out["dev"].split())

    def test_after_rehoming_pivot_root_works_where_it_did_not(self):
        out = self.probe("rehome", plain=True)
        self.check_new_root(out)
        self.assertEqual((out["rehome"], out["how"], out["kind"]), ("0", "pivot_root", "1"))
        self.assertEqual(int(out["copied"]), 100000)
        self.assertGreaterEqual(int(out["freed"]), 300000)
        self.assertEqual(sorted(out["initramfs"].split()),
                         ["dev", "etc", "init", "lib", "proc", "run", "sys", "sysroot", "usr"])
        self.assertEqual(out["umount"], "0")


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("skipped: needs root, for mounts in a namespace of its own")
        sys.exit(77)
    unittest.main()
