# SPDX-License-Identifier: LGPL-2.1-or-later
# libFuzzer targets: configure --enable-fuzzing CC=clang, then make fuzz-programs; ./dev fuzz does it all. A target is
# fuzz-NAME.c, one line here, and a folder of seeds in corpus/NAME. No other build looks at them.
fuzz_list =
fuzz_list += tests/fuzz/fuzz-cmdline
fuzz_list += tests/fuzz/fuzz-control
fuzz_list += tests/fuzz/fuzz-handoff
fuzz_list += tests/fuzz/fuzz-image
fuzz_list += tests/fuzz/fuzz-notify
fuzz_list += tests/fuzz/fuzz-runtab
fuzz_list += tests/fuzz/fuzz-unitdb
fuzz_list += tests/fuzz/fuzz-unitfile

fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_cmdline_SOURCES = tests/fuzz/fuzz-cmdline.c tests/fuzz/fuzz.h
tests_fuzz_fuzz_cmdline_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_control_SOURCES = tests/fuzz/fuzz-control.c tests/fuzz/fuzz-record.h
tests_fuzz_fuzz_control_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_handoff_SOURCES = tests/fuzz/fuzz-handoff.c tests/fuzz/fuzz-record.h
tests_fuzz_fuzz_handoff_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz-image.c
tests_fuzz_fuzz_image_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_notify_SOURCES = tests/fuzz/fuzz-notify.c
tests_fuzz_fuzz_notify_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_runtab_SOURCES = tests/fuzz/fuzz-runtab.c tests/fuzz/fuzz-db.c tests/fuzz/fuzz-db.h
tests_fuzz_fuzz_runtab_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_unitdb_SOURCES = tests/fuzz/fuzz-unitdb.c tests/fuzz/fuzz-db.c
tests_fuzz_fuzz_unitdb_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_unitfile_SOURCES = tests/fuzz/fuzz-unitfile.c tests/fuzz/fuzz-db.c
tests_fuzz_fuzz_unitfile_LDFLAGS = $(fuzz_ldflags)

EXTRA_PROGRAMS += $(fuzz_list)
fuzz-programs: $(fuzz_list)
.PHONY: fuzz-programs
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/unitfile.dict
