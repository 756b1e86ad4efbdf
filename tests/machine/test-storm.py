#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A storm on the kernel's own process 1: a Debian whose PID 1 is struck with SIGSEGV and executed anew while services are started
again. The rest of the machine does not notice: the same processes, a login that works, a clean way down."""

import re

from debian import boot, check_clean, fresh_disk, log_in, shell, succeeds, write_file
from pintle import prepare
from testcase import case, check, check_equal, main

ROUNDS = 12  # of four crashes and a re-exec: a fifth crash within ten seconds would end in safe mode
STAY = ("ssh.service", "systemd-udevd.service", "serial-getty@ttyS0.service")
CHANGING = "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/bin/sleep infinity\nRestart=always\nRestartSec=1ms\n"
STORM = f"""#!/bin/sh
for round in $(seq {ROUNDS}); do
    for crash in 1 2 3 4; do
        pintlectl restart --no-block changing.service
        kill -SEGV 1
    done
    pintlectl daemon-reexec || exit
    pkill -9 -x -f '/bin/sleep infinity'
done
pintlectl start changing.service
"""


def processes(m):
    return {unit: succeeds(m, f"pintlectl show --value -p MainPID {unit}") for unit in STAY}


@case
def debian_outlasts_a_storm_on_process_1():
    disk = fresh_disk("debian.img")
    write_file(disk, "/etc/systemd/system/changing.service", CHANGING)
    write_file(disk, "/storm", STORM, 0o755)
    with boot(disk) as m:
        log_in(m)
        succeeds(m, "pintlectl start changing.service")
        before = processes(m)
        descriptors = succeeds(m, "ls /proc/1/fd | wc -l")
        check_equal(shell(m, "/storm >/dev/null 2>&1", 120)[0], 0, "the storm's exit status")
        check_equal(processes(m), before, "main pids")
        check_equal(succeeds(m, "pgrep -c -x -f '/bin/sleep infinity'"), "1", "processes of what was restarted")
        check_equal(succeeds(m, "ls /proc/1/fd | wc -l"), descriptors, "descriptors of process 1")
        check_equal(shell(m, "ps -e -o stat= | grep -c ^Z")[1], "0", "zombies")
        said = re.search(r"after (\d+) crashes", succeeds(m, "pintlectl status | cat"))
        check(said and int(said.group(1)) >= 2 * ROUNDS, f"the status does not tell of the crashes: {said}")
        print(f"  {4 * ROUNDS} strikes sent, {said.group(1)} landed, {ROUNDS} re-execs")
        m.line("exit")
        log_in(m)
        m.line("poweroff")
        m.wait_off(120)
    check_clean(disk)


main(prepare)
