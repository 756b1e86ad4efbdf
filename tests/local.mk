# SPDX-License-Identifier: LGPL-2.1-or-later
# A test is a program (tests/unit) or a Python file (the rest), run from the build folder: exit 0 passed, 77 skipped with
# the reason in its last line, 99 a broken harness, anything else failed. PYTHONPATH holds tests/lib.
TEST_EXTENSIONS = .py
PY_LOG_COMPILER = $(PYTHON) -B
AM_TESTS_ENVIRONMENT = \
	PYTHONPATH='$(abs_top_srcdir)/tests/lib'; export PYTHONPATH; \
	PINTLE_TEST_SRCDIR='$(abs_top_srcdir)'; export PINTLE_TEST_SRCDIR; \
	PINTLE_TEST_BUILDDIR='$(abs_top_builddir)'; export PINTLE_TEST_BUILDDIR;

include tests/build/local.mk
include tests/unit/local.mk
include tests/mkinitrd/local.mk
include tests/ns/pivot.mk
include tests/doc/local.mk
include tests/compile/local.mk
include tests/ns/local.mk
include tests/machine/local.mk
include tests/bench/local.mk
include tests/model/local.mk
include tests/sim/local.mk
include tests/fuzz/local.mk
