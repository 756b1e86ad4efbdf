# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += libunit.a
libunit_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(UNIT_INCLUDES)
libunit_a_SOURCES =
libunit_a_SOURCES += src/unit/control.h
libunit_a_SOURCES += src/unit/execproto.h
libunit_a_SOURCES += src/unit/paths.h
libunit_a_SOURCES += src/unit/runtab.c src/unit/runtab.h
libunit_a_SOURCES += src/unit/udb.c src/unit/udb.h
libunit_a_SOURCES += src/unit/udbwrite.c src/unit/udbwrite.h
libunit_a_SOURCES += src/unit/grammar.c src/unit/grammar.h
libunit_a_SOURCES += src/unit/specifier.c src/unit/specifier.h
libunit_a_SOURCES += src/unit/unitname.c src/unit/unitname.h
libunit_a_SOURCES += src/unit/words.c src/unit/words.h
libunit_a_SOURCES += src/unit/directive.c src/unit/directive.h src/unit/directive-list.h
libunit_a_SOURCES += src/unit/unitload.c src/unit/unitload.h
