# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += libunit.a
libunit_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES)
libunit_a_SOURCES =
libunit_a_SOURCES += src/unit/control.h
libunit_a_SOURCES += src/unit/paths.h
libunit_a_SOURCES += src/unit/runtab.c src/unit/runtab.h
libunit_a_SOURCES += src/unit/udb.c src/unit/udb.h
libunit_a_SOURCES += src/unit/udbwrite.c src/unit/udbwrite.h
