# SPDX-License-Identifier: LGPL-2.1-or-later
# All but main is a library, for the unit tests.
noinst_LIBRARIES += libexec.a
libexec_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/exec
libexec_a_SOURCES =
libexec_a_SOURCES += src/exec/condhost.c
libexec_a_SOURCES += src/exec/conditions.c src/exec/conditions.h
libexec_a_SOURCES += src/exec/condtest.c src/exec/condtest.h
libexec_a_SOURCES += src/exec/envfile.c src/exec/envfile.h
libexec_a_SOURCES += src/exec/execdirs.c
libexec_a_SOURCES += src/exec/execenv.c
libexec_a_SOURCES += src/exec/execfail.c src/exec/execfail.h
libexec_a_SOURCES += src/exec/execlimits.c src/exec/execlimits.h
libexec_a_SOURCES += src/exec/execrun.c
libexec_a_SOURCES += src/exec/execstdio.c
libexec_a_SOURCES += src/exec/execunit.c src/exec/execunit.h
libexec_a_SOURCES += src/exec/execuser.c
libexec_a_SOURCES += src/exec/expand.c src/exec/expand.h
TESTLIBS += libexec.a

pkglibexec_PROGRAMS += pintle-exec
pintle_exec_CPPFLAGS = $(libexec_a_CPPFLAGS)
pintle_exec_SOURCES = src/exec/main.c
pintle_exec_LDADD = libexec.a libunit.a libcore.a libbase.a
pintle_exec_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
