# SPDX-License-Identifier: LGPL-2.1-or-later
"""machine - a QEMU machine under a test: boots, reads its console with deadlines, plugs disks, and always ends.

    with Machine(initrd=image, append="root=LABEL=x", disks=["a.img"]) as m:
        m.expect("waiting for")            # on the console
        m.plug("b.img")                    # by the monitor
        got = m.report()                   # what tests/machine/testinit.c was handed
        m.wait_off()                       # the guest powered off by itself

The console is the first serial port; the second is testinit's and carries no kernel messages. Nothing here sleeps: all
three streams are watched at once until the wanted thing comes or the deadline passes. One machine runs at a time
(PINTLE_TEST_QEMU_LOCK), so the tests may be started in parallel.
"""

import ctypes
import json
import os
import re
import select
import signal
import subprocess
import time

from channel import Channel
from testcase import Failure, Lock, Skip, environment

# A machine under software emulation on a busy host is slow; a deadline is only ever reached by a failure.
PATIENCE = float(os.environ.get("PINTLE_TEST_PATIENCE", "1"))
BOOT_SECONDS = 90 * PATIENCE
LIFE_SECONDS = 300 * PATIENCE

_PANIC = re.compile(r"Kernel panic - not syncing.*")


def need_machine():
    """For main(): says why no machine can be booted here."""
    if os.environ.get("PINTLE_TEST_MACHINE") == "no":
        raise Skip("machine tests are run in the gcc build alone")
    environment("PINTLE_TEST_KERNEL")


