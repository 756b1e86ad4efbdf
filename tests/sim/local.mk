# SPDX-License-Identifier: LGPL-2.1-or-later
check_PROGRAMS += tests/sim/sim
TESTS += tests/sim/sim
tests_sim_sim_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES) -I$(top_srcdir)/tests/sim
tests_sim_sim_SOURCES = \
	tests/sim/sim.c tests/sim/sim.h \
	tests/sim/simcheck.c \
	tests/sim/simcrash.c \
	tests/sim/simgen.c \
	tests/sim/simworld.c

# The engine and the run table once more, with a call before every store (simcrash.c has the hooks). Warnings are the other
# copy's; gcc has one about fences here that only a real thread sanitizer would need. engine-check.c writes nothing.
if SANITIZERS
SIM_ENGINE =
else
check_LIBRARIES += libsimengine.a
libsimengine_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(STAGE2_INCLUDES) -U_FORTIFY_SOURCE
libsimengine_a_CFLAGS = $(AM_CFLAGS) -fsanitize=thread -fno-builtin-memcpy -w
libsimengine_a_SOURCES = $(ENGINE_SOURCES) src/unit/runtab.c src/unit/runundo.c
SIM_ENGINE = libsimengine.a
tests_sim_sim_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=memcpy
endif
tests_sim_sim_LDADD = $(SIM_ENGINE) libengine.a libunit.a libbase.a
