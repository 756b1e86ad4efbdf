# SPDX-License-Identifier: LGPL-2.1-or-later
STAGE2_INCLUDES = $(UNIT_INCLUDES) -I$(top_srcdir)/stage2

# The engine is a library of its own, so that tests link it without PID 1, and PID 1's system calls stay out of it.
ENGINE_SOURCES = \
	stage2/engine.c stage2/engine.h stage2/engine-impl.h \
	stage2/engine-adopt.c \
	stage2/engine-deadline.c \
	stage2/engine-exit.c \
	stage2/engine-job.c \
	stage2/engine-queue.c \
	stage2/engine-rebuild.c \
	stage2/engine-recover.c \
	stage2/engine-service.c \
	stage2/engine-table.c \
	stage2/engine-timer.c \
	stage2/engine-wish.c
noinst_LIBRARIES += libengine.a
libengine_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES)
libengine_a_SOURCES = $(ENGINE_SOURCES) stage2/engine-check.c
TESTLIBS += libengine.a
STAGE2_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES)

# All of PID 1 but its main, so that unit tests can link it.
noinst_LIBRARIES += libstage2.a
libstage2_a_CPPFLAGS = $(STAGE2_CPPFLAGS)
libstage2_a_SOURCES = \
	stage2/carry.c stage2/carry.h \
	stage2/cgroup.c stage2/cgroup.h \
	stage2/childsetup.c stage2/childsetup.h \
	stage2/cleanup.c stage2/cleanup.h \
	stage2/clonerun.c stage2/clonerun.h \
	stage2/console.c stage2/console.h \
	stage2/controlsock.c stage2/controlsock.h \
	stage2/crash.c stage2/crash.h \
	stage2/down.c stage2/down.h \
	stage2/drive.c stage2/drive.h \
	stage2/duties.c stage2/duties.h \
	stage2/emergency.c stage2/emergency.h \
	stage2/hang.c stage2/hang.h \
	stage2/helper.c stage2/helper.h \
	stage2/holders.c stage2/holders.h \
	stage2/kernelview.c stage2/kernelview.h \
	stage2/keep.c stage2/keep.h \
	stage2/logline.c stage2/logline.h \
	stage2/notify.c stage2/notify.h stage2/notifyfind.c stage2/notifymsg.c \
	stage2/oldroot.c stage2/oldroot.h \
	stage2/publish.c stage2/publish.h \
	stage2/reap.c stage2/reap.h \
	stage2/recover.c stage2/recover.h \
	stage2/reexec.c stage2/reexec.h \
	stage2/reload.c stage2/reload.h \
	stage2/safemode.c stage2/safemode.h \
	stage2/signals.c stage2/signals.h \
	stage2/spawn.c stage2/spawn.h \
	stage2/spawnenv.c stage2/spawnenv.h \
	stage2/spawnslot.c stage2/spawnslot.h stage2/rawcall.h \
	stage2/stage2.h \
	stage2/state.c stage2/state.h \
	stage2/takeover.c stage2/takeover.h \
	stage2/trim.c stage2/trim.h \
	stage2/watchdog.c stage2/watchdog.h

TESTLIBS += libstage2.a libengine.a

sbin_PROGRAMS += pintle
pintle_SOURCES = stage2/main.c
pintle_CPPFLAGS = $(STAGE2_CPPFLAGS)
pintle_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_STATIC_LDFLAGS)
pintle_LDADD = libstage2.a libengine.a libunit.a libcore.a libbase.a
