# SPDX-License-Identifier: LGPL-2.1-or-later
# pintle-compile on roots that the tests lay out.
COMPILE_TESTS =
COMPILE_TESTS += tests/compile/test-bad-input.py
COMPILE_TESTS += tests/compile/test-semantics.py
COMPILE_TESTS += tests/compile/test-shipped-units.py
TESTS += $(COMPILE_TESTS)
EXTRA_DIST += $(COMPILE_TESTS) tests/lib/unitroot.py
