# SPDX-License-Identifier: LGPL-2.1-or-later
# The pivots of stage one in a mount namespace. The probe is static, which a sanitizer cannot be.
if !SANITIZERS
check_PROGRAMS += tests/ns/pivotprobe
tests_ns_pivotprobe_SOURCES = tests/ns/pivotprobe.c
tests_ns_pivotprobe_CPPFLAGS = $(COMMON_CPPFLAGS) $(CORE_INCLUDES) -I$(top_srcdir)/stage1
tests_ns_pivotprobe_LDFLAGS = -static
tests_ns_pivotprobe_LDADD = libstage1.a libcore.a libbase.a
TESTS += tests/ns/test-pivot.py
endif
EXTRA_DIST += tests/ns/test-pivot.py
