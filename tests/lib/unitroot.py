# SPDX-License-Identifier: LGPL-2.1-or-later
"""unitroot - a root directory with unit files, and what pintle-compile makes of it."""

import os
import re
import shutil
import subprocess
import tempfile

from testcase import Failure

BUILD = os.environ.get("PINTLE_TEST_BUILDDIR", ".")
COMPILE = os.path.join(BUILD, "pintle-compile")
ETC = "/etc/systemd/system/"
LIB = "/usr/lib/systemd/system/"


class Unit:
    """One unit of a dump: state, edges ("after": [...]), commands, environment, properties."""

    def __init__(self, head):
        self.name, rest = head.split(": ", 1)
        self.load = rest.split()[0]
        self.fields = {key: value for key, value in (word.split("=") for word in rest.split()[1:])}
        self.lines = []

    def __getitem__(self, edge):
        for line in self.lines:
            if line.startswith(f"{edge}: "):
                return line.split()[1:]
        return []

    def commands(self, kind):
        """Each command as (path, [argv...], {flags})."""
        found = []
        for line in self.lines:
            if line.startswith(f"{kind}: "):
                path, rest = line[len(kind) + 2:].split(" ", 1)
                argv = re.findall(r"\[(.*?)\](?= \[| [a-z0-9-]+(?: [a-z0-9-]+)*$|$)", rest)
                found.append((path, argv, set(rest[rest.rindex("]") + 1:].split())))
        return found

    def props(self, name):
        return [line.split("=", 1)[1] for line in self.lines if line.startswith(f"{name}=")]

    def service(self):
        for line in self.lines:
            if line.startswith("service: "):
                spans = line.split(" interval=")[0].split()[1:]
                return dict(word.split("=") for word in spans) | dict(re.findall(r"(\S+)=(\S+(?: \d+s)?)", line))
        return {}


class UnitRoot:
    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="pintle-units.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, path, text):
        """path below the root; a bare name is a unit of the distribution. text may be bytes."""
        full = self.path + (path if path.startswith("/") else LIB + path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        return full

    def link(self, path, target):
        full = self.path + (path if path.startswith("/") else LIB + path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        os.symlink(target, full)

    def service(self, name, service="ExecStart=/bin/true", unit="", more=""):
        self.file(name, f"[Unit]\n{unit}\n[Service]\n{service}\n{more}")

    def run(self, *args, status=0, timeout=60):
        done = subprocess.run([COMPILE, "--root", self.path, *args], capture_output=True, timeout=timeout, text=True,
                              errors="replace")
        if status is not None and done.returncode != status:
            raise Failure(f"pintle-compile {' '.join(args)}: wanted exit status {status}, found {done.returncode}",
                          done.stdout[-4000:] + done.stderr[-4000:])
        return done

    def units(self, *args):
        """All units of the database by name."""
        found, unit = {}, None
        for line in self.run("--dump", "--quiet", *args).stdout.splitlines():
            if re.match(r"^\S+\.(service|target): ", line):
                unit = Unit(line)
                found[unit.name] = unit
            elif line.startswith("  ") and unit:
                unit.lines.append(line[2:])
        return found

    def default(self, *args):
        for line in self.run("--dump", "--quiet", *args).stdout.splitlines():
            if line.startswith("default: "):
                return line.split()[1]
        return None

    def notes(self, *args, status=None):
        """The lines of --verify, without the summary."""
        return self.run("--verify", "--quiet", *args, status=status).stdout.splitlines()

    def expect_note(self, pattern, *args):
        notes = self.notes(*args)
        if not any(re.search(pattern, note) for note in notes):
            raise Failure(f"no note matches {pattern!r}", "\n".join(notes))
