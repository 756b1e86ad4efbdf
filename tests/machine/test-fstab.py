#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fstab on a whole Debian: file systems by UUID and label, of memory, bound, late, remote; swap; what is wrong with it is told."""

from debian import boot, check_clean, fresh_disk, log_in, maintain, shell, succeeds, write_file
from image import MIB, Partition, make_disk, partition_offset, run
from nfsserver import NfsServer
from pintle import prepare, work
from testcase import case, check, check_equal, check_in, check_not_in, environment, main

DATA_UUID = "da7ada7a-0001-4000-8000-000000000001"
WRONG_UUID = "da7ada7a-0002-4000-8000-000000000002"

# Lies on the network's way: what is mounted when it goes is told on the console.
NETWORK = """\
[Unit]
Wants=systemd-udev-settle.service
After=systemd-udev-settle.service
Before=network.target network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'dev=$(cd /sys/class/net && ls -d e*); ip link set $dev up; ip addr add 10.0.2.15/24 dev $dev'
ExecStop=/bin/sh -c 'echo "the network goes, $(grep -c /srv/remote /proc/mounts) of the remote are mounted" >/dev/console'
"""


def root_line():
    return f"UUID={environment('PINTLE_TEST_ROOT_UUID')} / ext4 errors=remount-ro 0 1\n"


def swap_area(mib):
    """As mkswap makes it, in a file without holes."""
    path = work("swap")
    with open(path, "wb") as file:
        file.write(b"\xff" * MIB * mib)
    run("mkswap", path)
    with open(path, "rb") as file:
        return file.read()


def second_disk():
    """A disk with two file systems, of which the second was not unmounted, and a swap area. Its path and its partitions."""
    swap = swap_area(2)
    parts = [
        Partition({"shared/here": "bound", "below/unseen": "hidden", "swapfile": swap}, uuid=DATA_UUID, mib=24,
                  options=["-b", "4096"]),  # smaller blocks would leave a hole where the swap file begins with zeros
        Partition({"inner": "text"}, label="below"),
        Partition(kind=None, content=swap, mib=2, partlabel="swaparea"),
    ]
    path = make_disk(work("second.img"), parts)
    # Marked as in use, with a count that is wrong: fsck repairs that without asking.
    run("debugfs", "-w", "-R", "ssv state 0", f"{path}?offset={partition_offset(parts, 2)}")
    run("debugfs", "-w", "-R", "ssv free_inodes_count 3", f"{path}?offset={partition_offset(parts, 2)}")
    return path, parts


def write_fstab(disk, text):
    run("debugfs", "-w", "-R", "rm /etc/fstab", f"{disk}?offset={MIB}")
    write_file(disk, "/etc/fstab", root_line() + text)


def add_network(disk):
    write_file(disk, "/etc/systemd/system/net.service", NETWORK)
    for command in ("mkdir /etc/systemd/system/network-online.target.wants",
                    "symlink /etc/systemd/system/network-online.target.wants/net.service ../net.service"):
        run("debugfs", "-w", "-R", command, f"{disk}?offset={MIB}")


GOOD = f"""\
LABEL=below /srv/data/below ext4 defaults 0 2
UUID={DATA_UUID} /srv/data/ ext4 noatime 0 2
tmpfs /srv/small tmpfs size=3M,mode=0710,nodev 0 0
/srv/data/shared /srv/bound none bind 0 0
PARTLABEL=swaparea none swap pri=7 0 0
/srv/data/swapfile none swap defaults 0 0
LABEL=never /srv/never ext4 noauto 0 0
LABEL=later /srv/later ext4 nofail 0 2
LABEL=absent /srv/absent ext4 nofail,x-systemd.device-timeout=5s 0 2
this-line-is-cut
LABEL=below /srv/data ext4 defaults 0 0
"""


def see_the_mounts(m):
    mounted = {}
    for line in succeeds(m, "findmnt -rno TARGET,FSTYPE,OPTIONS").splitlines():
        target, kind, options = line.split()
        mounted[target] = (kind, options.split(","))
    for target, kind, option in (("/srv/data", "ext4", "noatime"), ("/srv/data/below", "ext4", "rw"),
                                 ("/srv/small", "tmpfs", "size=3072k"), ("/srv/bound", "ext4", "noatime"),
                                 ("/srv/remote", "nfs", "ro")):
        check_equal(mounted.get(target, ("nothing",))[0], kind, f"what is mounted on {target}")
        check_in(option, mounted[target][1], f"the options of {target}")
    for target in ("/srv/never", "/srv/later", "/srv/absent"):
        check_not_in(target, mounted, "what is mounted")
    check_equal(succeeds(m, "cat /srv/data/below/inner /srv/bound/here /srv/remote/hello"), "textboundfrom afar", "the files")


