# SPDX-License-Identifier: LGPL-2.1-or-later
# A library, so that unit tests link the parts; the program is main.c and its layers.
noinst_LIBRARIES += libmkinitrd.a
libmkinitrd_a_CPPFLAGS = $(COMMON_CPPFLAGS) $(CORE_INCLUDES) -I$(top_srcdir)/src/mkinitrd \
	$(ARCHIVE_CFLAGS) $(ELF_CFLAGS) $(ZSTD_CFLAGS) $(LZMA_CFLAGS) $(LZ4_CFLAGS)
libmkinitrd_a_SOURCES =
libmkinitrd_a_SOURCES += src/mkinitrd/build.c src/mkinitrd/build.h
libmkinitrd_a_SOURCES += src/mkinitrd/choose.c src/mkinitrd/choose.h
libmkinitrd_a_SOURCES += src/mkinitrd/compress.c src/mkinitrd/compress.h
libmkinitrd_a_SOURCES += src/mkinitrd/cpio.c src/mkinitrd/cpio.h
libmkinitrd_a_SOURCES += src/mkinitrd/cpioread.c
libmkinitrd_a_SOURCES += src/mkinitrd/elfdeps.c src/mkinitrd/elfdeps.h
libmkinitrd_a_SOURCES += src/mkinitrd/generic.c
libmkinitrd_a_SOURCES += src/mkinitrd/host.c src/mkinitrd/host.h
libmkinitrd_a_SOURCES += src/mkinitrd/modules.c src/mkinitrd/modules.h
libmkinitrd_a_SOURCES += src/mkinitrd/options.c src/mkinitrd/options.h
libmkinitrd_a_SOURCES += src/mkinitrd/plan.c src/mkinitrd/plan.h
libmkinitrd_a_SOURCES += src/mkinitrd/programs.c
libmkinitrd_a_SOURCES += src/mkinitrd/report.c src/mkinitrd/report.h
libmkinitrd_a_SOURCES += src/mkinitrd/skeleton.c
libmkinitrd_a_SOURCES += src/mkinitrd/sysroot.c src/mkinitrd/sysroot.h
libmkinitrd_a_SOURCES += src/mkinitrd/tools.c
libmkinitrd_a_SOURCES += src/mkinitrd/udevd.c

bin_PROGRAMS += pintle-mkinitrd
pintle_mkinitrd_CPPFLAGS = $(libmkinitrd_a_CPPFLAGS)
pintle_mkinitrd_SOURCES = src/mkinitrd/main.c
pintle_mkinitrd_LDFLAGS = $(AM_LDFLAGS) $(PINTLE_PIE_LDFLAGS)
pintle_mkinitrd_LDADD = libmkinitrd.a libcore.a libbase.a $(KMOD_LIBS) $(ARCHIVE_LIBS) $(ELF_LIBS) $(ZSTD_LIBS) \
	$(LZMA_LIBS) $(LZ4_LIBS)

TESTLIBS += libmkinitrd.a
