# SPDX-License-Identifier: LGPL-2.1-or-later
# All but main.c is a library, so that the unit tests can have the parts.
noinst_LIBRARIES += libstage1.a
libstage1_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(CORE_INCLUDES) -I$(top_srcdir)/stage1
libstage1_a_SOURCES =
libstage1_a_SOURCES += stage1/boot.c stage1/boot.h
libstage1_a_SOURCES += stage1/checking.c stage1/checking.h
libstage1_a_SOURCES += stage1/child.c stage1/child.h
libstage1_a_SOURCES += stage1/console.c stage1/console.h
libstage1_a_SOURCES += stage1/crash.c stage1/crash.h
libstage1_a_SOURCES += stage1/devices.c stage1/devices.h
libstage1_a_SOURCES += stage1/early.c stage1/early.h
libstage1_a_SOURCES += stage1/fail.c stage1/fail.h
libstage1_a_SOURCES += stage1/fsck.c stage1/fsck.h
libstage1_a_SOURCES += stage1/handover.c stage1/handover.h
libstage1_a_SOURCES += stage1/hardware.c stage1/hardware.h
libstage1_a_SOURCES += stage1/initcheck.c stage1/initcheck.h
libstage1_a_SOURCES += stage1/klog.c stage1/klog.h
libstage1_a_SOURCES += stage1/loader.c stage1/loader.h
libstage1_a_SOURCES += stage1/menu.c stage1/menu.h
libstage1_a_SOURCES += stage1/mounting.c stage1/mounting.h
libstage1_a_SOURCES += stage1/page.c stage1/page.h
libstage1_a_SOURCES += stage1/pivot.c stage1/pivot.h
libstage1_a_SOURCES += stage1/recovery.c stage1/recovery.h
libstage1_a_SOURCES += stage1/rehome.c stage1/rehome.h
libstage1_a_SOURCES += stage1/rootmount.c stage1/rootmount.h
libstage1_a_SOURCES += stage1/rootwait.c stage1/rootwait.h
libstage1_a_SOURCES += stage1/shell.c stage1/shell.h
libstage1_a_SOURCES += stage1/udevd.c stage1/udevd.h
TESTLIBS += libstage1.a

pkglibexec_PROGRAMS += stage1/stage1
stage1_stage1_SOURCES = stage1/main.c stage1/stage1.h
stage1_stage1_CPPFLAGS = $(COMMON_CPPFLAGS) $(CORE_INCLUDES) -I$(top_srcdir)/stage1
stage1_stage1_LDADD = libstage1.a libcore.a libbase.a $(BLKID_LIBS) $(UDEV_LIBS)
stage1_stage1_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
