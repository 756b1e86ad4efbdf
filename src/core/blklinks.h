/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * blklinks - the names below /dev/disk/by-id and by-path, made from sysfs as udev's own rules would.
 *
 * For images without udevd, and for the buses where sysfs tells all that udev's helpers would ask the hardware
 * for: virtio, NVMe, SCSI with a NAA or EUI number (wwn-), and the PCI, ATA, SCSI and NVMe parts of a path. Other names
 * (ata-MODEL_SERIAL, usb-) need an image with udevd.
 */
#pragma once

#include "blkinfo.h"

/*
 * blklinks_fill - set @info's links
 * @sysfs: "/sys/class/block" but in tests.   @info: name, disk and part are given.
 * Reads attributes in sysfs, no device. Return: 0; -errno: @info has no links then.
 */
int blklinks_fill(const char *sysfs, struct blkinfo *info);

/*
 * blklinks_path - the by-path name of a whole disk, from where it is in /sys/devices
 * @nsid: of an NVMe namespace; @ata_port: the port's number; 0 when there is none.
 * @compat: the old spelling of ATA paths (ata-1), else ata-1.0.
 * Return: true; false when the path has a part that is not understood.
 */
bool blklinks_path(const char *device, unsigned nsid, unsigned ata_port, bool compat, char *buf, size_t size);
