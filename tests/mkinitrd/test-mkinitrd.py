#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pintle-mkinitrd as a whole, on a tree of modules made here: what goes in, the same bytes every time, every error said."""

import gzip
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from image import archive_entries
from moduletree import make_tree
from testcase import Failure, Skip, case, check, check_equal, check_in, check_not_in, main

WORK = tempfile.TemporaryDirectory(prefix="pintle-mkinitrd-")
TOP = Path(WORK.name)
ROOT = TOP / "root"
BUILDER = os.path.abspath(os.path.join(os.environ.get("PINTLE_TEST_BUILDDIR", "."), "pintle-mkinitrd"))
VERSION = "6.1.0-test"
CONFIG = "CONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n# CONFIG_RD_XZ is not set\n"

MODULES = {
    "drivers/block/blk.ko": {"modinfo": [("alias", "virtio:d00000002v*"), ("softdep", "pre: early post: late"),
                                         ("firmware", "blk/there.bin"), ("firmware", "blk/gone.bin")],
                             "needs": ["ring_add", "core_up"]},
    "drivers/virtio/ring.ko.xz": {"exports": ["ring_add"], "needs": ["core_up"]},
    "drivers/virtio/core-bus.ko": {"exports": ["core_up"]},
    "drivers/misc/early.ko": {},
    "drivers/misc/late.ko": {},
    "drivers/misc/evil.ko": {"modinfo": [("alias", "virtio:d00000002v*")]},
    "drivers/misc/never.ko": {"modinfo": [("alias", "pci:v00000001d*")]},
    "fs/tinyfs/tinyfs.ko": {},
    "sound/noise.ko": {},
}


