# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += libcore.a
libcore_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(CORE_INCLUDES) $(BLKID_CFLAGS) $(UDEV_CFLAGS) $(KMOD_CFLAGS) $(MOUNT_CFLAGS)
libcore_a_SOURCES =
libcore_a_SOURCES += src/core/blkinfo.h
libcore_a_SOURCES += src/core/blkprobe.c src/core/blkprobe.h
libcore_a_SOURCES += src/core/handoff.h
libcore_a_SOURCES += src/core/initnote.h
libcore_a_SOURCES += src/core/ramdisk.c src/core/ramdisk.h
libcore_a_SOURCES += src/core/udevmon.c src/core/udevmon.h
libcore_a_SOURCES += src/core/modindex.c src/core/modindex.h
libcore_a_SOURCES += src/core/modindexwrite.c
libcore_a_SOURCES += src/core/modtree.c src/core/modtree.h
TESTLIBS += libcore.a
libcore_a_SOURCES += src/core/cmdline.c src/core/cmdline.h
libcore_a_SOURCES += src/core/crypthash.c src/core/crypthash.h
libcore_a_SOURCES += src/core/mntopt.c src/core/mntopt.h
libcore_a_SOURCES += src/core/rootmatch.c src/core/rootspec.c src/core/rootspec.h
