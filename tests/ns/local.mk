# SPDX-License-Identifier: LGPL-2.1-or-later
# Namespace tests: the built pintle as PID 1 of fresh namespaces. Each is a Python file; the harness is in tests/lib.
NS_TESTS =
NS_TESTS += tests/ns/test-bad-input.py
NS_TESTS += tests/ns/test-carry-on.py
NS_TESTS += tests/ns/test-context.py
NS_TESTS += tests/ns/test-kill.py
NS_TESTS += tests/ns/test-life.py
NS_TESTS += tests/ns/test-notify.py
NS_TESTS += tests/ns/test-order.py
NS_TESTS += tests/ns/test-pintlectl.py
NS_TESTS += tests/ns/test-reload.py
NS_TESTS += tests/ns/test-spawn.py

# PID 1 of a namespace is killed by the leak checker of its own build: under sanitizers the unit tests say enough.
if !SANITIZERS
check_PROGRAMS += tests/ns/nsservice
tests_ns_nsservice_SOURCES = tests/ns/nsservice.c
tests_ns_nsservice_CPPFLAGS = $(COMMON_CPPFLAGS)
tests_ns_nsservice_LDFLAGS = -static
tests_ns_nsservice_LDADD =
TESTS += $(NS_TESTS)
endif

EXTRA_DIST += $(NS_TESTS) tests/lib/namespace.py