def build_path(name):
    """A file of the build folder."""
    path = os.path.join(environment("PINTLE_TEST_BUILDDIR"), name)
    if not os.path.exists(path):
        raise Skip(f"'{name}' is not built")
    return path


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Machine:
    def __init__(self, initrd, append="", disks=(), *, kernel=None, memory=512, cpus=1, slots=2, panic=-1, quiet=True,
                 reboot=False, arguments=()):
        self.kernel = kernel or environment("PINTLE_TEST_KERNEL")
        words = ["console=ttyS0", append]
        if quiet:
            words.insert(0, "loglevel=4")
        if panic is not None:
            words.insert(0, f"panic={panic}")
        self.append = " ".join(word for word in words if word)
        self.initrd = initrd
        self.disks = list(disks)
        self.memory, self.cpus, self.slots, self.reboot = memory, cpus, slots, reboot
        self.arguments = list(arguments)
        self.lock = Lock(os.environ.get("PINTLE_TEST_QEMU_LOCK"))
        self.console, self.port, self.monitor = Channel("console"), Channel("report"), Channel("monitor")
        self.channels = [self.console, self.port, self.monitor]
        self.events, self.answers, self.serial = [], {}, 0
        self.process = None
        self.panic_wanted = False

    # --- life --------------------------------------------------------------------------------------------------------

    def _command(self):
        command = ["qemu-system-x86_64", "-accel", os.environ.get("PINTLE_TEST_ACCEL", "tcg"), "-M", "q35",
                   "-smp", str(self.cpus), "-m", str(self.memory), "-nodefaults", "-display", "none",
                   "-kernel", self.kernel, "-initrd", self.initrd, "-append", self.append]
        if not self.reboot:
            command.append("-no-reboot")
        for channel in self.channels:
            command += ["-chardev", f"socket,id={channel.name},fd={channel.theirs.fileno()}"]
        command += ["-serial", "chardev:console", "-serial", "chardev:report", "-mon", "chardev=monitor,mode=control"]
        for number, disk in enumerate(self.disks):
            command += ["-drive", f"if=none,id=disk{number},format=raw,file={disk}",
                        "-device", f"virtio-blk-pci,drive=disk{number},serial=disk{number}"]
        for slot in range(self.slots):
            command += ["-device", f"pcie-root-port,id=slot{slot},chassis={slot + 1}"]
        return command + self.arguments

    def __enter__(self):
        self.lock.__enter__()
        self.started = time.monotonic()
        try:
            self.process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, preexec_fn=_die_with_parent,
                                            pass_fds=[channel.theirs.fileno() for channel in self.channels])
            for channel in self.channels:
                channel.theirs.close()
            self.command("qmp_capabilities")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind, error, _):
        self._end()
        if isinstance(error, Failure) and not error.detail:
            error.detail = self.transcript()

    def _end(self):
        if self.process:
            self.process.kill()
            said = self.process.stdout.read().decode("utf-8", "replace").strip()
            self.said = "\n".join(line for line in said.splitlines() if "warning: host doesn't support" not in line)
            self.process.wait()
            self.process.stdout.close()
        for channel in self.channels:
            channel.close()
        self.lock.__exit__()

    def transcript(self):
        text = f"  kernel command line: {self.append}\n  console:\n{self.console.transcript(self.started)}"
        if self.port.text:
            text += f"\n  second port:\n{self.port.transcript(self.started)}"
        if self.said:
            text += f"\n  QEMU said: {self.said}"
        return text

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _pump(self, deadline):
        """Wait for anything on any stream until the deadline. False when it has passed or all streams are closed."""
        left = deadline - time.monotonic()
        watched = [channel for channel in self.channels if not channel.closed]
        if left <= 0 or not watched:
            return False
        ready, _, _ = select.select(watched, [], [], left)
        for channel in ready:
            channel.read()
        self._take_messages()
        return True

    def _wait(self, found, seconds, what):
        """Until found() is true; fails with a text that says what was waited for."""
        deadline = min(time.monotonic() + seconds * PATIENCE, self.started + LIFE_SECONDS)
        while True:
            result = found()
            if result:
                return result
            panic = None if self.panic_wanted else _PANIC.search(self.console.text)
            if panic:
                raise Failure(f"while waiting for {what}: {panic.group(0)}")
            if not self._pump(deadline):
                break
        result = found()
        if result:
            return result
        if all(channel.closed for channel in self.channels):
            raise Failure(f"the machine ended ({self.why_ended()}) before {what}")
        last = self.console.text.rstrip().rpartition("\n")[2]
        raise Failure(f"waited {seconds:g} s in vain for {what}; the console's last line is {last!r}")

    def expect(self, pattern, seconds=BOOT_SECONDS):
        """The first match of a regular expression on the console after the last one that was expected. It is looked for
        whenever something has come: `$` and `.*` also match a line that is still being written, `\\n` a whole one."""
        compiled = re.compile(pattern, re.MULTILINE)
        return self._wait(lambda: self.console.search(compiled), seconds, f"/{pattern}/ on the console")

    def send(self, text):
        """Keys on the console."""
        self.console.send(text)

    def line(self, text=""):
        self.console.send(text + "\r")

    def seen(self, pattern):
        """Whether the console has shown it at any time; does not wait or consume."""
        return re.search(pattern, self.console.text, re.MULTILINE) is not None

    def count(self, pattern):
        return len(re.findall(pattern, self.console.text, re.MULTILINE))

    def elapsed(self):
        return time.monotonic() - self.started

    # --- testinit ----------------------------------------------------------------------------------------------------

    def report(self, seconds=BOOT_SECONDS):
        """The next report of testinit, as a dict. Its presence proves that the root's init was reached."""
        whole = re.compile(r"^.*\n", re.MULTILINE)
        match = self._wait(lambda: self.port.search(whole), seconds, "the report of the root's init")
        return json.loads(match.group(0))

    def order(self, line, seconds=20):
        """A command to a testinit that serves; its answer."""
        self.port.send(line + "\n")
        return self.report(seconds)

    # --- the monitor -------------------------------------------------------------------------------------------------

    def _take_messages(self):
        while True:
            match = self.monitor.search(re.compile(r".*\n"))
            if not match:
                return
            message = json.loads(match.group(0))
            if "event" in message:
                self.events.append(message)
            elif "id" in message:
                self.answers[message["id"]] = message

    def command(self, name, **arguments):
        """One command of the monitor (QMP); its return value. A refusal is a failure of the test."""
        self.serial += 1
        number = self.serial
        self.monitor.send(json.dumps({"execute": name, "arguments": arguments, "id": number}) + "\n")
        answer = self._wait(lambda: self.answers.pop(number, None), 20, f"the monitor's answer to {name}")
        if "error" in answer:
            raise Failure(f"the monitor refused {name}: {answer['error']['desc']}")
        return answer["return"]

    def plug(self, path, name="late", slot=0):
        """A disk that appears while the machine runs."""
        self.command("blockdev-add", **{"driver": "raw", "node-name": name, "file": {"driver": "file", "filename": path}})
        self.command("device_add", driver="virtio-blk-pci", drive=name, id=f"{name}-device", serial=name, bus=f"slot{slot}")

    def press_power(self):
        """The power button, by ACPI."""
        self.command("system_powerdown")

    def press_ctrl_alt_del(self):
        self.command("send-key", keys=[{"type": "qcode", "data": key} for key in ("ctrl", "alt", "delete")])

    # --- the end -----------------------------------------------------------------------------------------------------

    def why_ended(self):
        """guest-shutdown (powered off), guest-reset (rebooted), guest-panic, host-qmp-quit..., or None."""
        for event in self.events:
            if event["event"] in ("SHUTDOWN", "RESET"):
                return event["data"]["reason"]
        return None

    def _wait_end(self, reason, seconds, what):
        self._wait(self.why_ended, seconds, what)
        if self.why_ended() != reason:
            raise Failure(f"waited for {what}, and the machine ended by {self.why_ended()}")
        if not self.reboot:
            # QEMU writes out its disks and closes them before it goes; a test may want to look at them.
            self._wait(lambda: all(channel.closed for channel in self.channels), 30, "QEMU to end")
            self.process.wait()

    def wait_off(self, seconds=60):
        self._wait_end("guest-shutdown", seconds, "the machine to power off")

    def wait_reboot(self, seconds=60):
        self._wait_end("guest-reset", seconds, "the machine to reboot")
