# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/sim/sim
TESTS += tests/sim/sim
tests_sim_sim_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES) -I$(top_srcdir)/tests/sim
tests_sim_sim_SOURCES = \
	tests/sim/sim.c tests/sim/sim.h \
	tests/sim/simcheck.c \
	tests/sim/simgen.c \
	tests/sim/simworld.c
tests_sim_sim_LDADD = libengine.a libunit.a libbase.a
