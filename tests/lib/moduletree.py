# SPDX-License-Identifier: LGPL-2.1-or-later
"""moduletree - a tree of kernel modules that no kernel would load but that libkmod and depmod read like real ones: small
ELF files with a .modinfo section, exported and wanted symbols. So the image builder is tested without a kernel package.
"""

import lzma
import os
import struct
import subprocess


def _section(name, kind, offset, size, link=0, info=0, entsize=0):
    return struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, offset, size, link, info, 1, entsize)


def make_module(modinfo=(), exports=(), needs=()):
    """The bytes of a .ko: modinfo is a list of (key, value), exports and needs are names of symbols."""
    names = b"\0.modinfo\0__ksymtab_strings\0.symtab\0.strtab\0.shstrtab\0"
    info = b"".join(f"{key}={value}\0".encode() for key, value in modinfo)
    exported = b"".join(name.encode() + b"\0" for name in exports)
    strings, symbols = b"\0", b"\0" * 24
    for name in needs:
        symbols += struct.pack("<IBBHQQ", len(strings), 0x10, 0, 0, 0, 0)  # global, undefined
        strings += name.encode() + b"\0"
    at, body, headers = 64, b"", [b"\0" * 64]
    for name, kind, data, link, entsize in (
            (b".modinfo", 1, info, 0, 0), (b"__ksymtab_strings", 1, exported, 0, 0), (b".symtab", 2, symbols, 4, 24),
            (b".strtab", 3, strings, 0, 0), (b".shstrtab", 3, names, 0, 0)):
        headers.append(_section(names.index(name), kind, at, len(data), link, 1 if kind == 2 else 0, entsize))
        padded = data + b"\0" * (-len(data) % 8)
        body += padded
        at += len(padded)
    head = b"\x7fELF\x02\x01\x01" + b"\0" * 9
    head += struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, at, 0, 64, 0, 0, 64, len(headers), 5)
    return head + body + b"".join(headers)


def make_tree(root, version, modules, builtin=(), config=""):
    """lib/modules/VERSION below root. modules: path below kernel/ -> keywords of make_module; .xz is compressed."""
    base = os.path.join(root, "lib/modules", version)
    for path, words in modules.items():
        full = os.path.join(base, "kernel", path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        data = make_module(**words)
        with open(full, "wb") as file:
            file.write(lzma.compress(data, check=lzma.CHECK_CRC32) if path.endswith(".xz") else data)
    for name, lines in (("order", sorted(modules)), ("builtin", sorted(builtin))):
        with open(os.path.join(base, f"modules.{name}"), "w", encoding="ascii") as file:
            file.write("".join(f"kernel/{line}\n" for line in lines))
    if config:
        os.makedirs(os.path.join(root, "boot"), exist_ok=True)
        with open(os.path.join(root, "boot", f"config-{version}"), "w", encoding="ascii") as file:
            file.write(config)
    subprocess.run(["depmod", "-b", root, version], check=True, stderr=subprocess.DEVNULL, env={**os.environ, "PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
