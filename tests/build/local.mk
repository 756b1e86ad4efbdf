# SPDX-License-Identifier: LGPL-2.1-or-later
# Tests of the build itself.
BUILD_TESTS = tests/build/test-layers.py tests/build/test-listed.py
TESTS += $(BUILD_TESTS)
EXTRA_DIST += $(BUILD_TESTS)
