# SPDX-License-Identifier: LGPL-2.1-or-later
"""debian - the machine tests' whole Debian: a copy of the root disk of ./dev, a boot of it, a shell on its console."""

import os
import re

from image import run
from pintle import Machine, initrd, work
from testcase import Skip, check_equal, check_not_in, environment

PARTITION = 1024 * 1024  # where ./dev puts it
PROMPT = r"root@pintle:\S*# $"


def fresh_disk(name):
    """A copy of the root disk of ./dev, which a test may change."""
    source = environment("PINTLE_TEST_ROOT_DISK")
    if not os.path.exists(source):
        raise Skip(f"no root disk '{source}': ./dev boot and ./dev check make it")
    path = work(name)
    run("cp", "--sparse=always", "--reflink=auto", source, path)
    return path


def boot(disk, append="", disks=(), **options):
    return Machine(initrd("--generic"), f"root=UUID={environment('PINTLE_TEST_ROOT_UUID')} ro {append}", [disk, *disks],
                   memory=1024, cpus=2, **options)


def log_in(m):
    m.expect("pintle login: $", 240)
    m.line("root")
    m.expect("Password: $")
    m.line(environment("PINTLE_TEST_ROOT_PASSWORD"))
    m.expect(PROMPT)
    # Kernel messages could cut into what the commands say; long lines must not be edited by the shell.
    shell(m, "dmesg -n 1; stty cols 500; bind 'set enable-bracketed-paste off'")
    # The prompt comes before the last service of the boot; until that is up, process 1 says what it waits for.
    succeeds(m, "pintlectl start multi-user.target ssh.service", 120)


def shell(m, command, seconds=60):
    """A command at the prompt: (exit status, what it printed)."""
    m.line(f"{command}; echo \"END\"\"=$?\"")
    m.expect(r'echo "END""=\$\?"\n')
    start = m.console.at
    match = m.expect(r"END=(\d+)\n", seconds)  # behind the last line of pintlectl's own progress
    text = m.console.text[start:match.start()]
    m.expect(PROMPT)
    return int(match.group(1)), text.strip()


def succeeds(m, command, seconds=60):
    status, text = shell(m, command, seconds)
    check_equal(status, 0, f"the exit status of '{command}' (it said {text!r})")
    return text


def check_clean(disk, offset=PARTITION):
    """The disk was unmounted: its journal is empty and a full check finds nothing."""
    head = run("dumpe2fs", "-h", f"{disk}?offset={offset}")
    check_equal(re.search(r"Filesystem state: *(.*)", head).group(1), "clean", "the state of the file system")
    check_not_in("needs_recovery", head, "the features of the file system: it was not unmounted")
    run("e2fsck", "-fn", f"{disk}?offset={offset}")


def maintain(m):
    """sulogin's question and its shell."""
    m.expect("(Give root password for maintenance|Press Enter for maintenance)", 240)
    m.expect(": ?$")
    m.line(environment("PINTLE_TEST_ROOT_PASSWORD"))
    m.expect(PROMPT)


def write_file(disk, path, text, mode=0o644):
    """A file of the root, written without mounting it."""
    source = work("source")
    with open(source, "w") as file:
        file.write(text)
    os.chmod(source, mode)
    run("debugfs", "-w", "-R", f"write {source} {path}", f"{disk}?offset={PARTITION}")