def prepare():
    if not shutil.which("depmod", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        raise Skip("depmod (package kmod) is not installed")
    make_tree(ROOT, VERSION, MODULES, builtin=["fs/ext4/ext4.ko"], config=CONFIG)
    write("root/etc/modprobe.d/test.conf",
          "options blk depth=4 name=x\nblacklist evil\ninstall never /bin/false\nalias my-disk blk\n")
    write("root/lib/firmware/blk/there.bin", "firmware")
    write("root/etc/shadow", "daemon:*:1::::::\nroot:$y$j9T$salt$hash:1::::::\n")
    write("root/usr/bin/busybox", "busybox")
    write("root/usr/bin/dash", "dash")
    write("stage1", "not a program, and the builder does not care")


def write(name, text, mode=0o644):
    path = TOP / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def run(*words, status=0, **options):
    """Run the builder. Returns what it said, output and errors in one."""
    done = subprocess.run([BUILDER, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **options)
    check(done.returncode == status, f"{words}: exit status {done.returncode} and not {status}:\n{done.stdout}")
    return done.stdout


BASE = ("--sysroot", ROOT, "--stage1", TOP / "stage1", "--no-shell", "--no-fsck")


def build(*words, name="image", **options):
    output = TOP / name
    return output, run(*BASE, "-o", output, *(words or ("--modules", "blk")), **options)


def listed(image):
    """path -> (mode, size or device, where a link leads)"""
    found = {}
    for line in run("--list", image).splitlines():
        words = line.split(" -> ")
        mode, size, path = words[0].split(None, 2)
        found[path] = (mode, size, words[1] if len(words) > 1 else None)
    return found


def content(image, path):
    """A file of an uncompressed image, read here and not by the program under test."""
    data = Path(image).read_bytes()
    for entry in archive_entries(data):
        if entry.name == path:
            return data[entry.data:entry.end].decode(errors="replace")
    raise Failure(f"{path} is not in {image}")


def index(image):
    lines = content(image, "etc/pintle/modules.idx").splitlines()
    names = [line.split()[2] for line in lines if line.startswith("m ")]
    orders = [[names[int(n)] for n in line.split()[1:]] for line in lines if line.startswith("l ")]
    return lines, dict(zip(names, orders))


@case
def modules_come_with_all_that_they_need():
    image, said = build("--modules", "blk", "--compress", "none")
    files = listed(image)
    base = f"usr/lib/modules/{VERSION}/kernel/drivers/"
    for path in ("block/blk.ko", "virtio/ring.ko", "virtio/core-bus.ko", "misc/early.ko", "misc/late.ko"):
        check_in(base + path, files, "files")
    check_not_in(base + "misc/evil.ko", files, "files")
    check_not_in(base + "virtio/ring.ko.xz", files, "files")
    check_in("usr/lib/firmware/blk/there.bin", files, "files")
    check_in("1  firmware files", said, "the table")
    check_in("blk/gone.bin", build("--modules", "blk", "-v")[1], "the table of --verbose")
    check_equal(content(image, "init"), (TOP / "stage1").read_text(), "init")
    check_equal(files["usr/sbin/modprobe"][2], "../../init", "usr/sbin/modprobe")
    own, _ = build("--modules", "blk", "--compress", "none", "--add", f"{ROOT}/usr/bin/dash:/sbin/modprobe", name="own")
    check_equal(listed(own)["usr/sbin/modprobe"][2], None, "usr/sbin/modprobe with one of --add")
    lines, orders = index(image)
    check_equal(orders["blk"], ["core_bus", "ring", "early", "blk", "late"], "load order of blk")
    check_equal(orders["ring"], ["core_bus", "ring"], "load order of ring")
    check_in("o depth=4 name=x", lines, "index")
    check_in("a 0 virtio:d00000002v*", lines, "index")
    check_in("a 0 my_disk", lines, "index")
    check_in("b ext4", lines, "index")


@case
def folders_may_be_relative_have_links_and_end_in_slashes():
    whole, _ = build("--modules", "blk", "--compress", "none", name="absolute")
    (TOP / "link").symlink_to("root")
    words = ("--stage1", "stage1", "--no-shell", "--no-fsck", "--modules", "blk", "--compress", "none", "-o", "relative")
    for folder in ("root", "./root//", "link", "../" + TOP.name + "/link/.", TOP / "link"):
        run("--sysroot", folder, *words, cwd=TOP)
        check((TOP / "relative").read_bytes() == whole.read_bytes(), f"--sysroot {folder} makes another image")
        run("--sysroot", ROOT, "--moddir", folder, *words, cwd=TOP)
        check((TOP / "relative").read_bytes() == whole.read_bytes(), f"--moddir {folder} makes another image")
    run("--sysroot", ".", *words[2:], "--stage1", TOP / "stage1", "-o", TOP / "relative", cwd=ROOT)
    check((TOP / "relative").read_bytes() == whole.read_bytes(), "--sysroot . makes another image")
    check_in("No such file", run("--sysroot", "gone", *words, cwd=TOP, status=1), "what is said of no folder")
    check_in("Not a directory", run("--moddir", "stage1", *words, cwd=TOP, status=1), "what is said of a file")
    for name in ("link", "relative", "absolute"):
        (TOP / name).unlink()


@case
def names_aliases_blacklists_and_builtin():
    image, _ = build("--modules", "my-disk,ext4,evil,tinyfs", "--compress", "none")
    lines, orders = index(image)
    check_in("blk", orders, "modules")
    check_in("fs_tinyfs", " ".join(lines), "index")
    check_equal([line for line in lines if line.startswith("m b ")],
                [f"m b evil /usr/lib/modules/{VERSION}/kernel/drivers/misc/evil.ko"], "blacklisted modules")
    _, said = build("--modules", "never")
    check_in("install /bin/false", said, "the note on a module that modprobe.d forbids")
    image, _ = build("--modules", "virtio:d00000002v00001AF4", "--compress", "none")
    check_in("blk", index(image)[1], "modules of a modalias")


@case
def generic_takes_what_leads_to_a_root():
    image, _ = build("--generic", "--compress", "none")
    orders = index(image)[1]
    check_in("blk", orders, "modules")
    check_not_in("noise", orders, "modules")


def add_libcrypt(root):
    """The machine's libcrypt, and the libc and the loader of this very process, below another root."""
    known = subprocess.run(["/sbin/ldconfig", "-p"], stdout=subprocess.PIPE, text=True, check=True).stdout
    mapped = set(re.findall(r"(/\S+/(?:libc\.so\.6|ld-\S+))", Path("/proc/self/maps").read_text(encoding="ascii")))
    crypt = re.search(r"libcrypt\.so\.1 .*=> (/\S+)", known)
    if not crypt:
        raise Skip("ldconfig knows no libcrypt.so.1")
    for path in sorted(mapped) + [crypt.group(1)]:
        for place in (root / path[1:], root / "lib64" / os.path.basename(path)):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


@case
def the_image_keeps_its_contract():
    locked = TOP / "locked"
    shutil.copytree(ROOT, locked)
    add_libcrypt(locked)
    shutil.copy(locked / "lib64/libc.so.6", locked / "stage1")
    image, _ = build("--modules", "blk", "--compress", "none", "--root-password", "--sysroot", locked, "--stage1",
                     locked / "stage1")
    files = listed(image)
    paths = list(files)
    check_equal(paths[-1], "etc/pintle/image.end", "last entry")
    check_equal(paths[0], "init", "first entry")
    check(paths.index("etc/pintle/stage1.conf") < paths.index("etc/pintle/modules.idx"), "stage1.conf comes late")
    for path in ("dev", "proc", "sys", "run", "tmp", "root", "sysroot"):
        check_equal(files[path][0][0], "d", path)
    for path in ("bin", "sbin", "lib", "lib64"):
        check_equal(files[path][2], f"usr/{path}", f"link {path}")
    check_equal(files["dev/console"][:2], ("crw-------", "5:1"), "dev/console")
    check_equal(files["etc/pintle/stage1.conf"][0], "-rw-------", "mode of what holds a password's hash")
    check(any(path.endswith("/libcrypt.so.1") for path in files), "no libcrypt beside a hash")
    conf = dict(line.split("=", 1) for line in content(image, "etc/pintle/stage1.conf").splitlines())
    check_equal(conf["kernel"], VERSION, "kernel=")
    check_equal(conf["shell-hash"], "$y$j9T$salt$hash", "shell-hash=")
    check_equal(conf["udev"], "lean", "udev=")
    check_equal(int(conf["entries"]), len(paths) - 1, "entries=")
    sizes = [int(size) for path, (mode, size, _) in files.items() if mode[0] == "-" and path != paths[-1]]
    check_equal(int(conf["unpacked"]), sum((size + 4095) // 4096 * 4096 for size in sizes), "unpacked=")
    check_equal(content(image, paths[-1]), f"pintle-image-end entries={len(paths) - 1} bytes={sum(sizes)}\n", "marker")


# What a kernel runs as process 1, without asking for a password, when it cannot run /init.
FALLBACKS = ("usr/sbin/init", "etc/init", "usr/bin/init", "usr/bin/sh")


@case
def what_stage_one_needs_comes_before_all_that_could_run_in_its_place():
    """Stage one is a program of this machine, with a loader and libraries; --add names things that come earlier by path."""
    words = [word for path in FALLBACKS[:3] for word in ("--add", f"{TOP / 'stage1'}:/{path}")]
    image, _ = build("--modules", "blk", "--compress", "none", "--sysroot", "/", "--moddir", ROOT, "--stage1",
                     os.path.realpath(sys.executable), "--shell-hash", "$6$x$y", "--add", f"{TOP / 'stage1'}:/aaa",
                     "--add", f"{ROOT}/usr/bin/busybox:/usr/bin/sh", *words)
    entries = list(archive_entries(image.read_bytes()))
    names = [entry.name for entry in entries]
    check_equal((names[0], names[-1]), ("init", "etc/pintle/image.end"), "first and last entry")
    check_equal(sorted(names[-5:-1]), sorted(FALLBACKS), "the entries before the marker")
    libraries = [name for name in names if re.search(r"\.so(\.|$)", name)]
    check(any("/libc.so" in name for name in libraries), f"stage one has no libraries: {names}")
    check(any("/libcrypt.so" in name for name in libraries), f"no library for the password: {names}")
    vital = names[:max(names.index(name) for name in [*libraries, "etc/pintle/stage1.conf", "lib64", "dev/console"]) + 1]
    for entry in entries[1:len(vital)]:
        check(entry.name in libraries or entry.name == "etc/pintle/stage1.conf" or entry.mode & 0o170000 != 0o100000,
              f"the file '{entry.name}' comes between what stage one needs")
    check_in("etc/pintle/stage1.conf", vital, "the vital entries")
    check(names.index("etc/pintle/stage1.conf") < min(map(names.index, libraries)),
          "stage one could run without its configuration")
    seen = set()
    for name in names:
        check("/" not in name or os.path.dirname(name) in seen, f"'{name}' comes before its directory")
        seen.add(name)


@case
def the_same_input_gives_the_same_bytes():
    first, _ = build("--generic", "--compress", "zstd", name="one")
    moved = TOP / "elsewhere"
    shutil.copytree(ROOT, moved / "root")
    shutil.copy(TOP / "stage1", moved / "stage1")
    os.utime(moved / "stage1", (1, 1))
    environment = {**os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "HOME": "/nonexistent"}
    run("--sysroot", "root", "--stage1", "stage1", "--no-shell", "--no-fsck", "-o", "two", "--generic", "--compress",
        "zstd", cwd=moved, env=environment, umask=0o077)
    check(first.read_bytes() == (moved / "two").read_bytes(), "two images of the same input differ")
    third, _ = build("--generic", "--compress", "zstd", name="three", env={**os.environ, "SOURCE_DATE_EPOCH": "99"})
    check(first.read_bytes() != third.read_bytes(), "SOURCE_DATE_EPOCH makes no difference")


@case
def an_image_is_mode_0600_and_replaced_at_once():
    image, _ = build(name="replaced")
    check_equal(image.stat().st_mode & 0o777, 0o600, "mode")
    inode = image.stat().st_ino
    image, _ = build(name="replaced")
    check(image.stat().st_ino != inode, "the old image was written over in place")
    check_equal([one.name for one in TOP.glob("replaced*")], ["replaced"], "files left behind")


@case
def a_full_disk_leaves_the_old_image():
    (TOP / "full").mkdir()
    old = Path(write("full/image", "the old image"))

    def no_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run([BUILDER, *map(str, BASE), "--modules", "blk", "-o", str(old), "--compress", "none"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=no_room)
    check_equal(done.returncode, 1, "exit status")
    check_in("untouched", done.stdout, "message")
    check_equal(old.read_text(), "the old image", "old image")
    check_equal(os.listdir(TOP / "full"), ["image"], "files left behind")


@case
def programs_bring_their_libraries():
    image, _ = build("--modules", "blk", "--add", f"{sys.executable}:/usr/bin/python3", "--sysroot", "/", "--moddir", ROOT,
                     "--compress", "none")
    files = listed(image)
    check_in("usr/bin/python3", files, "files")
    check(any(path.endswith("/libc.so.6") for path in files), "libc is not in the image")
    check(any("/ld-linux" in path or "/ld64" in path or "/ld-" in path for path in files), "no loader in the image")


@case
def a_shell_is_made_of_what_there_is():
    words = ("--sysroot", ROOT, "--stage1", TOP / "stage1", "--no-fsck", "--modules", "blk", "-o", TOP / "shell",
             "--compress", "none")
    run(*words)
    files = listed(TOP / "shell")
    check_equal(files["usr/bin/sh"][2], "busybox", "usr/bin/sh")
    check_in("shell=/usr/bin/busybox\n", content(TOP / "shell", "etc/pintle/stage1.conf"), "stage1.conf")
    (ROOT / "usr/bin/busybox").rename(TOP / "busybox")
    run(*words)
    check_equal(listed(TOP / "shell")["usr/bin/sh"][2], "dash", "usr/bin/sh without busybox")
    check_in("shell=/usr/bin/dash\n", content(TOP / "shell", "etc/pintle/stage1.conf"), "stage1.conf without busybox")
    (ROOT / "usr/bin/dash").rename(TOP / "dash")
    check_in("no recovery shell", run(*words), "the note")
    check_not_in("shell=", content(TOP / "shell", "etc/pintle/stage1.conf"), "stage1.conf")
    write("root/usr/bin/dash", "#!/usr/bin/nobody\n")
    check_in("script for '/usr/bin/nobody'", run(*words, status=1), "what is said of a shell that lacks something")
    (TOP / "busybox").rename(ROOT / "usr/bin/busybox")
    (TOP / "dash").rename(ROOT / "usr/bin/dash")


def fails(message, *words, status=1, name="never"):
    """These words end in this message, and leave no file behind."""
    before = sorted(os.listdir(TOP))
    said = run(*BASE, "-o", TOP / name, *words, status=status)
    check(re.search(message, said), f"{words}: {message!r} is not in {said!r}")
    check_equal(sorted(os.listdir(TOP)), before, f"{words}: files")


@case
def bad_input_is_said_to_be_bad():
    fails(f"no modules of kernel '9.9'.*there are: {VERSION}", "-k", "9.9", "--modules", "blk")
    fails("has no module 'blkk'; the nearest is 'blk'", "--modules", "blkk")
    fails("cannot read '/nonexistent/stage1'", "--stage1", "/nonexistent/stage1", "--modules", "blk")
    fails("Is a directory", "--modules", "blk", name="root")
    fails("No such file", "--modules", "blk", "-o", "/nonexistent/image")
    fails("only files can go in", "--modules", "blk", "--add", f"{ROOT}:/x")
    fails("two different contents for '/init'", "--modules", "blk", "--add", "/etc/passwd:/init")
    fails("'/init' is a file", "--modules", "blk", "--add", "/etc/passwd:/init/x")
    fails("cannot use '/../x'", "--modules", "blk", "--add", "/etc/passwd:/../x")
    fails("CONFIG_RD_XZ.*it takes: none, zstd, gzip", "--modules", "blk", "--compress", "xz")
    fails("needs the (library|loader)", "--modules", "blk", "--add", f"{sys.executable}:/usr/bin/python3")
    fails("no udev daemon", "--modules", "blk", "--udevd")
    script = write("script", "#!/usr/bin/nobody -x\n", 0o755)
    fails("script for '/usr/bin/nobody'", "--modules", "blk", "--add", f"{script}:/x")


@case
def usage_errors_exit_2():
    fails("", "--nonsense", status=2)
    fails("one word too many", "image", status=2)
    fails("no compression method", "--compress", "bzip2", status=2)
    fails("cannot be used together", "--host", "--generic", status=2)
    fails("no kernel version", "-k", "../x", status=2)
    check_in("--modules LIST", run("--help"), "help")
    check_in("pintle-mkinitrd", run("--version"), "version")


@case
def an_index_that_depmod_did_not_write_is_asked_for():
    make_tree(TOP / "bare", VERSION, {"a.ko": {}})
    (TOP / "bare/lib/modules" / VERSION / "modules.dep.bin").unlink()
    fails("run 'depmod -b", "--moddir", TOP / "bare", "--modules", "a")


@case
def damaged_images_are_told_from_whole_ones():
    image, _ = build("--modules", "blk", "--compress", "none")
    data = image.read_bytes()
    for cut in (50, 3000, len(data) - 700):
        Path(TOP / "cut").write_bytes(data[:cut])
        check(re.search("damaged or cut short|no end marker", run("--list", TOP / "cut", status=1)), f"cut at {cut}")
    marker = data.index(b"pintle-image-end")
    changed = data[:marker] + data[marker:].replace(b"entries=", b"entries=9", 1)[:-1]
    Path(TOP / "cut").write_bytes(changed)
    run("--list", TOP / "cut", status=1)
    Path(TOP / "cut").write_bytes(gzip.compress(data)[:1000])
    check_in("damaged", run("--list", TOP / "cut", status=1), "a cut gzip")
    Path(TOP / "cut").write_text("this is no image at all")
    check_in("no initramfs image", run("--list", TOP / "cut", status=1), "a text")
    Path(TOP / "cut").write_bytes(data + b"\0" * (-len(data) % 512) + gzip.compress(data))
    check_equal(run("--list", TOP / "cut").count("etc/pintle/image.end"), 2, "markers in an image of two archives")
    os.unlink(TOP / "cut")


if __name__ == "__main__":
    main(prepare)
