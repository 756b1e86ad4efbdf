# SPDX-License-Identifier: LGPL-2.1-or-later
"""image - makes the disks and the archives that machines boot from, small and quick, without root or loop devices.

A tree is a dict: path -> what is there. bytes or str: a file with that content; Path: a copy of that file, with its
mode; Link("target"): a symbolic link; Node("c", 5, 1): a device node (archives only); None: a directory. Parents are made.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

SECTOR = 512
MIB = 1024 * 1024
FIRST = 2048  # sectors before the first partition, and between two


@dataclass
class Link:
    target: str


@dataclass
class Node:
    kind: str  # "c", "b", or "p" for a named pipe
    major: int = 0
    minor: int = 0


@dataclass
class Executable:
    content: bytes


@dataclass
class Partition:
    """A partition and what is on it. kind is mke2fs's type, or None for one that is filled with `content`."""
    tree: Optional[dict] = None
    kind: Optional[str] = "ext4"
    mib: int = 12
    uuid: Optional[str] = None
    label: Optional[str] = None
    partuuid: Optional[str] = None  # GPT alone; an MBR's follows from the disk's id and the number
    partlabel: Optional[str] = None  # GPT alone
    content: bytes = b""
    options: list = field(default_factory=list)  # more words for mke2fs


def run(*command, text=None):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def write_tree(root, tree):
    for path, what in tree.items():
        target = os.path.join(root, path.lstrip("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if what is None:
            os.makedirs(target, exist_ok=True)
        elif isinstance(what, Link):
            os.symlink(what.target, target)
        elif isinstance(what, Path):
            shutil.copy(what, target)
        else:
            content = what.content if isinstance(what, Executable) else what
            with open(target, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
            os.chmod(target, 0o755 if isinstance(what, Executable) else 0o644)


def make_filesystem(path, part):
    """One file system in a file of its own."""
    with open(path, "wb") as file:
        file.truncate(part.mib * MIB)
        file.write(part.content)
    if part.kind is None:
        return path
    with tempfile.TemporaryDirectory() as root:
        write_tree(root, part.tree or {})
        command = ["mke2fs", "-q", "-F", "-t", part.kind, "-d", root, "-E", "root_owner=0:0,lazy_itable_init=1"]
        command += ["-U", part.uuid] if part.uuid else []
        command += ["-L", part.label] if part.label else []
        run(*command, *part.options, str(path))
    return path


def _table(parts, table, disk_id):
    """The words for sfdisk, and the first sector of each partition."""
    lines, starts, at = [f"label: {table}"], [], FIRST
    if disk_id:
        lines.append(f"label-id: {disk_id}")
    for part in parts:
        sectors = part.mib * MIB // SECTOR
        words = [f"start={at}", f"size={sectors}", "type=linux"]
        if table == "gpt" and part.partuuid:
            words.append(f"uuid={part.partuuid}")
        if table == "gpt" and part.partlabel:
            words.append(f'name="{part.partlabel}"')
        lines.append(", ".join(words))
        starts.append(at)
        at += sectors + FIRST
    return "\n".join(lines) + "\n", starts, at


def make_disk(path, parts, table="gpt", disk_id=None):
    """A disk with a partition table (gpt or dos; None: the first part fills the disk) and its partitions."""
    path = str(path)
    if table is None:
        return make_filesystem(path, parts[0])
    words, starts, end = _table(parts, table, disk_id)
    with open(path, "wb") as disk:
        disk.truncate((end + FIRST) * SECTOR)
    run("sfdisk", "-q", path, text=words)
    with open(path, "r+b") as disk:
        for part, start in zip(parts, starts):
            with tempfile.NamedTemporaryFile(dir=os.path.dirname(path)) as one:
                make_filesystem(one.name, part)
                disk.seek(start * SECTOR)
                with open(one.name, "rb") as source:
                    _copy_sparse(source, disk)
    return path


def _copy_sparse(source, target):
    while block := source.read(MIB):
        if block.count(0) == len(block):
            target.seek(len(block), os.SEEK_CUR)
        else:
            target.write(block)


def partition_offset(parts, number):
    """Where partition `number` (from 1) of make_disk starts, in bytes."""
    return (FIRST + sum(part.mib * MIB // SECTOR + FIRST for part in parts[:number - 1])) * SECTOR


# --- archives (cpio, "newc") ---------------------------------------------------------------------------------------------

def _entry(number, name, mode, content=b"", rdev=(0, 0)):
    encoded = name.encode() + b"\0"
    fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, rdev[0], rdev[1], len(encoded), 0]
    head = b"070701" + b"".join(b"%08X" % value for value in fields) + encoded
    return _padded(head) + _padded(content)


def _padded(data):
    return data + b"\0" * (-len(data) % 4)


@dataclass
class Entry:
    """One entry of an uncompressed archive, and where in the archive it is."""
    name: str
    mode: int
    start: int  # of its header
    data: int  # of its content
    end: int  # of its content


def archive_entries(archive):
    """The entries of the first archive in these bytes, without the trailer."""
    at = 0
    while True:
        fields = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        name = archive[at + 110:at + 110 + fields[11] - 1].decode()
        if name == "TRAILER!!!":
            return
        data = (at + 110 + fields[11] + 3) & ~3
        yield Entry(name, fields[1], at, data, data + fields[6])
        at = (data + fields[6] + 3) & ~3


def _with_parents(tree):
    whole = {}
    for path, what in tree.items():
        path = path.lstrip("/")
        parents = path.split("/")[:-1]
        for depth in range(1, len(parents) + 1):
            whole.setdefault("/".join(parents[:depth]), None)
        whole[path] = what
    return whole


def make_archive(path, tree):
    """An uncompressed initramfs."""
    with open(path, "wb") as archive:
        for number, (name, what) in enumerate(_with_parents(tree).items(), start=721):
            if what is None:
                archive.write(_entry(number, name, 0o040755))
            elif isinstance(what, Link):
                archive.write(_entry(number, name, 0o120777, what.target.encode()))
            elif isinstance(what, Node):
                mode = {"c": 0o020600, "b": 0o060600, "p": 0o010600}[what.kind]
                archive.write(_entry(number, name, mode, rdev=(what.major, what.minor)))
            elif isinstance(what, Path):
                archive.write(_entry(number, name, 0o100000 | what.stat().st_mode & 0o777, what.read_bytes()))
            else:
                mode = 0o100755 if isinstance(what, Executable) else 0o100644
                content = what.content if isinstance(what, Executable) else what
                archive.write(_entry(number, name, mode, content.encode() if isinstance(content, str) else content))
        archive.write(_entry(0, "TRAILER!!!", 0))
    return str(path)
