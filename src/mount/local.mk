# SPDX-License-Identifier: LGPL-2.1-or-later
libcore_a_SOURCES += src/core/mnt.c src/core/mnt.h

pkglibexec_PROGRAMS += pintle-mount
pintle_mount_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/mount
pintle_mount_SOURCES = \
	src/mount/devwait.c src/mount/devwait.h \
	src/mount/machineid.c src/mount/machineid.h \
	src/mount/main.c \
	src/mount/mountfsck.c src/mount/mountfsck.h \
	src/mount/mountverbs.c src/mount/mountverbs.h \
	src/mount/umountall.c
pintle_mount_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
pintle_mount_LDADD = libcore.a libbase.a $(MOUNT_LIBS)
