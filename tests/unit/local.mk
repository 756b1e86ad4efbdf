# SPDX-License-Identifier: LGPL-2.1-or-later
# Adding a unit test is one word here; tests/unit/test-NAME is built from tests/unit/test-NAME.c with the
# defaults of Makefile.am (every layer's headers, every library). Keep the list sorted.
UNIT_TESTS = \
	tests/unit/test-cmdline \
	tests/unit/test-crypthash \
	tests/unit/test-fd \
	tests/unit/test-loop \
	tests/unit/test-mntopt \
	tests/unit/test-modindex \
	tests/unit/test-record \
	tests/unit/test-rootspec \
	tests/unit/test-text

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
EXTRA_DIST += tests/unit/unittest.h
