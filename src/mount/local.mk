# SPDX-License-Identifier: LGPL-2.1-or-later
libcore_a_SOURCES += src/core/mnt.c src/core/mnt.h

noinst_LIBRARIES += libfstab.a
libfstab_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/mount
libfstab_a_SOURCES = src/mount/fstabplan.c src/mount/fstabplan.h
TESTLIBS += libfstab.a

pkglibexec_PROGRAMS += pintle-mount
pintle_mount_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/mount
pintle_mount_SOURCES = \
	src/mount/devwait.c src/mount/devwait.h \
	src/mount/fstabrun.c src/mount/fstabrun.h \
	src/mount/machineid.c src/mount/machineid.h \
	src/mount/main.c \
	src/mount/mountexplain.c src/mount/mountexplain.h \
	src/mount/mountfsck.c src/mount/mountfsck.h \
	src/mount/mountstatus.c src/mount/mountstatus.h \
	src/mount/mountverbs.c src/mount/mountverbs.h \
	src/mount/umountall.c src/mount/umountremote.c
pintle_mount_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
pintle_mount_LDADD = libfstab.a libcore.a libbase.a $(MOUNT_LIBS) $(BLKID_LIBS)
