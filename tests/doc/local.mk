# SPDX-License-Identifier: LGPL-2.1-or-later
DOC_TESTS = tests/doc/test-docs.py
TESTS += $(DOC_TESTS)
EXTRA_DIST += $(DOC_TESTS)
