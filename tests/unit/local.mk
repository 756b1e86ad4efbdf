# SPDX-License-Identifier: LGPL-2.1-or-later
# Adding a unit test is one line here; tests/unit/test-NAME is built from tests/unit/test-NAME.c with the
# defaults of Makefile.am (every layer's headers, every library). Keep the list sorted.
UNIT_TESTS =
UNIT_TESTS += tests/unit/test-blklinks
UNIT_TESTS += tests/unit/test-blkprobe
UNIT_TESTS += tests/unit/test-boot
UNIT_TESTS += tests/unit/test-child
UNIT_TESTS += tests/unit/test-cmdline
UNIT_TESTS += tests/unit/test-compress
UNIT_TESTS += tests/unit/test-conditions
UNIT_TESTS += tests/unit/test-countdown
UNIT_TESTS += tests/unit/test-cpio
UNIT_TESTS += tests/unit/test-crypthash
UNIT_TESTS += tests/unit/test-engine-jobs
UNIT_TESTS += tests/unit/test-engine-life
UNIT_TESTS += tests/unit/test-engine-recover
UNIT_TESTS += tests/unit/test-ctl
UNIT_TESTS += tests/unit/test-ctlclient
UNIT_TESTS += tests/unit/test-ctltimes
UNIT_TESTS += tests/unit/test-devices
UNIT_TESTS += tests/unit/test-directive
UNIT_TESTS += tests/unit/test-elfdeps
UNIT_TESTS += tests/unit/test-envfile
UNIT_TESTS += tests/unit/test-expand
UNIT_TESTS += tests/unit/test-fd
UNIT_TESTS += tests/unit/test-fsck
UNIT_TESTS += tests/unit/test-fstabplan
UNIT_TESTS += tests/unit/test-grammar
UNIT_TESTS += tests/unit/test-handover
UNIT_TESTS += tests/unit/test-host
UNIT_TESTS += tests/unit/test-image
UNIT_TESTS += tests/unit/test-initcheck
UNIT_TESTS += tests/unit/test-loader
UNIT_TESTS += tests/unit/test-jsonout
UNIT_TESTS += tests/unit/test-loop
UNIT_TESTS += tests/unit/test-menu
UNIT_TESTS += tests/unit/test-mntopt
UNIT_TESTS += tests/unit/test-modindex
UNIT_TESTS += tests/unit/test-notify
UNIT_TESTS += tests/unit/test-page
UNIT_TESTS += tests/unit/test-plan
UNIT_TESTS += tests/unit/test-ramdisk
UNIT_TESTS += tests/unit/test-record
UNIT_TESTS += tests/unit/test-recovery
UNIT_TESTS += tests/unit/test-rootmount
UNIT_TESTS += tests/unit/test-rootspec
UNIT_TESTS += tests/unit/test-rootwait
UNIT_TESTS += tests/unit/test-runtab
UNIT_TESTS += tests/unit/test-sysroot
UNIT_TESTS += tests/unit/test-spawnslot
UNIT_TESTS += tests/unit/test-text
UNIT_TESTS += tests/unit/test-udbwrite
UNIT_TESTS += tests/unit/test-unitfile
UNIT_TESTS += tests/unit/test-unitload
UNIT_TESTS += tests/unit/test-unitname
UNIT_TESTS += tests/unit/test-watchdog

if HAVE_CHECK
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
EXTRA_DIST += tests/unit/bootworld.h tests/unit/ctlfixture.h tests/unit/enginetest.h tests/unit/modulefixture.h tests/unit/unittest.h
