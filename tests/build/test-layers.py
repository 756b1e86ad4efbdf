#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An upward include does not compile, and no file steps around that.

Takes the compile commands that make itself would run (make -n), one for a source of each layer, and compiles a line with
them: includes of the own layer and of those to its left are found, the others are not.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

SRC = os.environ["PINTLE_TEST_SRCDIR"]
BUILD = os.environ["PINTLE_TEST_BUILDDIR"]

# layer: (a source of it, headers that it may see, headers that it may not)
LAYERS = {
    "base": ("src/base/text.c", ["record.h"], ["handoff.h", "udb.h", "engine.h", "stage1.h"]),
    "core": ("src/core/cmdline.c", ["record.h", "handoff.h"], ["udb.h", "engine.h", "stage1.h"]),
    "unit": ("src/unit/udb.c", ["record.h", "handoff.h", "udb.h"], ["engine.h", "stage1.h", "view.h"]),
    "stage1": ("stage1/pivot.c", ["record.h", "handoff.h", "stage1.h"], ["udb.h", "engine.h", "stage2.h"]),
    "stage2": ("stage2/reap.c", ["record.h", "handoff.h", "udb.h", "engine.h"], ["stage1.h", "pivot.h", "view.h"]),
    "compile": ("src/compile/main.c", ["record.h", "udb.h"], ["engine.h", "stage1.h", "stage2.h"]),
    "ctl": ("src/ctl/main.c", ["record.h", "udb.h"], ["engine.h", "stage1.h", "stage2.h"]),
    "mkinitrd": ("src/mkinitrd/main.c", ["record.h", "modindex.h"], ["udb.h", "engine.h", "stage1.h"]),
}
FOLDERS = [d for d in sorted(os.listdir(os.path.join(SRC, "src"))) if os.path.isdir(os.path.join(SRC, "src", d))]
FOLDERS = ["src/" + d for d in FOLDERS] + ["stage1", "stage2"]


def compile_commands():
    """The flags of every compile command, by source file."""
    makeflags = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    # Each source is said to be new (-W); make -B would make the Makefile again too, under the feet of make check.
    top = os.path.relpath(SRC, BUILD)
    new = [os.path.join(top, folder, name) for folder in FOLDERS for name in os.listdir(os.path.join(SRC, folder))
           if name.endswith(".c")]
    p = subprocess.run(["make", "-n", "V=1", *[w for n in new for w in ("-W", n)], "all-am"],
                       cwd=BUILD, env=makeflags, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    commands = {}
    for line in p.stdout.replace("\\\n", " ").splitlines():
        m = re.search(r"-c -o \S+ .*?((?:src|stage1|stage2)/\S+\.c)", line)
        if m and " -I" in line:
            commands[os.path.normpath(m.group(1).strip("'"))] = [w for w in shlex.split(line.split("-MT")[0])
                                                                 if w.startswith("-I") or w.startswith("-D")]
    return commands


def compiles(flags, header):
    with tempfile.NamedTemporaryFile("w", suffix=".c") as f:
        f.write('#include "%s"\n' % header)
        f.flush()
        return subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-fsyntax-only", *flags, f.name], cwd=BUILD,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def check_layers(commands):
    failures = []
    for layer, (source, seen, unseen) in LAYERS.items():
        flags = commands.get(source)
        if flags is None:
            failures.append("%s: make has no command for %s" % (layer, source))
            continue
        failures += ["%s cannot include its own '%s'" % (layer, h) for h in seen if not compiles(flags, h)]
        failures += ["%s can include '%s', which is above it or beside it" % (layer, h) for h in unseen
                     if compiles(flags, h)]
    return failures


def check_flags(commands):
    """Every source of a folder is compiled with the same include path: none has sneaked a wider one in."""
    failures, paths = [], {}
    for source, flags in commands.items():
        folder = os.path.dirname(source)
        includes = {os.path.normpath(os.path.relpath(os.path.join(BUILD, f[2:]), SRC)) for f in flags
                    if f.startswith("-I") and not f.startswith("-I/usr")}
        first = paths.setdefault(folder, (source, includes))
        if first[1] != includes:
            failures.append("'%s' is compiled with other includes than '%s': %s"
                            % (source, first[0], sorted(includes ^ first[1])))
    return failures


def check_sources():
    failures = []
    for top in ("src", "stage1", "stage2"):
        for folder, _, names in os.walk(os.path.join(SRC, top)):
            for name in (n for n in names if n.endswith((".c", ".h"))):
                path = os.path.join(folder, name)
                with open(path) as f:
                    text = f.read()
                if re.search(r'#include "[^"]*/', text):
                    failures.append("%s includes by path" % os.path.relpath(path, SRC))
                if "SPDX-License-Identifier: LGPL-2.1-or-later" not in text.split("\n", 1)[0]:
                    failures.append("%s lacks its SPDX line" % os.path.relpath(path, SRC))
    return failures


def main():
    commands = compile_commands()
    if len(commands) < 20:
        print("make -n gave %d compile commands" % len(commands))
        return 99
    failures = check_layers(commands) + check_flags(commands) + check_sources()
    for failure in failures:
        print(failure)
    print("%d compile commands, %d layers, %d failures" % (len(commands), len(LAYERS), len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
