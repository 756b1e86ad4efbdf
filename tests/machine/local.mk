# SPDX-License-Identifier: LGPL-2.1-or-later
# Machine tests: QEMU with the distribution's kernel. Each is a Python file; the harness is in tests/lib.
MACHINE_TESTS = \
	tests/machine/test-cut-images.py \
	tests/machine/test-debian.py \
	tests/machine/test-failing-roots.py \
	tests/machine/test-fstab.py \
	tests/machine/test-handover.py \
	tests/machine/test-harness.py \
	tests/machine/test-modprobe.py \
	tests/machine/test-recovery-menu.py \
	tests/machine/test-root-forms.py \
	tests/machine/test-watchdog.py \
	tests/machine/test-storm.py

# The real root's /sbin/init in most of them. Static, and of no use under sanitizers, where no machine is booted.
if !SANITIZERS
check_PROGRAMS += tests/machine/testinit
tests_machine_testinit_SOURCES = tests/machine/testinit.c
tests_machine_testinit_CPPFLAGS = $(COMMON_CPPFLAGS)
tests_machine_testinit_LDFLAGS = -static
tests_machine_testinit_LDADD =

check_PROGRAMS += tests/machine/standstill
tests_machine_standstill_SOURCES = tests/machine/standstill.c
tests_machine_standstill_CPPFLAGS = $(COMMON_CPPFLAGS) -I$(top_srcdir)/src/base
tests_machine_standstill_LDFLAGS = -static
tests_machine_standstill_LDADD =
TESTS += $(MACHINE_TESTS)
endif

EXTRA_DIST += $(MACHINE_TESTS) tests/lib/channel.py tests/lib/debian.py tests/lib/image.py tests/lib/machine.py \
	tests/lib/nfsserver.py tests/lib/pintle.py tests/lib/testcase.py
CLEANFILES += tests/machine/initrd-*.img tests/machine/initrd.lock
