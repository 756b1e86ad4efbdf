# SPDX-License-Identifier: LGPL-2.1-or-later
# All but main is a library, for the unit tests.
noinst_LIBRARIES += libcompile.a
libcompile_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES) -I$(top_srcdir)/src/compile
libcompile_a_SOURCES =
libcompile_a_SOURCES += src/compile/assign.c src/compile/assign.h src/compile/assign-impl.h
libcompile_a_SOURCES += src/compile/assign-depend.c
libcompile_a_SOURCES += src/compile/assign-exec.c
libcompile_a_SOURCES += src/compile/bootenv.c src/compile/bootenv.h
libcompile_a_SOURCES += src/compile/command.c src/compile/command.h
libcompile_a_SOURCES += src/compile/compile.c src/compile/compile.h
libcompile_a_SOURCES += src/compile/compileopt.c src/compile/compileopt.h
libcompile_a_SOURCES += src/compile/dbreport.c src/compile/dbreport.h
libcompile_a_SOURCES += src/compile/draft.c src/compile/draft.h
libcompile_a_SOURCES += src/compile/running.c src/compile/running.h
libcompile_a_SOURCES += src/compile/manager.c src/compile/manager.h
libcompile_a_SOURCES += src/compile/order.c src/compile/order.h
libcompile_a_SOURCES += src/compile/value.c src/compile/value.h
TESTLIBS += libcompile.a

pkglibexec_PROGRAMS += pintle-compile
pintle_compile_SOURCES = src/compile/main.c
pintle_compile_CPPFLAGS = $(libcompile_a_CPPFLAGS)
# json-c goes in: one library less to load at each boot.
pintle_compile_LDADD = libcompile.a libunit.a libcore.a libbase.a $(JSON_ARCHIVE)
pintle_compile_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
