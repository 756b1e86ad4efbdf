# SPDX-License-Identifier: LGPL-2.1-or-later
STAGE2_INCLUDES = $(UNIT_INCLUDES) -I$(top_srcdir)/stage2

# The engine is a library of its own, so that tests link it without PID 1, and PID 1's system calls stay out of it.
noinst_LIBRARIES += libengine.a
libengine_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES)
libengine_a_SOURCES = \
	stage2/engine.c stage2/engine.h stage2/engine-impl.h \
	stage2/engine-check.c \
	stage2/engine-exit.c \
	stage2/engine-job.c \
	stage2/engine-queue.c \
	stage2/engine-service.c \
	stage2/engine-table.c \
	stage2/engine-timer.c \
	stage2/engine-wish.c
TESTLIBS += libengine.a