def see_the_swap(m):
    swaps = {line.split()[0]: line.split()[4] for line in succeeds(m, "cat /proc/swaps").splitlines()[1:]}
    check_equal(swaps.get("/dev/vdb3"), "7", f"the priority of the swap partition in {swaps}")
    check_in("/srv/data/swapfile", swaps, "the swap areas in use")


def see_what_was_wrong(m):
    said = succeeds(m, "dmesg | grep pintle")
    check_in("fsck repaired '/dev/vdb2'", said, "the log")
    check_in("/etc/fstab:11: this line makes no sense", said, "the log")
    check_in("another line mounts on '/srv/data'", said, "the log")
    # It holds up nothing, and is given up in its own time.
    status, told = shell(m, "while [ $(pintlectl is-active pintle-late-mounts.service) = activating ]; do read -t 1 < /dev/ptmx;"
                            " done; dmesg | grep absent", 60)
    check_equal(status, 0, "the exit status of a look at the log")
    check_in("cannot mount 'LABEL=absent' on '/srv/absent': its device did not appear; nofail: going on", told, "the log")


@case
def everything_in_fstab_is_mounted_in_its_order_and_let_go_of_at_the_end():
    disk = fresh_disk("debian.img")
    second, parts = second_disk()
    late = make_disk(work("late.img"), [Partition({"at last": ""}, label="later")], table=None)
    with NfsServer({"hello": b"from afar"}) as server:
        write_fstab(disk, GOOD + f"10.0.2.2:/share /srv/remote nfs ro,{server.options()} 0 0\n")
        add_network(disk)
        with boot(disk, disks=[second], arguments=["-nic", "user,model=virtio-net-pci"]) as m:
            log_in(m)
            see_the_mounts(m)
            see_the_swap(m)
            m.plug(late)
            succeeds(m, "until mountpoint -q /srv/later; do udevadm settle -E /srv/later/x -t 1; done", 30)
            see_what_was_wrong(m)
            succeeds(m, "echo more >/srv/data/written; echo more >/srv/data/below/written")
            m.line("poweroff")
            m.expect("the network goes, 0 of the remote are mounted")
            m.wait_off(120)
            check(not m.seen("cannot unmount|not everything"), "something could not be unmounted")
    check_clean(disk)
    check_clean(second, partition_offset(parts, 1))
    check_clean(second, partition_offset(parts, 2))
    check_in("written", run("debugfs", "-R", "ls", f"{second}?offset={partition_offset(parts, 2)}"), "the second file system")


BAD = f"""\
LABEL=gone /srv/gone ext4 x-systemd.device-timeout=9s 0 2
UUID={WRONG_UUID} /srv/wrong vfat defaults 0 0
tmpfs /srv/gone/below tmpfs defaults 0 0
"""


@case
def what_cannot_be_mounted_ends_in_a_shell_that_says_why_and_the_boot_goes_on_when_it_is_mended():
    disk = fresh_disk("debian.img")
    second = make_disk(work("wrong.img"), [Partition(kind="ext4", uuid=WRONG_UUID)], table=None)
    write_fstab(disk, BAD)
    with boot(disk, disks=[second]) as m:
        m.expect(r"waiting for pintle-mounts\.service \(.*the device 'LABEL=gone' is not there yet, 9 s at most", 60)
        maintain(m)
        for reason in (r"cannot mount 'LABEL=gone' on '/srv/gone': its device did not appear",
                       rf"cannot mount 'UUID={WRONG_UUID}' on '/srv/wrong': it holds ext4, fstab says vfat",
                       r"cannot mount 'tmpfs' on '/srv/gone/below': '/srv/gone', on which it lies, is not mounted"):
            check(m.seen(reason), f"the console does not say: {reason}")
        check(m.seen("pintle-mounts.service.*exit"), "the console does not name the unit that failed")
        succeeds(m, f"sed -i 's/^LABEL=gone/UUID={WRONG_UUID}/; /wrong/d' /etc/fstab")
        m.line("exit")
        log_in(m)
        check_in("/srv/gone/below", succeeds(m, "findmnt -rno TARGET"), "what is mounted")
        m.line("poweroff")
        m.wait_off(120)
    check_clean(disk)
    check_clean(second, 0)


main(prepare)
