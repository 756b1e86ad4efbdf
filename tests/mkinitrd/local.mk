# SPDX-License-Identifier: LGPL-2.1-or-later
MKINITRD_TESTS = \
	tests/mkinitrd/test-mkinitrd.py
TESTS += $(MKINITRD_TESTS)
EXTRA_DIST += $(MKINITRD_TESTS) tests/lib/moduletree.py
