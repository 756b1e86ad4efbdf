# SPDX-License-Identifier: LGPL-2.1-or-later
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/clock.h \
	src/base/fd.c src/base/fd.h \
	src/base/log.c src/base/log.h \
	src/base/loop.c src/base/loop.h \
	src/base/record.c src/base/record.h \
	src/base/strmap.c src/base/strmap.h \
	src/base/sys.c src/base/sys.h \
	src/base/text.c src/base/text.h \
	src/base/util.h
libbase_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(BASE_INCLUDES)
