#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A whole Debian: from the kernel through both stages to a login prompt, at work there, and down again with a clean disk."""

import json
import os
import re
import shutil
import subprocess

from image import run
from pintle import Machine, initrd, prepare, work
from testcase import Skip, case, check, check_equal, check_in, check_not_in, environment, main

PARTITION = 1024 * 1024  # where ./dev puts it
PROMPT = r"root@pintle:\S*# $"


def fresh_disk(name):
    """A copy of the root disk of ./dev, which a test may change."""
    source = environment("PINTLE_TEST_ROOT_DISK")
    if not os.path.exists(source):
        raise Skip(f"no root disk '{source}': ./dev boot and ./dev check make it")
    path = work(name)
    shutil.copy(source, path) if os.path.exists(path) else subprocess.run(
        ["cp", "--sparse=always", "--reflink=auto", source, path], check=True)
    return path


def boot(disk, append="", **options):
    return Machine(initrd("--generic"), f"root=UUID={environment('PINTLE_TEST_ROOT_UUID')} ro {append}", [disk],
                   memory=1024, cpus=2, **options)


def log_in(m):
    m.expect("pintle login: $", 240)
    m.line("root")
    m.expect("Password: $")
    m.line(environment("PINTLE_TEST_ROOT_PASSWORD"))
    m.expect(PROMPT)
    # Kernel messages could cut into what the commands say; long lines must not be edited by the shell.
    shell(m, "dmesg -n 1; stty cols 500; bind 'set enable-bracketed-paste off'")


def shell(m, command, seconds=60):
    """A command at the prompt: (exit status, what it printed)."""
    m.line(f"{command}; echo \"END\"\"=$?\"")
    m.expect(r'echo "END""=\$\?"\n')
    start = m.console.at
    match = m.expect(r"^END=(\d+)$", seconds)
    text = m.console.text[start:match.start()]
    m.expect(PROMPT)
    return int(match.group(1)), text.strip()


def succeeds(m, command, seconds=60):
    status, text = shell(m, command, seconds)
    check_equal(status, 0, f"the exit status of '{command}' (it said {text!r})")
    return text


def check_clean(disk):
    """The disk was unmounted: its journal is empty and a full check finds nothing."""
    head = run("dumpe2fs", "-h", f"{disk}?offset={PARTITION}")
    check_in("clean", re.search(r"Filesystem state:(.*)", head).group(1), "the state of the root's file system")
    check_not_in("needs_recovery", head, "the features of the root's file system: it was not unmounted")
    run("e2fsck", "-fn", f"{disk}?offset={PARTITION}")


@case
def boots_to_a_login_works_and_powers_off():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        check_equal(succeeds(m, "readlink -f /proc/1/exe"), "/usr/sbin/pintle", "process 1")
        check_equal(succeeds(m, "hostname"), "pintle", "the host's name")
        check_in("rw", succeeds(m, "findmnt -no OPTIONS /").split(","), "the root's mount options")
        listed = succeeds(m, "pintlectl list | cat")
        for unit in ("multi-user.target", "serial-getty@ttyS0.service", "ssh.service"):
            check_in(unit, listed, "pintlectl list")
        check_equal(succeeds(m, "pintlectl is-active multi-user.target"), "active", "multi-user.target")
        check_in("serial-getty@ttyS0.service", succeeds(m, "pintlectl status serial-getty@ttyS0.service | cat"), "status")
        m.line("poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def a_service_is_stopped_started_and_restarted_by_hand():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        check_equal(succeeds(m, "pintlectl is-active ssh.service"), "active", "ssh.service")
        check_in(":22", succeeds(m, "ss -Htln"), "what is listened on")
        first = succeeds(m, "pintlectl show -p MainPID ssh.service")
        succeeds(m, "pintlectl restart ssh.service")
        second = succeeds(m, "pintlectl show -p MainPID ssh.service")
        check(first != second, f"the main process is the same after a restart: {first}")
        succeeds(m, "pintlectl stop ssh.service")
        check_equal(shell(m, "pintlectl is-active ssh.service"), (3, "inactive"), "is-active after stop")
        check_not_in(":22", succeeds(m, "ss -Htln"), "what is listened on after stop")
        succeeds(m, "pintlectl start ssh.service")
        check_equal(shell(m, "pintlectl is-active ssh.service"), (0, "active"), "is-active after start")
        check_equal(shell(m, "pintlectl status nothing.service | cat; exit_of=${PIPESTATUS[0]}; (exit $exit_of)")[0], 4,
                    "the exit status of 'status' of a unit that is not there")
        m.line("pintlectl poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def the_boot_is_one_timeline_and_the_image_is_gone():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        times = succeeds(m, "pintlectl times | cat")
        for word in ("kernel", "stage one", "stage two"):
            check_in(word, times.lower(), "pintlectl times")
        log = succeeds(m, "dmesg")
        match = re.search(r"freed ([\d.]+) MiB", log)
        check(match and float(match.group(1)) > 15, f"the log does not tell of an initramfs given back: {match}")
        unevictable = int(succeeds(m, "awk '/^Unevictable/ {print $2}' /proc/meminfo"))
        check(unevictable < 2048, f"{unevictable} kB cannot be evicted: a part of the ramfs is left")
        m.line("reboot")
        m.wait_reboot(120)
    check_clean(disk)


@case
def a_rehomed_image_boots_debian_too():
    disk = fresh_disk("debian.img")
    with boot(disk, "pintle.rehome") as m:
        log_in(m)
        check_not_in("initramfs", succeeds(m, "cat /proc/self/mountinfo"), "the mounts")
        shmem = int(succeeds(m, "awk '/^Shmem:/ {print $2}' /proc/meminfo"))
        check(shmem < 8192, f"{shmem} kB of shared memory: a part of the tmpfs is left")
        m.line("pintlectl poweroff")
        m.wait_off(120)
    check_clean(disk)


@case
def ctrl_alt_del_reboots_cleanly():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        m.expect("pintle login: $", 240)
        m.press_ctrl_alt_del()
        m.wait_reboot(120)
    check_clean(disk)


@case
def json_is_json():
    disk = fresh_disk("debian.img")
    with boot(disk) as m:
        log_in(m)
        units = json.loads(succeeds(m, "pintlectl list --json | cat"))
        check("ssh.service" in json.dumps(units), f"no ssh.service in {units!r:.300}")
        m.line("halt -p 2>/dev/null || poweroff")
        m.wait_off(120)


main(prepare)
