#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every form of root= finds the root that it names and no other: each partition holds an init that says which it is."""

from pintle import LEAN, Partition, boot, initrd, make_disk, prepare, test_root, work
from testcase import add_case, case, check, check_equal, check_in, main

UUID_A = "aaaaaaaa-1111-4222-8333-0123456789ab"
UUID_B = "bbbbbbbb-1111-4222-8333-0123456789ab"
PART_A = "0aa00001-2222-4333-8444-0123456789ab"
PART_B = "0bb00002-2222-4333-8444-0123456789ab"
MBR_ID = "5eedbeef"

GPT, MBR = "gpt.img", "mbr.img"

_made = {}


def disk(name):
    """The two disks: GPT with roots A and B, MBR with roots M and N."""
    if not _made:
        _made[GPT] = make_disk(work(GPT), [
            Partition(test_root("A"), uuid=UUID_A, label="root a, first", partuuid=PART_A, partlabel="Part A"),
            Partition(test_root("B"), uuid=UUID_B, label="root-b", partuuid=PART_B, partlabel="part-b")])
        _made[MBR] = make_disk(work(MBR), [Partition(test_root("M"), label="root-m"),
                                           Partition(test_root("N"), label="root-n")], table="dos", disk_id="0x" + MBR_ID)
    return _made[name]


# name of the case: (root=, the root that it means). The GPT disk is vda, the MBR disk vdb. (fe02 = 254:2, virtio's major)
FORMS = {
    "uuid": (f"UUID={UUID_B}", "B"),
    "uuid_in_capitals": (f"UUID={UUID_B.upper()}", "B"),
    "label": ("LABEL=root-b", "B"),
    "label_with_blanks_and_a_comma": ('"LABEL=root a, first"', "A"),
    "label_escaped": (r"LABEL=root\x20a\x2c\x20first", "A"),
    "partuuid_gpt": (f"PARTUUID={PART_B}", "B"),
    "partuuid_gpt_in_capitals": (f"PARTUUID={PART_B.upper()}", "B"),
    "partuuid_gpt_with_partnroff": (f"PARTUUID={PART_A}/PARTNROFF=1", "B"),
    "partuuid_gpt_with_negative_partnroff": (f"PARTUUID={PART_B}/PARTNROFF=-1", "A"),
    "partuuid_mbr": (f"PARTUUID={MBR_ID}-02", "N"),
    "partuuid_mbr_with_partnroff": (f"PARTUUID={MBR_ID}-01/PARTNROFF=1", "N"),
    "partlabel": ("PARTLABEL=part-b", "B"),
    "partlabel_with_a_blank": ('"PARTLABEL=Part A"', "A"),
    "device_name": ("/dev/vdb2", "N"),
    "by_uuid": (f"/dev/disk/by-uuid/{UUID_B}", "B"),
    "by_label": ("/dev/disk/by-label/root-b", "B"),
    "by_label_escaped": (r"/dev/disk/by-label/root\x20a\x2c\x20first", "A"),
    "by_partuuid": (f"/dev/disk/by-partuuid/{PART_B}", "B"),
    "by_partuuid_mbr": (f"/dev/disk/by-partuuid/{MBR_ID}-02", "N"),
    "by_partlabel": ("/dev/disk/by-partlabel/part-b", "B"),
    "by_id": ("/dev/disk/by-id/virtio-disk1-part2", "N"),
    "by_path": ("/dev/disk/by-path/pci-0000:00:02.0-part2", "N"),
    "by_id_with_udevd": ("/dev/disk/by-id/virtio-disk1-part2", "N"),
    "by_path_with_udevd": ("/dev/disk/by-path/pci-0000:00:02.0-part2", "N"),
    "major_minor": ("254:2", "B"),
    "hex": ("fe02", "B"),
    "hex_with_0x": ("0xfe02", "B"),
}


def form(name, root, wanted):
    def run():
        # A lean image names disks as udev's rules do, without them.
        image = initrd(*LEAN, "--udevd") if name.endswith("_with_udevd") else None
        with boot(f"root={root}", [disk(GPT), disk(MBR)], image) as m:
            got = m.report()
            check_equal(got["which"], wanted, f"the root that root={root} led to")
            m.wait_off()
    return run


for name, (root, wanted) in FORMS.items():
    add_case(name, form(name, root, wanted))


@case
def the_first_of_several_candidates_that_is_there_wins():
    with boot(f"root=LABEL=root-n,UUID={UUID_A}", [disk(GPT), disk(MBR)]) as m:
        check_equal(m.report()["which"], "N", "the root")
        m.wait_off()


@case
def a_candidate_that_is_not_there_gives_way_to_the_next():
    with boot(f"root=LABEL=nowhere,PARTUUID={PART_B},LABEL=root-n", [disk(GPT), disk(MBR)]) as m:
        got = m.report()
        check_equal(got["which"], "B", "the root")
        check_in("'LABEL=nowhere' did not come", got["kmsg"], "the log")
        m.wait_off()


@case
def no_candidate_waits_for_a_fixed_time():
    """A root that is there is taken when it is seen: the guest's own clock, from the kernel's start to init."""
    with boot(f"root=UUID={UUID_A}", [disk(GPT)]) as m:
        uptime = float(m.report()["uptime"].split()[0])
        check(uptime < 25, f"init ran {uptime} s after the kernel's start")
        m.wait_off()


main(prepare)
